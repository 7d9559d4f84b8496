/* order_internal.h: positions in ascending order of a key, for estimators that rank draws. */
#ifndef PTL_SCIENCE_ORDER_INTERNAL_H
#define PTL_SCIENCE_ORDER_INTERNAL_H

#include "portolan/status.h"

/** order[n]: 0 … n - 1 by ascending key, equals in their first order. scratch: n. Keys are finite.
 */
void ptl_order_by(int64_t *order, const double *key, int64_t n, int64_t *scratch);

/** The p-quantile, p in [0, 1], of keys in that order: linear between order statistics. */
double ptl_order_quantile(const double *key, const int64_t *order, int64_t n, double p);

#endif
