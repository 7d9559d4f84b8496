/* test_freshness: a day is held against the source's own habit, and nothing else. */
#include "support/store.h"

#include "observe/freshness.h"
#include "pages/data.h"

static ptl_freshness fresh;

static const char yaml[] = "company: Tea & <Co>\ncurrency: EUR\nzone: UTC\n";

/* Seventy days to 10 March 2026. `daily` stops three days before the end and falls to a tenth the
 * day before that; `weekly` sends on Wednesdays; `young` is ten days old and has a hole. */
static const char *const rows =
    "INSERT INTO load VALUES (1, 'daily', 'spend', 'a', 'h', 'm', 9, 9, 0, 0, TIMESTAMP "
    "'2026-03-11', NULL, 1, DATE '2025-12-31', DATE '2026-03-07'),"
    "(2, 'weekly', 'spend', 'b', 'h', 'm', 9, 9, 2, 0, TIMESTAMP '2026-03-11', NULL, 1, DATE "
    "'2025-12-31', DATE '2026-03-04'),"
    "(3, 'young', 'ticket', 'c', 'h', 'm', 9, 9, 0, 0, TIMESTAMP '2026-03-11', NULL, 1, DATE "
    "'2026-03-01', DATE '2026-03-10'),"
    "(4, 'plan', 'target', 'd', 'h', 'm', 1, 1, 0, 0, TIMESTAMP '2026-03-11', NULL, 1, DATE "
    "'2026-01-01', DATE '2026-12-31');"
    "INSERT INTO spend (day, geo, channel, campaign, creative, cost_micros, currency, load_id, "
    "source_row, known_at) SELECT DATE '2025-12-31' + d::INT, '', 'tv', '', r::VARCHAR, 1, 'EUR', "
    "1, d * 20 + r, TIMESTAMP '2026-03-11' FROM range(67) AS t(d), range(20) AS u(r) WHERE d < 66 "
    "OR r < 2;"
    "INSERT INTO spend (day, geo, channel, campaign, creative, cost_micros, currency, load_id, "
    "source_row, known_at) SELECT DATE '2025-12-31' + d::INT, '', 'radio', '', r::VARCHAR, 1, "
    "'EUR', 2, d * 20 + r, TIMESTAMP '2026-03-11' FROM range(70) AS t(d), range(20) AS u(r) WHERE "
    "d % 7 = 0;"
    "INSERT INTO ticket (ticket_id, opened_at, load_id, source_row, known_at, day) SELECT "
    "d::VARCHAR, TIMESTAMP '2026-03-01' + to_days(d::INT), 3, d, TIMESTAMP '2026-03-11', DATE "
    "'2026-03-01' + d::INT FROM range(10) AS t(d) WHERE d <> 4;";

static ptl_source_config sources[] = {
    {.name = "daily", .table = "spend", .owner = "Ada <Lovelace>"},
    {.name = "weekly", .table = "spend"},
    {.name = "young", .table = "ticket"},
    {.name = "plan", .table = "target"},
    {.name = "never", .table = "event"}};

static int setup(void **state)
{
    (void)state;
    store_setup(yaml);
    workspace.sources = sources;
    workspace.n_sources = sizeof sources / sizeof *sources;
    warehouse_exec(store.warehouse, rows);
    EXPECT_OK(ptl_freshness_read(&fresh, &store, &workspace, &arena, &err));
    return 0;
}

static void a_plan_is_no_day(void **state)
{
    (void)state;
    char last[16];
    ptl_day_format(last, fresh.last);
    assert_string_equal(last, "2026-03-10"); /* not the plan's 31 December */
    EXPECT_INT(fresh.sources[3].state, PTL_FRESH_UNDATED);
    EXPECT_INT(fresh.sources[4].state, PTL_FRESH_NOTHING);
    EXPECT_INT(fresh.n_due, 4);
}

static void a_daily_source_misses_its_days(void **state)
{
    (void)state;
    const ptl_fresh_source *s = &fresh.sources[0];
    EXPECT_INT(s->state, PTL_FRESH_MISSING);
    EXPECT_INT(s->missing, 3);
    for (int i = 0; i < 10; i++) EXPECT_INT(s->day[i], PTL_DAY_USUAL);
    EXPECT_INT(s->day[10], PTL_DAY_FEW);
    for (int i = 11; i < 14; i++) EXPECT_INT(s->day[i], PTL_DAY_MISSING);
}

static void a_weekly_source_is_not_late_on_other_days(void **state)
{
    (void)state;
    const ptl_fresh_source *s = &fresh.sources[1];
    int usual = 0, not_due = 0;
    for (int i = 0; i < PTL_FRESH_DAYS; i++) {
        usual += s->day[i] == PTL_DAY_USUAL;
        not_due += s->day[i] == PTL_DAY_NOT_DUE;
    }
    EXPECT_INT(s->state, PTL_FRESH);
    EXPECT_INT(usual, 2);
    EXPECT_INT(not_due, 12);
    EXPECT_INT(s->set_aside, 2);
}

static void a_young_source_has_no_habit(void **state)
{
    (void)state;
    EXPECT_INT(fresh.sources[2].state, PTL_FRESH);
    EXPECT_INT(fresh.sources[2].missing, 0);
}

static void the_page_says_so(void **state)
{
    (void)state;
    ptl_page page;
    ptl_buffer out;
    const ptl_page_setting setting = ptl_page_setting_of(&workspace, fresh.last);
    ptl_page_init(&page, &setting);
    EXPECT_OK(ptl_data_page_write(&page, &store, &workspace, &arena, &err));
    ptl_buffer_init(&out, PTL_PAGE_BYTES_MAX, NULL);
    EXPECT_OK(ptl_page_write(&out, &page, "Data", "left", "right", &err));
    ptl_buffer_append(&out, "", 1);
    assert_non_null(strstr(out.ptr, "2 of 4 sources that come by day are as usual. Daily has been "
                                    "missing since Sun 8 Mar."));
    assert_non_null(strstr(out.ptr, "10 days as usual, 1 with few rows, 3 missing, 0 not due"));
    assert_non_null(strstr(out.ptr, "Ada &lt;Lovelace&gt;"));
    assert_null(strstr(out.ptr, "Ada <Lovelace>"));
    ptl_buffer_dispose(&out);
    ptl_page_dispose(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_no_day), cmocka_unit_test(a_daily_source_misses_its_days),
        cmocka_unit_test(a_weekly_source_is_not_late_on_other_days),
        cmocka_unit_test(a_young_source_has_no_habit), cmocka_unit_test(the_page_says_so)};
    return cmocka_run_group_tests(tests, setup, store_teardown);
}
