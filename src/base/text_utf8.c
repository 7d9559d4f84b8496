/* text_utf8.c: is it UTF-8, and how wide is it in a terminal.
 *
 * Valid is what RFC 3629 says: shortest form, no surrogates, nothing above U+10FFFF. The table of
 * its section 4 is the loop below: the first byte fixes the length and narrows the second. */
#include "base/text.h"

#include <utf8proc.h>

/* Length of the character that starts at `at`, or 0 where none does. */
static size_t character_len(const unsigned char *at, size_t left)
{
    const unsigned first = at[0];
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0; /* continuation, overlong, beyond U+10FFFF */
    const size_t len = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (left < len) return 0;
    const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high) return 0;
    for (size_t i = 2; i < len; i++)
        if ((at[i] & 0xC0u) != 0x80u) return 0;
    return len;
}

bool ptl_text_utf8_valid(ptl_text text, size_t *first_fault)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    for (size_t at = 0; at < text.len;) {
        const size_t len = character_len(bytes + at, text.len - at);
        if (len == 0) {
            if (first_fault) *first_fault = at;
            return false;
        }
        at += len;
    }
    return true;
}

/* A byte that is not UTF-8 counts one column: terminals draw a replacement there. */
int64_t ptl_text_columns(ptl_text text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    int64_t columns = 0;
    for (size_t at = 0; at < text.len;) {
        const size_t len = character_len(bytes + at, text.len - at);
        if (len == 0) {
            columns++, at++;
            continue;
        }
        utf8proc_int32_t codepoint = 0;
        utf8proc_iterate(bytes + at, (utf8proc_ssize_t)len, &codepoint);
        columns += utf8proc_charwidth(codepoint);
        at += len;
    }
    return columns;
}
