/* mix_validate.c: whether a fit deserves to be acted on.
 *
 * The question.   Does the model predict what it has not seen, keep its mind when data are added
 *                 or slightly wrong, give nothing to a channel that cannot work, and produce data
 *                 like the real ones?
 * The quantities. MAPE of the national KPI over weeks held out, and the distance of the 80 %
 *                 band's coverage of cells from 80 %; its mean over origins; the mean relative
 *                 change of contributions when the last weeks are left out, and when media carry
 *                 noise; P(the placebo's contribution is above 1 % of outcome), the placebo being
 *                 the first channel's media cut in two and swapped; two-sided posterior
 *                 predictive p-values of the sd, the lag-1 autocorrelation of residuals and the
 *                 extremes; P(baseline < 0).
 * The method.     Refits of the same specification and knots. Replicated residuals: Gelman, Meng
 *                 & Stern 1996.
 * Thresholds.     mmm-eval's for MAPE (15 %), refresh (15 %) and perturbation (8 %); Meridian's
 *                 for the baseline (0.2, 0.8). Where a check fails the others are still told.
 * Cost.           3 + n_folds fits. */
#include "science/mix_internal.h"

#include "portolan/distribution.h"

typedef struct row {
    const char *id;
    double pass, fail;
    const char *advice;
} row;

#define CHECK_ROW(name, id, pass, fail, advice) {id, pass, fail, advice},
static const row rows[] = {PTL_MIX_CHECK_LIST(CHECK_ROW)};
#undef CHECK_ROW

typedef struct validation {
    ptl_mix_validate_result *out;
    const ptl_mix_result *fitted;
    const ptl_mix_data *data;
    const ptl_mix_spec *spec;
    const ptl_rng *rng;
    ptl_mix_options fit;
    const ptl_mix_validate_options *o;
    const ptl_executor *executor;
    ptl_arena *arena;
} validation;

ptl_mix_validate_options ptl_mix_validate_options_default(void)
{
    ptl_mix_validate_options o = {.size = (int32_t)sizeof(ptl_mix_validate_options),
                                  .nuts = ptl_nuts_options_default(),
                                  .holdout_weeks = 8,
                                  .n_folds = 3,
                                  .refresh_weeks = 4,
                                  .perturbation = 0.05};
    o.nuts.n_chains = 2;
    o.nuts.n_warmup = o.nuts.n_draws = 300;
    o.nuts.accept_target = 0.85;
    return o;
}

/* Where less is better pass < fail; a p-value passes above its limit. */
static void put(validation *v, ptl_mix_check_id id, double measured)
{
    const row *const r = &rows[id];
    const bool less = r->pass < r->fail;
    ptl_outcome outcome = PTL_FAIL; /* NaN fails */
    if (less ? measured <= r->fail : measured >= r->fail) outcome = PTL_REVIEW;
    if (less ? measured <= r->pass : measured >= r->pass) outcome = PTL_PASS;
    v->out->checks[id] = (ptl_check){r->id, outcome, measured, r->pass, r->advice};
}

static ptl_status refit(validation *v, ptl_mix_result *out, const ptl_mix_data *data,
                        const ptl_mix_spec *spec, ptl_error *err)
{
    const ptl_rng rng = ptl_rng_split(v->rng, (uint64_t)v->out->n_fits++);
    return ptl_mix_solve(out, data, spec, NULL, 0, &rng, &v->fit, v->executor, v->arena, err);
}

/* The model's knots stay where the full fit put them: what is tested is the model, not the search.
 */
static ptl_mix_spec same_knots(const validation *v, int64_t n_weeks, int32_t *knot)
{
    const ptl_mix_posterior *const m = v->fitted->posterior;
    ptl_mix_spec s = *v->spec;
    s.n_knots = 0;
    for (int64_t k = 0; k < m->n_knots; k++)
        if (m->knot[k] < n_weeks) knot[s.n_knots++] = m->knot[k];
    s.knot = knot;
    return s;
}

/* --- out of time --------------------------------------------------------------------------------
 */

