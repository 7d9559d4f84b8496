/* test_reply_table.c: one list of an answer as CSV, byte by byte; the Arrow stream's frame. What
 * the stream holds is read by another implementation in tests/system/http_edges.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/expect.h"
#include "ops/reply.h"

static const ptl_reply_column columns[] = {{"name", "", false},
                                           {"n", "", true},
                                           {"share", "", true},
                                           {"spend", "", true},
                                           {"day", "", false}};

static ptl_reply *make(void)
{
    ptl_reply *reply = NULL;
    ptl_error err;
    EXPECT_OK(ptl_reply_new(&reply, &err));
    ptl_reply_table(reply, "rows", "", columns, 5);
    ptl_reply_cell_text(reply, "plain");
    ptl_reply_cell_int(reply, INT64_MAX);
    ptl_reply_cell_double(reply, 0.1);
    ptl_reply_cell_micros(reply, -1234567891, "EUR");
    ptl_reply_cell_day(reply, 0);
    ptl_reply_cell_text(reply, "a \"b\", c\r\nd");
    ptl_reply_cell_int(reply, -7);
    ptl_reply_cell_double(reply, PTL_NAN);
    ptl_reply_cell_micros(reply, 5000000, "JPY");
    ptl_reply_cell_day(reply, 1);
    ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_int(reply, 0);
    ptl_reply_cell_double(reply, -1e-300);
    ptl_reply_cell_micros(reply, 0, "");
    ptl_reply_cell_day(reply, 2);
    ptl_reply_cell_text(reply, "");
    ptl_reply_cell_int(reply, 1);
    ptl_reply_cell_double(reply, 12345678901234567.0);
    ptl_reply_cell_micros(reply, 1, "USD");
    ptl_reply_cell_day(reply, 3);
    ptl_reply_table_end(reply);
    return reply;
}

static void csv_is_exact(void **state)
{
    (void)state;
    ptl_reply *reply = make();
    ptl_buffer out;
    ptl_error err;
    ptl_buffer_init(&out, 1 << 20, NULL);
    EXPECT_OK(ptl_reply_write_csv(reply, NULL, PTL_PART_ALL, &out, &err));
    ptl_buffer_append(&out, "", 1);
    EXPECT_STR(out.ptr, "name,n,share,spend,spend_currency,day\r\n"
                        "plain,9223372036854775807,0.1,-1234.567891,EUR,1970-01-01\r\n"
                        "\"a \"\"b\"\", c\r\nd\",-7,,5.00,JPY,1970-01-02\r\n"
                        ",0,-1e-300,0.00,\"\",1970-01-03\r\n"
                        "\"\",1,12345678901234568,0.000001,USD,1970-01-04\r\n");
    ptl_buffer_dispose(&out);
    ptl_reply_free(reply);
}

static void lists_are_named(void **state)
{
    (void)state;
    ptl_reply *reply = make();
    ptl_buffer out;
    ptl_error err;
    ptl_buffer_init(&out, 1 << 20, NULL);
    EXPECT_INT(ptl_reply_write_csv(reply, "other", PTL_PART_ALL, &out, &err), PTL_E_INVALID);
    EXPECT_OK(ptl_reply_write_csv(reply, "rows", PTL_PART_ALL, &out, &err));
    ptl_reply_table(reply, "more", "", columns, 1);
    ptl_reply_table_end(reply);
    EXPECT_INT(ptl_reply_write_csv(reply, NULL, PTL_PART_ALL, &out, &err), PTL_E_INVALID);
    EXPECT_INT(ptl_reply_write_arrow(reply, NULL, PTL_PART_ALL, &out, &err), PTL_E_INVALID);
    ptl_buffer_clear(&out);
    EXPECT_OK(ptl_reply_write_csv(reply, "more", PTL_PART_ALL, &out, &err));
    ptl_buffer_append(&out, "", 1);
    EXPECT_STR(out.ptr, "name\r\n");
    ptl_buffer_dispose(&out);
    ptl_reply_free(reply);
}

/* Every message stands at a multiple of 8 and the stream ends with its mark. */
static void arrow_is_framed(void **state)
{
    (void)state;
    ptl_reply *reply = make();
    ptl_buffer out;
    ptl_error err;
    ptl_buffer_init(&out, 1 << 20, NULL);
    EXPECT_OK(ptl_reply_write_arrow(reply, "rows", PTL_PART_ALL, &out, &err));
    EXPECT_INT(out.len % 8, 0);
    EXPECT_INT(memcmp(out.ptr, "\xff\xff\xff\xff", 4), 0);
    EXPECT_INT(memcmp(out.ptr + out.len - 8, "\xff\xff\xff\xff\0\0\0\0", 8), 0);
    ptl_buffer_dispose(&out);
    ptl_reply_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(csv_is_exact),
                                       cmocka_unit_test(lists_are_named),
                                       cmocka_unit_test(arrow_is_framed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
