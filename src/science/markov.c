/* markov.c: credit by what would be lost without a channel, in a Markov chain of journeys.
 *
 * The question.   Of the journeys that convert, how many pass through channel k?
 * The quantity.   Removal effect RE_k = 1 - P(conversion, transitions into k led to null) /
 *                 P(conversion); credit_k = RE_k / sum RE x touched conversions; with expected
 *                 value in place of P(conversion), value likewise.
 * The model.      A journey is a Markov chain whose state is its last k touches (markov_chain.c).
 *                 Transition probabilities are the relative frequencies of the journeys given,
 *                 those without conversion included unless use_null is off.
 * The method.     Anderl, Becker, von Wangenheim & Schumann (2016), with absorption
 *                 probabilities from the linear system (markov_absorb.c) instead of simulation. In
 *                 a chain RE_k is P(visit k | conversion), since what passes through k is what is
 *                 lost.
 * Differences.    ChannelAttribution simulates and stops at 5 % total error by default; the figures
 *                 here are the ones its simulation tends to. Equal windows in a row are one state,
 *                 as there. Value: it draws each conversion's value from those seen at the last
 *                 state; the mean of those draws is used here.
 * Not identified. Nothing converts: RE is 0/0. Removal describes the journeys; nothing here says
 *                 what people would have done without the channel.
 * Intervals.      Chains of reweighted groups, exact while that is cheap, else in one Newton step.
 * Cost.           Points: a system per removal. See markov_absorb.c and markov_replicate.c. */
#include "science/markov_internal.h"

/* Multiply-adds that exact replicates may take under AUTO: some seconds on one core. */
#define EXACT_COST_MAX 5e9
/* States whose inverse a replicate may take: 8 MiB a task. */
#define INVERSE_MAX 1024
/* Sweeps that a sparse system takes, as a guess for that choice alone. */
#define SWEEPS_GUESS 50.0
/* One step is called inaccurate where it misses an exact replicate by more than this many standard
 * errors: an interval's width is then off by a tenth of itself at most. */
#define ONE_STEP_GAP_MAX 0.1
/* Removals that this is measured on, at most. */
#define GAP_REMOVALS 25

ptl_markov_options ptl_markov_options_default(void)
{
    return (ptl_markov_options){.size = (int32_t)sizeof(ptl_markov_options),
                                .order = 1,
                                .use_null = true,
                                .residual_tol = 1e-14,
                                .sweep_max = 10000,
                                .replicate = PTL_REPLICATE_AUTO,
                                .interval = ptl_interval_options_default()};
}

static ptl_status check(const ptl_markov_options *o, ptl_error *err)
{
    if (o->order < 1 || o->order > PTL_ATTRIBUTION_ORDER_MAX)
        return ptl_fail(err, PTL_E_INVALID, "order must be 1 to %d, not %d",
                        PTL_ATTRIBUTION_ORDER_MAX, o->order);
    if (!(o->residual_tol >= 1e-15 && o->residual_tol <= 1e-3))
        return ptl_fail(err, PTL_E_INVALID, "residual_tol must be 1e-15 to 1e-3, not %g",
                        o->residual_tol);
    if (o->sweep_max < 1 || o->sweep_max > 1000000)
        return ptl_fail(err, PTL_E_INVALID, "sweep_max must be 1 to 1000000, not %d", o->sweep_max);
    if ((int)o->replicate < 0 || o->replicate > PTL_REPLICATE_ONE_STEP)
        return ptl_fail(err, PTL_E_INVALID, "replicate method %d is not in the list",
                        (int)o->replicate);
    return PTL_OK;
}

static ptl_status check_removal(const ptl_removal *removal, int32_t at, int32_t order,
                                int32_t n_channels, ptl_error *err)
{
    if (removal->n < 0 || (removal->n > 0 && !removal->channels))
        return ptl_fail(err, PTL_E_INVALID, "removal %d: %d channels", at, removal->n);
    if (removal->sequence && (removal->n < 1 || removal->n > order + 1))
        return ptl_fail(err, PTL_E_INVALID,
                        "removal %d: a sequence of %d touches; at order %d it has 1 to %d", at,
                        removal->n, order, order + 1);
    for (int32_t i = 0; i < removal->n; i++)
        if (removal->channels[i] < 0 || removal->channels[i] >= n_channels)
            return ptl_fail(err, PTL_E_INVALID, "removal %d: channel %d is not in 0 to %d", at,
                            removal->channels[i], n_channels - 1);
    return PTL_OK;
}

