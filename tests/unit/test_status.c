/* test_status: the error record (status.h, verdict.h). */
#include "support/expect.h"

#include <math.h>

#include "base/text.h"
#include "portolan/verdict.h"

static void codes_are_unique_and_named(void **state)
{
    (void)state;
    static const ptl_status all[] = {
#define EACH(name, code, http, exit_code, text) PTL_##name,
        PTL_STATUS_LIST(EACH)
#undef EACH
    };
    const size_t n = sizeof all / sizeof all[0];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(all[i], all[j]);
            assert_int_not_equal(ptl_status_exit(all[i]), ptl_status_exit(all[j]));
            assert_string_not_equal(ptl_status_name(all[i]), ptl_status_name(all[j]));
        }
        assert_in_range(ptl_status_http(all[i]), 200, 599);
        assert_in_range(ptl_status_exit(all[i]), 0, 255);
        assert_true(strlen(ptl_status_text(all[i])) > 0);
    }
    EXPECT_STR(ptl_status_name(PTL_E_INVALID), "E_INVALID");
    EXPECT_INT(ptl_status_http(PTL_OK), 200);
    EXPECT_INT(ptl_status_exit(PTL_OK), 0);
}

static void a_value_outside_the_list_is_survived(void **state)
{
    (void)state;
    const int outside = 4711;
    EXPECT_STR(ptl_status_name((ptl_status)outside), "E_INTERNAL");
    EXPECT_INT(ptl_status_http((ptl_status)outside), 500);
    assert_true(strlen(ptl_verdict_text((ptl_verdict)outside)) > 0);
    EXPECT_STR(ptl_verdict_text(PTL_NOT_IDENTIFIED), "not identified");
}

static void fail_fills_and_clears(void **state)
{
    (void)state;
    ptl_error err;
    memset(&err, 'x', sizeof err);
    EXPECT_INT(ptl_fail(&err, PTL_E_LIMIT, "row %d: %s", 14, "-3.50"), PTL_E_LIMIT);
    EXPECT_STR(err.message, "row 14: -3.50");
    EXPECT_STR(err.detail, "");
    EXPECT_STR(err.hint, "");
    EXPECT_INT(err.status, PTL_E_LIMIT);
    ptl_error_detail(&err, "limit %d", 3);
    ptl_error_hint(&err, "cut it");
    EXPECT_INT(ptl_error_prefix(&err, PTL_E_INVALID, "file \"%s\"", "a.csv"), PTL_E_INVALID);
    EXPECT_STR(err.message, "file \"a.csv\": row 14: -3.50");
    EXPECT_STR(err.detail, "limit 3");
    EXPECT_STR(err.hint, "cut it");
    EXPECT_INT(err.status, PTL_E_INVALID);
    ptl_error_clear(&err);
    EXPECT_INT(err.status, PTL_OK);
    EXPECT_STR(err.message, "");
}

static void nobody_has_to_listen(void **state)
{
    (void)state;
    EXPECT_INT(ptl_fail(NULL, PTL_E_IO, "%d", 3), PTL_E_IO);
    EXPECT_INT(ptl_error_prefix(NULL, PTL_E_IO, "%d", 3), PTL_E_IO);
    ptl_error_detail(NULL, "%d", 3);
    ptl_error_hint(NULL, "%d", 3);
    ptl_error_clear(NULL);
}

static void a_message_may_quote_itself(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_fail(&err, PTL_E_IO, "disk full");
    ptl_fail(&err, PTL_E_IO, "cannot save: %s", err.message);
    EXPECT_STR(err.message, "cannot save: disk full");
}

/* Invariant 1: whatever the length, the text stays terminated and UTF-8. */
/* A precision cuts within a character, and what is quoted may be no text at all. */
static void pieces_of_characters_are_left_out(void **state)
{
    (void)state;
    ptl_error err;
    (void)ptl_fail(&err, PTL_E_INVALID, "found \"%.4s\", allowed: all", "ab\u20acd");
    EXPECT_STR(err.message, "found \"ab\", allowed: all");
    (void)ptl_fail(&err, PTL_E_INVALID, "found \"%s\"",
                   "a\xff\xc3(\xe2\x82"
                   "b\xed\xa0\x80\xf0\x9f\x98\x80");
    EXPECT_STR(err.message, "found \"a(b\U0001F600\"");
    ptl_error_hint(&err, "%.3s", "\u00e4\u00e4");
    EXPECT_STR(err.hint, "\u00e4");
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    static const char euros[] = "\xe2\x82\xac"; /* three bytes */
    char text[2100];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        size_t len = shift;
        for (; len + 3 < sizeof text; len += 3) memcpy(text + len, euros, 3);
        text[len] = '\0';
        ptl_error err;
        ptl_fail(&err, PTL_E_INVALID, "%s", text);
        const size_t kept = strlen(err.message);
        assert_in_range(kept, sizeof err.message - 4, sizeof err.message - 1);
        assert_true(ptl_text_utf8_valid(ptl_text_of(err.message), NULL));
        assert_memory_equal(err.message, text, kept);
        ptl_error_prefix(&err, PTL_E_INVALID, "a place");
        assert_true(ptl_text_utf8_valid(ptl_text_of(err.message), NULL));
    }
}

static ptl_status tried(bool fails, ptl_error *err)
{
    PTL_TRY(fails ? ptl_fail(err, PTL_E_BUSY, "held") : PTL_OK);
    return PTL_OK;
}

static void try_leaves_with_the_callees_failure(void **state)
{
    (void)state;
    ptl_error err = {0};
    EXPECT_OK(tried(false, &err));
    EXPECT_FAIL(tried(true, &err), PTL_E_BUSY, "held");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_unique_and_named),
        cmocka_unit_test(a_value_outside_the_list_is_survived),
        cmocka_unit_test(fail_fills_and_clears),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(a_message_may_quote_itself),
        cmocka_unit_test(pieces_of_characters_are_left_out),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(try_leaves_with_the_callees_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
