/* test_optimise: L-BFGS (optimise.h) on functions whose least points are known. */
#include "support/expect.h"

#include <math.h>

#include "math/optimise_internal.h"
#include "portolan/linalg.h"

enum { WORK_N = 4096 };

static double work[WORK_N];

static ptl_status rosenbrock(double *f, double *g, const double *x, int64_t n, void *payload,
                             ptl_error *err)
{
    (void)payload, (void)err;
    *f = 0.0;
    for (int64_t i = 0; i < n; i++) g[i] = 0.0;
    for (int64_t i = 0; i + 1 < n; i += 2) {
        const double a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
        *f += 100.0 * a * a + b * b;
        g[i] += -400.0 * x[i] * a - 2.0 * b;
        g[i + 1] += 200.0 * a;
    }
    return PTL_OK;
}

/* Colville's function, usually called Wood's; least 0 at (1, 1, 1, 1). */
static ptl_status wood(double *f, double *g, const double *x, int64_t n, void *payload,
                       ptl_error *err)
{
    (void)n, (void)payload, (void)err;
    const double a = x[1] - x[0] * x[0], b = 1.0 - x[0], c = x[3] - x[2] * x[2], d = 1.0 - x[2];
    const double e = x[1] + x[3] - 2.0, h = x[1] - x[3];
    *f = 100.0 * a * a + b * b + 90.0 * c * c + d * d + 10.0 * e * e + 0.1 * h * h;
    g[0] = -400.0 * x[0] * a - 2.0 * b;
    g[1] = 200.0 * a + 20.0 * e + 0.2 * h;
    g[2] = -360.0 * x[2] * c - 2.0 * d;
    g[3] = 180.0 * c + 20.0 * e - 0.2 * h;
    return PTL_OK;
}

static void known_minima(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_lbfgs_result r;
    for (int32_t memory = 1; memory <= 17; memory += 4) {
        ptl_lbfgs_options o = ptl_lbfgs_options_default();
        o.memory = memory;
        assert_true(ptl_lbfgs_work_n(10, &o) <= WORK_N);
        double x[10];
        for (int i = 0; i < 10; i++) x[i] = i % 2 ? 1.03 : -1.23;
        EXPECT_OK(ptl_lbfgs_solve(&r, x, 10, &o, rosenbrock, NULL, work, &err));
        assert_int_equal(r.verdict, PTL_CONVERGED);
        for (int i = 0; i < 10; i++) EXPECT_NEAR(x[i], 1.0, 1e-6);
        double f, g[10], high = 0.0;
        rosenbrock(&f, g, x, 10, NULL, &err);
        for (int i = 0; i < 10; i++) high = fmax(high, fabs(g[i]));
        assert_true(f == r.f && high == r.grad_norm); /* what the result claims about itself */
        assert_true(r.n_evaluations < (memory == 1 ? 400 : 150));
        double w[4] = {-3.1, -0.9, -3.3, -1.1};
        EXPECT_OK(ptl_lbfgs_solve(&r, w, 4, &o, wood, NULL, work, &err));
        assert_int_equal(r.verdict, PTL_CONVERGED);
        for (int i = 0; i < 4; i++) EXPECT_NEAR(w[i], 1.0, 1e-5);
    }
}

enum { ROWS = 211, COLS = 3 };

typedef struct logistic {
    double a[ROWS][COLS];
    double y[ROWS];
} logistic;

static ptl_status logistic_loss(double *f, double *g, const double *x, int64_t n, void *payload,
                                ptl_error *err)
{
    (void)err;
    const logistic *d = payload;
    *f = 0.0;
    for (int64_t j = 0; j < n; j++) {
        *f += 0.5 * x[j] * x[j]; /* a normal prior */
        g[j] = x[j];
    }
    for (int i = 0; i < ROWS; i++) {
        double eta = 0.0;
        for (int j = 0; j < COLS; j++) eta += d->a[i][j] * x[j];
        *f += log1p(exp(-fabs(eta))) + fmax(eta, 0.0) - d->y[i] * eta;
        const double miss = 1.0 / (1.0 + exp(-eta)) - d->y[i];
        for (int j = 0; j < COLS; j++) g[j] += miss * d->a[i][j];
    }
    return PTL_OK;
}

/* Newton with the exact Hessian, solved by Cramer's rule: another method, another answer? */
static void newton(double x[COLS], logistic *d)
{
    for (int step = 0; step < 30; step++) {
        double f, g[COLS], h[COLS][COLS] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        ptl_error err;
        logistic_loss(&f, g, x, COLS, d, &err);
        for (int i = 0; i < ROWS; i++) {
            double eta = 0.0;
            for (int j = 0; j < COLS; j++) eta += d->a[i][j] * x[j];
            const double p = 1.0 / (1.0 + exp(-eta));
            for (int j = 0; j < COLS; j++)
                for (int k = 0; k < COLS; k++) h[j][k] += p * (1.0 - p) * d->a[i][j] * d->a[i][k];
        }
        const double minor[3] = {h[1][1] * h[2][2] - h[1][2] * h[2][1],
                                 h[1][0] * h[2][2] - h[1][2] * h[2][0],
                                 h[1][0] * h[2][1] - h[1][1] * h[2][0]};
        const double det = h[0][0] * minor[0] - h[0][1] * minor[1] + h[0][2] * minor[2];
        double next[COLS];
        for (int k = 0; k < COLS; k++) {
            double m[COLS][COLS];
            memcpy(m, h, sizeof m);
            for (int j = 0; j < COLS; j++) m[j][k] = g[j];
            next[k] = (m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                       m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                       m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])) /
                      det;
        }
        for (int k = 0; k < COLS; k++) x[k] -= next[k];
    }
}

