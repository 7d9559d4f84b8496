/* mix_experiment.c: what an experiment measured, as a term of the likelihood.
 *
 * The quantity.   delta = sum over the experiment's geos and weeks [from, measured_to) of
 *                 b_g outcome_gt drift_t (s_gt - s'_gt), with s' the path of the same channel when
 *                 its media in [from, to) are multiplied by the counterfactual factor: carry-over
 *                 in and out of the window is the model's own. estimate ~ N(delta, sd^2), so a
 *                 measured loss is evidence like any other.
 * Cost.           One more path of the channel for each experiment, forth and back. */
#include "science/mix_internal.h"

static void changed_media(double *out, const ptl_mix_posterior *m, const ptl_mix_experiment *e)
{
    const double *const x = m->channel[e->channel_idx].x;
    const int64_t n = m->n_weeks + m->n_lead;
    memcpy(out, x, (size_t)(m->n_geos * n) * sizeof *out);
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t t = e->week_from; (!e->geo || e->geo[g]) && t < e->week_to; t++)
            out[g * n + m->n_lead + t] *= e->media_factor;
}

/* Path under the changed media into w->path (carried over) and w->path_grad (saturated). */
static double predict(mix_work *w, const ptl_mix_experiment *e, const ptl_response *shape)
{
    const ptl_mix_posterior *const m = w->m;
    const int64_t c = e->channel_idx, n = m->n_weeks;
    const double *const s = w->s + c * m->n_cells, *const drift = w->drift + c * n;
    changed_media(w->scaled, m, e);
    mix_media_path(w->path, w->path_grad, w, c, shape, w->scaled, 1.0);
    double delta = 0.0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        if (e->geo && !e->geo[g]) continue;
        double sum = 0.0;
        for (int64_t i = g * n + e->week_from; i < g * n + e->measured_to; i++)
            sum += m->outcome[i] * drift[i - g * n] * (s[i] - w->path_grad[i]);
        delta += w->b[c * m->n_geos + g] * sum;
    }
    return delta;
}

double mix_experiment_predict(mix_work *w, const ptl_mix_experiment *e)
{
    const ptl_response shape = mix_shape(w->m, e->channel_idx, w->value);
    return predict(w, e, &shape);
}

static double add_one(mix_work *w, const ptl_mix_experiment *e)
{
    const ptl_mix_posterior *const m = w->m;
    const int64_t c = e->channel_idx, n = m->n_weeks;
    const ptl_response shape = mix_shape(m, c, w->value);
    const double miss = e->estimate - predict(w, e, &shape);
    const double slope = miss / (e->sd * e->sd);
    const double *const s = w->s + c * m->n_cells, *const drift = w->drift + c * n;
    double *const d_s = w->d_s + c * m->n_cells, *const d_drift = w->d_drift + c * n;
    double *const changed = w->path_grad; /* s' now, its gradient next */
    for (int64_t g = 0; g < m->n_geos; g++) {
        const bool in = !e->geo || e->geo[g];
        const double b = w->b[c * m->n_geos + g];
        double sum = 0.0;
        for (int64_t t = 0; t < n; t++) {
            const int64_t i = g * n + t;
            const double part =
                in && t >= e->week_from && t < e->measured_to ? m->outcome[i] * drift[t] : 0.0;
            sum += part * (s[i] - changed[i]);
            d_drift[t] += slope * b * part * (s[i] - changed[i]);
            d_s[i] += slope * b * part;
            changed[i] = -slope * b * part;
        }
        w->d_b[c * m->n_geos + g] += slope * sum;
    }
    mix_media_shape_grad(w, c, &shape, w->scaled, w->path, changed);
    return -0.5 * miss * slope - log(e->sd);
}

double mix_experiment_density(mix_work *w)
{
    double lp = 0.0;
    for (int64_t i = 0; i < w->m->n_experiments; i++) lp += add_one(w, &w->m->experiment[i]);
    return lp;
}
