/* nuts: how many effective draws a second? Three posteriors, 4 chains of 1000 + 1000 each, in one
 * thread: 100 normals with standard deviations from 1 to 100; a hierarchical model of 50 groups
 * (non-centred); a logistic regression of 20 coefficients on 1,000 rows. For each it prints
 * gradients and effective draws (the least of bulk and tail, over all variables) per second.
 *
 * There is no baseline: no sampler of the kind is to be had in C without a compiler of models. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "portolan/nuts.h"
#include "portolan/special.h"

enum { NORMALS = 100, GROUPS = 50, EACH = 10, ROWS = 1000, COLS = 20 };

static ptl_status normals(double *lp, double *g, const double *x, int64_t n, void *payload,
                          ptl_error *err)
{
    (void)err;
    const double *const precision = payload;
    *lp = 0.0;
    for (int64_t i = 0; i < n; i++) {
        g[i] = -precision[i] * x[i];
        *lp += 0.5 * g[i] * x[i];
    }
    return PTL_OK;
}

static ptl_status groups(double *lp, double *g, const double *x, int64_t n, void *payload,
                         ptl_error *err)
{
    (void)n, (void)err;
    const double *const y = payload;
    const double tau = exp(x[1]);
    *lp = -0.5 * (x[0] * x[0] + x[1] * x[1]);
    g[0] = -x[0];
    g[1] = -x[1];
    for (int j = 0; j < GROUPS; j++) {
        const double eta = x[2 + j];
        double sum = 0.0;
        for (int k = 0; k < EACH; k++) {
            const double miss = y[j * EACH + k] - x[0] - tau * eta;
            *lp -= 0.5 * miss * miss;
            sum += miss;
        }
        *lp -= 0.5 * eta * eta;
        g[0] += sum;
        g[1] += sum * tau * eta;
        g[2 + j] = sum * tau - eta;
    }
    return PTL_OK;
}

typedef struct table {
    double a[ROWS][COLS], y[ROWS];
} table;

static ptl_status logistic(double *lp, double *g, const double *x, int64_t n, void *payload,
                           ptl_error *err)
{
    (void)err;
    const table *const t = payload;
    *lp = 0.0;
    for (int64_t j = 0; j < n; j++) {
        *lp -= 0.5 * x[j] * x[j];
        g[j] = -x[j];
    }
    for (int i = 0; i < ROWS; i++) {
        double eta = 0.0;
        for (int64_t j = 0; j < n; j++) eta += t->a[i][j] * x[j];
        const double miss = t->y[i] - ptl_expit(eta);
        *lp += t->y[i] * eta - ptl_log1p_exp(eta);
        for (int64_t j = 0; j < n; j++) g[j] += miss * t->a[i][j];
    }
    return PTL_OK;
}

static double precision[NORMALS], y[GROUPS * EACH];
static table rows;

static void simulate(void)
{
    ptl_rng rng = ptl_rng_new(20260714);
    for (int i = 0; i < NORMALS; i++) precision[i] = pow(100.0, -2.0 * i / (NORMALS - 1.0));
    for (int j = 0; j < GROUPS; j++) {
        const double effect = 0.7 * ptl_rng_normal(&rng);
        for (int k = 0; k < EACH; k++) y[j * EACH + k] = 0.3 + effect + ptl_rng_normal(&rng);
    }
    for (int i = 0; i < ROWS; i++) {
        double eta = 0.0;
        for (int j = 0; j < COLS; j++) {
            rows.a[i][j] = ptl_rng_normal(&rng);
            eta += rows.a[i][j] * (j % 3 - 1.0) * 0.4;
        }
        rows.y[i] = ptl_rng_uniform(&rng) < ptl_expit(eta) ? 1.0 : 0.0;
    }
}

/* Sample one posterior; returns seconds, adds its least ESS. */
static double sample(const char *name, const ptl_nuts_target *target, double *ess)
{
    const ptl_nuts_options o = ptl_nuts_options_default();
    ptl_arena arena;
    ptl_error err = {0};
    ptl_nuts_result r;
    const ptl_rng rng = ptl_rng_new(20260715);
    ptl_arena_init(&arena, ptl_nuts_arena_bytes(target->n, &o), NULL);
    const int64_t from = ptl_clock_monotonic_ms();
    if (ptl_nuts_solve(&r, target, NULL, &rng, &o, NULL, &arena, &err) != PTL_OK) {
        fprintf(stderr, "%s: %s\n", name, err.message);
        exit(1);
    }
    const double seconds = 1e-3 * (double)(ptl_clock_monotonic_ms() - from);
    double gradients = 0.0;
    for (int64_t c = 0; c < r.n_chains; c++)
        gradients += (double)(r.chains[c].n_gradients_start + r.chains[c].n_gradients_warmup +
                              r.chains[c].n_gradients_draws);
    *ess = fmin(r.checks[1].measured, r.checks[2].measured);
    printf("%-9s %7.3f s %9.0f gradients/s %8.0f effective draws/s %7.1f gradients/effective draw"
           " (%s)\n",
           name, seconds, gradients / seconds, *ess / seconds, gradients / *ess,
           ptl_verdict_text(r.verdict));
    const bool sound = r.verdict == PTL_CONVERGED;
    ptl_arena_dispose(&arena);
    return sound ? seconds : -1.0;
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    if (strcmp(argv[1], "candidate") != 0) return 77; /* no sampler of the kind is at hand in C */
    simulate();
    const ptl_nuts_target targets[] = {
        {NORMALS, normals, precision, 0}, {GROUPS + 2, groups, y, 0}, {COLS, logistic, &rows, 0}};
    static const char *const names[] = {"normals", "groups", "logistic"};
    double total = 0.0;
    for (int k = 0; k < 3; k++) {
        double ess;
        const double seconds = sample(names[k], &targets[k], &ess);
        if (!(seconds >= 0.0)) return 1;
        total += seconds;
    }
    printf("seconds %.6f\n", total);
    return 0;
}
