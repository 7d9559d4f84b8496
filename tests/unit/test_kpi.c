/* test_kpi: the pure parts of the KPI stage: periods cut to the facts' days, what a cohort was
 * worth, and rounding of what is divided once. Expected values are worked out by hand beside each
 * case. */
#include "understand/cohort.h"

#include "support/expect.h"

#include <math.h>
#include <string.h>

static ptl_day day(int32_t year, int32_t month, int32_t d)
{
    return ptl_day_of((ptl_date){year, month, d});
}

static ptl_periods periods_of(ptl_day first, ptl_day last, int32_t week_start, int32_t fiscal_month,
                              const ptl_kpi_config *kpi, ptl_arena *arena)
{
    ptl_error err = {0};
    ptl_periods p;
    ptl_workspace w = {.week_start = week_start, .fiscal_year_month = fiscal_month};
    if (kpi) w.kpi = *kpi;
    const ptl_span span = {.has_facts = true, .first = first, .last = last};
    EXPECT_OK(ptl_periods_make(&p, &span, &w, arena, &err));
    return p;
}

static void expect_period(const ptl_periods *p, ptl_kpi_grain grain, int64_t i, ptl_day from,
                          ptl_day to, bool is_whole)
{
    if (i >= p->count[grain]) fail_msg("%s %d is not there", ptl_grain_name(grain), (int)i);
    const ptl_period *found = &p->items[p->first[grain] + i];
    EXPECT_INT(found->from, from);
    EXPECT_INT(found->to, to);
    assert_int_equal(found->is_whole, is_whole);
}

static void periods_are_cut_to_the_facts(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 24, NULL);
    /* Wednesday 2025-12-31 to Sunday 2026-02-15; weeks from Monday */
    const ptl_periods p = periods_of(day(2025, 12, 31), day(2026, 2, 15), 1, 1, NULL, &arena);
    EXPECT_INT(p.count[PTL_GRAIN_WEEK], 6); /* 5 January is the first Monday inside */
    expect_period(&p, PTL_GRAIN_WEEK, 0, day(2026, 1, 5), day(2026, 1, 11), true);
    expect_period(&p, PTL_GRAIN_WEEK, 5, day(2026, 2, 9), day(2026, 2, 15), true);
    EXPECT_INT(p.count[PTL_GRAIN_MONTH], 3);
    expect_period(&p, PTL_GRAIN_MONTH, 0, day(2025, 12, 31), day(2025, 12, 31), false);
    expect_period(&p, PTL_GRAIN_MONTH, 1, day(2026, 1, 1), day(2026, 1, 31), true);
    expect_period(&p, PTL_GRAIN_MONTH, 2, day(2026, 2, 1), day(2026, 2, 15), false);
    EXPECT_INT(p.count[PTL_GRAIN_YEAR], 2);
    EXPECT_INT(p.count[PTL_GRAIN_KPI], 0);
    expect_period(&p, PTL_GRAIN_ALL, 0, day(2025, 12, 31), day(2026, 2, 15), true);
    EXPECT_INT(p.at[PTL_GRAIN_WEEK][0], -1); /* New Year's Eve is in no whole week */
    ptl_arena_dispose(&arena);
}

static void fiscal_years_begin_where_the_company_says(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 24, NULL);
    const ptl_kpi_config kpi = {
        .has_target = true, .starts = day(2026, 3, 15), .due = day(2026, 12, 31)};
    const ptl_periods p = periods_of(day(2026, 2, 10), day(2026, 8, 20), 7, 4, &kpi, &arena);
    expect_period(&p, PTL_GRAIN_YEAR, 0, day(2026, 2, 10), day(2026, 3, 31), false);
    expect_period(&p, PTL_GRAIN_YEAR, 1, day(2026, 4, 1), day(2026, 8, 20), false);
    expect_period(&p, PTL_GRAIN_QUARTER, 0, day(2026, 2, 10), day(2026, 3, 31), false);
    expect_period(&p, PTL_GRAIN_QUARTER, 1, day(2026, 4, 1), day(2026, 6, 30), true);
    expect_period(&p, PTL_GRAIN_QUARTER, 2, day(2026, 7, 1), day(2026, 8, 20), false);
    expect_period(&p, PTL_GRAIN_KPI, 0, day(2026, 3, 15), day(2026, 8, 20), false);
    expect_period(&p, PTL_GRAIN_WEEK, 0, day(2026, 2, 15), day(2026, 2, 21), true); /* Sunday */
    ptl_arena_dispose(&arena);
}

