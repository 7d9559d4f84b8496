/* attribution_journey.c: one journey's credit.
 *
 * The question.   A removal effect and a Shapley value belong to channels. Which touches of this
 *                 journey does the method pay?
 * The quantity.   u_i = worth(c_i) / (times c_i is in the journey x sum of worths of its distinct
 *                 channels): positive, and 1 in sum.
 * How it relates  to the method's total. Shapley's sum game pays every distinct channel of a
 *                 journey alike: worth 1 gives exactly its credit. Markov pays in proportion to
 *                 removal effects over all journeys together; a journey of one channel must pay it
 *                 in full here, so sums over journeys lean to channels that are often alone. No
 *                 weights could do better in general: where half of the conversions touch c alone
 *                 and the rest touch many, Markov's total for c is below half. ptl_spread_total
 *                 measures the difference.
 * Cost.           O(touches). */
#include "science/validation_internal.h"

ptl_status ptl_journey_spread(double *weight, const int32_t *touches, int64_t n,
                              const double *worth, int32_t n_channels, int32_t *times,
                              ptl_error *err)
{
    if (n < 0) return ptl_fail(err, PTL_E_INVALID, "a journey of %lld touches", (long long)n);
    for (int64_t i = 0; i < n; i++) {
        if (touches[i] < 0 || touches[i] >= n_channels)
            return ptl_fail(err, PTL_E_INVALID, "touch %lld: channel %d is not in 0 to %d",
                            (long long)i, touches[i], n_channels - 1);
        if (!isfinite(worth[touches[i]]))
            return ptl_fail(err, PTL_E_INVALID, "channel %d is worth %g", touches[i],
                            worth[touches[i]]);
    }
    double all = 0.0, distinct = 0.0;
    for (int64_t i = 0; i < n; i++) times[touches[i]]++;
    for (int64_t i = 0; i < n; i++) {
        const double own = worth[touches[i]] > 0.0 ? worth[touches[i]] : 0.0;
        all += own / times[touches[i]];
        distinct += 1.0 / times[touches[i]];
    }
    for (int64_t i = 0; i < n; i++) {
        const double own = worth[touches[i]] > 0.0 ? worth[touches[i]] : 0.0;
        weight[i] = (all > 0.0 ? own / all : 1.0 / distinct) / times[touches[i]];
    }
    for (int64_t i = 0; i < n; i++) times[touches[i]] = 0;
    return PTL_OK;
}

ptl_status ptl_path_weigh(double *u, const ptl_weigher *w, const ptl_paths *x, int64_t p,
                          ptl_error *err)
{
    const int64_t from = x->offsets[p], n = x->offsets[p + 1] - from;
    if (w->rule)
        return ptl_heuristic_journey(u, x->touches + from, x->gap_days ? x->gap_days + from : NULL,
                                     n, x->direct, w->rule, err);
    return ptl_journey_spread(u, x->touches + from, n, w->worth, x->n_channels, w->times, err);
}

int64_t ptl_paths_longest(const ptl_paths *x)
{
    int64_t n = 0;
    for (int64_t p = 0; p < x->n_paths; p++)
        if (x->offsets[p + 1] - x->offsets[p] > n) n = x->offsets[p + 1] - x->offsets[p];
    return n;
}

static ptl_status spread_all(double *credit, const ptl_paths *x, const double *worth,
                             ptl_arena *arena, ptl_error *err)
{
    ptl_weigher w = {.worth = worth};
    double *u, *ones;
    ALLOC(w.times, arena, x->n_channels, err);
    ALLOC(u, arena, ptl_paths_longest(x), err);
    ALLOC(ones, arena, x->n_channels, err);
    for (int32_t k = 0; k < x->n_channels; k++) {
        ones[k] = 1.0;
        credit[k] = 0.0;
    }
    if (!worth) w.worth = ones;
    int64_t current = -1;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c], from = x->offsets[p], n = x->offsets[p + 1] - from;
        if (x->cell_converting[c] == 0) continue;
        if (p != current) PTL_TRY(ptl_path_weigh(u, &w, x, p, err));
        current = p;
        for (int64_t i = 0; i < n; i++)
            credit[x->touches[from + i]] += (double)x->cell_converting[c] * u[i];
    }
    return PTL_OK;
}

ptl_status ptl_spread_total(double *credit, double *moved, const ptl_paths *paths,
                            const double *worth, const double *total,
                            const ptl_attribution_work *work, ptl_error *err)
{
    ptl_attribution_total all;
    PTL_TRY(ptl_attribution_check(work, 0, 0, "spread", err));
    PTL_TRY(ptl_paths_total(&all, paths, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    const ptl_status st = spread_all(credit, paths, worth, work->arena, err);
    ptl_arena_rewind(work->arena, mark);
    if (st != PTL_OK || !moved) return st;
    *moved = 0.0;
    for (int32_t k = 0; total && k < paths->n_channels; k++)
        *moved += 0.5 * fabs(credit[k] - total[k]) / (double)all.n_converting;
    if (!total || all.n_converting == 0) *moved = PTL_NAN;
    return PTL_OK;
}
