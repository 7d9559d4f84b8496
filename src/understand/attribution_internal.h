/* attribution_internal.h: what the files of the attribution stage share. */
#ifndef PTL_UNDERSTAND_ATTRIBUTION_INTERNAL_H
#define PTL_UNDERSTAND_ATTRIBUTION_INTERNAL_H

#include "understand/attribution.h"
#include "understand/limits.h"

enum { PTL_ATTRIBUTION_METHODS = 9 };

/* What one method says; arrays of n_channels. */
typedef struct ptl_method {
    const char *name; /* "markov" */
    ptl_verdict verdict;
    ptl_estimate *credit, *share, *value;
} ptl_method;

/* All that a run found, to be written. */
typedef struct ptl_findings {
    const ptl_journeys *journeys;
    const ptl_goal_config *goal;
    const char *currency;
    const char *dimension; /* channel, campaign */
    int64_t run_id;
    ptl_day first, last;
    int64_t n_channels;
    ptl_method methods[PTL_ATTRIBUTION_METHODS];
    int64_t n_methods; /* 0 where no event names a channel */
    ptl_markov_order_result order;
    int32_t order_used;
    ptl_path_result paths; /* roles, lengths, frequencies, sequences, synergies */
    ptl_path_result timed; /* lags                                              */
} ptl_findings;

PTL_NODISCARD ptl_status ptl_attribution_write(ptl_store *store, const ptl_findings *f,
                                               ptl_error *err);

/* --- what writes rows ------------------------------------------------------------------------- */

typedef struct ptl_figure_rows {
    ptl_table_builder *builder;
    const ptl_findings *f;
} ptl_figure_rows;

/** A counted figure "journeys.<goal>.<name>"; unit "money" is micros of the currency. */
PTL_NODISCARD ptl_status ptl_figure_counted(const ptl_figure_rows *rows, const char *name,
                                            const char *dimension, const char *member,
                                            int64_t exact, const char *unit, ptl_error *err);
/** An estimated one, without an interval. */
PTL_NODISCARD ptl_status ptl_figure_estimated(const ptl_figure_rows *rows, const char *name,
                                              const char *dimension, const char *member,
                                              double value, const char *unit, ptl_error *err);

/** attribution_flow.c: how journeys step from channel to channel. */
PTL_NODISCARD ptl_status ptl_attribution_put_flow(const ptl_figure_rows *rows, ptl_error *err);

#endif
