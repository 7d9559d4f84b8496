/* test_nuts_recovery: posteriors whose moments are known (nuts.h).
 *
 * A mean must lie within 5 of its own Monte Carlo standard errors of the truth: with normal errors
 * that misses once in 1.7 million, and seeds are fixed. Spreads likewise, by the mean of squares.
 */
#include "support/effort.h"
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/distribution.h"
#include "portolan/linalg.h"
#include "portolan/nuts.h"
#include "portolan/special.h"

typedef struct fit {
    ptl_arena arena;
    ptl_pool *pool;
    ptl_nuts_result r;
    double *work;
} fit;

static fit run(ptl_gradient_fn fn, int64_t n, void *payload, const ptl_nuts_options *o)
{
    fit f = {0};
    ptl_error err = {0};
    ptl_arena_init(&f.arena, ptl_nuts_arena_bytes(n, o), NULL);
    EXPECT_OK(ptl_pool_new(&f.pool, 2, &err));
    const ptl_executor executor = ptl_pool_executor(f.pool);
    const ptl_nuts_target target = {.n = n, .fn = fn, .payload = payload};
    const ptl_rng rng = ptl_rng_new(20260713);
    EXPECT_OK(ptl_nuts_solve(&f.r, &target, NULL, &rng, o, &executor, &f.arena, &err));
    f.work = malloc(sizeof *f.work * (size_t)ptl_mcmc_work_n(f.r.n_chains, f.r.n_draws));
    assert_non_null(f.work);
    return f;
}

static void drop(fit *f)
{
    free(f->work);
    ptl_pool_free(f->pool);
    ptl_arena_dispose(&f->arena);
}

static void say(const char *name, const fit *f)
{
    int64_t gradients = 0, divergent = 0;
    for (int64_t c = 0; c < f->r.n_chains; c++) {
        gradients += f->r.chains[c].n_gradients_draws;
        divergent += f->r.chains[c].n_divergent;
    }
    print_message("%-28s %s: %.1f gradients a draw, %lld divergent", name,
                  ptl_verdict_text(f->r.verdict),
                  (double)gradients / (double)(f->r.n_chains * f->r.n_draws), (long long)divergent);
    for (int i = 0; i < PTL_MCMC_CHECKS; i++)
        print_message(", %s %.4g", f->r.checks[i].id, f->r.checks[i].measured);
    print_message("\n");
}

/* The mean of (x - centre)^power over all draws, and its Monte Carlo error. */
static void expect_moment(const fit *f, int64_t idx, double centre, int power, double truth)
{
    const int64_t n = f->r.n_chains * f->r.n_draws;
    double *const y = malloc(sizeof *y * (size_t)n);
    const ptl_mcmc_view from = ptl_nuts_view(&f->r, idx);
    for (int64_t k = 0; k < n; k++) y[k] = pow(from.x[k * from.draw_stride] - centre, power);
    const ptl_mcmc_view view = {y, f->r.n_chains, f->r.n_draws, f->r.n_draws, 1};
    const ptl_mcmc_summary s = ptl_mcmc_summarise(&view, f->work);
    free(y);
    if (!(fabs(s.mean - truth) <= 5.0 * s.mcse_mean))
        fail_msg("variable %lld, moment %d: %.5f, expected %.5f, error %.5f", (long long)idx, power,
                 s.mean, truth, s.mcse_mean);
}

/* --- 50 normals, standard deviations from 1 to 100, rotated pairwise ----------------------------
 */

enum { GAUSS_N = 50 };

/* Variables 2k and 2k + 1 are a rotation by 0.6 of two independent ones. */
static double scale_of(int64_t i)
{
    return pow(100.0, (double)i / (GAUSS_N - 1.0));
}

