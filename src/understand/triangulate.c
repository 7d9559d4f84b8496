/* triangulate.c: the stage. Sources are gathered, science is asked, the books are closed on it.
 *
 * Increments of the books are revenue: contribution divided by the channel's margin, the pooled
 * figure where there is one, on conflict the measured effect, since something has to stand in the
 * line and that is the one that was measured. A channel without either has no line and lies in what
 * is unexplained; so does the baseline where no model states one. */
#include "understand/triangulate_internal.h"

#include <math.h>

static void miss(ptl_triangulation *t, bool missing, const char *sentence)
{
    if (missing && t->n_missing < PTL_TRIANGULATION_MISSING_MAX)
        t->missing[t->n_missing++] = sentence;
}

static void say_missing(ptl_triangulation *t, const ptl_gathering *g)
{
    miss(t, !g->has_effect,
         "no effect of any channel is known: the mix model or an experiment has to say one first");
    miss(t, !g->has_credit, "no journey credit by this method is known: portolan attribution run");
    miss(t, !g->has_claim, "no platform claims anything in the period");
    miss(t, !g->has_money, "no review has counted money in the period, so margins are not known");
    miss(t, !g->is_closed && !g->other_currency, "the books have not closed this period");
    miss(t, g->other_currency, "the books close this period in another currency");
    miss(t, g->is_closed && !t->has_baseline,
         "no model states a baseline for the period: it lies in what is unexplained");
}

typedef struct asked {
    ptl_source *source;
    double *spend, *per_revenue, *per_conversion;
    ptl_triangulate_result r;
} asked;

static int32_t channel_idx(const ptl_gathering *g, const char *name)
{
    int32_t at = 0;
    while (!ptl_text_equal(ptl_text_of(g->channel[at].channel), ptl_text_of(name))) at++;
    return at; /* every source's channel was entered */
}

static ptl_status ask(asked *a, const ptl_gathering *g, ptl_error *err)
{
    const int32_t n = g->n_channels;
    a->source = ptl_arena_array(g->arena, g->n_sources, sizeof *a->source, err);
    a->spend = ptl_arena_array(g->arena, n, sizeof *a->spend, err);
    a->per_revenue = ptl_arena_array(g->arena, n, sizeof *a->per_revenue, err);
    a->per_conversion = ptl_arena_array(g->arena, n, sizeof *a->per_conversion, err);
    if (!a->source || !a->spend || !a->per_revenue || !a->per_conversion) return PTL_E_NO_MEMORY;
    for (int32_t i = 0; i < g->n_sources; i++) {
        a->source[i] = g->source[i].source;
        a->source[i].channel = channel_idx(g, g->source[i].channel);
    }
    for (int32_t k = 0; k < n; k++) {
        a->spend[k] = g->channel[k].spend;
        a->per_revenue[k] = g->channel[k].cm1_per_revenue;
        a->per_conversion[k] = g->channel[k].cm1_per_conversion;
    }
    const ptl_estimand estimand = {.n_channels = n,
                                   .period_from = g->from,
                                   .period_to = g->to,
                                   .geo = -1,
                                   .slope = g->o->slope,
                                   .spend = a->spend,
                                   .cm1_per_revenue = a->per_revenue,
                                   .cm1_per_conversion = a->per_conversion};
    return ptl_triangulate_solve(&a->r, &estimand, a->source, g->n_sources, NULL, g->arena, err);
}

static ptl_status fill_lines(ptl_triangulation *t, const ptl_gathering *g, const asked *a,
                             ptl_error *err)
{
    t->line = ptl_arena_array(g->arena, g->n_channels, sizeof *t->line, err);
    t->source = ptl_arena_array(g->arena, g->n_sources, sizeof *t->source, err);
    if (!t->line || !t->source) return PTL_E_NO_MEMORY;
    t->n_lines = g->n_channels;
    t->n_sources = g->n_sources;
    for (int32_t k = 0; k < g->n_channels; k++)
        t->line[k] = (ptl_triangulation_line){.channel = g->channel[k].channel,
                                              .t = a->r.channel[k],
                                              .share = g->channel[k].share,
                                              .spend = g->channel[k].spend};
    for (int32_t i = 0; i < g->n_sources; i++)
        t->source[i] = (ptl_triangulation_source){
            .channel = g->source[i].channel, .origin = g->source[i].origin, .use = a->r.use[i]};
    t->verdict = a->r.verdict;
    t->bias = a->r.bias;
    t->spread = a->r.spread;
    t->n_learnt = a->r.n_learnt;
    t->n_conflicts = a->r.n_conflicts;
    t->settle_first = a->r.settle_first;
    t->prior_speaks = a->r.prior_speaks;
    return PTL_OK;
}

/* Micros of revenue that a channel added; NaN where nobody measured it. */
static double increment_of(const ptl_triangulation_line *line, double cm1_per_revenue)
{
    const ptl_estimate *const e = line->t.conflict ? &line->t.effect : &line->t.figure;
    return cm1_per_revenue > 0.0 && isfinite(e->point) ? 1e6 * e->point / cm1_per_revenue : PTL_NAN;
}

static ptl_status close_books(ptl_triangulation *t, const ptl_gathering *g, ptl_error *err)
{
    enum { CENT = 10000 };
    double *const increment = ptl_arena_array(g->arena, t->n_lines, sizeof *increment, err);
    int64_t *const line = ptl_arena_array(g->arena, t->n_lines, sizeof *line, err);
    if (!increment || !line) return PTL_E_NO_MEMORY;
    for (int64_t k = 0; k < t->n_lines; k++)
        increment[k] = increment_of(&t->line[k], g->channel[k].cm1_per_revenue);
    PTL_TRY(ptl_reconcile(&t->books, line, g->revenue_micros,
                          t->has_baseline ? 1e6 * g->baseline : 0.0, increment, (int32_t)t->n_lines,
                          CENT, err));
    for (int64_t k = 0; k < t->n_lines; k++) {
        t->line[k].has_increment = !isnan(increment[k]);
        t->line[k].increment_micros = line[k];
    }
    return PTL_OK;
}

ptl_status ptl_triangulation_run(ptl_triangulation *out, ptl_store *store,
                                 const ptl_workspace *workspace,
                                 const ptl_triangulation_options *options, ptl_arena *arena,
                                 ptl_error *err)
{
    ptl_gathering g = {.workspace = workspace, .o = options, .arena = arena};
    asked a = {0};
    g.known_by = options->has_as_of ? ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1
                                    : PTL_INSTANT_EVER;
    *out = (ptl_triangulation){.currency = workspace->currency,
                               .method = options->method,
                               .verdict = PTL_NOT_IDENTIFIED,
                               .settle_first = -1};
    PTL_TRY(ptl_triangulation_period(&out->has_period, &g, store, err));
    if (!out->has_period) return PTL_OK;
    out->from = g.from;
    out->to = g.to;
    PTL_TRY(ptl_triangulation_gather(&g, store, err));
    out->n_untouched = g.n_untouched;
    out->has_baseline = isfinite(g.baseline);
    out->is_closed = g.is_closed && options->slope == PTL_SLOPE_AVERAGE;
    out->is_audited = g.is_audited;
    say_missing(out, &g);
    if (g.n_channels > 0) {
        PTL_TRY(ask(&a, &g, err));
        PTL_TRY(fill_lines(out, &g, &a, err));
    }
    if (out->is_closed) PTL_TRY(close_books(out, &g, err));
    return ptl_triangulation_write(out, store, options->run_id, err);
}
