/* markov_replicate.c: absorption probabilities of reweighted chains, by the hundred.
 *
 * The question.   What would P(conversion), with each removal, have been with other persons?
 * The method.     Exact: each replicate's chain is solved again, or at order 1 its inverse gives
 *                 every single removal at once. One step: with h the full chain's absorption under
 *                 a removal and x_b the replicate's own visits, exactly,
 *
 *                     F_b = h_start + sum_i x_bi (r_b + P_b h - h)_i .
 *
 *                 The full chain visits state i n_i / J times, n_i being its count and J that of
 *                 journeys, and the replicate's n_bi / J_b. So x_bi is taken as x_i (n_bi / n_i)
 *                 (J / J_b), which without removal is no approximation at all. n_bi cancels:
 *
 *                     F_b = h_start + J / J_b sum_g w_bg sum_i x_i / n_i (moves of group g at i),
 *
 *                 where a move from i to j gains h_j - h_i. One such sum a group and removal serves
 *                 every replicate. What is neglected is second order in the removal's part alone
 *                 (k-step bootstraps: Davidson & MacKinnon 1999; Andrews 2002), and its size is
 *                 measured on every run against an exact replicate.
 * Why.            100 removals x 200 replicates of 10^4 states would be 20,000 sparse systems.
 * Cost.           transitions x 64 x 2 (removals + 1), once. Buffers per stripe of states. */
#include "science/markov_internal.h"

#include "portolan/linalg.h"

#include <string.h>

/* ---- exact ---- */

typedef struct exact_job {
    const ptl_markov_problem *m;
    double *absorb;
    int64_t n_rows;
    int64_t stride; /* of removals, where one row is solved alone */
    ptl_rates rates[TASKS];
    ptl_absorb_work work[TASKS];
} exact_job;

/* Sweeps begin from the points where these are kept. */
static void exact_one(exact_job *j, int64_t row, int64_t k, const ptl_rates *rates,
                      ptl_absorb_work *w)
{
    const ptl_markov_problem *const m = j->m;
    const int64_t width = 2 * (m->n + 1);
    for (int64_t i = 0; m->h && i < m->chain->n_states; i++) {
        w->h[2 * i] = m->h[i * width + 2 * k];
        w->h[2 * i + 1] = m->h[i * width + 2 * k + 1];
    }
    ptl_absorb_result a;
    ptl_absorb(&a, m->chain, rates, k < m->n ? &m->removals[k] : NULL, sqrt(m->o->residual_tol),
               m->o->sweep_max, w);
    j->absorb[row * width + 2 * k] = a.converged ? a.convert : PTL_NAN;
    j->absorb[row * width + 2 * k + 1] = a.converged ? a.value : PTL_NAN;
}

static ptl_status exact_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    exact_job *const j = payload;
    for (int64_t row = 1 + task; row < j->n_rows; row += TASKS) {
        ptl_rates_weigh(&j->rates[task], j->m->chain, j->m->r->weight + row * GROUPS);
        for (int64_t k = 0; k <= j->m->n; k++)
            exact_one(j, row, k, &j->rates[task], &j->work[task]);
    }
    return PTL_OK;
}

/* One row alone: some of its removals, side by side, and the whole chain. */
static ptl_status exact_row_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    exact_job *const j = payload;
    for (int64_t i = task; i * j->stride < j->m->n; i += TASKS)
        exact_one(j, 1, i * j->stride, &j->rates[0], &j->work[task]);
    if (task == 0) exact_one(j, 1, j->m->n, &j->rates[0], &j->work[0]);
    return PTL_OK;
}

