/* triangulate.h: one figure per channel from sources that do not measure the same thing.
 *
 * The estimand comes first: incremental CM1 of each channel in one period, geo and slope. Every
 * source is mapped to it or left out with a reason. What an experiment or the mix model says of the
 * effect is the measurement; journey credit is a biased second witness whose bias is learnt where
 * the effect is known (src/science/triangulate.c). Platform claims stand beside and enter nothing.
 *
 * All memory comes from the arena and the result lies there; on failure it is as it was. */
#ifndef PORTOLAN_TRIANGULATE_H
#define PORTOLAN_TRIANGULATE_H

#include "portolan/arena.h"
#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_TRIANGULATE_CHANNELS_MAX =
        256,                           /* the posterior of the spread stays resolved by its nodes */
    PTL_TRIANGULATE_SOURCES_MAX = 4096 /* sixteen a channel                                       */
};

typedef enum ptl_source_kind {
    PTL_SOURCE_EFFECT,     /* the mix model's, into which experiments went */
    PTL_SOURCE_EXPERIMENT, /* an experiment's own figure                   */
    PTL_SOURCE_CREDIT,     /* journey credit, of one method                */
    PTL_SOURCE_CLAIM       /* what a platform says of itself               */
} ptl_source_kind;

typedef enum ptl_measure {
    PTL_MEASURE_CM1,
    PTL_MEASURE_REVENUE,
    PTL_MEASURE_CONVERSIONS
} ptl_measure;

typedef enum ptl_slope {
    PTL_SLOPE_AVERAGE, /* against nothing spent; amounts in the period           */
    PTL_SLOPE_MARGINAL /* of the last unit spent; amounts per unit of more spend */
} ptl_slope;

/** What is asked for. */
typedef struct ptl_estimand {
    int32_t n_channels;  /* [1, 256]                                                   */
    int64_t period_from; /* days, counted from anywhere, both included                 */
    int64_t period_to;
    int32_t geo; /* -1: everywhere                                             */
    ptl_slope slope;
    const double *spend;           /* n_channels, in the period; NULL: tested ranges are ignored */
    const double *cm1_per_revenue; /* n_channels, NaN where not known; NULL: nowhere known */
    const double *cm1_per_conversion; /* likewise                                             */
} ptl_estimand;

/** One figure of one source about one channel. */
typedef struct ptl_source {
    ptl_source_kind kind;
    int32_t channel; /* [0, n_channels)                                                     */
    char grade;      /* 'A' to 'E': A and B are what the bias of credit is learnt on        */
    ptl_measure measure;
    ptl_slope slope;
    int64_t period_from;
    int64_t period_to;
    int32_t geo;
    double spend_low; /* spend in the period at which it was tested; NaN: no range stated   */
    double spend_high;
    ptl_verdict verdict;
    ptl_estimate figure; /* of `measure`; a claim needs no interval                         */
} ptl_source;

/* What became of a source: name, text. */
#define PTL_SOURCE_USE_LIST(X)                                                                     \
    X(USED, "it enters the figure")                                                                \
    X(BESIDE, "a claim stands beside and enters nothing")                                          \
    X(THROUGH_MODEL, "an experiment enters once, through the mix model")                           \
    X(NOT_BELIEVED, "its verdict says that it may not be used")                                    \
    X(NO_FIGURE, "it has no finite figure")                                                        \
    X(NO_INTERVAL, "it has no interval, so its weight is not known")                               \
    X(OTHER_SLOPE, "an average and a marginal figure are different questions")                     \
    X(OTHER_PERIOD, "it speaks of another period")                                                 \
    X(OTHER_GEO, "it speaks of another geo")                                                       \
    X(OUTSIDE_RANGE, "spend lies outside the range it was tested at")                              \
    X(NO_MARGIN, "it counts revenue, and the margin is not known")                                 \
    X(NO_WORTH, "it counts conversions, and what one is worth is not known")                       \
    X(NOT_POSITIVE, "a ratio of credit to effect needs both above zero")                           \
    X(NO_EFFECT, "there is no effect for credit to stand against")

typedef enum ptl_source_use {
#define PTL_SOURCE_USE_ENUM(name, text) PTL_SOURCE_##name,
    PTL_SOURCE_USE_LIST(PTL_SOURCE_USE_ENUM)
#undef PTL_SOURCE_USE_ENUM
} ptl_source_use;

PTL_API const char *ptl_source_use_text(ptl_source_use use);

