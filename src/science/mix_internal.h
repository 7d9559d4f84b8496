/* mix_internal.h: the prepared model, as its parts see it.
 *
 * Parts: prior (one number), scale (units), knots, linear (the block integrated out), media (one
 * channel forward and back), density (all of it), report (figures), experiment, artefact.
 * "Cell" is geo * n_weeks + week. */
#ifndef PTL_SCIENCE_MIX_INTERNAL_H
#define PTL_SCIENCE_MIX_INTERNAL_H

#include "portolan/mix.h"

#include <string.h>

/* Leave with the arena's failure where n elements are refused; no elements need no memory. */
#define MIX_ALLOC(ptr, arena, n, err)                                                              \
    do {                                                                                           \
        (ptr) = ptl_arena_array((arena), (n) > 0 ? (n) : 1, sizeof *(ptr), (err));                 \
        if (!(ptr)) return (err) ? (err)->status : PTL_E_NO_MEMORY;                                \
    } while (0)

/* --- priors: mix_prior.c ------------------------------------------------------------------------
 */

/* A value from a free variable u: value, d value / d u, and the log density of u with its slope. */
typedef struct mix_free {
    double value, dvalue, lp, dlp;
} mix_free;

mix_free mix_prior_free(const ptl_mix_prior *prior, double u);
double mix_prior_value(const ptl_mix_prior *prior, double u);       /* value alone           */
double mix_prior_unvalue(const ptl_mix_prior *prior, double value); /* u of a value        */
bool mix_prior_is_free(const ptl_mix_prior *prior);                 /* not FIXED             */
bool mix_prior_is_positive(const ptl_mix_prior *prior);             /* no mass below zero    */
ptl_status mix_prior_check(const ptl_mix_prior *prior, const char *what, ptl_error *err);

/* --- the model ----------------------------------------------------------------------------------
 */

/* One sampled variable. */
typedef struct mix_slot {
    ptl_mix_param_kind kind;
    int32_t channel, geo, idx; /* -1 where it has none */
    ptl_mix_prior prior;
    bool centred;         /* a geo effect sampled on its own scale: prior N(0, eta^2)     */
    double middle, scale; /* u = middle + scale x: x is about standard normal a posteriori */
} mix_slot;

double mix_slot_value(const mix_slot *slot, double x);

typedef struct mix_channel {
    ptl_mix_channel spec;
    bool active;             /* a CAUSE; the others have no slots                          */
    const double *x;         /* [geo][lead + week] scaled media, or scaled reach           */
    const double *frequency; /* likewise, NULL                                            */
    double *media_scale;     /* [geo]                                                      */
    double spend;            /* total                                                      */
    double target;           /* outcome = effect value * target                            */
    int64_t slot_effect, slot_eta, slot_geo, slot_drift, slot_knot; /* -1: not sampled    */
    int64_t slot_brand_eta, slot_brand; /* likewise                                       */
    int64_t slot_adstock[PTL_RESPONSE_PARAMS_MAX], slot_saturation[PTL_RESPONSE_PARAMS_MAX];
    const double *drift_basis; /* [knot][week]                                            */
    bool centred;
    bool plain; /* carried over, then saturated by a fraction, with a constant effect: the kernels
                   of mix_carry.c do it in one pass                                         */
    const double *padded; /* [geo][mix_padded_n] its x, where it is plain                    */
    int64_t column;       /* DEMAND: its column of the linear block; CAUSE: its confounder's; -1 */
} mix_channel;

/* The linear-Gaussian block: p columns shared by all geos, q of each geo. Global columns: first
 * p_time that depend on the week alone, then p_cell of cells. Local: the intercept, then the
 * controls whose coefficients vary. */
typedef struct mix_linear {
    int64_t p_time, p_cell, p, q;
    double *time;         /* [p_time][week]                                                */
    const double **cell;  /* [p_cell] -> [cell]                                            */
    double *sd;           /* [p] prior sd; sqrt of the slot's variance where laplace >= 0  */
    int64_t *laplace;     /* [p] slot of its variance, -1                                  */
    const double **local; /* [q] -> [cell]                                                */
    double *local_sd;     /* [q], where xi < 0                                             */
    int64_t *xi;          /* [q] slot of its sd, -1                                        */
    double *gram;         /* [geo][p * p]                                                  */
    double *gram_all;     /* [p * p], over geos                                            */
    double *cross;        /* [geo][p * q], column-major: p rows                            */
    double *local_gram;   /* [geo][q * q]                                                  */
    double *n_cells;      /* [geo] cells used                                              */
    double *rotated;      /* [p][week] orthogonal columns X Lambda Q, or NULL: mix_rotate.c */
    double *vectors;      /* [p * p] Q                                                     */
    double *values;       /* [p] X'X in the rotated columns                                */
} mix_linear;

