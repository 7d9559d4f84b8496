/* budget.c: where the next euro goes.
 *
 * The question.   Which plan within the limits is worth most, how much more than the present one,
 * and how much more could any plan be? The quantity.   max U(V(x)) - price * spend(x); see budget.h
 * for V. price is 0 where the total is fixed, 1 where profit is sought, 1 + target for a marginal
 * ROI. The model.      Draws of response functions; limits nested by cell, channel and whole. The
 * method.     budget_solve.c picks: dual-certified ascent, branch and bound, or starts against a
 *                 majorant. A target of incremental ROI r is a price between 0 and 1 + r, found by
 * bisection; its certificate is the Lagrangian's: for any price p < 1 + r and any plan that meets
 *                 r, U <= bound(p) / (1 - p / (1 + r)). A ceiling on the chance of loss is met with
 *                 the least weight on the tail (a mean-CVaR frontier), as CVaR_q >= 0 implies a
 * chance of loss of at most q (Rockafellar & Uryasev 2000). Differences.    Meridian climbs a grid
 * of the posterior mean greedily, PyMC-Marketing and Robyn hand the problem to SLSQP from an even
 * split, whose unscaled slopes end it there; here slopes are measured against curvature, so scale
 * plays no part, and every answer carries a bound. Not identified. Channels whose data did not
 * speak are the caller's to hold. Cost.           Draws that choose x cells x evaluations; scratch
 * in the arena. */
#include "science/budget_problem.h"

#include <math.h>
#include <string.h>

enum { PRICE_STEPS = 30, BLEND_STEPS = 30, TAIL_STEPS = 6 };

ptl_budget_options ptl_budget_options_default(void)
{
    return (ptl_budget_options){.size = (int32_t)sizeof(ptl_budget_options),
                                .total_max = PTL_NAN,
                                .tail_share = 0.10,
                                .loss_max = 0.10,
                                .range = 0.30,
                                .split = true,
                                .n_choose_max = 200,
                                .n_judge_max = 2000,
                                .gap_rel = 1e-6,
                                .iter_max = 200,
                                .node_max = 400,
                                .probability = 0.90};
}

ptl_budget_channel ptl_budget_channel_default(void)
{
    return (ptl_budget_channel){.total_max = HUGE_VAL, .cell_max = HUGE_VAL, .step_cents = 1};
}

static double spend_of(const ptl_problem *p, const double *y)
{
    double sum = 0.0;
    for (int64_t i = 0; i < p->model.n_cells; i++) sum += p->model.share[i] * y[p->model.var[i]];
    return sum;
}

/* ---- goals ---- */

typedef struct target_state {
    double *meets, *fails; /* plans on either side */
    bool has_meets;
    double bound; /* on U over all plans that meet the target */
} target_state;

/* U of y, whatever the price. */
static double utility_of(ptl_problem *p, const double *y)
{
    return ptl_budget_model_exact(&p->model, y) + p->model.price * spend_of(p, y);
}

static bool meets_target(ptl_problem *p, const double *y)
{
    return utility_of(p, y) >= (1.0 + p->o->target) * spend_of(p, y) * (1.0 - 1e-12);
}

/* Solve at a price, note the bound, and say on which side of the target the plan lies. */
static ptl_status try_price(ptl_problem *p, target_state *t, double price, bool *meets,
                            ptl_error *err)
{
    p->model.price = price;
    PTL_TRY(ptl_problem_solve(p, err));
    const double part = 1.0 - price / (1.0 + p->o->target);
    if (part > 1e-9) t->bound = fmin(t->bound, p->bound / part);
    *meets = meets_target(p, p->y);
    memcpy(*meets ? t->meets : t->fails, p->y, (size_t)p->limits.n * sizeof *p->y);
    t->has_meets = t->has_meets || *meets;
    return PTL_OK;
}

