/* budget_judge.c: what a plan is worth, beside the present one, on draws that did not choose it.
 *
 * The question.   What does the plan bring, and how likely is it worse than staying as we are?
 * The quantity.   V_s(plan), V_s(present), their difference less that of spend, channel by channel.
 * The method.     Draws are read in batches in the calling thread and evaluated in stripes; every
 *                 draw fills its own row. Points are means over draws, intervals their quantiles.
 *                 The mean gain on the draws that chose is too high by construction (the
 * optimiser's curse; Smith & Winkler 2006); on other draws of the same posterior it is not. Cost.
 * Rows of 3 n_channels doubles a draw. */
#include "science/budget_internal.h"
#include "science/order_internal.h"

#include <math.h>

enum { BATCH = 64, WORTH = 0, BEFORE = 1, EXTRA = 2, PARTS = 3 };

typedef struct court {
    ptl_budget_model m; /* shapes only: nothing of an optimisation */
    const double *plan;
    ptl_curve *curve;    /* BATCH x n_channels */
    double *lag;         /* BATCH x n_channels x window */
    double *coefficient; /* BATCH x n_blocks */
    int32_t window;      /* room for lags */
    double *row;         /* n x PARTS x n_channels */
    double *path;        /* PTL_BUDGET_TASKS x ptl_budget_scratch_n() */
    int64_t first, n;    /* of the batch in hand */
} court;

/* One block: its worth under the plan and at present, and what one per cent more of all spend would
 * bring, times a hundred: the slope along the plan. */
static void judge_block(const court *k, double *row, int64_t at, int64_t block,
                        const ptl_budget_scratch *w)
{
    const ptl_budget_data *const d = k->m.data;
    const int64_t channel = block / d->n_geos;
    double *const media = w->media;
    ptl_budget_clear(&w->sums, k->m.n_path);
    ptl_block b = {.curve = &k->curve[at * d->n_channels + channel],
                   .lag = k->lag + (at * d->n_channels + channel) * k->window,
                   .coefficient = k->coefficient[at * k->m.n_blocks + block],
                   .media = media,
                   .value = w->value,
                   .weight = 1.0};
    ptl_budget_margins(w->value, d, block % d->n_geos);
    ptl_budget_path(media, d, block, NULL);
    const double idle = ptl_budget_block(NULL, &k->m, &b, w->kernel);
    ptl_budget_path(media, d, block, d->present);
    row[BEFORE * d->n_channels + channel] += ptl_budget_block(NULL, &k->m, &b, w->kernel) - idle;
    ptl_budget_path(media, d, block, k->plan);
    row[WORTH * d->n_channels + channel] += ptl_budget_block(&w->sums, &k->m, &b, w->kernel) - idle;
    for (int64_t t = 0; t < d->n_weeks; t++)
        if (media[d->n_history + t] > 0.0)
            row[EXTRA * d->n_channels + channel] +=
                w->sums.slope[d->n_history + t] * media[d->n_history + t];
}

static ptl_status judge_stripe(void *payload, int64_t task_idx, ptl_error *err)
{
    (void)err;
    const court *const k = payload;
    const ptl_budget_scratch w = ptl_budget_scratch_at(k->path, k->m.n_path, task_idx);
    for (int64_t at = task_idx; at < k->n; at += PTL_BUDGET_TASKS) {
        double *const row = k->row + (k->first + at) * PARTS * k->m.data->n_channels;
        for (int64_t block = 0; block < k->m.n_blocks; block++) judge_block(k, row, at, block, &w);
    }
    return PTL_OK;
}

static ptl_status read_batch(court *k, int parity, int64_t n_all, ptl_budget_draw *into,
                             ptl_error *err)
{
    const ptl_budget_data *const d = k->m.data;
    for (int64_t at = 0; at < k->n; at++) {
        const int64_t draw = ptl_budget_draw_at(d, parity, k->first + at, n_all);
        PTL_TRY(ptl_budget_read_draw(d, draw, into, err));
        for (int64_t c = 0; c < d->n_channels; c++) {
            const int64_t i = at * d->n_channels + c;
            ptl_budget_curve_of(&k->curve[i], k->lag + i * k->window, &into->response[c]);
        }
        for (int64_t b = 0; b < k->m.n_blocks; b++)
            k->coefficient[at * k->m.n_blocks + b] = into->coefficient[b];
    }
    return PTL_OK;
}

