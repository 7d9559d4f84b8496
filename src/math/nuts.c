/* nuts.c: draws from a density known up to a constant, by several chains.
 *
 * The question.   What does the posterior look like, when only log pi and its gradient can be had?
 * The method.     nuts_start.c finds where chains begin, nuts_adapt.c learns step size and metric,
 *                 nuts_tree.c makes the transitions. Chains are tasks of an executor.
 * Invariants.     1. Chain i draws from split generator i and writes slot i: same bytes at any
 *                 width. 2. All memory is taken before the first task, in two pieces: what the
 *                 result points to, and scratch that is handed back. 3. A status of the density
 *                 function ends the run and is the run's.
 * Not identified. Nothing here says so of a parameter; the checks say when draws are no basis for
 *                 any figure, and the verdict is theirs.
 * Cost.           Gradients are counted in the result. Memory: ptl_nuts_arena_bytes. */
#include "portolan/nuts.h"

#include <string.h>

#include "math/nuts_internal.h"

enum { CHAINS_MAX = 64, ITER_MAX = 100000, DEPTH_LIMIT = 14, TRIES_MAX = 1000, DENSE_MAX = 2000 };
enum { JUDGES = 4 }; /* tasks that summarise variables: more would only cost scratch */

ptl_nuts_options ptl_nuts_options_default(void)
{
    return (ptl_nuts_options){.size = (int32_t)sizeof(ptl_nuts_options),
                              .n_chains = 4,
                              .n_warmup = 1000,
                              .n_draws = 1000,
                              .depth_max = 10,
                              .metric = PTL_NUTS_DIAGONAL,
                              .start = PTL_NUTS_START_PATHFINDER,
                              .start_tries = 20,
                              .start_radius = 2.0,
                              .accept_target = 0.8,
                              .energy_error_max = 1000.0,
                              .limits = ptl_mcmc_limits_default()};
}

static ptl_status check_count(const char *name, int64_t x, int64_t low, int64_t high,
                              ptl_error *err)
{
    if (x >= low && x <= high) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "%s must be %lld to %lld, not %lld", name, (long long)low,
                    (long long)high, (long long)x);
}