typedef struct held {
    double mape, coverage_miss;
} held;

static double noise_sd(const ptl_mix_posterior *m, const mix_work *w, int64_t cell)
{
    const int64_t g = cell / m->n_weeks;
    return w->sigma[g];
}

/* Noise of one sigma, as the likelihood has it. */
static double draw_noise(const ptl_mix_posterior *m, ptl_rng *rng)
{
    if (m->spec.likelihood == PTL_MIX_STUDENT_T)
        return ptl_student_t_rng(rng, m->spec.student_nu, 0.0, 1.0);
    return ptl_rng_normal(rng);
}

/* Over weeks [from, to) of a fit that did not see them. */
static ptl_status judge_held(held *out, const ptl_mix_posterior *m, int64_t from, int64_t to,
                             ptl_rng rng, ptl_arena *arena, ptl_error *err)
{
    const int64_t n_draws = m->n_chains * m->n_draws, n = m->n_weeks;
    mix_work *const w = &m->work[0];
    double *cell, *mean;
    MIX_ALLOC(cell, arena, m->n_geos * (to - from) * n_draws, err);
    MIX_ALLOC(mean, arena, to - from, err);
    for (int64_t d = 0; d < n_draws; d++) {
        mix_forward(w, m->draws + d * m->n_slots);
        mix_linear_fit(w->linear.fitted, m, m->linear_draws + d * m->n_linear);
        for (int64_t g = 0; g < m->n_geos; g++)
            for (int64_t t = from; t < to; t++) {
                const int64_t i = g * n + t;
                const double fit = w->linear.fitted[i] + m->y[i] - w->residual[i];
                mean[t - from] += (m->outcome[i] * fit + m->offset[i]) / (double)n_draws;
                cell[(g * (to - from) + t - from) * n_draws + d] =
                    fit + noise_sd(m, w, i) * draw_noise(m, &rng);
            }
    }
    double inside = 0.0;
    out->mape = 0.0;
    for (int64_t t = from; t < to; t++) {
        double actual = 0.0;
        for (int64_t g = 0; g < m->n_geos; g++) {
            const int64_t i = g * n + t;
            actual += m->outcome[i] * m->y[i] + m->offset[i];
            const ptl_estimate e =
                mix_estimate(cell + (g * (to - from) + t - from) * n_draws, n_draws, 0.8);
            inside += m->y[i] >= e.low && m->y[i] <= e.high;
        }
        out->mape += fabs(mean[t - from] / actual - 1.0) / (double)(to - from);
    }
    out->coverage_miss = fabs(inside / (double)(m->n_geos * (to - from)) - 0.8);
    return PTL_OK;
}

/* Fit weeks [0, origin), judge [origin, origin + weeks). */
static ptl_status hold_out(validation *v, held *out, int64_t origin, int64_t weeks, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(v->arena);
    const int64_t n = v->data->n_weeks;
    ptl_mix_data data = *v->data;
    ptl_mix_result r;
    bool *mask;
    int32_t *knot;
    MIX_ALLOC(mask, v->arena, data.n_geos * n, err);
    MIX_ALLOC(knot, v->arena, n, err);
    for (int64_t i = 0; i < data.n_geos * n; i++)
        mask[i] = i % n >= origin || (v->data->held_out && v->data->held_out[i]);
    data.held_out = mask;
    const ptl_mix_spec spec = same_knots(v, origin, knot);
    PTL_TRY(refit(v, &r, &data, &spec, err));
    const ptl_rng rng = ptl_rng_split(v->rng, 1000 + (uint64_t)v->out->n_fits);
    PTL_TRY(judge_held(out, r.posterior, origin, origin + weeks, rng, v->arena, err));
    ptl_arena_rewind(v->arena, mark);
    return PTL_OK;
}

