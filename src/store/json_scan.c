/* json_scan.c: RFC 8259 by recursive descent (json_scan.h). A key too long for a path is walked and
 * its value not handed on: no column has such a name. */
#include "store/json_scan.h"

#include <string.h>

typedef struct scanner {
    const char *p, *end;
    char *scratch; /* free bytes */
    ptl_json_scan_fn fn;
    void *ctx;
    int32_t depth;
    size_t path_len; /* beyond the ceiling: nothing is handed on */
    char path[PTL_JSON_SCAN_PATH_BYTES_MAX + 1];
} scanner;

static const char *scan_value(scanner *s);

static void skip_blanks(scanner *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
        s->p++;
}

static bool take(scanner *s, char c)
{
    skip_blanks(s);
    const bool is = s->p < s->end && *s->p == c;
    s->p += is;
    return is;
}

/* --- texts ------------------------------------------------------------------------------------ */

static int32_t hex4(const char *p, const char *end)
{
    int32_t value = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        const char c = p[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    if (c < 0x800) {
        *out++ = (char)(0xC0 | (c >> 6));
    } else {
        if (c < 0x10000) {
            *out++ = (char)(0xE0 | (c >> 12));
        } else {
            *out++ = (char)(0xF0 | (c >> 18));
            *out++ = (char)(0x80 | ((c >> 12) & 0x3F));
        }
        *out++ = (char)(0x80 | ((c >> 6) & 0x3F));
    }
    *out++ = (char)(0x80 | (c & 0x3F));
    return out;
}

/* After "\u": four digits, or eight that are a pair. */
static const char *unfold_unicode(scanner *s)
{
    int32_t c = hex4(s->p, s->end);
    if (c < 0) return "\\u needs four hexadecimal digits";
    if (c == 0) return "a NUL character";
    s->p += 4;
    if (c >= 0xD800 && c < 0xE000) {
        const bool is_pair = c < 0xDC00 && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u';
        const int32_t low = is_pair ? hex4(s->p + 2, s->end) : -1;
        if (low < 0xDC00 || low >= 0xE000) return "half a pair of surrogates";
        s->p += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    s->scratch = put_utf8(s->scratch, (uint32_t)c);
    return NULL;
}

static const char *unfold_escape(scanner *s)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (s->p == s->end) return "a text is opened and never closed";
    const char c = *s->p++;
    if (c == 'u') return unfold_unicode(s);
    const char *found = c ? strchr(from, c) : NULL;
    if (!found) return "a backslash before what needs none";
    *s->scratch++ = to[found - from];
    return NULL;
}

/* The rest of a text with escapes, into the scratch. */
static const char *unfold(ptl_text *out, scanner *s, const char *start)
{
    char *const copy = s->scratch;
    memcpy(copy, start, (size_t)(s->p - start));
    s->scratch += s->p - start;
    while (s->p < s->end && *s->p != '"') {
        const char *fault = NULL;
        if ((uint8_t)*s->p < 0x20) return "a control character inside a text";
        if (*s->p != '\\') {
            *s->scratch++ = *s->p++;
            continue;
        }
        s->p++;
        fault = unfold_escape(s);
        if (fault) return fault;
    }
    *out = (ptl_text){copy, (size_t)(s->scratch - copy)};
    return NULL;
}

/* After the opening quote. */
static const char *scan_text(ptl_text *out, scanner *s)
{
    const char *const start = s->p;
    while (s->p < s->end && *s->p != '"' && *s->p != '\\' && (uint8_t)*s->p >= 0x20) s->p++;
    *out = (ptl_text){start, (size_t)(s->p - start)};
    if (s->p < s->end && *s->p != '"') {
        const char *fault = unfold(out, s, start);
        if (fault) return fault;
    }
    if (s->p == s->end) return "a text is opened and never closed";
    s->p++;
    return NULL;
}

/* --- numbers and words ------------------------------------------------------------------------ */

static bool digits(scanner *s)
{
    const char *const start = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') s->p++;
    return s->p > start;
}

static const char *scan_number(scanner *s)
{
    static const char fault[] = "not a number as JSON writes one";
    if (*s->p == '-') s->p++;
    const char *const start = s->p;
    if (!digits(s) || (*start == '0' && s->p - start > 1)) return fault;
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!digits(s)) return fault;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-')) s->p++;
        if (!digits(s)) return fault;
    }
    return NULL;
}