/* --- worth ------------------------------------------------------------------------------------ */

/* Cells of CM1 in euro: revenue is twice that, variable cost once. */
static void fill(ptl_cohort_cell *ages, const double *cm1, int n, int64_t customers)
{
    memset(ages, 0, (size_t)n * sizeof *ages);
    ages[0].customers = customers;
    for (int i = 0; i < n; i++) {
        const ptl_wide micros = (ptl_wide)llround(cm1[i] * 1e6) * 1000000000;
        ages[i].revenue = 2 * micros;
        ages[i].variable = micros;
    }
}

static void a_cohort_is_worth_its_discounted_margin(void **state)
{
    (void)state;
    static const double cm1[] = {310.5, 41.25, -12.75, 87.0};
    ptl_error err = {0};
    ptl_cohort_cell ages[4];
    ptl_cohort_worth w;
    fill(ages, cm1, 4, 17);
    EXPECT_OK(ptl_cohort_worth_of(&w, ages, 4, INT64_C(340000000), 24, 0.1, &err));
    double hand = 0.0;
    for (int i = 0; i < 4; i++) hand += cm1[i] / pow(1.1, i / 12.0);
    EXPECT_NEAR(w.ltv, hand / 17.0, 1e-12);
    EXPECT_NEAR(w.ltv_to_cac, hand / 340.0, 1e-12);
    EXPECT_NEAR(w.payback, 1.0, 0.0); /* 310.50, then 351.75 against 340 */
    assert_false(w.is_mature);
    EXPECT_INT(w.cm1_micros, INT64_C(426000000));
    /* a shorter horizon counts less, and is over */
    EXPECT_OK(ptl_cohort_worth_of(&w, ages, 4, INT64_C(340000000), 1, 0.0, &err));
    EXPECT_NEAR(w.ltv, 310.5 / 17.0, 1e-12);
    assert_true(isnan(w.payback));
    assert_true(w.is_mature);
}

static void nobody_is_worth_nothing_that_could_be_said(void **state)
{
    (void)state;
    static const double cm1[] = {5.5};
    ptl_error err = {0};
    ptl_cohort_cell ages[1];
    ptl_cohort_worth w;
    fill(ages, cm1, 1, 0);
    EXPECT_OK(ptl_cohort_worth_of(&w, ages, 1, 1000000, 24, 0.1, &err));
    assert_true(isnan(w.ltv) && isnan(w.ltv_to_cac) && isnan(w.payback));
    fill(ages, cm1, 1, 3);
    EXPECT_OK(ptl_cohort_worth_of(&w, ages, 1, 0, 24, 0.1, &err));
    EXPECT_NEAR(w.ltv, 5.5 / 3.0, 1e-12);
    assert_true(isnan(w.ltv_to_cac)); /* nothing was spent to win them */
}

/* --- rounding -----------------------------------------------------------------------------------
 */

static void what_is_divided_once_is_rounded_half_to_even(void **state)
{
    (void)state;
    static const struct {
        int64_t above, want; /* billionths */
    } cases[] = {{1499999999, 1},   {1500000000, 2},   {2500000000, 2},   {2500000001, 3},
                 {-1500000000, -2}, {-2500000000, -2}, {-2500000001, -3}, {-499999999, 0}};
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t found;
        EXPECT_OK(ptl_wide_micros(&found, cases[i].above, &err));
        EXPECT_INT(found, cases[i].want);
    }
    int64_t found;
    EXPECT_FAIL(ptl_wide_micros(&found, (ptl_wide)INT64_MAX * 2000000000, &err), PTL_E_LIMIT,
                "does not fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_cut_to_the_facts),
        cmocka_unit_test(fiscal_years_begin_where_the_company_says),
        cmocka_unit_test(a_cohort_is_worth_its_discounted_margin),
        cmocka_unit_test(nobody_is_worth_nothing_that_could_be_said),
        cmocka_unit_test(what_is_divided_once_is_rounded_half_to_even)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