/* The plan between the two that just meets the target: limits are convex, so it is allowed. */
static void blend(ptl_problem *p, const target_state *t)
{
    double lo = 0.0, hi = 1.0;
    for (int i = 0; i < BLEND_STEPS; i++) {
        const double w = 0.5 * (lo + hi);
        for (int64_t j = 0; j < p->limits.n; j++)
            p->trial[j] = t->meets[j] + w * (t->fails[j] - t->meets[j]);
        if (meets_target(p, p->trial))
            lo = w;
        else
            hi = w;
    }
    for (int64_t j = 0; j < p->limits.n; j++)
        p->trial[j] = t->meets[j] + lo * (t->fails[j] - t->meets[j]);
    const bool better = utility_of(p, p->trial) > utility_of(p, t->meets);
    memcpy(p->y, better ? p->trial : t->meets, (size_t)p->limits.n * sizeof *p->y);
}

static ptl_status solve_roi(ptl_problem *p, ptl_error *err)
{
    target_state t = {.bound = HUGE_VAL};
    BUDGET_ALLOC(t.meets, p->work->arena, p->limits.n);
    BUDGET_ALLOC(t.fails, p->work->arena, p->limits.n);
    double lo = 0.0, hi = 1.0 + p->o->target;
    bool meets;
    PTL_TRY(try_price(p, &t, lo, &meets, err));
    if (!meets) {
        PTL_TRY(try_price(p, &t, hi, &meets, err));
        if (!meets) {
            const double spend = spend_of(p, p->y);
            (void)ptl_fail(err, PTL_E_CONFLICT,
                           "no plan within the limits reaches an incremental ROI of %g",
                           p->o->target);
            ptl_error_detail(err, "closest: outcome %g on spend %g, incremental ROI %g",
                             utility_of(p, p->y), spend, utility_of(p, p->y) / spend - 1.0);
            ptl_error_hint(err, "lower the target, the commitments or total_min");
            return PTL_E_CONFLICT;
        }
        for (int i = 0; i < PRICE_STEPS && hi - lo > 1e-6 * hi; i++) {
            const double middle = 0.5 * (lo + hi);
            PTL_TRY(try_price(p, &t, middle, &meets, err));
            *(meets ? &hi : &lo) = middle;
        }
        blend(p, &t);
    }
    p->model.price = 0.0;
    p->value = ptl_budget_model_exact(&p->model, p->y);
    p->bound = fmax(t.bound, p->value);
    p->lambda = hi;
    return PTL_OK;
}

static ptl_status solve_goal(ptl_problem *p, ptl_error *err)
{
    p->model.price = 0.0;
    if (p->o->goal == PTL_BUDGET_FLEXIBLE) p->model.price = 1.0;
    if (p->o->goal == PTL_BUDGET_TARGET_MROI) p->model.price = 1.0 + p->o->target;
    return p->o->goal == PTL_BUDGET_TARGET_ROI ? solve_roi(p, err) : ptl_problem_solve(p, err);
}

/* ---- utilities ---- */

/* Profit of the present plan in each draw that chooses. */
static ptl_status make_offset(ptl_problem *p, double **offset, ptl_error *err)
{
    BUDGET_ALLOC(*offset, p->work->arena, p->model.n_draws);
    const ptl_budget_data *const d = p->data;
    double spend = 0.0;
    for (int64_t i = 0; i < p->model.n_cells; i++) spend += d->present[i];
    const ptl_budget_scratch w = ptl_budget_scratch_at(p->model.path, p->model.n_path, 0);
    for (int64_t s = 0; s < p->model.n_draws; s++) {
        (*offset)[s] = -spend;
        for (int64_t b = 0; b < p->model.n_blocks; b++) {
            const int64_t at = s * d->n_channels + b / d->n_geos, k = s * p->model.n_blocks + b;
            const ptl_block block = {.curve = &p->model.curve[at],
                                     .lag = p->model.lag + at * p->model.window_max,
                                     .coefficient = p->model.coefficient[k],
                                     .media = w.media,
                                     .value = w.value};
            ptl_budget_path(w.media, d, b, d->present);
            ptl_budget_margins(w.value, d, b % d->n_geos);
            (*offset)[s] += ptl_budget_block(NULL, &p->model, &block, w.kernel) - p->model.idle[k];
        }
    }
    return PTL_OK;
}

