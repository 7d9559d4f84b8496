/* test_response: carry-over and saturation. References: the formulas by hand in closed form, other
 * functions of libm, and central differences. */
#include "support/expect.h"

#include "portolan/response.h"

static const ptl_adstock adstocks[] = {
    {PTL_ADSTOCK_GEOMETRIC, 9, true, {0.437, 0}},   {PTL_ADSTOCK_GEOMETRIC, 9, false, {0.437, 0}},
    {PTL_ADSTOCK_BINOMIAL, 9, true, {0.613, 0}},    {PTL_ADSTOCK_BINOMIAL, 9, false, {0.613, 0}},
    {PTL_ADSTOCK_DELAYED, 9, true, {0.713, 2.37}},  {PTL_ADSTOCK_DELAYED, 9, false, {0.713, 2.37}},
    {PTL_ADSTOCK_WEIBULL_PDF, 9, true, {1.7, 3.1}}, {PTL_ADSTOCK_WEIBULL_PDF, 9, false, {1.7, 3.1}},
    {PTL_ADSTOCK_WEIBULL_CDF, 9, true, {0.8, 2.3}}, {PTL_ADSTOCK_WEIBULL_CDF, 9, false, {0.8, 2.3}},
};
enum { N_ADSTOCKS = sizeof adstocks / sizeof adstocks[0], W = 9 };

static const ptl_saturation saturations[] = {
    {PTL_SATURATION_NONE, {0, 0}},       {PTL_SATURATION_HILL, {0.83, 1.0}},
    {PTL_SATURATION_HILL, {0.83, 1.9}},  {PTL_SATURATION_HILL, {0.83, 0.6}},
    {PTL_SATURATION_LOGISTIC, {3.2, 0}}, {PTL_SATURATION_MICHAELIS_MENTEN, {0.71, 0}},
    {PTL_SATURATION_TANH, {1.3, 0}},
};
enum { N_SATURATIONS = sizeof saturations / sizeof saturations[0] };

/* The raw weight of lag l, as the textbook writes it. */
static double raw_weight(const ptl_adstock *a, int l)
{
    const double p = a->param[0], q = a->param[1];
    switch (a->kind) {
    case PTL_ADSTOCK_GEOMETRIC:
        return pow(p, l);
    case PTL_ADSTOCK_BINOMIAL:
        return pow(1.0 - l / 9.0, 1.0 / p - 1.0);
    case PTL_ADSTOCK_DELAYED:
        return pow(p, (l - q) * (l - q));
    case PTL_ADSTOCK_WEIBULL_PDF:
        return p / q * pow((l + 1) / q, p - 1.0) * exp(-pow((l + 1) / q, p));
    case PTL_ADSTOCK_WEIBULL_CDF: {
        double product = 1.0;
        for (int j = 1; j <= l; j++) product *= 1.0 - (1.0 - exp(-pow(j / q, p)));
        return product;
    }
    }
    return PTL_NAN;
}

static void weights_equal_their_formulas(void **state)
{
    (void)state;
    for (int i = 0; i < N_ADSTOCKS; i++) {
        double w[W], sum = 0.0;
        const double told = ptl_adstock_weights(w, &adstocks[i]);
        for (int l = 0; l < W; l++) sum += raw_weight(&adstocks[i], l);
        const double divisor = adstocks[i].normalised ? sum : 1.0;
        for (int l = 0; l < W; l++) EXPECT_NEAR(w[l], raw_weight(&adstocks[i], l) / divisor, 1e-14);
        EXPECT_NEAR(told, sum / divisor, 1e-13);
    }
}

static void weight_gradients_equal_differences(void **state)
{
    (void)state;
    for (int i = 0; i < N_ADSTOCKS; i++) {
        double w[W], dw[2 * W], up[W], down[W];
        (void)ptl_adstock_weights_grad(w, dw, &adstocks[i]);
        for (int p = 0; p < ptl_adstock_params(adstocks[i].kind); p++) {
            ptl_adstock a = adstocks[i], b = adstocks[i];
            a.param[p] += 1e-5;
            b.param[p] -= 1e-5;
            (void)ptl_adstock_weights(up, &a);
            (void)ptl_adstock_weights(down, &b);
            for (int l = 0; l < W; l++) EXPECT_NEAR(dw[p * W + l], (up[l] - down[l]) / 2e-5, 2e-9);
        }
    }
}

