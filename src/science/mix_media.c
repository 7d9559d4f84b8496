/* mix_media.c: one channel, from its parameters to its part of the mean, and back.
 *
 * The quantity.   s = S(A(x)) in either order, coefficient b_g from the effect's prior quantity:
 *                 with e_g the geo's deviation and D_g = sum_t outcome_gt drift_t s_gt,
 *                 lognormal pooling  b_g = I e^{e_g} / sum_h D_h e^{e_h},
 *                 normal pooling     b_g = (I - sum_h D_h e_h) / sum_h D_h + e_g,
 *                 so that sum_g b_g D_g = I, the outcome the channel caused: an ROI is a parameter.
 * The method.     Backwards by the chain rule; every derivative is of one of the lines above.
 * Source.         Meridian's treatment priors (model equations, "ROI priors").
 * Cost.           cells x window multiplications either way; loops over weeks are elementwise, so
 *                 that the compiler may use wide registers without changing a digit. */
#include "science/mix_internal.h"

ptl_response mix_shape(const ptl_mix_posterior *m, int64_t c, const double *value)
{
    const mix_channel *const ch = &m->channel[c];
    ptl_response r = ch->spec.shape;
    for (int32_t i = 0; i < PTL_RESPONSE_PARAMS_MAX; i++) {
        if (ch->slot_adstock[i] >= 0) r.adstock.param[i] = value[ch->slot_adstock[i]];
        if (ch->slot_saturation[i] >= 0) r.saturation.param[i] = value[ch->slot_saturation[i]];
    }
    return r;
}

/* What is carried over where saturation comes first: S(x), or reach x S(frequency). */
static void before_carrying(double *out, const ptl_mix_posterior *m, int64_t c,
                            const ptl_response *shape, const double *x, double factor)
{
    const mix_channel *const ch = &m->channel[c];
    const int64_t n = m->n_geos * (m->n_weeks + m->n_lead);
    if (ch->frequency) {
        mix_saturate(out, &shape->saturation, ch->frequency, n);
        for (int64_t i = 0; i < n; i++) out[i] *= factor * x[i];
        return;
    }
    for (int64_t i = 0; i < n; i++) out[i] = factor * x[i];
    if (shape->saturation.kind == PTL_SATURATION_NONE) return;
    for (int64_t i = 0; i < n; i++) out[i] = ptl_saturation_value(&shape->saturation, out[i]);
}

void mix_media_path(double *a, double *s, mix_work *w, int64_t c, const ptl_response *shape,
                    const double *x, double factor)
{
    const ptl_mix_posterior *const m = w->m;
    double lag[PTL_ADSTOCK_WINDOW_MAX];
    (void)ptl_adstock_weights(lag, &shape->adstock);
    const int32_t window = shape->adstock.window_weeks;
    if (shape->order == PTL_SATURATION_FIRST) {
        before_carrying(w->t0, m, c, shape, x, factor);
        mix_convolve(s, m, w->t0, lag, window);
        return;
    }
    mix_convolve(a, m, x, lag, window);
    if (factor != 1.0)
        for (int64_t i = 0; i < m->n_cells; i++) a[i] *= factor;
    mix_saturate(s, &shape->saturation, a, m->n_cells);
}

/* --- forward ------------------------------------------------------------------------------------
 */

static void fill_drift(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    double *const drift = w->drift + c * m->n_weeks;
    for (int64_t t = 0; t < m->n_weeks; t++) {
        double sum = 0.0;
        for (int64_t j = 0; j < ch->spec.n_effect_knots; j++)
            sum += ch->drift_basis[j * m->n_weeks + t] * w->value[ch->slot_knot + j];
        drift[t] = ch->spec.n_effect_knots ? exp(w->value[ch->slot_drift] * sum) : 1.0;
    }
}

static void fill_deviations(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    double *const e = w->deviation + c * m->n_geos;
    const double eta = ch->slot_eta >= 0 ? w->value[ch->slot_eta] : 0.0;
    for (int64_t g = 0; g < m->n_geos; g++)
        e[g] = ch->slot_geo < 0 ? 0.0
                                : (ch->centred ? 1.0 : eta) * w->value[ch->slot_geo + m->place[g]];
    if (ch->slot_brand < 0) return;
    const double spread = w->value[ch->slot_brand_eta];
    for (int64_t g = 0; g < m->n_geos; g++) e[g] += spread * w->value[ch->slot_brand + m->brand[g]];
}

/* t1[cell] = the outcome that one unit of s stands for. */
static const double *outcome_of(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    if (!m->channel[c].spec.n_effect_knots) return m->outcome;
    const double *const drift = w->drift + c * m->n_weeks;
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t t = 0; t < m->n_weeks; t++)
            w->t1[g * m->n_weeks + t] = m->outcome[g * m->n_weeks + t] * drift[t];
    return w->t1;
}

