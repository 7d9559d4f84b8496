/* Estimates as people read them. The expected texts are those of docs/charts.md (Digits), which the
 * page's script is held to as well (tests/web/unit/numbers.test.mjs), and of UI's examples. */
#include "base/show.h"

#include "support/expect.h"

#include <string.h>

static const char *estimate(double value, double low, double high, ptl_unit unit, bool is_signed)
{
    static char text[128];
    ptl_buffer b;
    const ptl_estimate e = {value, low, high, 0.8};
    ptl_buffer_init(&b, sizeof text - 1, NULL);
    ptl_show_estimate(&b, &e, unit, "EUR", is_signed);
    memcpy(text, b.ptr, b.len + 1);
    ptl_buffer_dispose(&b);
    return text;
}

static void test_money(void **state)
{
    (void)state;
    const ptl_unit money = PTL_UNIT_MONEY;
    assert_string_equal(estimate(210400, 90200, 329700, money, true), "+€210k, 90 to 330");
    assert_string_equal(estimate(41652000, 41020000, 42270000, money, false),
                        "€41.65m, 41.02 to 42.27");
    assert_string_equal(estimate(118342, PTL_NAN, PTL_NAN, money, false), "€118.3k");
    assert_string_equal(estimate(-62000, -96000, -30000, money, true), "−€62k, −96 to −30");
    assert_string_equal(estimate(3.5, PTL_NAN, PTL_NAN, money, false), "€3.50");
}

static void test_shares_returns_counts(void **state)
{
    (void)state;
    assert_string_equal(estimate(0.0002, -0.0089, 0.0092, PTL_UNIT_SHARE, true),
                        "0.0, −0.9 to 0.9");
    assert_string_equal(estimate(0.714, PTL_NAN, PTL_NAN, PTL_UNIT_SHARE, false), "71.4%");
    assert_string_equal(estimate(0.38, 0.21, 0.58, PTL_UNIT_RETURN, false), "€0.38, 0.21 to 0.58");
    assert_string_equal(estimate(658, 641.2, 677.9, PTL_UNIT_COUNT, false), "658, 641 to 678");
    assert_string_equal(estimate(118342, PTL_NAN, PTL_NAN, PTL_UNIT_COUNT, false), "118.3k");
}

static void test_what_is_not_known_is_none(void **state)
{
    (void)state;
    assert_string_equal(estimate(PTL_NAN, 1, 2, PTL_UNIT_MONEY, true), "none");
    ptl_buffer b;
    ptl_buffer_init(&b, 64, NULL);
    ptl_show_range(&b, PTL_NAN, 3, ptl_show_digits(2, 1, 3, PTL_UNIT_NUMBER));
    assert_string_equal(b.ptr, "none");
    ptl_buffer_dispose(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_shares_returns_counts),
        cmocka_unit_test(test_what_is_not_known_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