/* A scale far below a week: every raw density underflows, the normalised weights do not. */
static void sharp_windows_do_not_underflow(void **state)
{
    (void)state;
    const ptl_adstock sharp = {PTL_ADSTOCK_WEIBULL_PDF, 4, true, {5.3, 0.11}};
    double w[4];
    EXPECT_NEAR(ptl_adstock_weights(w, &sharp), 1.0, 0.0);
    EXPECT_NEAR(w[0], 1.0, 1e-15);
    const ptl_adstock none = {PTL_ADSTOCK_GEOMETRIC, 4, true, {0.0, 0}};
    double dw[4];
    (void)ptl_adstock_weights_grad(w, dw, &none);
    EXPECT_NEAR(w[0], 1.0, 0.0);
    EXPECT_NEAR(dw[1], 1.0, 0.0); /* d/da of a / (1 + a + …) at 0 */
}

static void saturations_equal_their_formulas(void **state)
{
    (void)state;
    const double xs[] = {0.013, 0.37, 1.71, 9.3};
    for (int i = 0; i < 4; i++) {
        const double x = xs[i];
        EXPECT_NEAR(ptl_saturation_value(&saturations[0], x), x, 0.0);
        EXPECT_NEAR(ptl_saturation_value(&saturations[2], x),
                    pow(x, 1.9) / (pow(x, 1.9) + pow(0.83, 1.9)), 1e-15);
        EXPECT_NEAR(ptl_saturation_value(&saturations[4], x),
                    (1.0 - exp(-3.2 * x)) / (1.0 + exp(-3.2 * x)), 1e-15);
        EXPECT_NEAR(ptl_saturation_value(&saturations[5], x), x / (0.71 + x), 1e-15);
        EXPECT_NEAR(ptl_saturation_value(&saturations[6], x), tanh(x / 1.3), 1e-15);
    }
}

static void saturation_gradients_equal_differences(void **state)
{
    (void)state;
    const double xs[] = {0.11, 0.61, 2.9}, h = 1e-5;
    for (int i = 0; i < N_SATURATIONS; i++)
        for (int k = 0; k < 3; k++) {
            const ptl_saturation *const s = &saturations[i];
            double dx, dp[2];
            (void)ptl_saturation_grad(&dx, dp, s, xs[k]);
            EXPECT_NEAR(dx,
                        (ptl_saturation_value(s, xs[k] + h) - ptl_saturation_value(s, xs[k] - h)) /
                            (2 * h),
                        1e-8);
            for (int p = 0; p < ptl_saturation_params(s->kind); p++) {
                ptl_saturation a = *s, b = *s;
                a.param[p] += h;
                b.param[p] -= h;
                EXPECT_NEAR(dp[p],
                            (ptl_saturation_value(&a, xs[k]) - ptl_saturation_value(&b, xs[k])) /
                                (2 * h),
                            1e-8);
            }
        }
}

static void saturations_behave_at_the_ends(void **state)
{
    (void)state;
    for (int i = 1; i < N_SATURATIONS; i++) {
        double dx, dp[2];
        EXPECT_NEAR(ptl_saturation_value(&saturations[i], 0.0), 0.0, 0.0);
        const double far = ptl_saturation_grad(&dx, dp, &saturations[i], 1e300);
        EXPECT_NEAR(far, 1.0, 1e-9);
        EXPECT_NEAR(dx, 0.0, 1e-9);
    }
    double dx;
    (void)ptl_saturation_grad(&dx, NULL, &saturations[1], 0.0);
    EXPECT_NEAR(dx, 1.0 / 0.83, 1e-15);
    (void)ptl_saturation_grad(&dx, NULL, &saturations[3], 0.0);
    assert_true(dx == HUGE_VAL);
}

/* At the inflection the second difference changes sign. */
static void inflection_is_where_the_curve_turns(void **state)
{
    (void)state;
    const double at = ptl_saturation_inflection(&saturations[2]);
    double below, here, above;
    (void)ptl_saturation_grad(&below, NULL, &saturations[2], 0.98 * at);
    (void)ptl_saturation_grad(&here, NULL, &saturations[2], at);
    (void)ptl_saturation_grad(&above, NULL, &saturations[2], 1.02 * at);
    assert_true(below < here && above < here);
    EXPECT_NEAR(ptl_saturation_inflection(&saturations[3]), 0.0, 0.0);
    EXPECT_NEAR(ptl_saturation_inflection(&saturations[6]), 0.0, 0.0);
}

