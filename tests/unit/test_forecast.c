/* test_forecast: the smoothers against a brute force over their parameters, intervals by
 * simulation, chances and scores by hand, and every input that must be refused. */
#include "support/expect.h"

#include "portolan/forecast.h"
#include "portolan/random.h"

enum { N_MAX = 400, H_MAX = 60, WORK_MAX = 4000 };
static double work[WORK_MAX];
static ptl_estimate path[H_MAX], total[H_MAX];
static ptl_error err;

static ptl_forecast_options with(int32_t season, int32_t horizon, ptl_forecast_method method)
{
    ptl_forecast_options o = ptl_forecast_options_default();
    o.season = season;
    o.horizon = horizon;
    o.method = method;
    return o;
}

/* Sum of squared errors of simple smoothing from a first level, as the textbook writes it. */
static double plain_simple(const double *y, int n, double alpha, double level, double *last)
{
    double sse = 0.0;
    for (int t = 0; t < n; t++) {
        sse += (y[t] - level) * (y[t] - level);
        level = alpha * y[t] + (1.0 - alpha) * level;
    }
    *last = level;
    return sse;
}

/* The best first level for an alpha lies where the parabola through three of them has its foot. */
static double plain_best(const double *y, int n, double alpha, double *last)
{
    double s[3], unused;
    for (int i = 0; i < 3; i++) s[i] = plain_simple(y, n, alpha, 100.0 * (i - 1), &unused);
    const double level = 50.0 * (s[0] - s[2]) / (s[0] - 2.0 * s[1] + s[2]);
    return plain_simple(y, n, alpha, level, last);
}

static void simple_smoothing_is_the_least_square(void **state)
{
    (void)state;
    double y[61];
    ptl_rng rng = ptl_rng_new(411);
    for (int round = 0; round < 10; round++) {
        double level = 37.3;
        for (int t = 0; t < 61; t++) {
            y[t] = level + 4.1 * ptl_rng_normal(&rng);
            level += 1.7 * ptl_rng_normal(&rng);
        }
        double least = (double)INFINITY, best_last = 0.0;
        for (int i = 1; i < 4000; i++) {
            double last;
            const double sse = plain_best(y, 61, i / 4000.0, &last);
            if (sse < least) {
                least = sse;
                best_last = last;
            }
        }
        const ptl_forecast_options o = with(1, 1, PTL_FORECAST_SIMPLE);
        ptl_forecast_result r;
        EXPECT_OK(ptl_forecast_solve(&r, path, NULL, y, 61, &o, work, &err));
        EXPECT_LE(r.sigma * r.sigma * 61.0, least * (1.0 + 1e-9));
        EXPECT_NEAR(path[0].point, best_last, 0.01);
    }
}

/* The damped trend of its own recursion, without noise: found again to the last digits. */
static void a_noiseless_damped_trend_is_continued(void **state)
{
    (void)state;
    double y[80], level = 211.3, trend = 7.7;
    for (int t = 0; t < 80; t++) {
        level += 0.93 * trend;
        trend *= 0.93;
        y[t] = level;
    }
    const ptl_forecast_options o = with(1, 20, PTL_FORECAST_DAMPED);
    ptl_forecast_result r;
    EXPECT_OK(ptl_forecast_solve(&r, path, total, y, 60, &o, work, &err));
    double sum = 0.0;
    for (int h = 0; h < 20; h++) {
        EXPECT_NEAR(path[h].point, y[60 + h], 0.02);
        sum += path[h].point;
        EXPECT_NEAR(total[h].point, sum, 1e-9);
    }
}

static void seasons_are_found_and_put_back(void **state)
{
    (void)state;
    static const double index[7] = {0.71, 0.83, 0.97, 1.09, 1.13, 1.31, 0.96};
    double y[140], z[140];
    for (int t = 0; t < 140; t++) {
        y[t] = 313.7 * index[t % 7];
        z[t] = 313.7 * (index[t % 7] - 1.0); /* crosses zero */
    }
    const ptl_forecast_options o = with(7, 14, PTL_FORECAST_COMBINED);
    ptl_forecast_result r;
    EXPECT_OK(ptl_forecast_solve(&r, path, NULL, y, 140, &o, work, &err));
    EXPECT_INT(r.season, PTL_SEASON_MULTIPLICATIVE);
    for (int h = 0; h < 14; h++) EXPECT_NEAR(path[h].point, y[h], 1e-6);
    EXPECT_OK(ptl_forecast_solve(&r, path, NULL, z, 140, &o, work, &err));
    EXPECT_INT(r.season, PTL_SEASON_ADDITIVE);
    for (int h = 0; h < 14; h++) EXPECT_NEAR(path[h].point, z[h], 1e-6);
    for (int t = 0; t < 140; t++) y[t] = 100.0 + ((t * 7919) % 101); /* no pattern */
    EXPECT_OK(ptl_forecast_solve(&r, path, NULL, y, 140, &o, work, &err));
    EXPECT_INT(r.season, PTL_SEASON_NONE);
}

