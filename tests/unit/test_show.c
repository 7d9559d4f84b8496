/* test_show: figures, dates and weeks as people read them. Expected texts are written by hand from
 * the console's rules for numbers. */
#include "support/expect.h"

#include "base/show.h"

static ptl_buffer b;

static const char *shown(void)
{
    static char text[256];
    snprintf(text, sizeof text, "%s", b.ptr ? b.ptr : "");
    ptl_buffer_clear(&b);
    return text;
}

static const char *money(int64_t micros, int32_t significant)
{
    ptl_show_money_short(&b, micros, "EUR", significant);
    return shown();
}

static void short_money_keeps_its_digits(void **state)
{
    (void)state;
    EXPECT_STR(money(INT64_C(41650000000000), 4), "€41.65m");
    EXPECT_STR(money(INT64_C(210400000000), 4), "€210.4k");
    EXPECT_STR(money(INT64_C(210400000000), 3), "€210k");
    EXPECT_STR(money(-INT64_C(62300000000), 2), "−€62k");
    EXPECT_STR(money(980000000, 4), "€980");
    EXPECT_STR(money(73300000, 3), "€73");
    EXPECT_STR(money(380000, 3), "€0.38");
    EXPECT_STR(money(INT64_C(3210000000000000), 3), "€3.21bn");
    EXPECT_STR(money(INT64_C(999970000000), 4), "€1.000m"); /* rounding carries over the scale */
    EXPECT_STR(money(INT64_C(999960000), 3), "€1.00k");
    EXPECT_STR(money(0, 4), "€0");
    EXPECT_STR(money(-4999, 4), "€0"); /* rounds to nothing: no sign */
    EXPECT_STR(money(INT64_MIN, 3), "−€9,223bn");
}

static void changes_carry_their_sign(void **state)
{
    (void)state;
    ptl_show_money_change(&b, INT64_C(210000000000), "EUR", 3);
    EXPECT_STR(shown(), "+€210k");
    ptl_show_money_change(&b, -INT64_C(41000000000), "GBP", 2);
    EXPECT_STR(shown(), "−£41k");
    ptl_show_money_change(&b, 1200, "EUR", 3);
    EXPECT_STR(shown(), "€0");
}

static void exact_money_shows_every_cent(void **state)
{
    (void)state;
    ptl_show_money_exact(&b, INT64_C(9747747934000), "GBP");
    EXPECT_STR(shown(), "£9,747,747.934");
    ptl_show_money_exact(&b, -1500000, "USD");
    EXPECT_STR(shown(), "−$1.50");
    ptl_show_money_exact(&b, INT64_MIN, "EUR");
    EXPECT_STR(shown(), "−€9,223,372,036,854.775808");
    ptl_show_money_exact(&b, INT64_C(12345670000), "SEK");
    EXPECT_STR(shown(), "SEK\u202f12,345.67");
    ptl_show_money_exact(&b, 7000000, "XTS");
    EXPECT_STR(shown(), "XTS\u202f7.00");
}

static void whole_money_rounds_half_to_even(void **state)
{
    (void)state;
    ptl_show_money_whole(&b, 2500000, "EUR");
    EXPECT_STR(shown(), "€2");
    ptl_show_money_whole(&b, 3500000, "EUR");
    EXPECT_STR(shown(), "€4");
    ptl_show_money_whole(&b, 2500001, "EUR");
    EXPECT_STR(shown(), "€3");
    ptl_show_money_whole(&b, -400000, "EUR");
    EXPECT_STR(shown(), "€0");
    ptl_show_money_whole(&b, -INT64_C(6138980237), "EUR");
    EXPECT_STR(shown(), "−€6,139");
}

static void counts_and_nouns(void **state)
{
    (void)state;
    ptl_show_count(&b, 541909);
    EXPECT_STR(shown(), "541,909");
    ptl_show_count(&b, -1000);
    EXPECT_STR(shown(), "−1,000");
    ptl_show_counted(&b, 1, "finding");
    EXPECT_STR(shown(), "1 finding");
    ptl_show_counted(&b, 1204, "figure");
    EXPECT_STR(shown(), "1,204 figures");
}

static ptl_day day(int32_t year, int32_t month, int32_t d)
{
    return ptl_day_of((ptl_date){year, month, d});
}

static void days_and_spans(void **state)
{
    (void)state;
    ptl_show_day(&b, day(2026, 11, 16), 2026);
    EXPECT_STR(shown(), "Mon 16 Nov");
    ptl_show_day(&b, day(2024, 2, 29), 2026);
    EXPECT_STR(shown(), "Thu 29 Feb 2024");
    ptl_show_day_long(&b, day(2026, 11, 16));
    EXPECT_STR(shown(), "16 November 2026");
    ptl_show_span(&b, day(2026, 11, 9), day(2026, 11, 15));
    EXPECT_STR(shown(), "9 to 15 Nov");
    ptl_show_span(&b, day(2026, 12, 28), day(2027, 1, 3)); /* a week: its year is known */
    EXPECT_STR(shown(), "28 Dec to 3 Jan");
    ptl_show_span(&b, day(2010, 12, 1), day(2011, 12, 8));
    EXPECT_STR(shown(), "1 Dec 2010 to 8 Dec 2011");
}

static void chances_are_said_of_a_hundred(void **state)
{
    (void)state;
    ptl_show_chance(&b, 0.2449);
    EXPECT_STR(shown(), "24 in 100");
    ptl_show_chance(&b, 0.0099);
    EXPECT_STR(shown(), "less than 1 in 100");
    ptl_show_chance(&b, 0.9951);
    EXPECT_STR(shown(), "more than 99 in 100");
    ptl_show_chance(&b, PTL_NAN);
    EXPECT_STR(shown(), "not identified");
}

static void html_is_made_safe(void **state)
{
    (void)state;
    ptl_show_html(&b, ptl_text_of("<b title=\"x\">Tom & Ann's</b>"));
    EXPECT_STR(shown(), "&lt;b title=&quot;x&quot;&gt;Tom &amp; Ann&#39;s&lt;/b&gt;");
}

static int set_up(void **state)
{
    (void)state;
    ptl_buffer_init(&b, 4096, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ptl_buffer_dispose(&b);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(short_money_keeps_its_digits),
                                       cmocka_unit_test(changes_carry_their_sign),
                                       cmocka_unit_test(exact_money_shows_every_cent),
                                       cmocka_unit_test(whole_money_rounds_half_to_even),
                                       cmocka_unit_test(counts_and_nouns),
                                       cmocka_unit_test(days_and_spans),
                                       cmocka_unit_test(chances_are_said_of_a_hundred),
                                       cmocka_unit_test(html_is_made_safe)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
