/* mix.c: what each channel really returned.
 *
 * The question.   Of what was sold, how much did each channel cause, and what would the next euro
 *                 bring?
 * The quantity.   For geo g, week t, channel c: b_gc S(A(x_gtc)), in money; summed, over spend.
 * The model.      y_gt = sum_k knot_k hat_k(t) + tau_g + gamma' z_gt + sum_c b_gc S(A(x_gtc)) +
 *                 e_gt, e ~ N(0, sigma^2), with y the scaled KPI. Causal only where the baseline
 *                 and the controls hold all that moves both media and sales: no check of fit can
 *                 tell, hence grade D, the sensitivity figure, and experiments.
 * The method.     mix_fit.c. Experiments are terms of the likelihood (mix_experiment.c). Each is
 *                 first confronted with the model fitted without any: where they are further
 *                 apart than conflict_z sds, the channel's observational evidence is set aside by
 *                 a free coefficient on its own pressure, a hidden driver that moves with it, so
 *                 that the experiment says what the channel does and does not merely pull at an
 *                 average.
 * Source.         Jin, Wang, Sun, Chan & Koehler 2017; Meridian's and PyMC-Marketing's
 *                 documentation (mix_preset.c). Differences from them: docs/mix.md.
 * Not identified. mix_report.c says when the data did not speak.
 * Cost.           Gradients of cells x channels x window multiplications; memory from the arena
 *                 only. */
#include "science/mix_internal.h"

