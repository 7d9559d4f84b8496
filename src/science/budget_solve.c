/* budget_solve.c: which method a problem needs.
 *
 * Variables that do not couple, mean utility      tables, branch and bound, a climb on the model
 * concave, coupled by carry-over or by risk       a climb; its dual is the certificate
 * S-shaped or of mixed sign, and coupled          climbs from several starts; the certificate is
 * the optimum of the concave majorant
 *
 * The starts: the plan given; the optimum of the majorant, led back to the curve by degrees; the
 * best flights of every channel (budget_flights.c), since thresholds reward pulses and a climb
 * cannot leave an even plan by itself; and scattered ones where the problem is small. Under a risk
 * they are compared by a mean with the weights that the draws have at the risk's majorant: most of
 * them are zero, and a mean is a sum over channels. */
#include "science/budget_problem.h"

#include <math.h>
#include <string.h>

enum {
    POLISH = 40, /* steps after the tables       */
    LOOK = 20,   /* steps to compare starts      */
    GLANCE = 12, /* steps while a weight is sought */
    RISKY = 60,  /* steps of a bound on a tail   */
    FEW = 32,    /* draws that starts are compared on, at least */
    STARTS = 24,
    STARTS_EFFORT = 400000 /* cells x draws x starts */
};

static double tolerance(const ptl_problem *p)
{
    return p->o->gap_rel * p->scale;
}

/* A tenth of what is called converged: tables of a hundred nodes would buy nothing more. */
static double table_tolerance(const ptl_problem *p)
{
    return fmax(0.3 * tolerance(p), 1e-5 * p->scale);
}

int64_t ptl_problem_few(const ptl_problem *p)
{
    const int64_t all = p->model.n_draws, part = (all + 3) / 4 > FEW ? (all + 3) / 4 : FEW;
    return p->model.frozen || all < part ? all : part;
}

/* Keep y if its exact value is the best seen. */
static void keep(ptl_problem *p, const double *y)
{
    const double value = ptl_budget_model_exact(&p->model, y);
    if (!(value > p->value)) return;
    p->value = value;
    memcpy(p->y, y, (size_t)p->limits.n * sizeof *y);
}

/* Take y, whatever the best so far was worth by another utility. */
static void keep_anew(ptl_problem *p, const double *y)
{
    p->value = -HUGE_VAL;
    keep(p, y);
}

static ptl_ascent climb(ptl_problem *p, double *y, double tol, int32_t iter_max)
{
    const ptl_objective f = {.eval = ptl_budget_model_eval,
                             .ctx = &p->model,
                             .concave = p->model.concave || p->model.majorant == 1.0,
                             .lift = &p->model.lift};
    return ptl_ascent_run(y, &p->limits, &f, tol, iter_max, &p->prices, p->ascent);
}

/* Climb from `start` on the model; a plan worth keeping is kept. A smoothed tail is sharpened once
 * on the way: what it hides is of the size of its width. */
static void climb_from(ptl_problem *p, const double *start, int32_t iter_max)
{
    memcpy(p->trial, start, (size_t)p->limits.n * sizeof *start);
    ptl_limits_project(p->trial, &p->prices, &p->limits);
    const int rounds = p->model.tail_weight > 0.0 ? 2 : 1;
    for (int k = 0; k < rounds; k++) {
        p->model.risk_scaled = false, p->model.smooth = k == 0 ? 1e-2 : 1e-3;
        const ptl_ascent a = climb(p, p->trial, tolerance(p), iter_max);
        if (a.bound < p->bound) p->bound = a.bound;
        const double before = p->value;
        keep(p, p->trial);
        if (p->value > before) p->lambda = a.lambda;
    }
}

static int32_t steps_of(const ptl_problem *p)
{
    const int32_t most = p->o->iter_max;
    return p->effort == PTL_EFFORT_WARM && most > RISKY ? RISKY : most;
}

/* A few steps from `start` on a quarter of the draws: enough to compare starts by all of them. */
static void look_from(ptl_problem *p, const double *start)
{
    const int64_t all = p->model.n_draws;
    memcpy(p->trial, start, (size_t)p->limits.n * sizeof *start);
    ptl_limits_project(p->trial, &p->prices, &p->limits);
    p->model.risk_scaled = false, p->model.smooth = 1e-2;
    p->model.n_draws = ptl_problem_few(p);
    (void)climb(p, p->trial, 1e-4 * p->scale, LOOK);
    p->model.n_draws = all;
    keep(p, p->trial);
}

/* ---- variables that do not couple ---- */

static ptl_status solve_separable(ptl_problem *p, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(p->work->arena);
    ptl_budget_search found;
    memcpy(p->start, p->y, (size_t)p->limits.n * sizeof *p->y);
    const ptl_status st = ptl_budget_search_run(&found, p->start, &p->model, &p->limits, p->o,
                                                table_tolerance(p), p->work->arena, err);
    ptl_arena_rewind(p->work->arena, mark);
    PTL_TRY(st);
    p->n_nodes += found.n_nodes;
    p->bound = fmin(p->bound, found.bound);
    keep(p, p->start);
    p->lambda = found.lambda;
    climb_from(p, p->start, POLISH);
    return PTL_OK;
}

/* ---- coupled and not concave ---- */

/* The optimum of the majorant with its bound, in p->start; returns the price that money has there.
 * A risk is climbed from where the mean ends, since its steps cost twice. */
