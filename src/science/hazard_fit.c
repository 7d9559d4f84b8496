/* hazard_fit.c: the most likely baseline, effects and half-lives.
 *
 * The quantity.   For a journey with touches of channels c_i at ages a_i when it ends,
 *                     rate   = mu + sum_i beta_ci w_ci exp(-w_ci a_i)
 *                     burden = mu T + sum_i beta_ci (1 - exp(-w_ci a_i)),
 *                 T its length in time. log L = sum over conversions of log rate - sum over all
 *                 journeys of burden: the likelihood of a point process watched until its end, so
 *                 that a journey without conversion says as much as it was watched for.
 * The method.     L-BFGS with exact gradients in log mu, log beta_k, and z_k with w_k = lo (hi /
 *                 lo)^expit(z_k), all of which are free: rates and effects stay positive, and
 *                 half-lives within their bounds, without which the likelihood has no maximum
 *                 (w -> 0 with beta w fixed is a second baseline; w -> infinity a spike at age 0).
 *                 log L is divided by the conversions, so that one tolerance serves all sizes.
 * Why not EM.     Its steps are this gradient's, shortened; near the answer it crawls where two
 *                 channels often meet.
 * Not concave     in the half-lives. The start is the same for all channels and in the middle of
 *                 the bounds; a replicate starts where the whole ended.
 * Cost.           An evaluation: one exp per touch of converting paths, one per channel and bin. */
#include "science/hazard_internal.h"

#include "portolan/optimise.h"
#include "portolan/special.h"

typedef struct objective {
    const ptl_hazard_data *d;
    const ptl_hazard_options *o;
    ptl_hazard_work *w;
    double days, n; /* watched; conversions, both as weighed */
    double *effect, *rate;
    double baseline;
} objective;

static int64_t n_theta(const ptl_hazard_data *d, const ptl_hazard_options *o)
{
    return 1 + d->n_channels + (o->shared_decay ? 1 : d->n_channels);
}

static int64_t decay_at(const objective *q, int32_t k)
{
    return 1 + q->d->n_channels + (q->o->shared_decay ? 0 : k);
}

/* w = lo (hi / lo)^expit(z); d log w / d z by the way. */
static double rate_of(double z, const ptl_hazard_options *o, double *slope)
{
    const double span = log(o->half_life_max_days / o->half_life_min_days), at = ptl_expit(z);
    *slope = span * at * ptl_expit(-z);
    return log(2.0) / o->half_life_max_days * exp(span * at);
}

static void unpack(objective *q, const double *theta)
{
    double slope;
    q->baseline = exp(theta[0]);
    for (int32_t k = 0; k < q->d->n_channels; k++) {
        q->effect[k] = q->d->seen[k] ? exp(theta[1 + k]) : 0.0;
        q->rate[k] = rate_of(theta[decay_at(q, k)], q->o, &slope);
    }
}

/* Parts of the rate at the end of run e, into w->part; their sum with the baseline. */
static double rate_at_end(const objective *q, int64_t e)
{
    const ptl_hazard_data *const d = q->d;
    double rate = q->baseline;
    for (int64_t i = d->touch_row[e]; i < d->touch_row[e + 1]; i++) {
        const int32_t k = d->channel[i];
        const double part = q->effect[k] * q->rate[k] * exp(-q->rate[k] * d->age[i]);
        q->w->part[i - d->touch_row[e]] = part;
        rate += part;
    }
    return rate;
}

/* slope: d f / d log mu, d log beta_k, then d log w_k, f = burden - sum log rate. */
static double add_conversions(const objective *q, double *slope)
{
    const ptl_hazard_data *const d = q->d;
    double f = 0.0;
    for (int64_t e = 0; e < d->n_won; e++) {
        const double n = q->w->won[e];
        if (n == 0.0) continue;
        const double rate = rate_at_end(q, e), each = n / rate;
        f -= n * log(rate);
        slope[0] -= each * q->baseline;
        for (int64_t i = d->touch_row[e]; i < d->touch_row[e + 1]; i++) {
            const int32_t k = d->channel[i];
            const double part = each * q->w->part[i - d->touch_row[e]];
            slope[1 + k] -= part;
            slope[1 + d->n_channels + k] -= part * (1.0 - q->rate[k] * d->age[i]);
        }
    }
    return f;
}