/* Everything between the input and the result. */
typedef struct solution {
    ptl_attribution_total total;
    ptl_replicates r;
    ptl_chain chain;
    ptl_markov_problem m;
    ptl_markov_diagnostics d;
    bool dense;   /* systems by elimination                      */
    bool inverse; /* exact replicates by one inverse each        */
    bool converged;
    double *absorb; /* [n_rows x 2 (n + 1)]: conversion and value, by removal, all of it last */
    double *h, *x;
} solution;

/* ---- points ---- */

typedef struct point_job {
    solution *s;
    ptl_rates rates;
    ptl_chain_reverse reverse;
    ptl_absorb_work work[TASKS];
    double *visits[TASKS];
    ptl_absorb_result *result; /* n + 1 */
} point_job;

static void keep_solution(solution *s, const ptl_absorb_work *w, const double *visits, int64_t k)
{
    const int64_t n = s->m.n + 1;
    for (int64_t i = 0; i < s->chain.n_states; i++) {
        s->h[i * 2 * n + 2 * k] = w->h[2 * i];
        s->h[i * 2 * n + 2 * k + 1] = w->h[2 * i + 1];
        s->x[i * n + k] = visits[i];
    }
}

/* What sweeps begin from: a solution kept before, which that of another removal is near to. */
static void start_from(ptl_absorb_work *w, double *visits, const solution *s, int64_t k)
{
    const int64_t n = s->m.n + 1;
    for (int64_t i = 0; i < s->chain.n_states; i++) {
        w->h[2 * i] = s->h[i * 2 * n + 2 * k];
        w->h[2 * i + 1] = s->h[i * 2 * n + 2 * k + 1];
        if (visits) visits[i] = s->x[i * n + k];
    }
}

static void solve_one(point_job *j, int64_t k, int64_t task)
{
    solution *const s = j->s;
    ptl_absorb_work *const w = &j->work[task];
    ptl_absorb_result *const a = &j->result[k];
    const ptl_removal *const removal = k < s->m.n ? &s->m.removals[k] : NULL;
    const int32_t sweep_max = s->m.o->sweep_max;
    if (!s->d.one_step) {
        ptl_absorb(a, &s->chain, &j->rates, removal, s->m.o->residual_tol, sweep_max, w);
        return;
    }
    const double tol = sqrt(s->m.o->residual_tol);
    start_from(w, j->visits[task], s, s->m.n);
    ptl_absorb(a, &s->chain, &j->rates, removal, tol, sweep_max, w);
    const double left = ptl_visits(j->visits[task], &s->chain, &j->reverse, w->p, tol, sweep_max);
    a->converged &= left <= tol;
    ptl_absorb_correct(a, &s->chain, &j->rates, w, j->visits[task], left);
    keep_solution(s, w, j->visits[task], k);
}

static ptl_status point_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    point_job *const j = payload;
    for (int64_t k = task; k < j->s->m.n; k += TASKS) solve_one(j, k, task);
    return PTL_OK;
}

/* Expected touches from the start, or the most from any state where both sides were solved: h with
 * every step worth 1. What the errors left in the points are multiplied by, at most. */
static double longest_steps(point_job *j)
{
    const solution *const s = j->s;
    ptl_absorb_result a;
    for (int64_t i = 0; i < s->chain.n_states; i++) {
        j->rates.convert[i] = 1.0;
        j->rates.value[i] = 0.0;
    }
    ptl_absorb(&a, &s->chain, &j->rates, NULL, sqrt(s->m.o->residual_tol), s->m.o->sweep_max,
               &j->work[0]);
    double most = a.convert;
    for (int64_t i = 0; s->d.one_step && i < s->chain.n_states; i++)
        most = fmax(most, j->work[0].h[2 * i]);
    return a.residual_rel <= 0.01 ? most : PTL_NAN;
}

static ptl_status alloc_points(point_job *j, ptl_error *err)
{
    solution *const s = j->s;
    ptl_arena *const arena = s->m.work->arena;
    PTL_TRY(ptl_rates_alloc(&j->rates, &s->chain, arena, err));
    if (s->d.one_step) PTL_TRY(ptl_chain_reverse_make(&j->reverse, &s->chain, arena, err));
    ALLOC(j->result, arena, s->m.n + 1, err);
    for (int t = 0; t < TASKS && t <= s->m.n; t++) {
        PTL_TRY(ptl_absorb_alloc(&j->work[t], &s->chain, s->dense, arena, err));
        if (s->d.one_step) ALLOC(j->visits[t], arena, s->chain.n_states, err);
    }
    return PTL_OK;
}