static ptl_status gauss(double *lp, double *g, const double *x, int64_t n, void *payload,
                        ptl_error *err)
{
    (void)err;
    const double c = *(double *)payload, s = sqrt(1.0 - c * c);
    *lp = 0.0;
    for (int64_t i = 0; i < n; i += 2) {
        const double va = scale_of(i) * scale_of(i), vb = scale_of(n - 1 - i) * scale_of(n - 1 - i);
        const double a = c * x[i] + s * x[i + 1], b = -s * x[i] + c * x[i + 1];
        *lp -= 0.5 * (a * a / va + b * b / vb);
        g[i] = -c * a / va + s * b / vb;
        g[i + 1] = -s * a / va - c * b / vb;
    }
    return PTL_OK;
}

static void fifty_normals(void **state)
{
    (void)state;
    for (int dense = 0; dense < 2; dense++) {
        ptl_nuts_options o = ptl_nuts_options_default();
        o.metric = dense ? PTL_NUTS_DENSE : PTL_NUTS_DIAGONAL;
        double c = dense ? 0.8 : 1.0; /* turned, only a dense metric undoes it */
        fit f = run(gauss, GAUSS_N, &c, &o);
        say(dense ? "turned normals, dense" : "normals, diagonal", &f);
        assert_int_equal(f.r.verdict, PTL_CONVERGED);
        for (int64_t i = 0; i < GAUSS_N; i++) {
            const int64_t even = i - i % 2;
            const double va = pow(scale_of(even), 2), vb = pow(scale_of(GAUSS_N - 1 - even), 2);
            const double s2 = 1.0 - c * c, own = i % 2 ? vb : va, other = i % 2 ? va : vb;
            expect_moment(&f, i, 0.0, 1, 0.0);
            expect_moment(&f, i, 0.0, 2, (1.0 - s2) * own + s2 * other);
        }
        drop(&f);
    }
}

/* --- a correlated pair
 * ---------------------------------------------------------------------------- */

static ptl_status pair(double *lp, double *g, const double *x, int64_t n, void *payload,
                       ptl_error *err)
{
    (void)n, (void)payload, (void)err;
    const double r = 0.95, d = 1.0 - r * r, a = x[0] - 1.3, b = x[1] + 0.7;
    *lp = -0.5 * (a * a - 2.0 * r * a * b + b * b) / d;
    g[0] = -(a - r * b) / d;
    g[1] = -(b - r * a) / d;
    return PTL_OK;
}

static void correlated_pair(void **state)
{
    (void)state;
    fit f = run(pair, 2, NULL, NULL);
    say("correlated pair", &f);
    assert_int_equal(f.r.verdict, PTL_CONVERGED);
    expect_moment(&f, 0, 0.0, 1, 1.3);
    expect_moment(&f, 1, 0.0, 1, -0.7);
    expect_moment(&f, 0, 1.3, 2, 1.0);
    expect_moment(&f, 1, -0.7, 2, 1.0);
    drop(&f);
}

/* --- Neal's funnel: v ~ N(0, 3), x_i ~ N(0, e^{v/2})
 * ---------------------------------------------- */

enum { FUNNEL_N = 10 };

static ptl_status funnel(double *lp, double *g, const double *x, int64_t n, void *payload,
                         ptl_error *err)
{
    (void)err;
    const bool centred = *(bool *)payload;
    *lp = -x[0] * x[0] / 18.0;
    g[0] = -x[0] / 9.0;
    for (int64_t i = 1; i < n; i++) {
        const double precision = centred ? exp(-x[0]) : 1.0;
        *lp -= 0.5 * precision * x[i] * x[i] + (centred ? 0.5 * x[0] : 0.0);
        g[i] = -precision * x[i];
        if (centred) g[0] += 0.5 * precision * x[i] * x[i] - 0.5;
    }
    return PTL_OK;
}

static void the_funnel_is_flagged(void **state)
{
    (void)state;
    bool centred = true;
    fit f = run(funnel, FUNNEL_N, &centred, NULL);
    say("funnel, centred", &f);
    assert_int_not_equal(f.r.verdict, PTL_CONVERGED);
    assert_int_not_equal(f.r.checks[3].outcome, PTL_PASS); /* divergences say why */
    drop(&f);
    centred = false;
    f = run(funnel, FUNNEL_N, &centred, NULL);
    say("funnel, non-centred", &f);
    assert_int_equal(f.r.verdict, PTL_CONVERGED);
    expect_moment(&f, 0, 0.0, 1, 0.0);
    expect_moment(&f, 0, 0.0, 2, 9.0);
    drop(&f);
}

