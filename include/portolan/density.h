/* density.h: a sample drawn as a curve.
 *
 * Kernel estimate with a normal kernel: f(t) = 1/(n h) sum_i phi((t - x_i) / h), with the bandwidth
 * of Silverman (1986, Density Estimation for Statistics and Data Analysis, eq. 3.31),
 * h = 0.9 min(sd, IQR / 1.34) n^(-1/5). It is for looking at: intervals and chances are counted on
 * the sample itself. */
#ifndef PORTOLAN_DENSITY_H
#define PORTOLAN_DENSITY_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PTL_DENSITY_POINTS = 65 };

/** Point k lies at from + k (to - from) / (PTL_DENSITY_POINTS - 1). */
typedef struct ptl_density {
    double from, to;                   /* in units of x; the ends hold the sample's inner 99 % */
    double height[PTL_DENSITY_POINTS]; /* per unit of x, >= 0 */
    double median;
    double bandwidth; /* h, in units of x; 0 where all are equal: then no height is above 0 */
} ptl_density;

/** The density of x[n], ascending and finite, n >= 1. */
PTL_API void ptl_density_estimate(ptl_density *out, const double *x, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
