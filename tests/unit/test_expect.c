/* test_expect: bands from the weeks before. Reference: the rule written again, slowly, here; and
 * coverage by simulation that shares no code with the estimator. */
#include "support/expect.h"

#include "portolan/expect.h"
#include "portolan/random.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double plain_median(const double *y, int n)
{
    double copy[128];
    memcpy(copy, y, (size_t)n * sizeof *y);
    qsort(copy, (size_t)n, sizeof *copy, by_value);
    return n % 2 ? copy[n / 2] : (copy[n / 2 - 1] + copy[n / 2]) / 2.0;
}

/* The band of period t by its definition: sort all misses before t, newest `misses_max` only. */
static ptl_estimate plain_band(const double *y, int t, int window, int misses_max, double p)
{
    double misses[512];
    int m = 0;
    const int from = t - misses_max > window ? t - misses_max : window;
    for (int s = from; s < t; s++) misses[m++] = y[s] - plain_median(y + s - window, window);
    qsort(misses, (size_t)m, sizeof *misses, by_value);
    const int k = (int)ceil((m + 1.0) * (1.0 + p) / 2.0);
    if (t < window || k > m) return (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    const double c = plain_median(y + t - window, window);
    return (ptl_estimate){c, c + misses[m - k], c + misses[k - 1], p};
}

static void equals_its_definition(void **state)
{
    (void)state;
    enum { N = 137 };
    double y[N], work[256];
    ptl_estimate out[N];
    ptl_error err;
    ptl_rng rng = ptl_rng_new(90210);
    for (int round = 0; round < 20; round++) {
        ptl_expect_options o = ptl_expect_options_default();
        o.window = 1 + (int32_t)ptl_rng_below(&rng, 13);
        o.misses_max = 9 + (int32_t)ptl_rng_below(&rng, 60);
        o.probability = 0.5 + 0.45 * ptl_rng_uniform(&rng);
        for (int t = 0; t < N; t++) y[t] = 311.7 + 17.3 * ptl_rng_normal(&rng);
        ptl_expect_result r;
        EXPECT_OK(ptl_expect_solve(&r, out, y, N, &o, work, &err));
        for (int t = 0; t < N; t++) {
            const ptl_estimate e = plain_band(y, t, o.window, o.misses_max, o.probability);
            if (isnan(e.low)) {
                assert_true(isnan(out[t].low) && isnan(out[t].high) && isnan(out[t].point));
                continue;
            }
            EXPECT_NEAR(out[t].point, e.point, 1e-11);
            EXPECT_NEAR(out[t].low, e.low, 1e-11);
            EXPECT_NEAR(out[t].high, e.high, 1e-11);
        }
        const ptl_estimate next = plain_band(y, N, o.window, o.misses_max, o.probability);
        EXPECT_NEAR(r.next.low, next.low, 1e-11);
    }
}

/* Steady weeks with outliers: the share inside an 80 % band, over 400 series of 120 weeks. */
static void covers_at_its_rate(void **state)
{
    (void)state;
    enum { N = 120, SERIES = 400 };
    double y[N], work[256];
    ptl_estimate out[N];
    ptl_error err;
    int64_t inside = 0, all = 0;
    const ptl_rng root = ptl_rng_new(417);
    for (uint64_t s = 0; s < SERIES; s++) {
        ptl_rng rng = ptl_rng_split(&root, s);
        for (int t = 0; t < N; t++) {
            const double tail = ptl_rng_uniform(&rng) < 0.07 ? 4.3 : 1.0;
            y[t] = 53.1 + tail * ptl_rng_normal(&rng);
        }
        ptl_expect_result r;
        EXPECT_OK(ptl_expect_solve(&r, out, y, N, NULL, work, &err));
        for (int64_t t = r.first; t < N; t++, all++)
            inside += y[t] >= out[t].low && y[t] <= out[t].high;
    }
    const double share = (double)inside / (double)all;
    /* Rounding the rank up adds at most 2/(m+1); nearly exchangeable misses take a little away. */
    EXPECT_LE(0.79, share);
    EXPECT_LE(share, 0.84);
}

static void says_nothing_without_history(void **state)
{
    (void)state;
    enum { ENOUGH = 8 + 9 };
    double y[ENOUGH + 1], work[256];
    ptl_estimate out[ENOUGH + 1];
    ptl_error err;
    ptl_expect_result r;
    for (int t = 0; t <= ENOUGH; t++) y[t] = 1.25 + (t * 7919 % 13) * 0.37;
    EXPECT_OK(ptl_expect_solve(&r, out, y, ENOUGH, NULL, work, &err));
    assert_int_equal(r.verdict, PTL_NOT_IDENTIFIED);
    EXPECT_INT(r.first, ENOUGH);
    EXPECT_OK(ptl_expect_solve(&r, out, y, ENOUGH + 1, NULL, work, &err));
    assert_int_equal(r.verdict, PTL_CONVERGED);
    EXPECT_INT(r.first, ENOUGH);
    EXPECT_OK(ptl_expect_solve(&r, out, y, 0, NULL, work, &err));
    assert_int_equal(r.verdict, PTL_NOT_IDENTIFIED);
}

static void uses_nothing_from_later(void **state)
{
    (void)state;
    enum { N = 60 };
    double y[N], work[256];
    ptl_estimate before[N], after[N];
    ptl_error err;
    ptl_expect_result r;
    ptl_rng rng = ptl_rng_new(5);
    for (int t = 0; t < N; t++) y[t] = ptl_rng_normal(&rng);
    EXPECT_OK(ptl_expect_solve(&r, before, y, N, NULL, work, &err));
    for (int t = 41; t < N; t++) y[t] += 1000.5;
    EXPECT_OK(ptl_expect_solve(&r, after, y, N, NULL, work, &err));
    assert_memory_equal(before, after, 42 * sizeof *before);
}

static void refuses_what_it_cannot_judge(void **state)
{
    (void)state;
    double y[30] = {0}, work[256];
    ptl_estimate out[30];
    ptl_error err;
    ptl_expect_result r;
    y[6] = PTL_NAN;
    EXPECT_FAIL(ptl_expect_solve(&r, out, y, 30, NULL, work, &err), PTL_E_INVALID, "period 7");
    y[6] = 0;
    ptl_expect_options o = ptl_expect_options_default();
    o.probability = PTL_NAN;
    EXPECT_FAIL(ptl_expect_solve(&r, out, y, 30, &o, work, &err), PTL_E_INVALID, "probability");
    o = ptl_expect_options_default();
    o.window = 0;
    EXPECT_FAIL(ptl_expect_solve(&r, out, y, 30, &o, work, &err), PTL_E_INVALID, "window");
    o = ptl_expect_options_default();
    o.misses_max = 8;
    EXPECT_FAIL(ptl_expect_solve(&r, out, y, 30, &o, work, &err), PTL_E_INVALID, "misses_max");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_its_definition), cmocka_unit_test(covers_at_its_rate),
        cmocka_unit_test(says_nothing_without_history), cmocka_unit_test(uses_nothing_from_later),
        cmocka_unit_test(refuses_what_it_cannot_judge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