static ptl_status fill_rows(court *k, const ptl_budget_options *o, int64_t n,
                            const ptl_budget_work *work, ptl_error *err)
{
    const ptl_budget_data *const d = k->m.data;
    ptl_budget_draw into;
    BUDGET_ALLOC(into.response, work->arena, d->n_channels);
    BUDGET_ALLOC(into.coefficient, work->arena, k->m.n_blocks);
    for (k->first = 0; k->first < n; k->first += BATCH) {
        k->n = n - k->first < BATCH ? n - k->first : BATCH;
        PTL_TRY(read_batch(k, o->split ? 1 : -1, n, &into, err));
        const int64_t n_tasks = k->n < PTL_BUDGET_TASKS ? k->n : PTL_BUDGET_TASKS;
        PTL_TRY(ptl_executor_run(work->executor, n_tasks, judge_stripe, k, err));
    }
    return PTL_OK;
}

static ptl_status open_court(court *k, int64_t n, ptl_arena *arena, ptl_error *err)
{
    const ptl_budget_data *const d = k->m.data;
    k->m.n_blocks = (int64_t)d->n_channels * d->n_geos;
    k->m.n_path = (int64_t)d->n_history + d->n_weeks + d->n_tail;
    k->window = PTL_ADSTOCK_WINDOW_MAX;
    BUDGET_ALLOC(k->curve, arena, BATCH * d->n_channels);
    BUDGET_ALLOC(k->lag, arena, (int64_t)BATCH * d->n_channels * k->window);
    BUDGET_ALLOC(k->coefficient, arena, BATCH * k->m.n_blocks);
    BUDGET_ALLOC(k->row, arena, n * PARTS * d->n_channels);
    BUDGET_ALLOC(k->path, arena, PTL_BUDGET_TASKS * ptl_budget_scratch_n(k->m.n_path));
    return PTL_OK;
}

/* ---- from rows to figures ---- */

typedef struct bench {
    double *x;                /* n: one figure, draw by draw */
    int64_t *order, *scratch; /* n each */
    int64_t n;
    double probability;
} bench;

