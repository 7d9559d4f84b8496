/* next.c: the next experiment for a fitted mix model.
 *
 * The question.   For which channel would a hold-out change next year's budget often enough, and by
 *                 enough, to pay for itself?
 * The quantity.   Utility of action a (a multiple of the present weekly spend x) in draw s:
 *                 D sum over geos of value_g coefficient_sg S_s(a x) - a x, D the discounted weeks
 * of the horizon, S the steady weekly response. Read by a hold-out of share q over W weeks: q W sum
 * over geos of value_g coefficient_sg S_s(x). The error.      With independent geos a share q of
 * the market has q of its variance, and the rest, scaled by q/(1 - q), stands in for it: variance
 * of the sum over W weeks is W v q/(1 - q), v the variance of a week of the whole market about the
 * model. With one geo the weeks before stand in: W v (1 + W/T). Weeks follow each other: both are
 *                 inflated by (1 + r)/(1 - r), r the first autocorrelation where it is positive.
 * The cost.       The margin of the held-out share that today's best action would have brought,
 *                 while the test lasts, and the money paid.
 * Differences.    The reading ignores the weeks in which carry-over fades in and out; bias_share is
 *                 there for that, too.
 * Cost.           Draws x channels x (steps + 1) responses. */
#include "decide/next.h"

#include "decide/limits.h"
#include "portolan/sum.h"

#include <math.h>

#define NEXT_ALLOC(target, arena, n)                                                               \
    do {                                                                                           \
        (target) = ptl_arena_array((arena), (n), sizeof *(target), err);                           \
        if (!(target)) return PTL_E_LIMIT;                                                         \
    } while (0)

ptl_next_options ptl_next_options_default(void)
{
    return (ptl_next_options){.size = (int32_t)sizeof(ptl_next_options),
                              .horizon_weeks = 52,
                              .n_lengths = 3,
                              .lengths = {4, 8, 12},
                              .n_shares = 3,
                              .shares = {0.1, 0.25, 0.5},
                              .n_steps = 5,
                              .steps = {0.7, 0.85, 1.0, 1.15, 1.3},
                              .weeks_to_read = 2,
                              .bias_share = 0.10,
                              .level = 0.10};
}

static ptl_status check_list(int32_t n, const char *name, ptl_error *err)
{
    if (n >= 1 && n <= PTL_NEXT_DESIGNS_MAX) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "there are 1 to %d %s, not %d", PTL_NEXT_DESIGNS_MAX, name,
                    n);
}

static ptl_status check(const ptl_next_options *o, ptl_error *err)
{
    PTL_TRY(check_list(o->n_lengths, "lengths", err));
    PTL_TRY(check_list(o->n_shares, "shares", err));
    PTL_TRY(check_list(o->n_steps, "steps", err));
    for (int32_t i = 0; i < o->n_lengths; i++)
        if (o->lengths[i] < 1 || o->lengths[i] > 104)
            return ptl_fail(err, PTL_E_INVALID, "a test lasts 1 to 104 weeks, not %d",
                            o->lengths[i]);
    for (int32_t i = 0; i < o->n_shares; i++)
        if (!(o->shares[i] > 0.0 && o->shares[i] < 1.0))
            return ptl_fail(err, PTL_E_INVALID, "the share held out lies between 0 and 1, not %g",
                            o->shares[i]);
    for (int32_t i = 0; i < o->n_steps; i++)
        if (!(o->steps[i] >= 0.0 && o->steps[i] <= 100.0))
            return ptl_fail(err, PTL_E_INVALID, "a step is 0 to 100 times the present, not %g",
                            o->steps[i]);
    if (!(o->bias_share >= 0.0 && o->bias_share <= 100.0))
        return ptl_fail(err, PTL_E_INVALID, "bias_share must be 0 to 100, not %g", o->bias_share);
    return PTL_OK;
}

/* ---- noise of the market ---- */

/* Money of one week that the model did not expect, as CM1. */
static double surprise(const ptl_media_plan *p, int64_t t)
{
    const ptl_mix_data *const d = p->mix.data;
    ptl_sum sum = {0};
    for (int64_t g = 0; g < d->n_geos; g++) {
        const int64_t i = g * d->n_weeks + t;
        ptl_sum_add(&sum, d->kpi[i] * (d->revenue_per_kpi ? d->revenue_per_kpi[i] : 1.0));
    }
    return p->options.margin * (ptl_sum_value(&sum) - p->mix.fit->expected[t].point);
}

