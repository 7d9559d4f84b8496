/* init.c: the first workspace (workspace.h).
 *
 * Invariants. 1. No file that is there is changed: all names are looked at before the first is
 * written. 2. Whatever fails, the files and folders that this call made are taken away again.
 *
 * The files are templates built into the program (src/workspace/templates/), with three places to
 * fill: {{company}}, {{currency}}, {{zone}}. Beside them stands a .gitignore for .portolan, where
 * the stores will be: what customers did never gets into git. A .gitignore that is there already
 * stays as it is, and must name .portolan itself. */
#include "workspace/workspace.h"

#include "base/asset.h"
#include "base/file.h"
#include "workspace/currency.h"
#include "workspace/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char templates[] = "src/workspace/templates/";
enum { INIT_PATHS_MAX = 32, INIT_FILE_BYTES_MAX = 256 * 1024, INIT_ARENA_BYTES_MAX = 4 << 20 };

typedef struct init {
    const char *root;
    const char *company, *currency, *zone;
    const char *files[INIT_PATHS_MAX];   /* written, to be taken away on failure */
    const char *folders[INIT_PATHS_MAX]; /* made, in this order                  */
    int32_t n_files, n_folders;
    ptl_arena arena;
    ptl_error *err;
} init;

/* --- what stands in the templates' places ----------------------------------------------------- */

static ptl_status check_label(const char *what, const char *text, ptl_error *err)
{
    const size_t len = strlen(text);
    if (!ptl_text_utf8_valid((ptl_text){text, len}, NULL))
        return ptl_fail(err, PTL_E_INVALID, "%s is not UTF-8", what);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            return ptl_fail(err, PTL_E_INVALID, "%s has a control character at byte %zu", what, i);
    if (len == 0 || len > PTL_TEXT_CHARACTERS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "%s has 1 to %d bytes, not %zu", what,
                        PTL_TEXT_CHARACTERS_MAX, len);
    return PTL_OK;
}

/* The folder's own name, also where the root is "." */
static ptl_status folder_name(init *in)
{
    char *real = realpath(in->root, NULL); /* missing as yet: its name as given */
    const char *path = real ? real : in->root;
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/') end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') start--;
    const ptl_text name = {path + start, end - start};
    in->company = ptl_text_copy(name.len > 0 ? name : PTL_TEXT("company"), &in->arena, in->err);
    free(real);
    return in->company ? PTL_OK : ptl_refused(in->err);
}

/* The zone's name in a path below tzdata's folder, as /etc/localtime links to it. */
static const char *zone_of_path(const char *path)
{
    const char *below = strstr(path, "zoneinfo/");
    if (!below) return NULL;
    below += strlen("zoneinfo/");
    if (strncmp(below, "posix/", 6) == 0 || strncmp(below, "right/", 6) == 0) below += 6;
    return below;
}

static bool zone_opens(const char *name)
{
    ptl_zone *zone = NULL;
    if (!name || !name[0] || ptl_zone_open(&zone, name, NULL) != PTL_OK) return false;
    ptl_zone_close(zone);
    return true;
}

const char *ptl_workspace_system_zone(char scratch[4096])
{
    const char *zone = getenv("TZ");
    if (zone && zone[0] == ':') zone++;
    if (zone && zone[0] == '/') zone = zone_of_path(zone);
    if (!zone_opens(zone)) {
        const ssize_t n = readlink("/etc/localtime", scratch, 4095);
        scratch[n > 0 ? n : 0] = '\0';
        zone = zone_of_path(scratch);
    }
    return zone_opens(zone) ? zone : "UTC";
}

static ptl_status system_zone(init *in)
{
    char scratch[4096];
    in->zone = ptl_text_copy(ptl_text_of(ptl_workspace_system_zone(scratch)), &in->arena, in->err);
    return in->zone ? PTL_OK : ptl_refused(in->err);
}