static ptl_status out_of_time(validation *v, ptl_error *err)
{
    const int64_t n = v->data->n_weeks, h = v->o->holdout_weeks;
    held one = {0};
    double sum = 0.0;
    for (int64_t k = 0; k < v->o->n_folds; k++) { /* the last origin is the hold-out itself */
        held fold = {0};
        const int64_t origin = n - h * (k + 1);
        if (origin < n / 2)
            return ptl_fail(err, PTL_E_INVALID,
                            "%d folds of %lld weeks leave less "
                            "than half of %lld weeks",
                            v->o->n_folds, (long long)h, (long long)n);
        PTL_TRY(hold_out(v, &fold, origin, h, err));
        if (k == 0) one = fold;
        sum += fold.mape;
    }
    put(v, PTL_MIX_CHECK_HOLDOUT_MAPE, one.mape);
    put(v, PTL_MIX_CHECK_HOLDOUT_COVERAGE, one.coverage_miss);
    put(v, PTL_MIX_CHECK_ROLLING_MAPE, sum / v->o->n_folds);
    return PTL_OK;
}

/* --- stability ----------------------------------------------------------------------------------
 */

/* Mean over channels of |change| of the mean contribution, relative to the full fit's. */
static ptl_status change(double *out, const validation *v, const ptl_mix_posterior *other,
                         ptl_error *err)
{
    const ptl_mix_posterior *const m = v->fitted->posterior;
    double *mean;
    MIX_ALLOC(mean, v->arena, 4 * m->n_channels, err);
    mix_contributions(mean, mean + m->n_channels, m);
    mix_contributions(mean + 2 * m->n_channels, mean + 3 * m->n_channels, other);
    double sum = 0.0, count = 0.0;
    for (int64_t c = 0; c < m->n_channels; c++) {
        if (!m->channel[c].active) continue;
        const double rate = other->outcome_all / m->outcome_all; /* a share, over other weeks */
        sum += fabs(mean[2 * m->n_channels + c] / rate / mean[c] - 1.0);
        count += 1.0;
    }
    *out = sum / count;
    return PTL_OK;
}

static ptl_status refresh(validation *v, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(v->arena);
    const int64_t n = v->data->n_weeks, origin = n - v->o->refresh_weeks;
    ptl_mix_data data = *v->data;
    ptl_mix_result r;
    bool *mask;
    int32_t *knot;
    double moved;
    MIX_ALLOC(mask, v->arena, data.n_geos * n, err);
    MIX_ALLOC(knot, v->arena, n, err);
    for (int64_t i = 0; i < data.n_geos * n; i++)
        mask[i] = i % n >= origin || (v->data->held_out && v->data->held_out[i]);
    data.held_out = mask;
    const ptl_mix_spec spec = same_knots(v, origin, knot);
    PTL_TRY(refit(v, &r, &data, &spec, err));
    PTL_TRY(change(&moved, v, r.posterior, err));
    put(v, PTL_MIX_CHECK_REFRESH_CHANGE, moved);
    ptl_arena_rewind(v->arena, mark);
    return PTL_OK;
}

static ptl_status perturb(validation *v, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(v->arena);
    ptl_mix_data data = *v->data;
    const int64_t n = data.n_channels * data.n_geos * (data.n_weeks + data.n_lead);
    ptl_rng rng = ptl_rng_split(v->rng, 2000);
    ptl_mix_result r;
    double *media, moved;
    int32_t *knot;
    MIX_ALLOC(media, v->arena, n, err);
    MIX_ALLOC(knot, v->arena, data.n_weeks, err);
    for (int64_t i = 0; i < n; i++)
        media[i] = data.media[i] * exp(v->o->perturbation * ptl_rng_normal(&rng));
    data.media = media;
    const ptl_mix_spec spec = same_knots(v, data.n_weeks, knot);
    PTL_TRY(refit(v, &r, &data, &spec, err));
    PTL_TRY(change(&moved, v, r.posterior, err));
    put(v, PTL_MIX_CHECK_PERTURBATION_CHANGE, moved);
    ptl_arena_rewind(v->arena, mark);
    return PTL_OK;
}

/* --- placebo ------------------------------------------------------------------------------------
 */

