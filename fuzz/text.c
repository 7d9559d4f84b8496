/* text: whatever the bytes are, the readers of base/text.h end with a status, and what they accept
 * survives the way back: a double is written so that it reads to the same bits. */
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds) abort();
}

static void try_double(ptl_text text)
{
    ptl_error err;
    double value = 0.0, again = 0.0;
    if (ptl_text_double(&value, text, &err) != PTL_OK) return;
    char shown[32];
    const int32_t n = ptl_double_format(shown, value);
    check(n > 0 && n < 32);
    check(ptl_text_double(&again, (ptl_text){shown, (size_t)n}, &err) == PTL_OK);
    check(memcmp(&value, &again, sizeof value) == 0);
}

static void try_int(ptl_text text)
{
    ptl_error err;
    int64_t value = 0;
    if (ptl_text_int(&value, text, &err) != PTL_OK) return;
    double near = 0.0; /* every integer is a number, too */
    check(ptl_text_double(&near, text, &err) == PTL_OK);
    check(near >= -9223372036854775808.0 && near <= 9223372036854775808.0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const ptl_text whole = {(const char *)bytes, len};
    size_t fault = 0;
    const bool valid = ptl_text_utf8_valid(whole, &fault);
    check(valid || fault < len);
    if (valid) check(ptl_text_columns(whole) >= 0);

    try_double(whole);
    try_int(whole);
    ptl_text rest = whole;
    const ptl_text head = ptl_text_cut(&rest, '\n');
    check(head.len + rest.len <= len);
    check(ptl_text_distance(head, rest, 8) == ptl_text_distance(rest, head, 8));
    check(ptl_text_trim(whole).len <= len);
    return 0;
}