static ptl_estimate estimate(const bench *b)
{
    double sum = 0.0;
    for (int64_t s = 0; s < b->n; s++) {
        if (!isfinite(b->x[s])) return (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
        sum += b->x[s];
    }
    ptl_order_by(b->order, b->x, b->n, b->scratch);
    const double tail = 0.5 * (1.0 - b->probability);
    return (ptl_estimate){sum / (double)b->n, ptl_order_quantile(b->x, b->order, b->n, tail),
                          ptl_order_quantile(b->x, b->order, b->n, 1.0 - tail), b->probability};
}

/* Half a cent is rounding: a plan that stays as it is has no chance of loss. */
static double share_negative(const bench *b)
{
    int64_t n = 0;
    for (int64_t s = 0; s < b->n; s++) n += b->x[s] < -0.005;
    return (double)n / (double)b->n;
}

/* x[s] = scale * (sum over channels from … to of part) + shift. */
static void gather(bench *b, const court *k, int part, int64_t from, int64_t to, double scale,
                   double shift)
{
    const int64_t n_channels = k->m.data->n_channels;
    for (int64_t s = 0; s < b->n; s++) {
        double sum = 0.0;
        for (int64_t c = from; c < to; c++) sum += k->row[(s * PARTS + part) * n_channels + c];
        b->x[s] = scale * sum + shift;
    }
}

static void difference(bench *b, const court *k, int64_t from, int64_t to, double shift)
{
    const int64_t n_channels = k->m.data->n_channels;
    for (int64_t s = 0; s < b->n; s++) {
        const double *const row = k->row + s * PARTS * n_channels;
        double sum = 0.0;
        for (int64_t c = from; c < to; c++)
            sum += row[WORTH * n_channels + c] - row[BEFORE * n_channels + c];
        b->x[s] = sum + shift;
    }
}

static ptl_budget_outcome outcome_of(bench *b, const court *k, int part, double spend)
{
    const int64_t n = k->m.data->n_channels;
    ptl_budget_outcome out = {.spend = spend};
    gather(b, k, part, 0, n, 1.0, 0.0);
    out.outcome = estimate(b);
    gather(b, k, part, 0, n, 1.0, -spend);
    out.profit = estimate(b);
    out.p_loss = share_negative(b);
    gather(b, k, part, 0, n, 1.0 / spend, -1.0); /* not finite without spend: NaN */
    out.roi = estimate(b);
    return out;
}

static double spend_of(const ptl_budget_data *d, const double *plan, int64_t c)
{
    const int64_t n = (int64_t)d->n_geos * d->n_weeks;
    double sum = 0.0;
    for (int64_t i = c * n; i < (c + 1) * n; i++) sum += plan[i];
    return sum;
}

static void mark_beyond(ptl_budget_channel_result *r, const ptl_budget_data *d, const double *plan,
                        int64_t c)
{
    for (int64_t g = 0; d->seen_high && g < d->n_geos; g++) {
        const int64_t block = c * d->n_geos + g;
        for (int64_t t = 0; t < d->n_weeks; t++) {
            const double over = plan[block * d->n_weeks + t] - d->seen_high[block];
            /* half a cent is rounding */
            if (over > 0.005) r->n_beyond++, r->spend_beyond += over;
        }
    }
}

static void judge_channel(ptl_budget_channel_result *r, bench *b, const court *k, int64_t c)
{
    const ptl_budget_data *const d = k->m.data;
    *r = (ptl_budget_channel_result){.spend = spend_of(d, k->plan, c),
                                     .spend_present = spend_of(d, d->present, c)};
    gather(b, k, WORTH, c, c + 1, 1.0, 0.0);
    r->outcome = estimate(b);
    gather(b, k, WORTH, c, c + 1, 1.0 / r->spend, -1.0);
    r->roi = estimate(b);
    gather(b, k, EXTRA, c, c + 1, 1.0 / r->spend, -1.0);
    r->mroi = estimate(b);
    difference(b, k, c, c + 1, r->spend_present - r->spend);
    r->gain = estimate(b);
    mark_beyond(r, d, k->plan, c);
}

/* Of the draws that the bench holds, in the order that their estimate has left. */
static ptl_status draw_gain(ptl_budget_result *out, const bench *b, ptl_arena *arena,
                            ptl_error *err)
{
    double *sorted;
    out->gain_density = (ptl_density){0};
    if (!isfinite(out->gain.point)) return PTL_OK;
    BUDGET_ALLOC(sorted, arena, b->n);
    for (int64_t s = 0; s < b->n; s++) sorted[s] = b->x[b->order[s]];
    ptl_density_estimate(&out->gain_density, sorted, b->n);
    return PTL_OK;
}

static ptl_status judge(ptl_budget_result *out, court *k, const ptl_budget_options *o, int64_t n,
                        const ptl_budget_work *work, ptl_error *err)
{
    const ptl_budget_data *const d = k->m.data;
    PTL_TRY(open_court(k, n, work->arena, err));
    PTL_TRY(fill_rows(k, o, n, work, err));
    bench b = {.n = n, .probability = o->probability};
    BUDGET_ALLOC(b.x, work->arena, n);
    BUDGET_ALLOC(b.order, work->arena, n);
    BUDGET_ALLOC(b.scratch, work->arena, n);
    double spend = 0.0, before = 0.0;
    for (int64_t c = 0; c < d->n_channels; c++) {
        judge_channel(&out->channel[c], &b, k, c);
        spend += out->channel[c].spend, before += out->channel[c].spend_present;
    }
    out->plan = outcome_of(&b, k, WORTH, spend);
    out->present = outcome_of(&b, k, BEFORE, before);
    difference(&b, k, 0, d->n_channels, before - spend);
    out->gain = estimate(&b);
    out->p_loss = share_negative(&b);
    PTL_TRY(draw_gain(out, &b, work->arena, err));
    out->n_judge = n;
    return PTL_OK;
}

ptl_status ptl_budget_judge(ptl_budget_result *out, const double *plan, const ptl_budget_data *d,
                            const ptl_budget_options *o, const ptl_budget_work *work,
                            ptl_error *err)
{
    const int64_t n = ptl_budget_draw_count(d, o->split ? 1 : -1, o->n_judge_max);
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    court k = {.plan = plan, .m = {.data = d}};
    const ptl_status st = judge(out, &k, o, n, work, err);
    ptl_arena_rewind(work->arena, mark);
    return st;
}
