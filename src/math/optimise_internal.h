/* optimise_internal.h: what the start of a sampler sees of a search by L-BFGS. */
#ifndef PTL_MATH_OPTIMISE_INTERNAL_H
#define PTL_MATH_OPTIMISE_INTERNAL_H

#include "portolan/optimise.h"
#include "portolan/random.h"

/* The pairs s = x_k+1 - x_k, y = g_k+1 - g_k of the last steps, oldest first, as a ring. */
typedef struct ptl_lbfgs_history {
    double *s, *y; /* [memory][n]           */
    double *rho;   /* [memory], 1 / s'y     */
    double *alpha; /* [memory], scratch     */
    int64_t n;
    int32_t memory, count, first;
    double gamma; /* the inverse Hessian before any pair is gamma times the identity */
} ptl_lbfgs_history;

/* out = H v with H the inverse Hessian that the pairs [0, n_pairs) imply. out may not be v. */
void ptl_lbfgs_multiply(double *out, const double *v, const ptl_lbfgs_history *h, int32_t n_pairs);

/* log det H. scratch: memory x n doubles. */
double ptl_lbfgs_log_det(const ptl_lbfgs_history *h, double *scratch);

/* z[n] ~ N(centre, H). */
void ptl_lbfgs_draw(double *z, const double *centre, const ptl_lbfgs_history *h, ptl_rng *rng);

static inline int32_t ptl_lbfgs_slot(const ptl_lbfgs_history *h, int32_t pair)
{
    return (h->first + pair) % h->memory;
}

/* Called after every accepted step, with the gradient there. Another status than OK ends the search
 * and is handed on. */
typedef ptl_status (*ptl_lbfgs_observer)(void *observer_payload, const double *x,
                                         const double *grad, const ptl_lbfgs_history *history,
                                         ptl_error *err);

ptl_status ptl_lbfgs_observed(ptl_lbfgs_result *out, double *x, int64_t n,
                              const ptl_lbfgs_options *options, ptl_gradient_fn fn, void *payload,
                              ptl_lbfgs_observer observer, void *observer_payload, double *work,
                              ptl_error *err);

#endif