/* Local levels with seasons: shares of single periods and of sums inside their intervals. */
static void intervals_hold_their_rate(void **state)
{
    (void)state;
    enum { ROUNDS = 300, N = 120, H = 13 };
    double y[N + H];
    int64_t inside = 0, inside_sum = 0;
    ptl_rng rng = ptl_rng_new(5151);
    const ptl_forecast_options o = with(7, H, PTL_FORECAST_COMBINED);
    for (int round = 0; round < ROUNDS; round++) {
        double level = 500.0, drift = 1.3 * ptl_rng_normal(&rng);
        for (int t = 0; t < N + H; t++) {
            y[t] = level * (1.0 + 0.2 * sin(t * 0.8975979)) + 21.0 * ptl_rng_normal(&rng);
            level += drift + 6.0 * ptl_rng_normal(&rng);
        }
        ptl_forecast_result r;
        EXPECT_OK(ptl_forecast_solve(&r, path, total, y, N, &o, work, &err));
        double sum = 0.0;
        for (int h = 0; h < H; h++) {
            sum += y[N + h];
            inside += path[h].low <= y[N + h] && y[N + h] <= path[h].high;
            inside_sum += total[h].low <= sum && sum <= total[h].high;
        }
    }
    EXPECT_NEAR((double)inside / (ROUNDS * H), 0.80, 0.035);
    EXPECT_NEAR((double)inside_sum / (ROUNDS * H), 0.80, 0.05);
}

/* Many zeros and a few small counts: what makes multiplicative models explode. */
static void sparse_series_do_not_explode(void **state)
{
    (void)state;
    double y[100];
    ptl_rng rng = ptl_rng_new(168172);
    for (int round = 0; round < 200; round++) {
        double most = 0.0;
        for (int t = 0; t < 100; t++) {
            y[t] = ptl_rng_uniform(&rng) < 0.8 ? 0.0 : 1.0 + (double)ptl_rng_below(&rng, 50);
            if (y[t] > most) most = y[t];
        }
        const ptl_forecast_options o = with(7, 28, PTL_FORECAST_COMBINED);
        ptl_forecast_result r;
        EXPECT_OK(ptl_forecast_solve(&r, path, NULL, y, 100, &o, work, &err));
        for (int h = 0; h < 28; h++) EXPECT_LE(fabs(path[h].point), 2.0 * most);
    }
}

static void same_series_same_bytes_and_scale_free(void **state)
{
    (void)state;
    double y[90], z[90];
    ptl_estimate other[H_MAX];
    ptl_rng rng = ptl_rng_new(77);
    for (int t = 0; t < 90; t++) {
        y[t] = 57.0 + 0.4 * t + 5.3 * ptl_rng_normal(&rng);
        z[t] = 1024.0 * y[t];
    }
    const ptl_forecast_options o = with(12, 18, PTL_FORECAST_COMBINED);
    ptl_forecast_result r;
    EXPECT_OK(ptl_forecast_solve(&r, path, NULL, y, 90, &o, work, &err));
    memset(work, 0x5a, sizeof work); /* what lay in the work array before makes no difference */
    EXPECT_OK(ptl_forecast_solve(&r, other, NULL, y, 90, &o, work, &err));
    assert_memory_equal(path, other, 18 * sizeof *path);
    EXPECT_OK(ptl_forecast_solve(&r, other, NULL, z, 90, &o, work, &err));
    for (int h = 0; h < 18; h++) {
        EXPECT_NEAR(other[h].point / 1024.0, path[h].point, 1e-9 * fabs(path[h].point));
        EXPECT_NEAR(other[h].low / 1024.0, path[h].low, 1e-9 * fabs(path[h].point));
    }
}

static void short_series_say_so(void **state)
{
    (void)state;
    const double y[10] = {3.1, 4.7, 2.9, 5.3, 4.1, 3.7, 4.9, 3.3, 4.4, 3.9};
    const ptl_forecast_options o = with(7, 3, PTL_FORECAST_COMBINED);
    ptl_forecast_result r;
    for (int n = 0; n < 4; n++) {
        EXPECT_OK(ptl_forecast_solve(&r, path, total, y, n, &o, work, &err));
        EXPECT_INT(r.verdict, PTL_NOT_IDENTIFIED);
        assert_true(isnan(path[0].point) && isnan(path[2].high) && isnan(total[1].low));
        assert_true(isnan(ptl_forecast_chance(&path[0], r.df, 1.0)));
    }
    EXPECT_OK(ptl_forecast_solve(&r, path, total, y, 10, &o, work, &err));
    EXPECT_INT(r.verdict, PTL_INACCURATE);
    assert_true(path[0].low < path[0].point && path[0].point < path[0].high);
}

