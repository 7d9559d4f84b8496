/* export.c: the writer (export.h). Cells go into a buffer, full buffers through deflate or straight
 * to the file. gzip's head is ours: deflate writes raw, and head and tail are put by hand, because
 * zlib would stamp the system into the head. */
#include "simulate/export.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { CELL_BYTES_MAX = 32, ZIPPED_BYTES = 1 << 16, LEVEL = 3 };

struct ptl_export {
    ptl_export_folder *folder;
    int fd;
    char path[512];
    char *buffer;
    size_t n, capacity;
    z_stream zip;
    bool is_gzip, is_german, in_row;
    uLong crc;
    uint64_t n_plain;
    unsigned char *zipped;
    ptl_status status;
    ptl_error error;
};

static void fail_io(ptl_export *x, const char *what)
{
    x->status = ptl_fail(&x->error, PTL_E_IO, "%s: %s: %s", x->path, what, strerror(errno));
    if (errno == ENOSPC) ptl_error_hint(&x->error, "make room on that disk");
}

static void write_all(ptl_export *x, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0 && x->status == PTL_OK) {
        const ssize_t n = write(x->fd, at, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            fail_io(x, "cannot be written");
            return;
        }
        at += n;
        len -= (size_t)n;
    }
}

static void deflate_some(ptl_export *x, const char *bytes, size_t len, int flush)
{
    unsigned char in[4096]; /* deflate wants its input writable */
    do {
        const size_t n = len < sizeof in ? len : sizeof in;
        if (n > 0) memcpy(in, bytes, n);
        x->zip.next_in = in;
        x->zip.avail_in = (uInt)n;
        const int how = n == len ? flush : Z_NO_FLUSH;
        do {
            x->zip.next_out = x->zipped;
            x->zip.avail_out = ZIPPED_BYTES;
            (void)deflate(&x->zip, how);
            write_all(x, x->zipped, ZIPPED_BYTES - x->zip.avail_out);
        } while (x->zip.avail_out == 0 && x->status == PTL_OK);
        if (n > 0) bytes += n; /* NULL where only the end is to be written */
        len -= n;
    } while (len > 0 && x->status == PTL_OK);
}

static void flush_buffer(ptl_export *x)
{
    x->n_plain += x->n;
    if (x->is_gzip && x->n > 0) {
        x->crc = crc32(x->crc, (const Bytef *)x->buffer, (uInt)x->n);
        deflate_some(x, x->buffer, x->n, Z_NO_FLUSH);
    } else {
        write_all(x, x->buffer, x->n);
    }
    x->n = 0;
}

static void put(ptl_export *x, const char *bytes, size_t len)
{
    while (len > 0) {
        if (x->n == x->capacity) flush_buffer(x);
        const size_t room = x->capacity - x->n;
        const size_t n = len < room ? len : room;
        memcpy(x->buffer + x->n, bytes, n);
        x->n += n;
        bytes += n;
        len -= n;
    }
}

/* --- opening and closing --------------------------------------------------------------------- */