static ptl_status check_currency(init *in, const char *code)
{
    in->currency = ptl_currency_find(ptl_text_of(code));
    if (in->currency) return PTL_OK;
    const char *nearest = ptl_currency_nearest(ptl_text_of(code));
    ptl_fail(in->err, PTL_E_INVALID, "currency \"%.40s\" is not in ISO 4217", code);
    if (nearest) ptl_error_hint(in->err, "did you mean \"%s\"?", nearest);
    return PTL_E_INVALID;
}

static ptl_status check_zone(init *in, const char *name)
{
    ptl_zone *zone = NULL;
    PTL_TRY(ptl_zone_open(&zone, name, in->err));
    ptl_zone_close(zone);
    in->zone = name;
    return PTL_OK;
}

static ptl_status choose(init *in, const ptl_init_options *options)
{
    const ptl_init_options o = options ? *options : (ptl_init_options){0};
    if (o.company)
        in->company = o.company;
    else
        PTL_TRY(folder_name(in));
    PTL_TRY(check_label("the company's name", in->company, in->err));
    PTL_TRY(check_currency(in, o.currency ? o.currency : "EUR"));
    return o.zone ? check_zone(in, o.zone) : system_zone(in);
}

/* --- filling a template ----------------------------------------------------------------------- */

/* As a YAML scalar in double quotes; it has no control characters (check_label). */
static void put_quoted(ptl_buffer *out, const char *text)
{
    ptl_buffer_text(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') ptl_buffer_text(out, "\\");
        ptl_buffer_append(out, text, 1);
    }
    ptl_buffer_text(out, "\"");
}

