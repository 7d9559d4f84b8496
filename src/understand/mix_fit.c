/* mix_fit.c: fit, keep, and read back (see mix.h).
 *
 * Order of writing: artefact (a file named by its content), effects and figures with their output
 * row (one transaction), model row. A run that dies between leaves a file nobody names, or effects
 * of a run that is settled as interrupted: never a model without its draws. */
#include "understand/mix_internal.h"

#include "portolan/linalg.h"

/* Chains report from their own threads; the first speaks for all. */
static ptl_status tell(void *payload, int64_t chain_idx, int64_t iter, int64_t n_iter,
                       ptl_error *err)
{
    ptl_progress *progress = payload;
    if (chain_idx == 0) ptl_progress_step(progress, "sampling", iter, n_iter);
    return ptl_progress_check(progress, err);
}

static ptl_mix_options options_of(const ptl_mix_settings *s, const ptl_mix_panel *panel)
{
    ptl_mix_options o = ptl_mix_options_default();
    o.nuts.n_chains = s->n_chains;
    o.nuts.n_warmup = s->n_warmup;
    o.nuts.n_draws = s->n_draws;
    if (panel->margin > 0.0 && panel->margin <= 1.0) o.break_even_roi = 1.0 / panel->margin;
    return o;
}

static ptl_status keep(const ptl_mix_fitted *f, ptl_store *store, ptl_instant now, ptl_arena *arena,
                       ptl_error *err)
{
    uint8_t *bytes;
    size_t n_bytes;
    char *settings;
    ptl_model model = {.run_id = f->run_id, .kind = "mix", .made_at = now};
    PTL_TRY(ptl_mix_save(&bytes, &n_bytes, f->result.posterior, arena, err));
    PTL_TRY(ptl_store_artefact_put(&model.artefact, store, (ptl_text){(const char *)bytes, n_bytes},
                                   err));
    PTL_TRY(ptl_mix_settings_write(&settings, &f->settings, arena, err));
    model.settings = settings;
    model.verdict = ptl_verdict_text(f->result.verdict);
    return ptl_model_add(&model, store->records, err);
}

ptl_status ptl_mix_fit(ptl_mix_fitted *out, ptl_store *store, const ptl_workspace *workspace,
                       const ptl_mix_settings *settings, int64_t run_id, ptl_instant now,
                       const ptl_executor *executor, ptl_arena *arena, ptl_progress *progress,
                       ptl_error *err)
{
    *out = (ptl_mix_fitted){.run_id = run_id, .settings = *settings};
    if (out->settings.known_by > now) out->settings.known_by = now;
    if (settings->has_as_of) {
        const ptl_instant end = ptl_zone_day_start(workspace->zone, settings->as_of + 1) - 1;
        if (end < out->settings.known_by) out->settings.known_by = end;
    }
    PTL_TRY(ptl_linalg_init(err));
    PTL_TRY(ptl_mix_panel_read(&out->panel, store, workspace, &out->settings, arena, err));
    ptl_mix_options options = options_of(settings, &out->panel);
    options.nuts.progress = tell;
    options.nuts.progress_payload = progress;
    const ptl_rng rng = ptl_rng_new(settings->seed);
    PTL_TRY(ptl_mix_solve(&out->result, &out->panel.data, &out->panel.spec, out->panel.experiment,
                          out->panel.n_experiments, &rng, &options, executor, arena, err));
    PTL_TRY(ptl_mix_write(out, store, workspace, err));
    return keep(out, store, now, arena, err);
}

ptl_status ptl_mix_fitted_read(ptl_mix_fitted *out, ptl_store *store,
                               const ptl_workspace *workspace, int64_t run_id, ptl_arena *arena,
                               ptl_error *err)
{
    ptl_model model;
    ptl_text bytes;
    *out = (ptl_mix_fitted){0};
    PTL_TRY(ptl_linalg_init(err));
    PTL_TRY(ptl_model_find(&model, store->records, "mix", run_id, arena, err));
    out->run_id = model.run_id;
    PTL_TRY(ptl_mix_settings_parse(&out->settings, model.settings, arena, err));
    PTL_TRY(ptl_mix_panel_read(&out->panel, store, workspace, &out->settings, arena, err));
    PTL_TRY(ptl_store_artefact_get(&bytes, store, model.artefact, arena, err));
    const ptl_mix_options options = options_of(&out->settings, &out->panel);
    return ptl_mix_load(&out->result, (const uint8_t *)bytes.ptr, bytes.len, &out->panel.data,
                        &options, arena, err);
}
