/* test_review_rooms: what changed and the course, from tables to tables and back: what a stage
 * returned is what its reader finds; *because* stands only behind measured effects, for the days
 * they share; the plan follows the year before. */
#include "support/store.h"

#include "understand/change.h"
#include "understand/course.h"

/* Monday 4 September 2023 to Sunday 9 November 2025: 114 weeks of two channels, 100 and 60 orders a
 * week and a little unrest; in the newest week the second sells half. */
static const char *const rows =
    "INSERT INTO day_channel SELECT 7, DATE '2023-09-04' + i::INT, c,"
    " CASE WHEN c = 'tv' AND i >= 791 THEN n // 2 ELSE n END,"
    " 1000000 * 20 * CASE WHEN c = 'tv' AND i >= 791 THEN n // 2 ELSE n END, 0, 0"
    " FROM (SELECT i, c, (CASE c WHEN 'tv' THEN 60 ELSE 100 END + hash(i, c) % 5)::BIGINT AS n"
    "       FROM range(798) AS r(i), (VALUES ('tv'), ('web')) AS v(c));"
    "INSERT INTO figure SELECT 7, 'revenue', 'all', DATE '2023-09-04', DATE '2025-11-09', '', '', "
    "0, "
    "0, NULL, NULL, NULL, 'EUR', 'counted', '', 'counted', NULL, NULL;"
    /* ten days, four of them in the week; one without a grade that counts; one of another channel
     */
    "INSERT INTO effect VALUES (5, 'tv off', 'geo', 'x1', DATE '2025-11-06', DATE '2025-11-15',"
    " 'channel', 'tv', 'A', -2000.5, -3000, -1000, 0.8, 'EUR', 'converged'),"
    " (5, 'model', 'mmm', 'x2', DATE '2025-11-03', DATE '2025-11-09', 'channel', 'tv', 'D', -900,"
    " NULL, NULL, NULL, 'EUR', 'converged'),"
    " (5, 'web test', 'ab', 'x3', DATE '2025-11-03', DATE '2025-11-09', 'channel', 'web', 'A', 50,"
    " NULL, NULL, NULL, 'EUR', 'converged'),"
    " (5, 'vague', 'geo', 'x4', DATE '2025-11-03', DATE '2025-11-09', 'channel', 'tv', 'B', -70,"
    " NULL, NULL, NULL, 'EUR', 'not converged'),"
    " (4, 'tv off', 'geo', 'x1', DATE '2025-11-06', DATE '2025-11-15', 'channel', 'tv', 'A', -7,"
    " NULL, NULL, NULL, 'EUR', 'converged')";

static const char yaml[] = "company: Test\ncurrency: EUR\nzone: UTC\n"
                           "kpi:\n  metric: revenue\n  from: 900,000\n  to: 1,200,000\n"
                           "  starts: 2025-01-01\n  by: 2025-12-31\n";

static int setup(void **state)
{
    (void)state;
    store_setup(yaml);
    EXPECT_OK(ptl_warehouse_calendar(store.warehouse, workspace.zone, &err));
    warehouse_exec(store.warehouse, rows);
    return 0;
}

static void because_needs_evidence(void **state)
{
    (void)state;
    ptl_changes c;
    const ptl_change_options_run o = {.size = (int32_t)sizeof o, .run_id = 7};
    EXPECT_OK(ptl_change_run(&c, &store, &workspace, &o, &arena, &err));
    EXPECT_INT(c.verdict, PTL_CONVERGED);
    EXPECT_INT(c.from, ptl_day_of((ptl_date){2025, 11, 3}));
    EXPECT_INT(c.n_found, 1);
    const ptl_changed *tv = &c.found[0];
    EXPECT_STR(tv->member, "tv");
    EXPECT_INT(tv->parts.volume + tv->parts.mix + tv->parts.rate + tv->parts.price,
               tv->revenue_micros);
    /* prices stood; orders and revenue have expectations of their own */
    EXPECT_NEAR((double)tv->parts.volume / (double)tv->revenue_micros, 1.0, 0.01);
    EXPECT_INT(tv->cm2_micros, tv->revenue_micros);
    EXPECT_INT(tv->n_because, 1);
    EXPECT_STR(tv->because[0].name, "tv off");
    EXPECT_INT(tv->because[0].grade, 'A');
    EXPECT_INT(tv->because[0].micros, -800200000); /* 4 days of 10 of -2000.50 */
    EXPECT_NEAR(tv->because[0].low, -1200.0, 1e-9);
    EXPECT_INT(tv->unexplained_micros, tv->cm2_micros + 800200000);
}

