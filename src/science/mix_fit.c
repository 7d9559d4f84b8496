/* mix_fit.c: from data and a specification to draws.
 *
 * The method.     NUTS over what is not linear-Gaussian, one chain a task; then for each draw one
 *                 of the linear block given it, by a generator split by chain and draw. Both
 *                 together are draws from the whole posterior. */
#include "science/mix_internal.h"

ptl_mix_options ptl_mix_options_default(void)
{
    ptl_mix_options o = {.size = (int32_t)sizeof(ptl_mix_options),
                         .nuts = ptl_nuts_options_default(),
                         .probability = 0.9,
                         .silent_share = 0.8,
                         .break_even_roi = 1.0,
                         .conflict_z = 2.0,
                         .n_path_draws = 500,
                         .experiments_explained = true,
                         .centring_automatic = true};
    o.nuts.accept_target = 0.85;
    return o;
}

ptl_status mix_prepare(ptl_mix_posterior *m, const ptl_mix_data *data, const ptl_mix_spec *spec,
                       ptl_arena *arena, ptl_error *err)
{
    m->data = *data;
    m->spec = *spec;
    m->n_geos = data->n_geos;
    m->n_weeks = data->n_weeks;
    m->n_lead = data->n_lead;
    m->n_cells = data->n_geos * data->n_weeks;
    m->n_channels = data->n_channels;
    m->n_places = data->n_places > 0 ? data->n_places : data->n_geos;
    m->n_brands = data->n_brands;
    MIX_ALLOC(m->place, arena, m->n_geos, err);
    MIX_ALLOC(m->brand, arena, m->n_geos, err);
    for (int64_t g = 0; g < m->n_geos; g++) {
        m->place[g] = data->n_places > 0 ? data->place[g] : g;
        m->brand[g] = data->n_brands > 0 ? data->brand[g] : 0;
    }
    MIX_ALLOC(m->channel, arena, m->n_channels, err);
    for (int64_t c = 0; c < m->n_channels; c++) m->channel[c].spec = spec->channel[c];
    if (!m->ruled) MIX_ALLOC(m->ruled, arena, m->n_channels, err);
    PTL_TRY(mix_scale(m, arena, err));
    PTL_TRY(mix_slots(m, arena, err));
    return mix_tails_prepare(m, arena, err);
}

/* --- the linear block, drawn ---------------------------------------------------------------------
 */

typedef struct draw_task {
    ptl_mix_posterior *m;
    mix_work *work;
    const ptl_rng *rng;
} draw_task;

const double *mix_free_draw(const ptl_mix_posterior *m, int64_t chain, int64_t draw)
{
    return m->draws + (chain * m->n_draws + draw) * m->n_slots;
}

double *mix_linear_draw_at(const ptl_mix_posterior *m, int64_t chain, int64_t draw)
{
    return m->linear_draws + (chain * m->n_draws + draw) * m->n_linear;
}

/* Nothing multiplies the intercept of the geo that the others are measured against. */
static void clear_baseline_geo(double *coefficient, const ptl_mix_posterior *m)
{
    if (m->linear.q > 0) coefficient[m->linear.p + m->baseline_geo * m->linear.q] = 0.0;
}

static ptl_status draw_chain(void *payload, int64_t chain, ptl_error *err)
{
    const draw_task *const t = payload;
    ptl_mix_posterior *const m = t->m;
    mix_work *const w = &t->work[chain];
    const ptl_rng rng = ptl_rng_split(t->rng, (uint64_t)chain);
    for (int64_t d = 0; d < m->n_draws; d++) {
        ptl_rng own = ptl_rng_split(&rng, (uint64_t)d);
        double *const out = mix_linear_draw_at(m, chain, d);
        mix_forward(w, mix_free_draw(m, chain, d));
        PTL_TRY(mix_linear_density(&w->linear, w->u, m, w->residual, w->sigma, w->value, err));
        if (!isfinite(w->linear.log_density))
            return ptl_fail(err, PTL_E_INTERNAL, "draw %lld of chain %lld has no density",
                            (long long)d + 1, (long long)chain + 1);
        mix_linear_draw(out, &w->linear, m, &own);
        clear_baseline_geo(out, m);
    }
    return PTL_OK;
}

/* --- summaries ----------------------------------------------------------------------------------
 */

typedef struct summary_task {
    ptl_mix_posterior *m;
    double *work; /* [chain][work_n] */
    int64_t work_n, n_tasks;
} summary_task;

/* Values in place of free variables, one parameter at a time. */
static ptl_mcmc_summary summarise_free(const ptl_mix_posterior *m, int64_t i, double *work)
{
    const int64_t n = m->n_chains * m->n_draws;
    for (int64_t d = 0; d < n; d++)
        work[d] = mix_slot_value(&m->slot[i], m->draws[d * m->n_slots + i]);
    const ptl_mcmc_view view = {.x = work,
                                .n_chains = m->n_chains,
                                .n_draws = m->n_draws,
                                .chain_stride = m->n_draws,
                                .draw_stride = 1};
    return ptl_mcmc_summarise(&view, work + n);
}

