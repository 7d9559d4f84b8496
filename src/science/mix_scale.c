/* mix_scale.c: from the user's units to the model's, and everything parameters do not touch.
 *
 * KPI per person: (y / population - mean) / sd over the cells used, sd with divisor n; media: x /
 * population / median of the non-zero. Max: y / max|y|, x / max x. Controls and non-media
 * treatments: (z - mean) / sd. (Meridian's transformers; PyMC-Marketing's MaxAbs scalers.)
 * A non-media treatment is counted from its least value: at the least, it contributes nothing. */
#include "science/mix_internal.h"

#include "portolan/sum.h"

static int64_t media_n(const ptl_mix_posterior *m)
{
    return m->n_geos * (m->n_weeks + m->n_lead);
}

static double people(const ptl_mix_posterior *m, int64_t g)
{
    return m->data.population ? m->data.population[g] : 1.0;
}

/* --- KPI ----------------------------------------------------------------------------------------
 */

static void moments(double *mean, double *sd, const ptl_mix_posterior *m, const double *x)
{
    ptl_sum sum = {0.0, 0.0}, sq = {0.0, 0.0};
    double n = 0.0;
    for (int64_t i = 0; i < m->n_cells; i++) {
        if (m->used[i] == 0.0) continue;
        ptl_sum_add(&sum, x[i]);
        n += 1.0;
    }
    *mean = ptl_sum_value(&sum) / n;
    for (int64_t i = 0; i < m->n_cells; i++)
        if (m->used[i] != 0.0) ptl_sum_add(&sq, (x[i] - *mean) * (x[i] - *mean));
    *sd = sqrt(ptl_sum_value(&sq) / n);
}

static ptl_status scale_kpi(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_data *const d = &m->data;
    const int64_t n = m->n_cells;
    MIX_ALLOC(m->y, arena, n, err);
    MIX_ALLOC(m->used, arena, n, err);
    MIX_ALLOC(m->outcome, arena, n, err);
    MIX_ALLOC(m->offset, arena, n, err);
    const bool max = m->spec.kpi_scale == PTL_MIX_KPI_MAX;
    for (int64_t i = 0; i < n; i++) {
        m->used[i] = d->held_out && d->held_out[i] ? 0.0 : 1.0;
        m->y[i] = d->kpi[i] / (max ? 1.0 : people(m, i / m->n_weeks));
    }
    if (max) {
        m->kpi_sd = 0.0;
        for (int64_t i = 0; i < n; i++) m->kpi_sd = fmax(m->kpi_sd, m->used[i] * fabs(m->y[i]));
    } else
        moments(&m->kpi_mean, &m->kpi_sd, m, m->y);
    if (!(m->kpi_sd > 0.0)) return ptl_fail(err, PTL_E_INVALID, "the KPI never varies where used");
    ptl_sum all = {0.0, 0.0};
    double n_used = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double money = (d->revenue_per_kpi ? d->revenue_per_kpi[i] : 1.0) *
                             (max ? 1.0 : people(m, i / m->n_weeks));
        m->outcome[i] = money * m->kpi_sd;
        m->offset[i] = money * m->kpi_mean;
        if (m->used[i] != 0.0) ptl_sum_add(&all, money * m->y[i]);
        n_used += m->used[i];
        m->y[i] = (m->y[i] - m->kpi_mean) / m->kpi_sd;
    }
    m->outcome_all =
        ptl_sum_value(&all) * (double)n / n_used; /* what is held out is not looked at */
    return PTL_OK;
}

/* --- media --------------------------------------------------------------------------------------
 */

static void sift(double *x, int64_t i, int64_t n)
{
    while (2 * i + 1 < n) {
        int64_t child = 2 * i + 1;
        if (child + 1 < n && x[child + 1] > x[child]) child++;
        if (x[i] >= x[child]) return;
        const double swap = x[i];
        x[i] = x[child];
        x[child] = swap;
        i = child;
    }
}

static void sort_ascending(double *x, int64_t n)
{
    for (int64_t i = n / 2 - 1; i >= 0; i--) sift(x, i, n);
    for (int64_t end = n - 1; end > 0; end--) {
        const double swap = x[0];
        x[0] = x[end];
        x[end] = swap;
        sift(x, 0, end);
    }
}

void mix_sort(double *x, int64_t n)
{
    sort_ascending(x, n);
}