static ptl_status check_options(const ptl_nuts_options *o, int64_t n, ptl_error *err)
{
    PTL_TRY(check_count("n", n, 1, PTL_NUTS_DIM_MAX, err));
    PTL_TRY(check_count("n_chains", o->n_chains, 1, CHAINS_MAX, err));
    PTL_TRY(check_count("n_warmup", o->n_warmup, 20, ITER_MAX, err));
    PTL_TRY(check_count("n_draws", o->n_draws, 4, ITER_MAX, err));
    PTL_TRY(check_count("depth_max", o->depth_max, 1, DEPTH_LIMIT, err));
    PTL_TRY(check_count("start_tries", o->start_tries, 1, TRIES_MAX, err));
    if (o->metric == PTL_NUTS_DENSE)
        PTL_TRY(check_count("n with the dense metric", n, 1, DENSE_MAX, err));
    if (!(o->accept_target > 0.0 && o->accept_target < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "accept_target must lie between 0 and 1, not %g",
                        o->accept_target);
    if (!(o->energy_error_max > 0.0 && isfinite(o->energy_error_max)))
        return ptl_fail(err, PTL_E_INVALID, "energy_error_max must be positive, not %g",
                        o->energy_error_max);
    if (!(o->start_radius >= 0.0 && o->start_radius <= 1e6))
        return ptl_fail(err, PTL_E_INVALID, "start_radius must be 0 to 1e6, not %g",
                        o->start_radius);
    return PTL_OK;
}

/* Doubles of one chain's scratch. */
static int64_t scratch_n(int64_t n, const ptl_nuts_options *o)
{
    const int64_t vectors = 2 + 6 + 2 + 3 + 7 * (int64_t)o->depth_max + 1; /* as carve() takes */
    const int64_t squares = o->metric == PTL_NUTS_DENSE ? 2 * n : 1;
    return (vectors + squares) * n + nuts_start_work_n(n);
}

static int64_t n_judges(const ptl_nuts_options *o)
{
    return o->n_chains < JUDGES ? o->n_chains : JUDGES;
}

static size_t metric_n(int64_t n, const ptl_nuts_options *o)
{
    return (size_t)(o->metric == PTL_NUTS_DENSE ? n * n : n);
}

/* What the result points to, in the order in which it is laid down. */
static size_t result_bytes(int64_t n, const ptl_nuts_options *o)
{
    const size_t chains = (size_t)o->n_chains, draws = (size_t)o->n_draws;
    return sizeof(double) * (chains * draws * (size_t)n + chains * metric_n(n, o)) +
           sizeof(ptl_nuts_step) * chains * draws + sizeof(ptl_mcmc_summary) * (size_t)n +
           sizeof(ptl_nuts_chain) * chains;
}

static size_t scratch_bytes(int64_t n, const ptl_nuts_options *o)
{
    const size_t per_chain = sizeof(double) * (size_t)scratch_n(n, o) + sizeof(nuts_chain) +
                             sizeof(nuts_stretch) * (size_t)o->depth_max;
    const size_t per_judge = sizeof(double) * (size_t)ptl_mcmc_work_n(o->n_chains, o->n_draws);
    return (size_t)o->n_chains * per_chain + (size_t)n_judges(o) * per_judge;
}

size_t ptl_nuts_arena_bytes(int64_t n, const ptl_nuts_options *options)
{
    const ptl_nuts_options o = options ? *options : ptl_nuts_options_default();
    if (check_options(&o, n, NULL) != PTL_OK) return 0;
    /* two blocks of an arena, each with header, alignment and at most a page more than asked */
    return result_bytes(n, &o) + scratch_bytes(n, &o) + (size_t)2 * (4096 + 256);
}

typedef struct run {
    const ptl_nuts_options *o;
    const ptl_nuts_target *target;
    const double *x0;
    const ptl_rng *rng;
    int64_t n;
    double *draws, *metrics;
    ptl_nuts_step *steps;
    ptl_nuts_chain *chains;
    ptl_mcmc_summary *summary;
    nuts_chain *state;
    nuts_stretch *stretches;
    double *scratch, *judge_work;
} run;

/* Give chain i its vectors. */
static void carve(const run *r, int64_t i, nuts_chain *c)
{
    const int64_t n = r->n, squares = r->o->metric == PTL_NUTS_DENSE ? n * n : 0;
    double *next = r->scratch + i * scratch_n(n, r->o);
    double **const vectors[] = {&c->now.q,    &c->now.g,    &c->end[0].q, &c->end[0].p,
                                &c->end[0].g, &c->end[1].q, &c->end[1].p, &c->end[1].g,
                                &c->v_end[0], &c->v_end[1], &c->p_near,   &c->v_near,
                                &c->rho,      &c->mean};
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++, next += n) *vectors[k] = next;
    c->stretches = r->stretches + i * r->o->depth_max;
    for (int32_t k = 0; k < r->o->depth_max; k++) {
        nuts_stretch *const s = &c->stretches[k];
        double **const parts[] = {&s->p_first, &s->v_first, &s->p_last, &s->v_last,
                                  &s->rho,     &s->q,       &s->g};
        for (size_t j = 0; j < sizeof parts / sizeof *parts; j++, next += n) *parts[j] = next;
    }
    c->moment = next;
    next += squares ? squares : n;
    c->factor = squares ? next : NULL;
    c->start_work = next + squares;
    c->inverse_metric = r->metrics + (size_t)i * metric_n(n, r->o);
}

static ptl_status begin(const run *r, int64_t i, nuts_chain *c)
{
    if (!r->x0) return nuts_find_start(c);
    const double *const x0 = r->x0 + i * r->n;
    for (int64_t k = 0; k < r->n; k++)
        if (!isfinite(x0[k]))
            return ptl_fail(c->err, PTL_E_INVALID, "x0: chain %lld, variable %lld is %g",
                            (long long)i, (long long)k, x0[k]);
    memcpy(c->now.q, x0, sizeof *x0 * (size_t)r->n);
    PTL_TRY(nuts_evaluate(c, &c->now.lp, c->now.g, c->now.q));
    if (!(c->now.lp > -HUGE_VAL))
        return ptl_fail(c->err, PTL_E_INVALID, "x0: chain %lld has no finite log density",
                        (long long)i);
    return PTL_OK;
}

