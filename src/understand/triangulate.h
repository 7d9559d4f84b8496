/* triangulate.h: the stage that puts the mix model, experiments, journey credit, platforms' claims
 * and the books side by side, for one period.
 *
 * Reads effect, credit, day_channel, spend (claims) and finance_close; asks science
 * (portolan/triangulate.h); writes figures of the run, whose names begin with "triangulate.".
 * What it reads of `effect`: rows of dimension "channel" named cm1, revenue or orders (or the same
 * with ".marginal"), design "mix model" being the model and any other an experiment; and the row
 * "revenue" of dimension "baseline". What is not there is said, never guessed. */
#ifndef PTL_UNDERSTAND_TRIANGULATE_H
#define PTL_UNDERSTAND_TRIANGULATE_H

#include "portolan/triangulate.h"
#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_triangulation_options {
    int32_t size;
    int64_t run_id;
    bool has_as_of, has_period;
    ptl_day as_of;    /* what was known at the end of this local day; default: all that is known */
    ptl_day from, to; /* default: the newest period that the books have closed                   */
    const char *method; /* of attribution: "markov" */
    const char *goal; /* "": that of the newest run of the method                                */
    ptl_slope slope;
} ptl_triangulation_options;

typedef struct ptl_triangulation_line {
    const char *channel;
    ptl_triangulated t; /* units of the currency                                            */
    double share;       /* of the touched conversions by the method; NaN where none         */
    double spend;       /* units of the currency                                            */
    bool has_increment;
    int64_t increment_micros; /* of revenue, to the cent                                    */
} ptl_triangulation_line;

typedef struct ptl_triangulation_source {
    const char *channel;
    const char *origin; /* "mix model", an experiment's number, a method, "platform"        */
    ptl_source_use use;
} ptl_triangulation_source;

enum { PTL_TRIANGULATION_MISSING_MAX = 8 };

typedef struct ptl_triangulation {
    bool has_period;
    ptl_day from, to;
    const char *currency;
    const char *method;
    ptl_triangulation_line *line; /* by channel */
    int64_t n_lines;
    ptl_triangulation_source *source;
    int64_t n_sources;
    ptl_verdict verdict;
    ptl_estimate bias, spread; /* see ptl_triangulate_result */
    int32_t n_learnt, n_conflicts, settle_first;
    bool prior_speaks;
    bool is_closed, is_audited, has_baseline;
    ptl_reconciliation books; /* where is_closed */
    int64_t n_untouched;      /* conversions; -1 where not known */
    const char *missing[PTL_TRIANGULATION_MISSING_MAX];
    int32_t n_missing;
} ptl_triangulation;

/** Everything in `out` lies in the arena. No period closed and none given: has_period is false. */
PTL_NODISCARD ptl_status ptl_triangulation_run(ptl_triangulation *out, ptl_store *store,
                                               const ptl_workspace *workspace,
                                               const ptl_triangulation_options *options,
                                               ptl_arena *arena, ptl_error *err);

#endif
