/* http_args: whatever comes as a query string ("a=1&b=%20", split and unescaped as the server
 * does), the reader ends with a status; what it accepts means the same as the JSON body it is
 * written as, and a cursor made up by anybody is refused or holds what it says. */
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/support/everything.h"
#include "ops/cursor.h"

enum { PARAMS_MAX = 64, BYTES_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds) abort();
}

/* In place: "name=value" pairs, "+" a blank, "%41" a byte. */
static int64_t split(ptl_arg_text *out, char *query)
{
    int64_t n = 0;
    for (char *rest = query; rest && *rest && n < PARAMS_MAX;) {
        char *pair = strsep(&rest, "&");
        char *value = strchr(pair, '=');
        if (value) *value++ = '\0';
        for (char *c = pair; c && *c; c++)
            if (*c == '+') *c = ' ';
        for (char *c = value; c && *c; c++)
            if (*c == '+') *c = ' ';
        (void)MHD_http_unescape(pair);
        if (value) (void)MHD_http_unescape(value);
        out[n++] = (ptl_arg_text){pair, value ? value : "true"};
    }
    return n;
}

static void same_as_json(const ptl_args *args, ptl_arena *arena)
{
    ptl_error err;
    ptl_args *again = NULL;
    ptl_buffer first, second;
    ptl_buffer_init(&first, 8 << 20, NULL);
    ptl_buffer_init(&second, 8 << 20, NULL);
    check(ptl_args_canonical(&first, args, &err) == PTL_OK);
    check(ptl_args_from_json(&again, &everything, ptl_buffer_borrow(&first), arena, &err) ==
          PTL_OK);
    check(ptl_args_canonical(&second, again, &err) == PTL_OK);
    check(ptl_text_equal(ptl_buffer_borrow(&first), ptl_buffer_borrow(&second)));
    ptl_buffer_dispose(&first);
    ptl_buffer_dispose(&second);
}

/* The same bytes as a cursor of a list. */
static void try_cursor(const char *text, ptl_arena *arena)
{
    static const ptl_param params[] = {PTL_PARAM_CURSOR};
    static const ptl_op list = {.name = "fuzz.list", .params = params, .n_params = 1};
    const ptl_arg_text given = {"cursor", text};
    ptl_error err;
    ptl_args *args = NULL;
    int64_t values[PTL_CURSOR_VALUES_MAX];
    bool is_given = false;
    if (ptl_args_from_texts(&args, &list, &given, 1, arena, &err) != PTL_OK) return;
    const ptl_call call = {.op = &list, .args = args, .arena = arena};
    for (int64_t n = 1; n <= PTL_CURSOR_VALUES_MAX; n++) {
        const ptl_status st = ptl_cursor_read(values, n, &is_given, &call, &err);
        check(st == PTL_OK || (st == PTL_E_INVALID && err.message[0] != '\0'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ptl_arena arena;
    ptl_error err;
    ptl_args *args = NULL;
    ptl_arg_text texts[PARAMS_MAX];
    if (len > BYTES_MAX) return 0;
    ptl_arena_init(&arena, 64 << 20, NULL);
    char *query = malloc(len + 1);
    check(query != NULL);
    if (len > 0) memcpy(query, bytes, len);
    query[len] = '\0';
    try_cursor(query, &arena);
    const int64_t n = split(texts, query);
    if (ptl_args_from_texts(&args, &everything, texts, n, &arena, &err) == PTL_OK)
        same_as_json(args, &arena);
    else
        check(err.message[0] != '\0');
    free(query);
    ptl_arena_dispose(&arena);
    return 0;
}
