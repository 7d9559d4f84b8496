/* test_row_scope.c: whose rows an answer shows to somebody who is bound to verticals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ops/vertical.h"
#include "support/expect.h"

static const ptl_reply_column figures[] = {
    {"dimension", "", false}, {"channel", "", false}, {"value", "", true}};
static const ptl_reply_column costs[] = {{"value", "", true}, {"vertical", "", false}};

static void put_figure(ptl_reply *reply, const char *dimension, const char *channel, int64_t value)
{
    ptl_reply_cell_text(reply, dimension);
    ptl_reply_cell_text(reply, channel);
    ptl_reply_cell_int(reply, value);
}

static ptl_reply *make(void)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    EXPECT_OK(ptl_reply_new(&reply, &err));
    ptl_reply_table(reply, "figures", "", figures, 3);
    put_figure(reply, "", "(all)", 1);
    put_figure(reply, "vertical", "Schools", 2);
    put_figure(reply, "vertical", "Offices", 3);
    put_figure(reply, "channel", "Offices", 4); /* a channel that is called so */
    put_figure(reply, "vertical", "School", 5); /* no prefix counts */
    ptl_reply_table_end(reply);
    ptl_reply_table(reply, "costs", "", costs, 2);
    ptl_reply_cell_int(reply, 6);
    ptl_reply_cell_text(reply, "Offices");
    ptl_reply_cell_int(reply, 7);
    ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_int(reply, 8);
    ptl_reply_cell_text(reply, "Clinics, large");
    ptl_reply_table_end(reply);
    return reply;
}

static void expect_csv(const char *verticals, const char *expected_figures,
                       const char *expected_costs)
{
    ptl_error err;
    ptl_buffer out;
    ptl_reply *reply = make();
    ptl_reply_bound(reply, verticals);
    ptl_buffer_init(&out, 1 << 16, NULL);
    EXPECT_OK(ptl_reply_write_csv(reply, "figures", PTL_PART_ALL, &out, &err));
    EXPECT_STR(out.ptr, expected_figures);
    ptl_buffer_clear(&out);
    EXPECT_OK(ptl_reply_write_csv(reply, "costs", PTL_PART_ALL, &out, &err));
    EXPECT_STR(out.ptr, expected_costs);
    ptl_buffer_dispose(&out);
    ptl_reply_free(reply);
}

#define ALL_FIGURES                                                                                \
    "dimension,channel,value\r\n\"\",(all),1\r\nvertical,Schools,2\r\nvertical,Offices,3\r\n"      \
    "channel,Offices,4\r\nvertical,School,5\r\n"
#define ALL_COSTS "value,vertical\r\n6,Offices\r\n7,\r\n8,\"Clinics, large\"\r\n"

static void who_is_not_bound_sees_all(void **state)
{
    (void)state;
    expect_csv(NULL, ALL_FIGURES, ALL_COSTS);
    expect_csv("", ALL_FIGURES, ALL_COSTS);
}

static void who_is_bound_sees_his_own_and_the_whole(void **state)
{
    (void)state;
    expect_csv(
        "Schools",
        "dimension,channel,value\r\n\"\",(all),1\r\nvertical,Schools,2\r\nchannel,Offices,4\r\n",
        "value,vertical\r\n7,\r\n");
    expect_csv(
        "Clinics, large\nOffices",
        "dimension,channel,value\r\n\"\",(all),1\r\nvertical,Offices,3\r\nchannel,Offices,4\r\n",
        ALL_COSTS);
}

static void names_are_whole_lines(void **state)
{
    (void)state;
    EXPECT_INT(ptl_lines_hold("a\nb c\nd", PTL_TEXT("b c")), true);
    EXPECT_INT(ptl_lines_hold("a\nb c\nd", PTL_TEXT("b")), false);
    EXPECT_INT(ptl_lines_hold("a\nb c\nd", PTL_TEXT("a\nb c")), false);
    EXPECT_INT(ptl_lines_hold("a\nb c\nd", PTL_TEXT("")), false);
    EXPECT_INT(ptl_lines_hold(NULL, PTL_TEXT("x")), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_is_not_bound_sees_all),
                                       cmocka_unit_test(who_is_bound_sees_his_own_and_the_whole),
                                       cmocka_unit_test(names_are_whole_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
