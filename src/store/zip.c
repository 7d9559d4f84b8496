/* zip.c: the directory at the archive's end, then members by their places (zip.h). */
#include "store/zip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    END_BYTES = 22,
    END_SEARCH_BYTES = END_BYTES + 65535, /* the end's comment */
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    CHUNK_BYTES = 1 << 16
};

typedef struct member {
    ptl_text name; /* in the directory's bytes */
    uint32_t crc, packed_bytes, bytes, at;
    uint16_t method, flags;
} member;

struct ptl_zip {
    int fd;
    const char *name;
    int64_t file_bytes;
    int64_t n_members;
    member *members;
    uint8_t *directory;
    uint8_t in[CHUNK_BYTES], out[CHUNK_BYTES];
};

static uint32_t u16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const uint8_t *p)
{
    return u16(p) | u16(p + 2) << 16;
}

static bool read_at(const ptl_zip *zip, void *out, size_t len, int64_t at)
{
    for (size_t n = 0; n < len;) {
        const ssize_t got = pread(zip->fd, (char *)out + n, len - n, (off_t)(at + (int64_t)n));
        if (got <= 0) return false;
        n += (size_t)got;
    }
    return true;
}

static ptl_status damaged(const ptl_zip *zip, const char *what, ptl_error *err)
{
    return ptl_fail(err, PTL_E_CORRUPT, "%s is damaged: %s", zip->name, what);
}

/* --- the directory ---------------------------------------------------------------------------- */

/* The end record is the last thing but for a comment. */
static ptl_status find_end(uint8_t end[END_BYTES], const ptl_zip *zip, ptl_error *err)
{
    const size_t n =
        zip->file_bytes < END_SEARCH_BYTES ? (size_t)zip->file_bytes : END_SEARCH_BYTES;
    uint8_t *tail = malloc(n + 1);
    if (!tail) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read %s", zip->name);
    ptl_status st = PTL_E_INVALID;
    if (n >= END_BYTES && read_at(zip, tail, n, zip->file_bytes - (int64_t)n))
        for (size_t i = n - END_BYTES + 1; st != PTL_OK && i-- > 0;)
            if (memcmp(tail + i, "PK\5\6", 4) == 0) {
                memcpy(end, tail + i, END_BYTES);
                st = PTL_OK;
            }
    free(tail);
    return st == PTL_OK ? st : damaged(zip, "its directory is missing; was it copied whole?", err);
}

/* One entry at *at; *at moves past it. */
static bool take_entry(member *out, const uint8_t **at, const uint8_t *end)
{
    const uint8_t *p = *at;
    if (end - p < ENTRY_BYTES || memcmp(p, "PK\1\2", 4) != 0) return false;
    const size_t name_len = u16(p + 28), rest = u16(p + 30) + u16(p + 32);
    if ((size_t)(end - p) - ENTRY_BYTES < name_len + rest) return false;
    *out = (member){.name = {(const char *)p + ENTRY_BYTES, name_len},
                    .flags = (uint16_t)u16(p + 8),
                    .method = (uint16_t)u16(p + 10),
                    .crc = u32(p + 16),
                    .packed_bytes = u32(p + 20),
                    .bytes = u32(p + 24),
                    .at = u32(p + 42)};
    *at = p + ENTRY_BYTES + name_len + rest;
    return true;
}

static ptl_status read_directory(ptl_zip *zip, ptl_error *err)
{
    uint8_t end[END_BYTES] = {0};
    PTL_TRY(find_end(end, zip, err));
    const int64_t n = u16(end + 10), bytes = u32(end + 12), at = u32(end + 16);
    if (n > PTL_ZIP_MEMBERS_MAX || bytes > PTL_ZIP_DIRECTORY_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s has more than %d members", zip->name,
                        PTL_ZIP_MEMBERS_MAX);
    if (at + bytes > zip->file_bytes) return damaged(zip, "its directory lies beyond its end", err);
    zip->directory = malloc((size_t)bytes + 1);
    zip->members = calloc((size_t)n + 1, sizeof *zip->members);
    if (!zip->directory || !zip->members)
        return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read %s", zip->name);
    if (!read_at(zip, zip->directory, (size_t)bytes, at))
        return damaged(zip, "its directory cannot be read", err);
    const uint8_t *p = zip->directory;
    for (; zip->n_members < n; zip->n_members++)
        if (!take_entry(&zip->members[zip->n_members], &p, zip->directory + bytes))
            return damaged(zip, "its directory is cut short", err);
    return PTL_OK;
}

ptl_status ptl_zip_open(ptl_zip **out, int fd, const char *name, ptl_error *err)
{
    *out = NULL;
    struct stat st;
    uint8_t mark[4] = {0};
    ptl_zip *zip = calloc(1, sizeof *zip);
    if (!zip) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read %s", name);
    zip->fd = fd;
    zip->name = name;
    ptl_status status = PTL_OK;
    if (fstat(fd, &st) != 0 || st.st_size < END_BYTES || !read_at(zip, mark, 4, 0) ||
        memcmp(mark, "PK", 2) != 0) {
        status = ptl_fail(err, PTL_E_INVALID, "%s is not a zip archive", name);
    } else {
        zip->file_bytes = (int64_t)st.st_size;
        status = read_directory(zip, err);
    }
    if (status != PTL_OK)
        ptl_zip_close(zip);
    else
        *out = zip;
    return status;
}

