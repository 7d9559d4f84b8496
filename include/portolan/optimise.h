/* optimise.h: the minimum of a smooth function of many variables (L-BFGS).
 *
 * Unbounded variables only: bounds are the caller's, by transformation. The function is called in
 * one thread, in a fixed order: same start, same bytes. */
#ifndef PORTOLAN_OPTIMISE_H
#define PORTOLAN_OPTIMISE_H

#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Value and gradient[n] of a function at x[n]. A status other than OK ends the search at once and
 * is handed on: this is how a caller cancels. NaN or infinity means "not here". */
typedef ptl_status (*ptl_gradient_fn)(double *f, double *grad, const double *x, int64_t n,
                                      void *payload, ptl_error *err);

typedef struct ptl_lbfgs_options {
    int32_t size;        /* sizeof this struct, set by _default()                               */
    int32_t memory;      /* pairs kept, [1, 100]; default 10                                    */
    int32_t iter_max;    /* steps, [1, 1e6]; default 1000                                       */
    int32_t eval_max;    /* calls of the function, [1, 1e8]; default 10000                      */
    double grad_tol_rel; /* converged where max|g| <= this * max(1, |f|), (0, 1); default 1e-8  */
    double wolfe_f;      /* sufficient decrease, (0, 1/2); default 1e-4                         */
    double wolfe_g;      /* curvature, (wolfe_f, 1); default 0.9                                */
    double step_max;     /* longest single step, Euclidean, (0, inf]; default 1e10              */
} ptl_lbfgs_options;

typedef enum ptl_lbfgs_stop {
    PTL_LBFGS_GRADIENT, /* the gradient is as small as asked: CONVERGED                        */
    PTL_LBFGS_ROUNDING, /* no step lowers f by more than its rounding: INACCURATE              */
    PTL_LBFGS_ITER,     /* iter_max or eval_max spent: NOT_CONVERGED                           */
    PTL_LBFGS_STUCK,    /* the line search found no decrease: the gradient does not fit f, or f
                           is not smooth: NOT_CONVERGED                                        */
    PTL_LBFGS_UNBOUNDED /* f falls without end along a direction: NOT_IDENTIFIED               */
} ptl_lbfgs_stop;

typedef struct ptl_lbfgs_result {
    ptl_verdict verdict;
    ptl_lbfgs_stop stop;
    double f;         /* at the x returned                                       */
    double grad_norm; /* max |g_i| there                                         */
    int64_t iter;
    int64_t n_evaluations;
} ptl_lbfgs_result;

PTL_API ptl_lbfgs_options ptl_lbfgs_options_default(void);
PTL_API const char *ptl_lbfgs_stop_text(ptl_lbfgs_stop stop);

/** Doubles of work for n variables. */
PTL_API int64_t ptl_lbfgs_work_n(int64_t n, const ptl_lbfgs_options *options);

/** Minimise fn from x[n], which is overwritten by the best point found. E_INVALID where an option
 * or the start is not allowed, or fn is not finite at the start. */
PTL_NODISCARD PTL_API ptl_status ptl_lbfgs_solve(ptl_lbfgs_result *out, double *x, int64_t n,
                                                 const ptl_lbfgs_options *options,
                                                 ptl_gradient_fn fn, void *payload, double *work,
                                                 ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
