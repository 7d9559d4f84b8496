/* test_distribution: complete sets (distribution.h).
 *
 * 1. lpdf, lcdf and lccdf against values made by tests/reference/distribution.py (mpmath).
 * 2. quantile(cdf(x)) = x. 3. Derivatives against central differences of the lpdf.
 * 4. Draws by Kolmogorov & Smirnov with fixed seeds: sqrt(n) D <= 2.70 fails once in a million. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/distribution.h"

#define ADAPT(name, mass, ...)                                                                     \
    static double name##_density(double *d, double x, const double *p)                             \
    {                                                                                              \
        const double value = ptl_##name##_##mass##_grad(d, x, __VA_ARGS__);                        \
        const double plain = ptl_##name##_##mass(x, __VA_ARGS__);                                  \
        assert_true(value == plain || (isnan(value) && isnan(plain)));                             \
        return value;                                                                              \
    }                                                                                              \
    static double name##_lower(double x, const double *p)                                          \
    {                                                                                              \
        return ptl_##name##_lcdf(x, __VA_ARGS__);                                                  \
    }                                                                                              \
    static double name##_upper(double x, const double *p)                                          \
    {                                                                                              \
        return ptl_##name##_lccdf(x, __VA_ARGS__);                                                 \
    }                                                                                              \
    static double name##_quantile_of(double share, const double *p)                                \
    {                                                                                              \
        return ptl_##name##_quantile(share, __VA_ARGS__);                                          \
    }                                                                                              \
    static double name##_draw(ptl_rng *rng, const double *p)                                       \
    {                                                                                              \
        return ptl_##name##_rng(rng, __VA_ARGS__);                                                 \
    }

#define SUBJECT(id, name, n, counts)                                                               \
    [id] = {#name,      n, counts, name##_density, name##_lower, name##_upper, name##_quantile_of, \
            name##_draw}

typedef struct subject {
    const char *name;
    int n_params;
    bool counts;
    double (*density)(double *d, double x, const double *p);
    double (*lower)(double x, const double *p);
    double (*upper)(double x, const double *p);
    double (*quantile)(double share, const double *p);
    double (*draw)(ptl_rng *rng, const double *p);
} subject;

enum family {
    NORMAL,
    HALF_NORMAL,
    LOGNORMAL,
    STUDENT_T,
    GAMMA,
    INVERSE_GAMMA,
    EXPONENTIAL,
    BETA,
    UNIFORM,
    TRUNCATED_NORMAL,
    LAPLACE,
    HALF_CAUCHY,
    POISSON,
    BINOMIAL,
    NEGATIVE_BINOMIAL,
    N_FAMILIES
};

ADAPT(normal, lpdf, p[0], p[1])
ADAPT(half_normal, lpdf, p[0])
ADAPT(lognormal, lpdf, p[0], p[1])
ADAPT(student_t, lpdf, p[0], p[1], p[2])
ADAPT(gamma, lpdf, p[0], p[1])
ADAPT(inverse_gamma, lpdf, p[0], p[1])
ADAPT(exponential, lpdf, p[0])
ADAPT(beta, lpdf, p[0], p[1])
ADAPT(uniform, lpdf, p[0], p[1])
ADAPT(truncated_normal, lpdf, p[0], p[1], p[2], p[3])
ADAPT(laplace, lpdf, p[0], p[1])
ADAPT(half_cauchy, lpdf, p[0])
ADAPT(poisson, lpmf, p[0])
ADAPT(binomial, lpmf, p[0], p[1])
ADAPT(negative_binomial, lpmf, p[0], p[1])

static const subject subjects[N_FAMILIES] = {
    SUBJECT(NORMAL, normal, 2, false),
    SUBJECT(HALF_NORMAL, half_normal, 1, false),
    SUBJECT(LOGNORMAL, lognormal, 2, false),
    SUBJECT(STUDENT_T, student_t, 3, false),
    SUBJECT(GAMMA, gamma, 2, false),
    SUBJECT(INVERSE_GAMMA, inverse_gamma, 2, false),
    SUBJECT(EXPONENTIAL, exponential, 1, false),
    SUBJECT(BETA, beta, 2, false),
    SUBJECT(UNIFORM, uniform, 2, false),
    SUBJECT(TRUNCATED_NORMAL, truncated_normal, 4, false),
    SUBJECT(LAPLACE, laplace, 2, false),
    SUBJECT(HALF_CAUCHY, half_cauchy, 1, false),
    SUBJECT(POISSON, poisson, 1, true),
    SUBJECT(BINOMIAL, binomial, 2, true),
    SUBJECT(NEGATIVE_BINOMIAL, negative_binomial, 2, true),
};

struct row {
    enum family family;
    double x, params[4], density, lower, upper;
};

#include "unit/distribution_reference.h"

#define N_ROWS ((int64_t)(sizeof rows / sizeof *rows))

static void near(const struct row *r, const char *what, double got, double expected, double tol)
{
    if (fabs(got - expected) <= tol * fmax(1.0, fabs(expected))) return;
    if (isinf(expected) && got == expected) return;
    fail_msg("%s %s at %g (%g, %g, %g, %g) = %.17g, expected %.17g", subjects[r->family].name, what,
             r->x, r->params[0], r->params[1], r->params[2], r->params[3], got, expected);
}

static void reference_values(void **state)
{
    (void)state;
    int n_of[N_FAMILIES] = {0};
    for (int64_t i = 0; i < N_ROWS; i++) {
        const struct row *r = &rows[i];
        const subject *s = &subjects[r->family];
        near(r, "density", s->density(NULL, r->x, r->params), r->density, 1e-13);
        near(r, "lcdf", s->lower(r->x, r->params), r->lower, 1e-12);
        near(r, "lccdf", s->upper(r->x, r->params), r->upper, 1e-12);
        /* small tails keep relative accuracy */
        if (r->lower > -1e-3 && r->lower < 0.0)
            EXPECT_NEAR(s->lower(r->x, r->params) / r->lower, 1.0, 1e-10);
        n_of[r->family]++;
    }
    for (int f = 0; f < N_FAMILIES; f++) assert_true(n_of[f] >= 2);
}

