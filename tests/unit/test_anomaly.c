/* Days that do not fit. The series are made here, with their faults planted by hand; what is found
 * is compared with what was planted, and a quiet series has to stay quiet. */
#include "support/expect.h"

#include "portolan/anomaly.h"
#include "portolan/random.h"

#include <math.h>

enum { DAYS = 700 };

static ptl_arena arena;
static ptl_error err;
static double value[DAYS];
static int64_t rows[DAYS];

/* Weekdays, a slow year, and noise of a tenth. */
static void make_series(uint64_t seed, double noise)
{
    static const double weekday[] = {1.13, 1.07, 0.97, 0.94, 1.21, 0.83, 0.71};
    ptl_rng rng = ptl_rng_new(seed);
    for (int d = 0; d < DAYS; d++) {
        const double season = 1.0 + 0.31 * sin(6.2831853 * d / 365.25);
        value[d] = 1370.0 * season * weekday[d % 7] * exp(noise * ptl_rng_normal(&rng));
    }
}

static void scale(int first, int last, double factor)
{
    for (int d = first; d <= last; d++) value[d] *= factor;
}

static ptl_anomaly_runs level(const ptl_anomaly_options *options)
{
    ptl_anomaly_runs runs;
    EXPECT_OK(ptl_anomaly_level(&runs, value, DAYS, options, &arena, &err));
    return runs;
}

static void a_jump_is_found_with_its_days_and_factor(void **state)
{
    (void)state;
    make_series(11, 0.1);
    scale(301, 314, 100.0);
    scale(500, 502, 0.3);
    const ptl_anomaly_runs runs = level(NULL);
    EXPECT_INT(runs.n, 2);
    EXPECT_INT(runs.run[0].first, 301);
    EXPECT_INT(runs.run[0].last, 314);
    EXPECT_LE(fabs(log(runs.run[0].factor / 100.0)), 0.1);
    EXPECT_INT(runs.run[1].first, 500);
    EXPECT_INT(runs.run[1].last, 502);
    EXPECT_LE(fabs(log(runs.run[1].factor / 0.3)), 0.2);
}

static void quiet_series_stay_quiet(void **state)
{
    (void)state;
    int64_t found = 0;
    for (uint64_t seed = 100; seed < 200; seed++) {
        make_series(seed, 0.25);
        found += level(NULL).n;
    }
    EXPECT_INT(found, 0);
}

static void a_short_series_says_nothing(void **state)
{
    (void)state;
    ptl_anomaly_runs runs;
    make_series(5, 0.1);
    scale(20, 22, 50.0);
    EXPECT_OK(ptl_anomaly_level(&runs, value, 40, NULL, &arena, &err));
    EXPECT_INT(runs.n, 0);
}

static void fill_rows(void)
{
    for (int d = 0; d < DAYS; d++) rows[d] = 3;
}

static void clear_rows(int first, int last)
{
    for (int d = first; d <= last; d++) rows[d] = 0;
}

static ptl_anomaly_runs gaps(void)
{
    ptl_anomaly_runs runs;
    EXPECT_OK(ptl_anomaly_gaps(&runs, rows, DAYS, NULL, &err));
    return runs;
}

static void holes_and_late_days_are_gaps(void **state)
{
    (void)state;
    fill_rows();
    clear_rows(0, 40); /* before the source began: no gap */
    clear_rows(300, 305);
    clear_rows(DAYS - 5, DAYS - 1);
    const ptl_anomaly_runs runs = gaps();
    EXPECT_INT(runs.n, 2);
    EXPECT_INT(runs.run[0].first, 300);
    EXPECT_INT(runs.run[0].last, 305);
    EXPECT_INT(runs.run[1].last, DAYS - 1);
}

static void flights_and_sparse_days_are_none(void **state)
{
    (void)state;
    fill_rows(); /* seven weeks of thirteen */
    for (int d = 49; d < DAYS; d += 91) clear_rows(d, d + 41 < DAYS ? d + 41 : DAYS - 1);
    EXPECT_INT(gaps().n, 0);
    ptl_rng rng = ptl_rng_new(3);
    for (int d = 0; d < DAYS; d++) rows[d] = ptl_rng_uniform(&rng) < 0.3;
    EXPECT_INT(gaps().n, 0);
}

static void a_clock_that_runs_slow_is_turned_back(void **state)
{
    (void)state;
    int64_t reference[24], window[24];
    for (int h = 0; h < 24; h++) reference[h] = h >= 6 && h < 23 ? 400 + 13 * h : 7;
    for (int h = 0; h < 24; h++) window[(h + 15) % 24] = reference[h] / 9; /* nine hours slow */
    int32_t shift;
    double gain;
    EXPECT_OK(ptl_anomaly_shift(&shift, &gain, reference, window, 24, &err));
    EXPECT_INT(shift, -9);
    EXPECT_LE(20.0, gain);
    for (int h = 0; h < 24; h++) window[h] = reference[h] / 9;
    EXPECT_OK(ptl_anomaly_shift(&shift, &gain, reference, window, 24, &err));
    EXPECT_INT(shift, 0);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    ptl_anomaly_runs runs;
    ptl_anomaly_options options = ptl_anomaly_options_default();
    make_series(1, 0.1);
    value[17] = -3.5;
    EXPECT_INT(ptl_anomaly_level(&runs, value, DAYS, NULL, &arena, &err), PTL_E_INVALID);
    assert_non_null(strstr(err.message, "day 17"));
    options.factor_min = PTL_NAN;
    EXPECT_INT(ptl_anomaly_gaps(&runs, rows, DAYS, &options, &err), PTL_E_INVALID);
    EXPECT_INT(ptl_anomaly_gaps(&runs, rows, PTL_ANOMALY_DAYS_MAX + 1, NULL, &err), PTL_E_LIMIT);
    int32_t shift;
    double gain;
    const int64_t none[2] = {0, 0}, bad[2] = {4, -1};
    EXPECT_INT(ptl_anomaly_shift(&shift, &gain, none, bad, 2, &err), PTL_E_INVALID);
    EXPECT_OK(ptl_anomaly_shift(&shift, &gain, none, none, 2, &err));
    EXPECT_INT(shift, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jump_is_found_with_its_days_and_factor),
        cmocka_unit_test(quiet_series_stay_quiet),
        cmocka_unit_test(a_short_series_says_nothing),
        cmocka_unit_test(holes_and_late_days_are_gaps),
        cmocka_unit_test(flights_and_sparse_days_are_none),
        cmocka_unit_test(a_clock_that_runs_slow_is_turned_back),
        cmocka_unit_test(nonsense_is_refused),
    };
    ptl_arena_init(&arena, 1 << 26, NULL);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ptl_arena_dispose(&arena);
    return failed;
}
