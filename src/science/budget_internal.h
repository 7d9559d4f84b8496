/* budget_internal.h: the parts of the budget optimiser and what they hand to each other.
 *
 *   limits   what a plan may be: bounds, totals of channels, the total   budget_limits.c
 *   kernel   curves and carry-over along whole paths                      budget_kernel.c
 *   model    value, slope and curvature of a plan under the draws         budget_model.c
 *   majorant the least concave functions above its curves                 budget_majorant.c
 *   ascent   a local optimum, and a dual bound where all is concave       budget_ascent.c
 *   search   the global optimum where variables do not couple            budget_table.c,
 * budget_search.c round    steps and cents budget_round.c judge    what a plan is worth, on the
 * other draws                    budget_judge.c
 *
 * A plan is searched in variables y[n_vars]; cell i gets share[i] y[var[i]]. */
#ifndef PTL_SCIENCE_BUDGET_INTERNAL_H
#define PTL_SCIENCE_BUDGET_INTERNAL_H

#include "portolan/budget.h"

#define BUDGET_ALLOC(target, arena, n)                                                             \
    do {                                                                                           \
        (target) = ptl_arena_array((arena), (n), sizeof *(target), err);                           \
        if (!(target)) return err ? err->status : PTL_E_LIMIT;                                     \
    } while (0)

/* ---- limits ---- */

typedef struct ptl_limits {
    int64_t n, n_groups;
    const int32_t *group; /* n: the channel of a variable */
    const int64_t *from;  /* n_groups + 1: variables of channel c are from[c] … from[c + 1] - 1 */
    double *lo, *hi;      /* n */
    double *group_lo, *group_hi; /* n_groups */
    double total_lo, total_hi;
    double *scratch; /* 2 n + 2 n_groups */
} ptl_limits;

/** Prices at which an allocation was made: lambda of the total, mu[n_groups] on top of it. */
typedef struct ptl_prices {
    double lambda;
    double *mu;
} ptl_prices;

/** The best y_j at a price, non-increasing in the price. */
typedef double (*ptl_respond_fn)(void *ctx, int64_t j, double price);

/** Maximise a separable concave function within limits: respond says each term's maximiser at a
 * price, which lies in [price_lo, price_hi] for all. Jumps are filled in order of j. */
void ptl_limits_allocate(double *y, ptl_prices *prices, const ptl_limits *limits,
                         ptl_respond_fn respond, void *ctx, double price_lo, double price_hi);

/** Upper bound on the sum of g_j y_j within limits: the dual at these prices. */
double ptl_limits_dual(const ptl_limits *limits, const double *g, const ptl_prices *prices);

/** The dual's terms that do not depend on the function: sum of prices times their limits. */
double ptl_limits_dual_constant(const ptl_limits *limits, const ptl_prices *prices);

/** The feasible point nearest to y, in place, in units of each variable's range. */
void ptl_limits_project(double *y, ptl_prices *prices, const ptl_limits *limits);

/* ---- objective ---- */

/** Value; slope[n] and curvature[n] >= 0 (a majorant's diagonal) unless NULL. */
typedef double (*ptl_objective_fn)(void *ctx, double *slope, double *curvature, const double *y);

typedef struct ptl_objective {
    ptl_objective_fn eval;
    void *ctx;
    bool concave;
    const double *lift; /* what a bound adds to the value, as left by the last call; may be NULL */
} ptl_objective;

typedef struct ptl_ascent {
    double value;  /* of y                                               */
    double bound;  /* over all within the limits; inf where not concave  */
    double lambda; /* price of the total there                           */
    int64_t n_eval;
} ptl_ascent;

/** Doubles of work. */
int64_t ptl_ascent_work_n(int64_t n);

/** Climb from y, feasible, in place, until bound - value <= tol or iter_max. */
ptl_ascent ptl_ascent_run(double *y, const ptl_limits *limits, const ptl_objective *objective,
                          double tol, int32_t iter_max, ptl_prices *prices, double *work);

/* ---- kernel ---- */

/** n each, of one saturation along a path; bend is the second derivative's size. */
typedef struct ptl_points {
    double *value, *slope, *bend;
} ptl_points;

void ptl_curve_points(const ptl_points *p, const ptl_saturation *s, const double *x, int64_t n);

/** Values alone. */
void ptl_curve_values(const ptl_points *p, const ptl_saturation *s, const double *x, int64_t n);

