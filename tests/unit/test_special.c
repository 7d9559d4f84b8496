/* test_special: special functions against 60-digit values (special.h).
 *
 * The table is made by tests/reference/special.py with mpmath. A tolerance is what the header
 * states: `rel` of the value plus `abs`. */
#include "support/expect.h"

#include <math.h>

#include "portolan/special.h"

enum function {
    LOG1P_MINUS,
    LOG1M_EXP,
    LOG1P_EXP,
    LOGIT,
    EXPIT,
    LGAMMA,
    LGAMMA_1P,
    LBETA,
    DIGAMMA,
    TRIGAMMA,
    STIRLING_ERROR,
    LOG_POISSON_TERM,
    LOG_GAMMA_P,
    LOG_GAMMA_Q,
    LOG_BETA_P,
    LOG_BETA_Q,
    NORMAL_LOG_PHI,
    NORMAL_QUANTILE,
    NORMAL_QUANTILE_LOG,
    ERF_INVERSE,
    ERFC_INVERSE,
    GAMMA_P_INVERSE,
    BETA_P_INVERSE,
    N_FUNCTIONS
};

struct row {
    enum function function;
    double args[3];
    double value;
};

#include "unit/special_reference.h"

static double log_gamma_p(double a, double x)
{
    double p;
    ptl_log_gamma_pq(&p, NULL, a, x);
    return p;
}

static double log_gamma_q(double a, double x)
{
    double q;
    ptl_log_gamma_pq(NULL, &q, a, x);
    return q;
}

static double log_beta_p(double a, double b, double x)
{
    double p;
    ptl_log_beta_pq(&p, NULL, a, b, x, 1.0 - x);
    return p;
}

static double log_beta_q(double a, double b, double x)
{
    double q;
    ptl_log_beta_pq(NULL, &q, a, b, x, 1.0 - x);
    return q;
}

typedef struct subject {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
    double (*three)(double, double, double);
    double rel, abs;
} subject;

#define ULP 0x1p-52

static const subject subjects[N_FUNCTIONS] = {
    [LOG1P_MINUS] = {"log1p_minus", ptl_log1p_minus, NULL, NULL, 8 * ULP, 0},
    [LOG1M_EXP] = {"log1m_exp", ptl_log1m_exp, NULL, NULL, 4 * ULP, 0},
    [LOG1P_EXP] = {"log1p_exp", ptl_log1p_exp, NULL, NULL, 4 * ULP, 0},
    [LOGIT] = {"logit", ptl_logit, NULL, NULL, 4 * ULP, 0},
    [EXPIT] = {"expit", ptl_expit, NULL, NULL, 4 * ULP, 0},
    [LGAMMA] = {"lgamma", ptl_lgamma, NULL, NULL, 4 * ULP, 1e-16},
    [LGAMMA_1P] = {"lgamma_1p", ptl_lgamma_1p, NULL, NULL, 16 * ULP, 0},
    [LBETA] = {"lbeta", NULL, ptl_lbeta, NULL, 1e-14, 0},
    [DIGAMMA] = {"digamma", ptl_digamma, NULL, NULL, 4 * ULP, 1e-15},
    [TRIGAMMA] = {"trigamma", ptl_trigamma, NULL, NULL, 8 * ULP, 0},
    [STIRLING_ERROR] = {"stirling_error", ptl_stirling_error, NULL, NULL, 16 * ULP, 1e-16},
    [LOG_POISSON_TERM] = {"log_poisson_term", NULL, ptl_log_poisson_term, NULL, 8 * ULP, 1e-15},
    [LOG_GAMMA_P] = {"log_gamma_p", NULL, log_gamma_p, NULL, 1e-13, 0},
    [LOG_GAMMA_Q] = {"log_gamma_q", NULL, log_gamma_q, NULL, 1e-13, 0},
    [LOG_BETA_P] = {"log_beta_p", NULL, NULL, log_beta_p, 1e-12, 0},
    [LOG_BETA_Q] = {"log_beta_q", NULL, NULL, log_beta_q, 1e-12, 0},
    [NORMAL_LOG_PHI] = {"normal_log_phi", ptl_normal_log_phi, NULL, NULL, 1e-13, 0},
    [NORMAL_QUANTILE] = {"normal_quantile_std", ptl_normal_quantile_std, NULL, NULL, 1e-15, 0},
    [NORMAL_QUANTILE_LOG] = {"normal_quantile_log", ptl_normal_quantile_log, NULL, NULL, 1e-14, 0},
    [ERF_INVERSE] = {"erf_inverse", ptl_erf_inverse, NULL, NULL, 4 * ULP, 0},
    [ERFC_INVERSE] = {"erfc_inverse", ptl_erfc_inverse, NULL, NULL, 4 * ULP, 0},
    [GAMMA_P_INVERSE] = {"gamma_p_inverse", NULL, ptl_gamma_p_inverse, NULL, 1e-12, 0},
    [BETA_P_INVERSE] = {"beta_p_inverse", NULL, NULL, NULL, 1e-12, 0},
};

static double value_of(const struct row *r)
{
    const subject *s = &subjects[r->function];
    if (r->function == BETA_P_INVERSE)
        return ptl_beta_p_inverse(r->args[0], r->args[1], r->args[2]);
    if (s->one) return s->one(r->args[0]);
    if (s->two) return s->two(r->args[0], r->args[1]);
    return s->three(r->args[0], r->args[1], r->args[2]);
}