/* Share of draws in which y earns less than the present plan. */
static double chance_of_loss(ptl_problem *p)
{
    (void)ptl_budget_model_exact(&p->model, p->y);
    const double spend = spend_of(p, p->y);
    int64_t n = 0;
    for (int64_t s = 0; s < p->model.n_draws; s++)
        n += p->model.draw_value[s] - spend < -0.005; /* half a cent is rounding */
    return (double)n / (double)p->model.n_draws;
}

/* Solve with a weight on the tail; *kept where the chance of loss is low enough. */
static ptl_status try_tail(ptl_problem *p, double weight, bool *kept, ptl_error *err)
{
    p->model.tail_weight = weight;
    PTL_TRY(solve_goal(p, err));
    *kept = chance_of_loss(p) <= p->o->loss_max;
    return PTL_OK;
}

static void copy_answer(ptl_problem *to, const ptl_problem *from)
{
    memcpy(to->y, from->y, (size_t)from->limits.n * sizeof *from->y);
    to->value = from->value, to->bound = from->bound, to->lambda = from->lambda;
}

/* The least weight that keeps the chance of loss, by glances from one plan to the next. */
static ptl_status seek_weight(ptl_problem *best, ptl_problem *p, double *weight, ptl_error *err)
{
    double lo = 0.0, hi = 1.0;
    copy_answer(best, p);
    for (int i = 0; i < TAIL_STEPS; i++) {
        bool kept;
        PTL_TRY(try_tail(p, 0.5 * (lo + hi), &kept, err));
        *(kept ? &hi : &lo) = p->model.tail_weight;
        if (kept) copy_answer(best, p);
    }
    *weight = hi;
    return PTL_OK;
}

/* At the weight found: a bound, and a better plan if it still keeps the chance of loss. */
static ptl_status settle_weight(ptl_problem *best, ptl_problem *p, double weight, ptl_error *err)
{
    bool kept;
    copy_answer(p, best);
    p->effort = PTL_EFFORT_WARM;
    PTL_TRY(try_tail(p, weight, &kept, err));
    if (kept) return PTL_OK;
    best->bound = p->bound, best->lambda = p->lambda;
    copy_answer(p, best);
    p->value = ptl_budget_model_exact(&p->model, p->y);
    return PTL_OK;
}

static ptl_status solve_loss(ptl_problem *p, ptl_error *err)
{
    double *offset, weight;
    ptl_problem best = *p;
    bool kept;
    BUDGET_ALLOC(best.y, p->work->arena, p->limits.n);
    PTL_TRY(make_offset(p, &offset, err));
    p->model.offset = offset;
    p->model.tail_share = p->o->loss_max;
    PTL_TRY(try_tail(p, 0.0, &kept, err));
    if (kept) return PTL_OK;
    p->effort = PTL_EFFORT_GLANCE;
    PTL_TRY(try_tail(p, 1.0, &kept, err));
    if (!kept) { /* the limits may force a loss: p_loss says so */
        p->effort = PTL_EFFORT_FULL;
        PTL_TRY(try_tail(p, 1.0, &kept, err));
        if (!kept) return PTL_OK;
        p->effort = PTL_EFFORT_GLANCE;
    }
    PTL_TRY(seek_weight(&best, p, &weight, err));
    return settle_weight(&best, p, weight, err);
}

static ptl_status solve_utility(ptl_problem *p, ptl_error *err)
{
    p->model.tail_share = p->o->tail_share;
    if (p->o->utility == PTL_BUDGET_LOSS) return solve_loss(p, err);
    p->model.tail_weight = p->o->utility == PTL_BUDGET_CVAR ? 1.0 : 0.0;
    return solve_goal(p, err);
}

/* ---- from the plan to the answer ---- */

/* The same draws with every cell its own variable: rounding leaves no pattern frozen. */
static ptl_status by_cell(ptl_budget_model *m, const ptl_problem *p, ptl_error *err)
{
    *m = p->model;
    BUDGET_ALLOC(m->var, p->work->arena, m->n_cells);
    BUDGET_ALLOC(m->share, p->work->arena, m->n_cells);
    for (int64_t i = 0; i < m->n_cells; i++) m->var[i] = i, m->share[i] = 1.0;
    m->n_vars = m->n_cells;
    return PTL_OK;
}