static double media_unit(const ptl_mix_posterior *m, const double *x, double *scratch)
{
    const int64_t n = m->n_weeks + m->n_lead;
    int64_t count = 0;
    double max = 0.0;
    for (int64_t i = 0; i < m->n_geos * n; i++) {
        max = fmax(max, x[i]);
        if (x[i] != 0.0) scratch[count++] = x[i] / people(m, i / n);
    }
    if (m->spec.media_scale == PTL_MIX_MEDIA_MAX) return max;
    sort_ascending(scratch, count);
    return count % 2 ? scratch[count / 2] : 0.5 * (scratch[count / 2 - 1] + scratch[count / 2]);
}

static void scale_media(double *x, ptl_mix_posterior *m, int64_t c, const double *from,
                        double *scratch)
{
    mix_channel *const ch = &m->channel[c];
    const int64_t n = m->n_weeks + m->n_lead;
    const double unit = media_unit(m, from, scratch);
    const bool max = m->spec.media_scale == PTL_MIX_MEDIA_MAX;
    for (int64_t g = 0; g < m->n_geos; g++) {
        ch->media_scale[g] = unit * (max ? 1.0 : people(m, g));
        for (int64_t t = 0; t < n; t++) x[g * n + t] = from[g * n + t] / ch->media_scale[g];
    }
}

static void standardise(double *x, double *mean, double *sd, int64_t n)
{
    ptl_sum sq = {0.0, 0.0};
    *mean = ptl_sum_mean(x, n);
    for (int64_t i = 0; i < n; i++) ptl_sum_add(&sq, (x[i] - *mean) * (x[i] - *mean));
    *sd = sqrt(ptl_sum_value(&sq) / (double)n);
    for (int64_t i = 0; i < n; i++) x[i] = *sd > 0.0 ? (x[i] - *mean) / *sd : 0.0;
}

static void scale_treatment(double *x, ptl_mix_posterior *m, int64_t c, const double *from)
{
    double mean, sd, least = HUGE_VAL;
    memcpy(x, from, (size_t)media_n(m) * sizeof *x);
    standardise(x, &mean, &sd, media_n(m));
    for (int64_t i = 0; i < media_n(m); i++) least = fmin(least, x[i]);
    for (int64_t i = 0; i < media_n(m); i++) x[i] -= least;
    for (int64_t g = 0; g < m->n_geos; g++) m->channel[c].media_scale[g] = sd;
}

static ptl_status drift_basis(ptl_mix_posterior *m, mix_channel *ch, ptl_arena *arena,
                              ptl_error *err)
{
    const int64_t n_knots = ch->spec.n_effect_knots;
    if (n_knots == 0) return PTL_OK;
    double *basis;
    int32_t *knot;
    MIX_ALLOC(basis, arena, n_knots * m->n_weeks, err);
    MIX_ALLOC(knot, arena, n_knots, err);
    for (int64_t j = 0; j < n_knots; j++)
        knot[j] = (int32_t)(((m->n_weeks - 1) * j) / (n_knots - 1));
    for (int64_t j = 0; j < n_knots; j++)
        for (int64_t t = 0; t < m->n_weeks; t++)
            basis[j * m->n_weeks + t] = mix_hat(knot, n_knots, j, t);
    ch->drift_basis = basis;
    return PTL_OK;
}

static bool is_plain(const ptl_mix_channel *c)
{
    ptl_saturation s = c->shape.saturation;
    const bool hill = s.kind == PTL_SATURATION_HILL;
    if (hill && c->saturation_prior[1].kind != PTL_MIX_PRIOR_FIXED) return false;
    if (hill) s.param[1] = c->saturation_prior[1].a + c->saturation_prior[1].shift;
    return mix_is_rational(&s) && c->shape.order == PTL_ADSTOCK_FIRST && !c->has_frequency &&
           c->n_effect_knots == 0 && c->effect_on != PTL_MIX_ON_MROI;
}

