/* args: whatever bytes come as JSON parameters, the reader ends with a status; what it accepts is
 * written canonically, reads back, and is then written as the same bytes. */
#include <stdlib.h>

#include "../tests/support/everything.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds) abort();
}

static void canonical(ptl_buffer *out, const ptl_args *args)
{
    ptl_buffer_init(out, 8 << 20, NULL);
    check(ptl_args_canonical(out, args, NULL) == PTL_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ptl_arena arena;
    ptl_error err;
    ptl_args *args = NULL;
    ptl_args *again = NULL;
    ptl_arena_init(&arena, 64 << 20, NULL);
    const ptl_text json = {(const char *)bytes, len};
    const ptl_status st = ptl_args_from_json(&args, &everything, json, &arena, &err);
    if (st == PTL_OK) {
        ptl_buffer first, second;
        canonical(&first, args);
        check(ptl_args_from_json(&again, &everything, ptl_buffer_borrow(&first), &arena, &err) ==
              PTL_OK);
        canonical(&second, again);
        check(ptl_text_equal(ptl_buffer_borrow(&first), ptl_buffer_borrow(&second)));
        ptl_buffer_dispose(&first);
        ptl_buffer_dispose(&second);
    } else {
        check(err.message[0] != '\0');
    }
    ptl_arena_dispose(&arena);
    return 0;
}