static int64_t first_paid(const ptl_mix_spec *s)
{
    for (int64_t c = 0; c < s->n_channels; c++)
        if (s->channel[c].path == PTL_MIX_CAUSE && s->channel[c].kind != PTL_MIX_NON_MEDIA)
            return c;
    return -1;
}

/* Cubes with one more slab: the copied channel's, its halves swapped where `swap`. */
static ptl_status one_more(const double **out, const double *cube, int64_t n_channels, int64_t geos,
                           int64_t weeks, int64_t copied, bool swap, ptl_arena *arena,
                           ptl_error *err)
{
    const int64_t n = geos * weeks;
    double *x;
    *out = NULL;
    if (!cube) return PTL_OK;
    MIX_ALLOC(x, arena, (n_channels + 1) * n, err);
    memcpy(x, cube, (size_t)(n_channels * n) * sizeof *x);
    for (int64_t g = 0; g < geos; g++)
        for (int64_t t = 0; t < weeks; t++)
            x[n_channels * n + g * weeks + t] =
                cube[copied * n + g * weeks + (swap ? (t + weeks / 2) % weeks : t)];
    *out = x;
    return PTL_OK;
}

static ptl_status placebo(validation *v, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(v->arena);
    ptl_mix_data data = *v->data;
    const int64_t copied = first_paid(v->spec), n = data.n_channels;
    ptl_mix_channel *channel;
    int32_t *knot;
    ptl_mix_result r;
    if (copied < 0) return ptl_fail(err, PTL_E_INVALID, "no channel is there to make a placebo of");
    MIX_ALLOC(channel, v->arena, n + 1, err);
    MIX_ALLOC(knot, v->arena, data.n_weeks, err);
    memcpy(channel, v->spec->channel, (size_t)n * sizeof *channel);
    channel[n] = channel[copied];
    PTL_TRY(one_more(&data.media, v->data->media, n, data.n_geos, data.n_weeks + data.n_lead,
                     copied, true, v->arena, err));
    PTL_TRY(one_more(&data.frequency, v->data->frequency, n, data.n_geos,
                     data.n_weeks + data.n_lead, copied, true, v->arena, err));
    PTL_TRY(one_more(&data.spend, v->data->spend, n, data.n_geos, data.n_weeks, copied, true,
                     v->arena, err));
    ptl_mix_spec spec = same_knots(v, data.n_weeks, knot);
    spec.channel = channel;
    spec.n_channels = data.n_channels = n + 1;
    data.channel_name = NULL;
    PTL_TRY(refit(v, &r, &data, &spec, err));
    const ptl_mix_posterior *const m = r.posterior;
    double above = 0.0;
    for (int64_t d = 0; d < m->n_chains * m->n_draws; d++) {
        double kpi;
        mix_forward(&m->work[0], m->draws + d * m->n_slots);
        above += mix_caused_by(&kpi, &m->work[0], n, m->work[0].s + n * m->n_cells) >
                 0.01 * m->outcome_all;
    }
    put(v, PTL_MIX_CHECK_PLACEBO, above / (double)(m->n_chains * m->n_draws));
    ptl_arena_rewind(v->arena, mark);
    return PTL_OK;
}

/* --- posterior predictive -----------------------------------------------------------------------
 */

typedef struct features {
    double sd, autocorrelation, extreme;
} features;

/* Of residuals over the noise's sd, cells held out left aside. */
static features features_of(const ptl_mix_posterior *m, const double *z)
{
    features f = {0.0, 0.0, 0.0};
    double n = 0.0, sq = 0.0, lag = 0.0, lag_sq = 0.0;
    for (int64_t i = 0; i < m->n_cells; i++) {
        if (m->used[i] == 0.0) continue;
        n += 1.0;
        sq += z[i] * z[i];
        f.extreme = fmax(f.extreme, fabs(z[i]));
        if (i % m->n_weeks == 0 || m->used[i - 1] == 0.0) continue;
        lag += z[i] * z[i - 1];
        lag_sq += z[i] * z[i];
    }
    f.sd = sqrt(sq / n);
    f.autocorrelation = lag / lag_sq;
    return f;
}

