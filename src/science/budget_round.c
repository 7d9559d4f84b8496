/* budget_round.c: a plan in whole steps that adds up to the cent.
 *
 * The question.   Which multiples of each channel's step stay within all limits, add up to the
 * total and lose least against the plan they replace? The method.     Everything is rounded down,
 * then raised step by step. Near the optimum a cell's error costs curvature / 2 times its square
 * and nothing in the first order, as all slopes are equal there; so the next step goes where it
 * saves most: curvature * step
 *                 * (2 f - 1), f the fraction cut off. Channels below their minimum come first.
 * Differences.    A heuristic: what it costs is part of the gap that is printed.
 * Not identified. No multiple lies within a cell's bounds: refused by name. What no step can spend
 * is left over and said, never hidden in a cell. */
#include "science/budget_internal.h"
#include "science/order_internal.h"

#include <math.h>

enum { PASSES = 64 };

typedef struct rounding {
    const ptl_budget_rounding *r;
    int64_t *cents, *step, *most; /* n_cells: in force, step, highest allowed */
    double *score;                /* n_cells: minus what a step up brings a euro */
    int64_t *order;
    int64_t *sum, *cap; /* n_channels: in force; with every cell at its highest */
    int64_t n_cells, per_channel, left;
    bool exact;
} rounding;

static int64_t to_cents(double money)
{
    return money < 9e15 ? llround(money * 100.0) : INT64_C(900000000000000000);
}

static ptl_status floor_cell(rounding *k, int64_t i, double target, ptl_error *err)
{
    const ptl_budget_data *const d = k->r->data;
    const ptl_budget_channel *const c = &d->channel[i / k->per_channel];
    const int64_t lo = to_cents(k->r->cell_lo[i]), hi = to_cents(k->r->cell_hi[i]);
    const int64_t step = lo == hi ? 1 : c->step_cents;
    const int64_t first = (lo + step - 1) / step * step, last = hi / step * step;
    if (first > last)
        return ptl_fail(err, PTL_E_INVALID,
                        "channel %lld \"%s\", geo %lld, week %lld: no multiple of %lld cents lies "
                        "between %lld and %lld",
                        (long long)(i / k->per_channel), c->name ? c->name : "",
                        (long long)(i / d->n_weeks % d->n_geos), (long long)(i % d->n_weeks),
                        (long long)step, (long long)lo, (long long)hi);
    /* a thousandth of a cent below a step is that step: money was a double on its way here */
    const double exact = target * 100.0;
    int64_t down = (int64_t)floor((exact + 1e-3) / (double)step) * step;
    down = down < first ? first : down > last ? last : down;
    k->cents[i] = down, k->step[i] = step, k->most[i] = last;
    return PTL_OK;
}

static void score_cells(rounding *k, double *plan, double *slope, double *curvature)
{
    for (int64_t i = 0; i < k->n_cells; i++) plan[i] = (double)k->cents[i] / 100.0;
    (void)ptl_budget_model_eval(k->r->model, slope, curvature, plan);
    for (int64_t i = 0; i < k->n_cells; i++) {
        const int64_t up = k->cents[i] + k->step[i];
        k->score[i] = -0.5 * slope[i];
        plan[i] = (double)(up < k->most[i] ? up : k->most[i]) / 100.0;
    }
    (void)ptl_budget_model_eval(k->r->model, slope, curvature, plan);
    for (int64_t i = 0; i < k->n_cells; i++) k->score[i] -= 0.5 * slope[i];
}

/* Raise cell i by n steps at most, as far as limits and what is left allow; returns the cents. */
static int64_t raise(rounding *k, int64_t i, int64_t n)
{
    const int64_t c = i / k->per_channel, step = k->step[i];
    const int64_t channel_room = to_cents(k->r->group_hi[c]) - k->sum[c];
    int64_t room = k->most[i] - k->cents[i];
    if (room > channel_room) room = channel_room;
    if (room > k->left) room = k->left;
    int64_t steps = room / step;
    if (steps > n) steps = n;
    if (steps <= 0) return 0;
    k->cents[i] += steps * step;
    k->sum[c] += steps * step;
    k->left -= steps * step;
    return steps * step;
}