static void changes_are_read_as_they_were_written(void **state)
{
    (void)state;
    ptl_changes c, r;
    const ptl_change_options_run o = {.size = (int32_t)sizeof o, .run_id = 7};
    EXPECT_OK(ptl_change_run(&c, &store, &workspace, &o, &arena, &err));
    EXPECT_OK(ptl_change_read(&r, &store, &workspace, 0, &arena, &err));
    EXPECT_INT(r.run_id, 7);
    EXPECT_INT(r.from, c.from);
    EXPECT_INT(r.to, c.to);
    EXPECT_INT(r.n_asked, c.n_asked);
    EXPECT_NEAR(r.least, c.least, 0.0);
    EXPECT_INT(r.n_found, c.n_found);
    const ptl_changed *a = &c.found[0], *b = &r.found[0];
    EXPECT_STR(b->metric, a->metric);
    EXPECT_STR(b->dimension, a->dimension);
    EXPECT_STR(b->label, a->label);
    EXPECT_STR(b->unit, a->unit);
    EXPECT_NEAR(b->value, a->value, 0.0);
    EXPECT_NEAR(b->change, a->change, 0.0);
    EXPECT_NEAR(b->chance, a->chance, 0.0);
    EXPECT_NEAR(b->year_before, a->year_before, 0.0);
    EXPECT_NEAR(b->expected.point, a->expected.point, 1e-9 * a->value);
    EXPECT_NEAR(b->expected.low, a->expected.low, 1e-9 * a->value);
    EXPECT_NEAR(b->expected.high, a->expected.high, 1e-9 * a->value);
    assert_memory_equal(&b->parts, &a->parts, sizeof a->parts);
    EXPECT_INT(b->revenue_micros, a->revenue_micros);
    EXPECT_INT(b->cm2_micros, a->cm2_micros);
    EXPECT_INT(b->unexplained_micros, a->unexplained_micros);
    EXPECT_INT(b->n_because, 1);
    EXPECT_INT(b->because[0].micros, a->because[0].micros);
    EXPECT_INT(b->because[0].grade, 'A');
}

static int64_t revenue(const char *from, const char *to)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT sum(revenue_micros)::BIGINT FROM day_channel WHERE day BETWEEN '%s' AND '%s'",
             from, to);
    return warehouse_number(store.warehouse, sql);
}

static void the_course_follows_its_definitions(void **state)
{
    (void)state;
    ptl_course c;
    const ptl_course_options o = {.size = (int32_t)sizeof o, .run_id = 7};
    EXPECT_OK(ptl_course_run(&c, &store, &workspace, &o, &arena, &err));
    EXPECT_INT(c.verdict, PTL_CONVERGED);
    EXPECT_NEAR(c.to_date, 1e-6 * (double)revenue("2025-01-01", "2025-11-09"), 1e-6);
    /* the plan: as the same weekdays of the year before, 364 days earlier */
    const double share =
        (double)revenue("2024-01-03", "2024-11-10") / (double)revenue("2024-01-03", "2025-01-01");
    EXPECT_NEAR(c.plan_to_date, 1.2e6 * share, 1e-6);
    EXPECT_LE(c.final.low, c.final.point);
    EXPECT_LE(c.final.point, c.final.high);
    EXPECT_INT(c.word, ptl_course_word_of(c.chance, &workspace.kpi));
    EXPECT_INT(c.n_weeks, 13);
    EXPECT_INT(c.weeks[0].from, ptl_day_of((ptl_date){2025, 11, 10}));
    EXPECT_NEAR(c.weeks[0].naive, 1e-6 * (double)revenue("2024-11-11", "2024-11-17"), 1e-6);
    const ptl_course_point *last = &c.points[c.n_points - 1];
    EXPECT_INT(last->day, c.due);
    EXPECT_NEAR(last->sum.point, c.final.point, 1e-6);
}

static void the_course_is_read_as_it_was_written(void **state)
{
    (void)state;
    ptl_course c, r;
    const ptl_course_options o = {.size = (int32_t)sizeof o, .run_id = 7};
    EXPECT_OK(ptl_course_run(&c, &store, &workspace, &o, &arena, &err));
    EXPECT_OK(ptl_course_read(&r, &store, &workspace, 7, &arena, &err));
    EXPECT_INT(r.run_id, 7);
    EXPECT_STR(r.metric, "revenue");
    EXPECT_INT(r.as_of, c.as_of);
    EXPECT_INT(r.due, c.due);
    EXPECT_INT(r.word, c.word);
    EXPECT_INT(r.verdict, c.verdict);
    EXPECT_NEAR(r.chance, c.chance, 0.0);
    EXPECT_NEAR(r.target, 1.2e6, 0.0);
    EXPECT_NEAR(r.final.low, c.final.low, 0.0);
    EXPECT_INT(r.n_points, c.n_points);
    for (int64_t i = 0; i < c.n_points; i++) {
        EXPECT_INT(r.points[i].day, c.points[i].day);
        EXPECT_NEAR(r.points[i].sum.point, c.points[i].sum.point, 0.0);
        EXPECT_NEAR(r.points[i].plan, c.points[i].plan, 0.0);
        if (!c.points[i].is_actual) EXPECT_NEAR(r.points[i].half_high, c.points[i].half_high, 0.0);
    }
    EXPECT_INT(r.n_weeks, c.n_weeks);
    EXPECT_NEAR(r.weeks[12].value.high, c.weeks[12].value.high, 0.0);
    EXPECT_NEAR(r.weeks[12].chance, c.weeks[12].chance, 0.0);
    EXPECT_INT(r.frozen.n, 0);
    assert_true(isnan(r.frozen.wape));
}

static void words_follow_the_workspaces_limits(void **state)
{
    (void)state;
    const ptl_kpi_config kpi = {.holds_at = 60.0, .drifts_at = 20.0};
    EXPECT_INT(ptl_course_word_of(0.60, &kpi), PTL_COURSE_HOLDS);
    EXPECT_INT(ptl_course_word_of(0.59, &kpi), PTL_COURSE_DRIFTS);
    EXPECT_INT(ptl_course_word_of(0.20, &kpi), PTL_COURSE_DRIFTS);
    EXPECT_INT(ptl_course_word_of(0.19, &kpi), PTL_COURSE_OFF);
    EXPECT_INT(ptl_course_word_of(PTL_NAN, &kpi), PTL_COURSE_SILENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(because_needs_evidence),
        TEST(changes_are_read_as_they_were_written),
        TEST(the_course_follows_its_definitions),
        TEST(the_course_is_read_as_it_was_written),
        TEST(words_follow_the_workspaces_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