/* --- eight schools (Rubin 1981; Gelman et al. 2013, §5.5)
 * ----------------------------------------- */

static const double school_y[8] = {28, 8, -3, 7, -1, 1, 18, 12};
static const double school_s[8] = {15, 10, 16, 11, 9, 11, 10, 18};

/* x = mu, log tau, eta_j; mu ~ N(0, 5), tau ~ half-Cauchy(5), theta = mu + tau eta. */
static ptl_status schools(double *lp, double *g, const double *x, int64_t n, void *payload,
                          ptl_error *err)
{
    (void)payload, (void)err;
    const double mu = x[0], tau = exp(x[1]);
    double d[2];
    *lp = -mu * mu / 50.0 + ptl_half_cauchy_lpdf_grad(d, tau, 5.0) + x[1];
    g[0] = -mu / 25.0;
    g[1] = d[0] * tau + 1.0;
    for (int64_t j = 2; j < n; j++) {
        const double v = school_s[j - 2] * school_s[j - 2];
        const double miss = (school_y[j - 2] - mu - tau * x[j]) / v;
        *lp -= 0.5 * miss * miss * v + 0.5 * x[j] * x[j];
        g[0] += miss;
        g[1] += miss * tau * x[j];
        g[j] = miss * tau - x[j];
    }
    return PTL_OK;
}

/* Given tau, everything is normal, so the truth is an integral over tau alone: by the midpoint rule
 * in u = log tau. y_j ~ N(mu, s_j^2 + tau^2). Published (posteriordb, eight_schools_noncentered):
 * mu 4.4 (3.3), tau 3.6 (3.2), theta_1 6.2 (5.6), theta_3 3.9 (5.3). */
typedef struct truth {
    double mu, mu_square, tau, theta[8];
} truth;

static truth schools_by_quadrature(void)
{
    truth t = {0};
    double mass = 0.0;
    for (int k = 0; k < 40000; k++) {
        const double u = -20.0 + 32.0 * (k + 0.5) / 40000.0, tau = exp(u);
        double precision = 1.0 / 25.0, weighted = 0.0, log_det = 0.0, square = 0.0;
        for (int j = 0; j < 8; j++) {
            const double v = school_s[j] * school_s[j] + tau * tau;
            precision += 1.0 / v;
            weighted += school_y[j] / v;
            square += school_y[j] * school_y[j] / v;
            log_det += log(v);
        }
        const double m = weighted / precision;
        const double log_p = -0.5 * (log_det + log(precision) + square - m * m * precision) -
                             log1p(tau * tau / 25.0) + u;
        const double w = exp(log_p);
        mass += w;
        t.mu += w * m;
        t.mu_square += w * (m * m + 1.0 / precision);
        t.tau += w * tau;
        for (int j = 0; j < 8; j++) {
            const double v = school_s[j] * school_s[j];
            t.theta[j] += w * (school_y[j] * tau * tau + m * v) / (v + tau * tau);
        }
    }
    t.mu /= mass, t.mu_square /= mass, t.tau /= mass;
    for (int j = 0; j < 8; j++) t.theta[j] /= mass;
    return t;
}

