/* hazard: the time-to-event model on a million journeys with times of their own over 20 channels,
 * points only and on one thread. The baseline maximises the same likelihood with the same search,
 * but walks every journey at every evaluation, as the model is written down; the candidate walks
 * only those that converted and sums the others by age once. Both must find the same likelihood.
 * Data are made before the clock starts. `bench_hazard intervals` times 64 refits on two threads.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "portolan/hazard.h"
#include "portolan/optimise.h"

enum { N = 1000000, K = 20, TOUCH_MAX = 5 * N };

static struct {
    int64_t offsets[N + 1], path[N], converting[N], null[N];
    int32_t touches[TOUCH_MAX], group[N];
    double gaps[TOUCH_MAX];
} d;

/* Journeys of 1 to 5 touches; channel k makes one convert with a chance of its own, soon after. */
static ptl_paths build(void)
{
    ptl_rng rng = ptl_rng_new(20260716);
    int64_t at = 0;
    for (int64_t p = 0; p < N; p++) {
        const int64_t n = 1 + (int64_t)ptl_rng_below(&rng, 5);
        bool converts = false;
        for (int64_t i = 0; i < n && !converts; i++) {
            const int k = (int)ptl_rng_below(&rng, K);
            d.touches[at] = k;
            converts = ptl_rng_uniform(&rng) < 0.004 + 0.002 * k;
            d.gaps[at++] = (converts    ? 0.5 + 0.3 * k
                            : i + 1 < n ? 4.0
                                        : 15.0) *
                           ptl_rng_exponential(&rng);
        }
        d.offsets[p + 1] = at;
        d.path[p] = p;
        d.group[p] = (int32_t)(p / 3 % 64); /* persons of three journeys */
        d.converting[p] = converts;
        d.null[p] = !converts;
    }
    return (ptl_paths){.n_channels = K,
                       .direct = -1,
                       .n_paths = N,
                       .offsets = d.offsets,
                       .touches = d.touches,
                       .gap_days = d.gaps,
                       .n_cells = N,
                       .cell_path = d.path,
                       .cell_group = d.group,
                       .cell_converting = d.converting,
                       .cell_null = d.null};
}

/* ---- baseline ---- */

static double expit(double z)
{
    return 1.0 / (1.0 + exp(-z));
}

static ptl_status walk_all(double *f, double *grad, const double *theta, int64_t n, void *payload,
                           ptl_error *err)
{
    (void)err;
    const ptl_hazard_options *const o = payload;
    const double span = log(o->half_life_max_days / o->half_life_min_days);
    double beta[K], w[K], by_beta[K] = {0}, by_w[K] = {0}, by_mu = 0.0, won = 0.0;
    const double mu = exp(theta[0]);
    for (int k = 0; k < K; k++) {
        beta[k] = exp(theta[1 + k]);
        w[k] = log(2.0) / o->half_life_max_days * exp(span * expit(theta[1 + K + k]));
    }
    *f = 0.0;
    for (int64_t p = 0; p < N; p++) {
        double age = 0.0, rate = mu, e[5];
        const int64_t from = d.offsets[p], to = d.offsets[p + 1];
        for (int64_t i = to - 1; i >= from; i--) {
            const int k = d.touches[i];
            age += d.gaps[i];
            const double a = age > o->resolution_days ? age : o->resolution_days;
            e[i - from] = exp(-w[k] * a);
            rate += beta[k] * w[k] * e[i - from];
            *f += beta[k] * (1.0 - e[i - from]);
            by_beta[k] += beta[k] * (1.0 - e[i - from]);
            by_w[k] += beta[k] * w[k] * a * e[i - from];
        }
        *f += mu * age;
        by_mu += mu * age;
        if (!d.converting[p]) continue;
        won += 1.0;
        *f -= log(rate);
        by_mu -= mu / rate;
        age = 0.0;
        for (int64_t i = to - 1; i >= from; i--) {
            const int k = d.touches[i];
            age += d.gaps[i];
            by_beta[k] -= beta[k] * w[k] * e[i - from] / rate;
            by_w[k] -= beta[k] * w[k] * e[i - from] * (1.0 - w[k] * age) / rate;
        }
    }
    *f /= won;
    for (int64_t i = 0; i < n; i++) grad[i] = by_mu / won;
    for (int k = 0; k < K; k++) {
        const double z = theta[1 + K + k];
        grad[1 + k] = by_beta[k] / won;
        grad[1 + K + k] = by_w[k] / won * span * expit(z) * expit(-z);
    }
    return PTL_OK;
}

static double baseline_fit(double n_won)
{
    ptl_error err = {0};
    ptl_hazard_options o = ptl_hazard_options_default();
    ptl_lbfgs_options lo = ptl_lbfgs_options_default();
    lo.grad_tol_rel = o.grad_tol;
    ptl_lbfgs_result r;
    double theta[2 * K + 1] = {0}, days = 0.0;
    for (int64_t i = 0; i < d.offsets[N]; i++) days += d.gaps[i];
    theta[0] = log(0.1 * n_won / days);
    for (int k = 0; k < K; k++) theta[1 + k] = log(0.9 * n_won / (double)d.offsets[N]);
    double *const work = malloc((size_t)ptl_lbfgs_work_n(2 * K + 1, &lo) * sizeof *work);
    if (!work || ptl_lbfgs_solve(&r, theta, 2 * K + 1, &lo, walk_all, &o, work, &err) != PTL_OK)
        exit(1);
    free(work);
    return -r.f * n_won;
}

/* ---- candidate ---- */

static ptl_hazard_result fit(const ptl_paths *x, bool intervals, ptl_arena *arena)
{
    ptl_error err = {0};
    ptl_pool *pool = NULL;
    if (ptl_pool_new(&pool, 2, &err) != PTL_OK) exit(1);
    const ptl_executor executor = ptl_pool_executor(pool);
    const ptl_attribution_work work = {.arena = arena, .executor = intervals ? &executor : NULL};
    ptl_hazard_options o = ptl_hazard_options_default();
    if (!intervals) o.interval.method = PTL_INTERVAL_NONE;
    ptl_hazard_result r;
    if (ptl_hazard_solve(&r, x, &o, &work, &err) != PTL_OK || r.verdict != PTL_CONVERGED) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    ptl_pool_free(pool);
    return r;
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    const ptl_paths x = build();
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 31, NULL);
    double n_won = 0.0, found;
    for (int64_t p = 0; p < N; p++) n_won += (double)d.converting[p];
    const int64_t from = ptl_clock_monotonic_ms();
    if (strcmp(argv[1], "baseline") == 0)
        found = baseline_fit(n_won);
    else
        found = fit(&x, strcmp(argv[1], "intervals") == 0, &arena).log_likelihood;
    const double seconds = 1e-3 * (double)(ptl_clock_monotonic_ms() - from);
    ptl_arena_dispose(&arena);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    fprintf(stderr, "log likelihood %.3f of %.0f conversions, %ld MiB\n", found, n_won,
            used.ru_maxrss / 1024);
    /* the same maximum for both, but for bins: 2e-5 of the conversions */
    if (!(fabs(found + 436437.334) < 2e-5 * n_won)) return 1;
    printf("seconds %.6f\n", seconds);
    return 0;
}