struct ptl_mix_posterior {
    ptl_mix_data data;
    ptl_mix_spec spec;
    mix_channel *channel; /* [n_channels] */
    int64_t n_geos, n_weeks, n_lead, n_cells, n_channels, n_places, n_brands;
    int64_t *place, *brand; /* [geo] whose deviations it shares; brands 0: none           */
    double *y;              /* [cell] scaled KPI                                                 */
    double *used;           /* [cell] 1 or 0: held out                                           */
    double *outcome;        /* [cell] money per unit of scaled KPI                               */
    double *offset;         /* [cell] money at scaled KPI 0                                      */
    double kpi_mean, kpi_sd, outcome_all;
    int64_t baseline_geo;
    int64_t n_knots;
    int32_t *knot;
    mix_linear linear;
    int64_t n_slots, n_linear, slot_sigma;
    int64_t slot_weight; /* Student-t, one geo; else -1                                   */
    int64_t slot_block;  /* Student-t, a panel: [p + geo * q] coefficients; else -1       */
    struct mix_linear_work *reference; /* what these are measured in: mix_tails.c          */
    mix_slot *slot;
    int64_t n_experiments;
    const ptl_mix_experiment *experiment;
    const ptl_mix_experiment_result *told; /* [experiment] what each said, NULL before      */
    bool *ruled; /* [channel] an experiment rules: a confounder stands beside it          */
    /* draws */
    int64_t n_chains, n_draws;
    const double *draws;           /* [chain][draw][slot], free variables                    */
    double *linear_draws;          /* [chain][draw][n_linear]                                */
    struct mix_work *work;         /* [chain] scratch, one chain each                        */
    ptl_mcmc_summary *summary;     /* [slot + linear], of values                             */
    double worst[PTL_MCMC_CHECKS]; /* what the checks measured on the sampler: 3, 4, 5; counts */
};

/* Scratch of one linear block evaluation. */
typedef struct mix_linear_work mix_linear_work;
struct mix_linear_work {
    double *scale, *local_scale;        /* [p], [q] prior sds in force                           */
    double *schur;                      /* [p * p], its Cholesky factor                          */
    double *inverse;                    /* [p * p]                                               */
    double *factor;                     /* [geo][q * q]                                          */
    double *f, *h, *ph;                 /* [p * geo * q]                                         */
    double *rhs, *beta;                 /* [p] scaled                                            */
    double *local_rhs, *local_beta;     /* [geo * q] scaled                                   */
    double *week;                       /* [week]                                                */
    double *coefficient, *fitted;       /* [p + geo * q], [cell]                                */
    double *d_sd, *d_local_sd;          /* [p], [q] d log density / d log sd                     */
    double *d_sigma;                    /* [geo] d log density / d log sigma_g                   */
    double *rows, *leverage, *d_weight; /* [p][week], likewise, [week]: Student-t alone  */
    double log_density, sigma;
};

/* One chain's scratch. */
typedef struct mix_work mix_work;
struct mix_work {
    const ptl_mix_posterior *m;
    double *value, *dvalue, *grad; /* [slot] grad: by value                               */
    double *a, *s;                 /* [channel][cell] carried over (not of plain ones); saturated */
    double *b;                     /* [channel][geo] coefficients                         */
    double *deviation;             /* [channel][geo] log (or additive) deviation          */
    double *d;                     /* [channel][geo] outcome of a unit coefficient        */
    double *total;                 /* [channel] common coefficient, and the sum D         */
    double *drift;                 /* [channel][week]                                     */
    double *d_b;                   /* [channel][geo] gradient by coefficients, experiments */
    double *d_s;                   /* [channel][cell] gradient by s; experiments begin it */
    double *d_drift;               /* [channel][week] gradient by log drift; likewise     */
    double *residual, *u;          /* [cell]                                              */
    double *sigma;                 /* [geo]                                               */
    double *t0, *t1, *t2, *scaled; /* [geo][lead + week] scratch                          */
    double *path, *path_grad;      /* [cell] of a changed path of media                   */
    double *before;                /* [geo]                                               */
    mix_linear_work linear;
};

