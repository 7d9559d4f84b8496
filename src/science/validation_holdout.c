/* validation_holdout.c: does a method foresee the journeys of persons it has not seen?
 *
 * The question.   Each method says which touches earned conversions. Journeys of other persons with
 *                 such touches should then convert more often: do they?
 * The method.     Groups of persons are held out in turn. With u the method's weights of one
 *                 journey's touches (attribution_journey.c), from the others' data,
 *                     r(c) = (credited conversions + prior x rate of all)
 *                            / (weight of all journeys, converting or not, + prior)
 *                     chance = sum of u_i r(c_i),
 *                 an average of rates, so between 0 and 1. One definition for all methods.
 *                 Journeys in time say chances themselves: within a horizon after the last touch,
 *                 which no outcome has part in. That horizon is not the journey's own, so that
 *                 chances are brought to the others' level: 1 - (1 - chance)^kappa with kappa such
 *                 that they add up to the others' conversions. The order, and so AUC, is as it was.
 * Not identified. A fold leaves nothing that converts to learn from.
 * Cost.           The method's own points and O(touches) a fold. */
#include "portolan/hazard.h"
#include "science/validation_internal.h"

#include <string.h>

ptl_validation_options ptl_validation_options_default(void)
{
    return (ptl_validation_options){.size = (int32_t)sizeof(ptl_validation_options),
                                    .n_folds = 4,
                                    .n_bins = 10,
                                    .prior = 5.0,
                                    .horizon_days = 7.0};
}

static ptl_status check(const ptl_validation_options *o, const ptl_validation_method *m,
                        ptl_error *err)
{
    if (!m || (int)m->method < 0 || m->method > PTL_CREDIT_HAZARD)
        return ptl_fail(err, PTL_E_INVALID, "method %d is not in the list",
                        m ? (int)m->method : -1);
    if (o->n_folds < 2 || o->n_folds > 8)
        return ptl_fail(err, PTL_E_INVALID, "n_folds must be 2 to 8, not %d", o->n_folds);
    if (!(o->prior > 0.0 && o->prior <= 1e6))
        return ptl_fail(err, PTL_E_INVALID, "prior must lie above 0 and up to 1e6, not %g",
                        o->prior);
    if (!(o->horizon_days > 0.0 && isfinite(o->horizon_days)))
        return ptl_fail(err, PTL_E_INVALID, "horizon_days must be positive, not %g",
                        o->horizon_days);
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
    ptl_weigher w;
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
        if (p != current) PTL_TRY(ptl_path_weigh(q->u, &q->w, x, p, err));
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
        if (p != current) PTL_TRY(ptl_path_weigh(q->u, &q->w, x, p, err));
        current = p;
        double chance = 0.0;
        for (int64_t i = 0; i < n; i++) chance += q->u[i] * q->rate[x->touches[from + i]];
        q->chance[c] = fmin(chance, 1.0);
        q->won[c] = (double)x->cell_converting[c];
        q->lost[c] = (double)x->cell_null[c];
    }
    return PTL_OK;
}

/* ---- journeys in time ---- */

/* log(1 - chance) of every path, from the others' parameters; false where nothing was found. */
static ptl_status foresee(double *log_not, problem *q, ptl_error *err)
{
    const ptl_paths *const x = q->x;
    ptl_hazard_result r;
    ptl_hazard_options o = q->m->hazard ? *q->m->hazard : ptl_hazard_options_default();
    o.interval.method = PTL_INTERVAL_NONE;
    o.grad_tol = fmax(o.grad_tol, 1e-6); /* chances to four digits: a rate's own error is larger */
    PTL_TRY(ptl_hazard_solve(&r, &q->train, &o, q->work, err));
    q->learnt &= r.verdict == PTL_CONVERGED || r.verdict == PTL_INACCURATE;
    for (int64_t p = 0; p < x->n_paths && q->learnt; p++) {
        const int64_t from = x->offsets[p], n = x->offsets[p + 1] - from;
        double chance;
        PTL_TRY(ptl_hazard_predict(&chance, x->touches + from,
                                   x->gap_days ? x->gap_days + from : NULL, n, q->o->horizon_days,
                                   &r.params, err));
        log_not[p] = log1p(-fmin(chance, 1.0 - 0x1p-52));
    }
    return PTL_OK;
}

/* Conversions expected of the others with this kappa, less those that came. */
static double surplus(const problem *q, const double *log_not, double kappa)
{
    double sum = 0.0;
    for (int64_t c = 0; c < q->x->n_cells; c++) {
        const int64_t p = q->x->cell_path[c], won = q->converting[c];
        if (q->x->offsets[p + 1] == q->x->offsets[p] || won + q->null[c] == 0) continue;
        sum -= (double)(won + q->null[c]) * expm1(kappa * log_not[p]) + (double)won;
    }
    return sum;
}

static ptl_status predict_in_time(problem *q, int fold, ptl_error *err)
{
    double *log_not, lo = -20.0, hi = 20.0; /* of log kappa */
    ALLOC(log_not, q->work->arena, q->x->n_paths, err);
    PTL_TRY(foresee(log_not, q, err));
    for (int step = 0; q->learnt && step < 40; step++) { /* 4e-11 of log kappa */
        const double middle = 0.5 * (lo + hi);
        if (surplus(q, log_not, exp(middle)) < 0.0)
            lo = middle;
        else
            hi = middle;
    }
    for (int64_t c = 0; c < q->x->n_cells; c++) {
        const int64_t p = q->x->cell_path[c];
        if (!held_out(q, c, fold) || q->x->offsets[p + 1] == q->x->offsets[p]) continue;
        q->chance[c] = -expm1(exp(lo) * log_not[p]);
        q->won[c] = (double)q->x->cell_converting[c];
        q->lost[c] = (double)q->x->cell_null[c];
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
    ALLOC(q->u, arena, ptl_paths_longest(q->x), err);
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
        if (q->m->method == PTL_CREDIT_HAZARD) {
            PTL_TRY(predict_in_time(q, fold, err));
        } else {
            PTL_TRY(learn_worths(q, err));
            PTL_TRY(learn_rates(q, err));
            PTL_TRY(predict(q, fold, err));
        }
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