static double two_sided(double above, double n)
{
    const double p = above / n;
    return 2.0 * fmin(p, 1.0 - p);
}

static ptl_status predictive(validation *v, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(v->arena);
    const ptl_mix_posterior *const m = v->fitted->posterior;
    const int64_t n = m->n_chains * m->n_draws, step = n > 500 ? n / 500 : 1;
    mix_work *const w = &m->work[0];
    ptl_rng rng = ptl_rng_split(v->rng, 3000);
    double *z, above[3] = {0.0, 0.0, 0.0}, count = 0.0;
    MIX_ALLOC(z, v->arena, m->n_cells, err);
    for (int64_t d = 0; d < n; d += step) {
        mix_forward(w, m->draws + d * m->n_slots);
        mix_linear_fit(w->linear.fitted, m, m->linear_draws + d * m->n_linear);
        for (int64_t i = 0; i < m->n_cells; i++)
            z[i] = (w->residual[i] - w->linear.fitted[i]) / noise_sd(m, w, i);
        const features real = features_of(m, z);
        for (int64_t i = 0; i < m->n_cells; i++) z[i] = draw_noise(m, &rng);
        const features made = features_of(m, z);
        above[0] += made.sd > real.sd;
        above[1] += made.autocorrelation > real.autocorrelation;
        above[2] += made.extreme > real.extreme;
        count += 1.0;
    }
    put(v, PTL_MIX_CHECK_PPC_SD, two_sided(above[0], count));
    put(v, PTL_MIX_CHECK_PPC_AUTOCORRELATION, two_sided(above[1], count));
    put(v, PTL_MIX_CHECK_PPC_EXTREMES, two_sided(above[2], count));
    put(v, PTL_MIX_CHECK_BASELINE_NEGATIVE, v->fitted->baseline_negative);
    ptl_arena_rewind(v->arena, mark);
    return PTL_OK;
}

static ptl_status check_options(const ptl_mix_validate_options *o, int64_t n_weeks, ptl_error *err)
{
    const struct {
        const char *what;
        int64_t value, high;
    } ranges[] = {{"holdout_weeks", o->holdout_weeks, n_weeks / 3},
                  {"n_folds", o->n_folds, 12},
                  {"refresh_weeks", o->refresh_weeks, n_weeks / 3}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (ranges[i].value < 1 || ranges[i].value > ranges[i].high)
            return ptl_fail(err, PTL_E_INVALID, "%s must be 1 to %lld, not %lld", ranges[i].what,
                            (long long)ranges[i].high, (long long)ranges[i].value);
    if (!(o->perturbation > 0.0 && o->perturbation < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "perturbation must lie between 0 and 1, not %g",
                        o->perturbation);
    return PTL_OK;
}

ptl_status ptl_mix_validate(ptl_mix_validate_result *out, const ptl_mix_result *fitted,
                            const ptl_mix_data *data, const ptl_mix_spec *spec, const ptl_rng *rng,
                            const ptl_mix_validate_options *options, const ptl_executor *executor,
                            ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_validate_options o = options ? *options : ptl_mix_validate_options_default();
    *out = (ptl_mix_validate_result){.verdict = PTL_NOT_CONVERGED};
    validation v = {out, fitted, data, spec, rng, ptl_mix_options_default(), &o, executor, arena};
    v.fit.nuts = o.nuts;
    PTL_TRY(check_options(&o, data->n_weeks, err));
    PTL_TRY(predictive(&v, err));
    PTL_TRY(out_of_time(&v, err));
    PTL_TRY(refresh(&v, err));
    PTL_TRY(perturb(&v, err));
    PTL_TRY(placebo(&v, err));
    out->verdict = PTL_CONVERGED;
    for (int i = 0; i < PTL_MIX_CHECKS; i++) {
        if (out->checks[i].outcome == PTL_FAIL) out->verdict = PTL_NOT_CONVERGED;
        if (out->checks[i].outcome == PTL_REVIEW && out->verdict == PTL_CONVERGED)
            out->verdict = PTL_INACCURATE;
    }
    return PTL_OK;
}
