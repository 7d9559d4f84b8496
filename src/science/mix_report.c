/* mix_report.c: figures of a posterior.
 *
 * The question.   What did each channel return, how sure is that, and did the data say it?
 * The quantity.   Of each draw: contribution C = sum b_g drift_t s_gt outcome_gt, ROI = C /
 *                 spend, mROI = (C at 1.01 of the media, less C) / (0.01 spend), CPA = spend /
 *                 KPI caused. Point: the mean; interval: equal tails.
 * Not identified. Where the posterior variance of log ROI is above silent_share of the prior's,
 *                 the data did not speak: every figure of the channel is NaN. For a prior on ROI
 *                 or on contribution the prior variance is that of its logarithm, by quantiles;
 *                 for one on mROI or a coefficient it is that of log C over the channel's own
 *                 priors, at 512 points of a Kronecker sequence, geo effects at their middle.
 *                 Where the effect may be negative the contribution itself takes the place of its
 *                 logarithm.
 * Sensitivity.    Cinelli & Hazlett 2020, eq. 13: with f = (C - C at break-even) / sd / sqrt(df),
 *                 RV = (sqrt(f^4 + 4 f^2) - f^2) / 2.
 * Paths.          Weeks, curves and lags come from n_path_draws draws evenly spaced. */
#include "science/mix_internal.h"

enum { PRIOR_POINTS = 512 };

typedef struct report {
    ptl_mix_result *out;
    ptl_mix_posterior *m;
    const ptl_mix_options *o;
    int64_t n_all, n_paths;
    double *contribution, *marginal, *caused; /* [channel][all draws]                       */
    double *week;                             /* [channel][week][path]                      */
    double *curve;                            /* [channel][point][path]                     */
    double *lag;                              /* [channel][PTL_ADSTOCK_WINDOW_MAX][path]    */
    double *baseline, *expected;              /* [week][path]                               */
    double *fit;                              /* [chain][cell] sums of the fitted KPI       */
    ptl_mix_channel_result *channel;
} report;

/* --- one draw -----------------------------------------------------------------------------------
 */

static double people_sd(const ptl_mix_posterior *m, int64_t g)
{
    const bool max = m->spec.kpi_scale == PTL_MIX_KPI_MAX;
    return m->kpi_sd * (max || !m->data.population ? 1.0 : m->data.population[g]);
}

/* Money, and KPI, caused by a path s of channel c. */
double mix_caused_by(double *kpi, const mix_work *w, int64_t c, const double *s)
{
    const ptl_mix_posterior *const m = w->m;
    const double *const drift = w->drift + c * m->n_weeks;
    double money = 0.0;
    *kpi = 0.0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double b = w->b[c * m->n_geos + g];
        double sum = 0.0, plain = 0.0;
        for (int64_t t = 0; t < m->n_weeks; t++) {
            const double effect = drift[t] * s[g * m->n_weeks + t];
            sum += effect * m->outcome[g * m->n_weeks + t];
            plain += effect;
        }
        money += b * sum;
        *kpi += b * plain * people_sd(m, g);
    }
    return money;
}

static double caused_at(mix_work *w, int64_t c, const ptl_response *shape, double factor)
{
    double kpi;
    mix_media_path(w->path, w->path_grad, w, c, shape, w->m->channel[c].x, factor);
    return mix_caused_by(&kpi, w, c, w->path_grad);
}

static void draw_figures(report *r, mix_work *w, int64_t at)
{
    const ptl_mix_posterior *const m = r->m;
    for (int64_t c = 0; c < m->n_channels; c++) {
        if (!m->channel[c].active) continue;
        const ptl_response shape = mix_shape(m, c, w->value);
        double *const sum = &r->contribution[c * r->n_all + at];
        *sum = mix_caused_by(&r->caused[c * r->n_all + at], w, c, w->s + c * m->n_cells);
        if (m->channel[c].spend > 0.0)
            r->marginal[c * r->n_all + at] = caused_at(w, c, &shape, 1.01) - *sum;
    }
}

