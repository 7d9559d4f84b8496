/* test_alarm: expectations by hand, the limit by its definition, and every bad input. */
#include "support/expect.h"

#include "portolan/alarm.h"
#include "portolan/change.h"
#include "portolan/random.h"

enum { DAYS = 140 };
static double y[2][DAYS], work[4096];
static ptl_alarm_answer answers[2];
static ptl_error err;
static const double *const series[2] = {y[0], y[1]};

static void fill(void)
{
    ptl_rng rng = ptl_rng_new(17);
    for (int t = 0; t < DAYS; t++)
        for (int i = 0; i < 2; i++)
            y[i][t] = (i ? -40.0 : 300.0) + 31.0 * (t % 7) + 9.0 * ptl_rng_normal(&rng);
}

/* Without noise the same weekday comes again, and the smallest miss is an alarm. */
static void weekdays_are_expected(void **state)
{
    (void)state;
    int64_t n;
    for (int t = 0; t < DAYS; t++) {
        y[0][t] = 100.0 + 13.0 * (t % 7);
        y[1][t] = -50.0 + 13.0 * (t % 7);
    }
    EXPECT_OK(ptl_alarm_find(answers, &n, series, 2, DAYS, NULL, work, &err));
    EXPECT_INT(n, 0);
    EXPECT_NEAR(answers[0].expected.point, y[0][DAYS - 1], 1e-9);
    EXPECT_NEAR(answers[1].expected.point, y[1][DAYS - 1], 1e-9);
    EXPECT_NEAR(answers[0].chance, 1.0, 1e-6);
}

static void the_limit_is_a_share_of_a_week(void **state)
{
    (void)state;
    int64_t n;
    fill();
    for (int step = -60; step <= 60; step += 3) {
        const double was = y[0][DAYS - 1];
        y[0][DAYS - 1] += step;
        EXPECT_OK(ptl_alarm_find(answers, &n, series, 2, DAYS, NULL, work, &err));
        assert_true(answers[0].raised == (answers[0].chance <= 0.5 / 14.0));
        assert_true(answers[0].raised == !(answers[0].expected.low < y[0][DAYS - 1] &&
                                           y[0][DAYS - 1] < answers[0].expected.high));
        EXPECT_INT(n, answers[0].raised + answers[1].raised);
        y[0][DAYS - 1] = was;
    }
}

static void short_histories_raise_nothing(void **state)
{
    (void)state;
    int64_t n;
    fill();
    y[0][76] = 90000.0;
    EXPECT_OK(ptl_alarm_find(answers, &n, series, 2, 77, NULL, work, &err));
    EXPECT_INT(n, 0);
    assert_true(isnan(answers[0].chance) && isnan(answers[0].expected.low));
    y[0][77] = 90000.0;
    EXPECT_OK(ptl_alarm_find(answers, &n, series, 2, 0, NULL, work, &err));
    EXPECT_OK(ptl_alarm_find(answers, &n, series, 0, 0, NULL, work, &err));
    EXPECT_INT(n, 0);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    int64_t n;
    fill();
    ptl_alarm_options o = ptl_alarm_options_default();
    o.misses = 27;
    EXPECT_FAIL(ptl_alarm_find(answers, &n, series, 2, DAYS, &o, work, &err), PTL_E_INVALID,
                "misses");
    o = ptl_alarm_options_default();
    o.false_week = 0.0;
    EXPECT_FAIL(ptl_alarm_find(answers, &n, series, 2, DAYS, &o, work, &err), PTL_E_INVALID,
                "false_week");
    o.false_week = PTL_NAN;
    EXPECT_FAIL(ptl_alarm_find(answers, &n, series, 2, DAYS, &o, work, &err), PTL_E_INVALID,
                "false_week");
    EXPECT_FAIL(ptl_alarm_find(answers, &n, series, -1, DAYS, NULL, work, &err), PTL_E_INVALID,
                "-1 series");
    y[1][9] = (double)INFINITY;
    EXPECT_FAIL(ptl_alarm_find(answers, &n, series, 2, DAYS, NULL, work, &err), PTL_E_INVALID,
                "series 2, day 10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weekdays_are_expected),
        cmocka_unit_test(the_limit_is_a_share_of_a_week),
        cmocka_unit_test(short_histories_raise_nothing),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