/* What a channel must have, as far as its cells' own cents allow it. */
static int64_t least_of(const rounding *k, int64_t c)
{
    const int64_t least = to_cents(k->r->group_lo[c]);
    return least < k->cap[c] ? least : k->cap[c];
}

/* Commitments that rounding down broke are met first, from what is left over. */
static void meet_commitments(rounding *k)
{
    for (int64_t c = 0; c < k->r->data->n_channels; c++) {
        const int64_t least = least_of(k, c);
        for (int pass = 0; pass < PASSES && k->sum[c] < least; pass++) {
            int64_t raised = 0;
            for (int64_t a = 0; a < k->n_cells && k->sum[c] < least; a++)
                if (k->order[a] / k->per_channel == c) raised += raise(k, k->order[a], 1);
            if (raised == 0) break;
        }
    }
}

/* One step each in order of saving; later passes several at once, so that they end. */
static void spend_rest(rounding *k)
{
    for (int pass = 0; pass < PASSES && k->left > 0; pass++) {
        int64_t raised = 0;
        for (int64_t a = 0; a < k->n_cells && k->left > 0; a++) {
            const int64_t i = k->order[a];
            if (!k->exact && !(k->score[i] < 0.0)) break;
            const int64_t even = pass == 0 ? 1 : k->left / (k->step[i] * k->n_cells) + 1;
            raised += raise(k, i, even);
        }
        if (raised == 0 || !k->exact) break;
    }
}

static ptl_status check_commitments(const rounding *k, ptl_error *err)
{
    for (int64_t c = 0; c < k->r->data->n_channels; c++)
        if (k->sum[c] < least_of(k, c)) {
            const ptl_budget_channel *const x = &k->r->data->channel[c];
            return ptl_fail(err, PTL_E_CONFLICT,
                            "channel %lld \"%s\": steps of %lld cents cannot meet its minimum "
                            "within the total",
                            (long long)c, x->name ? x->name : "", (long long)x->step_cents);
        }
    return PTL_OK;
}

ptl_status ptl_budget_round(int64_t *cents, int64_t *unallocated, const double *plan,
                            const ptl_budget_rounding *r, ptl_arena *arena, ptl_error *err)
{
    const ptl_budget_data *const d = r->data;
    rounding k = {.r = r, .cents = cents, .per_channel = (int64_t)d->n_geos * d->n_weeks};
    k.n_cells = k.per_channel * d->n_channels;
    k.exact = r->total_cents >= 0;
    int64_t *scratch;
    double *work;
    BUDGET_ALLOC(work, arena, 3 * k.n_cells);
    BUDGET_ALLOC(k.step, arena, k.n_cells);
    BUDGET_ALLOC(k.most, arena, k.n_cells);
    BUDGET_ALLOC(k.score, arena, k.n_cells);
    BUDGET_ALLOC(k.order, arena, k.n_cells);
    BUDGET_ALLOC(k.sum, arena, d->n_channels);
    BUDGET_ALLOC(k.cap, arena, d->n_channels);
    BUDGET_ALLOC(scratch, arena, k.n_cells);
    int64_t floored = 0;
    for (int64_t i = 0; i < k.n_cells; i++) {
        PTL_TRY(floor_cell(&k, i, plan[i], err));
        floored += cents[i];
        k.sum[i / k.per_channel] += cents[i];
        k.cap[i / k.per_channel] += k.most[i];
    }
    score_cells(&k, work, work + k.n_cells, work + 2 * k.n_cells);
    ptl_order_by(k.order, k.score, k.n_cells, scratch);
    k.left = (k.exact ? r->total_cents : r->total_cents_max) - floored;
    meet_commitments(&k);
    spend_rest(&k);
    PTL_TRY(check_commitments(&k, err));
    *unallocated = k.exact ? k.left : 0;
    return PTL_OK;
}
