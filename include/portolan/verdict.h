/* verdict.h: whether an answer may be believed, which a status does not say. */
#ifndef PORTOLAN_VERDICT_H
#define PORTOLAN_VERDICT_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PTL_VERDICT_LIST(X)                                                                        \
    X(CONVERGED, "converged")           /* the answer meets what was asked                    */   \
    X(INACCURATE, "inaccurate")         /* usable, with a stated loss of accuracy             */   \
    X(NOT_CONVERGED, "not converged")   /* the last iterate; not to be used                   */   \
    X(NOT_IDENTIFIED, "not identified") /* the data did not speak: estimates are NaN        */

typedef enum ptl_verdict {
#define PTL_VERDICT_ENUM(name, text) PTL_##name,
    PTL_VERDICT_LIST(PTL_VERDICT_ENUM)
#undef PTL_VERDICT_ENUM
} ptl_verdict;

PTL_API const char *ptl_verdict_text(ptl_verdict verdict);

/** One estimate: a point and the interval that holds the truth with `probability`. Failure is NaN
 * in all four, never a plausible figure. */
typedef struct ptl_estimate {
    double point;
    double low;
    double high;
    double probability; /* (0, 1), or NaN where the figure is counted and has no interval */
} ptl_estimate;

/** A typed diagnostic: what was measured, against which limit, and what to do about it. */
typedef enum ptl_outcome { PTL_PASS, PTL_REVIEW, PTL_FAIL } ptl_outcome;

typedef struct ptl_check {
    const char *id; /* "r_hat_max" */
    ptl_outcome outcome;
    double measured;
    double threshold;
    const char *advice; /* one sentence */
} ptl_check;

#ifdef __cplusplus
}
#endif
#endif
