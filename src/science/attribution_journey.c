/* attribution_journey.c: one journey's credit, and the journeys that a method has not seen.
 *
 * The question.   A removal effect and a Shapley value belong to channels. Which touches of this
 *                 journey does the method pay, and would it have foreseen the conversion?
 * The quantity.   u_i = worth(c_i) / (times c_i is in the journey x sum of worths of its distinct
 *                 channels): positive, and 1 in sum.
 * How it relates  to the method's total. Shapley's sum game pays every distinct channel of a
 *                 journey alike: worth 1 gives exactly its credit. Markov pays in proportion to
 *                 removal effects over all journeys together; a journey of one channel must pay it
 *                 in full here, so sums over journeys lean to channels that are often alone. No
 *                 weights could do better in general: where half of the conversions touch c alone
 *                 and the rest touch many, Markov's total for c is below half. ptl_spread_total
 *                 measures the difference.
 * Held out.       Groups of persons in turn; with u from the others' worths, r(c) = (credited
 *                 conversions + prior x rate of all) / (weight of all journeys + prior), and
 *                 chance = sum of u_i r(c_i): an average of rates, so between 0 and 1.
 * Cost.           O(touches) a fold and the method's own points. */
#include "portolan/validation.h"

#include "science/attribution_internal.h"

#include <string.h>

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

/* ---- weights of any method ---- */

typedef struct weigher {
    const ptl_heuristic_options *rule; /* else worth counts */
    const double *worth;
    int32_t *times;
} weigher;

static ptl_status weigh(double *u, const weigher *w, const ptl_paths *x, int64_t p, ptl_error *err)
{
    const int64_t from = x->offsets[p], n = x->offsets[p + 1] - from;
    if (w->rule)
        return ptl_heuristic_journey(u, x->touches + from, x->gap_days ? x->gap_days + from : NULL,
                                     n, x->direct, w->rule, err);
    return ptl_journey_spread(u, x->touches + from, n, w->worth, x->n_channels, w->times, err);
}

static int64_t longest(const ptl_paths *x)
{
    int64_t n = 0;
    for (int64_t p = 0; p < x->n_paths; p++)
        if (x->offsets[p + 1] - x->offsets[p] > n) n = x->offsets[p + 1] - x->offsets[p];
    return n;
}

static ptl_status spread_all(double *credit, const ptl_paths *x, const double *worth,
                             ptl_arena *arena, ptl_error *err)
{
    weigher w = {.worth = worth};
    double *u, *ones;
    ALLOC(w.times, arena, x->n_channels, err);
    ALLOC(u, arena, longest(x), err);
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
        if (p != current) PTL_TRY(weigh(u, &w, x, p, err));
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

/* ---- held out ---- */

ptl_validation_options ptl_validation_options_default(void)
{
    return (ptl_validation_options){
        .size = (int32_t)sizeof(ptl_validation_options), .n_folds = 4, .n_bins = 10, .prior = 5.0};
}

static ptl_status check(const ptl_validation_options *o, const ptl_validation_method *m,
                        ptl_error *err)
{
    if (!m || (int)m->method < 0 || m->method > PTL_CREDIT_SHAPLEY)
        return ptl_fail(err, PTL_E_INVALID, "method %d is not in the list",
                        m ? (int)m->method : -1);
    if (o->n_folds < 2 || o->n_folds > 8)
        return ptl_fail(err, PTL_E_INVALID, "n_folds must be 2 to 8, not %d", o->n_folds);
    if (!(o->prior > 0.0 && o->prior <= 1e6))
        return ptl_fail(err, PTL_E_INVALID, "prior must lie above 0 and up to 1e6, not %g",
                        o->prior);
    return PTL_OK;
}

typedef struct problem {
    const ptl_paths *x;
    const ptl_validation_method *m;
    const ptl_validation_options *o;
    const ptl_attribution_work *work;
    ptl_heuristic_options rule;
    ptl_paths train; /* x with the cells of one fold at zero */
    int64_t *converting, *null;
    double *value;
    double *worth, *rate;        /* n_channels        */
    double *u;                   /* longest           */
    double *chance, *won, *lost; /* n_cells     */
    weigher w;
    bool learnt;
} problem;

static bool held_out(const problem *q, int64_t c, int fold)
{
    return q->x->cell_group[c] % q->o->n_folds == fold;
}

static void leave_out(problem *q, int fold)
{
    for (int64_t c = 0; c < q->x->n_cells; c++) {
        const bool out = held_out(q, c, fold);
        q->converting[c] = out ? 0 : q->x->cell_converting[c];
        q->null[c] = out ? 0 : q->x->cell_null[c];
        q->value[c] = out || !q->x->cell_value ? 0.0 : q->x->cell_value[c];
    }
}

/* What the method says a channel is worth among the persons left. */
static ptl_status learn_worths(problem *q, ptl_error *err)
{
    if (q->m->method == PTL_CREDIT_MARKOV) {
        ptl_markov_result r;
        ptl_markov_options o = q->m->markov ? *q->m->markov : ptl_markov_options_default();
        o.interval.method = PTL_INTERVAL_NONE;
        PTL_TRY(ptl_markov_solve(&r, &q->train, &o, q->work, err));
        for (int32_t k = 0; k < q->x->n_channels; k++)
            q->worth[k] = isfinite(r.effect[k].point) ? r.effect[k].point : 0.0;
    } else if (q->m->method == PTL_CREDIT_SHAPLEY) {
        ptl_shapley_result r;
        ptl_shapley_options o = q->m->shapley ? *q->m->shapley : ptl_shapley_options_default();
        o.interval.method = PTL_INTERVAL_NONE;
        PTL_TRY(ptl_shapley_solve(&r, &q->train, &o, q->work, err));
        const bool sum = o.worth == PTL_SHAPLEY_SUM;
        for (int32_t k = 0; k < q->x->n_channels; k++) {
            const double own = r.credit.credit[k].point;
            q->worth[k] = sum ? 1.0 : isfinite(own) ? own : 0.0;
        }
    }
    return PTL_OK;
}

/* Conversions credited to each channel per weight that journeys put on it. */
static ptl_status learn_rates(problem *q, ptl_error *err)
{
    const ptl_paths *const x = q->x;
    double *weight, won = 0.0, all = 0.0;
    ALLOC(weight, q->work->arena, x->n_channels, err);
    for (int32_t k = 0; k < x->n_channels; k++) q->rate[k] = 0.0;
    int64_t current = -1;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c], from = x->offsets[p], n = x->offsets[p + 1] - from;
        const double own = (double)q->converting[c], both = own + (double)q->null[c];
        if (n == 0 || both == 0.0) continue;
        if (p != current) PTL_TRY(weigh(q->u, &q->w, x, p, err));
        current = p;
        for (int64_t i = 0; i < n; i++) {
            q->rate[x->touches[from + i]] += own * q->u[i];
            weight[x->touches[from + i]] += both * q->u[i];
        }
        won += own;
        all += both;
    }
    if (!(won > 0.0)) q->learnt = false;
    for (int32_t k = 0; k < x->n_channels; k++)
        q->rate[k] =
            (q->rate[k] + q->o->prior * (all > 0.0 ? won / all : 0.0)) / (weight[k] + q->o->prior);
    return PTL_OK;
}

