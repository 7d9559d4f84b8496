/* nuts.h: draws from a density known up to a constant (the no-U-turn sampler).
 *
 * Multinomial NUTS after Betancourt 2017 with windowed adaptation; several chains through an
 * executor. Chain i draws only from split generator i and writes only its own slots, so the bytes
 * of the answer are the same at any width. */
#ifndef PORTOLAN_NUTS_H
#define PORTOLAN_NUTS_H

#include "portolan/arena.h"
#include "portolan/executor.h"
#include "portolan/mcmc.h"
#include "portolan/optimise.h"
#include "portolan/random.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PTL_NUTS_DIM_MAX = 100000 }; /* variables: past it one draw is a gigabyte of trace */

/** What is sampled. fn gives log density and gradient at x[n] (no constraints: transformations and
 * their Jacobians are the caller's). -inf or NaN means "outside" and ends a trajectory; a status
 * other than OK ends the whole run and is handed on, which is how a caller cancels.
 *
 * Chains run at the same time: chain i calls fn with the payload at
 * (char *)payload + i * payload_stride_bytes, so that each may own scratch; stride 0 shares one. */
typedef struct ptl_nuts_target {
    int64_t n;
    ptl_gradient_fn fn;
    void *payload;
    size_t payload_stride_bytes;
} ptl_nuts_target;

typedef enum ptl_nuts_metric { PTL_NUTS_DIAGONAL, PTL_NUTS_DENSE } ptl_nuts_metric;

typedef enum ptl_nuts_start {
    PTL_NUTS_START_PATHFINDER, /* along an L-BFGS path, where a normal fits best                  */
    PTL_NUTS_START_RANDOM      /* uniform in [-start_radius, start_radius], best of start_tries   */
} ptl_nuts_start;

/** After each transition of a chain, warm-up included; may come from several threads at once. A
 * status other than OK ends the run. */
typedef ptl_status (*ptl_nuts_progress_fn)(void *payload, int64_t chain_idx, int64_t iter,
                                           int64_t n_iter, ptl_error *err);

typedef struct ptl_nuts_options {
    int32_t size;            /* sizeof this struct, set by _default()                            */
    int32_t n_chains;        /* [1, 64]; default 4                                               */
    int32_t n_warmup;        /* transitions thrown away, [20, 1e5]; default 1000                 */
    int32_t n_draws;         /* kept, per chain, [4, 1e5]; default 1000                          */
    int32_t depth_max;       /* a trajectory has up to 2^depth steps, [1, 14]; default 10        */
    ptl_nuts_metric metric;  /* default DIAGONAL; DENSE needs n <= 2000                          */
    ptl_nuts_start start;    /* where no x0 is given; default PATHFINDER                         */
    int32_t start_tries;     /* random starts looked at, [1, 1000]; default 20                   */
    double start_radius;     /* on the scale of x, [0, 1e6]; default 2                           */
    double accept_target;    /* mean acceptance aimed at, (0, 1); default 0.8                    */
    double energy_error_max; /* beyond it a trajectory has diverged, (0, inf); default 1000      */
    ptl_mcmc_limits limits;  /* for the checks                                                   */
    ptl_nuts_progress_fn progress; /* NULL: silent                                               */
    void *progress_payload;
} ptl_nuts_options;

/** One transition. */
typedef struct ptl_nuts_step {
    double log_density;
    double energy; /* of the draw: -log density + kinetic energy                             */
    double accept; /* mean Metropolis probability over the trajectory, [0, 1]                */
    int32_t n_leapfrog;
    int16_t depth;
    bool divergent;
    bool saturated; /* stopped by depth_max, not by a U-turn                                 */
} ptl_nuts_step;

typedef struct ptl_nuts_chain {
    double step_size;             /* after adaptation                                       */
    const double *inverse_metric; /* n variances, or the n x n covariance, column-major     */
    int64_t n_gradients_start;    /* evaluations: finding a start                           */
    int64_t n_gradients_warmup;
    int64_t n_gradients_draws;
    int64_t n_divergent; /* after warm-up                                          */
} ptl_nuts_chain;

typedef struct ptl_nuts_result {
    ptl_verdict verdict; /* by the checks: only CONVERGED may be used without a second look  */
    int64_t n;
    int64_t n_chains;
    int64_t n_draws;
    const double *draws;             /* [chain][draw][variable]                           */
    const ptl_nuts_step *steps;      /* [chain][draw]                                     */
    const ptl_nuts_chain *chains;    /* [chain]                                           */
    const ptl_mcmc_summary *summary; /* [variable]                                        */
    ptl_check checks[PTL_MCMC_CHECKS];
} ptl_nuts_result;

PTL_API ptl_nuts_options ptl_nuts_options_default(void);

/** Most bytes that ptl_nuts_solve takes from the arena, results included: what bytes_max must at
 * least be. 0 where an option or n is out of range. */
PTL_API size_t ptl_nuts_arena_bytes(int64_t n, const ptl_nuts_options *options);

/** Sample. x0: one start per chain, [chain][variable], or NULL to have them found. Everything the
 * result points to lies in `arena`. rng is not advanced.
 *
 * The dense metric factors matrices: call ptl_linalg_init (linalg.h) before the first thread.
 *
 * E_INVALID: an option out of range, or no point with a finite density and gradient was found.
 * E_LIMIT, E_NO_MEMORY: the arena's. What fn or progress return otherwise. */
PTL_NODISCARD PTL_API ptl_status ptl_nuts_solve(ptl_nuts_result *out, const ptl_nuts_target *target,
                                                const double *x0, const ptl_rng *rng,
                                                const ptl_nuts_options *options,
                                                const ptl_executor *executor, ptl_arena *arena,
                                                ptl_error *err);

/** The draws of variable `idx`, for mcmc.h. */
PTL_API ptl_mcmc_view ptl_nuts_view(const ptl_nuts_result *result, int64_t idx);

#ifdef __cplusplus
}
#endif
#endif