static void reference_values(void **state)
{
    (void)state;
    double worst[N_FUNCTIONS] = {0};
    int n_missed = 0, n_of[N_FUNCTIONS] = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        const subject *s = &subjects[r->function];
        const double got = value_of(r), miss = fabs(got - r->value);
        n_of[r->function]++;
        worst[r->function] = fmax(worst[r->function], miss / fabs(r->value));
        if (miss <= s->rel * fabs(r->value) + s->abs) continue;
        n_missed++;
        print_error("%s(%g, %g, %g) = %.17g, expected %.17g: %.2e off\n", s->name, r->args[0],
                    r->args[1], r->args[2], got, r->value, miss / fabs(r->value));
    }
    for (int f = 0; f < N_FUNCTIONS; f++) {
        print_message("%-20s %3d values, worst %.1e relative\n", subjects[f].name, n_of[f],
                      worst[f]);
        assert_true(n_of[f] >= 5);
    }
    assert_int_equal(n_missed, 0);
}

/* Outside the domain, and for NaN, every function of one argument says NaN. */
static void outside_is_nan(void **state)
{
    (void)state;
    for (int f = 0; f < N_FUNCTIONS; f++)
        if (subjects[f].one) assert_true(isnan(subjects[f].one(PTL_NAN)));
    const double outside[] = {ptl_log1p_minus(-1.01),
                              ptl_log1m_exp(0.01),
                              ptl_logit(1.01),
                              ptl_digamma(-0.5),
                              ptl_trigamma(0.0),
                              ptl_lbeta(-1.0, 2.0),
                              ptl_lbeta(1.0, PTL_NAN),
                              ptl_gamma_p(0.0, 1.0),
                              ptl_gamma_q(1.0, -1.0),
                              ptl_gamma_p(PTL_NAN, 1.0),
                              ptl_beta_p(1.0, 1.0, 1.5),
                              ptl_beta_p(1.0, PTL_NAN, 0.5),
                              ptl_erf_inverse(1.5),
                              ptl_erfc_inverse(-0.1),
                              ptl_normal_quantile_std(-0.1),
                              ptl_normal_quantile_log(0.1),
                              ptl_gamma_p_inverse(1.0, 1.5),
                              ptl_beta_p_inverse(1.0, 1.0, PTL_NAN),
                              ptl_log_subtract(1.0, 2.0),
                              ptl_log_add(PTL_NAN, 1.0),
                              ptl_stirling_error(0.0)};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        if (!isnan(outside[i])) fail_msg("case %zu is %g, not NaN", i, outside[i]);
}

static void ends_are_exact(void **state)
{
    (void)state;
    assert_true(ptl_gamma_p(2.3, 0.0) == 0.0 && ptl_gamma_q(2.3, 0.0) == 1.0);
    assert_true(ptl_beta_p(2.3, 1.1, 0.0) == 0.0 && ptl_beta_p(2.3, 1.1, 1.0) == 1.0);
    assert_true(ptl_gamma_p_inverse(2.3, 0.0) == 0.0 && isinf(ptl_gamma_p_inverse(2.3, 1.0)));
    assert_true(ptl_normal_quantile_std(0.5) == 0.0 && isinf(ptl_normal_quantile_std(0.0)));
    assert_true(isinf(ptl_erf_inverse(-1.0)) && ptl_erf_inverse(0.0) == 0.0);
    assert_true(ptl_normal_quantile_log(0.0) > 1e300 && ptl_normal_log_phi(40.0) == 0.0);
}

static void sums_of_logs(void **state)
{
    (void)state;
    const double x[] = {-1000.0, -1001.5, -999.25};
    const double minus_infinity = -(double)INFINITY;
    /* log(e^-1000 (1 + e^-1.5 + e^0.75)) */
    EXPECT_NEAR(ptl_log_sum_exp(x, 3), -1000.0 + log(1.0 + exp(-1.5) + exp(0.75)), 2e-13);
    EXPECT_NEAR(ptl_log_add(x[0], x[1]), -1000.0 + log1p(exp(-1.5)), 2e-13);
    EXPECT_NEAR(ptl_log_subtract(x[2], x[0]), -999.25 + log(-expm1(-0.75)), 2e-13);
    assert_true(ptl_log_sum_exp(x, 0) == minus_infinity);
    assert_true(ptl_log_add(minus_infinity, minus_infinity) == minus_infinity);
    assert_true(ptl_log_add(minus_infinity, 3.25) == 3.25);
    assert_true(ptl_log_subtract(1.5, 1.5) == minus_infinity);
}

/* P and Q across the borders between methods: continuous, and together one. */
static void methods_meet(void **state)
{
    (void)state;
    const double shapes[] = {0.97, 1.03, 13.7, 99999.0, 100001.0};
    for (size_t i = 0; i < 5; i++)
        for (double x = 0.96 * shapes[i]; x < 1.06 * (shapes[i] + 1.0); x += 0.0103 * shapes[i]) {
            double p, q;
            ptl_log_gamma_pq(&p, &q, shapes[i], x);
            EXPECT_NEAR(exp(p) + exp(q), 1.0, 1e-14);
        }
    double below, above;
    ptl_log_gamma_pq(&below, NULL, 1e5, 1.0003e5);
    ptl_log_gamma_pq(&above, NULL, 1e5 * (1.0 + 1e-15), 1.0003e5); /* Temme's side */
    EXPECT_NEAR(below, above, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_values), cmocka_unit_test(outside_is_nan),
        cmocka_unit_test(ends_are_exact), cmocka_unit_test(sums_of_logs),
        cmocka_unit_test(methods_meet)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