static void draw_paths(report *r, mix_work *w, int64_t path)
{
    const ptl_mix_posterior *const m = r->m;
    const int64_t n = m->n_weeks, k = r->n_paths;
    for (int64_t c = 0; c < m->n_channels; c++) {
        if (!m->channel[c].active) continue;
        const ptl_response shape = mix_shape(m, c, w->value);
        double lag[PTL_ADSTOCK_WINDOW_MAX];
        for (int64_t i = 0; i < m->n_cells; i++) {
            const int64_t t = i % n;
            const double part = w->b[c * m->n_geos + i / n] * w->drift[c * n + t] *
                                w->s[c * m->n_cells + i] * m->outcome[i];
            r->week[(c * n + t) * k + path] += part;
            r->expected[t * k + path] += part;
        }
        for (int64_t j = 0; j < PTL_MIX_CURVE_POINTS; j++)
            r->curve[(c * PTL_MIX_CURVE_POINTS + j) * k + path] =
                caused_at(w, c, &shape, 0.1 * (double)j);
        (void)ptl_adstock_weights(lag, &shape.adstock);
        for (int64_t l = 0; l < shape.adstock.window_weeks; l++)
            r->lag[(c * PTL_ADSTOCK_WINDOW_MAX + l) * k + path] = lag[l];
    }
}

static void draw_baseline(report *r, mix_work *w, const double *linear, int64_t path, double *fit)
{
    const ptl_mix_posterior *const m = r->m;
    const int64_t n = m->n_weeks, k = r->n_paths;
    mix_linear_fit(w->linear.fitted, m, linear);
    for (int64_t i = 0; i < m->n_cells; i++) {
        fit[i] += w->linear.fitted[i] + m->y[i] - w->residual[i];
        if (path < 0) continue;
        const double part = m->outcome[i] * w->linear.fitted[i] + m->offset[i];
        r->baseline[i % n * k + path] += part;
        r->expected[i % n * k + path] += part;
    }
}

/* Path number of draw `at`, or -1: n_paths of n_all, evenly spaced. */
static int64_t path_of(const report *r, int64_t at)
{
    const int64_t path = (at * r->n_paths + r->n_all - 1) / r->n_all;
    return path < r->n_paths && path * r->n_all / r->n_paths == at ? path : -1;
}

static ptl_status one_chain(void *payload, int64_t chain, ptl_error *err)
{
    report *const r = payload;
    const ptl_mix_posterior *const m = r->m;
    mix_work *const w = &m->work[chain];
    (void)err;
    for (int64_t d = 0; d < m->n_draws; d++) {
        const int64_t at = chain * m->n_draws + d, path = path_of(r, at);
        mix_forward(w, mix_free_draw(m, chain, d));
        draw_figures(r, w, at);
        if (path >= 0) draw_paths(r, w, path);
        draw_baseline(r, w, mix_linear_draw_at(m, chain, d), path, r->fit + chain * m->n_cells);
    }
    return PTL_OK;
}

/* --- summaries ----------------------------------------------------------------------------------
 */

static const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};

static double quantile_sorted(const double *x, int64_t n, double p)
{
    const double at = p * (double)(n - 1);
    const int64_t i = (int64_t)at;
    return i + 1 < n ? x[i] + (at - (double)i) * (x[i + 1] - x[i]) : x[n - 1];
}

ptl_estimate mix_estimate(double *x, int64_t n, double probability)
{
    double mean = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) return nothing;
        mean += x[i] / (double)n;
    }
    mix_sort(x, n);
    return (ptl_estimate){mean, quantile_sorted(x, n, 0.5 - 0.5 * probability),
                          quantile_sorted(x, n, 0.5 + 0.5 * probability), probability};
}

static ptl_estimate times(ptl_estimate e, double factor)
{
    return (ptl_estimate){e.point * factor, e.low * factor, e.high * factor, e.probability};
}

static double variance(const double *x, int64_t n, bool logs)
{
    double mean = 0.0, sq = 0.0;
    for (int64_t i = 0; i < n; i++) mean += (logs ? log(x[i]) : x[i]) / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double d = (logs ? log(x[i]) : x[i]) - mean;
        sq += d * d;
    }
    return sq / (double)(n - 1);
}

/* Contributions over the channel's own priors: the additive recurrence of sqrt(primes), one number
 * each. */
