/* forecast.h: what a series of periods will be, period by period and added up, with intervals that
 * hold at their stated rate.
 *
 * Seasons are taken out where the series shows any; a damped trend and the Theta method, both
 * fitted by least squares, are averaged; the width of the intervals is measured by forecasting the
 * past from what was known then. Pure: same series, same bytes. */
#ifndef PORTOLAN_FORECAST_H
#define PORTOLAN_FORECAST_H

#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_FORECAST_PERIODS_MAX = 100000, /* of the series                     */
    PTL_FORECAST_HORIZON_MAX = 1000,   /* periods ahead                     */
    PTL_FORECAST_SEASON_MAX = 400      /* periods in a season: a year's days */
};

typedef enum ptl_forecast_method {
    PTL_FORECAST_COMBINED, /* mean of the next three: the default                          */
    PTL_FORECAST_SIMPLE,   /* simple exponential smoothing                                 */
    PTL_FORECAST_DAMPED,   /* exponential smoothing with a damped trend                    */
    PTL_FORECAST_THETA     /* simple smoothing and half the slope of a straight line       */
} ptl_forecast_method;

typedef enum ptl_forecast_season {
    PTL_SEASON_NONE,           /* not asked for, too short, or not visible                  */
    PTL_SEASON_MULTIPLICATIVE, /* all values positive: indices that multiply                */
    PTL_SEASON_ADDITIVE
} ptl_forecast_season;

typedef struct ptl_forecast_options {
    int32_t size;       /* sizeof this struct, set by _default()                                 */
    int32_t season;     /* periods in a season, [1, 400]; 1 none; default 1                      */
    int32_t horizon;    /* periods ahead, [1, 1000]; default 13                                  */
    int32_t origins;    /* past moments forecast from to measure the width, [4, 200]; default 48 */
    double probability; /* held by each interval, (0, 1); default 0.80                           */
    ptl_forecast_method method;
} ptl_forecast_options;

typedef struct ptl_forecast_result {
    ptl_verdict verdict; /* CONVERGED; INACCURATE where fewer than 4 past moments could be forecast
                            and the width rests on the fit alone; NOT_IDENTIFIED below 4 periods */
    ptl_forecast_season season;
    double alpha, beta, phi; /* of the damped trend: level, trend, damping; NaN where not used */
    double alpha_simple; /* of simple smoothing, in Theta too                                  */
    double slope;        /* of the straight line, a period                                     */
    double sigma;        /* root mean square of the fit's one-step errors                      */
    double df;           /* degrees of freedom of the intervals                                */
    double spread, spread_total; /* measured width over the model's, single periods and sums */
    int64_t n_origins; /* past moments the width was measured from                           */
} ptl_forecast_result;

PTL_API ptl_forecast_options ptl_forecast_options_default(void);

/** Doubles of work for a series of n; 0 where the options are out of range. */
PTL_API int64_t ptl_forecast_work_n(int64_t n, const ptl_forecast_options *options);

/** Forecast periods n + 1 … n + horizon.
 *
 * path[horizon]: each period. total[horizon] (nullable): the sum of the first h periods. y: n
 * values, any unit, finite, oldest first, no gaps. options NULL means the defaults. work:
 * ptl_forecast_work_n doubles. All NaN where the verdict is NOT_IDENTIFIED. E_INVALID names the
 * period that is not finite, or the option out of range. */
PTL_NODISCARD PTL_API ptl_status ptl_forecast_solve(ptl_forecast_result *result, ptl_estimate *path,
                                                    ptl_estimate *total, const double *y, int64_t n,
                                                    const ptl_forecast_options *options,
                                                    double *work, ptl_error *err);

/** The chance that what `estimate` forecasts is at least `threshold`, by the distribution that its
 * interval was made from: Student's t with `df`. NaN where the estimate is. */
PTL_API double ptl_forecast_chance(const ptl_estimate *estimate, double df, double threshold);

/* --- how good forecasts were ------------------------------------------------------------------ */

typedef struct ptl_forecast_score {
    int64_t n;
    double wape;        /* sum |actual - forecast| / sum |actual|                  */
    double wape_naive;  /* the same of the naive forecast                          */
    double bias;        /* sum (forecast - actual) / sum |actual|                  */
    double coverage;    /* share inside their interval                             */
    int64_t n_chances;  /* chances that were stated and have come out              */
    double brier;       /* mean (chance - came true)^2                             */
    double brier_naive; /* the same of the naive chance                            */
} ptl_forecast_score;

/** One forecast that has come out. NaN where there was no such statement. */
typedef struct ptl_forecast_outcome {
    ptl_estimate forecast;
    double naive; /* what the simplest rule said       */
    double actual;
    double chance; /* that actual >= threshold          */
    double chance_naive;
    double threshold;
} ptl_forecast_outcome;

/** Score n outcomes; every share is NaN where nothing of its kind came out. E_INVALID where an
 * actual or a forecast is not finite. */
PTL_NODISCARD PTL_API ptl_status ptl_forecast_score_all(ptl_forecast_score *out,
                                                        const ptl_forecast_outcome *outcomes,
                                                        int64_t n, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
