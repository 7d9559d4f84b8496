/* experiment_value_internal.h: what the value of one design shares with the ranking of many. */
#ifndef PTL_SCIENCE_EXPERIMENT_VALUE_INTERNAL_H
#define PTL_SCIENCE_EXPERIMENT_VALUE_INTERNAL_H

#include "portolan/experiment_value.h"

/** What a decision is worth before anything is measured. */
typedef struct ptl_decision_now {
    int64_t best; /* the lowest index among equals */
    double value; /* its mean utility */
    double evpi;
    const double *mean; /* n_actions */
} ptl_decision_now;

/** Scratch of one design, cut out of the arena before tasks start. */
typedef struct ptl_rule_scratch {
    int64_t *order, *pool, *swap; /* n_draws, or n_outcomes where that is more */
    double *fit;                  /* 2 x n_draws x n_actions at most: mean and slope */
    double *off;                  /* n_draws: m less its pool's mean */
    double *weight;               /* 2 x n_draws: two a pool */
    double *outcome;              /* n_outcomes */
    double *key;                  /* n_outcomes */
    double *gain;                 /* n_draws */
    int64_t n_rule_max;           /* room for steps below */
    double *border;               /* as order: a rule has at most one step a draw or a reading */
    int64_t *action;              /* as order: a rule has at most one step a draw or a reading */
} ptl_rule_scratch;

/** Fills evsi, evsi_se, evppi, p_change and the rule. Never fails: all was checked. */
void ptl_experiment_rule(ptl_experiment_value *out, const ptl_experiment_decision *decision,
                         const ptl_decision_now *now, const ptl_experiment_design *design,
                         const ptl_experiment_options *o, ptl_rule_scratch *scratch);

#endif