static ptl_status scale_channel(ptl_mix_posterior *m, int64_t c, double *scratch, ptl_arena *arena,
                                ptl_error *err)
{
    mix_channel *const ch = &m->channel[c];
    const ptl_mix_data *const d = &m->data;
    double *x;
    MIX_ALLOC(x, arena, media_n(m), err);
    MIX_ALLOC(ch->media_scale, arena, m->n_geos, err);
    ch->active = ch->spec.path == PTL_MIX_CAUSE;
    ch->column = -1;
    ch->x = x;
    if (ch->spec.path == PTL_MIX_MEDIATOR) return PTL_OK;
    if (ch->spec.kind == PTL_MIX_NON_MEDIA)
        scale_treatment(x, m, c, d->media + c * media_n(m));
    else
        scale_media(x, m, c, d->media + c * media_n(m), scratch);
    if (ch->spec.has_frequency) ch->frequency = d->frequency + c * media_n(m);
    if (ch->spec.kind == PTL_MIX_PAID && ch->active)
        ch->spend = ptl_sum_array(d->spend + c * m->n_cells, m->n_cells);
    switch (ch->spec.effect_on) {
    case PTL_MIX_ON_ROI:
        ch->target = ch->spend;
        break;
    case PTL_MIX_ON_MROI:
        ch->target = 0.01 * ch->spend;
        break;
    case PTL_MIX_ON_CONTRIBUTION:
        ch->target = m->outcome_all;
        break;
    case PTL_MIX_ON_COEFFICIENT:
        ch->target = 1.0;
        break;
    }
    ch->plain = is_plain(&ch->spec);
    if (ch->plain) {
        double *padded;
        const int32_t window = ch->spec.shape.adstock.window_weeks;
        MIX_ALLOC(padded, arena, m->n_geos * mix_padded_n(m, window), err);
        mix_pad(padded, m, x, window);
        ch->padded = padded;
    }
    return drift_basis(m, ch, arena, err);
}

/* --- the linear block's columns -----------------------------------------------------------------
 */

static ptl_status choose_knots(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_spec *const s = &m->spec;
    if (s->n_knots == 0) return mix_knots_choose(m, arena, err);
    m->n_knots = s->n_knots;
    MIX_ALLOC(m->knot, arena, m->n_knots, err);
    for (int64_t k = 0; k < m->n_knots; k++)
        m->knot[k] =
            s->knot ? s->knot[k]
                    : (int32_t)(m->n_knots == 1 ? 0 : ((m->n_weeks - 1) * k) / (m->n_knots - 1));
    return PTL_OK;
}

static double *next_column(mix_linear *l, int64_t *j, double sd, int64_t n_weeks)
{
    l->sd[*j] = sd;
    return l->time + (*j)++ * n_weeks;
}

static void fill_time(ptl_mix_posterior *m)
{
    static const double two_pi = 6.283185307179586476925286766559;
    const ptl_mix_spec *const s = &m->spec;
    mix_linear *const l = &m->linear;
    const int64_t n = m->n_weeks;
    int64_t j = 0;
    for (int64_t k = 0; k < m->n_knots; k++) {
        double *const x = next_column(l, &j, s->knot_sd, n);
        for (int64_t t = 0; t < n; t++) x[t] = mix_hat(m->knot, m->n_knots, k, t);
    }
    if (s->trend_sd > 0.0) {
        double *const x = next_column(l, &j, s->trend_sd, n);
        for (int64_t t = 0; t < n; t++) x[t] = 2.0 * (double)t / (double)(n - 1) - 1.0;
    }
    for (int32_t k = 0; k < 2 * s->n_fourier; k++) {
        l->laplace[j] = s->fourier_laplace ? -2 : -1; /* -2: mix_slots gives it a variance */
        double *const x = next_column(l, &j, s->fourier_sd, n);
        for (int64_t t = 0; t < n; t++) {
            const double angle = two_pi * (k / 2 + 1) * (double)t / s->fourier_weeks;
            x[t] = k % 2 ? cos(angle) : sin(angle);
        }
    }
    for (int64_t e = 0; e < m->data.n_events; e++)
        memcpy(next_column(l, &j, s->event_sd, n), m->data.event + e * n,
               (size_t)n * sizeof(double));
}

/* The channel's pressure at the middle of its shape's priors: where something hidden behind it
 * would show. */
static void pressure(double *out, ptl_mix_posterior *m, int64_t c, double *scratch)
{
    const mix_channel *const ch = &m->channel[c];
    ptl_response r = ch->spec.shape;
    double lag[PTL_ADSTOCK_WINDOW_MAX];
    for (int32_t i = 0; i < ptl_adstock_params(r.adstock.kind); i++)
        r.adstock.param[i] = ptl_mix_prior_quantile(&ch->spec.adstock_prior[i], 0.5);
    for (int32_t i = 0; i < ptl_saturation_params(r.saturation.kind); i++)
        r.saturation.param[i] = ptl_mix_prior_quantile(&ch->spec.saturation_prior[i], 0.5);
    (void)ptl_adstock_weights(lag, &r.adstock);
    const double *from = ch->x;
    if (r.order == PTL_SATURATION_FIRST) {
        mix_saturate(scratch, &r.saturation, ch->frequency ? ch->frequency : ch->x, media_n(m));
        for (int64_t i = 0; ch->frequency && i < media_n(m); i++) scratch[i] *= ch->x[i];
        from = scratch;
    }
    mix_convolve(out, m, from, lag, r.adstock.window_weeks);
    if (r.order == PTL_ADSTOCK_FIRST) mix_saturate(out, &r.saturation, out, m->n_cells);
}