static double add_burden(const objective *q, double *slope)
{
    const ptl_hazard_data *const d = q->d;
    double f = q->baseline * q->days;
    slope[0] += f;
    for (int32_t k = 0; k < d->n_channels; k++) {
        double sum = 0.0, steep = 0.0;
        for (int64_t b = (int64_t)k * BINS; b < (int64_t)(k + 1) * BINS; b++) {
            const double n = q->w->exposed[b], wa = q->rate[k] * d->bin_age[b];
            if (n == 0.0) continue;
            const double gone = -expm1(-wa); /* of what a touch adds in all time */
            sum += n * gone;
            steep += n * wa * (1.0 - gone);
        }
        f += q->effect[k] * sum;
        slope[1 + k] += q->effect[k] * sum;
        slope[1 + d->n_channels + k] += q->effect[k] * steep;
    }
    return f;
}

static ptl_status evaluate(double *f, double *grad, const double *theta, int64_t n, void *payload,
                           ptl_error *err)
{
    (void)err;
    objective *const q = payload;
    double *const slope = q->w->slope;
    const int32_t n_channels = q->d->n_channels;
    unpack(q, theta);
    for (int64_t i = 0; i < 2 * (int64_t)n_channels + 1; i++) slope[i] = 0.0;
    *f = (add_conversions(q, slope) + add_burden(q, slope)) / q->n;
    for (int64_t i = 0; i < n; i++) grad[i] = 0.0;
    grad[0] = slope[0] / q->n;
    for (int32_t k = 0; k < n_channels; k++) {
        double by_z;
        rate_of(theta[decay_at(q, k)], q->o, &by_z);
        grad[1 + k] = slope[1 + k] / q->n;
        grad[decay_at(q, k)] += slope[1 + n_channels + k] / q->n * by_z;
    }
    return PTL_OK;
}

/* ---- one weighting ---- */

static void weigh(objective *q, const double weight[GROUPS])
{
    const ptl_hazard_data *const d = q->d;
    for (int64_t e = 0; e < d->n_won; e++) {
        double n = 0.0, value = 0.0;
        for (int64_t c = d->cell_row[e]; c < d->cell_row[e + 1]; c++) {
            n += weight[d->group[c]] * d->count[c];
            value += weight[d->group[c]] * d->value[c];
        }
        q->w->won[e] = n;
        q->w->won_value[e] = value;
        q->n += n;
    }
    const int64_t n = (int64_t)d->n_channels * BINS;
    for (int64_t i = 0; i < n; i++) q->w->exposed[i] = 0.0;
    for (int g = 0; g < GROUPS; g++) {
        q->days += weight[g] * d->days[g];
        if (weight[g] == 0.0) continue;
        for (int64_t i = 0; i < n; i++) q->w->exposed[i] += weight[g] * d->exposed[g * n + i];
    }
}

/* Without a conversion, without time, or with touches that took none there is no rate to learn. */
static bool speaks(const objective *q)
{
    double touches = 0.0;
    for (int64_t i = 0; i < (int64_t)q->d->n_channels * BINS; i++) touches += q->w->exposed[i];
    return q->n > 0.0 && q->days > 0.0 && touches > 0.0;
}

static void say_nothing(ptl_hazard_fit *out, const objective *q)
{
    const int32_t n = q->d->n_channels;
    for (int64_t i = 0; i < n_theta(q->d, q->o); i++) out->theta[i] = 0.0;
    for (int32_t k = 0; k < n; k++) out->effect[k] = out->rate[k] = PTL_NAN;
    for (int32_t k = 0; k <= n; k++) out->at_end[k] = out->at_end_value[k] = 0.0;
    out->baseline = out->log_likelihood = PTL_NAN;
    out->verdict = PTL_NOT_IDENTIFIED;
    out->n_evaluations = 0;
}

/* From scratch: a tenth of the conversions to the baseline, the rest evenly over touches. */
static void start_anew(double *theta, const objective *q)
{
    double touches = 0.0;
    for (int64_t i = 0; i < (int64_t)q->d->n_channels * BINS; i++) touches += q->w->exposed[i];
    const int64_t n = n_theta(q->d, q->o);
    for (int64_t i = 0; i < n; i++) theta[i] = 0.0;
    theta[0] = log(0.1 * q->n / q->days);
    for (int32_t k = 0; k < q->d->n_channels; k++) theta[1 + k] = log(0.9 * q->n / touches);
}

