/* media_plan.c: a fitted mix model as the optimiser wants it: see media_plan.h for what the weeks
 * ahead are taken to be like. */
#include "decide/media_plan.h"

#include "decide/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_ALLOC(target, arena, n)                                                               \
    do {                                                                                           \
        (target) = ptl_arena_array((arena), (n), sizeof *(target), err);                           \
        if (!(target)) return PTL_E_LIMIT;                                                         \
    } while (0)

ptl_media_plan_options ptl_media_plan_options_default(void)
{
    return (ptl_media_plan_options){.size = (int32_t)sizeof(ptl_media_plan_options),
                                    .n_weeks = 13,
                                    .recent_weeks = 26,
                                    .margin = 1.0,
                                    .discount_annual = 0.10};
}

static ptl_status check(const ptl_fitted_mix *mix, const ptl_media_plan_options *o, ptl_error *err)
{
    if (o->n_weeks < 1 || o->n_weeks > PTL_MEDIA_PLAN_WEEKS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "a plan has 1 to %d weeks, not %d",
                        PTL_MEDIA_PLAN_WEEKS_MAX, o->n_weeks);
    if (o->recent_weeks < 1 || o->recent_weeks > 520)
        return ptl_fail(err, PTL_E_INVALID, "recent_weeks must be 1 to 520, not %d",
                        o->recent_weeks);
    if (!(o->margin > 0.0 && o->margin <= 1.0))
        return ptl_fail(err, PTL_E_INVALID, "margin must be above 0 and at most 1, not %g",
                        o->margin);
    if (!(o->discount_annual >= 0.0 && o->discount_annual <= 10.0))
        return ptl_fail(err, PTL_E_INVALID, "discount_annual must be 0 to 10, not %g",
                        o->discount_annual);
    if (mix->fit->verdict == PTL_NOT_CONVERGED || mix->fit->verdict == PTL_NOT_IDENTIFIED) {
        (void)ptl_fail(err, PTL_E_CONFLICT,
                       "the model's verdict is \"%s\": nothing is planned on it",
                       ptl_verdict_text(mix->fit->verdict));
        ptl_error_hint(err, "look at its checks, and fit again");
        return PTL_E_CONFLICT;
    }
    return PTL_OK;
}

/* ---- what the weeks ahead are like ---- */

static int64_t recent_weeks(const ptl_media_plan *p)
{
    const int64_t n = p->mix.data->n_weeks;
    return p->options.recent_weeks < n ? p->options.recent_weeks : n;
}

/* [week] of one channel and geo; media without the weeks before the KPI. */
static const double *spend_row(const ptl_media_plan *p, int64_t c, int64_t g)
{
    const ptl_mix_data *const d = p->mix.data;
    return d->spend + (p->channel[c].mix_idx * d->n_geos + g) * d->n_weeks;
}

static const double *media_row(const ptl_media_plan *p, const double *cube, int64_t c, int64_t g)
{
    const ptl_mix_data *const d = p->mix.data;
    return cube + (p->channel[c].mix_idx * d->n_geos + g) * (d->n_lead + d->n_weeks) + d->n_lead;
}

static double sum_recent(const ptl_media_plan *p, const double *row)
{
    double sum = 0.0;
    for (int64_t t = p->mix.data->n_weeks - recent_weeks(p); t < p->mix.data->n_weeks; t++)
        sum += row[t];
    return sum;
}

/* Units of media per money: recent ones in the geo, else over all weeks of all geos. */
static double price_of(const ptl_media_plan *p, int64_t c, int64_t g)
{
    const ptl_mix_data *const d = p->mix.data;
    const double money = sum_recent(p, spend_row(p, c, g));
    const double units = sum_recent(p, media_row(p, d->media, c, g));
    if (money > 0.0 && units > 0.0) return units / money;
    double all_money = 0.0, all_units = 0.0;
    for (int64_t k = 0; k < d->n_geos; k++)
        for (int64_t t = 0; t < d->n_weeks; t++) {
            all_money += spend_row(p, c, k)[t];
            all_units += media_row(p, d->media, c, k)[t];
        }
    return all_units / all_money;
}