static ptl_status fill_cells(ptl_mix_posterior *m, double *scratch, ptl_arena *arena,
                             ptl_error *err)
{
    mix_linear *const l = &m->linear;
    double mean, sd;
    int64_t j = 0;
    for (int64_t c = 0; c < m->data.n_controls; c++, j++) {
        double *x;
        MIX_ALLOC(x, arena, m->n_cells, err);
        memcpy(x, m->data.control + c * m->n_cells, (size_t)m->n_cells * sizeof *x);
        if (m->spec.controls_standardised) standardise(x, &mean, &sd, m->n_cells);
        l->cell[j] = x;
        l->sd[l->p_time + j] = m->spec.control_sd;
    }
    for (int64_t c = 0; c < m->n_channels; c++) {
        mix_channel *const ch = &m->channel[c];
        if (ch->spec.path != PTL_MIX_DEMAND && !m->ruled[c]) continue;
        double *x;
        MIX_ALLOC(x, arena, m->n_cells, err);
        if (m->ruled[c])
            pressure(x, m, c, scratch);
        else
            for (int64_t i = 0; i < m->n_cells; i++)
                x[i] =
                    ch->x[i / m->n_weeks * (m->n_weeks + m->n_lead) + m->n_lead + i % m->n_weeks];
        standardise(x, &mean, &sd, m->n_cells);
        ch->column = l->p_time + j;
        l->cell[j] = x;
        /* what hides may be as large as anything the prior lets a control be */
        l->sd[l->p_time + j++] = m->spec.control_sd;
    }
    return PTL_OK;
}

static ptl_status fill_local(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    mix_linear *const l = &m->linear;
    double *one;
    if (m->n_geos == 1) return PTL_OK;
    MIX_ALLOC(one, arena, m->n_cells, err);
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t t = 0; t < m->n_weeks; t++)
            one[g * m->n_weeks + t] = g == m->baseline_geo ? 0.0 : 1.0;
    l->local[0] = one;
    l->local_sd[0] = m->spec.geo_sd;
    l->xi[0] = -1;
    for (int64_t c = 0; m->spec.controls_pooled && c < m->data.n_controls; c++) {
        l->local[1 + c] = l->cell[c];
        l->xi[1 + c] = -2; /* mix_slots gives it a spread */
    }
    return PTL_OK;
}

static ptl_status columns(ptl_mix_posterior *m, double *scratch, ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_spec *const s = &m->spec;
    mix_linear *const l = &m->linear;
    l->p_time = m->n_knots + (s->trend_sd > 0.0 ? 1 : 0) + 2 * s->n_fourier + m->data.n_events;
    l->p_cell = m->data.n_controls;
    for (int64_t c = 0; c < m->n_channels; c++)
        l->p_cell += m->channel[c].spec.path == PTL_MIX_DEMAND || m->ruled[c];
    l->p = l->p_time + l->p_cell;
    l->q = m->n_geos == 1 ? 0 : 1 + (s->controls_pooled ? m->data.n_controls : 0);
    MIX_ALLOC(l->time, arena, l->p_time * m->n_weeks, err);
    MIX_ALLOC(l->cell, arena, l->p_cell, err);
    MIX_ALLOC(l->sd, arena, l->p, err);
    MIX_ALLOC(l->laplace, arena, l->p, err);
    MIX_ALLOC(l->local, arena, l->q, err);
    MIX_ALLOC(l->local_sd, arena, l->q, err);
    MIX_ALLOC(l->xi, arena, l->q, err);
    for (int64_t j = 0; j < l->p; j++) l->laplace[j] = -1;
    fill_time(m);
    PTL_TRY(fill_cells(m, scratch, arena, err));
    return fill_local(m, arena, err);
}

ptl_status mix_scale(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    double *scratch;
    PTL_TRY(scale_kpi(m, arena, err));
    for (int64_t g = 1; g < m->n_geos; g++)
        if (people(m, g) > people(m, m->baseline_geo)) m->baseline_geo = g;
    MIX_ALLOC(scratch, arena, media_n(m), err);
    for (int64_t c = 0; c < m->n_channels; c++) PTL_TRY(scale_channel(m, c, scratch, arena, err));
    PTL_TRY(choose_knots(m, arena, err));
    PTL_TRY(columns(m, scratch, arena, err));
    return mix_linear_prepare(m, arena, err);
}