/* From a fit: an effect that is nothing there has no slope in its log, so that it is lifted to
 * where another weighting could find it. */
static void start_near(double *theta, const ptl_hazard_fit *near, const objective *q)
{
    double least[2] = {log(1e-3 * q->n / q->days), HUGE_VAL};
    double touches = 0.0;
    for (int64_t i = 0; i < (int64_t)q->d->n_channels * BINS; i++) touches += q->w->exposed[i];
    least[1] = log(1e-3 * q->n / touches);
    for (int64_t i = 0; i < n_theta(q->d, q->o); i++) theta[i] = near->theta[i];
    theta[0] = fmax(theta[0], least[0]);
    for (int32_t k = 0; k < q->d->n_channels; k++) theta[1 + k] = fmax(theta[1 + k], least[1]);
}

static void share_out(ptl_hazard_fit *out, const objective *q)
{
    const ptl_hazard_data *const d = q->d;
    for (int32_t k = 0; k <= d->n_channels; k++) out->at_end[k] = out->at_end_value[k] = 0.0;
    for (int64_t e = 0; e < d->n_won; e++) {
        const double n = q->w->won[e], value = q->w->won_value[e];
        if (n == 0.0) continue;
        const double rate = rate_at_end(q, e);
        out->at_end[d->n_channels] += n * q->baseline / rate;
        out->at_end_value[d->n_channels] += value * q->baseline / rate;
        for (int64_t i = d->touch_row[e]; i < d->touch_row[e + 1]; i++) {
            const double part = q->w->part[i - d->touch_row[e]] / rate;
            out->at_end[d->channel[i]] += n * part;
            out->at_end_value[d->channel[i]] += value * part;
        }
    }
}

ptl_status ptl_hazard_maximise(ptl_hazard_fit *out, const ptl_hazard_data *data,
                               const double weight[GROUPS], const ptl_hazard_fit *start,
                               const ptl_hazard_options *o, ptl_hazard_work *work, ptl_error *err)
{
    objective q = {.d = data, .o = o, .w = work, .effect = out->effect, .rate = out->rate};
    ptl_lbfgs_options lo = ptl_lbfgs_options_default();
    ptl_lbfgs_result r;
    lo.iter_max = o->iter_max;
    lo.grad_tol_rel = start ? o->replicate_grad_tol : o->grad_tol;
    weigh(&q, weight);
    if (!speaks(&q)) {
        say_nothing(out, &q);
        return PTL_OK;
    }
    if (start)
        start_near(out->theta, start, &q);
    else
        start_anew(out->theta, &q);
    PTL_TRY(ptl_lbfgs_solve(&r, out->theta, n_theta(data, o), &lo, evaluate, &q, work->lbfgs, err));
    unpack(&q, out->theta);
    share_out(out, &q);
    out->baseline = q.baseline;
    out->log_likelihood = -r.f * q.n;
    out->verdict = r.verdict;
    out->n_evaluations = r.n_evaluations;
    return PTL_OK;
}

ptl_status ptl_hazard_fit_alloc(ptl_hazard_fit *out, const ptl_hazard_data *data, ptl_arena *arena,
                                ptl_error *err)
{
    *out = (ptl_hazard_fit){0};
    ALLOC(out->theta, arena, 2 * (int64_t)data->n_channels + 2, err);
    ALLOC(out->effect, arena, data->n_channels, err);
    ALLOC(out->rate, arena, data->n_channels, err);
    ALLOC(out->at_end, arena, data->n_channels + 1, err);
    ALLOC(out->at_end_value, arena, data->n_channels + 1, err);
    return PTL_OK;
}

ptl_status ptl_hazard_work_alloc(ptl_hazard_work *out, const ptl_hazard_data *data,
                                 const ptl_hazard_options *o, ptl_arena *arena, ptl_error *err)
{
    ALLOC(out->won, arena, data->n_won, err);
    ALLOC(out->won_value, arena, data->n_won, err);
    ALLOC(out->exposed, arena, (int64_t)data->n_channels * BINS, err);
    ALLOC(out->part, arena, data->longest, err);
    ALLOC(out->slope, arena, 2 * (int64_t)data->n_channels + 1, err);
    ALLOC(out->lbfgs, arena, ptl_lbfgs_work_n(n_theta(data, o), NULL), err);
    return PTL_OK;
}
