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

/* --- a list in parts -------------------------------------------------------------------------- */

static const ptl_reply_column said[] = {
    {"name", "", PTL_HOLDS_TEXT},    {"n", "", PTL_HOLDS_INT},
    {"share", "", PTL_HOLDS_NUMBER}, {"spend", "", PTL_HOLDS_MONEY},
    {"value", "", PTL_HOLDS_FIGURE}, {"day", "", PTL_HOLDS_DAY},
    {"at", "", PTL_HOLDS_INSTANT}};

/* Page 0 knows names alone; page 1 has all else, and money beside numbers in one column. */
static ptl_reply *make_page(int page, bool last)
{
    ptl_reply *reply = NULL;
    ptl_error err;
    EXPECT_OK(ptl_reply_new(&reply, &err));
    ptl_reply_table(reply, "before", "", columns, 1);
    ptl_reply_table_end(reply);
    ptl_reply_table(reply, "rows", "", said, 7);
    for (int i = 0; i < 2; i++) {
        ptl_reply_cell_text(reply, i ? "b" : "a");
        if (page == 0) {
            for (int j = 1; j < 7; j++) ptl_reply_cell_text(reply, NULL);
            continue;
        }
        ptl_reply_cell_int(reply, 7 + i);
        ptl_reply_cell_double(reply, 0.375);
        ptl_reply_cell_micros(reply, 1250000, "EUR");
        if (i == 0)
            ptl_reply_cell_micros(reply, -3, "EUR");
        else
            ptl_reply_cell_double(reply, 1.5);
        ptl_reply_cell_day(reply, i);
        ptl_reply_cell_instant(reply, 1000000);
    }
    ptl_reply_table_end(reply);
    ptl_reply_json(reply, "next_cursor", last ? PTL_TEXT("null") : PTL_TEXT("\"abc\""));
    ptl_reply_table(reply, "beside", "", columns, 1);
    ptl_reply_table_end(reply);
    EXPECT_OK(ptl_reply_check(reply, &err));
    return reply;
}

static void write_pages(ptl_buffer *out, int parts0, int parts1, bool arrow)
{
    ptl_error err;
    for (int page = 0; page < 2; page++) {
        ptl_reply *reply = make_page(page, page == 1);
        const int parts = page ? parts1 : parts0;
        EXPECT_OK(arrow ? ptl_reply_write_arrow(reply, "rows", parts, out, &err)
                        : ptl_reply_write_csv(reply, "rows", parts, out, &err));
        ptl_reply_free(reply);
    }
}

static void parts_make_a_whole(void **state)
{
    (void)state;
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    write_pages(&out, PTL_PART_HEAD | PTL_PART_ROWS, PTL_PART_ROWS | PTL_PART_END, false);
    EXPECT_STR(out.ptr, "name,n,share,spend,spend_currency,value,value_currency,day,at\r\n"
                        "a,,,,,,,,\r\nb,,,,,,,,\r\n"
                        "a,7,0.375,1.25,EUR,-0.000003,EUR,1970-01-01,1970-01-01T00:00:01Z\r\n"
                        "b,8,0.375,1.25,EUR,1.5,,1970-01-02,1970-01-01T00:00:01Z\r\n");
    ptl_buffer_dispose(&out);
}

/* The schema of a page in which nothing is known is that of a page in which all is. */
static void types_do_not_follow_values(void **state)
{
    (void)state;
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    write_pages(&out, PTL_PART_HEAD, PTL_PART_HEAD, true);
    EXPECT_INT(out.len % 2, 0);
    EXPECT_INT(memcmp(out.ptr, out.ptr + out.len / 2, out.len / 2), 0);
    ptl_buffer_dispose(&out);
}

static void other_cells_are_faults(void **state)
{
    (void)state;
    ptl_reply *reply = NULL;
    ptl_error err;
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    EXPECT_OK(ptl_reply_new(&reply, &err));
    ptl_reply_table(reply, "rows", "", said, 2);
    ptl_reply_cell_text(reply, "a");
    ptl_reply_cell_double(reply, 1.0);
    ptl_reply_table_end(reply);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_INTERNAL, "column \"n\"");
    ptl_reply_free(reply);
    reply = make(); /* its columns do not say what they hold */
    EXPECT_INT(ptl_reply_write_csv(reply, NULL, PTL_PART_ROWS, &out, &err), PTL_E_INTERNAL);
    ptl_reply_free(reply);
    ptl_buffer_dispose(&out);
}

static void a_cursor_is_of_the_list_before_it(void **state)
{
    (void)state;
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    for (int last = 0; last < 2; last++) {
        ptl_reply *reply = make_page(0, last == 1);
        ptl_reply_cursor(reply, "before", &out);
        ptl_reply_cursor(reply, "beside", &out);
        ptl_reply_cursor(reply, "none", &out);
        EXPECT_INT(out.len, 0);
        ptl_reply_cursor(reply, "rows", &out);
        EXPECT_INT(out.len, last ? 0 : 3);
        if (!last) EXPECT_STR(out.ptr, "abc");
        ptl_buffer_clear(&out);
        ptl_reply_free(reply);
    }
    ptl_buffer_dispose(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(csv_is_exact),
                                       cmocka_unit_test(lists_are_named),
                                       cmocka_unit_test(arrow_is_framed),
                                       cmocka_unit_test(parts_make_a_whole),
                                       cmocka_unit_test(types_do_not_follow_values),
                                       cmocka_unit_test(other_cells_are_faults),
                                       cmocka_unit_test(a_cursor_is_of_the_list_before_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