static ptl_status solve_points(solution *s, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(s->m.work->arena);
    point_job j = {.s = s};
    PTL_TRY(alloc_points(&j, err));
    ptl_rates_weigh(&j.rates, &s->chain, s->r.weight);
    solve_one(&j, s->m.n, 0); /* the whole chain first: the others begin from it */
    PTL_TRY(ptl_executor_run(s->m.work->executor, TASKS, point_task, &j, err));
    s->converged = true;
    double residual = 0.0;
    for (int64_t k = 0; k <= s->m.n; k++) {
        const ptl_absorb_result *const a = &j.result[k];
        s->absorb[2 * k] = a->convert;
        s->absorb[2 * k + 1] = a->value;
        s->converged &= a->converged;
        residual = fmax(residual, a->residual);
        s->d.residual = fmax(s->d.residual, a->residual_rel);
        if (a->sweeps > s->d.sweeps) s->d.sweeps = a->sweeps;
    }
    s->d.convert = j.result[s->m.n].convert;
    s->d.error_bound = residual * longest_steps(&j);
    ptl_arena_rewind(s->m.work->arena, mark);
    return PTL_OK;
}

/* ---- replicates ---- */

static bool exact_is_cheap(const solution *s)
{
    const double n = (double)s->chain.n_states;
    if (s->inverse) return n * n * n * (double)(s->r.n_rows - 1) <= EXACT_COST_MAX;
    const double system =
        s->dense ? n * n * n / 3.0 : 2.0 * SWEEPS_GUESS * (double)s->chain.n_edges;
    return system * (double)(s->m.n + 1) * (double)(s->r.n_rows - 1) <= EXACT_COST_MAX;
}

static void choose(solution *s)
{
    const ptl_replicate_method method = s->m.o->replicate;
    s->dense = s->chain.n_states <= DENSE_MAX;
    s->inverse = ptl_removes_single_states(&s->m) && s->chain.n_states <= INVERSE_MAX;
    if (s->r.n_rows > 1)
        s->d.one_step = method == PTL_REPLICATE_ONE_STEP ||
                        (method == PTL_REPLICATE_AUTO && !exact_is_cheap(s));
}

/* Replicate 1 once more, exactly: the root mean square, over removals evenly apart, of the
 * difference of effects in standard errors. */
static ptl_status measure_gap(solution *s, ptl_error *err)
{
    const int64_t width = 2 * (s->m.n + 1);
    double *exact, *effect, squares = 0.0;
    int64_t n = 0;
    ALLOC(exact, s->m.work->arena, 2 * width, err);
    ALLOC(effect, s->m.work->arena, s->r.n_rows, err);
    const int64_t stride = (s->m.n + GAP_REMOVALS - 1) / GAP_REMOVALS;
    PTL_TRY(ptl_replicate_exact(exact, &s->m, 2, stride > 0 ? stride : 1, s->dense, err));
    for (int64_t k = 0; k < s->m.n; k += stride) {
        for (int64_t b = 0; b < s->r.n_rows; b++)
            effect[b] = 1.0 - s->absorb[b * width + 2 * k] / s->absorb[b * width + width - 2];
        const ptl_estimate e = ptl_replicates_estimate(&s->r, effect, 1, 0.0);
        const double error = (e.high - e.low) / (2.0 * s->r.t);
        const double off = 1.0 - exact[width + 2 * k] / exact[2 * width - 2] - effect[1];
        if (!(error > 0.0)) continue; /* never seen, or in every journey */
        squares += off / error * (off / error);
        n++;
    }
    s->d.one_step_gap = n > 0 ? sqrt(squares / (double)n) : 0.0;
    return PTL_OK;
}

static ptl_status solve_replicates(solution *s, ptl_error *err)
{
    s->d.one_step_gap = PTL_NAN;
    if (s->r.n_rows < 2) return PTL_OK;
    if (!s->d.one_step && s->inverse) return ptl_replicate_inverse(s->absorb, &s->m, err);
    if (!s->d.one_step) return ptl_replicate_exact(s->absorb, &s->m, s->r.n_rows, 0, s->dense, err);
    s->m.h = s->h;
    s->m.x = s->x;
    PTL_TRY(ptl_replicate_step(s->absorb, &s->m, err));
    return measure_gap(s, err);
}