static ptl_status summarise_some(void *payload, int64_t task, ptl_error *err)
{
    const summary_task *const t = payload;
    ptl_mix_posterior *const m = t->m;
    (void)err;
    for (int64_t i = task; i < m->n_slots + m->n_linear; i += t->n_tasks) {
        if (i < m->n_slots) {
            m->summary[i] = summarise_free(m, i, t->work + task * t->work_n);
            continue;
        }
        const ptl_mcmc_view view = {.x = m->linear_draws + (i - m->n_slots),
                                    .n_chains = m->n_chains,
                                    .n_draws = m->n_draws,
                                    .chain_stride = m->n_draws * m->n_linear,
                                    .draw_stride = m->n_linear};
        m->summary[i] = ptl_mcmc_summarise(&view, t->work + task * t->work_n);
    }
    return PTL_OK;
}

static bool is_empty(const ptl_mix_posterior *m, int64_t i)
{
    const int64_t j = i - m->n_slots - m->linear.p, q = m->linear.q;
    return j >= 0 && q > 0 && j == m->baseline_geo * q;
}

void mix_judge(ptl_mix_result *out, const ptl_mix_posterior *m, const ptl_mcmc_limits *limits)
{
    ptl_mcmc_worst worst = {.r_hat_max = 0.0,
                            .ess_bulk_min = HUGE_VAL,
                            .ess_tail_min = HUGE_VAL,
                            .divergent_share = m->worst[3],
                            .saturated_share = m->worst[4],
                            .e_bfmi_min = m->worst[5]};
    for (int64_t i = 0; i < m->n_slots + m->n_linear; i++) {
        if (is_empty(m, i)) continue;
        const ptl_mcmc_summary *const s = &m->summary[i]; /* a NaN stays, and fails */
        if (!(s->r_hat <= worst.r_hat_max)) worst.r_hat_max = s->r_hat;
        if (!(s->ess_bulk >= worst.ess_bulk_min)) worst.ess_bulk_min = s->ess_bulk;
        if (!(s->ess_tail >= worst.ess_tail_min)) worst.ess_tail_min = s->ess_tail;
    }
    out->verdict = ptl_mcmc_check(out->checks, &worst, limits);
    out->r_hat_max = worst.r_hat_max;
    out->ess_bulk_min = worst.ess_bulk_min;
    out->ess_tail_min = worst.ess_tail_min;
    out->n_divergent = (int64_t)m->worst[0];
    out->n_gradients = (int64_t)m->worst[1];
}

ptl_status mix_summarise(ptl_mix_posterior *m, const ptl_executor *executor, ptl_arena *arena,
                         ptl_error *err)
{
    const int64_t n = m->n_chains * m->n_draws;
    summary_task sum = {
        .m = m, .work_n = n + ptl_mcmc_work_n(m->n_chains, m->n_draws), .n_tasks = m->n_chains};
    MIX_ALLOC(sum.work, arena, sum.n_tasks * sum.work_n, err);
    return ptl_executor_run(executor, sum.n_tasks, summarise_some, &sum, err);
}

/* What only the sampler knows, kept with the draws. */
static void remember(ptl_mix_posterior *m, const ptl_nuts_result *r)
{
    for (int i = 3; i < PTL_MCMC_CHECKS; i++) m->worst[i] = r->checks[i].measured;
    for (int64_t c = 0; c < r->n_chains; c++) {
        m->worst[0] += (double)r->chains[c].n_divergent;
        m->worst[1] += (double)(r->chains[c].n_gradients_start + r->chains[c].n_gradients_warmup +
                                r->chains[c].n_gradients_draws);
    }
}

ptl_status mix_works_new(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    MIX_ALLOC(m->work, arena, m->n_chains, err);
    for (int64_t c = 0; c < m->n_chains; c++) PTL_TRY(mix_work_new(&m->work[c], m, arena, err));
    return PTL_OK;
}

ptl_status mix_sample(ptl_mix_result *out, ptl_mix_posterior *m, const ptl_rng *rng,
                      const ptl_mix_options *o, const ptl_executor *executor, ptl_arena *arena,
                      ptl_error *err)
{
    const int64_t n_chains = o->nuts.n_chains;
    m->n_chains = n_chains;
    m->n_draws = o->nuts.n_draws;
    MIX_ALLOC(m->linear_draws, arena, n_chains * m->n_draws * m->n_linear, err);
    MIX_ALLOC(m->summary, arena, m->n_slots + m->n_linear, err);
    PTL_TRY(mix_works_new(m, arena, err));
    PTL_TRY(mix_pilot(m, o->centring_automatic, arena, err));
    mix_work *const work = m->work;
    ptl_nuts_result r;
    const ptl_nuts_target target = {
        .n = m->n_slots, .fn = mix_density, .payload = work, .payload_stride_bytes = sizeof *work};
    const ptl_rng draws = ptl_rng_split(rng, 1), chains = ptl_rng_split(rng, 0);
    PTL_TRY(ptl_nuts_solve(&r, &target, NULL, &chains, &o->nuts, executor, arena, err));
    m->draws = r.draws;
    remember(m, &r);
    draw_task draw = {.m = m, .work = work, .rng = &draws};
    PTL_TRY(ptl_executor_run(executor, n_chains, draw_chain, &draw, err));
    PTL_TRY(mix_summarise(m, executor, arena, err));
    mix_judge(out, m, &o->nuts.limits);
    return PTL_OK;
}
