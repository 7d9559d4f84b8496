/* sum.h: sums that lose nothing they need not lose, in a fixed order.
 *
 * Neumaier's compensated sum (1974): the error is bounded by 2 eps |sum| + O(n eps^2) sum|x|. */
#ifndef PORTOLAN_SUM_H
#define PORTOLAN_SUM_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ptl_sum {
    double total;
    double carry;
} ptl_sum;

PTL_API void ptl_sum_add(ptl_sum *sum, double x);
PTL_API double ptl_sum_value(const ptl_sum *sum);

PTL_API double ptl_sum_array(const double *x, int64_t n); /* 0 for n = 0   */
PTL_API double ptl_sum_dot(const double *x, const double *y, int64_t n);
PTL_API double ptl_sum_mean(const double *x, int64_t n);     /* NaN for n = 0 */
PTL_API double ptl_sum_variance(const double *x, int64_t n); /* divisor n - 1; NaN for n < 2      */

/** a * b in 128 bits, divided by divisor > 0, rounded half to even. E_LIMIT where it does not fit
 * in 64 bits. Money: micros x rate / scale, rounded once. */
PTL_NODISCARD PTL_API ptl_status ptl_muldiv(int64_t *out, int64_t a, int64_t b, int64_t divisor,
                                            ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
