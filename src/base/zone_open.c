/* zone_open.c: reading a zone from tzdata (TZif, RFC 8536).
 *
 * A file of version 2 or later holds everything twice: a header and a block with 32-bit times for
 * readers of long ago, then a header, a block with 64-bit times, and a footer: the POSIX rule for
 * all time behind the last transition, between two newlines. Only the second half is used here,
 * and the block of a version 1 file where there is nothing else. Header, big-endian:
 *
 *     "TZif" version 15x0  isutcnt isstdcnt leapcnt timecnt typecnt charcnt   (six 32-bit counts)
 *     times[timecnt]  type[timecnt] (1 byte)  {utoff 4, isdst 1, abbreviation 1}[typecnt]
 *     abbreviations[charcnt]  leaps[leapcnt] (time + 4)  isstd[isstdcnt]  isut[isutcnt]
 *
 * Nothing in the file is trusted: counts, indices, offsets and order are checked. */
#include "base/file.h"
#include "base/limits.h"
#include "base/zone_internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tzif {
    const unsigned char *times, *types, *infos;
    uint32_t n_times, n_infos;
    size_t time_bytes;  /* 4 or 8          */
    size_t block_bytes; /* header included */
    unsigned version;
} tzif;

enum { HEADER_BYTES = 44, INFO_BYTES = 6 };

static int64_t read_be(const unsigned char *at, size_t n_bytes)
{
    uint64_t value = at[0] & 0x80u ? UINT64_MAX : 0; /* the sign fills the front */
    for (size_t i = 0; i < n_bytes; i++) value = value << 8 | at[i];
    return (int64_t)value;
}

static bool tzif_header(tzif *out, const unsigned char *at, size_t left, size_t time_bytes)
{
    if (left < HEADER_BYTES || memcmp(at, "TZif", 4) != 0) return false;
    uint32_t n[6]; /* isut, isstd, leap, time, type, char */
    for (size_t i = 0; i < 6; i++) {
        n[i] = (uint32_t)read_be(at + 20 + 4 * i, 4);
        if (n[i] > PTL_ZONE_FILE_BYTES_MAX) return false;
    }
    *out = (tzif){.n_times = n[3], .n_infos = n[4], .time_bytes = time_bytes, .version = at[4]};
    out->times = at + HEADER_BYTES;
    out->types = out->times + n[3] * time_bytes;
    out->infos = out->types + n[3];
    out->block_bytes = HEADER_BYTES + n[3] * (time_bytes + 1) + n[4] * (size_t)INFO_BYTES + n[5] +
                       n[2] * (time_bytes + 4) + n[1] + n[0];
    return out->block_bytes <= left && n[4] > 0;
}

/* The block to use, and the footer where the version has one. */
static bool tzif_open(tzif *out, ptl_text *footer, ptl_text file)
{
    const unsigned char *bytes = (const unsigned char *)file.ptr;
    *footer = (ptl_text){0};
    if (!tzif_header(out, bytes, file.len, 4)) return false;
    if (out->version < '2') return true;
    const size_t first = out->block_bytes;
    if (!tzif_header(out, bytes + first, file.len - first, 8)) return false;
    const size_t at = first + out->block_bytes;
    if (file.len - at < 2 || file.ptr[at] != '\n') return false;
    ptl_text rest = {file.ptr + at + 1, file.len - at - 1};
    const char *end = memchr(rest.ptr, '\n', rest.len);
    if (!end) return false;
    *footer = (ptl_text){rest.ptr, (size_t)(end - rest.ptr)};
    return true;
}

static bool tzif_offset(const tzif *t, uint32_t type, int32_t *out)
{
    if (type >= t->n_infos) return false;
    *out = (int32_t)read_be(t->infos + (size_t)type * INFO_BYTES, 4);
    return *out > -25 * 3600 && *out < 26 * 3600;
}

static bool zone_fill(ptl_zone *zone, int64_t *at, int32_t *offset, const tzif *t)
{
    if (!tzif_offset(t, 0, &zone->first_offset)) return false;
    for (uint32_t i = 0; i < t->n_times; i++) {
        at[i] = read_be(t->times + i * t->time_bytes, t->time_bytes);
        if (!tzif_offset(t, t->types[i], &offset[i]) || (i > 0 && at[i] <= at[i - 1])) return false;
    }
    zone->n_transitions = (int32_t)t->n_times;
    return true;
}

static ptl_zone *zone_new(const char *name, uint32_t n_times, ptl_error *err)
{
    const size_t n = n_times, name_bytes = strlen(name) + 1;
    const size_t bytes = sizeof(ptl_zone) + n * (sizeof(int64_t) + sizeof(int32_t)) + name_bytes;
    ptl_zone *zone = ptl_allocator_system()->alloc(ptl_allocator_system()->ctx, bytes);
    if (!zone) {
        ptl_fail(err, PTL_E_NO_MEMORY, "the system gave no memory for zone \"%s\"", name);
        return NULL;
    }
    *zone = (ptl_zone){.bytes = bytes};
    int64_t *at = (int64_t *)(void *)(zone + 1);
    int32_t *offset = (int32_t *)(void *)(at + n);
    char *copy = (char *)(offset + n);
    memcpy(copy, name, name_bytes);
    zone->at = at;
    zone->offset = offset;
    zone->name = copy;
    return zone;
}

