/* attribution_internal.h: what the files of the attribution stage share. */
#ifndef PTL_UNDERSTAND_ATTRIBUTION_INTERNAL_H
#define PTL_UNDERSTAND_ATTRIBUTION_INTERNAL_H

#include "portolan/hazard.h"
#include "portolan/validation.h"
#include "understand/attribution.h"
#include "understand/limits.h"

enum { PTL_ATTRIBUTION_METHODS = 10 };

/* What a method knows of persons it has not seen. */
typedef struct ptl_foresight {
    bool is_judged;
    ptl_prediction_result judged; /* its parts lie in the arena of the stage */
} ptl_foresight;

/* What one method says; arrays of n_channels. */
typedef struct ptl_method {
    const char *name; /* "markov" */
    ptl_verdict verdict;
    ptl_estimate *credit, *share, *value;
    bool has_baseline; /* then arrays are one longer: what no touch earned */
    ptl_foresight foresight;
    ptl_stability steady; /* from period to period of the sample */
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
    ptl_path_result paths;    /* roles, lengths, frequencies, sequences, synergies */
    ptl_path_result timed;    /* lags                                              */
    ptl_estimate *half_life;  /* n_channels, days; NULL: no time-to-event model was asked */
    ptl_estimate *effect;     /* n_channels: conversions that a touch adds in all time    */
    ptl_estimate *removal;    /* n_channels: share of conversions that passes through it  */
    double *sequence_removal; /* of paths.sequence; NaN: longer than the chain remembers  */
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

/** attribution_foresight.c: judge every method on journeys of persons held out; its figures. */
PTL_NODISCARD ptl_status ptl_attribution_foresee(ptl_method *method, const ptl_findings *f,
                                                 const ptl_validation_method *how, ptl_arena *kept,
                                                 const ptl_attribution_work *work, ptl_error *err);
PTL_NODISCARD ptl_status ptl_attribution_put_foresight(const ptl_figure_rows *rows, ptl_error *err);

/** attribution_steady.c: how much of what the method says moves from period to period, and what the
 * chain says of the sequences that tell most; their figures, and those of single channels. */
PTL_NODISCARD ptl_status ptl_attribution_steady(ptl_method *method, const ptl_findings *f,
                                                const ptl_validation_method *how,
                                                const ptl_attribution_work *work, ptl_error *err);
PTL_NODISCARD ptl_status ptl_attribution_remove_sequences(ptl_findings *f,
                                                          const ptl_attribution_work *work,
                                                          ptl_error *err);
PTL_NODISCARD ptl_status ptl_attribution_put_steady(const ptl_figure_rows *rows, ptl_error *err);

/** attribution_flow.c: how journeys step from channel to channel. */
PTL_NODISCARD ptl_status ptl_attribution_put_flow(const ptl_figure_rows *rows, ptl_error *err);

#endif