static ptl_status report(const nuts_chain *c, int64_t chain_idx, int64_t iter)
{
    const ptl_nuts_options *const o = c->o;
    if (!o->progress) return PTL_OK;
    return o->progress(o->progress_payload, chain_idx, iter, (int64_t)o->n_warmup + o->n_draws,
                       c->err);
}

static ptl_status warm_up(nuts_chain *c, int64_t chain_idx)
{
    PTL_TRY(nuts_adapt_begin(c));
    for (int64_t iter = 0; iter < c->o->n_warmup; iter++) {
        ptl_nuts_step step;
        PTL_TRY(nuts_transition(c, &step));
        PTL_TRY(nuts_adapt(c, iter, step.accept));
        PTL_TRY(report(c, chain_idx, iter));
    }
    nuts_adapt_end(c);
    return PTL_OK;
}

static ptl_status sample(const run *r, nuts_chain *c, int64_t chain_idx)
{
    const int64_t n_draws = c->o->n_draws;
    for (int64_t k = 0; k < n_draws; k++) {
        const int64_t slot = chain_idx * n_draws + k;
        PTL_TRY(nuts_transition(c, &r->steps[slot]));
        memcpy(r->draws + slot * r->n, c->now.q, sizeof *r->draws * (size_t)r->n);
        r->chains[chain_idx].n_divergent += r->steps[slot].divergent;
        PTL_TRY(report(c, chain_idx, c->o->n_warmup + k));
    }
    return PTL_OK;
}

static ptl_status run_chain(void *payload, int64_t i, ptl_error *err)
{
    const run *const r = payload;
    nuts_chain *const c = &r->state[i];
    ptl_nuts_chain *const out = &r->chains[i];
    *c = (nuts_chain){.o = r->o, .target = r->target, .err = err, .n = r->n};
    c->payload = r->target->payload
                     ? (char *)r->target->payload + (size_t)i * r->target->payload_stride_bytes
                     : NULL;
    c->rng = ptl_rng_split(r->rng, (uint64_t)i);
    carve(r, i, c);
    PTL_TRY(begin(r, i, c));
    out->n_gradients_start = c->n_gradients;
    PTL_TRY(warm_up(c, i));
    out->n_gradients_warmup = c->n_gradients - out->n_gradients_start;
    const int64_t before = c->n_gradients;
    PTL_TRY(sample(r, c, i));
    out->n_gradients_draws = c->n_gradients - before;
    out->step_size = c->step_size;
    out->inverse_metric = c->inverse_metric;
    return PTL_OK;
}

static ptl_mcmc_view view_of(const run *r, int64_t idx)
{
    return (ptl_mcmc_view){r->draws + idx, r->o->n_chains, r->o->n_draws, r->o->n_draws * r->n,
                           r->n};
}

/* Judge k summarises every variable whose number leaves rest k. */
static ptl_status summarise(void *payload, int64_t k, ptl_error *err)
{
    const run *const r = payload;
    (void)err;
    double *const work = r->judge_work + k * ptl_mcmc_work_n(r->o->n_chains, r->o->n_draws);
    for (int64_t i = k; i < r->n; i += n_judges(r->o)) {
        const ptl_mcmc_view view = view_of(r, i);
        r->summary[i] = ptl_mcmc_summarise(&view, work);
    }
    return PTL_OK;
}