/* A path kept level for longer than the window reaches its steady state, in either order. */
static void paths_reach_the_steady_state(void **state)
{
    (void)state;
    enum { N = 23 };
    double x[N], out[N], work[N];
    for (int t = 0; t < N; t++) x[t] = 1.37;
    for (int i = 0; i < N_ADSTOCKS; i++)
        for (int j = 0; j < N_SATURATIONS; j++)
            for (int order = 0; order < 2; order++) {
                const ptl_response r = {adstocks[i], saturations[j], (ptl_response_order)order};
                double slope, h = 1e-5;
                ptl_response_path(out, &r, x, N, work);
                EXPECT_NEAR(out[N - 1], ptl_response_steady(&slope, &r, 1.37), 1e-13);
                EXPECT_NEAR(slope,
                            (ptl_response_steady(NULL, &r, 1.37 + h) -
                             ptl_response_steady(NULL, &r, 1.37 - h)) /
                                (2 * h),
                            1e-7);
            }
}

static double weighted_sum(const ptl_response *r, const double *x, const double *weight, int n)
{
    double out[32], work[32], sum = 0.0;
    ptl_response_path(out, r, x, n, work);
    for (int t = 0; t < n; t++) sum += weight[t] * out[t];
    return sum;
}

static void path_gradients_equal_differences(void **state)
{
    (void)state;
    enum { N = 17 };
    double x[N], weight[N], grad[N], work[2 * N];
    for (int t = 0; t < N; t++) {
        x[t] = 0.6 + 0.47 * sin(1.9 * t);
        weight[t] = 1.1 + cos(0.7 * t);
    }
    for (int i = 0; i < N_ADSTOCKS; i++)
        for (int order = 0; order < 2; order++) {
            const ptl_response r = {adstocks[i], saturations[2], (ptl_response_order)order};
            ptl_response_path_grad(grad, &r, x, weight, N, work);
            for (int t = 0; t < N; t++) {
                const double keep = x[t], h = 1e-5;
                x[t] = keep + h;
                const double up = weighted_sum(&r, x, weight, N);
                x[t] = keep - h;
                const double down = weighted_sum(&r, x, weight, N);
                x[t] = keep;
                EXPECT_NEAR(grad[t], (up - down) / (2 * h), 1e-8);
            }
        }
}

static void out_of_range_is_refused(void **state)
{
    (void)state;
    ptl_error err;
    const ptl_response good = {adstocks[4], saturations[2], PTL_ADSTOCK_FIRST};
    EXPECT_OK(ptl_response_check(&good, &err));
    ptl_response r = good;
    r.adstock.param[0] = 1.2;
    EXPECT_FAIL(ptl_response_check(&r, &err), PTL_E_INVALID, "delayed adstock: retention");
    double w[W];
    assert_true(isnan(ptl_adstock_weights(w, &r.adstock)) && isnan(w[0]));
    r = good;
    r.adstock.param[1] = 8.4;
    EXPECT_FAIL(ptl_response_check(&r, &err), PTL_E_INVALID, "peak_weeks is out of range: 8.4");
    r = good;
    r.adstock.window_weeks = 0;
    EXPECT_FAIL(ptl_response_check(&r, &err), PTL_E_INVALID, "window must be 1 to 104");
    r = good;
    r.saturation.param[1] = PTL_NAN;
    EXPECT_FAIL(ptl_response_check(&r, &err), PTL_E_INVALID, "hill saturation: slope");
    EXPECT_STR(ptl_adstock_text(PTL_ADSTOCK_WEIBULL_CDF), "weibull_cdf");
    EXPECT_STR(ptl_saturation_param_text(PTL_SATURATION_HILL, 1), "slope");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_equal_their_formulas),
        cmocka_unit_test(weight_gradients_equal_differences),
        cmocka_unit_test(sharp_windows_do_not_underflow),
        cmocka_unit_test(saturations_equal_their_formulas),
        cmocka_unit_test(saturation_gradients_equal_differences),
        cmocka_unit_test(saturations_behave_at_the_ends),
        cmocka_unit_test(inflection_is_where_the_curve_turns),
        cmocka_unit_test(paths_reach_the_steady_state),
        cmocka_unit_test(path_gradients_equal_differences),
        cmocka_unit_test(out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
