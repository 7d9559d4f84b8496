/* test_money_page: the page of money says what figures say: against target, month and year before
 * where these are there, and nothing of what is not; an empty company is told what to bring. */
#include "support/store.h"

#include "pages/money.h"

/* October: 3,502.25 against 4,000.75 aimed at and 4,240.50 in September; nothing is known of the
 * year before. November is not over. */
static const char *const rows =
    "INSERT INTO output VALUES (7, 'day_channel', 1, 'h', TIMESTAMP '2026-11-16');"
    "INSERT INTO figure SELECT 7, 'cm2', g, DATE '2026-10-01' + a::INT, DATE '2026-10-01' + b::INT,"
    " '', '', v, (v * 1000000)::BIGINT, NULL, NULL, NULL, 'EUR', 'counted', '', verdict, t, p"
    " FROM (VALUES ('all', -300, 45, 9876.5, 'counted', NULL, NULL),"
    "              ('month', 0, 30, 3502.25, 'counted', 4000.75, 4240.5),"
    "              ('month', -30, -1, 4240.5, 'counted', NULL, NULL),"
    "              ('month', 31, 45, 99.5, 'partial', NULL, NULL)) AS x(g, a, b, v, verdict, t, "
    "p);";

static const char yaml[] = "company: Tea & <Co>\ncurrency: EUR\nzone: UTC\n";

static int setup(void **state)
{
    (void)state;
    store_setup(yaml);
    return 0;
}

static void write_page(ptl_buffer *out)
{
    ptl_page page;
    const ptl_page_setting setting = ptl_page_setting_of(&workspace, 20000);
    ptl_page_init(&page, &setting);
    EXPECT_OK(ptl_money_page(&page, &store, &workspace, &arena, &err));
    ptl_buffer_init(out, PTL_PAGE_BYTES_MAX, NULL);
    EXPECT_OK(ptl_page_write(out, &page, "Money", "left", "right", &err));
    ptl_buffer_append(out, "", 1);
    ptl_page_dispose(&page);
}

static void nothing_is_said_of_nothing(void **state)
{
    (void)state;
    ptl_buffer out;
    write_page(&out);
    assert_non_null(strstr(out.ptr, "<h1>Nothing has been counted yet</h1>"));
    assert_non_null(strstr(out.ptr, "a source of table finance_close"));
    assert_null(strstr(out.ptr, "brought CM2"));
    ptl_buffer_dispose(&out);
}

static void the_newest_whole_month_answers(void **state)
{
    (void)state;
    ptl_buffer out;
    warehouse_exec(store.warehouse, rows);
    write_page(&out);
    /* 4,000.75 − 3,502.25 = 498.50; 4,240.50 − 3,502.25 = 738.25; halves go to the even */
    assert_non_null(strstr(out.ptr, "<h1>October 2026 brought CM2 of €3,502: €498 below target, "
                                    "€738 less than September 2026</h1>"));
    assert_null(strstr(out.ptr, "a year before</h1>"));
    assert_non_null(strstr(out.ptr, "<title>Money, Tea &amp; &lt;Co&gt;</title>"));
    assert_non_null(strstr(out.ptr, "The company&#39;s books are not here"));
    ptl_buffer_dispose(&out);
}

/* The month asked for answers, and says which whole months lie beside it. */
static void an_earlier_month_answers(void **state)
{
    (void)state;
    const ptl_page_setting setting = ptl_page_setting_of(&workspace, 20000);
    ptl_page page;
    ptl_page_init(&page, &setting);
    page.period.has_month = page.period.compares = true;
    page.period.month = ptl_day_of((ptl_date){2026, 9, 1});
    EXPECT_OK(ptl_money_page(&page, &store, &workspace, &arena, &err));
    assert_string_equal(page.period.label, "September 2026");
    assert_null(page.period.earlier);
    assert_string_equal(page.period.later, "2026-10");
    assert_non_null(strstr(page.period.compared, "do not reach back"));
    EXPECT_INT(page.period.run, 7);
    ptl_page_dispose(&page);
    ptl_page_init(&page, &setting);
    page.period.has_month = true;
    page.period.month = ptl_day_of((ptl_date){2026, 11, 1}); /* is not over */
    EXPECT_INT(ptl_money_page(&page, &store, &workspace, &arena, &err), PTL_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "no whole month 2026-11 was counted"));
    ptl_page_dispose(&page);
}

static void deals_are_not_money(void **state)
{
    (void)state;
    const ptl_money_view *pipeline = NULL;
    EXPECT_OK(ptl_pipeline_read(&pipeline, &store, &workspace, 7, &arena, &err));
    assert_null(pipeline); /* run 7 counted money */
    warehouse_exec(store.warehouse,
                   "INSERT INTO figure VALUES (9, 'bookings', 'all', DATE '2026-01-01', DATE "
                   "'2026-11-15', '', '', 5, 5000000, NULL, NULL, NULL, 'EUR', 'counted', '', "
                   "'counted', NULL, NULL)");
    EXPECT_OK(ptl_pipeline_read(&pipeline, &store, &workspace, 9, &arena, &err));
    assert_non_null(pipeline);
    ptl_day first, last;
    ptl_pipeline_span(&first, &last, pipeline);
    EXPECT_INT(last, ptl_day_of((ptl_date){2026, 11, 15}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_said_of_nothing),
                                       cmocka_unit_test(the_newest_whole_month_answers),
                                       cmocka_unit_test(an_earlier_month_answers),
                                       cmocka_unit_test(deals_are_not_money)};
    return cmocka_run_group_tests(tests, setup, store_teardown);
}