static bool scan_word(scanner *s, ptl_text word)
{
    const bool is = (size_t)(s->end - s->p) >= word.len && memcmp(s->p, word.ptr, word.len) == 0;
    if (is) s->p += word.len;
    return is;
}

/* --- values ----------------------------------------------------------------------------------- */

static const char *give(scanner *s, ptl_text value, bool is_number)
{
    const bool is_quiet = s->path_len > PTL_JSON_SCAN_PATH_BYTES_MAX;
    return is_quiet ? NULL : s->fn(s->ctx, (ptl_text){s->path, s->path_len}, value, is_number);
}

static void enter_key(scanner *s, ptl_text key)
{
    const size_t at = s->path_len, dot = at > 0;
    s->path_len += dot + key.len;
    if (s->path_len > PTL_JSON_SCAN_PATH_BYTES_MAX) return;
    if (dot) s->path[at] = '.';
    memcpy(s->path + at + dot, key.ptr, key.len);
}

static const char *scan_object(scanner *s)
{
    const size_t path_len = s->path_len;
    if (take(s, '}')) return NULL;
    do {
        ptl_text key;
        if (!take(s, '"')) return "a key in double quotes is missing";
        const char *fault = scan_text(&key, s);
        if (fault) return fault;
        if (!take(s, ':')) return "a colon is missing after a key";
        enter_key(s, key);
        fault = scan_value(s);
        if (fault) return fault;
        s->path_len = path_len;
    } while (take(s, ','));
    return take(s, '}') ? NULL : "a comma or a closing brace is missing";
}

/* A list is checked as the rest is, and handed on whole. */
static const char *scan_list(scanner *s)
{
    const char *const start = s->p - 1;
    const size_t path_len = s->path_len;
    if (!take(s, ']')) {
        s->path_len = PTL_JSON_SCAN_PATH_BYTES_MAX + 1;
        do {
            const char *fault = scan_value(s);
            if (fault) return fault;
        } while (take(s, ','));
        s->path_len = path_len;
        if (!take(s, ']')) return "a comma or a closing bracket is missing";
    }
    return give(s, (ptl_text){start, (size_t)(s->p - start)}, false);
}

static const char *scan_nested(scanner *s, bool is_object)
{
    if (++s->depth > PTL_JSON_SCAN_DEPTH_MAX) return "nested too deeply";
    const char *fault = is_object ? scan_object(s) : scan_list(s);
    s->depth--;
    return fault;
}

static const char *scan_value(scanner *s)
{
    skip_blanks(s);
    if (s->p == s->end) return "the line ends inside the object";
    const char *const start = s->p;
    const char *fault = NULL;
    if (*s->p == '{' || *s->p == '[') {
        s->p++;
        return scan_nested(s, *start == '{');
    }
    if (*s->p == '"') {
        ptl_text text;
        s->p++;
        fault = scan_text(&text, s);
        return fault ? fault : give(s, text, false);
    }
    if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9')) {
        fault = scan_number(s);
        return fault ? fault : give(s, (ptl_text){start, (size_t)(s->p - start)}, true);
    }
    if (scan_word(s, PTL_TEXT("null"))) return give(s, PTL_TEXT(""), false);
    if (scan_word(s, PTL_TEXT("true"))) return give(s, PTL_TEXT("true"), false);
    if (scan_word(s, PTL_TEXT("false"))) return give(s, PTL_TEXT("false"), false);
    return "not a value as JSON writes one";
}

const char *ptl_json_scan(size_t *at, ptl_text object, char *scratch, ptl_json_scan_fn fn,
                          void *ctx)
{
    scanner s = {
        .p = object.ptr, .end = object.ptr + object.len, .scratch = scratch, .fn = fn, .ctx = ctx};
    const char *fault = take(&s, '{') ? scan_nested(&s, true) : "not an object in braces";
    if (!fault) skip_blanks(&s);
    if (!fault && s.p < s.end) fault = "text after the object";
    *at = (size_t)(s.p - object.ptr) + 1;
    return fault;
}
