/* mix_density.c: the log posterior of everything that is sampled, and its gradient.
 *
 * Free variables u -> values (mix_prior.c) -> media (mix_media.c) -> what is left (mix_linear.c) ->
 * experiments (mix_experiment.c), and back. Geo effects are standard normal deviates times eta, or,
 * where a channel's geos speak for themselves, deviations with prior N(0, eta^2) ("centred"). */
#include "science/mix_internal.h"

static int64_t new_slot(ptl_mix_posterior *m, ptl_mix_param_kind kind, int64_t channel, int64_t geo,
                        int64_t idx, ptl_mix_prior prior)
{
    const int64_t at = m->n_slots++;
    if (m->slot)
        m->slot[at] = (mix_slot){.kind = kind,
                                 .channel = (int32_t)channel,
                                 .geo = (int32_t)geo,
                                 .idx = (int32_t)idx,
                                 .prior = prior,
                                 .scale = 1.0};
    return at;
}

static int64_t maybe_slot(ptl_mix_posterior *m, ptl_mix_param_kind kind, int64_t channel,
                          int64_t idx, ptl_mix_prior prior)
{
    return mix_prior_is_free(&prior) ? new_slot(m, kind, channel, -1, idx, prior) : -1;
}

static const ptl_mix_prior standard = {PTL_MIX_PRIOR_NORMAL, 0.0, 1.0, 0, 0, 0};

static void channel_slots(ptl_mix_posterior *m, int64_t c)
{
    mix_channel *const ch = &m->channel[c];
    ptl_mix_channel *const s = &ch->spec;
    ch->slot_effect = ch->slot_eta = ch->slot_geo = ch->slot_drift = ch->slot_knot = -1;
    ch->slot_brand_eta = ch->slot_brand = -1;
    for (int32_t i = 0; i < PTL_RESPONSE_PARAMS_MAX; i++)
        ch->slot_adstock[i] = ch->slot_saturation[i] = -1;
    if (!ch->active) return;
    ch->slot_effect = maybe_slot(m, PTL_MIX_PARAM_EFFECT, c, -1, s->effect_prior);
    for (int32_t i = 0; i < ptl_adstock_params(s->shape.adstock.kind); i++) {
        const ptl_mix_prior *const p = &s->adstock_prior[i];
        ch->slot_adstock[i] = maybe_slot(m, PTL_MIX_PARAM_ADSTOCK, c, i, *p);
        if (ch->slot_adstock[i] < 0) s->shape.adstock.param[i] = p->a + p->shift;
    }
    for (int32_t i = 0; i < ptl_saturation_params(s->shape.saturation.kind); i++) {
        const ptl_mix_prior *const p = &s->saturation_prior[i];
        ch->slot_saturation[i] = maybe_slot(m, PTL_MIX_PARAM_SATURATION, c, i, *p);
        if (ch->slot_saturation[i] < 0) s->shape.saturation.param[i] = p->a + p->shift;
    }
    if (s->n_effect_knots > 0) {
        ch->slot_drift = new_slot(m, PTL_MIX_PARAM_DRIFT, c, -1, -1, s->drift_prior);
        ch->slot_knot = m->n_slots;
        for (int64_t j = 0; j < s->n_effect_knots; j++)
            new_slot(m, PTL_MIX_PARAM_DRIFT_KNOT, c, -1, j, standard);
    }
    if (m->n_geos == 1 || s->pooling == PTL_MIX_POOL_COMPLETE) return;
    ch->slot_eta = new_slot(m, PTL_MIX_PARAM_ETA, c, -1, -1, s->eta_prior);
    ch->slot_geo = m->n_slots;
    for (int64_t g = 0; g < m->n_places; g++)
        new_slot(m, PTL_MIX_PARAM_GEO_EFFECT, c, g, -1, standard);
    if (m->n_brands < 2 || !mix_prior_is_free(&s->brand_eta_prior)) return;
    ch->slot_brand_eta = new_slot(m, PTL_MIX_PARAM_BRAND_ETA, c, -1, -1, s->brand_eta_prior);
    ch->slot_brand = m->n_slots;
    for (int64_t b = 0; b < m->n_brands; b++)
        new_slot(m, PTL_MIX_PARAM_BRAND_EFFECT, c, -1, b, standard);
}

