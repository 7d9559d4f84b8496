/* mix_pilot.c: what the sampler is told beforehand.
 *
 * The question.   On which scale does each variable move, and are geo effects sampled centred?
 * The method.     From the middle of every prior L-BFGS goes towards the mode of the free
 *                 variables (a proper maximum: spreads are sampled as logarithms and geo effects
 *                 standardised, so that a vanishing spread has no density). There the curvature
 *                 of each variable but the geo effects is a central difference of the gradient;
 *                 middle and 1 / sqrt(curvature) become its units. Without it the noise's scale,
 *                 known to a percent, would force every step of an unadapted sampler down to its
 *                 own size.
 * Centred.        A geo's effect is sampled on its own scale where its data outweigh what the
 *                 geos share: each geo's coefficient by least squares on the channel's pressure
 *                 (shape at the middle of its priors, geo and week means taken out) has an error
 *                 se_g; the spread between geos is DerSimonian & Laird's 1986 estimate tau^2 (eq.
 *                 8). Centred where tau^2 exceeds 25 times the middle se_g^2: what controls leave
 *                 in the residuals inflates tau^2, and up to there the standardised form loses
 *                 little and keeps the funnel away (Betancourt & Girolami 2015).
 * Cost.           A few hundred gradients. */
#include "science/mix_internal.h"

#include "portolan/optimise.h"

/* Steps towards the mode: units need no more than its neighbourhood. */
enum { STEPS_MAX = 80 };
static const double CENTRED_MIN = 25.0, DIFFERENCE = 1e-4;

/* x less its geo's and its week's mean. */
static void within_both(double *out, const ptl_mix_posterior *m, const double *x, double *week)
{
    const int64_t n = m->n_weeks;
    memset(week, 0, (size_t)n * sizeof *week);
    for (int64_t g = 0; g < m->n_geos; g++) {
        double mean = 0.0;
        for (int64_t t = 0; t < n; t++) mean += x[g * n + t] / (double)n;
        for (int64_t t = 0; t < n; t++) {
            out[g * n + t] = x[g * n + t] - mean;
            week[t] += out[g * n + t] / (double)m->n_geos;
        }
    }
    for (int64_t i = 0; i < m->n_cells; i++) out[i] -= week[i % n];
}

/* tau^2 over the middle squared error. */
static double spread_over_error(const ptl_mix_posterior *m, const double *y, const double *s,
                                double *error)
{
    const int64_t n = m->n_weeks;
    double sum_w = 0.0, sum_w2 = 0.0, sum_wb = 0.0, sum_wb2 = 0.0;
    int64_t count = 0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double *const yg = y + g * n, *const sg = s + g * n;
        const double ss = mix_dot(sg, sg, n);
        if (!(ss > 0.0)) continue;
        const double b = mix_dot(sg, yg, n) / ss;
        const double rest = mix_dot(yg, yg, n) - b * b * ss;
        const double var = rest / ((double)(n - 2) * ss);
        if (!(var > 0.0)) continue;
        error[count++] = var;
        sum_w += 1.0 / var;
        sum_w2 += 1.0 / (var * var);
        sum_wb += b / var;
        sum_wb2 += b * b / var;
    }
    if (count < 3) return 0.0;
    const double q = sum_wb2 - sum_wb * sum_wb / sum_w;
    mix_sort(error, count);
    return (q - (double)(count - 1)) / (sum_w - sum_w2 / sum_w) / error[count / 2];
}

static void choose_centring(ptl_mix_posterior *m, mix_work *w, const double *x, double *y)
{
    if (m->n_geos < 3 || m->n_places != m->n_geos || m->n_brands > 1) return;
    mix_forward(w, x);
    within_both(y, m, m->y, w->drift); /* drift is of weeks, and no longer needed */
    for (int64_t c = 0; c < m->n_channels; c++) {
        mix_channel *const ch = &m->channel[c];
        if (ch->slot_geo < 0) continue;
        within_both(w->path, m, w->s + c * m->n_cells, w->drift);
        ch->centred = spread_over_error(m, y, w->path, w->before) > CENTRED_MIN;
        for (int64_t g = 0; g < m->n_geos; g++) m->slot[ch->slot_geo + g].centred = ch->centred;
    }
}

static ptl_status downhill(double *f, double *grad, const double *x, int64_t n, void *payload,
                           ptl_error *err)
{
    PTL_TRY(mix_density(f, grad, x, n, payload, err));
    *f = -*f;
    for (int64_t i = 0; i < n; i++) grad[i] = -grad[i];
    return PTL_OK;
}

/* Deviations are in units of their spread already; at the mode they know nothing of it. */
static bool is_standard(const mix_slot *s)
{
    return s->kind == PTL_MIX_PARAM_GEO_EFFECT || s->kind == PTL_MIX_PARAM_BRAND_EFFECT;
}

/* Units from the curvature at x; a direction that does not bend keeps the prior's. */
static ptl_status measure(ptl_mix_posterior *m, double *x, double *up, double *down, ptl_error *err)
{
    const int64_t n = m->n_slots;
    for (int64_t i = 0; i < n; i++) {
        if (is_standard(&m->slot[i])) continue;
        const double keep = x[i];
        double f;
        x[i] = keep + DIFFERENCE;
        PTL_TRY(mix_density(&f, up, x, n, &m->work[0], err));
        x[i] = keep - DIFFERENCE;
        PTL_TRY(mix_density(&f, down, x, n, &m->work[0], err));
        x[i] = keep;
        const double curvature = (down[i] - up[i]) / (2.0 * DIFFERENCE);
        up[n + i] = curvature > 0.25 && curvature < HUGE_VAL ? 1.0 / sqrt(curvature) : 1.0;
    }
    for (int64_t i = 0; i < n; i++) {
        if (is_standard(&m->slot[i])) continue;
        m->slot[i].middle = x[i];
        m->slot[i].scale = up[n + i];
    }
    return PTL_OK;
}

ptl_status mix_pilot(ptl_mix_posterior *m, bool centring, ptl_arena *arena, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const int64_t n = m->n_slots;
    ptl_lbfgs_options o = ptl_lbfgs_options_default();
    o.iter_max = STEPS_MAX;
    o.grad_tol_rel = 1e-6;
    double *x, *work, *y;
    MIX_ALLOC(x, arena, n, err);
    MIX_ALLOC(y, arena, m->n_cells, err);
    MIX_ALLOC(work, arena, 3 * n + ptl_lbfgs_work_n(n, &o), err);
    for (int64_t i = 0; i < n; i++)
        x[i] = mix_prior_unvalue(&m->slot[i].prior, ptl_mix_prior_quantile(&m->slot[i].prior, 0.5));
    if (centring) choose_centring(m, &m->work[0], x, y);
    ptl_lbfgs_result r;
    PTL_TRY(ptl_lbfgs_solve(&r, x, n, &o, downhill, &m->work[0], work, err));
    PTL_TRY(measure(m, x, work, work + 2 * n, err));
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}
