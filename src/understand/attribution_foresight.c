/* attribution_foresight.c: what each method knows of persons it has not seen, judged and written.
 *
 * Persons are held out group by group (portolan/validation.h). A rule's own options are judged, so
 * that what is judged is what was shown. Judging learns and sorts again for every fold, so it reads
 * the sample of persons; time decay and the time-to-event model see its journeys with their times.
 */
#include "understand/attribution_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARROW " \xE2\x86\x92 "

static bool needs_times(const ptl_validation_method *how)
{
    return how->method == PTL_CREDIT_HAZARD ||
           (how->method == PTL_CREDIT_RULE && how->rule->rule == PTL_HEURISTIC_TIME_DECAY);
}

ptl_status ptl_attribution_foresee(ptl_method *method, const ptl_findings *f,
                                   const ptl_validation_method *how, ptl_arena *kept,
                                   const ptl_attribution_work *work, ptl_error *err)
{
    ptl_prediction_result *r = &method->foresight.judged;
    const ptl_journey_sample sample = ptl_journeys_sample(f->journeys);
    const ptl_paths *paths = needs_times(how) ? sample.timed : sample.paths;
    PTL_TRY(ptl_validation_solve(r, paths, how, NULL, work, err));
    ptl_calibration *c = &r->calibration;
    method->foresight.is_judged = r->verdict == PTL_CONVERGED;
    if (!method->foresight.is_judged) return PTL_OK;
    ptl_calibration_bin *bins = ptl_arena_array(kept, c->n_bins, sizeof *bins, err);
    if (!bins) return PTL_E_NO_MEMORY;
    memcpy(bins, c->bin, (size_t)c->n_bins * sizeof *bins);
    c->bin = bins;
    return PTL_OK;
}

/* --- figures ---------------------------------------------------------------------------------- */

static ptl_status put_judged(const ptl_figure_rows *rows, const ptl_method *m, ptl_error *err)
{
    const ptl_prediction_result *r = &m->foresight.judged;
    const struct {
        const char *name;
        double value;
        const char *unit;
    } figures[] = {{"foresight_auc", r->auc, "chance"},
                   {"foresight_log_loss", isinf(r->log_loss) ? PTL_NAN : r->log_loss, "nats"},
                   {"foresight_log_loss_base", r->log_loss_base, "nats"},
                   {"foresight_brier", r->brier, "chance"},
                   {"foresight_gap", r->calibration.gap, "chance"}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        PTL_TRY(ptl_figure_estimated(rows, figures[i].name, "method", m->name, figures[i].value,
                                     figures[i].unit, err));
    return PTL_OK;
}

static ptl_status put_bins(const ptl_figure_rows *rows, const ptl_method *m, ptl_error *err)
{
    char member[64];
    const ptl_calibration *c = &m->foresight.judged.calibration;
    for (int32_t i = 0; i < c->n_bins; i++) {
        const ptl_calibration_bin *b = &c->bin[i];
        (void)snprintf(member, sizeof member, "%s" ARROW "%02d", m->name, i + 1);
        PTL_TRY(ptl_figure_estimated(rows, "calibration_n", "bin", member, b->n, "journeys", err));
        PTL_TRY(ptl_figure_estimated(rows, "calibration_expected", "bin", member, b->expected,
                                     "conversions", err));
        PTL_TRY(ptl_figure_estimated(rows, "calibration_observed", "bin", member, b->observed,
                                     "conversions", err));
    }
    return PTL_OK;
}

ptl_status ptl_attribution_put_foresight(const ptl_figure_rows *rows, ptl_error *err)
{
    for (int64_t i = 0; i < rows->f->n_methods; i++) {
        const ptl_method *m = &rows->f->methods[i];
        if (!m->foresight.is_judged) continue;
        PTL_TRY(put_judged(rows, m, err));
        PTL_TRY(put_bins(rows, m, err));
    }
    return PTL_OK;
}
