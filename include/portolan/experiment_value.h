/* experiment_value.h: what an experiment is worth before it is run, and which one to run next.
 *
 * A decision is open: one of several budgets will be in force for the horizon, and what each earns
 * is known only as posterior draws. A design would show one quantity (an incremental margin, a
 * lift) with error. Its worth is the gain from choosing after having seen the result:
 *
 *   EVPI  = E max_a u(a) - max_a E u(a)              everything known
 *   EVPPI = E max_a E(u(a) | m) - max_a E u(a)       the measured quantity m known without error
 *   EVSI  = E_y max_a E(u(a) | y) - max_a E u(a)     y = m + bias + error seen
 *   ENBS  = EVSI x share of the horizon left after the test - cost
 *
 * 0 <= EVSI <= EVPPI <= EVPI, and EVSI is exactly 0 where no result would change the choice. The
 * cost is money paid plus the margin forgone in the test's own arms. Where no design has a positive
 * ENBS the answer is to run none. */
#ifndef PORTOLAN_EXPERIMENT_VALUE_H
#define PORTOLAN_EXPERIMENT_VALUE_H

#include "portolan/arena.h"
#include "portolan/executor.h"
#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PTL_EXPERIMENT_DESIGNS_MAX 10000 /* designs compared in one call: more is a search */
#define PTL_EXPERIMENT_DRAWS_MAX 1000000 /* posterior draws: beyond, thinning loses nothing */
#define PTL_EXPERIMENT_ACTIONS_MAX 10000 /* budgets to choose among: a grid, not a continuum */
#define PTL_EXPERIMENT_RULE_MAX 16       /* steps of a decision rule that is written out */

/** Closed forms for two actions whose difference in utility is N(mu, sigma^2), observed with error
 * of standard deviation `error_sd`: v phi(mu / v) - |mu| Phi(-|mu| / v), v = sigma^2 /
 * sqrt(sigma^2 + error_sd^2) (Raiffa & Schlaifer 1961, ch. 5). In the utility's unit. sigma,
 * error_sd >= 0, error_sd may be infinite; NaN outside. Relative error below 1e-12 while the
 * answer is a normal number. EVPI is the same with error_sd = 0. */
PTL_API double ptl_experiment_evsi_normal(double mu, double sigma, double error_sd);
PTL_API double ptl_experiment_evpi_normal(double mu, double sigma);

/** Standard error of the mean difference between n_treated and n_control units over `weeks`, where
 * a unit's week has standard deviation sd and weeks of one unit correlate by `correlation`:
 * sd sqrt((1/n_t + 1/n_c) (1 + (weeks - 1) r) / weeks). NaN for arguments out of range (counts and
 * weeks >= 1, sd >= 0, r in [-1/(weeks - 1), 1]). */
PTL_API double ptl_experiment_error_sd(double sd, int64_t n_treated, int64_t n_control,
                                       int32_t weeks, double correlation);

/** The open decision. utility is n_draws x n_actions, draw by draw: CM1 net of media, in money,
 * over the whole horizon, discounted, under action a if draw s is the truth. Borrowed. */
typedef struct ptl_experiment_decision {
    int64_t n_draws;       /* [2, PTL_EXPERIMENT_DRAWS_MAX]            */
    int64_t n_actions;     /* [1, PTL_EXPERIMENT_ACTIONS_MAX]          */
    const double *utility; /* finite                                   */
    double ess;            /* effective number of draws, (0, n_draws]; 0 means n_draws */
} ptl_experiment_decision;

/** Who stands in one arm: `share` of the market is run at `action` while the test lasts. */
typedef struct ptl_experiment_arm {
    double share;   /* [0, 1] */
    int64_t action; /* an action of the decision */
} ptl_experiment_arm;