/* Into cents, and what the rounded plan is worth under the draws that chose. */
static ptl_status round_plan(ptl_budget_result *out, double *rounded, ptl_problem *p, double *plan,
                             ptl_error *err)
{
    const bool fixed = p->o->goal == PTL_BUDGET_FIXED;
    ptl_budget_model cells;
    for (int64_t i = 0; i < p->model.n_cells; i++)
        plan[i] = p->model.share[i] * p->y[p->model.var[i]];
    PTL_TRY(by_cell(&cells, p, err));
    const ptl_budget_rounding r = {.data = p->data,
                                   .model = &cells,
                                   .cell_lo = p->cell_lo,
                                   .cell_hi = p->cell_hi,
                                   .group_lo = p->limits.group_lo,
                                   .group_hi = p->limits.group_hi,
                                   .total_cents = fixed ? llround(p->limits.total_hi * 100.0) : -1,
                                   .total_cents_max = llround(p->limits.total_hi * 100.0)};
    PTL_TRY(
        ptl_budget_round(out->plan_cents, &out->unallocated_cents, plan, &r, p->work->arena, err));
    for (int64_t i = 0; i < cells.n_cells; i++) plan[i] = (double)out->plan_cents[i] / 100.0;
    *rounded = ptl_budget_model_exact(&cells, plan);
    return PTL_OK;
}

static void fill_certificate(ptl_budget_result *out, const ptl_problem *p, double rounded)
{
    out->objective = rounded;
    const bool coupled = p->model.coupled || p->model.tail_weight > 0.0;
    out->bound = fmax(p->bound, fmax(p->value, rounded));
    /* where weeks or draws couple, sums round: what is closer than that is not certified */
    if (coupled) out->bound = fmax(out->bound, fmax(p->value, rounded) + 1e-9 * p->scale);
    out->gap = out->bound - rounded;
    out->gap_search = fmax(out->bound - fmax(p->value, rounded), 0.0);
    out->price = p->model.price;
    out->shadow_price = p->lambda;
    out->concave = p->model.concave;
    out->coupled = coupled;
    out->tail_weight = p->model.tail_weight;
    out->n_evaluations = p->model.n_eval;
    out->n_nodes = p->n_nodes;
    out->n_choose = p->model.n_draws;
    const double allowed = fmax(1e-4, p->o->gap_rel) * p->scale;
    out->verdict = out->gap_search <= allowed ? PTL_CONVERGED : PTL_INACCURATE;
}

/* What gaps are relative to: the outcome of the plan found, in money. */
static double outcome_scale(ptl_problem *p, const double *y)
{
    const double price = p->model.price, theta = p->model.tail_weight;
    p->model.tail_weight = 0.0;
    (void)ptl_budget_model_exact(&p->model, y);
    p->model.price = price, p->model.tail_weight = theta;
    double size = 0.0;
    for (int64_t s = 0; s < p->model.n_draws; s++)
        size += fabs(p->model.draw_value[s] + (p->model.offset ? p->model.offset[s] : 0.0));
    return fmax(size / (double)p->model.n_draws, 1e-9);
}

static ptl_status prepare(ptl_problem *p, ptl_error *err)
{
    ptl_arena *const arena = p->work->arena;
    PTL_TRY(ptl_problem_bound(p, arena, err));
    const int64_t n = p->limits.n;
    BUDGET_ALLOC(p->y, arena, n);
    BUDGET_ALLOC(p->start, arena, n);
    BUDGET_ALLOC(p->present, arena, n);
    BUDGET_ALLOC(p->trial, arena, n);
    BUDGET_ALLOC(p->prices.mu, arena, p->limits.n_groups);
    BUDGET_ALLOC(p->ascent, arena, ptl_ascent_work_n(n));
    PTL_TRY(ptl_budget_model_load(&p->model, p->o, arena, err));
    for (int64_t i = 0; i < p->model.n_cells; i++) p->y[p->model.var[i]] += p->data->present[i];
    ptl_limits_project(p->y, &p->prices, &p->limits);
    memcpy(p->present, p->y, (size_t)n * sizeof *p->y);
    p->scale = outcome_scale(p, p->y);
    return PTL_OK;
}