static ptl_status solve_chain(solution *s, const ptl_paths *paths, const ptl_removal *removals,
                              int64_t n, const ptl_markov_options *o,
                              const ptl_attribution_work *work, ptl_error *err)
{
    ptl_groups groups;
    PTL_TRY(ptl_paths_total(&s->total, paths, err));
    for (int64_t k = 0; k < n; k++)
        PTL_TRY(check_removal(&removals[k], (int32_t)k, o->order, paths->n_channels, err));
    ptl_paths_groups(&groups, paths);
    PTL_TRY(ptl_replicates_make(&s->r, &o->interval, &groups, work, err));
    PTL_TRY(ptl_chain_build(&s->chain, paths, o->order, o->use_null, work->arena, err));
    s->m = (ptl_markov_problem){
        .chain = &s->chain, .removals = removals, .n = n, .o = o, .r = &s->r, .work = work};
    choose(s);
    ALLOC(s->absorb, work->arena, s->r.n_rows * 2 * (n + 1), err);
    if (s->d.one_step) {
        ALLOC(s->h, work->arena, s->chain.n_states * 2 * (n + 1), err);
        ALLOC(s->x, work->arena, s->chain.n_states * (n + 1), err);
    }
    PTL_TRY(solve_points(s, err));
    s->d.order = o->order;
    s->d.n_states = s->chain.n_states - 1;
    s->d.n_edges = s->chain.n_edges;
    return solve_replicates(s, err);
}

/* ---- results ---- */

static ptl_verdict verdict_of(const solution *s)
{
    if (s->total.n_converting == 0) return PTL_NOT_IDENTIFIED;
    if (!s->converged) return PTL_NOT_CONVERGED;
    return s->d.one_step && !(s->d.one_step_gap <= ONE_STEP_GAP_MAX) ? PTL_INACCURATE
                                                                     : PTL_CONVERGED;
}

/* Effects [n_rows x n] of conversion (column 0) or of value (column 1). */
static ptl_status effects(double **out, const solution *s, int column, ptl_error *err)
{
    const int64_t n = s->m.n, width = 2 * (n + 1);
    ALLOC(*out, s->m.work->arena, s->r.n_rows * n, err);
    for (int64_t b = 0; b < s->r.n_rows; b++) {
        const double *const row = s->absorb + b * width;
        const double whole = row[2 * n + column];
        for (int64_t k = 0; k < n; k++)
            (*out)[b * n + k] = whole > 0.0 ? 1.0 - row[2 * k + column] / whole : PTL_NAN;
    }
    return PTL_OK;
}

static ptl_status estimate_effects(ptl_estimate **out, const solution *s, const double *draw,
                                   ptl_error *err)
{
    const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    ALLOC(*out, s->m.work->arena, s->m.n, err);
    for (int64_t k = 0; k < s->m.n; k++)
        (*out)[k] =
            isfinite(draw[k]) ? ptl_replicates_estimate(&s->r, draw + k, s->m.n, 0.0) : nothing;
    return PTL_OK;
}

/* What replicate b's touched journeys won: the totals that its credit is to sum to. */
static ptl_status replicate_totals(double **out, const solution *s, ptl_error *err)
{
    double converting[GROUPS] = {0}, value[GROUPS] = {0};
    for (int64_t i = 0; i < s->chain.n_states; i++)
        for (int g = 0; g < GROUPS; g++) {
            converting[g] += s->chain.end_converting[i * GROUPS + g];
            value[g] += s->chain.end_value[i * GROUPS + g];
        }
    ALLOC(*out, s->m.work->arena, 2 * s->r.n_rows, err);
    for (int64_t b = 0; b < s->r.n_rows; b++)
        for (int g = 0; g < GROUPS; g++) {
            (*out)[2 * b] += s->r.weight[b * GROUPS + g] * converting[g];
            (*out)[2 * b + 1] += s->r.weight[b * GROUPS + g] * value[g];
        }
    return PTL_OK;
}