static void prior_points(double *out, report *r, int64_t c)
{
    static const double primes[] = {2, 3, 5, 7, 11, 13, 17, 19};
    const ptl_mix_posterior *const m = r->m;
    mix_work *const w = &m->work[0];
    for (int64_t k = 0; k < PRIOR_POINTS; k++) {
        int64_t used = 0;
        for (int64_t i = 0; i < m->n_slots; i++) {
            const mix_slot *const s = &m->slot[i];
            double p = 0.5;
            const bool own = s->channel == c &&
                             (s->kind == PTL_MIX_PARAM_EFFECT || s->kind == PTL_MIX_PARAM_ADSTOCK ||
                              s->kind == PTL_MIX_PARAM_SATURATION);
            if (own) {
                const double x = ((double)k + 0.5) * sqrt(primes[used++ % 8]);
                p = used == 1 ? ((double)k + 0.5) / PRIOR_POINTS : x - floor(x);
            }
            w->value[i] = s->kind == PTL_MIX_PARAM_GEO_EFFECT ||
                                  s->kind == PTL_MIX_PARAM_BRAND_EFFECT ||
                                  s->kind == PTL_MIX_PARAM_DRIFT_KNOT
                              ? 0.0
                              : ptl_mix_prior_quantile(&s->prior, p);
        }
        memset(w->residual, 0, (size_t)m->n_cells * sizeof *w->residual);
        mix_media_forward(w, c);
        double kpi;
        out[k] = mix_caused_by(&kpi, w, c, w->s + c * m->n_cells);
    }
}

static double prior_variance(report *r, int64_t c, double *scratch, bool logs)
{
    const mix_channel *const ch = &r->m->channel[c];
    const ptl_mix_prior_on on = ch->spec.effect_on;
    if (ch->slot_effect < 0) return 0.0;
    if (on == PTL_MIX_ON_ROI || on == PTL_MIX_ON_CONTRIBUTION)
        for (int64_t k = 0; k < PRIOR_POINTS; k++)
            scratch[k] = ch->target * ptl_mix_prior_quantile(&ch->spec.effect_prior,
                                                             ((double)k + 0.5) / PRIOR_POINTS);
    else
        prior_points(scratch, r, c);
    return variance(scratch, PRIOR_POINTS, logs);
}

static double robustness(const report *r, int64_t c, double mean, double sd)
{
    const ptl_mix_posterior *const m = r->m;
    double df = -(double)(m->linear.p + m->n_geos - 1 + m->n_channels);
    for (int64_t g = 0; g < m->n_geos; g++) df += m->linear.n_cells[g];
    const double t = (mean - r->o->break_even_roi * m->channel[c].spend) / sd;
    if (!(df >= 1.0) || !isfinite(t)) return PTL_NAN;
    if (t <= 0.0) return 0.0;
    const double f2 = t * t / df;
    return 0.5 * (sqrt(f2 * f2 + 4.0 * f2) - f2);
}

static ptl_estimate *estimates(ptl_arena *arena, double *x, int64_t n_rows, int64_t n_columns,
                               double probability, bool silent, ptl_error *err)
{
    ptl_estimate *const e = ptl_arena_array(arena, n_rows, sizeof *e, err);
    for (int64_t i = 0; e && i < n_rows; i++)
        e[i] = silent ? nothing : mix_estimate(x + i * n_columns, n_columns, probability);
    return e;
}

static void figures(report *r, int64_t c, double *scratch, bool silent)
{
    const ptl_mix_posterior *const m = r->m;
    ptl_mix_channel_result *const out = &r->channel[c];
    const double p = r->o->probability, spend = m->channel[c].spend;
    double *const x = r->contribution + c * r->n_all;
    out->contribution = out->share = out->roi = out->mroi = out->cpa = nothing;
    if (silent) return;
    memcpy(scratch, x, (size_t)r->n_all * sizeof *scratch);
    out->contribution = mix_estimate(scratch, r->n_all, p);
    out->share = times(out->contribution, 1.0 / m->outcome_all);
    if (!(spend > 0.0)) return;
    out->roi = times(out->contribution, 1.0 / spend);
    memcpy(scratch, r->marginal + c * r->n_all, (size_t)r->n_all * sizeof *scratch);
    out->mroi = times(mix_estimate(scratch, r->n_all, p), 1.0 / (0.01 * spend));
    for (int64_t i = 0; i < r->n_all; i++) scratch[i] = spend / r->caused[c * r->n_all + i];
    out->cpa = mix_estimate(scratch, r->n_all, p);
}

