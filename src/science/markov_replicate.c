/* markov_replicate.c: absorption probabilities of reweighted chains, by the hundred.
 *
 * The question.   What would P(conversion), with each removal, have been with other persons?
 * The method.     Exact: each replicate's chain is solved again. One step: with h and x the full
 *                 chain's absorption and visits under the removal and P_b, r_b the replicate's,
 *
 *                     F_b = h_start + sum_i x_i (r_b + P_b h - h)_i .
 *
 *                 This is one Newton step from the full chain. Its error is (x_b - x)'(r_b + P_b h
 * - h), a product of two deviations, so it vanishes against the spread as data grow; k-step
 * bootstraps keep the bootstrap's accuracy (Davidson & MacKinnon 1999; Andrews 2002). The gap to an
 * exact replicate is measured on every run. Why.            100 removals x 200 replicates of 10^4
 * states are 20,000 sparse systems. In one step they are two small products a state: [replicates x
 * groups] by the group counts of its transitions, then by what those transitions gain under each
 * removal. Cost.           replicates x transitions x (64 + 2 removals). Buffers per stripe of
 * states. */
#include "science/markov_internal.h"

#include "portolan/linalg.h"

#include <string.h>

/* ---- exact ---- */

typedef struct exact_job {
    const ptl_markov_problem *m;
    double *absorb;
    int64_t n_rows;
    ptl_rates rates[TASKS];
    ptl_absorb_work work[TASKS];
} exact_job;

static ptl_status exact_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    exact_job *const j = payload;
    const ptl_markov_problem *const m = j->m;
    const int64_t width = 2 * (m->n + 1);
    for (int64_t row = 1 + task; row < j->n_rows; row += TASKS) {
        ptl_rates_weigh(&j->rates[task], m->chain, m->r->weight + row * GROUPS);
        for (int64_t k = 0; k <= m->n; k++) {
            ptl_absorb_result a;
            ptl_absorb(&a, m->chain, &j->rates[task], k < m->n ? &m->removals[k] : NULL,
                       m->o->residual_tol, m->o->sweep_max, &j->work[task]);
            j->absorb[row * width + 2 * k] = a.converged ? a.convert : PTL_NAN;
            j->absorb[row * width + 2 * k + 1] = a.converged ? a.value : PTL_NAN;
        }
    }
    return PTL_OK;
}

ptl_status ptl_replicate_exact(double *absorb, const ptl_markov_problem *m, int64_t n_rows,
                               bool dense, ptl_error *err)
{
    ptl_arena *const arena = m->work->arena;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    exact_job j = {.m = m, .absorb = absorb, .n_rows = n_rows};
    for (int t = 0; t < TASKS && t < n_rows - 1; t++) {
        PTL_TRY(ptl_rates_alloc(&j.rates[t], m->chain, arena, err));
        PTL_TRY(ptl_absorb_alloc(&j.work[t], m->chain, dense, arena, err));
    }
    PTL_TRY(ptl_executor_run(m->work->executor, TASKS, exact_task, &j, err));
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* ---- one step ---- */

typedef struct step_buffers {
    double *counts; /* [GROUPS x d]: transitions and ends of one state, d the most there are + 3 */
    double *rows;   /* [n_rows x d]: their expected counts under each replicate                  */
    double *gain;   /* [d x width]: what each of them gains over h, by removal                   */
    double *moved;  /* [n_rows x width]                                                          */
    double *sum;    /* [n_rows x width]                                                          */
} step_buffers;

typedef struct step_job {
    const ptl_markov_problem *m;
    int64_t width;
    int64_t n_rows; /* replicates, without the point */
    step_buffers buffers[TASKS];
} step_job;

/* Columns are transitions, then conversion, null and value; ld is GROUPS, so no gather is needed.
 */
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

/* gain is row-major here, so column-major [width x d] for the product. A set that is removed needs
 * no look: its states have h = 0. A sequence cuts single transitions. */
static void gather_gain(double *gain, const ptl_markov_problem *m, int64_t i, int64_t width)
{
    const ptl_chain *const chain = m->chain;
    const double *const own = m->h + i * width;
    double *to = gain;
    for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++, to += width) {
        const double *const next = m->h + (int64_t)chain->to[e] * width;
        for (int64_t k = 0; k < width; k++) to[k] = next[k] - own[k];
        for (int64_t k = 0; k < m->n; k++)
            if (m->removals[k].sequence &&
                ptl_removal_cuts(&m->removals[k], chain, chain->key[i], chain->key[chain->to[e]])) {
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

/* sum[b, k] += x_i^k moved[b, k] / n_b, n_b the replicate's journeys through the state. */
static void add_moved(step_buffers *s, const step_job *j, int64_t i, int64_t d)
{
    const double *const x = j->m->x + i * (j->width / 2);
    for (int64_t b = 0; b < j->n_rows; b++) {
        double n = 0.0;
        for (int64_t c = 0; c < d + 2; c++) n += s->rows[b + c * j->n_rows];
        if (!(n > 0.0)) continue; /* unseen by this replicate: it keeps the full chain's row */
        for (int64_t k = 0; k < j->width; k++)
            s->sum[b * j->width + k] += x[k / 2] * s->moved[b * j->width + k] / n;
    }
}

static void step_state(step_buffers *s, const step_job *j, int64_t i)
{
    const int64_t d = gather_counts(s->counts, j->m->chain, i);
    gather_gain(s->gain, j->m, i, j->width);
    const double *const weight = j->m->r->weight + GROUPS; /* row 0 is the point */
    /* weight is row-major [n_rows x GROUPS]: column-major and transposed for the product */
    ptl_gemm(s->rows, weight, s->counts, j->n_rows, d + 3, GROUPS, true, false, GROUPS, GROUPS,
             j->n_rows, 1.0, 0.0);
    ptl_gemm(s->moved, s->gain, s->rows, j->width, j->n_rows, d + 3, false, true, j->width,
             j->n_rows, j->width, 1.0, 0.0);
    add_moved(s, j, i, d);
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
        ALLOC(s->rows, arena, j->n_rows * d, err);
        ALLOC(s->gain, arena, d * j->width, err);
        ALLOC(s->moved, arena, j->n_rows * j->width, err);
        ALLOC(s->sum, arena, j->n_rows * j->width, err);
    }
    return PTL_OK;
}

ptl_status ptl_replicate_step(double *absorb, const ptl_markov_problem *m, ptl_error *err)
{
    ptl_arena *const arena = m->work->arena;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    step_job j = {.m = m, .width = 2 * (m->n + 1), .n_rows = m->r->n_rows - 1};
    PTL_TRY(alloc_step(&j, arena, err));
    PTL_TRY(ptl_executor_run(m->work->executor, TASKS, step_task, &j, err));
    for (int64_t b = 0; b < j.n_rows; b++)
        for (int64_t k = 0; k < j.width; k++) {
            double sum = m->h[k]; /* the start is state 0 */
            for (int t = 0; t < TASKS; t++) sum += j.buffers[t].sum[b * j.width + k];
            absorb[(b + 1) * j.width + k] = sum;
        }
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}
