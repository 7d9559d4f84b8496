/* nuts_internal.h: one chain, as its transition, its adaptation and its start see it. */
#ifndef PTL_MATH_NUTS_INTERNAL_H
#define PTL_MATH_NUTS_INTERNAL_H

#include "portolan/nuts.h"

/* A point of phase space, where the integrator stands. */
typedef struct nuts_point {
    double *q, *p, *g; /* position, momentum, gradient of the log density */
    double lp;
} nuts_point;

/* A stretch of trajectory: its two ends in the order of integration, the sum of its momenta, the
 * log of the sum of its weights, and one point drawn from it by those weights. */
typedef struct nuts_stretch {
    double *p_first, *v_first, *p_last, *v_last; /* v = inverse metric times p, a velocity */
    double *rho;
    double *q, *g;
    double lp, energy, log_weight;
} nuts_stretch;

/* Nesterov's dual averaging of the log step size (Hoffman & Gelman 2014, §3.2). */
typedef struct nuts_averaging {
    double centre, log_step, log_step_mean, miss;
    int64_t count;
} nuts_averaging;

typedef struct nuts_windows {
    int64_t first, last, end, length; /* slow phase [first, last), end and length of the window */
} nuts_windows;

typedef struct nuts_chain {
    const ptl_nuts_options *o;
    const ptl_nuts_target *target;
    void *payload;
    ptl_error *err;
    ptl_rng rng;
    int64_t n, n_gradients;
    double step_size;
    double *inverse_metric; /* n, or n x n                                      */
    double *factor;         /* dense: lower Cholesky factor of inverse_metric  */
    nuts_point now;         /* the draw; its p is not used                      */
    double energy_now;
    nuts_point end[2]; /* the trajectory's ends, backwards and forwards    */
    double *v_end[2];
    double *p_near, *v_near, *rho; /* the end that is grown, before; momenta summed */
    nuts_stretch *stretches;       /* [depth_max]: 0 is the new half, k joins at k  */
    /* of the trajectory under way */
    double energy_start, accept_sum;
    int64_t n_leapfrog;
    bool divergent;
    /* of the adaptation */
    nuts_averaging averaging;
    nuts_windows windows;
    int64_t n_seen;
    double *mean, *moment; /* Welford's, [n] and the metric's shape */
    double *start_work;    /* nuts_start_work_n                     */
} nuts_chain;

bool nuts_is_dense(const nuts_chain *c);

/* Evaluate the target; a log density that is not finite becomes -inf. */
ptl_status nuts_evaluate(nuts_chain *c, double *lp, double *g, const double *q);

void nuts_velocity(const nuts_chain *c, double *v, const double *p);
void nuts_draw_momentum(nuts_chain *c, double *p);
double nuts_energy(const nuts_chain *c, double lp, const double *p, double *v);
/* v is scratch. */
ptl_status nuts_leapfrog(nuts_chain *c, nuts_point *at, double step, double *v);
ptl_status nuts_transition(nuts_chain *c, ptl_nuts_step *out);

ptl_status nuts_adapt_begin(nuts_chain *c);
ptl_status nuts_adapt(nuts_chain *c, int64_t iter, double accept);
void nuts_adapt_end(nuts_chain *c);

int64_t nuts_start_work_n(int64_t n);
ptl_status nuts_find_start(nuts_chain *c);

#endif
