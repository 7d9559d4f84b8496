/* hazard.h: journey credit by a time-to-event model, to which journeys that did not convert matter.
 *
 * A touch of channel k raises the rate of conversion by effect_k x rate_k x exp(-rate_k x age), age
 * in days since the touch; a baseline rate runs beside. What this describes is when conversions
 * follow touches: credit (grade E), never an effect in the causal sense.
 *
 * Data, groups, arena and determinism are those of attribution.h. Ages come from gap_days: a
 * path's last gap reaches to its conversion or to the day until which it was watched without one.
 * Without gaps every step counts as one day. */
#ifndef PORTOLAN_HAZARD_H
#define PORTOLAN_HAZARD_H

#include "portolan/attribution.h"
#include "portolan/validation.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_HAZARD_BINS = 512 /* of age, in sums over journeys: 2 % wide at most */
};

typedef struct ptl_hazard_options {
    int32_t size;
    bool shared_decay;         /* one half-life for all channels; default false                 */
    double half_life_min_days; /* half-lives are sought between these, (0, 3650];
                                  default 1/24                                                  */
    double half_life_max_days; /* above half_life_min_days; default 90                          */
    double resolution_days;    /* of recorded times: no age counts as less, (0, 30]; default
                                  one minute                                                    */
    int32_t iter_max;          /* of L-BFGS, [10, 100000]; default 2000                         */
    double grad_tol;           /* of the log-likelihood per conversion, in logs of parameters,
                                  (0, 1e-2]; default 1e-7                                       */
    double replicate_grad_tol; /* likewise of replicates, (0, 1e-2]; default 1e-6: leaving out one
                                  group of 64 moves the gradient by a hundred times as much      */
    ptl_interval_options interval; /* default jackknife: every replicate is fitted again        */
} ptl_hazard_options;

PTL_API ptl_hazard_options ptl_hazard_options_default(void);

/** What the model says with: to be handed to ptl_hazard_journey and _predict. */
typedef struct ptl_hazard_params {
    int32_t n_channels;
    double baseline;      /* conversions a day of a journey, touch or not                      */
    const double *effect; /* n_channels: conversions that a touch adds in all time             */
    const double *rate;   /* n_channels: of decay, a day; ln 2 / half-life                     */
    double resolution_days;
} ptl_hazard_params;

typedef struct ptl_hazard_result {
    ptl_verdict verdict;
    int32_t n_channels;
    ptl_hazard_params params;
    ptl_estimate baseline;
    ptl_estimate *effect;         /* n_channels; NaN where nobody touched it; no interval at zero */
    ptl_estimate *half_life_days; /* n_channels; NaN where the effect is nothing                */
    bool *at_bound;               /* n_channels: the half-life ran into its bound               */
    ptl_attribution_result credit; /* of n_channels + 1: the baseline is the last               */
    double log_likelihood;
    int64_t n_evaluations;
    int32_t n_failed; /* replicates whose fit did not converge: their intervals are NaN         */
} ptl_hazard_result;

/** Maximum likelihood: sum over conversions of log rate(end) less, over all touched journeys, the
 * rate's integral. NOT_IDENTIFIED where nothing touched converts or no time passes at all.
 * Cost O(touches) once; an evaluation O(touches of converting paths + channels x 512). */
PTL_NODISCARD PTL_API ptl_status ptl_hazard_solve(ptl_hazard_result *out, const ptl_paths *paths,
                                                  const ptl_hazard_options *options,
                                                  const ptl_attribution_work *work, ptl_error *err);

/** Credit of one converting journey: weight[n] of its touches and weight[n] (the last of n + 1) of
 * the baseline, each the part of the rate at the conversion; they sum to 1. Summed over
 * conversions they are the credit of ptl_hazard_solve. All parts zero: the baseline has all. */
PTL_NODISCARD PTL_API ptl_status ptl_hazard_journey(double *weight, const int32_t *touches,
                                                    const double *gap_days, int64_t n,
                                                    const ptl_hazard_params *params,
                                                    ptl_error *err);

/** P(a conversion within horizon_days after the last touch | the touches, none so far). */
PTL_NODISCARD PTL_API ptl_status ptl_hazard_predict(double *chance, const int32_t *touches,
                                                    const double *gap_days, int64_t n,
                                                    double horizon_days,
                                                    const ptl_hazard_params *params,
                                                    ptl_error *err);

/** Expected against observed conversions, on journeys that may be others than those fitted to.
 *
 * Between two touches, and behind the last, a journey is expected to convert as often as its rate
 * adds up to until the next thing happens; that holds exactly where the model is right, whatever
 * else ends the watching, since the rate knows only the past. Stretches are sorted by the chance
 * that ptl_hazard_predict gives right after their touch. n_bins in [2, 100]. */
PTL_NODISCARD PTL_API ptl_status ptl_hazard_calibrate(ptl_calibration *out, const ptl_paths *paths,
                                                      const ptl_hazard_params *params,
                                                      double horizon_days, int32_t n_bins,
                                                      const ptl_attribution_work *work,
                                                      ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