/* D_g: outcome of coefficient 1, or for a prior on mROI what 1 % more media adds to it. */
static void fill_totals(mix_work *w, int64_t c, const ptl_response *shape)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    const double *const s = w->s + c * m->n_cells, *const outcome = outcome_of(w, c);
    double *const d = w->d + c * m->n_geos;
    for (int64_t g = 0; g < m->n_geos; g++)
        d[g] = mix_dot(s + g * m->n_weeks, outcome + g * m->n_weeks, m->n_weeks);
    if (ch->spec.effect_on != PTL_MIX_ON_MROI) return;
    mix_media_path(w->u, w->t2, w, c, shape, ch->x, 1.01);
    for (int64_t g = 0; g < m->n_geos; g++)
        d[g] = mix_dot(w->t2 + g * m->n_weeks, outcome + g * m->n_weeks, m->n_weeks) - d[g];
}

static void fill_coefficients(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    double *const b = w->b + c * m->n_geos, *const d = w->d + c * m->n_geos;
    const double *const e = w->deviation + c * m->n_geos;
    const bool logs = ch->spec.pooling != PTL_MIX_POOL_NORMAL;
    const double effect = ch->slot_effect >= 0
                              ? w->value[ch->slot_effect]
                              : ch->spec.effect_prior.a + ch->spec.effect_prior.shift;
    double common = effect, sum = 0.0, moved = 0.0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        b[g] = logs ? exp(e[g]) : e[g];
        sum += logs ? d[g] * b[g] : d[g];
        moved += logs ? 0.0 : d[g] * e[g];
    }
    if (ch->spec.effect_on != PTL_MIX_ON_COEFFICIENT) common = (effect * ch->target - moved) / sum;
    for (int64_t g = 0; g < m->n_geos; g++) b[g] = logs ? common * b[g] : common + b[g];
    w->total[2 * c] = common;
    w->total[2 * c + 1] = sum;
}

static void plain_forward(mix_work *w, int64_t c, const ptl_response *shape)
{
    const ptl_mix_posterior *const m = w->m;
    double *const s = w->s + c * m->n_cells;
    double lag[PTL_ADSTOCK_WINDOW_MAX];
    (void)ptl_adstock_weights(lag, &shape->adstock);
    mix_carry_saturate(s, w->d + c * m->n_geos, m, m->channel[c].padded, lag,
                       shape->adstock.window_weeks, shape->saturation.param[0]);
    for (int64_t t = 0; t < m->n_weeks; t++) w->drift[c * m->n_weeks + t] = 1.0;
    fill_deviations(w, c);
    fill_coefficients(w, c);
    mix_geo_subtract(w->residual, m, s, w->b + c * m->n_geos);
}

void mix_media_forward(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    const ptl_response shape = mix_shape(m, c, w->value);
    double *const s = w->s + c * m->n_cells;
    if (m->channel[c].plain) {
        plain_forward(w, c, &shape);
        return;
    }
    mix_media_path(w->a + c * m->n_cells, s, w, c, &shape, m->channel[c].x, 1.0);
    fill_drift(w, c);
    fill_deviations(w, c);
    fill_totals(w, c, &shape);
    fill_coefficients(w, c);
    const double *const drift = w->drift + c * m->n_weeks;
    const bool drifts = m->channel[c].spec.n_effect_knots > 0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double b = w->b[c * m->n_geos + g];
        double *const r = w->residual + g * m->n_weeks;
        const double *const sg = s + g * m->n_weeks;
        if (drifts)
            mix_add_product(r, drift, sg, -b, m->n_weeks);
        else
            mix_add_multiple(r, sg, -b, m->n_weeks);
    }
}

/* --- back ---------------------------------------------------------------------------------------
 */

/* Gradients by the weights of lags become gradients by what they are made of. */
static void weights_back(mix_work *w, int64_t c, const ptl_response *shape, const double *by_weight)
{
    const mix_channel *const ch = &w->m->channel[c];
    const int32_t window = shape->adstock.window_weeks;
    double lag[PTL_ADSTOCK_WINDOW_MAX], d_lag[PTL_RESPONSE_PARAMS_MAX * PTL_ADSTOCK_WINDOW_MAX];
    (void)ptl_adstock_weights_grad(lag, d_lag, &shape->adstock);
    for (int32_t i = 0; i < PTL_RESPONSE_PARAMS_MAX; i++)
        if (ch->slot_adstock[i] >= 0)
            w->grad[ch->slot_adstock[i]] += mix_dot(by_weight, d_lag + i * window, window);
}

