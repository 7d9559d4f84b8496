/* maturity.h: how much of a recent week is known by now.
 *
 * The question: orders and media of a week go on arriving and changing after its end; which share
 * of what it will come to is there today? The quantity, for a week of age a (whole weeks since its
 * end):
 *
 *     f(k) = Σ C(w, k + 1) ⁄ Σ C(w, k)      over past weeks w known at both ages
 *     share(a) = 1 ⁄ Π f(k),  k = a … A − 1
 *
 * where C(w, k) is what was known of week w when it was k weeks old. Method: the chain ladder of
 * reserving (Mack 1993, ASTIN Bulletin 23, eq. 2). The interval is the spread of C(w, a) ⁄ C(w, A)
 * over past weeks whose last age is over, empirical and without a distribution.
 *
 * *Differences from the paper*: no variance formula; the spread of past weeks stands for it.
 * *Not identified* where fewer than PTL_MATURITY_WEEKS_MIN past weeks were known at an age: one
 * bulk import tells nothing of delays. Cost: weeks × ages. */
#ifndef PTL_UNDERSTAND_MATURITY_H
#define PTL_UNDERSTAND_MATURITY_H

#include "portolan/verdict.h"

enum {
    PTL_MATURITY_AGES = 9,      /* ages 0 … 8: what comes later than two months is no delay     */
    PTL_MATURITY_WEEKS_MIN = 8, /* past weeks behind a step and behind an interval              */
    PTL_MATURITY_WEEKS_MAX = 105
};

/* What was known of the weeks: amounts[w * AGES + a], NaN where age a of week w is not over yet or
 * nothing was loaded at it. Weeks in order of time. */
typedef struct ptl_maturity_data {
    const double *amounts;
    int64_t n_weeks;
} ptl_maturity_data;

typedef struct ptl_maturity {
    ptl_verdict verdict; /* CONVERGED, or NOT_IDENTIFIED: nothing else is there then */
    double share;        /* of what the week will come to; NaN not identified         */
    double low, high;    /* 80 %, from past weeks                                     */
    int32_t n_weeks;     /* past weeks behind the interval                            */
} ptl_maturity;

/** The share of a week of `age`, [0, AGES). Reads no memory but its arguments'. */
ptl_maturity ptl_maturity_of(const ptl_maturity_data *data, int32_t age);

#endif