static void all_slots(ptl_mix_posterior *m)
{
    mix_linear *const l = &m->linear;
    m->n_slots = 0;
    for (int64_t c = 0; c < m->n_channels; c++) channel_slots(m, c);
    m->slot_sigma = m->n_slots;
    for (int64_t g = 0; g < (m->spec.sigma_per_geo ? m->n_geos : 1); g++)
        new_slot(m, PTL_MIX_PARAM_SIGMA, -1, m->spec.sigma_per_geo ? g : -1, -1,
                 m->spec.sigma_prior);
    const double half_nu = 0.5 * m->spec.student_nu;
    const ptl_mix_prior weight = {PTL_MIX_PRIOR_GAMMA, half_nu, half_nu, 0, 0, 0};
    const bool student = m->spec.likelihood == PTL_MIX_STUDENT_T;
    m->slot_weight = student && m->n_geos == 1 ? m->n_slots : -1;
    for (int64_t t = 0; m->slot_weight >= 0 && t < m->n_weeks; t++)
        new_slot(m, PTL_MIX_PARAM_WEIGHT, -1, -1, t, weight);
    for (int64_t k = 0; k < l->q; k++)
        if (l->xi[k] != -1)
            l->xi[k] = new_slot(m, PTL_MIX_PARAM_XI, -1, -1, k - 1, m->spec.xi_prior);
    /* Laplace(0, s) is a normal whose variance is exponential with mean 2 s^2 (Andrews & Mallows
     * 1974): given the variance, the coefficient stays in the linear block */
    const double s = m->spec.fourier_sd;
    const ptl_mix_prior mixing = {PTL_MIX_PRIOR_EXPONENTIAL, 0.5 / (s * s), 0, 0, 0, 0};
    for (int64_t j = 0; j < l->p; j++)
        if (l->laplace[j] != -1)
            l->laplace[j] = new_slot(m, PTL_MIX_PARAM_LAPLACE, -1, -1, j, mixing);
    m->slot_block = student && m->n_geos > 1 ? m->n_slots : -1;
    for (int64_t i = 0; m->slot_block >= 0 && i < m->n_linear; i++)
        new_slot(m, PTL_MIX_PARAM_BLOCK, -1, -1, i, standard);
}

ptl_status mix_slots(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    m->slot = NULL;
    all_slots(m); /* counts */
    MIX_ALLOC(m->slot, arena, m->n_slots, err);
    all_slots(m);
    return PTL_OK;
}

ptl_status mix_work_new(mix_work *w, const ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    const int64_t cells = m->n_cells, wide = m->n_geos * (m->n_weeks + m->n_lead);
    const int64_t channels = m->n_channels, geos = m->n_geos;
    *w = (mix_work){.m = m};
    const struct {
        double **at;
        int64_t n;
    } arrays[] = {{&w->value, m->n_slots},
                  {&w->dvalue, m->n_slots},
                  {&w->grad, m->n_slots},
                  {&w->a, channels * cells},
                  {&w->s, channels * cells},
                  {&w->b, channels * geos},
                  {&w->deviation, channels * geos},
                  {&w->d, channels * geos},
                  {&w->total, 2 * channels},
                  {&w->drift, channels * m->n_weeks},
                  {&w->d_b, channels * geos},
                  {&w->d_s, channels * cells},
                  {&w->d_drift, channels * m->n_weeks},
                  {&w->residual, cells},
                  {&w->u, cells},
                  {&w->sigma, geos},
                  {&w->t0, wide},
                  {&w->t1, wide},
                  {&w->t2, wide},
                  {&w->scaled, wide},
                  {&w->path, cells},
                  {&w->path_grad, cells},
                  {&w->before, geos}};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        MIX_ALLOC(*arrays[i].at, arena, arrays[i].n, err);
    return mix_linear_work_new(&w->linear, m, arena, err);
}

double mix_slot_value(const mix_slot *s, double x)
{
    return mix_prior_value(&s->prior, s->middle + s->scale * x);
}

void mix_values(mix_work *w, const double *x)
{
    const ptl_mix_posterior *const m = w->m;
    for (int64_t i = 0; i < m->n_slots; i++) w->value[i] = mix_slot_value(&m->slot[i], x[i]);
    for (int64_t g = 0; g < m->n_geos; g++)
        w->sigma[g] = w->value[m->slot_sigma + (m->spec.sigma_per_geo ? g : 0)];
}

void mix_forward(mix_work *w, const double *x)
{
    const ptl_mix_posterior *const m = w->m;
    mix_values(w, x);
    memcpy(w->residual, m->y, (size_t)m->n_cells * sizeof *w->residual);
    for (int64_t c = 0; c < m->n_channels; c++)
        if (m->channel[c].active) mix_media_forward(w, c);
}