/* --- parts --------------------------------------------------------------------------------------
 */

/* mix_check.c */
ptl_status mix_check_all(const ptl_mix_data *data, const ptl_mix_spec *spec,
                         const ptl_mix_experiment *experiment, int64_t n_experiments,
                         ptl_arena *arena, ptl_error *err);
const char *mix_channel_name(char buffer[32], const ptl_mix_data *data, int64_t channel_idx);

/* mix_scale.c: units, and everything of the model that does not depend on parameters */
ptl_status mix_scale(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);

void mix_sort(double *x, int64_t n); /* ascending */

/* mix_knots.c */
ptl_status mix_knots_choose(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
double mix_hat(const int32_t *knot, int64_t n_knots, int64_t idx, int64_t week);

/* mix_linear.c */
ptl_status mix_linear_prepare(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
ptl_status mix_linear_work_new(mix_linear_work *w, const ptl_mix_posterior *m, ptl_arena *arena,
                               ptl_error *err);
/* Log density of residual[cell] with the block integrated out; u = its gradient by the mean. */
ptl_status mix_linear_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                              const double *residual, const double *sigma, const double *value,
                              ptl_error *err);
/* After mix_linear_density: a draw (rng NULL: the mean) of every coefficient. */
void mix_linear_draw(double *out, mix_linear_work *w, const ptl_mix_posterior *m, ptl_rng *rng);
/* mix_student.c: the same for Student-t noise, given the weights of weeks */
ptl_status mix_student_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                               const double *residual, double sigma, const double *weight,
                               ptl_error *err);
/* mix_tails.c: the same for Student-t noise in a panel, given the sampled coefficients z */
ptl_status mix_tails_prepare(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
void mix_tails_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                       const double *residual, const double *sigma, const double *z);
/* Lambda X' u into rhs and local_rhs; coefficients b = Lambda a from beta and local_beta. */
void mix_linear_rhs(mix_linear_work *w, const ptl_mix_posterior *m, const double *u);
void mix_linear_unscale(double *out, const mix_linear_work *w, const ptl_mix_posterior *m);
/* L x = b and L' x = b in place, L lower and column-major. */
void mix_solve_lower(double *x, const double *l, int64_t n);
void mix_solve_upper(double *x, const double *l, int64_t n);
/* mix_rotate.c: the same for a model of one geo with fixed scales, in orthogonal columns */
ptl_status mix_rotate_prepare(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
void mix_rotate_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                        const double *residual, double sigma);
void mix_rotate_draw(double *out, mix_linear_work *w, const ptl_mix_posterior *m, ptl_rng *rng);
/* Fitted linear part of every cell. */
void mix_linear_fit(double *out, const ptl_mix_posterior *m, const double *coefficient);

/* mix_kernel.c: the inner loops */
double mix_dot(const double *x, const double *y, int64_t n);
void mix_add_multiple(double *out, const double *x, double a, int64_t n);
void mix_add_product(double *out, const double *x, const double *y, double a, int64_t n);
void mix_product(double *out, const double *x, const double *y, double a, int64_t n);
void mix_divide(double *x, double by, int64_t n);
/* x / (x + half), with nothing else to be estimated than half: kernels of its own. */
bool mix_is_rational(const ptl_saturation *s);
void mix_saturate(double *out, const ptl_saturation *s, const double *x, int64_t n);
/* d[i] becomes d[i] S'(x[i]); sums of d[i] dS/dparam are added to d_param. */
void mix_saturate_back(double *d, double *d_param, const ptl_saturation *s, const double *x,
                       double *scratch, int64_t n, bool slope_is_free);

/* mix_carry.c: all geos of one channel; x is [geo][lead + week], w and by_weight [window] */
/* Weeks of a geo between zeros, for the kernels that take `padded`: n doubles each. */
int64_t mix_padded_n(const ptl_mix_posterior *m, int32_t window);
void mix_pad(double *out, const ptl_mix_posterior *m, const double *x, int32_t window);
void mix_convolve(double *out, const ptl_mix_posterior *m, const double *x, const double *w,
                  int32_t window);