static ptl_status zone_read(ptl_zone **out, const char *name, ptl_text file, ptl_error *err)
{
    tzif t;
    ptl_text footer;
    if (!tzif_open(&t, &footer, file))
        return ptl_fail(err, PTL_E_CORRUPT, "zone \"%s\" is not in the TZif format", name);
    ptl_zone *zone = zone_new(name, t.n_times, err);
    if (!zone) return PTL_E_NO_MEMORY;
    int64_t *at = (int64_t *)(void *)(zone + 1);
    ptl_status st = PTL_OK;
    if (!zone_fill(zone, at, (int32_t *)(void *)(at + t.n_times), &t))
        st = ptl_fail(err, PTL_E_CORRUPT, "zone \"%s\" has transitions that cannot be right", name);
    if (st == PTL_OK && footer.len > 0) {
        st = ptl_tz_rule_parse(&zone->rule, footer, err);
        zone->has_rule = st == PTL_OK;
    }
    if (st != PTL_OK) {
        ptl_zone_close(zone);
        return st;
    }
    *out = zone;
    return PTL_OK;
}

static const char *zone_folder(void)
{
    const char *folder = getenv("TZDIR");
    return folder && folder[0] ? folder : "/usr/share/zoneinfo";
}

/* A name is a path below the folder: letters, digits, + - _ and /, never upwards. */
static bool name_is_plain(const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") || strlen(name) > 64) return false;
    for (const char *c = name; *c; c++) {
        const bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        if (!letter && !(*c >= '0' && *c <= '9') && !strchr("+-_/", *c)) return false;
    }
    return true;
}

typedef struct search {
    ptl_text wanted;
    char best[128];
    int32_t distance;
} search;

/* Walk the folder for the nearest name. Zones begin with a capital; posix/ and right/ repeat them.
 */
static void search_folder(search *s, const char *folder, const char *below, int32_t depth)
{
    char path[PTL_PATH_BYTES_MAX];
    const int len = snprintf(path, sizeof path, "%s/%s", folder, below);
    DIR *dir = depth < PTL_ZONE_FOLDER_DEPTH_MAX && len < (int)sizeof path ? opendir(path) : NULL;
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[128];
        if (entry->d_name[0] < 'A' || entry->d_name[0] > 'Z') continue;
        if (snprintf(name, sizeof name, "%s%s%s", below, below[0] ? "/" : "", entry->d_name) >=
            (int)sizeof name)
            continue;
        if (entry->d_type == DT_DIR) {
            search_folder(s, folder, name, depth + 1);
            continue;
        }
        const int32_t distance = ptl_text_distance(s->wanted, ptl_text_of(name), s->distance);
        if (distance < s->distance ||
            (distance == s->distance && s->best[0] && strcmp(name, s->best) < 0)) {
            s->distance = distance;
            memcpy(s->best, name, sizeof name);
        }
    }
    closedir(dir);
}

static ptl_status zone_missing(const char *name, ptl_error *err)
{
    search s = {.wanted = ptl_text_of(name), .distance = 5};
    search_folder(&s, zone_folder(), "", 0);
    ptl_fail(err, PTL_E_NOT_FOUND, "time zone \"%.80s\" is not in %.200s", name, zone_folder());
    if (s.best[0])
        ptl_error_hint(err, "did you mean \"%s\"?", s.best);
    else
        ptl_error_hint(err, "names look like \"Europe/Berlin\"; the package tzdata brings them");
    return PTL_E_NOT_FOUND;
}

ptl_status ptl_zone_open(ptl_zone **out, const char *name, ptl_error *err)
{
    if (strcmp(name, "UTC") == 0) { /* known without tzdata */
        *out = zone_new(name, 0, err);
        return *out ? PTL_OK : PTL_E_NO_MEMORY;
    }
    char path[PTL_PATH_BYTES_MAX];
    if (!name_is_plain(name)) return zone_missing(name, err);
    if (snprintf(path, sizeof path, "%s/%s", zone_folder(), name) >= (int)sizeof path ||
        !ptl_file_exists(path))
        return zone_missing(name, err);
    ptl_arena arena;
    ptl_arena_init(&arena, 2 * PTL_ZONE_FILE_BYTES_MAX, NULL);
    ptl_text file;
    ptl_status st = ptl_file_read(&file, path, PTL_ZONE_FILE_BYTES_MAX, &arena, err);
    if (st == PTL_OK) st = zone_read(out, name, file, err);
    ptl_arena_dispose(&arena);
    return st;
}