static ptl_status predict(problem *q, int fold, ptl_error *err)
{
    const ptl_paths *const x = q->x;
    int64_t current = -1;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c], from = x->offsets[p], n = x->offsets[p + 1] - from;
        if (!held_out(q, c, fold) || n == 0) continue;
        if (p != current) PTL_TRY(weigh(q->u, &q->w, x, p, err));
        current = p;
        double chance = 0.0;
        for (int64_t i = 0; i < n; i++) chance += q->u[i] * q->rate[x->touches[from + i]];
        q->chance[c] = fmin(chance, 1.0);
        q->won[c] = (double)x->cell_converting[c];
        q->lost[c] = (double)x->cell_null[c];
    }
    return PTL_OK;
}

static ptl_status alloc(problem *q, ptl_error *err)
{
    ptl_arena *const arena = q->work->arena;
    const int64_t cells = q->x->n_cells;
    ALLOC(q->converting, arena, cells, err);
    ALLOC(q->null, arena, cells, err);
    ALLOC(q->value, arena, cells, err);
    ALLOC(q->chance, arena, cells, err);
    ALLOC(q->won, arena, cells, err);
    ALLOC(q->lost, arena, cells, err);
    ALLOC(q->worth, arena, q->x->n_channels, err);
    ALLOC(q->rate, arena, q->x->n_channels, err);
    ALLOC(q->w.times, arena, q->x->n_channels, err);
    ALLOC(q->u, arena, longest(q->x), err);
    q->train = *q->x;
    q->train.cell_converting = q->converting;
    q->train.cell_null = q->null;
    q->train.cell_value = q->value;
    q->w.worth = q->worth;
    q->rule = q->m->rule ? *q->m->rule : ptl_heuristic_options_default();
    if (q->m->method == PTL_CREDIT_RULE) q->w.rule = &q->rule;
    return PTL_OK;
}

static ptl_status solve(problem *q, ptl_error *err)
{
    q->learnt = true;
    for (int fold = 0; fold < q->o->n_folds; fold++) {
        const ptl_arena_mark mark = ptl_arena_save(q->work->arena);
        leave_out(q, fold);
        PTL_TRY(learn_worths(q, err));
        PTL_TRY(learn_rates(q, err));
        PTL_TRY(predict(q, fold, err));
        ptl_arena_rewind(q->work->arena, mark);
    }
    return PTL_OK;
}

ptl_status ptl_validation_solve(ptl_prediction_result *out, const ptl_paths *paths,
                                const ptl_validation_method *method,
                                const ptl_validation_options *options,
                                const ptl_attribution_work *work, ptl_error *err)
{
    const ptl_validation_options o = options ? *options : ptl_validation_options_default();
    ptl_attribution_total total;
    problem q = {.x = paths, .m = method, .o = &o, .work = work};
    PTL_TRY(ptl_attribution_check(work, o.size, (int32_t)sizeof o, "validation", err));
    PTL_TRY(check(&o, method, err));
    PTL_TRY(ptl_paths_total(&total, paths, err));
    ptl_calibration_bin *bin; /* below the mark: what is left of all this */
    if (o.n_bins < 2 || o.n_bins > PTL_CALIBRATION_BINS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_bins must be 2 to %d, not %d",
                        PTL_CALIBRATION_BINS_MAX, o.n_bins);
    ptl_arena_mark mark = ptl_arena_save(work->arena);
    ALLOC(bin, work->arena, o.n_bins, err);
    const ptl_arena_mark rest = ptl_arena_save(work->arena);
    ptl_status st = alloc(&q, err);
    if (st == PTL_OK) st = solve(&q, err);
    if (st == PTL_OK)
        st = ptl_prediction_judge(out, q.chance, q.won, q.lost, paths->n_cells, o.n_bins,
                                  work->arena, err);
    if (st == PTL_OK) {
        memcpy(bin, out->calibration.bin, (size_t)o.n_bins * sizeof *bin);
        out->calibration.bin = bin;
        if (!q.learnt) out->verdict = PTL_NOT_IDENTIFIED;
        mark = rest;
    }
    ptl_arena_rewind(work->arena, mark);
    return st;
}
