/* text_input.c: pread → gunzip → decode. Every stage hands on at least one byte or says it ended.
 */
#include "store/text_input.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static ptl_status read_disk(ptl_text_input *in, ptl_error *err)
{
    for (;;) {
        const ssize_t n = pread(in->fd, in->disk, sizeof in->disk, (off_t)in->offset);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ptl_fail(err, PTL_E_IO, "cannot read %s: %s", in->name, strerror(errno));
        in->offset += n;
        in->n_disk = (size_t)n;
        in->disk_at = 0;
        return PTL_OK;
    }
}

/* A gzip file is one member or several, one after the other. */
static ptl_status inflate_some(size_t *n, ptl_text_input *in, uint8_t *out, size_t capacity,
                               ptl_error *err)
{
    *n = 0;
    while (*n == 0) {
        if (in->disk_at == in->n_disk) PTL_TRY(read_disk(in, err));
        if (in->n_disk == 0) {
            if (in->inside_member)
                return ptl_fail(err, PTL_E_CORRUPT, "%s ends in the middle of its gzip data",
                                in->name);
            in->ended = true;
            return PTL_OK;
        }
        in->inside_member = true;
        in->zlib.next_in = in->disk + in->disk_at;
        in->zlib.avail_in = (uInt)(in->n_disk - in->disk_at);
        in->zlib.next_out = out;
        in->zlib.avail_out = (uInt)capacity;
        const int rc = inflate(&in->zlib, Z_NO_FLUSH);
        in->disk_at = in->n_disk - in->zlib.avail_in;
        *n = capacity - in->zlib.avail_out;
        if (rc == Z_STREAM_END) {
            in->inside_member = false;
            if (inflateReset(&in->zlib) != Z_OK)
                return ptl_fail(err, PTL_E_INTERNAL, "zlib could not be reset for %s", in->name);
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return ptl_fail(err, PTL_E_CORRUPT, "%s is not readable as gzip: %s", in->name,
                            in->zlib.msg ? in->zlib.msg : "damaged data");
        }
    }
    return PTL_OK;
}

/* Bytes before decoding. */
static ptl_status read_bytes(size_t *n, ptl_text_input *in, uint8_t *out, size_t capacity,
                             ptl_error *err)
{
    *n = 0;
    if (in->ended) return PTL_OK;
    if (in->is_gzip) return inflate_some(n, in, out, capacity, err);
    if (in->disk_at == in->n_disk) PTL_TRY(read_disk(in, err));
    *n = in->n_disk - in->disk_at;
    if (*n > capacity) *n = capacity;
    memcpy(out, in->disk + in->disk_at, *n);
    in->disk_at += *n;
    in->ended = *n == 0;
    return PTL_OK;
}

/* --- decoding --------------------------------------------------------------------------------- */

