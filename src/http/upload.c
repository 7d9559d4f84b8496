/* upload.c: files that people bring: /api/v1/uploads/<name> lies in the workspace's inbox folder.
 *
 *     PUT head ─▶ refused (who, name, room)          the body is not read
 *            └──▶ hidden part, bytes as they come ─▶ synced ─▶ renamed ─▶ folder synced ─▶ 201, 200
 *                       └── gone, too large, no room: the part is removed
 *
 * Invariants. 1. Nothing of a file is in memory but the piece that just came. 2. A name in the
 * inbox is a whole file: whoever reads it sees the one before or the one after. 3. What was
 * answered with 201 or 200 survives a loss of power. 4. A name is one step below the inbox, is not
 * hidden, and the inbox is a folder of the workspace, not a link out of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/server_internal.h"
#include "store/memory.h"

#define INBOX "inbox"
#define PART ".upload-"
static const char prefix[] = "/api/v1/uploads/";

struct ptl_upload {
    int folder, file;
    char name[PTL_HTTP_UPLOAD_NAME_MAX + 1];
    char part[64];
    int64_t bytes, room; /* room: what the inbox has left, at the start */
    ptl_hasher hasher;
    int failure; /* errno of a write */
};

/* --- the inbox -------------------------------------------------------------------------------- */

