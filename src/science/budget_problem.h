/* budget_problem.h: one optimisation: limits, model, and the best plan so far. */
#ifndef PTL_SCIENCE_BUDGET_PROBLEM_H
#define PTL_SCIENCE_BUDGET_PROBLEM_H

#include "science/budget_internal.h"

/** How much one solution is worth while a weight or a price is still being looked for. */
typedef enum ptl_effort {
    PTL_EFFORT_FULL,  /* all starts, a bound                       */
    PTL_EFFORT_WARM,  /* from p->y alone, a bound                  */
    PTL_EFFORT_GLANCE /* from p->y alone, a few steps, and no bound */
} ptl_effort;

typedef struct ptl_problem {
    const ptl_budget_data *data;
    const ptl_budget_options *o;
    const ptl_budget_work *work;
    ptl_budget_model model;
    ptl_limits limits;
    double *cell_lo, *cell_hi; /* n_cells, money */
    int64_t per_channel_cells;
    double low_total; /* what lower bounds and commitments need */
    ptl_prices prices;
    double *ascent;            /* work of one */
    double *y, *start, *trial; /* n_vars */
    double *present;           /* n_vars: the plan in force, as near as limits allow */
    double value, bound;       /* of y, exact utility less price; over all */
    double lambda;
    double scale; /* money: what gaps are relative to */
    int64_t n_nodes;
    ptl_effort effort;
} ptl_problem;

/** Variables, limits and everything that contradicts; fills n_cells, n_blocks, n_vars. */
PTL_NODISCARD ptl_status ptl_problem_bound(ptl_problem *p, ptl_arena *arena, ptl_error *err);

/** The best y at the model's price and utility, from p->y as one of its starts; fills y, value,
 * bound, lambda. */
PTL_NODISCARD ptl_status ptl_problem_solve(ptl_problem *p, ptl_error *err);

/** A start for S-shaped curves that couple over weeks: the best of some flights for every channel,
 * money having `price` on top of the goal's own. p->y is one of the flights; y[n_vars] comes back
 * feasible. The utility must be a mean: a tail is not a sum over channels. Scratch stays in the
 * arena. */
PTL_NODISCARD ptl_status ptl_problem_fly(double *y, ptl_problem *p, double price, ptl_error *err);

/** Draws that are enough to compare plans: the first so many are an even sample. Of frozen weights
 * all: the few that weigh anything. */
int64_t ptl_problem_few(const ptl_problem *p);

#endif