static void eight_schools(void **state)
{
    (void)state;
    const truth t = schools_by_quadrature();
    EXPECT_NEAR(t.mu, 4.4, 0.1); /* the quadrature itself, against what is published */
    EXPECT_NEAR(t.tau, 3.6, 0.1);
    EXPECT_NEAR(t.theta[0], 6.2, 0.15);
    EXPECT_NEAR(t.theta[2], 3.9, 0.15);
    ptl_nuts_options o = ptl_nuts_options_default();
    o.accept_target = 0.95;
    fit f = run(schools, 10, NULL, &o);
    say("eight schools", &f);
    assert_int_equal(f.r.verdict, PTL_CONVERGED);
    expect_moment(&f, 0, 0.0, 1, t.mu);
    expect_moment(&f, 0, 0.0, 2, t.mu_square);
    /* functions of several variables: put tau and theta_j in place of log tau and eta_j */
    const int64_t n_draws = f.r.n_chains * f.r.n_draws;
    double *const x = malloc(sizeof *x * (size_t)(n_draws * 10));
    for (int64_t k = 0; k < n_draws; k++) {
        const double *const from = f.r.draws + k * 10;
        x[k * 10] = from[0];
        x[k * 10 + 1] = exp(from[1]);
        for (int j = 2; j < 10; j++) x[k * 10 + j] = from[0] + exp(from[1]) * from[j];
    }
    f.r.draws = x;
    expect_moment(&f, 1, 0.0, 1, t.tau);
    for (int j = 0; j < 8; j++) expect_moment(&f, j + 2, 0.0, 1, t.theta[j]);
    free(x);
    drop(&f);
}

/* --- logistic regression: against a grid over its two coefficients
 * -------------------------------- */

enum { LOGIT_ROWS = 60 };

typedef struct logit_data {
    double a[LOGIT_ROWS], y[LOGIT_ROWS];
} logit_data;

static ptl_status logit_density(double *lp, double *g, const double *x, int64_t n, void *payload,
                                ptl_error *err)
{
    (void)n, (void)err;
    const logit_data *const d = payload;
    *lp = -0.5 * (x[0] * x[0] + x[1] * x[1]) / 6.25;
    g[0] = -x[0] / 6.25;
    g[1] = -x[1] / 6.25;
    for (int i = 0; i < LOGIT_ROWS; i++) {
        const double eta = x[0] + x[1] * d->a[i], miss = d->y[i] - ptl_expit(eta);
        *lp += d->y[i] * eta - ptl_log1p_exp(eta);
        g[0] += miss;
        g[1] += miss * d->a[i];
    }
    return PTL_OK;
}

static void logistic_regression(void **state)
{
    (void)state;
    static logit_data d;
    ptl_rng rng = ptl_rng_new(811);
    for (int i = 0; i < LOGIT_ROWS; i++) {
        d.a[i] = ptl_rng_normal(&rng);
        d.y[i] = ptl_rng_uniform(&rng) < ptl_expit(-0.4 + 1.3 * d.a[i]) ? 1.0 : 0.0;
    }
    double mass = 0.0, mean[2] = {0}, square[2] = {0};
    for (int i = 0; i < 300; i++)
        for (int j = 0; j < 300; j++) {
            const double x[2] = {-4.0 + 8.0 * (i + 0.5) / 300, -2.0 + 8.0 * (j + 0.5) / 300};
            double lp, g[2];
            (void)logit_density(&lp, g, x, 2, &d, NULL);
            const double w = exp(lp + 30.0);
            mass += w;
            for (int k = 0; k < 2; k++) mean[k] += w * x[k], square[k] += w * x[k] * x[k];
        }
    fit f = run(logit_density, 2, &d, NULL);
    say("logistic regression", &f);
    assert_int_equal(f.r.verdict, PTL_CONVERGED);
    for (int k = 0; k < 2; k++) {
        expect_moment(&f, k, 0.0, 1, mean[k] / mass);
        expect_moment(&f, k, 0.0, 2, square[k] / mass);
    }
    drop(&f);
}

/* --- ranks of the truth among draws, over simulated worlds (Talts et al. 2018)
 * --------------------- */

enum { WORLD_GROUPS = 5, WORLD_EACH = 4, WORLD_N = WORLD_GROUPS + 2 };

typedef struct world {
    double y[WORLD_GROUPS][WORLD_EACH];
} world;

