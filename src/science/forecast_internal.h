/* forecast_internal.h: what the files of forecast share. */
#ifndef PTL_SCIENCE_FORECAST_INTERNAL_H
#define PTL_SCIENCE_FORECAST_INTERNAL_H

#include "portolan/forecast.h"

/* --- seasons (forecast_season.c) -------------------------------------------------------------- */

/** Whether the series repeats itself every `season` periods: two seasons at least, and visible. */
bool ptl_season_visible(const double *y, int64_t n, int32_t season);

/** How it repeats itself: fills index[season] (factors with mean 1, or differences with mean 0),
 * index[0] belonging to y[0]. NONE where fewer than two whole seasons are there. `shrink`: drawn
 * towards no season by the share of the indices' variance that is noise. */
ptl_forecast_season ptl_season_find(double *index, const double *y, int64_t n, int32_t season,
                                    bool shrink);

/** y without (forward) or with (back) the season of period t. */
double ptl_season_remove(ptl_forecast_season kind, const double *index, int32_t season, int64_t t,
                         double value);
double ptl_season_restore(ptl_forecast_season kind, const double *index, int32_t season, int64_t t,
                          double value);

/* --- smoothing (forecast_smooth.c) ------------------------------------------------------------ */

/* One fitted smoother, at the end of its series. Simple smoothing: beta = 0, phi = 0, trend = 0. */
typedef struct ptl_smooth {
    double alpha;        /* weight of the newest error on the level                  */
    double beta;         /* on the trend, as a share of alpha                        */
    double phi;          /* share of the trend that a period keeps                   */
    double level, trend; /* after the last period                                    */
    double sse;          /* sum of squared one-step errors                           */
} ptl_smooth;

/** Least squares over alpha, beta, phi and the first state. `start` (nullable): where to search
 * from, of a series that was nearly the same. */
void ptl_smooth_simple(ptl_smooth *out, const double *x, int64_t n, const ptl_smooth *start);
void ptl_smooth_damped(ptl_smooth *out, const double *x, int64_t n, const ptl_smooth *start);

/** Weight of an error on the forecast j periods later, j >= 1. */
double ptl_smooth_weight(const ptl_smooth *smooth, int64_t j);

/** Slope of the least-squares line through x. */
double ptl_line_slope(const double *x, int64_t n);

#endif