static double climb_majorant(ptl_problem *p, double risk)
{
    memcpy(p->start, p->y, (size_t)p->limits.n * sizeof *p->y);
    p->model.majorant = 1.0;
    /* what the majorant itself gives away is a hundred times this */
    ptl_ascent a = climb(p, p->start, 1e-4 * p->scale, p->o->iter_max);
    if (risk > 0.0) {
        p->model.tail_weight = risk, p->model.risk_scaled = false, p->model.smooth = 3e-3;
        a = climb(p, p->start, 2e-4 * p->scale, RISKY);
        p->model.tail_weight = 0.0;
    }
    p->bound = fmin(p->bound, a.bound);
    p->model.majorant = 0.0;
    return a.lambda;
}

/* From the majorant to the curve by degrees, in p->start: thresholds come in slowly, and what has
 * to be given up for them is given up where it hurts least (graduated non-convexity). */
static void lead_back(ptl_problem *p)
{
    const int64_t all = p->model.n_draws;
    p->model.n_draws = ptl_problem_few(p);
    for (p->model.majorant = 0.75; p->model.majorant > 0.0; p->model.majorant -= 0.25)
        (void)climb(p, p->start, 1e-4 * p->scale, LOOK);
    p->model.majorant = 0.0, p->model.n_draws = all;
}

/* Starts without rhyme: weights by van der Corput's sequence, ever more uneven; more of them where
 * they cost little. */
static void scattered(ptl_problem *p, double *y)
{
    const double size = (double)(p->model.n_cells * p->model.n_draws);
    const int64_t n_starts = (int64_t)fmin(STARTS, STARTS_EFFORT / size);
    uint64_t at = 0;
    for (int64_t k = 0; k < n_starts; k++) {
        for (int64_t j = 0; j < p->limits.n; j++) {
            double u = 0.0, unit = 0.5;
            for (uint64_t i = ++at; i; i >>= 1, unit *= 0.5) u += unit * (double)(i & 1u);
            y[j] = p->limits.lo[j] + (p->limits.hi[j] - p->limits.lo[j]) * pow(u, (double)(k + 1));
        }
        look_from(p, y);
    }
}

/* Weights of the draws where the risk is at y: a mean by these is what the risk looks like from
 * there, it is a sum over channels again, and most of them are zero. */
static ptl_status freeze(ptl_problem *p, const double *y, double risk, ptl_error *err)
{
    double *frozen;
    BUDGET_ALLOC(frozen, p->work->arena, p->model.n_draws);
    p->model.tail_weight = risk, p->model.risk_scaled = false, p->model.smooth = 1e-2;
    (void)ptl_budget_model_eval(&p->model, p->trial, p->ascent, y);
    p->model.tail_weight = 0.0;
    memcpy(frozen, p->model.draw_weight, (size_t)p->model.n_draws * sizeof *frozen);
    p->model.frozen = frozen;
    return PTL_OK;
}

/* The best of all starts by a mean: that of all draws, or by the weights of the risk. */
static ptl_status solve_starts(ptl_problem *p, double *kept, double risk, ptl_error *err)
{
    PTL_TRY(ptl_majorant_range(&p->model, p->limits.lo, p->limits.hi, p->work->arena, err));
    const double price = climb_majorant(p, risk);
    if (risk > 0.0) PTL_TRY(freeze(p, p->start, risk, err));
    keep_anew(p, kept);
    if (p->effort == PTL_EFFORT_WARM) return PTL_OK;
    lead_back(p);
    p->model.lean = NULL;
    climb_from(p, p->start, LOOK);
    climb_from(p, kept, LOOK);
    PTL_TRY(ptl_problem_fly(p->start, p, price, err));
    climb_from(p, p->start, LOOK);
    scattered(p, p->start);
    return PTL_OK;
}

static ptl_status solve_rough(ptl_problem *p, ptl_error *err)
{
    double *kept;
    const double risk = p->model.tail_weight;
    const ptl_arena_mark mark = ptl_arena_save(p->work->arena);
    BUDGET_ALLOC(kept, p->work->arena, p->limits.n);
    memcpy(kept, p->y, (size_t)p->limits.n * sizeof *kept);
    p->model.tail_weight = 0.0;
    const ptl_status st = solve_starts(p, kept, risk, err);
    p->model.tail_weight = risk, p->model.frozen = NULL, p->model.lean = NULL;
    PTL_TRY(st);
    if (risk > 0.0) {
        keep_anew(p, p->y);
        keep(p, kept);
    }
    memcpy(p->start, p->y, (size_t)p->limits.n * sizeof *p->y);
    climb_from(p, p->start, steps_of(p));
    ptl_arena_rewind(p->work->arena, mark);
    return PTL_OK;
}

/* A few steps from where it is, the risk drawn with a broad brush. Of all draws: a part has too few
 * in its tail, and asks for more caution than is needed. */
static void glance(ptl_problem *p)
{
    memcpy(p->trial, p->y, (size_t)p->limits.n * sizeof *p->y);
    p->model.risk_scaled = false, p->model.smooth = 1e-2;
    const ptl_ascent a = climb(p, p->trial, 1e-4 * p->scale, GLANCE);
    const double before = p->value;
    keep(p, p->trial);
    if (p->value > before) p->lambda = a.lambda;
}

ptl_status ptl_problem_solve(ptl_problem *p, ptl_error *err)
{
    const bool risk = p->model.tail_weight > 0.0;
    p->bound = HUGE_VAL;
    keep_anew(p, p->y);
    if (p->effort == PTL_EFFORT_GLANCE) {
        glance(p);
        return PTL_OK;
    }
    if (p->model.concave) {
        memcpy(p->start, p->y, (size_t)p->limits.n * sizeof *p->y);
        climb_from(p, p->start, steps_of(p));
        if (p->bound - p->value <= tolerance(p) || p->model.coupled || risk) return PTL_OK;
    }
    return p->model.coupled || risk ? solve_rough(p, err) : solve_separable(p, err);
}