static void agrees_with_newton(void **state)
{
    (void)state;
    ptl_error err = {0};
    static logistic d;
    ptl_rng rng = ptl_rng_new(3119);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLS; j++) d.a[i][j] = (j + 0.7) * ptl_rng_normal(&rng);
        d.y[i] = ptl_rng_uniform(&rng) < 1.0 / (1.0 + exp(0.4 - 0.9 * d.a[i][1])) ? 1.0 : 0.0;
    }
    double x[COLS] = {0}, reference[COLS] = {0};
    ptl_lbfgs_result r;
    EXPECT_OK(ptl_lbfgs_solve(&r, x, COLS, NULL, logistic_loss, &d, work, &err));
    assert_int_equal(r.verdict, PTL_CONVERGED);
    newton(reference, &d);
    for (int j = 0; j < COLS; j++) EXPECT_NEAR(x[j], reference[j], 1e-7);
}

/* A quadratic whose axes differ by 10^4. */
static ptl_status valley(double *f, double *g, const double *x, int64_t n, void *payload,
                         ptl_error *err)
{
    (void)payload, (void)err;
    *f = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double scale = pow(10.0, 4.0 * (double)i / (double)(n - 1));
        *f += 0.5 * scale * (x[i] - 0.37) * (x[i] - 0.37);
        g[i] = scale * (x[i] - 0.37);
    }
    return PTL_OK;
}

static void a_narrow_valley(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_lbfgs_result r;
    double x[50];
    for (int i = 0; i < 50; i++) x[i] = 3.1 - 0.17 * i;
    ptl_lbfgs_options o = ptl_lbfgs_options_default();
    o.iter_max = 3000;
    EXPECT_OK(ptl_lbfgs_solve(&r, x, 50, &o, valley, NULL, work, &err));
    assert_int_equal(r.verdict, PTL_CONVERGED);
    for (int i = 0; i < 50; i++) EXPECT_NEAR(x[i], 0.37, 1e-7);
}

typedef enum trouble { NAN_AT_START, NAN_BEYOND, LINE, CLIFF, WRONG_GRADIENT, CANCEL } trouble;

static ptl_status troubled(double *f, double *g, const double *x, int64_t n, void *payload,
                           ptl_error *err)
{
    (void)n;
    switch (*(trouble *)payload) {
    case NAN_AT_START:
        *f = g[0] = PTL_NAN;
        return PTL_OK;
    case NAN_BEYOND: /* log x - x / 3, negated: least at 3, NaN below 0 */
        *f = x[0] / 3.0 - log(x[0]);
        g[0] = 1.0 / 3.0 - 1.0 / x[0];
        return PTL_OK;
    case LINE:
        *f = -0.3 * x[0];
        g[0] = -0.3;
        return PTL_OK;
    case CLIFF:
        *f = log(fabs(x[0]));
        g[0] = 1.0 / x[0];
        return PTL_OK;
    case WRONG_GRADIENT:
        *f = x[0] * x[0];
        g[0] = -2.0 * x[0];
        return PTL_OK;
    case CANCEL:
        break;
    }
    return ptl_fail(err, PTL_E_CANCELLED, "enough");
}

static void failures_have_names(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_lbfgs_result r;
    trouble t = NAN_AT_START;
    double x = 0.71;
    EXPECT_FAIL(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err), PTL_E_INVALID,
                "nan at the start");
    t = NAN_BEYOND;
    EXPECT_OK(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err));
    assert_int_equal(r.verdict, PTL_CONVERGED);
    EXPECT_NEAR(x, 3.0, 1e-6);
    t = LINE;
    x = 0.71;
    EXPECT_OK(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err));
    assert_int_equal(r.verdict, PTL_NOT_IDENTIFIED);
    assert_int_equal(r.stop, PTL_LBFGS_UNBOUNDED);
    t = CLIFF;
    x = 0.71;
    EXPECT_OK(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err));
    assert_int_not_equal(r.verdict, PTL_CONVERGED);
    t = WRONG_GRADIENT;
    x = 0.71;
    EXPECT_OK(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err));
    assert_int_equal(r.stop, PTL_LBFGS_STUCK);
    assert_int_equal(r.verdict, PTL_NOT_CONVERGED);
    t = CANCEL;
    EXPECT_FAIL(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err), PTL_E_CANCELLED,
                "enough");
    x = PTL_NAN;
    EXPECT_FAIL(ptl_lbfgs_solve(&r, &x, 1, NULL, troubled, &t, work, &err), PTL_E_INVALID,
                "variable 0 is nan");
}

