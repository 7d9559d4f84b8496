/* promise.h: what a plan promised, and what a later model says it brought.
 *
 * A plan is proposed with a gain over the plan in force then, and an interval. When its weeks have
 * passed, a model that has seen them says what the money that was really spent brought, against the
 * plan that was in force: that is the measurement, and it is the model's, with an interval of its
 * own. Nine promises in ten should hold it within their 90 % interval; fewer say that promises are
 * too bold. Prices of media, worth of an outcome and what carries in are those of the model's
 * newest weeks, as for any plan. */
#ifndef PTL_DECIDE_PROMISE_H
#define PTL_DECIDE_PROMISE_H

#include "decide/media_plan.h"

typedef struct ptl_promise {
    int64_t n_blocks; /* channels x geos of the plan */
    int32_t n_weeks;
    const char **channel, **geo; /* n_blocks; "" where the model had one geo */
    double *plan;                /* n_blocks x n_weeks, money                */
    double *present;             /* n_blocks, money a week                   */
    ptl_estimate gain;           /* promised over the present plan           */
} ptl_promise;

typedef struct ptl_promise_score {
    double planned, spent; /* money, over the weeks, of channels that both know */
    double followed;       /* share of the plan's moves that were made: 1 - |spent - planned| /
                              |planned - present|, cell by cell, not below 0; NaN: no moves */
    ptl_estimate gain;     /* of what was spent, over what was in force then */
    bool inside;           /* its point lies in the promised interval        */
    int64_t n_unknown;     /* blocks that the model does not know            */
} ptl_promise_score;

/** Score a promise whose first week is week `first` of the model's. E_INVALID where its weeks are
 * not all there. */
PTL_NODISCARD ptl_status ptl_promise_measure(ptl_promise_score *out, const ptl_promise *promise,
                                             const ptl_fitted_mix *mix, int64_t first,
                                             const ptl_media_plan_options *options,
                                             const ptl_executor *executor, ptl_arena *arena,
                                             ptl_error *err);

#endif