/** Where x < upto: `share` of base + line x, and the rest of the curve. */
void ptl_curve_lean(const ptl_points *p, const double *x, const double *upto, const double *line,
                    const double *base, double share, int64_t n);

/** out[t] += sum over l < window of w[l] x[t - l], and of w[l] g[t + l], t < n. x is readable from
 * -window + 1, g to n + window - 1. */
void ptl_carry(double *out, const double *x, const double *w, int64_t window, int64_t n);
void ptl_carry_back(double *out, const double *g, const double *w, int64_t window, int64_t n);

/** sum a b; out += by a b; out = by a b. */
double ptl_weigh(const double *a, const double *b, int64_t n);
void ptl_weigh_add(double *out, const double *a, const double *b, double by, int64_t n);
void ptl_weigh_into(double *out, const double *a, const double *b, double by, int64_t n);

/* ---- model ---- */

typedef struct ptl_curve {
    ptl_saturation saturation;
    ptl_response_order order;
    int32_t window;
    double weight_sum; /* of the lags */
    double knee;       /* the tangent from the origin touches here; 0 where concave */
    double knee_slope;
} ptl_curve;

typedef struct ptl_budget_model {
    const ptl_budget_data *data;
    const ptl_executor *executor;
    int64_t n_cells, n_blocks, n_vars, n_path; /* a block is a channel in a geo */
    int64_t n_draws;                           /* of those that choose */
    int32_t window_max;
    ptl_curve *curve;    /* n_draws x n_channels               */
    double *lag;         /* n_draws x n_channels x window_max  */
    double *coefficient; /* n_draws x n_blocks                */
    double *idle;        /* n_draws x n_blocks: the effect of history alone */
    int64_t *var;        /* n_cells */
    double *share;       /* n_cells */
    double *media_max;   /* n_blocks: scaled media that limits allow in one week */
    /* what is being optimised */
    double price, tail_weight, tail_share, smooth;
    double majorant;      /* share of the majorant in every curve: 1 for bounds, 0 for values */
    double *lean;         /* n_draws x n_blocks x 3 n_path: its lines; NULL: from zero */
    const double *frozen; /* n_draws: weights in place of equal ones; NULL: equal */
    const double *offset; /* n_draws: taken off V before the tail is looked at; may be NULL */
    /* scratch */
    const double *y_now;
    bool want_slope;
    double *draw_weight;    /* n_draws */
    double *worth;          /* n_draws x n_blocks */
    double *draw_value;     /* n_draws */
    double *cell_slope;     /* n_cells */
    double *cell_curvature; /* n_cells */
    double *cell_worth;     /* n_cells: sums to the mean outcome */
    int64_t *order;         /* 2 n_draws */
    double *path;           /* PTL_BUDGET_TASKS x ptl_budget_scratch_n() */
    int64_t n_eval;
    bool concave, coupled;
    bool steep; /* some curve has an infinite slope at zero */
    bool risk_scaled;
    double lift; /* of the smoothed utility to the linear one whose slope it has, >= 0 */
} ptl_budget_model;

/** Work of the stripes: scratch for n_tasks of them. */
enum { PTL_BUDGET_TASKS = 16 };

/** One block under one draw. */
typedef struct ptl_block {
    const ptl_curve *curve;
    const double *lag;
    double coefficient;
    const double *media, *value; /* n_path */
    double media_max;            /* for the majorant */
    const double *lean;          /* 3 n_path of it, as ranged; NULL: from zero to media_max */
    double weight;               /* of the draw, in the sums */
} ptl_block;

/** n_path each, rounded up to eight: added up over draws, by weight. */
typedef struct ptl_block_sums {
    double *slope, *curvature; /* by scaled media */
    double *worth;             /* where it arises */
} ptl_block_sums;

/** What one stripe works in. */
typedef struct ptl_budget_scratch {
    double *media, *value; /* n_path each, to be filled in */
    double *kernel;        /* of ptl_budget_block() */
    ptl_block_sums sums;
} ptl_budget_scratch;

int64_t ptl_budget_scratch_n(int64_t n_path);

/** The scratch of a task, in base[n_tasks x ptl_budget_scratch_n()]. */
ptl_budget_scratch ptl_budget_scratch_at(double *base, int64_t n_path, int64_t task);

void ptl_budget_clear(const ptl_block_sums *sums, int64_t n_path);

