/* text.c: slices compared, cut, copied, and read as numbers.
 *
 * Numbers are read by strtod after their shape was checked by hand: strtod alone takes leading
 * space, "inf", "nan" and hexadecimal. strtod and printf follow the process's LC_NUMERIC; the
 * program never calls setlocale, so it stays "C" and the decimal sign is a point. */
#include "base/text.h"

#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ptl_text ptl_text_of(const char *terminated)
{
    return (ptl_text){terminated, terminated ? strlen(terminated) : 0};
}

/* memcmp may not be given NULL, not even for no bytes */
static int compare_bytes(const char *a, const char *b, size_t n)
{
    return n == 0 ? 0 : memcmp(a, b, n);
}

bool ptl_text_equal(ptl_text a, ptl_text b)
{
    return a.len == b.len && compare_bytes(a.ptr, b.ptr, a.len) == 0;
}

int ptl_text_compare(ptl_text a, ptl_text b)
{
    const int order = compare_bytes(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    if (order != 0) return order < 0 ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

bool ptl_text_starts(ptl_text text, ptl_text prefix)
{
    return text.len >= prefix.len && compare_bytes(text.ptr, prefix.ptr, prefix.len) == 0;
}

bool ptl_text_ends(ptl_text text, ptl_text suffix)
{
    if (text.len < suffix.len) return false;
    if (suffix.len == 0) return true;
    return memcmp(text.ptr + (text.len - suffix.len), suffix.ptr, suffix.len) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

ptl_text ptl_text_trim(ptl_text text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) text.ptr++, text.len--;
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) text.len--;
    return text;
}

ptl_text ptl_text_cut(ptl_text *text, char separator)
{
    const char *at = text->len ? memchr(text->ptr, separator, text->len) : NULL;
    ptl_text head = *text;
    if (!at) {
        *text = (ptl_text){text->len ? text->ptr + text->len : text->ptr, 0};
        return head;
    }
    head.len = (size_t)(at - text->ptr);
    *text = (ptl_text){at + 1, text->len - head.len - 1};
    return head;
}

char *ptl_text_copy(ptl_text text, ptl_arena *arena, ptl_error *err)
{
    if (text.len == SIZE_MAX) {
        ptl_fail(err, PTL_E_LIMIT, "a text of %zu bytes is too long", text.len);
        return NULL;
    }
    char *copy = ptl_arena_alloc(arena, text.len + 1, err); /* zeroed: terminated */
    if (copy && text.len > 0) memcpy(copy, text.ptr, text.len);
    return copy;
}

char *ptl_text_format(ptl_arena *arena, ptl_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = NULL;
    if (len < 0)
        ptl_fail(err, PTL_E_INTERNAL, "a text could not be formatted");
    else if ((text = ptl_arena_alloc(arena, (size_t)len + 1, err)) != NULL)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

static size_t skip_digits(ptl_text text, size_t at)
{
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') at++;
    return at;
}

static size_t skip_sign(ptl_text text, size_t at)
{
    return at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+') ? at + 1 : at;
}

/* Quoted in an error: as much of the text as helps. */
static int shown(ptl_text text)
{
    return text.len < 80 ? (int)text.len : 80;
}

ptl_status ptl_text_int(int64_t *out, ptl_text text, ptl_error *err)
{
    const size_t start = skip_sign(text, 0);
    const size_t end = skip_digits(text, start);
    if (end == start || end != text.len)
        return ptl_fail(err, PTL_E_INVALID, "\"%.*s\" is not a whole number", shown(text),
                        text.len ? text.ptr : "");
    const bool negative = text.ptr[0] == '-';
    int64_t value = 0; /* gathered on the negative side, which reaches one further */
    for (size_t i = start; i < end; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, text.ptr[i] - '0', &value))
            return ptl_fail(err, PTL_E_INVALID, "%.*s is outside 64 bits", shown(text), text.ptr);
    if (!negative && value == INT64_MIN)
        return ptl_fail(err, PTL_E_INVALID, "%.*s is outside 64 bits", shown(text), text.ptr);
    *out = negative ? value : -value;
    return PTL_OK;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit on at least one side of the point */
static bool is_decimal(ptl_text text)
{
    size_t at = skip_sign(text, 0);
    const size_t whole = skip_digits(text, at);
    size_t n_digits = whole - at;
    at = whole;
    if (at < text.len && text.ptr[at] == '.') {
        const size_t end = skip_digits(text, at + 1);
        n_digits += end - (at + 1);
        at = end;
    }
    if (n_digits == 0) return false;
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        const size_t start = skip_sign(text, at + 1);
        at = skip_digits(text, start);
        if (at == start) return false;
    }
    return at == text.len;
}

ptl_status ptl_text_double(double *out, ptl_text text, ptl_error *err)
{
    if (text.len > PTL_NUMBER_BYTES_MAX || !is_decimal(text))
        return ptl_fail(err, PTL_E_INVALID, "\"%.*s\" is not a number", shown(text),
                        text.len ? text.ptr : "");
    char copy[PTL_NUMBER_BYTES_MAX + 1];
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    const double value = strtod(copy, NULL);
    if (!isfinite(value))
        return ptl_fail(err, PTL_E_INVALID, "%.*s is outside the range of a double", shown(text),
                        text.ptr);
    *out = value;
    return PTL_OK;
}