ptl_status ptl_replicate_exact(double *absorb, const ptl_markov_problem *m, int64_t n_rows,
                               int64_t stride, bool dense, ptl_error *err)
{
    ptl_arena *const arena = m->work->arena;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const bool alone = stride > 0;
    exact_job j = {.m = m, .absorb = absorb, .n_rows = n_rows, .stride = stride};
    for (int t = 0; t < TASKS && (alone || t < n_rows - 1); t++) {
        if (!alone || t == 0) PTL_TRY(ptl_rates_alloc(&j.rates[t], m->chain, arena, err));
        PTL_TRY(ptl_absorb_alloc(&j.work[t], m->chain, dense, arena, err));
    }
    if (alone) ptl_rates_weigh(&j.rates[0], m->chain, m->r->weight + GROUPS);
    PTL_TRY(
        ptl_executor_run(m->work->executor, TASKS, alone ? exact_row_task : exact_task, &j, err));
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* ---- one removed state each, exact, from one inverse ---- */

/* N = (I - Q)^-1 in place, Gauss and Jordan without exchanges: I - Q is diagonally dominant. */
static void invert(double *a, int64_t n)
{
    for (int64_t c = 0; c < n; c++) {
        double *const row = a + c * n;
        const double pivot = row[c];
        row[c] = 1.0;
        for (int64_t j = 0; j < n; j++) row[j] /= pivot;
        for (int64_t i = 0; i < n; i++) {
            double *const other = a + i * n;
            const double f = other[c];
            if (i == c || f == 0.0) continue;
            other[c] = 0.0;
            for (int64_t j = 0; j < n; j++) other[j] -= f * row[j];
        }
    }
}

typedef struct inverse_job {
    const ptl_markov_problem *m;
    double *absorb;
    const int32_t *state; /* by removal; 0 where its channel was never seen */
    ptl_rates rates[TASKS];
    double *square[TASKS];
} inverse_job;

/* P(conversion) without state s is b_0 - N_0s / N_ss b_s with b = N r: what first comes to s is
 * lost, and N_0s / N_ss is the chance to come there. */
static void absorb_without(double *out, const ptl_markov_problem *m, const inverse_job *j,
                           const ptl_rates *rates, const double *inverse)
{
    const int64_t n = m->chain->n_states;
    for (int column = 0; column < 2; column++) {
        const double *const r = column ? rates->value : rates->convert;
        double whole = 0.0;
        for (int64_t i = 0; i < n; i++) whole += inverse[i] * r[i];
        out[2 * m->n + column] = whole;
        for (int64_t k = 0; k < m->n; k++) {
            const int64_t s = j->state[k];
            double behind = 0.0;
            for (int64_t i = 0; s > 0 && i < n; i++) behind += inverse[s * n + i] * r[i];
            out[2 * k + column] = whole - (s > 0 ? inverse[s] / inverse[s * n + s] * behind : 0.0);
        }
    }
}

static ptl_status inverse_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    inverse_job *const j = payload;
    const ptl_chain *const chain = j->m->chain;
    const int64_t n = chain->n_states;
    double *const a = j->square[task];
    for (int64_t row = 1 + task; row < j->m->r->n_rows; row += TASKS) {
        const ptl_rates *const rates = &j->rates[task];
        ptl_rates_weigh(&j->rates[task], chain, j->m->r->weight + row * GROUPS);
        memset(a, 0, (size_t)(n * n) * sizeof *a);
        for (int64_t i = 0; i < n; i++) {
            a[i * n + i] = 1.0;
            for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++)
                a[i * n + chain->to[e]] = -rates->p[e];
        }
        invert(a, n);
        absorb_without(j->absorb + row * 2 * (j->m->n + 1), j->m, j, rates, a);
    }
    return PTL_OK;
}

bool ptl_removes_single_states(const ptl_markov_problem *m)
{
    for (int64_t k = 0; k < m->n; k++)
        if (m->removals[k].n != 1) return false;
    return m->chain->order == 1;
}

ptl_status ptl_replicate_inverse(double *absorb, const ptl_markov_problem *m, ptl_error *err)
{
    ptl_arena *const arena = m->work->arena;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const int64_t n = m->chain->n_states;
    inverse_job j = {.m = m, .absorb = absorb};
    int32_t *state;
    ALLOC(state, arena, m->n, err);
    for (int64_t k = 0; k < m->n; k++)
        for (int64_t i = 1; i < n; i++)
            if (m->chain->key[i] == (uint64_t)m->removals[k].channels[0] + 1) state[k] = (int32_t)i;
    j.state = state;
    for (int t = 0; t < TASKS && t < m->r->n_rows - 1; t++) {
        PTL_TRY(ptl_rates_alloc(&j.rates[t], m->chain, arena, err));
        ALLOC(j.square[t], arena, n * n, err);
    }
    PTL_TRY(ptl_executor_run(m->work->executor, TASKS, inverse_task, &j, err));
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* ---- one step ---- */

typedef struct step_buffers {
    double *counts; /* [GROUPS x d]: transitions and ends of one state, d the most there are + 3 */
    double *gain;   /* [d x width]: what each of them gains over h, by removal                   */
    double *moved;  /* [GROUPS x width]                                                          */
    double *sum;    /* [GROUPS x width]                                                          */
} step_buffers;

typedef struct step_job {
    const ptl_markov_problem *m;
    int64_t width;
    step_buffers buffers[TASKS];
} step_job;

/* Columns are transitions, then conversion, null and value. Returns the number of transitions. */
static int64_t gather_counts(double *counts, const ptl_chain *chain, int64_t i)
{
    int64_t d = 0;
    for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++, d++)
        for (int g = 0; g < GROUPS; g++) counts[d * GROUPS + g] = chain->count[e * GROUPS + g];
    for (int g = 0; g < GROUPS; g++) {
        counts[d * GROUPS + g] = chain->end_converting[i * GROUPS + g];
        counts[(d + 1) * GROUPS + g] = chain->end_null[i * GROUPS + g];
        counts[(d + 2) * GROUPS + g] = chain->end_value[i * GROUPS + g];
    }
    return d;
}