/** Value of one block under one draw, unweighted; sums may be NULL. */
double ptl_budget_block(const ptl_block_sums *sums, const ptl_budget_model *m,
                        const ptl_block *block, double *kernel);

/** Lines of the majorant where y stays within lo … hi[n_vars]; nothing where they do not fit. */
PTL_NODISCARD ptl_status ptl_majorant_range(ptl_budget_model *m, const double *lo, const double *hi,
                                            ptl_arena *arena, ptl_error *err);

/** Blend the majorant into p, weeks `from` to from + n of the path; most: the greatest x of any
 * week; room 3 n. */
void ptl_majorant_apply(const ptl_points *p, const ptl_budget_model *m, const ptl_block *b,
                        const double *x, double most, int64_t from, int64_t n, double *room);

/** The scaled media path of a block for y[n_vars]. */
void ptl_budget_variables_path(double *media, const ptl_budget_model *m, int64_t block,
                               const double *y);

/** The scaled media path of a block for a plan of money per cell (NULL: none). */
void ptl_budget_path(double *media, const ptl_budget_data *d, int64_t block, const double *plan);

/** Margins per unit along the path of a geo: 0 in the weeks of history. */
void ptl_budget_margins(double *value, const ptl_budget_data *d, int64_t geo);

/** Shapes of one draw in the form the kernel wants; lag has room for window_max. */
void ptl_budget_curve_of(ptl_curve *curve, double *lag, const ptl_response *response);

PTL_NODISCARD ptl_status ptl_budget_model_load(ptl_budget_model *m, const ptl_budget_options *o,
                                               ptl_arena *arena, ptl_error *err);

/** ptl_objective_fn over a ptl_budget_model. */
double ptl_budget_model_eval(void *ctx, double *slope, double *curvature, const double *y);

/** U(V) - price * spend, exactly (no smoothing), of a plan in variables; V per draw stays in
 * draw_value. */
double ptl_budget_model_exact(ptl_budget_model *m, const double *y);

/** Mean of V alone by the weights in force, as left by the last evaluation. */
double ptl_budget_model_mean(const ptl_budget_model *m);

/** The mean of the lowest `share` of v[n]; order and scratch n each. */
double ptl_budget_tail(const double *v, int64_t n, double share, int64_t *order, int64_t *scratch);

PTL_NODISCARD ptl_status ptl_budget_read_draw(const ptl_budget_data *d, int64_t draw_idx,
                                              ptl_budget_draw *into, ptl_error *err);

/* ---- global search ---- */

typedef struct ptl_budget_search {
    double value; /* of y by the tables */
    double bound;
    double lambda;
    int64_t n_nodes;
} ptl_budget_search;

/** Branch and bound over tables of each variable's own curve; y[n_vars] comes back feasible. The
 * model's variables must not couple and its utility must be the mean. */
PTL_NODISCARD ptl_status ptl_budget_search_run(ptl_budget_search *out, double *y,
                                               ptl_budget_model *m, const ptl_limits *limits,
                                               const ptl_budget_options *o, double tol,
                                               ptl_arena *arena, ptl_error *err);

/* ---- steps ---- */

typedef struct ptl_budget_rounding {
    const ptl_budget_data *data;
    const double *cell_lo, *cell_hi; /* n_cells, money */
    const double *group_lo, *group_hi;
    ptl_budget_model *model; /* every cell a variable; evaluated twice */
    int64_t total_cents;     /* to be met exactly, or -1 */
    int64_t total_cents_max; /* of a free total */
} ptl_budget_rounding;

PTL_NODISCARD ptl_status ptl_budget_round(int64_t *cents, int64_t *unallocated, const double *plan,
                                          const ptl_budget_rounding *r, ptl_arena *arena,
                                          ptl_error *err);

/* ---- what a plan is worth ---- */

PTL_NODISCARD ptl_status ptl_budget_judge(ptl_budget_result *out, const double *plan,
                                          const ptl_budget_data *d, const ptl_budget_options *o,
                                          const ptl_budget_work *work, ptl_error *err);

PTL_NODISCARD ptl_status ptl_budget_check(const ptl_budget_data *d, const ptl_budget_options *o,
                                          ptl_error *err);

/** The i-th of n draws taken from those of a half (parity 0 or 1; -1: all). */
int64_t ptl_budget_draw_at(const ptl_budget_data *d, int parity, int64_t i, int64_t n);
int64_t ptl_budget_draw_count(const ptl_budget_data *d, int parity, int64_t n_max);

#endif
