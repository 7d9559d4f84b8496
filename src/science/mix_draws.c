/* mix_draws.c: the draws of a posterior, one parameter, one draw or one channel at a time. */
#include "science/mix_internal.h"

#define PARAM_WORD(name, word) word,
static const char *const words[] = {PTL_MIX_PARAM_LIST(PARAM_WORD)};
#undef PARAM_WORD

const char *ptl_mix_param_text(ptl_mix_param_kind kind)
{
    return (size_t)kind < sizeof words / sizeof words[0] ? words[kind] : "";
}

int64_t ptl_mix_n_params(const ptl_mix_posterior *m)
{
    return m->n_slots + m->n_linear;
}
int64_t ptl_mix_n_chains(const ptl_mix_posterior *m)
{
    return m->n_chains;
}
int64_t ptl_mix_n_draws(const ptl_mix_posterior *m)
{
    return m->n_draws;
}

static int64_t channel_of_column(const ptl_mix_posterior *m, int64_t column)
{
    for (int64_t c = 0; c < m->n_channels; c++)
        if (m->channel[c].column == column) return c;
    return -1;
}

static ptl_mix_param shared_param(const ptl_mix_posterior *m, int64_t j)
{
    const mix_linear *const l = &m->linear;
    ptl_mix_param p = {.kind = PTL_MIX_PARAM_BASELINE, .channel_idx = -1, .geo_idx = -1, .idx = j};
    if (j < l->p_time) return p;
    p.idx = j - l->p_time;
    p.kind = PTL_MIX_PARAM_CONTROL;
    p.channel_idx = channel_of_column(m, j);
    if (p.channel_idx >= 0 && m->ruled[p.channel_idx]) p.kind = PTL_MIX_PARAM_CONFOUNDER;
    return p;
}

ptl_mix_param ptl_mix_param_at(const ptl_mix_posterior *m, int64_t i)
{
    const int64_t j = i - m->n_slots, k = j - m->linear.p, q = m->linear.q;
    ptl_mix_param p;
    if (j < 0) {
        const mix_slot *const s = &m->slot[i];
        p = (ptl_mix_param){
            .kind = s->kind, .channel_idx = s->channel, .geo_idx = s->geo, .idx = s->idx};
    } else if (k < 0)
        p = shared_param(m, j);
    else
        p = (ptl_mix_param){.kind = k % q ? PTL_MIX_PARAM_GEO_CONTROL : PTL_MIX_PARAM_GEO_INTERCEPT,
                            .channel_idx = -1,
                            .geo_idx = k / q,
                            .idx = k % q - 1};
    p.summary = m->summary[i];
    return p;
}

void ptl_mix_draw(double *value, const ptl_mix_posterior *m, int64_t chain, int64_t draw)
{
    const double *const x = mix_free_draw(m, chain, draw);
    for (int64_t i = 0; i < m->n_slots; i++) value[i] = mix_slot_value(&m->slot[i], x[i]);
    memcpy(value + m->n_slots, mix_linear_draw_at(m, chain, draw),
           (size_t)m->n_linear * sizeof *value);
}

/* --- one channel ---------------------------------------------------------------------------------
 * The scratch of a chain is laid out in the caller's work, so that any thread may ask at once. */

int64_t ptl_mix_work_n(const ptl_mix_posterior *m)
{
    return m->n_slots + 5 * m->n_cells + 3 * m->n_geos + 2 * m->n_weeks +
           3 * m->n_geos * (m->n_weeks + m->n_lead) + 2 * m->n_channels;
}

static mix_work work_of_one(const ptl_mix_posterior *m, int64_t c, double *next)
{
    const int64_t cells = m->n_cells, wide = m->n_geos * (m->n_weeks + m->n_lead);
    mix_work w = {.m = m};
    struct {
        double **at;
        int64_t n, skip; /* of arrays by channel only this one's part is there */
    } parts[] = {{&w.value, m->n_slots, 0},
                 {&w.a, cells, c * cells},
                 {&w.s, cells, c * cells},
                 {&w.b, m->n_geos, c * m->n_geos},
                 {&w.deviation, m->n_geos, c * m->n_geos},
                 {&w.d, m->n_geos, c * m->n_geos},
                 {&w.total, 2 * m->n_channels, 0},
                 {&w.drift, m->n_weeks, c * m->n_weeks},
                 {&w.residual, cells, 0},
                 {&w.path, cells, 0},
                 {&w.path_grad, cells, 0},
                 {&w.t0, wide, 0},
                 {&w.t1, wide, 0},
                 {&w.t2, wide, 0}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        *parts[i].at = next - parts[i].skip;
        next += parts[i].n;
    }
    w.u = w.path; /* scratch of the forward pass */
    return w;
}

void ptl_mix_channel_draw_at(ptl_mix_channel_draw *out, double *coefficient, double *drift,
                             const ptl_mix_posterior *m, int64_t c, int64_t chain, int64_t draw,
                             double *work)
{
    const mix_channel *const ch = &m->channel[c];
    const double *const x = mix_free_draw(m, chain, draw);
    *out = (ptl_mix_channel_draw){.shape = ch->spec.shape,
                                  .roi = PTL_NAN,
                                  .mroi = PTL_NAN,
                                  .contribution = PTL_NAN,
                                  .media_scale = ch->media_scale,
                                  .outcome_scale = m->outcome};
    for (int64_t g = 0; g < m->n_geos; g++) coefficient[g] = 0.0;
    for (int64_t t = 0; t < m->n_weeks; t++) drift[t] = 1.0;
    if (!ch->active) return;
    mix_work w = work_of_one(m, c, work);
    for (int64_t i = 0; i < m->n_slots; i++) w.value[i] = mix_slot_value(&m->slot[i], x[i]);
    mix_media_forward(&w, c);
    double kpi;
    out->shape = mix_shape(m, c, w.value);
    out->contribution = mix_caused_by(&kpi, &w, c, w.s + c * m->n_cells);
    memcpy(coefficient, w.b + c * m->n_geos, (size_t)m->n_geos * sizeof *coefficient);
    memcpy(drift, w.drift + c * m->n_weeks, (size_t)m->n_weeks * sizeof *drift);
    if (!(ch->spend > 0.0)) return;
    out->roi = out->contribution / ch->spend;
    mix_media_path(w.path, w.path_grad, &w, c, &out->shape, ch->x, 1.01);
    out->mroi = (mix_caused_by(&kpi, &w, c, w.path_grad) - out->contribution) / (0.01 * ch->spend);
}
