/* markov_internal.h: the chain of journeys, its solution, and its replicates. */
#ifndef PTL_SCIENCE_MARKOV_INTERNAL_H
#define PTL_SCIENCE_MARKOV_INTERNAL_H

#include "science/attribution_internal.h"

enum {
    CHANNEL_BITS = 16, /* of a state's key: channel + 1, newest in the lowest bits, 0 for none */
    DENSE_MAX = 256    /* states up to which elimination is used: 0.5 MiB a task               */
};

/** States seen and the transitions between them, counted per group. State 0 is the start. */
typedef struct ptl_chain {
    int32_t order;
    int32_t n_channels;
    int64_t n_states; /* the start included                                    */
    int64_t n_edges;
    uint64_t *key;                      /* n_states: the touches a state remembers               */
    int64_t *row;                       /* n_states + 1: edges of state i are row[i] .. row[i+1] */
    int32_t *to;                        /* n_edges                                               */
    int32_t *count;                     /* [n_edges x GROUPS]                                    */
    int32_t *end_converting, *end_null; /* [n_states x GROUPS]             */
    double *end_value;                  /* [n_states x GROUPS]             */
} ptl_chain;

PTL_NODISCARD ptl_status ptl_chain_build(ptl_chain *out, const ptl_paths *paths, int32_t order,
                                         bool use_null, ptl_arena *arena, ptl_error *err);

/** Probabilities of one weighting of the groups. */
typedef struct ptl_rates {
    double *p;       /* n_edges                                  */
    double *convert; /* n_states: P(conversion next)             */
    double *value;   /* n_states: expected value won next        */
    double *exit;    /* n_states: P(conversion or null next)     */
} ptl_rates;

PTL_NODISCARD ptl_status ptl_rates_alloc(ptl_rates *out, const ptl_chain *chain, ptl_arena *arena,
                                         ptl_error *err);
void ptl_rates_weigh(ptl_rates *out, const ptl_chain *chain, const double weight[GROUPS]);

/** Whether the transition is cut by the removal. NULL removes nothing. */
bool ptl_removal_cuts(const ptl_removal *removal, const ptl_chain *chain, uint64_t from_key,
                      uint64_t to_key);

/** Buffers of one task. */
typedef struct ptl_absorb_work {
    double *p;      /* n_edges: with cut transitions at zero  */
    double *exit;   /* n_states: with what was cut            */
    double *h;      /* [n_states x 2]: conversion, value      */
    double *square; /* n_states^2, for elimination; else NULL */
    double *pivot;  /* n_states                               */
} ptl_absorb_work;

PTL_NODISCARD ptl_status ptl_absorb_alloc(ptl_absorb_work *out, const ptl_chain *chain, bool dense,
                                          ptl_arena *arena, ptl_error *err);

typedef struct ptl_absorb_result {
    double convert;
    double value;
    double residual;     /* largest |r + P h - h|, conversion, absolute */
    double residual_rel; /* largest of both, relative to the largest h  */
    int32_t sweeps;
    bool converged;
} ptl_absorb_result;

/** Absorption from every state with the removal's transitions led to null; work->h holds all, and
 * sweeps begin from what it holds. */
void ptl_absorb(ptl_absorb_result *out, const ptl_chain *chain, const ptl_rates *rates,
                const ptl_removal *removal, double tol, int32_t sweep_max, ptl_absorb_work *work);

/** Adds x' (r + P h - h) to a solution, which leaves the product of both sides' errors. visits_left
 * is what ptl_visits left. Residuals become those of both sides together. */
void ptl_absorb_correct(ptl_absorb_result *a, const ptl_chain *chain, const ptl_rates *rates,
                        const ptl_absorb_work *work, const double *x, double visits_left);

/** The chain with its transitions turned round. */
typedef struct ptl_chain_reverse {
    int64_t *row;
    int32_t *from;
    int32_t *edge;
} ptl_chain_reverse;
PTL_NODISCARD ptl_status ptl_chain_reverse_make(ptl_chain_reverse *out, const ptl_chain *chain,
                                                ptl_arena *arena, ptl_error *err);
/** Expected visits x[n_states] from the start under work->p, as ptl_absorb left it, beginning from
 * what x holds. Returns sum |s + x P - x|, which is at most tol unless sweep_max came first. */
double ptl_visits(double *x, const ptl_chain *chain, const ptl_chain_reverse *reverse,
                  const double *p, double tol, int32_t sweep_max);

/** What the replicates need of the points. */
typedef struct ptl_markov_problem {
    const ptl_chain *chain;
    const ptl_removal *removals; /* n; the whole chain is number n   */
    int64_t n;
    const ptl_markov_options *o;
    const ptl_replicates *r;
    const ptl_attribution_work *work;
    const double *h; /* [n_states x 2 (n + 1)]: conversion, value by removal */
    const double *x; /* [n_states x (n + 1)]                                 */
} ptl_markov_problem;

/** Rows 1 … of absorb[n_rows x 2 (n + 1)]: below n_rows by exact solution, or all by one step.
 * stride > 0: row 1 alone, for the whole chain and every stride-th removal. */
PTL_NODISCARD ptl_status ptl_replicate_exact(double *absorb, const ptl_markov_problem *m,
                                             int64_t n_rows, int64_t stride, bool dense,
                                             ptl_error *err);
/** At order 1, where every removal is one channel: exact, from one inverse a replicate. */
bool ptl_removes_single_states(const ptl_markov_problem *m);
PTL_NODISCARD ptl_status ptl_replicate_inverse(double *absorb, const ptl_markov_problem *m,
                                               ptl_error *err);
PTL_NODISCARD ptl_status ptl_replicate_step(double *absorb, const ptl_markov_problem *m,
                                            ptl_error *err);

#endif