static void measure_noise(ptl_next *out, const ptl_media_plan *p)
{
    const int64_t n = p->mix.data->n_weeks;
    ptl_sum mean = {0}, square = {0}, product = {0};
    for (int64_t t = 0; t < n; t++) ptl_sum_add(&mean, surprise(p, t));
    const double center = ptl_sum_value(&mean) / (double)n;
    double before = 0.0;
    for (int64_t t = 0; t < n; t++) {
        const double now = surprise(p, t) - center;
        ptl_sum_add(&square, now * now);
        if (t > 0) ptl_sum_add(&product, now * before);
        before = now;
    }
    out->noise_sd = sqrt(ptl_sum_value(&square) / (double)(n > 1 ? n - 1 : 1));
    const double r = ptl_sum_value(&product) / ptl_sum_value(&square);
    out->autocorrelation = r > 0.0 && r < 0.95 ? r : r >= 0.95 ? 0.95 : 0.0;
}

static double error_of(const ptl_next *out, const ptl_media_plan *p, int32_t weeks, double share)
{
    const double inflation = (1.0 + out->autocorrelation) / (1.0 - out->autocorrelation);
    const double stand_in =
        p->data.n_geos > 1 ? share / (1.0 - share) : 1.0 + weeks / (double)p->mix.data->n_weeks;
    return out->noise_sd * sqrt(weeks * inflation * stand_in);
}

/* ---- utilities ---- */

typedef struct table {
    double *utility; /* [draw][step] of a channel, over the horizon          */
    double *weekly;  /* [draw] CM1 of a week at the present spend            */
} table;

static double discounted_weeks(const ptl_media_plan *p, int32_t from, int32_t to)
{
    double sum = 0.0;
    for (int32_t t = from; t < to; t++) sum += exp(-log1p(p->options.discount_annual) * t / 52.0);
    return sum;
}

/* CM1 of a week in which channel c spends `step` times the present in every geo. */
static double weekly_margin(const ptl_media_plan *p, const ptl_budget_draw *draw, int64_t c,
                            double step)
{
    double sum = 0.0;
    for (int64_t g = 0; g < p->data.n_geos; g++) {
        const int64_t block = c * p->data.n_geos + g;
        const double media = p->data.rate[block * p->data.n_weeks] * step * p->weekly[block];
        sum += p->weekly_value[g] * draw->coefficient[block] *
               ptl_response_steady(NULL, &draw->response[c], media);
    }
    return sum;
}

static double weekly_spend(const ptl_media_plan *p, int64_t c)
{
    double sum = 0.0;
    for (int64_t g = 0; g < p->data.n_geos; g++) sum += p->weekly[c * p->data.n_geos + g];
    return sum;
}

static void fill_draw(table *t, const ptl_media_plan *p, const ptl_next_options *o,
                      const ptl_budget_draw *draw, int64_t s)
{
    const double weeks = discounted_weeks(p, 0, o->horizon_weeks);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        const double spend = weekly_spend(p, c);
        for (int32_t a = 0; a < o->n_steps; a++)
            t[c].utility[s * o->n_steps + a] =
                weeks * (weekly_margin(p, draw, c, o->steps[a]) - o->steps[a] * spend);
        t[c].weekly[s] = weekly_margin(p, draw, c, 1.0);
    }
}

static ptl_status fill_tables(table **out, ptl_media_plan *p, const ptl_next_options *o,
                              ptl_arena *arena, ptl_error *err)
{
    ptl_budget_draw draw;
    table *t;
    PTL_TRY(check(o, err));
    NEXT_ALLOC(t, arena, p->data.n_channels);
    NEXT_ALLOC(draw.response, arena, p->data.n_channels);
    NEXT_ALLOC(draw.coefficient, arena, (int64_t)p->data.n_channels * p->data.n_geos);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        NEXT_ALLOC(t[c].utility, arena, p->data.n_draws * o->n_steps);
        NEXT_ALLOC(t[c].weekly, arena, p->data.n_draws);
    }
    for (int64_t s = 0; s < p->data.n_draws; s++) {
        PTL_TRY(ptl_media_plan_draw(&draw, s, p, err));
        fill_draw(t, p, o, &draw, s);
    }
    *out = t;
    return PTL_OK;
}

/* What today's best action earns over the horizon. */
static double best_of(const table *t, int64_t n_draws, int32_t n_steps)
{
    double best = -HUGE_VAL;
    for (int32_t a = 0; a < n_steps; a++) {
        ptl_sum sum = {0};
        for (int64_t s = 0; s < n_draws; s++) ptl_sum_add(&sum, t->utility[s * n_steps + a]);
        best = fmax(best, ptl_sum_value(&sum) / (double)n_draws);
    }
    return best;
}