/* Of those reached in the recent weeks, weighed by reach. */
static double frequency_of(const ptl_media_plan *p, int64_t c)
{
    const ptl_mix_data *const d = p->mix.data;
    double contacts = 0.0, reach = 0.0;
    for (int64_t g = 0; g < d->n_geos; g++)
        for (int64_t t = d->n_weeks - recent_weeks(p); t < d->n_weeks; t++) {
            reach += media_row(p, d->media, c, g)[t];
            contacts += media_row(p, d->media, c, g)[t] * media_row(p, d->frequency, c, g)[t];
        }
    return reach > 0.0 ? contacts / reach : 0.0;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The 5th and the 95th percentile of a week's spend, by nearest rank. */
static void percentiles(double *low, double *high, const double *row, int64_t n, double *sorted)
{
    memcpy(sorted, row, (size_t)n * sizeof *row);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    *low = sorted[(int64_t)(0.05 * (double)(n - 1) + 0.5)];
    *high = sorted[(int64_t)(0.95 * (double)(n - 1) + 0.5)];
}

/* ---- the arrays ---- */

static int32_t window_of(const ptl_fitted_mix *mix)
{
    int32_t most = 1;
    for (int64_t c = 0; c < mix->data->n_channels; c++)
        if (mix->channel[c].shape.adstock.window_weeks > most)
            most = mix->channel[c].shape.adstock.window_weeks;
    return most;
}

static bool can_be_planned(const ptl_fitted_mix *mix, int64_t c)
{
    return mix->channel[c].kind == PTL_MIX_PAID && mix->channel[c].path == PTL_MIX_CAUSE &&
           mix->fit->channel[c].spend > 0.0;
}

static void list_channels(ptl_media_plan *p)
{
    for (int64_t c = 0; c < p->mix.data->n_channels; c++) {
        if (!can_be_planned(&p->mix, c)) continue;
        const int64_t at = p->data.n_channels++;
        const ptl_mix_channel_result *const r = &p->mix.fit->channel[c];
        p->channel[at] = (ptl_media_plan_channel){
            .mix_idx = c, .grade = r->grade, .spoke = isfinite(r->roi.point)};
        p->channel[at].spoke = p->channel[at].spoke && r->verdict != PTL_NOT_IDENTIFIED;
        p->channel[at].reach_only = p->mix.channel[c].has_frequency;
        if (p->channel[at].reach_only) p->channel[at].frequency = frequency_of(p, at);
        p->limits[at] = ptl_budget_channel_default();
        p->limits[at].hold = !p->channel[at].spoke;
        if (p->mix.data->channel_name) p->limits[at].name = p->mix.data->channel_name[c];
    }
}

static double value_of(const ptl_media_plan *p, const double *outcome_scale, int64_t g)
{
    const int64_t n = p->mix.data->n_weeks;
    return p->options.margin * sum_recent(p, outcome_scale + g * n) / (double)recent_weeks(p);
}

/* One channel in one geo. */
static void fill_block(ptl_media_plan *p, double *rate, double *history, double *seen[2],
                       const double *media_scale, const double *present, int64_t c, int64_t g,
                       double *sorted)
{
    const ptl_mix_data *const d = p->mix.data;
    const int64_t block = c * d->n_geos + g, n = p->data.n_weeks, h = p->data.n_history;
    const double price = price_of(p, c, g) / media_scale[g];
    p->weekly[block] = sum_recent(p, spend_row(p, c, g)) / (double)recent_weeks(p);
    for (int64_t t = 0; t < n; t++) {
        rate[block * n + t] = price;
        p->present[block * n + t] =
            present ? present[(p->channel[c].mix_idx * d->n_geos + g) * n + t] : p->weekly[block];
    }
    for (int64_t t = 0; t < h; t++)
        history[block * h + t] = media_row(p, d->media, c, g)[d->n_weeks - h + t] / media_scale[g];
    percentiles(&seen[0][block], &seen[1][block], spend_row(p, c, g), d->n_weeks, sorted);
}

static ptl_status fill(ptl_media_plan *p, const double *present, ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_data *const d = p->mix.data;
    const int64_t blocks = (int64_t)p->data.n_channels * d->n_geos, n = p->data.n_weeks;
    const int64_t n_value = n + p->data.n_tail;
    double *rate, *history, *value, *seen[2], *sorted;
    ptl_mix_channel_draw scales;
    PLAN_ALLOC(p->present, arena, blocks * n);
    PLAN_ALLOC(p->weekly, arena, blocks);
    PLAN_ALLOC(p->weekly_value, arena, d->n_geos);
    PLAN_ALLOC(rate, arena, blocks * n);
    PLAN_ALLOC(history, arena, blocks * p->data.n_history + 1);
    PLAN_ALLOC(value, arena, d->n_geos * n_value);
    PLAN_ALLOC(seen[0], arena, blocks);
    PLAN_ALLOC(seen[1], arena, blocks);
    PLAN_ALLOC(sorted, arena, d->n_weeks + d->n_geos);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        ptl_mix_channel_draw_at(&scales, sorted, p->drift, p->mix.fit->posterior,
                                p->channel[c].mix_idx, 0, 0, p->work);
        for (int64_t g = 0; g < d->n_geos; g++)
            fill_block(p, rate, history, seen, scales.media_scale, present, c, g, sorted);
    }
    for (int64_t g = 0; g < d->n_geos; g++) {
        p->weekly_value[g] = value_of(p, scales.outcome_scale, g);
        for (int64_t t = 0; t < n_value; t++)
            value[g * n_value + t] =
                p->weekly_value[g] * exp(-log1p(p->options.discount_annual) * (double)t / 52.0);
    }
    p->data.present = p->present, p->data.rate = rate, p->data.value = value;
    p->data.history = history, p->data.seen_low = seen[0], p->data.seen_high = seen[1];
    return PTL_OK;
}