/* The worst of all variables; a NaN among them stays. */
static ptl_mcmc_worst worst_of(const run *r)
{
    ptl_mcmc_worst w = {-HUGE_VAL, HUGE_VAL, HUGE_VAL, 0.0, 0.0, PTL_NAN};
    for (int64_t i = 0; i < r->n; i++) {
        const ptl_mcmc_summary *const s = &r->summary[i];
        if (!(s->r_hat <= w.r_hat_max) && !isnan(w.r_hat_max)) w.r_hat_max = s->r_hat;
        if (!(s->ess_bulk >= w.ess_bulk_min) && !isnan(w.ess_bulk_min))
            w.ess_bulk_min = s->ess_bulk;
        if (!(s->ess_tail >= w.ess_tail_min) && !isnan(w.ess_tail_min))
            w.ess_tail_min = s->ess_tail;
    }
    const int64_t n_steps = (int64_t)r->o->n_chains * r->o->n_draws;
    for (int64_t k = 0; k < n_steps; k++) {
        w.divergent_share += r->steps[k].divergent ? 1.0 : 0.0;
        w.saturated_share += r->steps[k].saturated ? 1.0 : 0.0;
        r->judge_work[k] = r->steps[k].energy;
    }
    w.divergent_share /= (double)n_steps;
    w.saturated_share /= (double)n_steps;
    const ptl_mcmc_view energy = {r->judge_work, r->o->n_chains, r->o->n_draws, r->o->n_draws, 1};
    w.e_bfmi_min = ptl_mcmc_e_bfmi(&energy);
    return w;
}

/* Both pieces of memory, laid out from the largest alignment down. */
static ptl_status take_memory(run *r, ptl_arena *arena, ptl_arena_mark *mark, ptl_error *err)
{
    const size_t chains = (size_t)r->o->n_chains, draws = (size_t)r->o->n_draws, n = (size_t)r->n;
    r->draws = ptl_arena_alloc(arena, result_bytes(r->n, r->o), err);
    if (!r->draws) return err->status;
    r->metrics = r->draws + chains * draws * n;
    r->summary = (ptl_mcmc_summary *)(void *)(r->metrics + chains * metric_n(r->n, r->o));
    r->chains = (ptl_nuts_chain *)(void *)(r->summary + n);
    r->steps = (ptl_nuts_step *)(void *)(r->chains + chains);
    *mark = ptl_arena_save(arena);
    r->scratch = ptl_arena_alloc(arena, scratch_bytes(r->n, r->o), err);
    if (!r->scratch) return err->status;
    r->judge_work = r->scratch + (int64_t)chains * scratch_n(r->n, r->o);
    r->state =
        (nuts_chain *)(void *)(r->judge_work +
                               n_judges(r->o) * ptl_mcmc_work_n(r->o->n_chains, r->o->n_draws));
    r->stretches = (nuts_stretch *)(void *)(r->state + chains);
    return PTL_OK;
}

static ptl_status run_all(run *r, ptl_nuts_result *out, const ptl_executor *executor,
                          ptl_error *err)
{
    PTL_TRY(ptl_executor_run(executor, r->o->n_chains, run_chain, r, err));
    PTL_TRY(ptl_executor_run(executor, n_judges(r->o), summarise, r, err));
    const ptl_mcmc_worst worst = worst_of(r);
    out->verdict = ptl_mcmc_check(out->checks, &worst, &r->o->limits);
    out->n = r->n;
    out->n_chains = r->o->n_chains;
    out->n_draws = r->o->n_draws;
    out->draws = r->draws;
    out->steps = r->steps;
    out->chains = r->chains;
    out->summary = r->summary;
    return PTL_OK;
}

ptl_status ptl_nuts_solve(ptl_nuts_result *out, const ptl_nuts_target *target, const double *x0,
                          const ptl_rng *rng, const ptl_nuts_options *options,
                          const ptl_executor *executor, ptl_arena *arena, ptl_error *err)
{
    const ptl_nuts_options o = options ? *options : ptl_nuts_options_default();
    ptl_error own; /* arena failures are read back from the record */
    if (!err) err = &own;
    PTL_TRY(check_options(&o, target->n, err));
    run r = {.o = &o, .target = target, .x0 = x0, .rng = rng, .n = target->n};
    const ptl_arena_mark entry = ptl_arena_save(arena);
    ptl_arena_mark results = entry;
    ptl_status st = take_memory(&r, arena, &results, err);
    if (st == PTL_OK) st = run_all(&r, out, executor, err);
    ptl_arena_rewind(arena, st == PTL_OK ? results : entry);
    return st;
}

ptl_mcmc_view ptl_nuts_view(const ptl_nuts_result *result, int64_t idx)
{
    return (ptl_mcmc_view){result->draws + idx, result->n_chains, result->n_draws,
                           result->n_draws * result->n, result->n};
}