/* Log prior of the free variables; grad[] gets its slope, dvalue the way back from values. */
static double priors(mix_work *w, double *grad, const double *x)
{
    const ptl_mix_posterior *const m = w->m;
    double lp = 0.0;
    for (int64_t i = 0; i < m->n_slots; i++) {
        const mix_slot *const s = &m->slot[i];
        if (s->kind == PTL_MIX_PARAM_BLOCK) { /* its prior is the block's: mix_tails.c */
            w->dvalue[i] = s->scale;
            grad[i] = 0.0;
            continue;
        }
        if (s->kind == PTL_MIX_PARAM_GEO_EFFECT) {
            w->dvalue[i] = 1.0;
            if (s->centred) { /* its prior is N(0, eta^2): below */
                grad[i] = 0.0;
                continue;
            }
            grad[i] = -x[i];
            lp -= 0.5 * x[i] * x[i];
            continue;
        }
        const mix_free f = mix_prior_free(&s->prior, s->middle + s->scale * x[i]);
        w->dvalue[i] = s->scale * f.dvalue;
        grad[i] = s->scale * f.dlp;
        lp += f.lp;
    }
    for (int64_t c = 0; c < m->n_channels; c++) {
        const mix_channel *const ch = &m->channel[c];
        if (!ch->centred) continue;
        const double eta = w->value[ch->slot_eta];
        double sq = 0.0;
        for (int64_t g = 0; g < m->n_places; g++) {
            const double v = x[ch->slot_geo + g];
            grad[ch->slot_geo + g] -= v / (eta * eta);
            sq += v * v;
        }
        lp -= 0.5 * sq / (eta * eta) + (double)m->n_places * log(eta);
        w->grad[ch->slot_eta] += sq / (eta * eta * eta) - (double)m->n_places / eta;
    }
    return lp;
}

static void linear_back(mix_work *w)
{
    const ptl_mix_posterior *const m = w->m;
    const mix_linear *const l = &m->linear;
    for (int64_t g = 0; g < (m->spec.sigma_per_geo ? m->n_geos : 1); g++)
        w->grad[m->slot_sigma + g] += w->linear.d_sigma[g] / w->sigma[g];
    for (int64_t t = 0; m->slot_weight >= 0 && t < m->n_weeks; t++)
        w->grad[m->slot_weight + t] += w->linear.d_weight[t];
    for (int64_t i = 0; m->slot_block >= 0 && i < m->n_linear; i++)
        w->grad[m->slot_block + i] += i < l->p ? w->linear.rhs[i] : w->linear.local_rhs[i - l->p];
    for (int64_t k = 0; k < l->q; k++)
        if (l->xi[k] >= 0) w->grad[l->xi[k]] += w->linear.d_local_sd[k] / w->value[l->xi[k]];
    for (int64_t j = 0; j < l->p; j++)
        if (l->laplace[j] >= 0)
            w->grad[l->laplace[j]] += 0.5 * w->linear.d_sd[j] / w->value[l->laplace[j]];
}

ptl_status mix_density(double *f, double *grad, const double *x, int64_t n, void *payload,
                       ptl_error *err)
{
    mix_work *const w = payload;
    const ptl_mix_posterior *const m = w->m;
    const int64_t channels = m->n_channels;
    mix_forward(w, x);
    memset(w->grad, 0, (size_t)n * sizeof *w->grad);
    memset(w->d_b, 0, (size_t)(channels * m->n_geos) * sizeof *w->d_b);
    for (int64_t c = 0; c < channels; c++) /* plain ones without experiments never touch theirs */
        if (m->n_experiments || !m->channel[c].plain)
            memset(w->d_s + c * m->n_cells, 0, (size_t)m->n_cells * sizeof *w->d_s);
    memset(w->d_drift, 0, (size_t)(channels * m->n_weeks) * sizeof *w->d_drift);
    *f = priors(w, grad, x);
    PTL_TRY(mix_linear_density(&w->linear, w->u, m, w->residual, w->sigma, w->value, err));
    *f += w->linear.log_density;
    if (!isfinite(*f)) {
        *f = -HUGE_VAL;
        return PTL_OK;
    }
    linear_back(w);
    if (m->n_experiments) *f += mix_experiment_density(w);
    for (int64_t c = 0; c < channels; c++)
        if (m->channel[c].active) mix_media_backward(w, c);
    for (int64_t i = 0; i < n; i++) grad[i] += w->grad[i] * w->dvalue[i];
    return PTL_OK;
}