static ptl_status check_options(const ptl_mix_options *o, ptl_error *err)
{
    const struct {
        const char *what;
        double value, low, high;
    } ranges[] = {{"probability", o->probability, 0.0, 1.0},
                  {"silent_share", o->silent_share, 0.0, 1.0 + 1e-12},
                  {"conflict_z", o->conflict_z, 0.0, HUGE_VAL}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (!(ranges[i].value > ranges[i].low && ranges[i].value < ranges[i].high))
            return ptl_fail(err, PTL_E_INVALID, "%s must lie between %g and %g, not %g",
                            ranges[i].what, ranges[i].low, ranges[i].high, ranges[i].value);
    if (o->n_path_draws < 50 || o->n_path_draws > 100000)
        return ptl_fail(err, PTL_E_INVALID, "n_path_draws must be 50 to 100000, not %d",
                        o->n_path_draws);
    if (!isfinite(o->break_even_roi))
        return ptl_fail(err, PTL_E_INVALID, "break_even_roi must be a number");
    return PTL_OK;
}

typedef struct call {
    const ptl_mix_data *data;
    const ptl_mix_spec *spec;
    const ptl_rng *rng;
    const ptl_mix_options *o;
    const ptl_executor *executor;
    ptl_arena *arena;
} call;

/* Prepare and sample with some of the experiments. */
static ptl_status fit(ptl_mix_posterior *m, ptl_mix_result *out, const call *k,
                      const ptl_mix_experiment *experiment, int64_t n_experiments,
                      const bool *ruled, uint64_t stream, ptl_error *err)
{
    const ptl_rng rng = ptl_rng_split(k->rng, stream);
    *m = (ptl_mix_posterior){.experiment = experiment, .n_experiments = n_experiments};
    MIX_ALLOC(m->ruled, k->arena, k->data->n_channels, err);
    for (int64_t c = 0; ruled && c < k->data->n_channels; c++) m->ruled[c] = ruled[c];
    PTL_TRY(mix_prepare(m, k->data, k->spec, k->arena, err));
    return mix_sample(out, m, &rng, k->o, k->executor, k->arena, err);
}

/* --- what experiments did -----------------------------------------------------------------------
 */

/* Mean and sd of every channel's contribution. */
void mix_contributions(double *mean, double *sd, const ptl_mix_posterior *m)
{
    mix_work *const w = &m->work[0];
    const double n = (double)(m->n_chains * m->n_draws);
    for (int64_t c = 0; c < m->n_channels; c++) mean[c] = sd[c] = 0.0;
    for (int64_t i = 0; i < m->n_chains * m->n_draws; i++) {
        mix_forward(w, m->draws + i * m->n_slots);
        for (int64_t c = 0; c < m->n_channels; c++) {
            if (!m->channel[c].active) continue;
            double kpi;
            const double x = mix_caused_by(&kpi, w, c, w->s + c * m->n_cells), d = x - mean[c];
            mean[c] += d / (double)(i + 1); /* Welford's update */
            sd[c] += d * (x - mean[c]);
        }
    }
    for (int64_t c = 0; c < m->n_channels; c++) sd[c] = sqrt(sd[c] / (n - 1.0));
}

static ptl_status predictions(ptl_estimate *out, double *mean, double *sd,
                              const ptl_mix_posterior *m, const ptl_mix_experiment *e,
                              double probability, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = m->n_chains * m->n_draws;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    mix_work *const w = &m->work[0];
    double *x;
    MIX_ALLOC(x, arena, n, err);
    *mean = *sd = 0.0;
    for (int64_t i = 0; i < n; i++) {
        mix_forward(w, m->draws + i * m->n_slots);
        x[i] = mix_experiment_predict(w, e);
        *mean += x[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++) *sd += (x[i] - *mean) * (x[i] - *mean) / (double)(n - 1);
    *sd = sqrt(*sd);
    *out = mix_estimate(x, n, probability);
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* Fit without any experiment and confront each with it; ruled[c] where they conflict. */
static ptl_status confront(ptl_mix_experiment_result *result, bool *ruled, const call *k,
                           const ptl_mix_experiment *experiment, int64_t n_experiments,
                           ptl_error *err)
{
    ptl_mix_posterior alone;
    ptl_mix_result unused = {0};
    const ptl_arena_mark mark = ptl_arena_save(k->arena);
    PTL_TRY(fit(&alone, &unused, k, NULL, 0, NULL, 1, err));
    for (int64_t i = 0; i < n_experiments; i++) {
        const ptl_mix_experiment *const e = &experiment[i];
        double mean, sd;
        PTL_TRY(predictions(&result[i].predicted_alone, &mean, &sd, &alone, e, k->o->probability,
                            k->arena, err));
        result[i].z = (e->estimate - mean) / sqrt(sd * sd + e->sd * e->sd);
        result[i].conflict = !(fabs(result[i].z) <= k->o->conflict_z);
        if (result[i].conflict) ruled[e->channel_idx] = true;
    }
    ptl_arena_rewind(k->arena, mark);
    return PTL_OK;
}

/* What each experiment moved: the fit without it beside the fit with all. */
static ptl_status explain(ptl_mix_experiment_result *result, const ptl_mix_posterior *all,
                          const call *k, const bool *ruled, ptl_error *err)
{
    const int64_t n = all->n_experiments, channels = all->n_channels;
    double *mean, *sd;
    ptl_mix_experiment *others;
    MIX_ALLOC(mean, k->arena, 2 * channels, err);
    MIX_ALLOC(sd, k->arena, 2 * channels, err);
    MIX_ALLOC(others, k->arena, n, err);
    mix_contributions(mean, sd, all);
    for (int64_t i = 0; i < n; i++) {
        ptl_mix_move *move;
        MIX_ALLOC(move, k->arena, channels, err);
        bool *still;
        MIX_ALLOC(still, k->arena, channels, err);
        for (int64_t j = 0, at = 0; j < n; j++)
            if (j != i) {
                others[at++] = all->experiment[j];
                still[all->experiment[j].channel_idx] = ruled[all->experiment[j].channel_idx];
            }
        const ptl_arena_mark mark = ptl_arena_save(k->arena);
        ptl_mix_posterior without;
        ptl_mix_result unused = {0};
        PTL_TRY(fit(&without, &unused, k, others, n - 1, still, 1, err));
        mix_contributions(mean + channels, sd + channels, &without);
        for (int64_t c = 0; c < channels; c++)
            move[c] = (ptl_mix_move){mean[channels + c], sd[channels + c], mean[c], sd[c]};
        ptl_arena_rewind(k->arena, mark);
        result[i].move = move;
    }
    return PTL_OK;
}

static ptl_status solve(ptl_mix_result *out, const call *k, const ptl_mix_experiment *experiment,
                        int64_t n_experiments, ptl_error *err)
{
    ptl_mix_experiment_result *result;
    ptl_mix_experiment *kept;
    ptl_mix_posterior *m;
    bool *ruled;
    MIX_ALLOC(result, k->arena, n_experiments, err);
    MIX_ALLOC(kept, k->arena, n_experiments, err);
    MIX_ALLOC(ruled, k->arena, k->data->n_channels, err);
    MIX_ALLOC(m, k->arena, 1, err);
    if (n_experiments) {
        memcpy(kept, experiment, (size_t)n_experiments * sizeof *kept);
        PTL_TRY(confront(result, ruled, k, kept, n_experiments, err));
    }
    PTL_TRY(fit(m, out, k, kept, n_experiments, ruled, 0, err));
    for (int64_t i = 0; i < n_experiments; i++) {
        double mean, sd;
        PTL_TRY(predictions(&result[i].predicted, &mean, &sd, m, &kept[i], k->o->probability,
                            k->arena, err));
    }
    PTL_TRY(mix_report(out, m, k->o, k->executor, k->arena, err));
    if (n_experiments && k->o->experiments_explained) PTL_TRY(explain(result, m, k, ruled, err));
    out->experiment = m->told = result;
    return PTL_OK;
}

ptl_status ptl_mix_solve(ptl_mix_result *out, const ptl_mix_data *data, const ptl_mix_spec *spec,
                         const ptl_mix_experiment *experiment, int64_t n_experiments,
                         const ptl_rng *rng, const ptl_mix_options *options,
                         const ptl_executor *executor, ptl_arena *arena, ptl_error *err)
{
    const ptl_mix_options o = options ? *options : ptl_mix_options_default();
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const call k = {data, spec, rng, &o, executor, arena};
    *out = (ptl_mix_result){.verdict = PTL_NOT_CONVERGED};
    ptl_status st = check_options(&o, err);
    if (st == PTL_OK) st = mix_check_all(data, spec, experiment, n_experiments, arena, err);
    if (st == PTL_OK) st = solve(out, &k, experiment, n_experiments, err);
    if (st != PTL_OK) {
        ptl_arena_rewind(arena, mark);
        *out = (ptl_mix_result){.verdict = PTL_NOT_CONVERGED};
    }
    return st;
}
