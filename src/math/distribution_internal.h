/* distribution_internal.h: how every distribution refuses, and who is outside its support. */
#ifndef PTL_MATH_DISTRIBUTION_INTERNAL_H
#define PTL_MATH_DISTRIBUTION_INTERNAL_H

#include "math/special_internal.h"
#include "portolan/distribution.h"

/* Derivatives become NaN; the value is the answer: NaN for what is refused, -inf outside. */
static inline double ptl_without_slope(double *d, int n, double value)
{
    for (int i = 0; d && i < n; i++) d[i] = PTL_NAN;
    return value;
}

static inline bool ptl_is_scale(double x)
{
    return x > 0.0 && x < PTL_INF;
}

static inline bool ptl_is_probability(double p)
{
    return p >= 0.0 && p <= 1.0;
}

#endif
