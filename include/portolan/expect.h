/* expect.h: what the periods before lead one to expect of the next.
 *
 * For a series y_1 … y_n (weeks, say): before period t is seen, its expectation is the median of
 * the `window` periods before it, and its interval adds the quantiles of the misses made so far in
 * the same way. Nothing from t or later enters the band at t. */
#ifndef PORTOLAN_EXPECT_H
#define PORTOLAN_EXPECT_H

#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ptl_expect_options {
    int32_t size;       /* sizeof this struct, set by _default()                           */
    int32_t window;     /* periods the median looks back over, [1, 104]; default 8         */
    int32_t misses_max; /* newest misses that count, [9, 10000]; default 104               */
    double probability; /* held by the band, (0, 1); default 0.80                          */
} ptl_expect_options;

typedef struct ptl_expect_result {
    ptl_verdict
        verdict;       /* of the last period: CONVERGED, or NOT_IDENTIFIED where history is short */
    int64_t first;     /* index of the first period that has a band; n where none has             */
    ptl_estimate next; /* of period n + 1, not yet seen                                           */
} ptl_expect_result;

PTL_API ptl_expect_options ptl_expect_options_default(void);

/** Doubles of work needed for a series of n. */
PTL_API int64_t ptl_expect_work_n(int64_t n, const ptl_expect_options *options);

/** Band of every period: out[t] for t in [0, n), NaN in all fields where history is too short.
 *
 * y: n values, any unit, finite. options NULL means the defaults. work: ptl_expect_work_n doubles.
 * E_INVALID names the first value that is not finite, or the option out of range.
 * The interval needs m >= ceil(2 / (1 - probability)) - 1 misses, 9 at 80 %. */
PTL_NODISCARD PTL_API ptl_status ptl_expect_solve(ptl_expect_result *result, ptl_estimate *out,
                                                  const double *y, int64_t n,
                                                  const ptl_expect_options *options, double *work,
                                                  ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
