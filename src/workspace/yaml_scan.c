/* yaml_scan.c: the characters a configuration may hold.
 *
 * libyaml would stop at the first of these, counts a line more at U+0085, U+2028 and U+2029 than
 * any editor shows, and takes UTF-16 where a file begins like it. One pass over the bytes before
 * it keeps lines and columns those of the editor and reports every such place. */
#include "workspace/yaml_internal.h"

#include <stdio.h>
#include <string.h>

typedef struct scan {
    const char *file;
    ptl_text content;
    ptl_faults *faults;
    size_t at;
    int64_t line, column;
    bool indenting; /* nothing but white space on this line so far */
    bool tab_told;  /* one fault a line is enough                  */
    bool clean;
} scan;

static void scan_fault(scan *s, const char *found, const char *allowed)
{
    const ptl_fault fault = {.file = s->file,
                             .line = s->line,
                             .column = s->column,
                             .key = "",
                             .found = found,
                             .in_words = true,
                             .allowed = allowed};
    ptl_faults_add(s->faults, &fault);
    s->clean = false;
}

/* The code point of the character at `at`, in text known to be UTF-8; `len` its bytes. */
static uint32_t decode(const unsigned char *at, size_t *len)
{
    *len = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (*len == 1) return at[0];
    uint32_t code = at[0] & (0x7Fu >> *len);
    for (size_t i = 1; i < *len; i++) code = code << 6 | (at[i] & 0x3Fu);
    return code;
}

static bool is_forbidden(uint32_t code)
{
    if (code < 0x20) return code != '\t' && code != '\n' && code != '\r';
    return (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || code == 0xFEFF ||
           code == 0xFFFE || code == 0xFFFF;
}

static void scan_character(scan *s, uint32_t code, unsigned char after)
{
    if (code == '\t' && s->indenting && !s->tab_told) {
        scan_fault(s, "a tab", "spaces before the text of a line");
        s->tab_told = true;
    }
    if (is_forbidden(code) || (code == '\r' && after != '\n')) {
        char found[32];
        snprintf(found, sizeof found, "the character U+%04X", (unsigned)code);
        scan_fault(s, found, "text without control characters; in \"…\" write \\uXXXX for them");
    }
    if (code != ' ' && code != '\t') s->indenting = false;
}

static void scan_step(scan *s)
{
    const unsigned char *bytes = (const unsigned char *)s->content.ptr + s->at;
    size_t len = 0;
    const uint32_t code = decode(bytes, &len);
    s->at += len;
    scan_character(s, code, s->at < s->content.len ? bytes[len] : 0);
    s->column++;
    if (code == '\n') {
        s->line++;
        s->column = 1;
        s->indenting = true;
        s->tab_told = false;
    }
}

bool ptl_yaml_scan(const char *file, ptl_text content, ptl_faults *faults)
{
    size_t broken = content.len;
    const bool valid = ptl_text_utf8_valid(content, &broken);
    scan s = {.file = file,
              .content = {content.ptr, valid ? content.len : broken},
              .faults = faults,
              .line = 1,
              .column = 1,
              .indenting = true,
              .clean = true};
    while (s.at < s.content.len) scan_step(&s);
    if (!valid) {
        char found[32];
        snprintf(found, sizeof found, "byte 0x%02X", (unsigned)(unsigned char)content.ptr[broken]);
        scan_fault(&s, found, "UTF-8; save the file in this encoding");
    }
    return s.clean;
}
