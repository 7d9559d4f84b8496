/* review.h: the weekly review, the program's main job.
 *
 * Runs the rooms in order, reads back the figures they wrote, and writes review.html (one file that
 * asks nothing of the network) and review.json (the same figures for machines). It never trains.
 *
 * Figures follow from facts, configuration, day and program. Where none of them is new since an
 * earlier review, its figures are shown and cited by its run, nothing is counted, and no forecast
 * is written a second time; minutes, alarms and what the sources brought are read afresh. */
#ifndef PTL_REVIEW_REVIEW_H
#define PTL_REVIEW_REVIEW_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_review_options {
    int32_t size;
    int64_t run_id;
    int64_t figures_run_id; /* a run that counted the same before; 0: count anew under run_id  */
    int64_t n_figures;      /* that it left; meaningless where figures_run_id is 0              */
    bool has_as_of;
    ptl_day as_of;
    const char *out_dir; /* where review.html and review.json go; default the workspace */
    int64_t ledger_seq;  /* of the entry that will record this review                   */
} ptl_review_options;

typedef struct ptl_review_report {
    bool has_facts;
    int64_t figures_run_id; /* whose figures are shown */
    ptl_day first, last;
    int64_t n_weeks, n_channels, n_figures, n_findings;
    ptl_day week_start; /* of the week reviewed; meaningless where n_weeks is 0 */
    char html_path[4096];
    char json_path[4096];
    ptl_hash html_hash;
    ptl_hash json_hash;
} ptl_review_report;

PTL_NODISCARD ptl_status ptl_review_run(ptl_review_report *out, ptl_store *store,
                                        const ptl_workspace *workspace,
                                        const ptl_review_options *options, ptl_arena *arena,
                                        ptl_progress *progress, ptl_error *err);

#endif