/* mu ~ N(0, 1), log tau ~ N(-0.5, 0.5), eta_j ~ N(0, 1), y_jk ~ N(mu + tau eta_j, 1). */
static ptl_status hierarchy(double *lp, double *g, const double *x, int64_t n, void *payload,
                            ptl_error *err)
{
    (void)n, (void)err;
    const world *const w = payload;
    const double tau = exp(x[1]), away = (x[1] + 0.5) / 0.5;
    *lp = -0.5 * (x[0] * x[0] + away * away);
    g[0] = -x[0];
    g[1] = -away / 0.5;
    for (int j = 0; j < WORLD_GROUPS; j++) {
        const double eta = x[2 + j];
        *lp -= 0.5 * eta * eta;
        g[2 + j] = -eta;
        for (int k = 0; k < WORLD_EACH; k++) {
            const double miss = w->y[j][k] - x[0] - tau * eta;
            *lp -= 0.5 * miss * miss;
            g[0] += miss;
            g[1] += miss * tau * eta;
            g[2 + j] += miss * tau;
        }
    }
    return PTL_OK;
}

static void simulate(world *w, double *truth_x, ptl_rng *rng)
{
    truth_x[0] = ptl_rng_normal(rng);
    truth_x[1] = -0.5 + 0.5 * ptl_rng_normal(rng);
    for (int j = 0; j < WORLD_GROUPS; j++) {
        truth_x[2 + j] = ptl_rng_normal(rng);
        for (int k = 0; k < WORLD_EACH; k++)
            w->y[j][k] = truth_x[0] + exp(truth_x[1]) * truth_x[2 + j] + ptl_rng_normal(rng);
    }
}

static void ranks_are_uniform(void **state)
{
    (void)state;
    enum { BINS = 10, KEPT = 99 };
    const int n_worlds = effort(30, 150, 2000);
    ptl_nuts_options o = ptl_nuts_options_default();
    o.n_chains = 1;
    o.n_warmup = 300;
    o.n_draws = KEPT * 6; /* thinned by six, the ranks are of nearly independent draws */
    ptl_arena arena;
    ptl_arena_init(&arena, ptl_nuts_arena_bytes(WORLD_N, &o), NULL);
    const ptl_rng root = ptl_rng_new(70117);
    int counts[WORLD_N][BINS] = {{0}};
    for (int i = 0; i < n_worlds; i++) {
        ptl_error err = {0};
        world w;
        double truth_x[WORLD_N];
        ptl_rng rng = ptl_rng_split(&root, (uint64_t)i);
        simulate(&w, truth_x, &rng);
        ptl_nuts_result r;
        const ptl_nuts_target target = {.n = WORLD_N, .fn = hierarchy, .payload = &w};
        EXPECT_OK(ptl_nuts_solve(&r, &target, NULL, &rng, &o, NULL, &arena, &err));
        for (int v = 0; v < WORLD_N; v++) {
            int rank = 0;
            for (int k = 0; k < KEPT; k++) rank += r.draws[(6 * k + 5) * WORLD_N + v] < truth_x[v];
            counts[v][rank * BINS / (KEPT + 1)]++;
        }
        ptl_arena_reset(&arena);
    }
    ptl_arena_dispose(&arena);
    for (int v = 0; v < WORLD_N; v++) {
        double stat = 0.0;
        for (int b = 0; b < BINS; b++)
            stat += pow(counts[v][b] - n_worlds / (double)BINS, 2) / (n_worlds / (double)BINS);
        /* chi-square with 9 degrees: a sound sampler fails one variable in 10^5 */
        EXPECT_LE(stat, ptl_gamma_quantile(1.0 - 1e-5, 4.5, 0.5));
    }
}

static int ready(void **state)
{
    (void)state;
    return ptl_linalg_init(NULL) == PTL_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_normals),         cmocka_unit_test(correlated_pair),
        cmocka_unit_test(the_funnel_is_flagged), cmocka_unit_test(eight_schools),
        cmocka_unit_test(logistic_regression),   cmocka_unit_test(ranks_are_uniform)};
    return cmocka_run_group_tests(tests, ready, NULL);
}
