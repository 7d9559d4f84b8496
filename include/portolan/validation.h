/* validation.h: what an attribution method knows about persons it has not seen.
 *
 * A method says which touches earned a conversion. If it is right about that, journeys with such
 * touches convert more often among other persons too. Data, groups and arena: attribution.h. */
#ifndef PORTOLAN_VALIDATION_H
#define PORTOLAN_VALIDATION_H

#include "portolan/attribution.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PTL_CALIBRATION_BINS_MAX = 100 /* parts of predictions, by size: beyond, each is noise */ };

/** Predictions from low to high, and what came of them. */
typedef struct ptl_calibration_bin {
    double low, high; /* chance       */
    double n;         /* judged       */
    double expected;  /* conversions  */
    double observed;
} ptl_calibration_bin;

typedef struct ptl_calibration {
    ptl_verdict verdict; /* NOT_IDENTIFIED where nothing was judged                            */
    double n;
    double expected;
    double observed;
    double gap; /* sum over parts of |observed - expected| / n                                 */
    int32_t n_bins; /* asked for, or fewer where chances are equal                             */
    ptl_calibration_bin *bin;
} ptl_calibration;

typedef struct ptl_prediction_result {
    ptl_verdict verdict; /* NOT_IDENTIFIED where all convert, or none                          */
    double auc;      /* P(a converting journey has the higher chance), ties by half            */
    double log_loss; /* mean of -log chance of what came, nats                                 */
    double log_loss_base; /* the same with one chance for all                                  */
    double brier;         /* mean squared error                                                */
    ptl_calibration calibration;
} ptl_prediction_result;

/** Judges chance[n], in [0, 1], of which each stood for n_converting and n_null journeys. A chance
 * of 0 or 1 that failed makes log_loss infinite. n_bins in [2, 100]. Cost O(n log n). */
PTL_NODISCARD PTL_API ptl_status ptl_prediction_judge(
    ptl_prediction_result *out, const double *chance, const double *n_converting,
    const double *n_null, int64_t n, int32_t n_bins, ptl_arena *arena, ptl_error *err);

/** Parts of about equal n, from chances and what each is expected to bring and brought. */
PTL_NODISCARD PTL_API ptl_status ptl_calibration_make(ptl_calibration *out, const double *chance,
                                                      const double *count, const double *expected,
                                                      const double *observed, int64_t n,
                                                      int32_t n_bins, ptl_arena *arena,
                                                      ptl_error *err);

typedef enum ptl_credit_method {
    PTL_CREDIT_RULE,
    PTL_CREDIT_MARKOV,
    PTL_CREDIT_SHAPLEY,
    PTL_CREDIT_HAZARD
} ptl_credit_method;

/** Which method, and its options; NULL: its defaults. Intervals are not computed. */
typedef struct ptl_validation_method {
    ptl_credit_method method;
    const ptl_heuristic_options *rule;
    const ptl_markov_options *markov;
    const ptl_shapley_options *shapley;
    const struct ptl_hazard_options *hazard; /* hazard.h */
} ptl_validation_method;

typedef struct ptl_validation_options {
    int32_t size;
    int32_t n_folds;     /* groups g with g mod n_folds = f are held out in fold f, [2, 8]; 4 */
    int32_t n_bins;      /* of the calibration, [2, 100]; default 10                          */
    double prior;        /* journeys by which a channel leans on all, (0, 1e6]; default 5     */
    double horizon_days; /* of journeys in time, after the last touch, (0, inf); 7 */
} ptl_validation_options;

PTL_API ptl_validation_options ptl_validation_options_default(void);

/** Held-out prediction of conversion by a method's per-journey weights u (ptl_heuristic_journey,
 * ptl_journey_spread): chance = sum over touches of u_i r(c_i), r(c) the conversions credited to
 * c per weight that all journeys, converting or not, put on it, among the persons of other folds.
 * Journeys in time: their own chance within horizon_days of the last touch, brought to the level of
 * the others' conversions.
 * NOT_IDENTIFIED where a fold has nothing to learn from. The arena is as it was, but for the
 * calibration's parts. */
PTL_NODISCARD PTL_API ptl_status ptl_validation_solve(
    ptl_prediction_result *out, const ptl_paths *paths, const ptl_validation_method *method,
    const ptl_validation_options *options, const ptl_attribution_work *work, ptl_error *err);

/** Shares of the same channels from period to period. */
typedef struct ptl_stability {
    ptl_verdict verdict; /* NOT_IDENTIFIED below two periods with shares                          */
    int32_t n_steps;     /* steps between neighbouring periods that both have shares              */
    double moved;        /* mean share that changed channel from one period to the next, [0, 1]   */
    double moved_max;
    int32_t moved_max_at; /* the period after that step */
    double rank;          /* mean Spearman correlation of neighbours, ties averaged; NaN where all
                             shares of a period are equal                                          */
    int32_t restless; /* channel whose share moved most in all                                 */
} ptl_stability;

/** share[n_periods x n_channels], rows that sum to 1; a row with a NaN is a period without. */
PTL_NODISCARD PTL_API ptl_status ptl_stability_solve(ptl_stability *out, const double *share,
                                                     int32_t n_periods, int32_t n_channels,
                                                     ptl_arena *arena, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
