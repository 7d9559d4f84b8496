/* hazard_internal.h: journeys as the likelihood needs them, and its maximum. */
#ifndef PTL_SCIENCE_HAZARD_INTERNAL_H
#define PTL_SCIENCE_HAZARD_INTERNAL_H

#include "portolan/hazard.h"
#include "science/attribution_internal.h"

enum { BINS = PTL_HAZARD_BINS };

/** Conversions path by path, and the time that all journeys were watched for. */
typedef struct ptl_hazard_data {
    int32_t n_channels;
    int64_t n_won;       /* runs of converting cells of one path                                  */
    int64_t *cell_row;   /* n_won + 1: cells of run e                                             */
    int32_t *group;      /* per cell                                                              */
    double *count;       /* per cell: conversions                                                 */
    double *value;       /* per cell                                                              */
    int64_t *touch_row;  /* n_won + 1: touches of run e                                          */
    int32_t *channel;    /* per touch                                                             */
    double *age;         /* per touch, days at the conversion                                     */
    int64_t longest;     /* touches of a run                                                      */
    double *exposed;     /* [GROUPS x n_channels x BINS]: touches by age at their journey's end   */
    double *bin_age;     /* [n_channels x BINS]: their mean age                                   */
    double days[GROUPS]; /* watched after a first touch                                         */
    bool *seen;          /* n_channels                                                            */
} ptl_hazard_data;

PTL_NODISCARD ptl_status ptl_hazard_gather(ptl_hazard_data *out, const ptl_paths *paths,
                                           const ptl_hazard_options *o, ptl_arena *arena,
                                           ptl_error *err);

/** Parameters of one weighting of the groups. */
typedef struct ptl_hazard_fit {
    double *theta; /* 2 n_channels + 1, or n_channels + 2: logs, see hazard_fit.c */
    double baseline;
    double *effect, *rate; /* n_channels                                          */
    double *at_end;        /* n_channels + 1: credit, the baseline last           */
    double *at_end_value;
    double log_likelihood;
    ptl_verdict verdict;
    int64_t n_evaluations;
} ptl_hazard_fit;

PTL_NODISCARD ptl_status ptl_hazard_fit_alloc(ptl_hazard_fit *out, const ptl_hazard_data *data,
                                              ptl_arena *arena, ptl_error *err);

/** Buffers of one task. */
typedef struct ptl_hazard_work {
    double *won, *won_value; /* n_won                         */
    double *exposed;         /* [n_channels x BINS]           */
    double *part;            /* longest                       */
    double *slope;           /* 2 n_channels + 1              */
    double *lbfgs;
} ptl_hazard_work;

PTL_NODISCARD ptl_status ptl_hazard_work_alloc(ptl_hazard_work *out, const ptl_hazard_data *data,
                                               const ptl_hazard_options *o, ptl_arena *arena,
                                               ptl_error *err);

/** `start` NULL: from scratch; else from near that fit. */
PTL_NODISCARD ptl_status ptl_hazard_maximise(ptl_hazard_fit *out, const ptl_hazard_data *data,
                                             const double weight[GROUPS],
                                             const ptl_hazard_fit *start,
                                             const ptl_hazard_options *o, ptl_hazard_work *work,
                                             ptl_error *err);

/** Ages below what a clock can tell apart are raised to it. */
static inline double ptl_hazard_age(double age, double resolution)
{
    return age > resolution ? age : resolution;
}

#endif