/* s of a rational saturation after the carry-over, and total[geo] = its outcome. */
void mix_carry_saturate(double *s, double *total, const ptl_mix_posterior *m, const double *padded,
                        const double *w, int32_t window, double half);
/* by_weight[l] = sum of d[g][t] x[g][t - l]: the gradient by each weight. */
void mix_correlate(double *by_weight, const ptl_mix_posterior *m, const double *d, const double *x,
                   int32_t window);
/* Back through both, for the gradient by s b_g u + by_d_g outcome + begun (which may be NULL):
 * by_weight is filled, the gradient by half returned. */
typedef struct mix_back {
    const double *u, *s, *begun, *b, *by_d;
} mix_back;
double mix_carry_saturate_back(double *by_weight, const ptl_mix_posterior *m, const mix_back *k,
                               const double *padded, int32_t window, double half);
/* out[geo] += x . y of the geo's weeks; r -= b[geo] s. */
void mix_geo_dots(double *out, const ptl_mix_posterior *m, const double *x, const double *y);
void mix_geo_subtract(double *r, const ptl_mix_posterior *m, const double *s, const double *b);

/* mix_media.c: one channel */
ptl_response mix_shape(const ptl_mix_posterior *m, int64_t c, const double *value);
void mix_media_path(double *a, double *s, mix_work *w, int64_t c, const ptl_response *shape,
                    const double *x, double factor);
void mix_media_forward(mix_work *w, int64_t c);
void mix_media_backward(mix_work *w, int64_t c);
/* Take a gradient by s at the path of x to the gradients by the shape's parameters. */
void mix_media_shape_grad(mix_work *w, int64_t c, const ptl_response *shape, const double *x,
                          const double *a, double *d_s);

/* mix_density.c */
ptl_status mix_slots(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
ptl_status mix_work_new(mix_work *w, const ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
ptl_status mix_density(double *f, double *grad, const double *x, int64_t n, void *payload,
                       ptl_error *err);
void mix_values(mix_work *w, const double *x);
/* Values and every channel's path at the free variables x; residual less media in w->residual. */
void mix_forward(mix_work *w, const double *x);

/* mix_experiment.c */
double mix_experiment_density(mix_work *w);
double mix_experiment_predict(mix_work *w, const ptl_mix_experiment *e);

/* mix_pilot.c: what the sampler is told beforehand: which geo effects are centred, and the middle
 * and scale of every variable. Uses m->work[0]. */
ptl_status mix_pilot(ptl_mix_posterior *m, bool centring, ptl_arena *arena, ptl_error *err);

/* mix_fit.c: prepare, sample, draw the linear block, summarise */
ptl_status mix_prepare(ptl_mix_posterior *m, const ptl_mix_data *data, const ptl_mix_spec *spec,
                       ptl_arena *arena, ptl_error *err);
ptl_status mix_works_new(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err);
ptl_status mix_sample(ptl_mix_result *out, ptl_mix_posterior *m, const ptl_rng *rng,
                      const ptl_mix_options *o, const ptl_executor *executor, ptl_arena *arena,
                      ptl_error *err);
ptl_status mix_summarise(ptl_mix_posterior *m, const ptl_executor *executor, ptl_arena *arena,
                         ptl_error *err);
void mix_judge(ptl_mix_result *out, const ptl_mix_posterior *m, const ptl_mcmc_limits *limits);
const double *mix_free_draw(const ptl_mix_posterior *m, int64_t chain, int64_t draw);
double *mix_linear_draw_at(const ptl_mix_posterior *m, int64_t chain, int64_t draw);

/* mix_report.c */
ptl_status mix_report(ptl_mix_result *out, ptl_mix_posterior *m, const ptl_mix_options *o,
                      const ptl_executor *executor, ptl_arena *arena, ptl_error *err);
/* mix.c: mean and sd of every channel's contribution. */
void mix_contributions(double *mean, double *sd, const ptl_mix_posterior *m);
/* Money, and KPI, caused by the path s of a channel under the coefficients of w. */
double mix_caused_by(double *kpi, const mix_work *w, int64_t c, const double *s);
ptl_estimate mix_estimate(double *x, int64_t n, double probability); /* sorts x */

#endif
