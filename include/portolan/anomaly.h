/* anomaly.h: days of a series that do not fit the others.
 *
 * For auditing data, not for judging the business: a level that jumps by a factor for some days,
 * days that are missing, a clock that is shifted. Everything is measured against the series itself,
 * by medians, so that what is looked for does not hide itself. Pure: same series, same bytes. */
#ifndef PORTOLAN_ANOMALY_H
#define PORTOLAN_ANOMALY_H

#include "portolan/arena.h"
#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_ANOMALY_DAYS_MAX = 40000, /* of a series: a century              */
    PTL_ANOMALY_RUNS_MAX = 64     /* found in one series; more is no run */
};

/** Consecutive days, by index into the series, both ends inclusive. */
typedef struct ptl_anomaly_run {
    int64_t first, last;
    double factor; /* level of these days over the level expected; gaps: 0                  */
    double score;  /* how far out, in robust deviations of runs this long; gaps: -ln chance */
} ptl_anomaly_run;

typedef struct ptl_anomaly_runs {
    ptl_anomaly_run run[PTL_ANOMALY_RUNS_MAX]; /* strongest first */
    int64_t n;
} ptl_anomaly_runs;

typedef struct ptl_anomaly_options {
    int32_t size;
    int32_t weeks;     /* before and after that tell what to expect, [2, 26]; default 6        */
    int32_t longest;   /* run looked for, in days, [1, 60]; default 28                         */
    double factor_min; /* smallest change of level reported, up or down, (1, inf); default 1.6 */
    double score_min;  /* robust deviations, (0, inf); default 8                               */
    double chance_max; /* a gap is reported where its chance is below, (0, 1); default 1e-6    */
} ptl_anomaly_options;

PTL_API ptl_anomaly_options ptl_anomaly_options_default(void);

/** Runs of days whose level is off by a factor.
 *
 * value[n]: one a day, > 0; 0 and NaN are missing. Expected is the median of the logarithms on the
 * same weekday in the weeks around, without the run itself as long as it is shorter than those. The
 * deviation of a run of L days is measured against the MAD of all runs of L days, so that a series
 * that wanders is not accused of it. Fewer than 8 weeks known: no runs. Arena: 4 n doubles.
 * E_INVALID: a negative value, by day. */
PTL_NODISCARD PTL_API ptl_status ptl_anomaly_level(ptl_anomaly_runs *out, const double *value,
                                                   int64_t n, const ptl_anomaly_options *options,
                                                   ptl_arena *arena, ptl_error *err);

/** Runs of days without anything, up to the last day of the series.
 *
 * rows[n] counts a day's rows, >= 0. With p the share of days with rows in the four weeks before
 * and after, a gap of g days has chance (1 - p)^g, p at most 1 - 1/56. A gap is excused where two
 * others are at least two thirds as long: a series that pauses by habit. */
PTL_NODISCARD PTL_API ptl_status ptl_anomaly_gaps(ptl_anomaly_runs *out, const int64_t *rows,
                                                  int64_t n, const ptl_anomaly_options *options,
                                                  ptl_error *err);

/** By how many bins of a day's circle `window` is shifted against `reference`.
 *
 * Both count things by time of day, n_bins bins. The shift is the one with the highest likelihood,
 * in (-n_bins / 2, n_bins / 2]; `gain` is its log likelihood over that of no shift (0 and 0 for an
 * empty window). */
PTL_NODISCARD PTL_API ptl_status ptl_anomaly_shift(int32_t *shift, double *gain,
                                                   const int64_t *reference, const int64_t *window,
                                                   int32_t n_bins, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
