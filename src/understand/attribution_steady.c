/* attribution_steady.c: whether a method says the same from period to period; what is lost without
 * a channel or a sequence; from how many touches on more of them go with nothing more.
 *
 * Periods are four equal parts of the time covered, and journeys are of the one in which they
 * ended: those of sampled persons, since only shares are compared. A method that gives half of its
 * credit elsewhere every quarter describes the quarter. */
#include "understand/attribution_internal.h"

#include <math.h>

/* --- shares of one period -----------------------------------------------------------------------
 */

static ptl_status shares(double *share, int64_t n, const ptl_paths *x,
                         const ptl_validation_method *how, const ptl_attribution_work *work,
                         ptl_error *err)
{
    const ptl_attribution_result *r = NULL;
    ptl_attribution_result ruled;
    ptl_markov_result chain;
    ptl_shapley_result game;
    ptl_hazard_result timed;
    if (how->method == PTL_CREDIT_RULE) {
        ptl_heuristic_options o = *how->rule;
        o.interval.method = PTL_INTERVAL_NONE;
        PTL_TRY(ptl_heuristic_solve(&ruled, x, &o, work, err));
        r = &ruled;
    } else if (how->method == PTL_CREDIT_MARKOV) {
        ptl_markov_options o = *how->markov;
        o.interval.method = PTL_INTERVAL_NONE;
        PTL_TRY(ptl_markov_solve(&chain, x, &o, work, err));
        r = &chain.credit;
    } else if (how->method == PTL_CREDIT_SHAPLEY) {
        ptl_shapley_options o = *how->shapley;
        o.interval.method = PTL_INTERVAL_NONE;
        PTL_TRY(ptl_shapley_solve(&game, x, &o, work, err));
        r = &game.credit;
    } else {
        ptl_hazard_options o = *how->hazard;
        o.interval.method = PTL_INTERVAL_NONE;
        o.grad_tol = fmax(o.grad_tol, 1e-5); /* shares to three digits: periods differ by more */
        PTL_TRY(ptl_hazard_solve(&timed, x, &o, work, err));
        r = &timed.credit;
    }
    for (int64_t i = 0; i < n; i++) share[i] = r->share[i].point;
    return PTL_OK;
}

ptl_status ptl_attribution_steady(ptl_method *method, const ptl_findings *f,
                                  const ptl_validation_method *how,
                                  const ptl_attribution_work *work, ptl_error *err)
{
    const ptl_paths *const periods = ptl_journeys_sample(f->journeys).periods;
    const int64_t n = f->n_channels + method->has_baseline;
    double *share = ptl_arena_array(work->arena, PTL_JOURNEY_PERIODS * n, sizeof *share, err);
    if (!share) return PTL_E_NO_MEMORY;
    for (int i = 0; i < PTL_JOURNEY_PERIODS; i++) {
        const ptl_arena_mark mark = ptl_arena_save(work->arena);
        PTL_TRY(shares(share + i * n, n, &periods[i], how, work, err));
        ptl_arena_rewind(work->arena, mark);
    }
    return ptl_stability_solve(&method->steady, share, PTL_JOURNEY_PERIODS, (int32_t)n, work->arena,
                               err);
}

/* --- sequences -------------------------------------------------------------------------------- */

ptl_status ptl_attribution_remove_sequences(ptl_findings *f, const ptl_attribution_work *work,
                                            ptl_error *err)
{
    const int32_t n_all = f->paths.n_sequences;
    ptl_removal *removals = ptl_arena_array(work->arena, n_all + 1, sizeof *removals, err);
    int32_t *idx = ptl_arena_array(work->arena, n_all + 1, sizeof *idx, err);
    f->sequence_removal = ptl_arena_array(work->arena, n_all + 1, sizeof(double), err);
    if (!removals || !idx || !f->sequence_removal) return PTL_E_NO_MEMORY;
    int32_t n = 0;
    ptl_markov_options o = ptl_markov_options_default();
    ptl_removal_result r;
    o.order = f->order_used;
    o.interval.method = PTL_INTERVAL_NONE;
    for (int32_t i = 0; i < n_all; i++) f->sequence_removal[i] = PTL_NAN;
    PTL_TRY(ptl_path_removals(removals, idx, &n, &f->paths, o.order, err));
    if (n == 0) return PTL_OK;
    PTL_TRY(ptl_markov_removal(&r, ptl_journeys_paths(f->journeys), removals, n, &o, work, err));
    for (int32_t i = 0; i < n; i++) f->sequence_removal[idx[i]] = r.effect[i].point;
    return PTL_OK;
}

/* --- figures ---------------------------------------------------------------------------------- */

static ptl_status put_method(const ptl_figure_rows *rows, const ptl_method *m, ptl_error *err)
{
    const ptl_stability *s = &m->steady;
    if (s->verdict != PTL_CONVERGED) return PTL_OK;
    const struct {
        const char *name;
        double value;
        const char *unit;
    } figures[] = {{"stability_moved", s->moved, "share"},
                   {"stability_moved_most", s->moved_max, "share"},
                   {"stability_rank", s->rank, "correlation"}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        PTL_TRY(ptl_figure_estimated(rows, figures[i].name, "method", m->name, figures[i].value,
                                     figures[i].unit, err));
    return PTL_OK;
}

static ptl_status put_channel(const ptl_figure_rows *rows, int64_t c, ptl_error *err)
{
    const ptl_findings *f = rows->f;
    const char *member = ptl_journeys_channel(f->journeys, c);
    ptl_frequency_curve curve;
    const struct {
        const char *name;
        double value;
    } removal[] = {{"removal_effect", f->removal[c].point},
                   {"removal_low", f->removal[c].low},
                   {"removal_high", f->removal[c].high}};
    for (size_t i = 0; i < sizeof removal / sizeof *removal; i++)
        PTL_TRY(ptl_figure_estimated(rows, removal[i].name, f->dimension, member, removal[i].value,
                                     "share", err));
    PTL_TRY(ptl_path_frequency(&curve, &f->paths, (int32_t)c, err));
    return ptl_figure_counted(rows, "frequency_best", f->dimension, member, curve.best, "touches",
                              err);
}

ptl_status ptl_attribution_put_steady(const ptl_figure_rows *rows, ptl_error *err)
{
    for (int64_t i = 0; i < rows->f->n_methods; i++)
        PTL_TRY(put_method(rows, &rows->f->methods[i], err));
    for (int64_t c = 0; c < rows->f->n_channels; c++) PTL_TRY(put_channel(rows, c, err));
    return PTL_OK;
}