static void quantiles_invert(void **state)
{
    (void)state;
    for (int64_t i = 0; i < N_ROWS; i++) {
        const struct row *r = &rows[i];
        const subject *s = &subjects[r->family];
        if (s->counts) {
            EXPECT_NEAR(s->quantile(exp(r->lower), r->params), r->x, 0.0);
            continue;
        }
        for (int k = 1; k < 40; k++) {
            const double share = k / 40.0 - 0.0071, x = s->quantile(share, r->params);
            EXPECT_NEAR(exp(s->lower(x, r->params)), share, 2e-12);
            EXPECT_NEAR(exp(s->upper(x, r->params)), 1.0 - share, 2e-12);
        }
        const double far = s->quantile(1e-9, r->params);
        /* the last digit of x, times the density there */
        const double digit = 1e-15 * fabs(far) * exp(s->density(NULL, far, r->params)) / 1e-9;
        EXPECT_NEAR(s->lower(far, r->params), log(1e-9), 1e-9 + digit);
    }
}

static double step_at(double x)
{
    return 1e-3 * (x == 0.0 ? 0.1 : fmin(fabs(x), 1.0));
}

/* f'(x) by Richardson's central difference: error of order h^4 and rounding of eps / h. */
static double slope(const struct row *r, int by)
{
    struct row at[4] = {*r, *r, *r, *r};
    const double *const origin = by == 0 ? &r->x : &r->params[by - 1];
    double h = step_at(*origin);
    if (r->family == BETA && by == 0) h *= 1.0 - r->x; /* the other edge is near */
    const double shift[4] = {-2.0 * h, -h, h, 2.0 * h};
    double f[4];
    for (int k = 0; k < 4; k++) {
        *(by == 0 ? &at[k].x : &at[k].params[by - 1]) += shift[k];
        f[k] = subjects[r->family].density(NULL, at[k].x, at[k].params);
    }
    return (8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * h);
}