static void fill(ptl_buffer *out, const init *in, ptl_text text)
{
    while (text.len > 0) {
        if (ptl_text_starts(text, PTL_TEXT("{{company}}"))) {
            put_quoted(out, in->company);
        } else if (ptl_text_starts(text, PTL_TEXT("{{currency}}"))) {
            ptl_buffer_text(out, in->currency);
        } else if (ptl_text_starts(text, PTL_TEXT("{{zone}}"))) {
            ptl_buffer_text(out, in->zone);
        } else {
            ptl_buffer_append(out, text.ptr, 1);
            text.ptr++, text.len--;
            continue;
        }
        (void)ptl_text_cut(&text, '}');
        (void)ptl_text_cut(&text, '}');
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static const char *path_in(init *in, const char *name)
{
    return ptl_path_join(&in->arena, in->root, name, in->err);
}

/* Make the folder and those above it, remembering each that was not there. */
static ptl_status make_folder(init *in, const char *path)
{
    char *part = ptl_text_copy(ptl_text_of(path), &in->arena, in->err);
    if (!part) return ptl_refused(in->err);
    for (size_t i = 1;; i++) {
        const char kept = part[i];
        if (kept != '/' && kept != '\0') continue;
        part[i] = '\0';
        if (part[0] && !ptl_folder_exists(part)) {
            if (in->n_folders == INIT_PATHS_MAX)
                return ptl_fail(in->err, PTL_E_LIMIT, "at most %d folders are made at once",
                                INIT_PATHS_MAX);
            PTL_TRY(ptl_folder_make(part, 0755, in->err));
            in->folders[in->n_folders] = ptl_text_copy(ptl_text_of(part), &in->arena, in->err);
            if (!in->folders[in->n_folders]) return ptl_refused(in->err);
            in->n_folders++;
        }
        part[i] = kept;
        if (kept == '\0') return PTL_OK;
    }
}

static ptl_status write_file(init *in, const char *name, ptl_text content)
{
    const char *path = path_in(in, name);
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (!path) return ptl_refused(in->err);
    if (slash && slash > path) {
        char *folder = ptl_text_copy((ptl_text){path, (size_t)(slash - path)}, &in->arena, in->err);
        if (!folder) return ptl_refused(in->err);
        PTL_TRY(make_folder(in, folder));
    }
    PTL_TRY(ptl_file_write(path, content, 0644, in->err));
    in->files[in->n_files++] = path;
    return PTL_OK;
}

static ptl_status write_template(init *in, const ptl_asset *asset)
{
    ptl_buffer filled;
    ptl_buffer_init(&filled, INIT_FILE_BYTES_MAX, NULL);
    fill(&filled, in, (ptl_text){(const char *)asset->bytes, asset->len});
    ptl_status st = ptl_buffer_check(&filled, asset->path, in->err);
    if (st == PTL_OK)
        st = write_file(in, asset->path + strlen(templates), ptl_buffer_borrow(&filled));
    ptl_buffer_dispose(&filled);
    return st;
}

/* The templates are neighbours in the table of assets. */
static const ptl_asset *template_at(int64_t i)
{
    const int64_t at = ptl_asset_first(templates) + i;
    if (i >= INIT_PATHS_MAX - 1 || at >= ptl_assets_n) return NULL;
    return strncmp(ptl_assets[at].path, templates, strlen(templates)) == 0 ? &ptl_assets[at] : NULL;
}

static ptl_status refuse_existing(init *in, const char *name)
{
    struct stat info;
    const char *path = path_in(in, name);
    if (!path) return ptl_refused(in->err);
    if (lstat(path, &info) != 0) return PTL_OK; /* nothing, not even a link that leads nowhere */
    ptl_fail(in->err, PTL_E_CONFLICT, "%.300s is already there", path);
    ptl_error_hint(in->err, "choose an empty folder; nothing was written");
    return PTL_E_CONFLICT;
}

/* A line ".portolan", with a slash on either side or none. */
static bool names_the_stores(ptl_text text)
{
    while (text.len > 0) {
        ptl_text line = ptl_text_trim(ptl_text_cut(&text, '\n'));
        if (ptl_text_starts(line, PTL_TEXT("/"))) line.ptr++, line.len--;
        if (ptl_text_ends(line, PTL_TEXT("/"))) line.len--;
        if (ptl_text_equal(line, PTL_TEXT(".portolan"))) return true;
    }
    return false;
}

/* Whether a .gitignore is there; one that would let the stores into git is refused. */
static ptl_status find_gitignore(init *in, bool *there)
{
    ptl_text content;
    const char *path = path_in(in, ".gitignore");
    if (!path) return ptl_refused(in->err);
    *there = ptl_file_exists(path);
    if (!*there) return refuse_existing(in, ".gitignore");
    PTL_TRY(ptl_file_read(&content, path, INIT_FILE_BYTES_MAX, &in->arena, in->err));
    if (names_the_stores(content)) return PTL_OK;
    ptl_fail(in->err, PTL_E_CONFLICT, "%.300s is already there and does not name .portolan", path);
    ptl_error_hint(in->err, "add the line .portolan/ to it, which keeps customers' data out of "
                            "git, and repeat; nothing was written");
    return PTL_E_CONFLICT;
}

static ptl_status write_all(init *in)
{
    bool has_gitignore = false;
    PTL_TRY(find_gitignore(in, &has_gitignore));
    for (int64_t i = 0; template_at(i); i++)
        PTL_TRY(refuse_existing(in, template_at(i)->path + strlen(templates)));
    PTL_TRY(make_folder(in, in->root));
    for (int64_t i = 0; template_at(i); i++) PTL_TRY(write_template(in, template_at(i)));
    if (has_gitignore) return PTL_OK;
    return write_file(in, ".gitignore",
                      PTL_TEXT("# what the program keeps: customers' data, never in git\n"
                               ".portolan/\n"));
}

/* Last made, first taken; a folder that somebody else filled meanwhile stays. */
static void take_away(init *in)
{
    while (in->n_files > 0) unlink(in->files[--in->n_files]);
    while (in->n_folders > 0) rmdir(in->folders[--in->n_folders]);
}

ptl_status ptl_workspace_init(const char *root, const ptl_init_options *options, ptl_error *err)
{
    init in = {.root = root, .err = err};
    if (root[0] == '\0') return ptl_fail(err, PTL_E_INVALID, "the workspace's folder has no name");
    ptl_arena_init(&in.arena, INIT_ARENA_BYTES_MAX, NULL);
    ptl_status st = choose(&in, options);
    if (st == PTL_OK) st = write_all(&in);
    if (st != PTL_OK) take_away(&in);
    ptl_arena_dispose(&in.arena);
    return st;
}