static ptl_status solve(ptl_budget_result *out, double *plan, ptl_problem *p, ptl_error *err)
{
    double rounded;
    PTL_TRY(prepare(p, err));
    PTL_TRY(solve_utility(p, err));
    p->scale = outcome_scale(p, p->y);
    PTL_TRY(round_plan(out, &rounded, p, plan, err));
    fill_certificate(out, p, rounded);
    double gain = 0.0, spend = 0.0, before = 0.0, *offset;
    PTL_TRY(make_offset(p, &offset, err));
    for (int64_t i = 0; i < p->model.n_cells; i++) spend += plan[i], before += p->data->present[i];
    for (int64_t s = 0; s < p->model.n_draws; s++)
        gain += p->model.draw_value[s] + (p->model.offset ? p->model.offset[s] : 0.0) - offset[s];
    out->gain_in_sample = gain / (double)p->model.n_draws - spend;
    return PTL_OK;
}

static ptl_status alloc_result(ptl_budget_result *out, double **plan, const ptl_budget_data *d,
                               ptl_arena *arena, ptl_error *err)
{
    const int64_t n_cells = (int64_t)d->n_channels * d->n_geos * d->n_weeks;
    *out = (ptl_budget_result){.objective = PTL_NAN,
                               .bound = PTL_NAN,
                               .gap = PTL_NAN,
                               .gap_search = PTL_NAN,
                               .price = PTL_NAN,
                               .shadow_price = PTL_NAN,
                               .gain_in_sample = PTL_NAN,
                               .tail_weight = PTL_NAN};
    BUDGET_ALLOC(out->channel, arena, d->n_channels);
    BUDGET_ALLOC(out->plan_cents, arena, n_cells);
    BUDGET_ALLOC(*plan, arena, n_cells);
    return PTL_OK;
}

ptl_status ptl_budget_solve(ptl_budget_result *out, const ptl_budget_data *data,
                            const ptl_budget_options *options, const ptl_budget_work *work,
                            ptl_error *err)
{
    const ptl_budget_options o = options ? *options : ptl_budget_options_default();
    PTL_TRY(ptl_budget_check(data, &o, err));
    double *plan;
    const ptl_arena_mark start = ptl_arena_save(work->arena);
    ptl_status st = alloc_result(out, &plan, data, work->arena, err);
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    ptl_problem p = {.data = data, .o = &o, .work = work};
    p.model = (ptl_budget_model){.data = data, .executor = work->executor};
    if (st == PTL_OK) st = solve(out, plan, &p, err);
    ptl_arena_rewind(work->arena, mark);
    if (st == PTL_OK) st = ptl_budget_judge(out, plan, data, &o, work, err);
    if (st != PTL_OK) ptl_arena_rewind(work->arena, start);
    return st;
}

ptl_status ptl_budget_simulate(ptl_budget_result *out, const double *plan,
                               const ptl_budget_data *data, const ptl_budget_options *options,
                               const ptl_budget_work *work, ptl_error *err)
{
    const ptl_budget_options o = options ? *options : ptl_budget_options_default();
    PTL_TRY(ptl_budget_check(data, &o, err));
    const int64_t n_cells = (int64_t)data->n_channels * data->n_geos * data->n_weeks;
    for (int64_t i = 0; i < n_cells; i++)
        if (!(plan[i] >= 0.0 && plan[i] < 1e15))
            return ptl_fail(err, PTL_E_INVALID,
                            "plan: channel %lld, geo %lld, week %lld must be finite and not "
                            "negative, not %g",
                            (long long)(i / data->n_weeks / data->n_geos),
                            (long long)(i / data->n_weeks % data->n_geos),
                            (long long)(i % data->n_weeks), plan[i]);
    double *copy;
    const ptl_arena_mark start = ptl_arena_save(work->arena);
    ptl_status st = alloc_result(out, &copy, data, work->arena, err);
    for (int64_t i = 0; st == PTL_OK && i < n_cells; i++)
        out->plan_cents[i] = llround(plan[i] * 100.0);
    if (st == PTL_OK) st = ptl_budget_judge(out, plan, data, &o, work, err);
    if (st != PTL_OK) ptl_arena_rewind(work->arena, start);
    return st;
}