/* ---- draws ---- */

/* Chains that choose, and how many draws each half has. */
static void halves(int64_t *n_chains_choose, int64_t *n_half, const ptl_mix_posterior *posterior)
{
    const int64_t n_chains = ptl_mix_n_chains(posterior), n_draws = ptl_mix_n_draws(posterior);
    *n_chains_choose = n_chains - n_chains / 2;
    *n_half = n_chains > 1 ? n_chains / 2 * n_draws : n_draws / 2;
}

ptl_status ptl_media_plan_draw(ptl_budget_draw *out, int64_t draw_idx, void *plan, ptl_error *err)
{
    ptl_media_plan *const p = plan;
    const ptl_mix_posterior *const posterior = p->mix.fit->posterior;
    const int64_t n_draws = ptl_mix_n_draws(posterior), n_geos = p->mix.data->n_geos;
    int64_t n_choose, n_half;
    halves(&n_choose, &n_half, posterior);
    if (draw_idx < 0 || draw_idx >= 2 * n_half)
        return ptl_fail(err, PTL_E_INTERNAL, "draw %lld is not among %lld", (long long)draw_idx,
                        (long long)(2 * n_half));
    const bool single = ptl_mix_n_chains(posterior) == 1;
    const int64_t at = draw_idx / 2, judges = draw_idx % 2;
    const int64_t chain = single ? 0 : judges * n_choose + at / n_draws;
    const int64_t draw = single ? judges * n_half + at : at % n_draws;
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        const ptl_media_plan_channel *const x = &p->channel[c];
        double *const coefficient = out->coefficient + c * n_geos;
        ptl_mix_channel_draw d;
        ptl_mix_channel_draw_at(&d, coefficient, p->drift, posterior, x->mix_idx, chain, draw,
                                p->work);
        double factor = p->drift[p->mix.data->n_weeks - 1];
        if (x->reach_only) { /* reach x S(frequency): linear in what money buys */
            factor *= ptl_saturation_value(&d.shape.saturation, x->frequency);
            d.shape.saturation.kind = PTL_SATURATION_NONE;
        }
        out->response[c] = d.shape;
        for (int64_t g = 0; g < n_geos; g++) coefficient[g] *= factor;
    }
    return PTL_OK;
}

ptl_status ptl_media_plan_make(ptl_media_plan *out, const ptl_fitted_mix *mix,
                               const double *present, const ptl_media_plan_options *options,
                               ptl_arena *arena, ptl_error *err)
{
    const ptl_media_plan_options o = options ? *options : ptl_media_plan_options_default();
    const ptl_mix_data *const d = mix->data;
    PTL_TRY(check(mix, &o, err));
    *out = (ptl_media_plan){.mix = *mix, .options = o};
    PLAN_ALLOC(out->channel, arena, d->n_channels);
    PLAN_ALLOC(out->limits, arena, d->n_channels);
    PLAN_ALLOC(out->drift, arena, d->n_weeks);
    PLAN_ALLOC(out->work, arena, ptl_mix_work_n(mix->fit->posterior));
    list_channels(out);
    if (out->data.n_channels == 0) {
        (void)ptl_fail(err, PTL_E_CONFLICT, "the model has no channel with spend of its own");
        ptl_error_hint(err, "budgets are planned for paid channels that cause outcome themselves");
        return PTL_E_CONFLICT;
    }
    const int64_t window = window_of(mix), past = d->n_weeks;
    int64_t n_choose, n_half;
    halves(&n_choose, &n_half, mix->fit->posterior);
    out->data.n_geos = (int32_t)d->n_geos;
    out->data.n_weeks = o.n_weeks;
    out->data.n_history = (int32_t)(window - 1 < past ? window - 1 : past);
    out->data.n_tail = (int32_t)(window - 1);
    out->data.n_draws = 2 * n_half;
    out->data.channel = out->limits;
    out->data.draw = ptl_media_plan_draw;
    out->data.payload = out;
    return fill(out, present, arena, err);
}