static size_t put_code_point(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) { /* an unpaired surrogate too: not UTF-8, so its row becomes faulty */
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Windows-1252 where it differs from latin-1: 0x80 … 0x9F. 0: not assigned, kept as it is. */
static const uint16_t cp1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static size_t decode_latin1(char *out, ptl_text_input *in)
{
    size_t len = 0;
    for (size_t i = 0; i < in->n_units; i++) {
        uint32_t c = in->units[i];
        if (c >= 0x80 && c < 0xA0 && cp1252[c - 0x80] != 0) c = cp1252[c - 0x80];
        len += put_code_point(out + len, c);
    }
    in->n_units = 0;
    return len;
}

static uint32_t unit16(const ptl_text_input *in, size_t at)
{
    const uint32_t a = in->units[at], b = in->units[at + 1];
    return in->encoding == PTL_TEXT_INPUT_UTF16_LE ? a | (b << 8) : (a << 8) | b;
}

/* Whole units only; half a unit or half a pair waits for more, or is kept as a fault at the end. */
static size_t decode_utf16(char *out, ptl_text_input *in)
{
    size_t at = 0, len = 0;
    while (at + 2 <= in->n_units) {
        uint32_t c = unit16(in, at);
        const bool is_high = c >= 0xD800 && c < 0xDC00;
        if (is_high && at + 4 > in->n_units && !in->ended) break;
        at += 2;
        if (is_high && at + 2 <= in->n_units) {
            const uint32_t low = unit16(in, at);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        len += put_code_point(out + len, c);
    }
    if (in->ended && at < in->n_units) { /* an odd last byte: 0xFF is never UTF-8 */
        out[len++] = (char)0xFF;
        at = in->n_units;
    }
    memmove(in->units, in->units + at, in->n_units - at);
    in->n_units -= at;
    return len;
}

ptl_status ptl_text_input_read(size_t *n, ptl_text_input *in, char *out, size_t capacity,
                               ptl_error *err)
{
    if (in->encoding == PTL_TEXT_INPUT_UTF8) {
        if (in->n_units > 0) { /* what the look at the head had read */
            *n = in->n_units < capacity ? in->n_units : capacity;
            memcpy(out, in->units, *n);
            memmove(in->units, in->units + *n, in->n_units - *n);
            in->n_units -= *n;
            return PTL_OK;
        }
        return read_bytes(n, in, (uint8_t *)out, capacity, err);
    }
    *n = 0;
    /* One byte becomes three at most, and the odd last byte one more. */
    size_t room = (capacity - 4) / 3;
    if (room > sizeof in->units) room = sizeof in->units;
    while (*n == 0) {
        if (in->n_units < room && !in->ended) {
            size_t got;
            PTL_TRY(read_bytes(&got, in, in->units + in->n_units, room - in->n_units, err));
            in->n_units += got;
        }
        if (in->n_units == 0 && in->ended) return PTL_OK;
        *n = in->encoding == PTL_TEXT_INPUT_LATIN1 ? decode_latin1(out, in) : decode_utf16(out, in);
        if (*n == 0 && in->ended && in->n_units == 0) return PTL_OK;
    }
    return PTL_OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

static ptl_status encoding_of(ptl_text_input_encoding *out, const char *name, ptl_error *err)
{
    if (!name || !strcasecmp(name, "utf-8") || !strcasecmp(name, "utf8")) {
        *out = PTL_TEXT_INPUT_UTF8;
    } else if (!strcasecmp(name, "utf-16") || !strcasecmp(name, "utf16")) {
        *out = PTL_TEXT_INPUT_UTF16_LE; /* its mark decides */
    } else if (!strcasecmp(name, "latin-1") || !strcasecmp(name, "windows-1252") ||
               !strcasecmp(name, "iso-8859-1")) {
        *out = PTL_TEXT_INPUT_LATIN1;
    } else {
        ptl_status st = ptl_fail(err, PTL_E_INVALID, "encoding \"%s\" is not one of ours", name);
        ptl_error_hint(err, "use utf-8, utf-16 or latin-1");
        return st;
    }
    return PTL_OK;
}

static void skip_units(ptl_text_input *in, size_t n)
{
    memmove(in->units, in->units + n, in->n_units - n);
    in->n_units -= n;
}

/* Byte order marks are believed before any setting: nothing else begins with them. */
static void look_at_mark(ptl_text_input *in)
{
    const uint8_t *u = in->units;
    if (in->n_units >= 3 && u[0] == 0xEF && u[1] == 0xBB && u[2] == 0xBF) {
        in->encoding = PTL_TEXT_INPUT_UTF8;
        skip_units(in, 3);
        return;
    }
    const bool le = in->n_units >= 2 && u[0] == 0xFF && u[1] == 0xFE;
    const bool be = in->n_units >= 2 && u[0] == 0xFE && u[1] == 0xFF;
    if (le) in->encoding = PTL_TEXT_INPUT_UTF16_LE;
    if (be) in->encoding = PTL_TEXT_INPUT_UTF16_BE;
    if (le || be) skip_units(in, 2);
}

ptl_status ptl_text_input_open(ptl_text_input *in, int fd, const ptl_rows_options *options,
                               ptl_error *err)
{
    memset(in, 0, offsetof(ptl_text_input, disk));
    in->fd = fd;
    in->name = options->name ? options->name : "the file";
    in->is_gzip = options->is_gzip;
    PTL_TRY(encoding_of(&in->encoding, options->encoding, err));
    PTL_TRY(read_disk(in, err));
    const bool has_magic = in->n_disk >= 2 && in->disk[0] == 0x1F && in->disk[1] == 0x8B;
    if (in->n_disk > 0 && in->is_gzip != has_magic)
        return ptl_fail(err, PTL_E_INVALID,
                        in->is_gzip ? "%s is not a gzip file although its name ends in .gz"
                                    : "%s is a gzip file although its name does not end in .gz",
                        in->name);
    if (in->is_gzip) {
        if (inflateInit2(&in->zlib, 15 + 16) != Z_OK)
            return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read %s as gzip", in->name);
        in->zlib_open = true;
    }
    while (in->n_units < 4 && !in->ended) {
        size_t n;
        PTL_TRY(read_bytes(&n, in, in->units + in->n_units, 4 - in->n_units, err));
        in->n_units += n;
    }
    look_at_mark(in);
    return PTL_OK;
}

void ptl_text_input_close(ptl_text_input *in)
{
    if (in->zlib_open) (void)inflateEnd(&in->zlib);
    in->zlib_open = false;
}
