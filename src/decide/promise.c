/* promise.c: a plan's promise against a model that has seen its weeks: see promise.h.
 *
 * The question.   Did the money bring what the plan said it would?
 * The quantity.   Gain of what was spent in these weeks over the plan that was in force when the
 *                 promise was made, under draws of the later model; and whether its mean lies in
 *                 the interval that was promised.
 * The method.     Both plans are judged by ptl_budget_simulate on all draws: nothing was chosen by
 *                 them. Channels and geos are matched by name; what only one side knows is left as
 *                 it was spent, so it gains nothing.
 * Not identified. Where the later model has no data that speak on a channel, its measurement leans
 *                 on the same prior as the promise did: agreement is then worth little, and the
 *                 grade of the plan says so. */
#include "decide/promise.h"

#include <math.h>
#include <string.h>

#define PROMISE_ALLOC(target, arena, n)                                                            \
    do {                                                                                           \
        (target) = ptl_arena_array((arena), (n), sizeof *(target), err);                           \
        if (!(target)) return PTL_E_LIMIT;                                                         \
    } while (0)

static int64_t find(const char *const *names, int64_t n, const char *name)
{
    for (int64_t i = 0; names && i < n; i++)
        if (names[i] && strcmp(names[i], name) == 0) return i;
    return -1;
}

/* [channel][geo] of the model that a block is; -1: it knows none. */
static int64_t block_of(const ptl_mix_data *d, const ptl_promise *p, int64_t block)
{
    const int64_t c = find(d->channel_name, d->n_channels, p->channel[block]);
    const bool whole = d->n_geos == 1 && !*p->geo[block];
    const int64_t g = whole ? 0 : find(d->geo_name, d->n_geos, p->geo[block]);
    return c < 0 || g < 0 ? -1 : c * d->n_geos + g;
}

typedef struct weeks {
    double *spent, *present; /* [channel][geo][week] of the model */
    double missed, moved;    /* money: |spent - planned|, |planned - present| */
} weeks;

static void compare(ptl_promise_score *out, weeks *w, const ptl_promise *p, int64_t block,
                    int64_t at)
{
    const int64_t n = p->n_weeks;
    for (int64_t t = 0; t < n; t++) {
        const double planned = p->plan[block * n + t], spent = w->spent[at * n + t];
        w->present[at * n + t] = p->present[block];
        out->planned += planned, out->spent += spent;
        w->missed += fabs(spent - planned), w->moved += fabs(planned - p->present[block]);
    }
}

static ptl_status fill(ptl_promise_score *out, weeks *w, const ptl_promise *p,
                       const ptl_mix_data *d, int64_t first, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = p->n_weeks, all = d->n_channels * d->n_geos;
    PROMISE_ALLOC(w->spent, arena, all * n);
    PROMISE_ALLOC(w->present, arena, all * n);
    for (int64_t b = 0; b < all; b++)
        memcpy(w->spent + b * n, d->spend + b * d->n_weeks + first, (size_t)n * sizeof *w->spent);
    memcpy(w->present, w->spent, (size_t)(all * n) * sizeof *w->spent);
    for (int64_t b = 0; b < p->n_blocks; b++) {
        const int64_t at = block_of(d, p, b);
        if (at < 0)
            out->n_unknown++;
        else
            compare(out, w, p, b, at);
    }
    out->followed = w->moved > 0.005 ? fmax(1.0 - w->missed / w->moved, 0.0) : PTL_NAN;
    return PTL_OK;
}

/* What was spent, in the order of the plan that is judged. */
static ptl_status executed(double **out, const ptl_media_plan *m, const double *spent,
                           ptl_arena *arena, ptl_error *err)
{
    const int64_t n = (int64_t)m->data.n_geos * m->data.n_weeks;
    PROMISE_ALLOC(*out, arena, m->data.n_channels * n);
    for (int64_t c = 0; c < m->data.n_channels; c++)
        memcpy(*out + c * n, spent + m->channel[c].mix_idx * n, (size_t)n * sizeof **out);
    return PTL_OK;
}

ptl_status ptl_promise_measure(ptl_promise_score *out, const ptl_promise *promise,
                               const ptl_fitted_mix *mix, int64_t first,
                               const ptl_media_plan_options *options, const ptl_executor *executor,
                               ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_data *const d = mix->data;
    ptl_media_plan_options o = options ? *options : ptl_media_plan_options_default();
    o.n_weeks = promise->n_weeks;
    *out = (ptl_promise_score){0};
    if (first < 0 || first + promise->n_weeks > d->n_weeks)
        return ptl_fail(err, PTL_E_INVALID, "weeks %lld to %lld are not among the model's %lld",
                        (long long)first, (long long)(first + promise->n_weeks - 1),
                        (long long)d->n_weeks);
    weeks w = {0};
    ptl_media_plan *plan;
    double *done;
    ptl_budget_result r;
    PROMISE_ALLOC(plan, arena, 1);
    PTL_TRY(fill(out, &w, promise, d, first, arena, err));
    PTL_TRY(ptl_media_plan_make(plan, mix, w.present, &o, arena, err));
    PTL_TRY(executed(&done, plan, w.spent, arena, err));
    ptl_budget_options judge = ptl_budget_options_default();
    judge.split = false;
    const ptl_budget_work work = {.arena = arena, .executor = executor};
    PTL_TRY(ptl_budget_simulate(&r, done, &plan->data, &judge, &work, err));
    out->gain = r.gain;
    out->inside = r.gain.point >= promise->gain.low && r.gain.point <= promise->gain.high;
    return PTL_OK;
}