/* One row of gains a transition. A set that is removed needs no look: its states have h = 0. A
 * sequence cuts single transitions. */
static void gather_gain(double *gain, const ptl_markov_problem *m, int64_t i, int64_t width)
{
    const ptl_chain *const chain = m->chain;
    const double *const own = m->h + i * width;
    double *to = gain;
    for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++, to += width) {
        const double *const next = m->h + (int64_t)chain->to[e] * width;
        for (int64_t k = 0; k < width; k++) to[k] = next[k] - own[k];
        for (int64_t k = 0; k < m->n; k++)
            if (ptl_removal_cuts(&m->removals[k], chain, chain->key[i], chain->key[chain->to[e]])) {
                to[2 * k] = -own[2 * k];
                to[2 * k + 1] = -own[2 * k + 1];
            }
    }
    for (int64_t k = 0; k < width; k++) {
        const double won = k % 2 == 0 ? 1.0 : 0.0;
        to[k] = won - own[k];
        to[width + k] = -own[k];
        to[2 * width + k] = 1.0 - won;
    }
}

static void step_state(step_buffers *s, const step_job *j, int64_t i)
{
    const int64_t d = gather_counts(s->counts, j->m->chain, i), width = j->width;
    const double *const x = j->m->x + i * (width / 2);
    double n = 0.0;
    for (int64_t c = 0; c < (d + 2) * GROUPS; c++) n += s->counts[c];
    gather_gain(s->gain, j->m, i, width);
    ptl_gemm(s->moved, s->gain, s->counts, width, GROUPS, d + 3, false, true, width, GROUPS, width,
             1.0, 0.0);
    for (int64_t g = 0; g < GROUPS; g++)
        for (int64_t k = 0; k < width; k++)
            s->sum[g * width + k] += x[k / 2] / n * s->moved[g * width + k];
}

static ptl_status step_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    step_job *const j = payload;
    const int64_t n = j->m->chain->n_states;
    for (int64_t i = task; i < n; i += TASKS) step_state(&j->buffers[task], j, i);
    return PTL_OK;
}

static int64_t degree_max(const ptl_chain *chain)
{
    int64_t d = 0;
    for (int64_t i = 0; i < chain->n_states; i++)
        if (chain->row[i + 1] - chain->row[i] > d) d = chain->row[i + 1] - chain->row[i];
    return d;
}

static ptl_status alloc_step(step_job *j, ptl_arena *arena, ptl_error *err)
{
    const int64_t d = degree_max(j->m->chain) + 3;
    for (int t = 0; t < TASKS; t++) {
        step_buffers *const s = &j->buffers[t];
        ALLOC(s->counts, arena, GROUPS * d, err);
        ALLOC(s->gain, arena, d * j->width, err);
        ALLOC(s->moved, arena, GROUPS * j->width, err);
        ALLOC(s->sum, arena, GROUPS * j->width, err);
    }
    return PTL_OK;
}

/* Row b: h_start + J / J_b sum_g w_bg moved_g, stripes and then groups in order. */
static void finish_step(double *absorb, const step_job *j)
{
    const ptl_chain *const chain = j->m->chain;
    double journeys[GROUPS] = {0}, all = 0.0;
    for (int64_t e = chain->row[0]; e < chain->row[1]; e++)
        for (int g = 0; g < GROUPS; g++) journeys[g] += chain->count[e * GROUPS + g];
    for (int g = 0; g < GROUPS; g++) all += journeys[g];
    double *const sum = j->buffers[0].sum;
    for (int t = 1; t < TASKS; t++)
        for (int64_t i = 0; i < GROUPS * j->width; i++) sum[i] += j->buffers[t].sum[i];
    for (int64_t b = 1; b < j->m->r->n_rows; b++) {
        const double *const w = j->m->r->weight + b * GROUPS;
        double own = 0.0;
        for (int g = 0; g < GROUPS; g++) own += w[g] * journeys[g];
        for (int64_t k = 0; k < j->width; k++) {
            double moved = 0.0;
            for (int g = 0; g < GROUPS; g++) moved += w[g] * sum[g * j->width + k];
            absorb[b * j->width + k] = j->m->h[k] + all / own * moved; /* the start is state 0 */
        }
    }
}

ptl_status ptl_replicate_step(double *absorb, const ptl_markov_problem *m, ptl_error *err)
{
    ptl_arena *const arena = m->work->arena;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    step_job j = {.m = m, .width = 2 * (m->n + 1)};
    PTL_TRY(alloc_step(&j, arena, err));
    PTL_TRY(ptl_executor_run(m->work->executor, TASKS, step_task, &j, err));
    finish_step(absorb, &j);
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}