static void add_by_lag(mix_work *w, int64_t c, const ptl_response *shape, const double *x,
                       const double *d_out)
{
    const mix_channel *const ch = &w->m->channel[c];
    double by_weight[PTL_ADSTOCK_WINDOW_MAX];
    if (ch->slot_adstock[0] < 0 && ch->slot_adstock[1] < 0) return;
    mix_correlate(by_weight, w->m, d_out, x, shape->adstock.window_weeks);
    weights_back(w, c, shape, by_weight);
}

/* The transpose of the convolution, onto all weeks, lead included. */
static void convolve_back(double *out, const ptl_mix_posterior *m, const double *d, const double *w,
                          int32_t window)
{
    const int64_t n = m->n_weeks, lead = m->n_lead;
    memset(out, 0, (size_t)(m->n_geos * (n + lead)) * sizeof *out);
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *restrict const o = out + g * (n + lead) + lead;
        const double *restrict const from = d + g * n;
        for (int64_t l = 0; l < window && l < n + lead; l++)
            for (int64_t t = l > lead ? l - lead : 0; t < n; t++) o[t - l] += w[l] * from[t];
    }
}

/* Saturation first: the gradient by lags uses what was carried, that by the saturation what comes
 * back through the lags. */
static void shape_grad_saturated_first(mix_work *w, int64_t c, const ptl_response *shape,
                                       const double *x, double *d_s, double d_param[2])
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    const int64_t n = m->n_geos * (m->n_weeks + m->n_lead);
    double lag[PTL_ADSTOCK_WINDOW_MAX];
    before_carrying(w->t0, m, c, shape, x, 1.0);
    add_by_lag(w, c, shape, w->t0, d_s);
    (void)ptl_adstock_weights(lag, &shape->adstock);
    convolve_back(w->t0, m, d_s, lag, shape->adstock.window_weeks);
    if (ch->frequency)
        for (int64_t i = 0; i < n; i++) w->t0[i] *= x[i];
    mix_saturate_back(w->t0, d_param, &shape->saturation, ch->frequency ? ch->frequency : x, w->t2,
                      n, true);
}

void mix_media_shape_grad(mix_work *w, int64_t c, const ptl_response *shape, const double *x,
                          const double *a, double *d_s)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    double d_param[PTL_RESPONSE_PARAMS_MAX] = {0.0, 0.0};
    if (shape->order == PTL_SATURATION_FIRST)
        shape_grad_saturated_first(w, c, shape, x, d_s, d_param);
    else {
        mix_saturate_back(d_s, d_param, &shape->saturation, a, w->t2, m->n_cells,
                          ch->slot_saturation[1] >= 0);
        add_by_lag(w, c, shape, x, d_s);
    }
    for (int32_t i = 0; i < PTL_RESPONSE_PARAMS_MAX; i++)
        if (ch->slot_saturation[i] >= 0) w->grad[ch->slot_saturation[i]] += d_param[i];
}

/* Gradient by b_g in d_b becomes gradients by the effect, the deviations and D_g (left in d_b). */
static void coefficients_back(mix_work *w, int64_t c, double *d_b)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    const double *const e = w->deviation + c * m->n_geos, *const d = w->d + c * m->n_geos;
    const double *const b = w->b + c * m->n_geos;
    const bool logs = ch->spec.pooling != PTL_MIX_POOL_NORMAL;
    const bool direct = ch->spec.effect_on == PTL_MIX_ON_COEFFICIENT;
    const double common = w->total[2 * c], sum = w->total[2 * c + 1];
    const double eta = ch->slot_eta >= 0 ? w->value[ch->slot_eta] : 0.0;
    double d_common = 0.0, d_eta = 0.0;
    for (int64_t g = 0; g < m->n_geos; g++) /* exp(e_g), which b_g has in it */
        d_common += logs ? d_b[g] * (common != 0.0 ? b[g] / common : exp(e[g])) : d_b[g];
    if (ch->slot_effect >= 0)
        w->grad[ch->slot_effect] += direct ? d_common : d_common * ch->target / sum;
    const double d_sum = direct ? 0.0 : -d_common / sum; /* times common, or times b_g */
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double d_e = logs ? d_b[g] * b[g] + d_sum * d[g] * b[g] : d_b[g] + d_sum * d[g];
        if (ch->slot_geo >= 0) {
            const int64_t at = ch->slot_geo + m->place[g];
            w->grad[at] += (ch->centred ? 1.0 : eta) * d_e;
            if (!ch->centred) d_eta += d_e * w->value[at];
        }
        if (ch->slot_brand >= 0) {
            const int64_t at = ch->slot_brand + m->brand[g];
            w->grad[at] += w->value[ch->slot_brand_eta] * d_e;
            w->grad[ch->slot_brand_eta] += d_e * w->value[at];
        }
        d_b[g] = d_sum * b[g];
    }
    if (ch->slot_eta >= 0) w->grad[ch->slot_eta] += d_eta;
}

