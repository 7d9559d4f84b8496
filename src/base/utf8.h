/* utf8.h: one character of UTF-8.
 *
 * Valid is what RFC 3629 says: shortest form, no surrogates, nothing above U+10FFFF. The table of
 * its section 4 is the function below: the first byte fixes the length and narrows the second. */
#ifndef PTL_BASE_UTF8_H
#define PTL_BASE_UTF8_H

#include <stddef.h>

/* Length of the character that starts at `at`, or 0 where none does. */
static inline size_t ptl_utf8_len(const unsigned char *at, size_t left)
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

#endif