typedef struct ptl_triangulate_options {
    int32_t size;        /* sizeof this struct, set by _default()                              */
    double bias_scale;   /* b ~ N(0, this^2), natural logs, (0, 10]; default ln 4              */
    double spread_scale; /* tau ~ half-normal of this scale, (0, 10]; default ln 2             */
    double conflict_p;   /* two-sided prior-predictive probability below which the two
                            sources conflict, (0, 1); default 0.05                             */
    int32_t learn_min;   /* channels of grade A or B below which the prior speaks, [1, 256]; 3 */
    double probability;  /* held by intervals, (0, 1); default 0.90                            */
} ptl_triangulate_options;

PTL_API ptl_triangulate_options ptl_triangulate_options_default(void);

/** One channel. Amounts are CM1 in the period (average) or per unit of spend (marginal). */
typedef struct ptl_triangulated {
    ptl_verdict verdict;      /* NOT_IDENTIFIED where no source of the effect could be mapped   */
    char grade;               /* of figure and effect: the effect's; credit lifts no grade      */
    ptl_estimate effect;      /* as measured; NaN where none                                    */
    ptl_estimate credit;      /* as mapped, its bias still in it; NaN where none                */
    ptl_estimate from_credit; /* effect that credit alone lets expect; NaN below learn_min where
                                 there is no effect to hold it against                          */
    ptl_estimate figure;      /* both together, or the effect alone; NaN on conflict            */
    double p;                 /* prior-predictive, two-sided; NaN without both sources          */
    bool conflict;            /* p < conflict_p: effect and from_credit stand, nothing pooled   */
    bool prior_speaks;        /* the bias rests on fewer than learn_min other channels          */
    int32_t n_learnt;         /* channels, other than this one, that it rests on                */
    double settle_error;      /* on conflict: the standard error of an experiment that would
                                 tell the two apart with power 0.8 at 5 %; else NaN             */
    double claim;             /* the platform's, in CM1; NaN where none                         */
    ptl_estimate over_claim;  /* claim / figure, or / effect on conflict; high is +infinity
                                 where the figure's interval reaches zero                       */
} ptl_triangulated;

typedef struct ptl_triangulate_result {
    ptl_verdict verdict; /* NOT_IDENTIFIED where no channel has a figure                      */
    int32_t n_channels;
    ptl_triangulated *channel; /* n_channels                                                  */
    int32_t n_sources;
    ptl_source_use *use; /* n_sources: what became of each                                   */
    ptl_estimate bias;   /* credit / effect, over all channels of grade A or B               */
    ptl_estimate spread; /* factor by which one channel's ratio departs from that: exp(tau)  */
    int32_t n_learnt;    /* such channels                                                    */
    bool prior_speaks;
    int32_t n_conflicts;
    int32_t settle_first; /* channel whose conflict has most CM1 in it; -1: none              */
} ptl_triangulate_result;

/** E_INVALID names the source or channel: an index or grade out of range, low above high, a claim
 * below zero, two effects or two credits of one channel that both map. Deterministic: quadrature,
 * no draws. Cost O(channels^2) nodes. */
PTL_NODISCARD PTL_API ptl_status ptl_triangulate_solve(ptl_triangulate_result *out,
                                                       const ptl_estimand *estimand,
                                                       const ptl_source *sources, int32_t n_sources,
                                                       const ptl_triangulate_options *options,
                                                       ptl_arena *arena, ptl_error *err);

/** A closed period's books: baseline + sum of increments + unexplained = revenue, exactly. */
typedef struct ptl_reconciliation {
    int64_t revenue_micros;
    int64_t baseline_micros;
    int64_t increments_micros; /* their sum                                   */
    int64_t unexplained_micros;
    int32_t n_missing;        /* increments that are not known: within unexplained */
    double unexplained_share; /* of revenue; NaN where revenue is zero        */
} ptl_reconciliation;

/** Rounds baseline and each of increment[n], in micros, half to even to whole `unit_micros` (10,000
 * is a cent) into line_micros[n], and gives what is left to `unexplained`, so that the lines as
 * printed add up. NaN is an increment that nobody measured: its line is 0 and it is counted.
 * E_INVALID where baseline is not finite or an increment is infinite; E_LIMIT beyond 2^62 micros.
 */
PTL_NODISCARD PTL_API ptl_status ptl_reconcile(ptl_reconciliation *out, int64_t *line_micros,
                                               int64_t revenue_micros, double baseline,
                                               const double *increment, int32_t n,
                                               int64_t unit_micros, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