static ptl_status credit_of(double **out, const solution *s, const double *effect,
                            const double *totals, int column, ptl_error *err)
{
    const int64_t n = s->m.n;
    ALLOC(*out, s->m.work->arena, s->r.n_rows * n, err);
    for (int64_t b = 0; b < s->r.n_rows; b++) {
        double sum = 0.0;
        for (int64_t k = 0; k < n; k++) sum += effect[b * n + k];
        for (int64_t k = 0; k < n; k++)
            (*out)[b * n + k] = effect[b * n + k] / sum * totals[2 * b + column];
    }
    return PTL_OK;
}

static ptl_status solve_removal(ptl_removal_result *out, const ptl_paths *paths,
                                const ptl_removal *removals, int32_t n, const ptl_markov_options *o,
                                const ptl_attribution_work *work, ptl_error *err)
{
    solution s = {0};
    double *effect, *effect_value;
    PTL_TRY(solve_chain(&s, paths, removals, n, o, work, err));
    PTL_TRY(effects(&effect, &s, 0, err));
    PTL_TRY(effects(&effect_value, &s, 1, err));
    PTL_TRY(estimate_effects(&out->effect, &s, effect, err));
    PTL_TRY(estimate_effects(&out->effect_value, &s, effect_value, err));
    out->n_removals = n;
    out->total = s.total;
    out->diagnostics = s.d;
    out->verdict = verdict_of(&s);
    return PTL_OK;
}

static ptl_status single_channels(ptl_removal **out, int32_t n, ptl_arena *arena, ptl_error *err)
{
    int32_t *channel;
    ALLOC(*out, arena, n, err);
    ALLOC(channel, arena, n, err);
    for (int32_t k = 0; k < n; k++) {
        channel[k] = k;
        (*out)[k] = (ptl_removal){.n = 1, .channels = &channel[k]};
    }
    return PTL_OK;
}

static ptl_status solve_credit(ptl_markov_result *out, const ptl_paths *paths,
                               const ptl_markov_options *o, const ptl_attribution_work *work,
                               ptl_error *err)
{
    solution s = {0};
    ptl_removal *each;
    double *effect, *effect_value, *totals;
    ptl_credit_draws draws;
    ptl_attribution_total checked; /* before n_channels is believed */
    PTL_TRY(ptl_paths_total(&checked, paths, err));
    PTL_TRY(single_channels(&each, paths->n_channels, work->arena, err));
    PTL_TRY(solve_chain(&s, paths, each, paths->n_channels, o, work, err));
    PTL_TRY(effects(&effect, &s, 0, err));
    PTL_TRY(effects(&effect_value, &s, 1, err));
    PTL_TRY(estimate_effects(&out->effect, &s, effect, err));
    PTL_TRY(estimate_effects(&out->effect_value, &s, effect_value, err));
    PTL_TRY(replicate_totals(&totals, &s, err));
    PTL_TRY(credit_of(&draws.credit, &s, effect, totals, 0, err));
    PTL_TRY(credit_of(&draws.value, &s, effect_value, totals, 1, err));
    PTL_TRY(
        ptl_credit_estimate(&out->credit, paths, &s.total, &s.r, &draws, NULL, work->arena, err));
    out->diagnostics = s.d;
    out->credit.verdict = verdict_of(&s);
    return PTL_OK;
}

static ptl_status check_call(const ptl_markov_options *o, const ptl_attribution_work *work,
                             ptl_error *err)
{
    PTL_TRY(ptl_attribution_check(work, o->size, (int32_t)sizeof *o, "markov", err));
    return check(o, err);
}

ptl_status ptl_markov_solve(ptl_markov_result *out, const ptl_paths *paths,
                            const ptl_markov_options *options, const ptl_attribution_work *work,
                            ptl_error *err)
{
    const ptl_markov_options o = options ? *options : ptl_markov_options_default();
    PTL_TRY(check_call(&o, work, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve_credit(out, paths, &o, work, err), work->arena, mark);
}

ptl_status ptl_markov_removal(ptl_removal_result *out, const ptl_paths *paths,
                              const ptl_removal *removals, int32_t n_removals,
                              const ptl_markov_options *options, const ptl_attribution_work *work,
                              ptl_error *err)
{
    const ptl_markov_options o = options ? *options : ptl_markov_options_default();
    PTL_TRY(check_call(&o, work, err));
    if (n_removals < 0 || (n_removals > 0 && !removals))
        return ptl_fail(err, PTL_E_INVALID, "%d removals", n_removals);
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve_removal(out, paths, removals, n_removals, &o, work, err),
                           work->arena, mark);
}