/* ---- designs ---- */

typedef struct drafts {
    ptl_experiment_design *design;
    ptl_experiment_decision *decision; /* one a channel */
    ptl_next_design *shown;
    int64_t n;
} drafts;

static ptl_status draft_one(drafts *k, const ptl_next *out, ptl_media_plan *p, const table *t,
                            const ptl_next_options *o, int32_t weeks, double share, int64_t c,
                            ptl_arena *arena, ptl_error *err)
{
    double *measured;
    ptl_sum sum = {0};
    NEXT_ALLOC(measured, arena, p->data.n_draws);
    for (int64_t s = 0; s < p->data.n_draws; s++) {
        measured[s] = share * weeks * t[c].weekly[s];
        ptl_sum_add(&sum, measured[s]);
    }
    const double mean = ptl_sum_value(&sum) / (double)p->data.n_draws;
    const double testing =
        discounted_weeks(p, 0, weeks < o->horizon_weeks ? weeks : o->horizon_weeks) /
        discounted_weeks(p, 0, o->horizon_weeks);
    const double best = best_of(&t[c], p->data.n_draws, o->n_steps); /* none at all earns 0 */
    ptl_next_design *const shown = &k->shown[k->n];
    *shown = (ptl_next_design){.channel = c, .weeks = weeks, .share = share, .effect_mean = mean};
    shown->error_sd = error_of(out, p, weeks, share);
    k->design[k->n++] =
        (ptl_experiment_design){.name = p->limits[c].name,
                                .decision = (int32_t)c,
                                .weeks = weeks,
                                .weeks_to_read = o->weeks_to_read,
                                .error_sd = shown->error_sd,
                                .bias_sd = o->bias_share * fabs(mean),
                                .measured = measured,
                                .cost = o->cost + share * testing * fmax(best, 0.0)};
    return PTL_OK;
}

static ptl_status draft_all(drafts *k, const ptl_next *out, ptl_media_plan *p, const table *t,
                            const ptl_next_options *o, ptl_arena *arena, ptl_error *err)
{
    const int32_t n_shares = p->data.n_geos > 1 ? o->n_shares : 1;
    const int64_t most = (int64_t)p->data.n_channels * o->n_lengths * n_shares;
    NEXT_ALLOC(k->design, arena, most);
    NEXT_ALLOC(k->decision, arena, p->data.n_channels);
    NEXT_ALLOC(k->shown, arena, most);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        k->decision[c] = (ptl_experiment_decision){
            .n_draws = p->data.n_draws, .n_actions = o->n_steps, .utility = t[c].utility};
        for (int32_t i = 0; i < o->n_lengths; i++)
            for (int32_t j = 0; j < n_shares; j++)
                PTL_TRY(draft_one(k, out, p, t, o, o->lengths[i],
                                  p->data.n_geos > 1 ? o->shares[j] : 1.0, c, arena, err));
    }
    return PTL_OK;
}

/* Greatest ENBS first; equals in their order. Designs are few. */
static void sort_designs(ptl_next_design *d, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const ptl_next_design x = d[i];
        int64_t j = i;
        for (; j > 0 && d[j - 1].value.enbs < x.value.enbs; j--) d[j] = d[j - 1];
        d[j] = x;
    }
}

ptl_status ptl_next_solve(ptl_next *out, ptl_media_plan *plan, const ptl_next_options *options,
                          const ptl_executor *executor, ptl_arena *arena, ptl_error *err)
{
    const ptl_next_options o = options ? *options : ptl_next_options_default();
    table *t;
    drafts k = {0};
    *out = (ptl_next){.best = -1};
    PTL_TRY(fill_tables(&t, plan, &o, arena, err));
    measure_noise(out, plan);
    PTL_TRY(draft_all(&k, out, plan, t, &o, arena, err));
    ptl_experiment_value *values;
    NEXT_ALLOC(values, arena, k.n);
    ptl_experiment_options e = ptl_experiment_options_default();
    e.horizon_weeks = o.horizon_weeks, e.discount_annual = plan->options.discount_annual;
    e.level = o.level;
    const ptl_experiment_work work = {.arena = arena, .executor = executor};
    ptl_experiment_choice choice;
    PTL_TRY(ptl_experiment_solve(&choice, values, k.decision, plan->data.n_channels, k.design, k.n,
                                 &e, &work, err));
    for (int64_t i = 0; i < k.n; i++) k.shown[i].value = values[i];
    sort_designs(k.shown, k.n);
    out->design = k.shown, out->n_designs = k.n;
    out->best = choice.best < 0 ? -1 : 0;
    return PTL_OK;
}