/* Gradient by drift_t into the knots and their spread. */
static void drift_back(mix_work *w, int64_t c, const double *d_log_drift)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    double d_sd = 0.0;
    for (int64_t j = 0; j < ch->spec.n_effect_knots; j++) {
        const double by = mix_dot(d_log_drift, ch->drift_basis + j * m->n_weeks, m->n_weeks);
        w->grad[ch->slot_knot + j] += w->value[ch->slot_drift] * by;
        d_sd += w->value[ch->slot_knot + j] * by;
    }
    w->grad[ch->slot_drift] += d_sd;
}

/* A prior on mROI: D is a difference, so its gradient runs along two paths. */
static void marginal_back(mix_work *w, int64_t c, const ptl_response *shape, const double *d_d)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    double *const path = w->path, *const d_s = w->path_grad, *const scaled = w->scaled;
    const int64_t n = m->n_geos * (m->n_weeks + m->n_lead);
    const double *const outcome = outcome_of(w, c);
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t t = 0; t < m->n_weeks; t++)
            d_s[g * m->n_weeks + t] = d_d[g] * outcome[g * m->n_weeks + t];
    for (int64_t i = 0; i < n; i++) scaled[i] = 1.01 * ch->x[i];
    mix_media_path(path, w->t2, w, c, shape, scaled, 1.0);
    mix_media_shape_grad(w, c, shape, scaled, path, d_s);
}

static void plain_backward(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    const ptl_response shape = mix_shape(m, c, w->value);
    double *const d_b = w->d_b + c * m->n_geos, by_weight[PTL_ADSTOCK_WINDOW_MAX];
    const mix_back k = {.u = w->u,
                        .s = w->s + c * m->n_cells,
                        .begun = m->n_experiments ? w->d_s + c * m->n_cells : NULL,
                        .b = w->b + c * m->n_geos,
                        .by_d = d_b};
    mix_geo_dots(d_b, m, w->u, k.s); /* experiments have added theirs already */
    coefficients_back(w, c, d_b);
    const double by_half = mix_carry_saturate_back(
        by_weight, m, &k, ch->padded, shape.adstock.window_weeks, shape.saturation.param[0]);
    weights_back(w, c, &shape, by_weight);
    if (ch->slot_saturation[0] >= 0) w->grad[ch->slot_saturation[0]] += by_half;
}

void mix_media_backward(mix_work *w, int64_t c)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_channel *const ch = &m->channel[c];
    if (ch->plain) {
        plain_backward(w, c);
        return;
    }
    const int64_t n = m->n_weeks;
    const double *const s = w->s + c * m->n_cells, *const drift = w->drift + c * n;
    const double *const outcome = outcome_of(w, c); /* may lie in t1 */
    double *const d_b = w->d_b + c * m->n_geos, *const d_s = w->d_s + c * m->n_cells;
    const bool drifts = ch->spec.n_effect_knots > 0;
    const bool marginal = ch->spec.effect_on == PTL_MIX_ON_MROI;
    double *const d_log = w->d_drift + c * n;
    for (int64_t g = 0; g < m->n_geos; g++) { /* experiments have added theirs already */
        const double *const u = w->u + g * n, *const sg = s + g * n;
        double sum = 0.0;
        if (!drifts) sum = mix_dot(u, sg, n);
        for (int64_t t = 0; drifts && t < n; t++) {
            const double part = u[t] * drift[t] * sg[t];
            sum += part;
            d_log[t] += w->b[c * m->n_geos + g] * part;
        }
        d_b[g] += sum;
    }
    for (int64_t g = 0; g < m->n_geos; g++) w->before[g] = w->b[c * m->n_geos + g];
    coefficients_back(w, c, d_b);
    const double sign = marginal ? -1.0 : 1.0; /* of s in D */
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *const ds = d_s + g * n;
        const double *const u = w->u + g * n, *const o = outcome + g * n;
        const double b = w->before[g], by_d = sign * d_b[g];
        if (drifts)
            mix_add_product(ds, drift, u, b, n);
        else
            mix_add_multiple(ds, u, b, n);
        mix_add_multiple(ds, o, by_d, n);
        for (int64_t t = 0; drifts && t < n; t++) d_log[t] += by_d * o[t] * s[g * n + t];
    }
    const ptl_response shape = mix_shape(m, c, w->value);
    if (drifts) drift_back(w, c, d_log);
    if (marginal) marginal_back(w, c, &shape, d_b);
    mix_media_shape_grad(w, c, &shape, ch->x, w->a + c * m->n_cells, d_s);
}
