/* next.h: which experiment to run next, for a fitted mix model.
 *
 * For every planned channel: the open decision is its weekly spend for the horizon, at one of a few
 * multiples of the present one that guardrails allow; what would be tested is a hold-out of part of
 * the market (or of the whole country for some weeks, where the model has one geo). Its error
 * follows from how far the KPI strays from what the model expects, week by week; a bias comes on
 * top that no number of weeks removes. experiment_value.h does the rest. */
#ifndef PTL_DECIDE_NEXT_H
#define PTL_DECIDE_NEXT_H

#include "decide/media_plan.h"
#include "portolan/experiment_value.h"

typedef struct ptl_next_options {
    int32_t size;          /* sizeof this struct, set by _default()                           */
    int32_t horizon_weeks; /* [1, 520]; default 52                                            */
    int32_t n_lengths;     /* [1, PTL_NEXT_DESIGNS_MAX]; default 3                            */
    int32_t lengths[20];   /* weeks of a test, [1, 104]; default 4, 8, 12                     */
    int32_t n_shares;      /* [1, PTL_NEXT_DESIGNS_MAX]; default 3                            */
    double shares[20];     /* of the market that is held out, (0, 1); default 0.1, 0.25, 0.5;
                              ignored where the model has one geo                            */
    int32_t n_steps;       /* [1, PTL_NEXT_DESIGNS_MAX]; default 5                            */
    double steps[20];      /* multiples of the present spend to choose among, >= 0; default 0.7,
                              0.85, 1, 1.15, 1.3                                             */
    int32_t weeks_to_read; /* from the test's end to the decision; default 2                  */
    double bias_share;     /* sd of the bias, in shares of the effect that is expected, >= 0;
                              default 0.10                                                   */
    double cost;           /* money paid for any test, >= 0; default 0                        */
    double level;          /* of the test, two-sided; default 0.10                            */
} ptl_next_options;

typedef struct ptl_next_design {
    int64_t channel; /* in the plan                                  */
    int32_t weeks;
    double share;       /* of the market held out; 1: everywhere     */
    double error_sd;    /* of the reading, CM1 in money              */
    double effect_mean; /* what the posterior expects to be read     */
    ptl_experiment_value value;
} ptl_next_design;

typedef struct ptl_next {
    int64_t n_designs;
    ptl_next_design *design; /* greatest ENBS first                                */
    int64_t best;            /* 0, or -1: run none                                 */
    double noise_sd;         /* of a week of the whole market, CM1 in money        */
    double autocorrelation;  /* from week to week, [0, 1)                          */
} ptl_next;

ptl_next_options ptl_next_options_default(void);

/** E_INVALID names the option. Results lie in the arena. */
PTL_NODISCARD ptl_status ptl_next_solve(ptl_next *out, ptl_media_plan *plan,
                                        const ptl_next_options *options,
                                        const ptl_executor *executor, ptl_arena *arena,
                                        ptl_error *err);

#endif