static char grade_of(const ptl_mix_posterior *m, int64_t c)
{
    for (int64_t i = 0; i < m->n_experiments; i++)
        if (m->experiment[i].channel_idx == c) return 'C';
    return 'D';
}

static ptl_status report_channel(report *r, int64_t c, double *scratch, ptl_arena *arena,
                                 ptl_error *err)
{
    const ptl_mix_posterior *const m = r->m;
    const mix_channel *const ch = &m->channel[c];
    ptl_mix_channel_result *const out = &r->channel[c];
    const double *const x = r->contribution + c * r->n_all;
    const bool logs =
        mix_prior_is_positive(&ch->spec.effect_prior) && ch->spec.pooling != PTL_MIX_POOL_NORMAL;
    out->grade = grade_of(m, c);
    out->spend = ch->spend;
    out->centred = ch->centred;
    out->sensitivity = out->prior_variance = out->posterior_variance = PTL_NAN;
    bool silent = !ch->active;
    if (ch->active) {
        out->prior_variance = prior_variance(r, c, scratch, logs);
        out->posterior_variance = variance(x, r->n_all, logs);
        silent = ch->slot_effect >= 0 &&
                 !(out->posterior_variance <= r->o->silent_share * out->prior_variance);
        const double sd = sqrt(variance(x, r->n_all, false));
        double mean = 0.0;
        for (int64_t i = 0; i < r->n_all; i++) mean += x[i] / (double)r->n_all;
        if (out->grade == 'D') out->sensitivity = robustness(r, c, mean, sd);
    }
    out->verdict = silent ? PTL_NOT_IDENTIFIED : r->out->verdict;
    figures(r, c, scratch, silent);
    const double p = r->o->probability;
    out->week = estimates(arena, r->week + c * m->n_weeks * r->n_paths, m->n_weeks, r->n_paths, p,
                          silent, err);
    out->curve = estimates(arena, r->curve + c * PTL_MIX_CURVE_POINTS * r->n_paths,
                           PTL_MIX_CURVE_POINTS, r->n_paths, p, silent, err);
    out->adstock = estimates(arena, r->lag + c * PTL_ADSTOCK_WINDOW_MAX * r->n_paths,
                             ch->spec.shape.adstock.window_weeks, r->n_paths, p, silent, err);
    return out->week && out->curve && out->adstock ? PTL_OK : (err ? err->status : PTL_E_NO_MEMORY);
}

/* --- the fit ------------------------------------------------------------------------------------
 */

static void accuracy(double *r2, double *mape, const double *actual, const double *fit, int64_t n)
{
    double mean = 0.0, rest = 0.0, all = 0.0, miss = 0.0;
    for (int64_t i = 0; i < n; i++) mean += actual[i] / (double)n;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        rest += (actual[i] - fit[i]) * (actual[i] - fit[i]);
        all += (actual[i] - mean) * (actual[i] - mean);
        if (actual[i] == 0.0) continue;
        miss += fabs(fit[i] / actual[i] - 1.0);
        count++;
    }
    *r2 = 1.0 - rest / all;
    *mape = miss / (double)count;
}