static void derivatives(void **state)
{
    (void)state;
    int n_checked = 0;
    for (int64_t i = 0; i < N_ROWS; i++) {
        const struct row *r = &rows[i];
        const subject *s = &subjects[r->family];
        double d[5];
        const double value = s->density(d, r->x, r->params);
        for (int by = 0; by <= s->n_params; by++) {
            if (s->counts && by == 0) continue;
            if (r->family == BINOMIAL && by == 1) continue; /* the number of trials */
            if (by > 0 && fabs(r->params[by - 1]) > 1e100) continue;
            if (r->family == LAPLACE && fabs(r->x - r->params[0]) < 1e-3) continue;
            const double expected = slope(r, by);
            const double at = fabs(by == 0 ? r->x : r->params[by - 1]);
            /* rounding of the lpdf by the step, and the h^4 of a derivative of order 5 */
            const double rounding = 4e-16 * fmax(fabs(value), 1.0) / step_at(at);
            if (!(fabs(d[by] - expected) <= 2e-8 * fmax(1.0, fabs(expected)) + 100.0 * rounding))
                fail_msg("%s at %g: derivative %d is %.12g, differences say %.12g", s->name, r->x,
                         by, d[by], expected);
            n_checked++;
        }
    }
    assert_true(n_checked > 100);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draws_follow(void **state)
{
    (void)state;
    enum { N = 4000 };
    static double x[N];
    for (int64_t i = 0; i < N_ROWS; i++) {
        const struct row *r = &rows[i];
        const subject *s = &subjects[r->family];
        const ptl_rng root = ptl_rng_new(60013);
        ptl_rng rng = ptl_rng_split(&root, (uint64_t)i);
        for (int k = 0; k < N; k++) x[k] = s->draw(&rng, r->params);
        qsort(x, N, sizeof *x, by_value);
        double distance = 0.0;
        for (int k = 0; k < N; k++) {
            if (k + 1 < N && x[k + 1] == x[k]) continue; /* a step of a count: its upper end */
            distance = fmax(distance, fabs((k + 1.0) / N - exp(s->lower(x[k], r->params))));
        }
        if (!(distance * sqrt((double)N) <= 2.70))
            fail_msg("%s, row %lld: distance %.3f", s->name, (long long)i, distance * sqrt(N));
    }
}

/* NaN in any place, and parameters outside, are refused by every function of the set. */
static void outside_is_refused(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(7);
    for (int64_t i = 0; i < N_ROWS; i++) {
        const struct row *r = &rows[i];
        const subject *s = &subjects[r->family];
        double d[5];
        assert_true(isnan(s->density(d, PTL_NAN, r->params)) && isnan(d[0]) && isnan(d[1]));
        assert_true(isnan(s->lower(PTL_NAN, r->params)) && isnan(s->upper(PTL_NAN, r->params)));
        assert_true(isnan(s->quantile(PTL_NAN, r->params)) && isnan(s->quantile(1.01, r->params)));
        for (int k = 0; k < s->n_params; k++) {
            struct row broken = *r;
            broken.params[k] = PTL_NAN;
            const double *const p = broken.params;
            assert_true(isnan(s->density(NULL, r->x, p)) && isnan(s->lower(r->x, p)));
            assert_true(isnan(s->upper(r->x, p)) && isnan(s->quantile(0.3, p)));
            assert_true(isnan(s->draw(&rng, p)));
        }
    }
    assert_true(isnan(ptl_normal_lpdf(0.1, 0.0, 0.0)) && isnan(ptl_normal_rng(&rng, 0.0, -1.0)));
    assert_true(isnan(ptl_uniform_lpdf(0.1, 1.0, 1.0)) && isnan(ptl_poisson_lpmf(1.5, 2.0)));
    assert_true(isnan(ptl_binomial_lpmf(1.0, 2.5, 0.5)) && isnan(ptl_gamma_rng(&rng, 0.0, 1.0)));
    assert_true(ptl_gamma_lpdf(-0.1, 1.0, 1.0) == -HUGE_VAL);
    assert_true(ptl_gamma_lpdf(0.0, 1.0, 1.0) == 0.0 && ptl_beta_lpdf(0.0, 0.5, 1.0) == HUGE_VAL);
}

/* Tails that no probability can hold. */
static void far_tails(void **state)
{
    (void)state;
    /* Mills' ratio to its second term */
    EXPECT_NEAR(ptl_normal_lccdf(150.0, 0.0, 1.0),
                -11250.0 - log(150.0) - 0.5 * log(2.0 * M_PI) + log1p(-1.0 / 22500.0), 1e-8);
    EXPECT_NEAR(ptl_exponential_lccdf(1e4, 1.0), -1e4, 0.0);
    EXPECT_NEAR(ptl_truncated_normal_quantile(0.5, 0.0, 1.0, 50.0, (double)INFINITY),
                50.0 + 0.0138563, 1e-6); /* log 2 / 50, less order 50^-3 */
    const double x = ptl_truncated_normal_quantile(0.37, 1.0, 2.0, -91.0, -90.0);
    EXPECT_NEAR(exp(ptl_truncated_normal_lcdf(x, 1.0, 2.0, -91.0, -90.0)), 0.37, 1e-10);
}

static void dirichlet(void **state)
{
    (void)state;
    ptl_error err = {0};
    const double alpha[] = {0.31, 2.7, 4.1}, x[] = {0.13, 0.21, 0.66};
    double lpdf, grad[3], draw[3], mean[3] = {0};
    EXPECT_OK(ptl_dirichlet_lpdf(&lpdf, grad, x, alpha, 3, &err));
    double expected = lgamma(7.11) - lgamma(0.31) - lgamma(2.7) - lgamma(4.1);
    for (int i = 0; i < 3; i++) expected += (alpha[i] - 1.0) * log(x[i]);
    EXPECT_NEAR(lpdf, expected, 1e-14);
    EXPECT_NEAR(grad[1], 1.7 / 0.21, 1e-14);
    ptl_rng rng = ptl_rng_new(17);
    enum { N = 20000 };
    for (int k = 0; k < N; k++) {
        EXPECT_OK(ptl_dirichlet_rng(draw, &rng, alpha, 3, &err));
        EXPECT_NEAR(draw[0] + draw[1] + draw[2], 1.0, 1e-15);
        for (int i = 0; i < 3; i++) mean[i] += draw[i] / N;
    }
    for (int i = 0; i < 3; i++) {
        const double m = alpha[i] / 7.11, sd = sqrt(m * (1.0 - m) / 8.11 / N);
        EXPECT_NEAR(mean[i], m, 4.9 * sd);
    }
    EXPECT_FAIL(ptl_dirichlet_rng(draw, &rng, (const double[]){1.0, PTL_NAN}, 2, &err),
                PTL_E_INVALID, "element 1 is nan");
    EXPECT_FAIL(ptl_dirichlet_lpdf(&lpdf, NULL, (const double[]){0.4, 0.5}, alpha, 2, &err),
                PTL_E_INVALID, "sums to");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_values),   cmocka_unit_test(quantiles_invert),
        cmocka_unit_test(derivatives),        cmocka_unit_test(draws_follow),
        cmocka_unit_test(outside_is_refused), cmocka_unit_test(far_tails),
        cmocka_unit_test(dirichlet)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