/* Open, or made where `makes`; −1 with errno. */
static int open_inbox(bool makes)
{
    if (makes && mkdir(INBOX, 0777) != 0 && errno != EEXIST) return -1;
    return open(INBOX, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

typedef void (*each_fn)(void *ctx, int folder, const char *name, const struct stat *about);

static void for_each(int folder, each_fn fn, void *ctx)
{
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    if (!dir) {
        if (copy >= 0) close(copy);
        return;
    }
    for (const struct dirent *one; (one = readdir(dir)) != NULL;) {
        struct stat about;
        if (fstatat(folder, one->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(about.st_mode))
            fn(ctx, folder, one->d_name, &about);
    }
    closedir(dir);
}

typedef struct fill {
    int64_t n, bytes, n_parts;
} fill;

static void measure(void *ctx, int folder, const char *name, const struct stat *about)
{
    fill *f = ctx;
    (void)folder;
    f->n++;
    f->bytes += about->st_size;
    f->n_parts += strncmp(name, PART, sizeof PART - 1) == 0;
}

static void remove_part(void *ctx, int folder, const char *name, const struct stat *about)
{
    (void)ctx;
    (void)about;
    if (strncmp(name, PART, sizeof PART - 1) == 0) (void)unlinkat(folder, name, 0);
}

/* What an earlier server was given and could not finish. */
void ptl_upload_settle(void)
{
    const int folder = open_inbox(false);
    if (folder < 0) return;
    for_each(folder, remove_part, NULL);
    close(folder);
}

/* --- refusals --------------------------------------------------------------------------------- */

static void refuse_system(ptl_exchange *e, int failure)
{
    if (failure == ENOSPC || failure == EDQUOT)
        ptl_answer_refusal(e, 507, PTL_E_UNAVAILABLE, "the disk of the workspace is full");
    else if (failure == EFBIG)
        ptl_answer_refusal(e, 0, PTL_E_LIMIT, "the system takes no file of this size");
    else if (failure == EISDIR || failure == ENOTDIR || failure == ELOOP)
        ptl_answer_refusal(e, 0, PTL_E_CONFLICT, "a folder or a link stands in the way: %s",
                           strerror(failure));
    else
        ptl_answer_refusal(e, 0, PTL_E_IO, "the file could not be kept: %s", strerror(failure));
}

static void refuse_size(ptl_exchange *e)
{
    ptl_answer_refusal(e, 0, PTL_E_LIMIT,
                       "an upload has at most %lld bytes, and the inbox holds %lld in %d files",
                       (long long)PTL_HTTP_UPLOAD_BYTES_MAX, (long long)PTL_HTTP_INBOX_BYTES_MAX,
                       PTL_HTTP_INBOX_FILES_MAX);
}

/* Files come from who brings numbers in. */
static bool may(ptl_exchange *e)
{
    if (!ptl_gate_signed_in(e)) return false;
    if ((e->caller.role == PTL_ROLE_OWNER || e->caller.role == PTL_ROLE_REVENUE) &&
        ptl_lines_hold(e->caller.operations, PTL_TEXT("uploads")))
        return true;
    ptl_answer_refusal(e, 0, PTL_E_DENIED, "uploads need more than the role %s",
                       ptl_role_name(e->caller.role));
    ptl_gate_refused(e, "uploads");
    return false;
}

/* One step, visible, of letters that a terminal and a log can show. */
static bool is_name(const char *name)
{
    const size_t len = strlen(name);
    if (len == 0 || len > PTL_HTTP_UPLOAD_NAME_MAX || name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 127 || strchr("/\\:*?\"<>|", name[i]))
            return false;
    return name[len - 1] != ' ' && ptl_text_utf8_valid((ptl_text){name, len}, NULL);
}

static bool check_name(ptl_exchange *e, const char *name)
{
    if (is_name(name)) return true;
    ptl_answer_refusal(e, 0, PTL_E_INVALID,
                       "a name has 1 to %d bytes of UTF-8, begins with no dot or dash and holds "
                       "no slash, none of \\ : * ? \" < > | and no control character",
                       PTL_HTTP_UPLOAD_NAME_MAX);
    return false;
}

/* --- PUT -------------------------------------------------------------------------------------- */

static bool announces_too_much(ptl_exchange *e, int64_t room)
{
    int64_t bytes = 0;
    const char *length =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length && (ptl_text_int(&bytes, ptl_text_of(length), NULL) != PTL_OK || bytes > room);
}

static bool open_part(ptl_upload *u)
{
    uint64_t random = 0;
    FILE *urandom = fopen("/dev/urandom", "rbe");
    const bool read = urandom && fread(&random, sizeof random, 1, urandom) == 1;
    if (urandom) fclose(urandom);
    if (!read) return false;
    (void)snprintf(u->part, sizeof u->part, PART "%016llx", (unsigned long long)random);
    u->file =
        openat(u->folder, u->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    return u->file >= 0;
}

static void open_upload(ptl_exchange *e, ptl_upload *u)
{
    fill f = {0};
    u->folder = open_inbox(true);
    if (u->folder < 0) {
        refuse_system(e, errno);
        return;
    }
    for_each(u->folder, measure, &f);
    u->room = PTL_HTTP_INBOX_BYTES_MAX - f.bytes;
    if (u->room > PTL_HTTP_UPLOAD_BYTES_MAX) u->room = PTL_HTTP_UPLOAD_BYTES_MAX;
    if (f.n >= PTL_HTTP_INBOX_FILES_MAX || u->room <= 0 || announces_too_much(e, u->room)) {
        refuse_size(e);
    } else if (f.n_parts >= PTL_HTTP_UPLOADS_MAX) {
        ptl_answer_refusal(e, 0, PTL_E_UNAVAILABLE, "%d uploads are under way",
                           PTL_HTTP_UPLOADS_MAX);
    } else if (!open_part(u)) {
        refuse_system(e, errno);
    }
}

bool ptl_upload_begin(ptl_exchange *e)
{
    if (strcmp(e->method, "PUT") != 0 || e->is_malformed ||
        strncmp(e->path, prefix, sizeof prefix - 1) != 0)
        return false;
    ptl_gate_identify(e);
    const char *name = e->path + sizeof prefix - 1;
    if (may(e) && ptl_gate_same_site(e) && check_name(e, name)) {
        ptl_upload *u = ptl_object_new(sizeof *u, "upload", NULL);
        if (!u) {
            ptl_answer_refusal(e, 0, PTL_E_NO_MEMORY, "no memory for an upload");
        } else {
            u->folder = u->file = -1;
            (void)snprintf(u->name, sizeof u->name, "%s", name);
            ptl_hasher_init(&u->hasher);
            e->upload = u;
            open_upload(e, u);
        }
    }
    e->is_too_big = e->http != 0; /* the body is not read: the connection closes */
    return true;
}

void ptl_upload_take(ptl_exchange *e, const char *data, size_t len)
{
    ptl_upload *u = e->upload;
    if (u->failure == 0 && u->bytes + (int64_t)len > u->room) u->failure = EMSGSIZE;
    while (u->failure == 0 && len > 0) {
        const ssize_t n = write(u->file, data, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            u->failure = n < 0 ? errno : EIO;
            return;
        }
        ptl_hasher_add(&u->hasher, data, (size_t)n);
        u->bytes += n;
        data += n;
        len -= (size_t)n;
    }
}

/* Synced, renamed, the folder synced. */
static bool settle(ptl_upload *u, bool *replaces)
{
    struct stat about;
    *replaces = fstatat(u->folder, u->name, &about, AT_SYMLINK_NOFOLLOW) == 0;
    if (fsync(u->file) != 0 || renameat(u->folder, u->part, u->folder, u->name) != 0 ||
        fsync(u->folder) != 0)
        return false;
    u->part[0] = '\0';
    return true;
}

static void answer_kept(ptl_exchange *e, ptl_upload *u, bool replaces)
{
    ptl_json json;
    ptl_error err;
    char hex[PTL_HASH_HEX], words[128];
    ptl_hash_format(hex, ptl_hasher_finish(&u->hasher));
    (void)snprintf(words, sizeof words, "%.48s sha256 %.64s", u->name, hex);
    size_t valid = strlen(words);
    if (!ptl_text_utf8_valid(ptl_text_of(words), &valid)) /* cut within a letter */
        (void)snprintf(words, sizeof words, "a file with sha256 %.64s", hex);
    ptl_gate_tell(e->server, "upload.kept", e->caller.actor, words);
    ptl_answer_json(e, &json, &err);
    ptl_json_put_string(&json, "name", u->name);
    ptl_json_put_int(&json, "bytes", u->bytes);
    ptl_json_put_string(&json, "sha256", hex);
    ptl_answer_json_end(e, replaces ? 200 : 201, &json, &err);
}

void ptl_upload_finish(ptl_exchange *e)
{
    ptl_upload *u = e->upload;
    bool replaces = false;
    if (u->failure == EMSGSIZE)
        refuse_size(e);
    else if (u->failure != 0)
        refuse_system(e, u->failure);
    else if (settle(u, &replaces))
        answer_kept(e, u, replaces);
    else
        refuse_system(e, errno);
    ptl_upload_drop(u); /* before the answer is sent: who has it finds nothing half done */
    e->upload = NULL;
}

void ptl_upload_drop(ptl_upload *u)
{
    if (!u) return;
    if (u->file >= 0) close(u->file);
    if (u->file >= 0 && u->part[0]) (void)unlinkat(u->folder, u->part, 0);
    if (u->folder >= 0) close(u->folder);
    ptl_object_free(u, sizeof *u);
}

/* --- GET, DELETE ------------------------------------------------------------------------------ */

typedef struct listed {
    char name[256];
    int64_t bytes;
    ptl_instant changed_at;
} listed;

typedef struct listing {
    listed *rows;
    int64_t n;
} listing;

static void list_one(void *ctx, int folder, const char *name, const struct stat *about)
{
    listing *l = ctx;
    (void)folder;
    if (!is_name(name) || l->n >= PTL_HTTP_INBOX_FILES_MAX) return;
    listed *row = &l->rows[l->n++];
    (void)snprintf(row->name, sizeof row->name, "%s", name);
    row->bytes = about->st_size;
    row->changed_at = (ptl_instant)about->st_mtim.tv_sec * 1000000 + about->st_mtim.tv_nsec / 1000;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const listed *)a)->name, ((const listed *)b)->name);
}

static void put_listing(ptl_exchange *e, const listing *l)
{
    ptl_json json;
    ptl_error err;
    char at[40];
    ptl_answer_json(e, &json, &err);
    ptl_json_key(&json, "uploads");
    ptl_json_array(&json);
    for (int64_t i = 0; i < l->n; i++) {
        ptl_instant_format(at, l->rows[i].changed_at);
        ptl_json_object(&json);
        ptl_json_put_string(&json, "name", l->rows[i].name);
        ptl_json_put_int(&json, "bytes", l->rows[i].bytes);
        ptl_json_put_string(&json, "changed_at", at);
        ptl_json_object_end(&json);
    }
    ptl_json_array_end(&json);
    ptl_answer_json_end(e, 200, &json, &err);
}

static void answer_list(ptl_exchange *e)
{
    const int folder = open_inbox(false);
    listing l = {.rows =
                     ptl_arena_array(&e->arena, PTL_HTTP_INBOX_FILES_MAX, sizeof *l.rows, NULL)};
    if (folder >= 0 && l.rows) for_each(folder, list_one, &l);
    if (folder >= 0) close(folder);
    if (l.n > 0) qsort(l.rows, (size_t)l.n, sizeof *l.rows, by_name);
    put_listing(e, &l);
}

static void answer_delete(ptl_exchange *e, const char *name)
{
    char words[128];
    const int folder = open_inbox(false);
    const bool done = folder >= 0 && unlinkat(folder, name, 0) == 0 && fsync(folder) == 0;
    const int failure = errno;
    if (folder >= 0) close(folder);
    if (!done && (failure == ENOENT || failure == EISDIR || failure == EPERM)) {
        ptl_answer_refusal(e, 0, PTL_E_NOT_FOUND, "no file \"%.200s\" lies in the inbox", name);
    } else if (!done) {
        refuse_system(e, failure);
    } else {
        const bool fits = strlen(name) < sizeof words;
        (void)snprintf(words, sizeof words, "%s", fits ? name : "a file with a long name");
        ptl_gate_tell(e->server, "upload.removed", e->caller.actor, words);
        e->http = 204;
    }
}

bool ptl_upload_route(ptl_exchange *e)
{
    const bool deletes = strcmp(e->method, "DELETE") == 0;
    const bool lists = strcmp(e->path, "/api/v1/uploads") == 0;
    const char *name = e->path + sizeof prefix - 1;
    if (!lists && strncmp(e->path, prefix, sizeof prefix - 1) != 0) return false;
    const char *allow = lists ? "GET, HEAD, OPTIONS" : "PUT, DELETE, OPTIONS";
    const bool gets = strcmp(e->method, "GET") == 0 || strcmp(e->method, "HEAD") == 0;
    if (ptl_route_by_method(e, allow, lists ? gets : deletes) || !may(e)) return true;
    if (lists)
        answer_list(e);
    else if (ptl_gate_same_site(e) && check_name(e, name))
        answer_delete(e, name);
    return true;
}