/** A feasible design. Arrays are borrowed. */
typedef struct ptl_experiment_design {
    const char *name;             /* for messages; may be NULL                             */
    int32_t decision;             /* index of the decision that it informs                 */
    int32_t weeks;                /* length of the test, [1, 520]                          */
    int32_t weeks_to_read;        /* from its end until the result is acted on, [0, 520]   */
    double error_sd;              /* of the reading, in the unit of `measured`, >= 0       */
    double bias_sd;               /* of what more units do not remove: spill-over, contamination,
                                     a window too short; >= 0                              */
    const double *measured;       /* n_draws: what the test would read without error       */
    ptl_experiment_arm control;   /* the margin forgone in both arms is the gap to the best */
    ptl_experiment_arm treatment; /* action known today, for the length of the test         */
    double cost;                  /* money paid for it: set-up, analysis, media; >= 0      */
} ptl_experiment_design;

typedef struct ptl_experiment_options {
    int32_t size;          /* sizeof this struct, set by _default()                               */
    int32_t horizon_weeks; /* of the decision and of the utilities, [1, 520]; default 52          */
    double discount_annual; /* rate a year, [0, 10]; default 0.10 */
    int32_t n_outcomes;     /* readings at which the choice is looked up before its borders are
                               refined, [16, 65536]; default 512                                   */
    int32_t
        pool; /* neighbouring draws by `measured` over which utilities are fitted by a line, so that
                 a precise test is not credited with knowing what it does not measure;
                 1 none, 0 the square root of n_draws; default 0                     */
    double level;  /* of the test, two-sided, (0, 1); default 0.10                        */
    double effect; /* reading that `power` is stated for, in its unit; default NaN: none  */
} ptl_experiment_options;

typedef struct ptl_experiment_value {
    ptl_verdict verdict; /* INACCURATE where the sign of ENBS is within two standard errors that the
                            number of draws leaves; CONVERGED otherwise */
    double evsi;         /* money over the horizon, were the result known today */
    double evsi_se;      /* its standard error from the finite number of draws  */
    double evppi;        /* money */
    double evpi;         /* money */
    double share_left;   /* of the discounted horizon after the result is in, [0, 1] */
    double margin_forgone; /* money, in both arms, >= 0 */
    double cost;           /* cost paid + margin_forgone */
    double enbs;           /* evsi x share_left - cost   */
    double p_change;       /* chance that the result changes the choice */
    double power;          /* chance to tell `effect` from zero at `level`, bias included; or NaN */
    double assurance;      /* the same over the posterior of what is measured */
    int64_t action_now;    /* best today, the lowest index among equals */
    double value_now;      /* its expected utility, money */
    int32_t n_rule;        /* steps of the rule; the first PTL_EXPERIMENT_RULE_MAX are kept */
    int64_t rule_action[PTL_EXPERIMENT_RULE_MAX]; /* choose this … */
    double rule_from[PTL_EXPERIMENT_RULE_MAX];    /* … from this reading on; the first is -inf */
} ptl_experiment_value;

typedef struct ptl_experiment_choice {
    int64_t best;       /* index of the design with the greatest ENBS; -1: run none */
    double enbs;        /* its ENBS; 0 for none */
    int64_t n_positive; /* designs whose ENBS is above zero */
} ptl_experiment_choice;

typedef struct ptl_experiment_work {
    ptl_arena *arena;             /* scratch, handed back */
    const ptl_executor *executor; /* designs in parallel; NULL: one after the other */
} ptl_experiment_work;

PTL_API ptl_experiment_options ptl_experiment_options_default(void);

/** Value of every design into values[n_designs], and which to run. E_INVALID names the design or
 * the decision, the draw and the action that is not allowed. Same bytes at any width. */
PTL_NODISCARD PTL_API ptl_status ptl_experiment_solve(
    ptl_experiment_choice *out, ptl_experiment_value *values,
    const ptl_experiment_decision *decisions, int32_t n_decisions,
    const ptl_experiment_design *designs, int64_t n_designs, const ptl_experiment_options *options,
    const ptl_experiment_work *work, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