static void chances_follow_the_interval(void **state)
{
    (void)state;
    const ptl_estimate e = {10.0, 7.0, 13.0, 0.8};
    EXPECT_NEAR(ptl_forecast_chance(&e, 11.0, 7.0), 0.9, 1e-9);
    EXPECT_NEAR(ptl_forecast_chance(&e, 11.0, 10.0), 0.5, 1e-12);
    EXPECT_NEAR(ptl_forecast_chance(&e, 11.0, 13.0), 0.1, 1e-9);
    const ptl_estimate sure = {10.0, 10.0, 10.0, 0.8};
    EXPECT_NEAR(ptl_forecast_chance(&sure, 11.0, 10.0), 1.0, 0.0);
    EXPECT_NEAR(ptl_forecast_chance(&sure, 11.0, 10.1), 0.0, 0.0);
}

static void scores_by_hand(void **state)
{
    (void)state;
    const double none = PTL_NAN;
    const ptl_forecast_outcome outcomes[3] = {
        {{90.0, 80.0, 100.0, 0.8}, 70.0, 101.0, 0.7, 0.5, 100.0},    /* outside; came true */
        {{210.0, 180.0, 240.0, 0.8}, 190.0, 200.0, 0.4, 0.5, 201.0}, /* inside; did not  */
        {{60.0, none, none, none}, none, 50.0, none, none, none}};
    ptl_forecast_score s;
    EXPECT_OK(ptl_forecast_score_all(&s, outcomes, 3, &err));
    EXPECT_NEAR(s.wape, (11.0 + 10.0 + 10.0) / 351.0, 1e-15);
    EXPECT_NEAR(s.wape_naive, (31.0 + 10.0) / 301.0, 1e-15);
    EXPECT_NEAR(s.bias, (-11.0 + 10.0 + 10.0) / 351.0, 1e-15);
    EXPECT_NEAR(s.coverage, 0.5, 1e-15);
    EXPECT_NEAR(s.brier, (0.09 + 0.16) / 2.0, 1e-15);
    EXPECT_NEAR(s.brier_naive, 0.25, 1e-15);
    EXPECT_OK(ptl_forecast_score_all(&s, NULL, 0, &err));
    assert_true(isnan(s.wape) && isnan(s.coverage) && isnan(s.brier));
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    double y[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    ptl_forecast_result r;
    ptl_forecast_options o = with(1, 4, PTL_FORECAST_COMBINED);
#define REFUSED(field, value, words)                                                               \
    do {                                                                                           \
        ptl_forecast_options bad = o;                                                              \
        bad.field = value;                                                                         \
        EXPECT_FAIL(ptl_forecast_solve(&r, path, NULL, y, 8, &bad, work, &err), PTL_E_INVALID,     \
                    words);                                                                        \
        EXPECT_INT(ptl_forecast_work_n(8, &bad), 0);                                               \
    } while (0)
    REFUSED(season, 0, "season");
    REFUSED(season, 401, "season");
    REFUSED(horizon, 0, "horizon");
    REFUSED(horizon, 1001, "horizon");
    REFUSED(origins, 3, "origins");
    REFUSED(probability, 0.0, "probability");
    REFUSED(probability, 1.0, "probability");
    REFUSED(probability, PTL_NAN, "probability");
    REFUSED(method, (ptl_forecast_method)7, "method 7");
    y[4] = PTL_NAN;
    EXPECT_FAIL(ptl_forecast_solve(&r, path, NULL, y, 8, &o, work, &err), PTL_E_INVALID,
                "period 5");
    y[4] = (double)INFINITY;
    EXPECT_FAIL(ptl_forecast_solve(&r, path, NULL, y, 8, &o, work, &err), PTL_E_INVALID,
                "period 5");
    EXPECT_FAIL(ptl_forecast_solve(&r, path, NULL, y, -1, &o, work, &err), PTL_E_INVALID, "-1");
    const ptl_forecast_outcome bad = {{1, 0, 2, 0.8}, 1, PTL_NAN, 0.5, 0.5, 1};
    ptl_forecast_score s;
    EXPECT_FAIL(ptl_forecast_score_all(&s, &bad, 1, &err), PTL_E_INVALID, "outcome 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_smoothing_is_the_least_square),
        cmocka_unit_test(a_noiseless_damped_trend_is_continued),
        cmocka_unit_test(seasons_are_found_and_put_back),
        cmocka_unit_test(intervals_hold_their_rate),
        cmocka_unit_test(sparse_series_do_not_explode),
        cmocka_unit_test(same_series_same_bytes_and_scale_free),
        cmocka_unit_test(short_series_say_so),
        cmocka_unit_test(chances_follow_the_interval),
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
