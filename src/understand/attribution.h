/* attribution.h: the stage that shares the conversions of journeys out among channels.
 *
 * Reads journeys (journey.h), asks every method of science, and writes for the run
 *   credit        method × outcome × channel, with intervals over units
 *   journey_path  the paths taken most, and those that converted most
 *   figure        what was counted: totals to the micro, roles, lengths, lags, flows, sequences
 * Names of figures begin with "journeys.<goal>."; outcomes are "<goal>.conversions", "<goal>.share"
 * (of the touched conversions) and "<goal>.revenue" or "<goal>.cm1". All of it describes: grade E.
 * What no touch preceded is credited to nobody and stands in figures of its own. */
#ifndef PTL_UNDERSTAND_ATTRIBUTION_H
#define PTL_UNDERSTAND_ATTRIBUTION_H

#include "understand/journey.h"

typedef struct ptl_attribution_options {
    int32_t size;
    int64_t run_id;
    const ptl_goal_config *goal; /* NULL: the workspace's first                                */
    bool by_campaign;
    bool has_as_of, has_from, has_to;
    ptl_day as_of; /* what was known at the end of this local day; default: all that is known  */
    ptl_day from, to;
    double half_life_days; /* of time decay, (0, inf)                                          */
    int32_t order;         /* of the Markov chain, [1, 4]; 0: by held-out likelihood           */
    int32_t n_replicates;  /* of the bootstrap, [20, 4096]                                     */
    uint64_t seed;
    int64_t sample_events; /* of the persons whom the time-to-event model is fitted to and methods
                              are judged by, about; 0: all */
} ptl_attribution_options;

typedef struct ptl_attribution_report {
    const char *goal;
    ptl_journey_counts counts;
    int64_t n_channels;
    int64_t n_paths;
    int32_t order; /* of the Markov chain, 0 where there was nothing to choose from */
    bool has_facts;
    ptl_day first, last; /* of the period */
} ptl_attribution_report;

PTL_NODISCARD ptl_status ptl_attribution_run(ptl_attribution_report *out, ptl_store *store,
                                             const ptl_workspace *workspace,
                                             const ptl_attribution_options *options,
                                             const ptl_executor *executor, ptl_arena *arena,
                                             ptl_progress *progress, ptl_error *err);

#endif
