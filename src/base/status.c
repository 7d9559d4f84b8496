/* status.c: filling the caller's error record.
 *
 * Invariants. 1. Texts in a ptl_error are terminated UTF-8: what does not fit is cut between
 * characters, and a piece of one is left out. 2. The arguments may point into the very record that
 * is filled (a message that quotes the message before it), so text is made aside and then copied.
 */
#include "portolan/status.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

const char *ptl_status_name(ptl_status status)
{
    switch (status) {
#define NAME_CASE(name, code, http, exit_code, text)                                               \
    case PTL_##name:                                                                               \
        return #name;
        PTL_STATUS_LIST(NAME_CASE)
#undef NAME_CASE
    }
    return "E_INTERNAL";
}

const char *ptl_status_text(ptl_status status)
{
    switch (status) {
#define TEXT_CASE(name, code, http, exit_code, text)                                               \
    case PTL_##name:                                                                               \
        return text;
        PTL_STATUS_LIST(TEXT_CASE)
#undef TEXT_CASE
    }
    return "a status outside the list";
}

int ptl_status_http(ptl_status status)
{
    switch (status) {
#define HTTP_CASE(name, code, http, exit_code, text)                                               \
    case PTL_##name:                                                                               \
        return http;
        PTL_STATUS_LIST(HTTP_CASE)
#undef HTTP_CASE
    }
    return 500;
}

int ptl_status_exit(ptl_status status)
{
    switch (status) {
#define EXIT_CASE(name, code, http, exit_code, text)                                               \
    case PTL_##name:                                                                               \
        return exit_code;
        PTL_STATUS_LIST(EXIT_CASE)
#undef EXIT_CASE
    }
    return 70;
}

/* Whole characters, as many as there is room for. What begins none is left out: a precision ("found
 * %.40s") cuts within a character, and what is quoted may be anything. */
static void put(char *out, size_t out_size, const char *text)
{
    size_t n = 0, left = strlen(text);
    while (left > 0) {
        const size_t len = ptl_utf8_len((const unsigned char *)text, left);
        if (n + len > out_size - 1) break;
        memcpy(out + n, text, len);
        n += len;
        text += len ? len : 1;
        left -= len ? len : 1;
    }
    out[n] = '\0';
}

/* The scratch is larger than any field, so that the cut happens in put(), between characters. */
enum { SCRATCH_BYTES = 2048 };

static void make(char scratch[SCRATCH_BYTES], const char *format, va_list args) PTL_PRINTF(2, 0);
static void make(char scratch[SCRATCH_BYTES], const char *format, va_list args)
{
    if (vsnprintf(scratch, SCRATCH_BYTES, format, args) < 0)
        memcpy(scratch, "a message that could not be formatted",
               sizeof "a message that could not be formatted");
}

ptl_status ptl_fail(ptl_error *err, ptl_status status, const char *format, ...)
{
    if (!err) return status;
    char scratch[SCRATCH_BYTES];
    va_list args;
    va_start(args, format);
    make(scratch, format, args);
    va_end(args);
    err->status = status;
    put(err->message, sizeof err->message, scratch);
    err->detail[0] = err->hint[0] = '\0';
    return status;
}

void ptl_error_detail(ptl_error *err, const char *format, ...)
{
    if (!err) return;
    char scratch[SCRATCH_BYTES];
    va_list args;
    va_start(args, format);
    make(scratch, format, args);
    va_end(args);
    put(err->detail, sizeof err->detail, scratch);
}

void ptl_error_hint(ptl_error *err, const char *format, ...)
{
    if (!err) return;
    char scratch[SCRATCH_BYTES];
    va_list args;
    va_start(args, format);
    make(scratch, format, args);
    va_end(args);
    put(err->hint, sizeof err->hint, scratch);
}

ptl_status ptl_error_prefix(ptl_error *err, ptl_status status, const char *format, ...)
{
    if (!err) return status;
    char scratch[SCRATCH_BYTES];
    va_list args;
    va_start(args, format);
    make(scratch, format, args);
    va_end(args);
    char joined[SCRATCH_BYTES + sizeof err->message];
    snprintf(joined, sizeof joined, "%s: %s", scratch, err->message);
    put(err->message, sizeof err->message, joined);
    err->status = status;
    return status;
}

void ptl_error_clear(ptl_error *err)
{
    if (!err) return;
    err->status = PTL_OK;
    err->message[0] = err->detail[0] = err->hint[0] = '\0';
}