static void options_are_checked(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_lbfgs_result r;
    double x[2] = {0.1, 0.2};
    ptl_lbfgs_options o = ptl_lbfgs_options_default();
    o.grad_tol_rel = PTL_NAN;
    EXPECT_FAIL(ptl_lbfgs_solve(&r, x, 2, &o, rosenbrock, NULL, work, &err), PTL_E_INVALID,
                "grad_tol_rel");
    o = ptl_lbfgs_options_default();
    o.memory = 0;
    EXPECT_FAIL(ptl_lbfgs_solve(&r, x, 2, &o, rosenbrock, NULL, work, &err), PTL_E_INVALID,
                "memory");
    o = ptl_lbfgs_options_default();
    o.iter_max = 3;
    x[0] = -1.3;
    EXPECT_OK(ptl_lbfgs_solve(&r, x, 2, &o, rosenbrock, NULL, work, &err));
    assert_int_equal(r.verdict, PTL_NOT_CONVERGED);
    assert_int_equal(r.iter, 3);
}

enum { DIM = 6, PAIRS = 4 };

/* H by the textbook update on a full matrix, pairs oldest first in a ring that has turned. */
static void full_inverse(double h[DIM][DIM], const ptl_lbfgs_history *p)
{
    for (int i = 0; i < DIM; i++)
        for (int j = 0; j < DIM; j++) h[i][j] = i == j ? p->gamma : 0.0;
    for (int32_t k = 0; k < p->count; k++) {
        const double *const s = p->s + ptl_lbfgs_slot(p, k) * DIM;
        const double *const y = p->y + ptl_lbfgs_slot(p, k) * DIM;
        const double rho = p->rho[ptl_lbfgs_slot(p, k)];
        double hy[DIM] = {0}, yhy = 0.0;
        for (int i = 0; i < DIM; i++)
            for (int j = 0; j < DIM; j++) hy[i] += h[i][j] * y[j];
        for (int i = 0; i < DIM; i++) yhy += y[i] * hy[i];
        for (int i = 0; i < DIM; i++)
            for (int j = 0; j < DIM; j++)
                h[i][j] +=
                    (1.0 + rho * yhy) * rho * s[i] * s[j] - rho * (hy[i] * s[j] + s[i] * hy[j]);
    }
}

static void the_history_is_a_covariance(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(9241);
    double s[PAIRS * DIM], y[PAIRS * DIM], rho[PAIRS], alpha[PAIRS], scratch[PAIRS * DIM];
    ptl_lbfgs_history p = {s, y, rho, alpha, DIM, PAIRS, PAIRS, 2, 0.37};
    for (int k = 0; k < PAIRS; k++) {
        double sy = 0.0;
        for (int i = 0; i < DIM; i++) {
            s[k * DIM + i] = ptl_rng_normal(&rng);
            y[k * DIM + i] = (1.0 + i) * s[k * DIM + i] + 0.3 * ptl_rng_normal(&rng);
            sy += s[k * DIM + i] * y[k * DIM + i];
        }
        assert_true(sy > 0.0);
        rho[k] = 1.0 / sy;
    }
    double h[DIM][DIM], l[DIM * DIM];
    full_inverse(h, &p);
    for (int j = 0; j < DIM; j++) {
        double unit[DIM] = {0}, column[DIM];
        unit[j] = 1.0;
        ptl_lbfgs_multiply(column, unit, &p, PAIRS);
        for (int i = 0; i < DIM; i++) {
            EXPECT_NEAR(column[i], h[i][j], 1e-13);
            l[i + j * DIM] = h[i][j];
        }
    }
    EXPECT_OK(ptl_cholesky(l, DIM, DIM, &err));
    EXPECT_NEAR(ptl_lbfgs_log_det(&p, scratch), ptl_cholesky_logdet(l, DIM, DIM), 1e-12);
    enum { DRAWS = 40000 };
    double z[DIM], centre[DIM] = {3.1, -0.7, 0.2, 0.0, 11.3, 1.0}, moment[DIM][DIM] = {{0}};
    for (int k = 0; k < DRAWS; k++) {
        ptl_lbfgs_draw(z, centre, &p, &rng);
        for (int i = 0; i < DIM; i++)
            for (int j = 0; j < DIM; j++)
                moment[i][j] += (z[i] - centre[i]) * (z[j] - centre[j]) / DRAWS;
    }
    for (int i = 0; i < DIM; i++)
        for (int j = 0; j < DIM; j++) /* Isserlis: var(z_i z_j) = h_ii h_jj + h_ij^2 */
            EXPECT_NEAR(moment[i][j], h[i][j],
                        4.9 * sqrt((h[i][i] * h[j][j] + h[i][j] * h[i][j]) / DRAWS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_minima),        cmocka_unit_test(agrees_with_newton),
        cmocka_unit_test(a_narrow_valley),     cmocka_unit_test(failures_have_names),
        cmocka_unit_test(options_are_checked), cmocka_unit_test(the_history_is_a_covariance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
