/* attribution_internal.h: what the attribution methods share: replicates, credit from draws, and a
 * table from 64-bit keys to running numbers. */
#ifndef PTL_SCIENCE_ATTRIBUTION_INTERNAL_H
#define PTL_SCIENCE_ATTRIBUTION_INTERNAL_H

#include "portolan/attribution.h"

enum {
    GROUPS = PTL_ATTRIBUTION_GROUPS,
    TASKS = 16 /* stripes of parallel work: fixed, so that no sum's order depends on the machine */
};

/** Groups with a touched journey, which intervals rest on, and those where one converts. */
typedef struct ptl_groups {
    bool seen[GROUPS];
    bool converts[GROUPS];
} ptl_groups;
void ptl_paths_groups(ptl_groups *out, const ptl_paths *paths);

/** Weights of groups, one row a replicate; row 0 is the data as they are, all ones. */
typedef struct ptl_replicates {
    int64_t n_rows;       /* 1 + replicates                                                */
    double *weight;       /* [n_rows x GROUPS], row by row                                 */
    double spread_factor; /* variance = this times the sum of squared deviations           */
    double t;             /* half width in standard errors; NaN where there is no interval */
    double probability;
} ptl_replicates;

PTL_NODISCARD ptl_status ptl_replicates_make(ptl_replicates *out,
                                             const ptl_interval_options *options,
                                             const ptl_groups *groups,
                                             const ptl_attribution_work *work, ptl_error *err);

/** t with P(|T| <= t) = p at n degrees of freedom, n >= 1. */
double ptl_student_t(double p, int32_t n);

/** The estimate whose draws are draw[0], draw[stride], …: the point first. extra_variance is noise
 * of the point that the replicates share and so do not show. */
ptl_estimate ptl_replicates_estimate(const ptl_replicates *r, const double *draw, int64_t stride,
                                     double extra_variance);

/** Draws of credit: rows of n_channels each. Value may be NULL where it has no total. */
typedef struct ptl_credit_draws {
    double *credit;
    double *value;
} ptl_credit_draws;

/** total, verdict and the three arrays of estimates from the draws. sampling: variance per channel
 * of the credit's point, in shares of the total; NULL for none. */
PTL_NODISCARD ptl_status ptl_credit_estimate(ptl_attribution_result *out, const ptl_paths *paths,
                                             const ptl_attribution_total *total,
                                             const ptl_replicates *r, const ptl_credit_draws *d,
                                             const double *sampling, ptl_arena *arena,
                                             ptl_error *err);

/** Draws from sums per group: credit_sum and value_sum are [GROUPS x n_channels]. */
PTL_NODISCARD ptl_status ptl_credit_draw(ptl_credit_draws *out, const ptl_replicates *r,
                                         int32_t n_channels, const double *credit_sum,
                                         const double *value_sum, ptl_arena *arena, ptl_error *err);

PTL_NODISCARD ptl_status ptl_attribution_check(const ptl_attribution_work *work, int32_t size,
                                               int32_t size_expected, const char *what,
                                               ptl_error *err);

/* ---- keys to numbers ---- */

typedef struct ptl_intern {
    ptl_arena *arena;
    uint64_t *key; /* 0 is an empty place: keys are stored plus one */
    int32_t *id;
    int64_t n_places; /* a power of two, at least twice n */
    int32_t n;
} ptl_intern;

PTL_NODISCARD ptl_status ptl_intern_init(ptl_intern *t, ptl_arena *arena, ptl_error *err);

/** The key's number, a new one (n) if it was not there. Keys below 2^64 - 1. */
PTL_NODISCARD ptl_status ptl_intern_add(ptl_intern *t, uint64_t key, int32_t *id, ptl_error *err);
int32_t ptl_intern_find(const ptl_intern *t, uint64_t key); /* -1 where it is not */

#define ALLOC(target, arena, n, err)                                                               \
    do {                                                                                           \
        (target) = ptl_arena_array((arena), (n), sizeof *(target), (err));                         \
        if (!(target)) return (err) ? (err)->status : PTL_E_LIMIT;                                 \
    } while (0)

/** What every solve does at its end: on failure the arena is as it was. */
static inline ptl_status attribution_end(ptl_status st, ptl_arena *arena, ptl_arena_mark mark)
{
    if (st != PTL_OK) ptl_arena_rewind(arena, mark);
    return st;
}

#endif
