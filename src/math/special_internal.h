/* special_internal.h: constants and helpers that the sources of special functions share. */
#ifndef PTL_MATH_SPECIAL_INTERNAL_H
#define PTL_MATH_SPECIAL_INTERNAL_H

#include "portolan/special.h"

#define PTL_INF ((double)INFINITY) /* INFINITY is a float constant */
#define PTL_LOG_2 0.69314718055994530942
#define PTL_PI 3.14159265358979323846
#define PTL_LOG_2PI 1.83787706640934548356
#define PTL_SQRT_2 1.41421356237309504880

/* Inverting a distribution function of one variable u in (-inf, inf), in which it is log-smooth:
 * fills log P, log Q and the log of the density by u. */
typedef void (*ptl_tails_fn)(double *log_p, double *log_q, double *log_density, double u,
                             const double *params);

/* u with P(u) = tail where `lower`, with 1 - P(u) = tail otherwise, 0 < tail < 1. `u` is a first
 * guess, any finite number. */
double ptl_tails_invert(double tail, bool lower, double u, ptl_tails_fn fn, const double *params);

/* log of x^a y^b / B(a, b), y = 1 - x. */
double ptl_log_beta_front(double a, double b, double x, double y);

#endif