static ptl_status start_gzip(ptl_export *x, ptl_error *err)
{
    static const unsigned char head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    x->zipped = malloc(ZIPPED_BYTES);
    if (!x->zipped ||
        deflateInit2(&x->zip, LEVEL, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(x->zipped);
        x->zipped = NULL;
        return ptl_fail(err, PTL_E_NO_MEMORY, "%s: no memory to compress it", x->path);
    }
    x->is_gzip = true;
    x->crc = crc32(0, NULL, 0);
    write_all(x, head, sizeof head);
    return PTL_OK;
}

static ptl_status create(ptl_export *x, ptl_error *err)
{
    char folder[sizeof x->path];
    snprintf(folder, sizeof folder, "%s", x->path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = 0;
        PTL_TRY(ptl_folder_make(folder, 0777, err));
    }
    x->fd = open(x->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (x->fd >= 0) return PTL_OK;
    if (errno != EEXIST)
        return ptl_fail(err, PTL_E_IO, "%s cannot be created: %s", x->path, strerror(errno));
    ptl_fail(err, PTL_E_CONFLICT, "%s exists already", x->path);
    ptl_error_hint(err, "nothing is overwritten: name another folder, or remove that one");
    return PTL_E_CONFLICT;
}

static void dispose(ptl_export *x)
{
    if (x->is_gzip) deflateEnd(&x->zip);
    if (x->fd >= 0) close(x->fd);
    free(x->zipped);
    free(x->buffer);
    free(x);
}

ptl_status ptl_export_open(ptl_export **out, ptl_export_folder *folder, const char *name,
                           bool is_large, ptl_error *err)
{
    ptl_export *x = calloc(1, sizeof *x);
    char *buffer = malloc(folder->buffer_bytes);
    if (!x || !buffer) {
        free(x);
        free(buffer);
        return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the buffer of %s", name);
    }
    const bool zips = is_large && folder->gzip;
    x->folder = folder;
    x->fd = -1;
    x->buffer = buffer;
    x->capacity = folder->buffer_bytes;
    const int n =
        snprintf(x->path, sizeof x->path, "%s/%s%s", folder->dir, name, zips ? ".gz" : "");
    ptl_status st =
        n < (int)sizeof x->path
            ? create(x, err)
            : ptl_fail(err, PTL_E_LIMIT, "the folder's name is too long: %s", folder->dir);
    if (st == PTL_OK && zips) st = start_gzip(x, err);
    if (st != PTL_OK) {
        dispose(x);
        return st;
    }
    folder->n_files++;
    *out = x;
    return PTL_OK;
}

static void put_tail(ptl_export *x)
{
    unsigned char tail[8];
    deflate_some(x, NULL, 0, Z_FINISH);
    for (int i = 0; i < 4; i++) tail[i] = (unsigned char)(x->crc >> (8 * i));
    for (int i = 0; i < 4; i++) tail[4 + i] = (unsigned char)(x->n_plain >> (8 * i));
    write_all(x, tail, sizeof tail);
}

ptl_status ptl_export_close(ptl_export *x, ptl_error *err)
{
    if (!x) return PTL_OK;
    flush_buffer(x);
    if (x->is_gzip) put_tail(x);
    const int closed = close(x->fd);
    x->fd = -1;
    if (closed != 0 && x->status == PTL_OK) fail_io(x, "cannot be closed");
    x->folder->n_bytes += (int64_t)x->n_plain;
    const ptl_status st = x->status;
    if (st != PTL_OK && err) *err = x->error;
    dispose(x);
    return st;
}

void ptl_export_drop(ptl_export *x)
{
    if (x) dispose(x);
}

void ptl_export_german(ptl_export *x)
{
    x->is_german = true;
}

/* --- cells ----------------------------------------------------------------------------------- */

static void next_cell(ptl_export *x)
{
    if (x->in_row) put(x, x->is_german ? ";" : ",", 1);
    x->in_row = true;
}

static void put_quoted(ptl_export *x, const char *text)
{
    put(x, "\"", 1);
    for (const char *c = text; *c; c++) put(x, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    put(x, "\"", 1);
}

void ptl_export_text(ptl_export *x, const char *text)
{
    next_cell(x);
    if (!text || !*text) return;
    if (strpbrk(text, x->is_german ? ";\"\r\n" : ",\"\r\n"))
        put_quoted(x, text);
    else
        put(x, text, strlen(text));
}

/* Digits of |value| with `places` decimals, backwards from the end of `out`; returns the start. */
static char *digits(char *end, uint64_t value, int places, char point, char group)
{
    int n = 0;
    do {
        if (places > 0 && n == places) *--end = point;
        if (group && n > places && (n - places) % 3 == 0) *--end = group;
        *--end = (char)('0' + value % 10);
        value /= 10;
        n++;
    } while (value > 0 || n <= places);
    return end;
}

static void put_number(ptl_export *x, int64_t value, int places, char group)
{
    char text[2 * CELL_BYTES_MAX];
    char *const end = text + sizeof text;
    const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *start = digits(end, size, places, x->is_german ? ',' : '.', group);
    if (value < 0) *--start = '-';
    next_cell(x);
    const bool quoted = group && memchr(start, ',', (size_t)(end - start));
    if (quoted) put(x, "\"", 1);
    put(x, start, (size_t)(end - start));
    if (quoted) put(x, "\"", 1);
}

void ptl_export_int(ptl_export *x, int64_t value)
{
    put_number(x, value, 0, 0);
}

void ptl_export_cents(ptl_export *x, int64_t cents)
{
    put_number(x, cents, 2, 0);
}

void ptl_export_grouped(ptl_export *x, int64_t cents)
{
    put_number(x, cents, 2, ',');
}

void ptl_export_e5(ptl_export *x, int64_t value_e5)
{
    put_number(x, value_e5, 5, 0);
}

void ptl_export_day(ptl_export *x, ptl_day day)
{
    char text[16];
    ptl_day_format(text, day);
    next_cell(x);
    put(x, text, strlen(text));
}

void ptl_export_end(ptl_export *x)
{
    put(x, "\n", 1);
    x->in_row = false;
    x->folder->n_rows++;
}

void ptl_export_line(ptl_export *x, const char *line)
{
    put(x, line, strlen(line));
    ptl_export_end(x);
}

ptl_status ptl_export_write(ptl_export_folder *folder, const char *name, ptl_text content,
                            ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, folder, name, false, err));
    put(x, content.ptr, content.len);
    return ptl_export_close(x, err);
}