void ptl_zip_close(ptl_zip *zip)
{
    if (!zip) return;
    free(zip->members);
    free(zip->directory);
    free(zip);
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '\\' ? '/' : c;
}

int64_t ptl_zip_find(const ptl_zip *zip, ptl_text wanted)
{
    for (int64_t i = 0; i < zip->n_members; i++) {
        const ptl_text name = zip->members[i].name;
        size_t at = 0;
        while (at < name.len && at < wanted.len && fold(name.ptr[at]) == fold(wanted.ptr[at])) at++;
        if (at == name.len && at == wanted.len) return i;
    }
    return -1;
}

/* --- members ---------------------------------------------------------------------------------- */

typedef struct reading {
    ptl_zip *zip;
    const member *m;
    int64_t at;   /* of the packed bytes not yet read */
    int64_t left; /* of them                          */
    uint64_t given;
    uLong crc;
    ptl_zip_fn fn;
    void *ctx;
} reading;

static ptl_status start(reading *r, ptl_error *err)
{
    const member *m = r->m;
    uint8_t local[LOCAL_BYTES];
    if (m->flags & 1)
        return ptl_fail(err, PTL_E_INVALID, "%s: %.*s is encrypted", r->zip->name, (int)m->name.len,
                        m->name.ptr);
    if (m->method != 0 && m->method != 8)
        return ptl_fail(err, PTL_E_INVALID, "%s: %.*s is packed by a method other than deflate",
                        r->zip->name, (int)m->name.len, m->name.ptr);
    if (m->bytes > (uint32_t)PTL_ZIP_MEMBER_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s: %.*s would unpack to more than %d MiB", r->zip->name,
                        (int)m->name.len, m->name.ptr, PTL_ZIP_MEMBER_BYTES_MAX >> 20);
    if (!read_at(r->zip, local, sizeof local, m->at) || memcmp(local, "PK\3\4", 4) != 0)
        return damaged(r->zip, "a member is not where the directory says", err);
    r->at = (int64_t)m->at + LOCAL_BYTES + u16(local + 26) + u16(local + 28);
    r->left = m->packed_bytes;
    if (r->at + r->left > r->zip->file_bytes)
        return damaged(r->zip, "a member reaches beyond its end", err);
    return PTL_OK;
}

/* Hand over unpacked bytes, never more than the directory promised. */
static ptl_status give(reading *r, const uint8_t *bytes, size_t len, ptl_error *err)
{
    r->given += len;
    if (r->given > r->m->bytes)
        return damaged(r->zip, "a member unpacks to more than it says", err);
    r->crc = crc32(r->crc, bytes, (uInt)len);
    return len > 0 ? r->fn(r->ctx, (const char *)bytes, len, err) : PTL_OK;
}

static ptl_status take_packed(size_t *n, reading *r, ptl_error *err)
{
    *n = r->left < CHUNK_BYTES ? (size_t)r->left : CHUNK_BYTES;
    if (!read_at(r->zip, r->zip->in, *n, r->at)) return damaged(r->zip, "it cannot be read", err);
    r->at += (int64_t)*n;
    r->left -= (int64_t)*n;
    return PTL_OK;
}

static ptl_status inflate_all(reading *r, z_stream *z, ptl_error *err)
{
    int rc = Z_OK;
    while (rc != Z_STREAM_END) {
        if (z->avail_in == 0) {
            size_t n;
            PTL_TRY(take_packed(&n, r, err));
            if (n == 0) return damaged(r->zip, "a member ends in the middle", err);
            z->next_in = r->zip->in;
            z->avail_in = (uInt)n;
        }
        z->next_out = r->zip->out;
        z->avail_out = CHUNK_BYTES;
        rc = inflate(z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return damaged(r->zip, z->msg ? z->msg : "a member cannot be unpacked", err);
        PTL_TRY(give(r, r->zip->out, CHUNK_BYTES - z->avail_out, err));
    }
    return PTL_OK;
}

static ptl_status copy_all(reading *r, ptl_error *err)
{
    while (r->left > 0) {
        size_t n;
        PTL_TRY(take_packed(&n, r, err));
        PTL_TRY(give(r, r->zip->in, n, err));
    }
    return PTL_OK;
}

ptl_status ptl_zip_read(ptl_zip *zip, int64_t idx, ptl_zip_fn fn, void *ctx, ptl_error *err)
{
    reading r = {.zip = zip, .m = &zip->members[idx], .fn = fn, .ctx = ctx};
    r.crc = crc32(0, NULL, 0);
    PTL_TRY(start(&r, err));
    ptl_status st;
    if (r.m->method == 0) {
        st = copy_all(&r, err);
    } else {
        z_stream z = {0};
        if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
            return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to unpack %s", zip->name);
        st = inflate_all(&r, &z, err);
        (void)inflateEnd(&z);
    }
    if (st == PTL_OK && (r.given != r.m->bytes || r.crc != r.m->crc))
        st = damaged(zip, "a member's checksum does not hold", err);
    return st;
}