static void report_fit(report *r, double *actual, double *fit)
{
    const ptl_mix_posterior *const m = r->m;
    ptl_mix_result *const out = r->out;
    const double share = 1.0 / (double)r->n_all;
    int64_t n = 0;
    for (int64_t i = 0; i < m->n_cells; i++) {
        double mean = 0.0;
        for (int64_t c = 0; c < m->n_chains; c++) mean += share * r->fit[c * m->n_cells + i];
        r->fit[i] = m->outcome[i] * mean + m->offset[i]; /* chain 0's sum has been read */
        if (m->used[i] == 0.0) continue;
        actual[n] = m->outcome[i] * m->y[i] + m->offset[i];
        fit[n++] = r->fit[i];
    }
    accuracy(&out->r2, &out->mape, actual, fit, n);
    memset(actual, 0, (size_t)m->n_weeks * sizeof *actual);
    memset(fit, 0, (size_t)m->n_weeks * sizeof *fit);
    for (int64_t i = 0; i < m->n_cells; i++) {
        actual[i % m->n_weeks] += m->used[i] * (m->outcome[i] * m->y[i] + m->offset[i]);
        fit[i % m->n_weeks] += m->used[i] * r->fit[i];
    }
    n = 0;
    for (int64_t t = 0; t < m->n_weeks; t++) { /* weeks wholly held out say nothing */
        double used = 0.0;
        for (int64_t g = 0; g < m->n_geos; g++) used += m->used[g * m->n_weeks + t];
        if (used == 0.0) continue;
        actual[n] = actual[t];
        fit[n++] = fit[t];
    }
    accuracy(&out->r2_national, &out->mape_national, actual, fit, n);
}

static void report_baseline(report *r, double *sum)
{
    const int64_t k = r->n_paths;
    memset(sum, 0, (size_t)k * sizeof *sum);
    for (int64_t t = 0; t < r->m->n_weeks; t++)
        for (int64_t p = 0; p < k; p++) sum[p] += r->baseline[t * k + p];
    double below = 0.0;
    for (int64_t p = 0; p < k; p++) below += sum[p] < 0.0;
    r->out->baseline_negative = below / (double)k;
    r->out->baseline_share =
        times(mix_estimate(sum, k, r->o->probability), 1.0 / r->m->outcome_all);
}

static ptl_status report_new(report *r, ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_posterior *const m = r->m;
    const int64_t channels = m->n_channels, k = r->n_paths;
    MIX_ALLOC(r->contribution, arena, channels * r->n_all, err);
    MIX_ALLOC(r->marginal, arena, channels * r->n_all, err);
    MIX_ALLOC(r->caused, arena, channels * r->n_all, err);
    MIX_ALLOC(r->week, arena, channels * m->n_weeks * k, err);
    MIX_ALLOC(r->curve, arena, channels * PTL_MIX_CURVE_POINTS * k, err);
    MIX_ALLOC(r->lag, arena, channels * PTL_ADSTOCK_WINDOW_MAX * k, err);
    MIX_ALLOC(r->baseline, arena, m->n_weeks * k, err);
    MIX_ALLOC(r->expected, arena, m->n_weeks * k, err);
    MIX_ALLOC(r->fit, arena, m->n_chains * m->n_cells, err);
    return PTL_OK;
}

ptl_status mix_report(ptl_mix_result *out, ptl_mix_posterior *m, const ptl_mix_options *o,
                      const ptl_executor *executor, ptl_arena *arena, ptl_error *err)
{
    report r = {.out = out, .m = m, .o = o, .n_all = m->n_chains * m->n_draws};
    r.n_paths = o->n_path_draws < r.n_all ? o->n_path_draws : r.n_all;
    double *scratch, *actual, *fit;
    MIX_ALLOC(r.channel, arena, m->n_channels, err);
    PTL_TRY(report_new(&r, arena, err));
    MIX_ALLOC(scratch, arena, r.n_all > PRIOR_POINTS ? r.n_all : PRIOR_POINTS, err);
    MIX_ALLOC(actual, arena, m->n_cells, err);
    MIX_ALLOC(fit, arena, m->n_cells, err);
    PTL_TRY(ptl_executor_run(executor, m->n_chains, one_chain, &r, err));
    for (int64_t c = 0; c < m->n_channels; c++) PTL_TRY(report_channel(&r, c, scratch, arena, err));
    report_fit(&r, actual, fit);
    report_baseline(&r, scratch);
    out->baseline = estimates(arena, r.baseline, m->n_weeks, r.n_paths, o->probability, false, err);
    out->expected = estimates(arena, r.expected, m->n_weeks, r.n_paths, o->probability, false, err);
    if (!out->baseline || !out->expected) return err ? err->status : PTL_E_NO_MEMORY;
    out->outcome = m->outcome_all;
    out->channel = r.channel;
    out->posterior = m;
    return PTL_OK;
}
