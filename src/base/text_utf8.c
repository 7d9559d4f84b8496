/* text_utf8.c: is it UTF-8, and how wide is it in a terminal. */
#include "base/text.h"
#include "base/utf8.h"

#include <utf8proc.h>

bool ptl_text_utf8_valid(ptl_text text, size_t *first_fault)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    for (size_t at = 0; at < text.len;) {
        const size_t len = ptl_utf8_len(bytes + at, text.len - at);
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
        const size_t len = ptl_utf8_len(bytes + at, text.len - at);
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
