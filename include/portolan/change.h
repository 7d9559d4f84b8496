/* change.h: what changed, how surely, and which part of it was volume, rate, mix and price.
 *
 * Many series (cells: a metric of a member) are asked about their newest period at once. Those that
 * moved more than chance and more than matters are named, at most a handful; the chance that any is
 * named where nothing changed is held by Benjamini and Hochberg's rule. */
#ifndef PORTOLAN_CHANGE_H
#define PORTOLAN_CHANGE_H

#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PTL_CHANGE_CELLS_MAX = 100000, PTL_CHANGE_PERIODS_MAX = 10000, PTL_CHANGE_FOUND_MAX = 5 };

/* --- surprise: one value against misses made so far --------------------------------------------
 */

/** Chance of a miss at least as far from zero as `miss`, two-sided, where `misses[m]` were made the
 * same way before: Student's t around zero, its scale their root mean square, its tails theirs. NaN
 * below 8 misses. A miss where none was ever made has chance 0, and 1 where it is zero too. */
PTL_API double ptl_surprise(double miss, const double *misses, int64_t m);

/** The miss whose `ptl_surprise` is `chance`: half the width of a band. */
PTL_API double ptl_surprise_quantile(double chance, const double *misses, int64_t m);

/* --- what changed ----------------------------------------------------------------------------- */

/** One metric of one member (of the company, where `member` is -1). */
typedef struct ptl_change_cell {
    const double *y; /* n_periods values, oldest first; the newest is asked about            */
    int32_t metric;
    int32_t member;
    double least; /* smallest change worth acting on, in the metric's unit, >= 0             */
    double worth; /* money that one unit of the metric is worth, for ranking, > 0            */
} ptl_change_cell;

typedef struct ptl_change_options {
    int32_t size;       /* sizeof this struct, set by _default()                                */
    int32_t season;     /* periods in a year, [2, 400]; default 52                              */
    int32_t misses;     /* newest past misses that set the scale, [8, 1000]; default 52         */
    int32_t found_max;  /* named at most, [1, 5]; default 5                                     */
    double rate;        /* share of named cells that may be chance, (0, 1); default 0.05        */
    double probability; /* held by each cell's band, (0, 1); default 0.80                      */
} ptl_change_options;

/** What is known of one cell. NaN where its history is too short. */
typedef struct ptl_change_answer {
    ptl_estimate expected; /* of the newest period, made without it      */
    double change;         /* newest - expected                          */
    double chance;         /* of a change this large where nothing moved */
    bool passes;           /* Benjamini-Hochberg, and the least change   */
} ptl_change_answer;

typedef struct ptl_change_result {
    ptl_verdict verdict; /* CONVERGED, or NOT_IDENTIFIED where no cell has a history */
    int64_t n_asked;     /* cells with a history                                     */
    int64_t n_passed;
    int64_t found[PTL_CHANGE_FOUND_MAX]; /* indices of cells, most worth first: one a member  */
    int32_t n_found;
} ptl_change_result;

PTL_API ptl_change_options ptl_change_options_default(void);

/** Doubles of work. */
PTL_API int64_t ptl_change_work_n(int64_t n_cells, int64_t n_periods,
                                  const ptl_change_options *options);

/** answers[n_cells]. Of a member's cells that pass, the least likely is named; the company's is
 * left out where named members explain half of it. E_INVALID names the cell and period. */
PTL_NODISCARD PTL_API ptl_status ptl_change_find(ptl_change_result *result,
                                                 ptl_change_answer *answers,
                                                 const ptl_change_cell *cells, int64_t n_cells,
                                                 int64_t n_periods,
                                                 const ptl_change_options *options, double *work,
                                                 ptl_error *err);

/* --- volume, rate, mix, price ----------------------------------------------------------------- */

/** What one part of a whole did in one period. Money = volume x (count / volume) x (money / count):
 * visits, the orders they made, the revenue of those. */
typedef struct ptl_change_flow {
    int64_t volume; /* >= 0; where nobody counted it, the count again: then rate is zero */
    int64_t count;  /* >= 0                                                              */
    int64_t micros; /* any                                                               */
} ptl_change_flow;

/** They add up to the change in micros, exactly. */
typedef struct ptl_change_parts {
    int64_t volume; /* more or less of everything, at the shares, rates and prices there were */
    int64_t mix;    /* the volume moved between parts                                         */
    int64_t rate;   /* more or less count per volume                                          */
    int64_t price;  /* more or less money per count                                           */
} ptl_change_parts;

/** Shapley's split of the change from before[n_parts] to now[n_parts]: each factor's contribution
 * averaged over every order in which the factors could have moved, so no order is favoured. E_LIMIT
 * where a sum does not fit in 64 bits; E_INVALID for a negative volume or count. */
PTL_NODISCARD PTL_API ptl_status ptl_change_split(ptl_change_parts *out,
                                                  const ptl_change_flow *before,
                                                  const ptl_change_flow *now, int64_t n_parts,
                                                  ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
