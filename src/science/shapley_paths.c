/* shapley_paths.c: the Shapley value of the games that journeys define.
 *
 * The question.   If channels are players who earn conversions together, what is each one's part?
 * The quantity.   Two games. With T the set of channels that a journey touched, c(T) its
 *                 conversions and n(T) all journeys of that set,
 *                     sum:   v(S) = sum over T within S of c(T)
 *                     rate:  v(S) = sum over T within S of c(T) / sum over T within S of n(T),
 *                            0 where no journey stayed within S (the empty S included).
 *                 Credit is phi for sum, and phi times all touched journeys for rate: both sum to
 *                 the touched conversions.
 * The method.     Sum: Zhao, Mahboobi & Bagheri (2018): c(T) is a Harsanyi dividend, so each
 *                 member of T gets c(T)/|T|, at any number of channels. Order-aware, their
 *                 ordered Shapley value: the same part is booked at the stage at which the
 *                 channel was first visited (its rank among the distinct channels of that
 *                 journey), so that a channel's row sums to its set-based credit and a stage's
 *                 column says who opens and who closes. Rate: subset sums and the exact value
 *                 (shapley.c) while the channels seen are few. Beyond, arrival orders are drawn
 *                 in antithetic pairs (an order and its reverse; Mann & Shapley 1960; Mitchell et
 *                 al. 2022). A journey counts from the arrival of its last channel on, so one
 *                 pass over all paths gives every channel's gain.
 * Differences.    Channels no touched journey has are no players: a null player's value is 0. A
 *                 rate can fall when a channel joins, so credit can be negative: it is left so.
 *                 The paper's stages are as many as channels; ours end with an eighth for the
 *                 rest.
 * Not identified. Nothing converts.
 * Intervals.      The same on reweighted groups. Sampled: all replicates share the drawn orders,
 *                 so their spread is that of persons; the squared sampling error is added to it,
 *                 raised where it rests on so few pairs that its own t would be wider.
 * Cost.           Sum: touches + cells. Exact: rows x n 2^n. Sampled: pairs x (touches + cells). */
#include "science/attribution_internal.h"

#include "portolan/linalg.h"

#include <string.h>

enum { COUNTS = 3 }; /* converting, value, journeys */

ptl_shapley_options ptl_shapley_options_default(void)
{
    return (ptl_shapley_options){.size = (int32_t)sizeof(ptl_shapley_options),
                                 .worth = PTL_SHAPLEY_SUM,
                                 .n_exact_max = 16,
                                 .n_permutations = 128,
                                 .interval = ptl_interval_options_default()};
}

static ptl_status check(const ptl_shapley_options *o, ptl_error *err)
{
    if (o->worth != PTL_SHAPLEY_SUM && o->worth != PTL_SHAPLEY_RATE)
        return ptl_fail(err, PTL_E_INVALID, "worth %d is not in the list", (int)o->worth);
    if (o->n_exact_max < 1 || o->n_exact_max > PTL_SHAPLEY_PLAYERS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_exact_max must be 1 to %d, not %d",
                        PTL_SHAPLEY_PLAYERS_MAX, o->n_exact_max);
    if (o->n_permutations < 4 || o->n_permutations > 65536 || o->n_permutations % 2 != 0)
        return ptl_fail(err, PTL_E_INVALID, "n_permutations must be even, 4 to 65536, not %d",
                        o->n_permutations);
    return PTL_OK;
}

typedef struct problem {
    const ptl_paths *x;
    const ptl_shapley_options *o;
    const ptl_attribution_work *work;
    ptl_attribution_total total;
    ptl_replicates r;
    int32_t n_players;
    int32_t *player;  /* per channel; -1 for none */
    int32_t *channel; /* per player               */
    ptl_credit_draws draws;
    double *sampling; /* variance per channel, in shares of the touched conversions; NULL exact */
    int32_t n_drawn;
} problem;

/* Distinct channels of a path in order of first visit. mark holds -1, and does so again after. */
static int32_t distinct(int32_t *out, const ptl_paths *x, int64_t p, int32_t *mark)
{
    int32_t n = 0;
    for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++) {
        const int32_t k = x->touches[i];
        if (mark[k] >= 0) continue;
        mark[k] = n;
        out[n++] = k;
    }
    for (int32_t i = 0; i < n; i++) mark[out[i]] = -1;
    return n;
}

static bool touched(const ptl_paths *x, int64_t c)
{
    const int64_t p = x->cell_path[c];
    return x->offsets[p + 1] > x->offsets[p] && x->cell_converting[c] + x->cell_null[c] > 0;
}

/* ---- the sum game ---- */

typedef struct sums {
    double *credit, *value; /* [GROUPS x n_channels] */
    double *stage;          /* [n_channels x PTL_ATTRIBUTION_STAGES] */
} sums;

static void add_cell(sums *s, const ptl_paths *x, int64_t c, const int32_t *set, int32_t n)
{
    const double part = (double)x->cell_converting[c] / n;
    const double worth = x->cell_value ? x->cell_value[c] / n : 0.0;
    const int64_t row = (int64_t)x->cell_group[c] * x->n_channels;
    for (int32_t i = 0; i < n; i++) {
        const int32_t stage = i < PTL_ATTRIBUTION_STAGES ? i : PTL_ATTRIBUTION_STAGES - 1;
        s->credit[row + set[i]] += part;
        s->value[row + set[i]] += worth;
        s->stage[(int64_t)set[i] * PTL_ATTRIBUTION_STAGES + stage] += part;
    }
}

static ptl_status solve_sum(problem *q, double **stage, ptl_error *err)
{
    const ptl_paths *const x = q->x;
    ptl_arena *const arena = q->work->arena;
    sums s;
    int32_t *mark, *set;
    ALLOC(s.stage, arena, (int64_t)x->n_channels * PTL_ATTRIBUTION_STAGES, err);
    ALLOC(s.credit, arena, (int64_t)GROUPS * x->n_channels, err);
    ALLOC(s.value, arena, (int64_t)GROUPS * x->n_channels, err);
    ALLOC(mark, arena, x->n_channels, err);
    ALLOC(set, arena, x->n_channels, err);
    memset(mark, 0xFF, (size_t)x->n_channels * sizeof *mark);
    int64_t current = -1;
    int32_t n = 0;
    for (int64_t c = 0; c < x->n_cells; c++) {
        if (x->cell_converting[c] == 0 || !touched(x, c)) continue;
        if (x->cell_path[c] != current) n = distinct(set, x, x->cell_path[c], mark);
        current = x->cell_path[c];
        add_cell(&s, x, c, set, n);
    }
    *stage = s.stage;
    return ptl_credit_draw(&q->draws, &q->r, x->n_channels, s.credit, s.value, arena, err);
}

/* ---- the rate game ---- */

static ptl_status find_players(problem *q, ptl_error *err)
{
    const ptl_paths *const x = q->x;
    ALLOC(q->player, q->work->arena, x->n_channels, err);
    ALLOC(q->channel, q->work->arena, x->n_channels, err);
    int64_t current = -1;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c];
        if (p == current || !touched(x, c)) continue;
        for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++) q->player[x->touches[i]] = 1;
        current = p;
    }
    for (int32_t k = 0; k < x->n_channels; k++) {
        const bool plays = q->player[k] == 1;
        q->player[k] = plays ? q->n_players : -1;
        if (plays) q->channel[q->n_players++] = k;
    }
    return PTL_OK;
}

/* Journeys of one set of channels and one group. */
typedef struct set_cells {
    int32_t n;
    int32_t *set; /* bits     */
    int32_t *group;
    double *count; /* [n x COUNTS] */
} set_cells;

static int32_t set_of(const problem *q, int64_t p)
{
    int32_t set = 0;
    for (int64_t i = q->x->offsets[p]; i < q->x->offsets[p + 1]; i++)
        set |= 1 << q->player[q->x->touches[i]];
    return set;
}

static void add_set_cell(set_cells *s, int32_t id, const ptl_paths *x, int64_t c)
{
    s->count[(int64_t)id * COUNTS] += (double)x->cell_converting[c];
    s->count[(int64_t)id * COUNTS + 1] += x->cell_value ? x->cell_value[c] : 0.0;
    s->count[(int64_t)id * COUNTS + 2] += (double)(x->cell_converting[c] + x->cell_null[c]);
}

/* Twice over the cells: first to number the pairs of set and group, then to add them up. */
static ptl_status gather_sets(set_cells *s, const problem *q, ptl_error *err)
{
    ptl_arena *const arena = q->work->arena;
    ptl_intern seen;
    int32_t id, *id_of;
    PTL_TRY(ptl_intern_init(&seen, arena, err));
    ALLOC(id_of, arena, q->x->n_cells, err);
    for (int64_t c = 0; c < q->x->n_cells; c++) {
        id_of[c] = -1;
        if (!touched(q->x, c)) continue;
        const uint64_t set = (uint64_t)set_of(q, q->x->cell_path[c]);
        PTL_TRY(ptl_intern_add(&seen, set << 6 | (uint64_t)q->x->cell_group[c], &id, err));
        id_of[c] = id;
    }
    s->n = seen.n;
    ALLOC(s->set, arena, s->n, err);
    ALLOC(s->group, arena, s->n, err);
    ALLOC(s->count, arena, (int64_t)s->n * COUNTS, err);
    for (int64_t at = 0; at < seen.n_places; at++)
        if (seen.key[at] != 0) {
            s->set[seen.id[at]] = (int32_t)((seen.key[at] - 1) >> 6);
            s->group[seen.id[at]] = (int32_t)((seen.key[at] - 1) & 63);
        }
    for (int64_t c = 0; c < q->x->n_cells; c++)
        if (id_of[c] >= 0) add_set_cell(s, id_of[c], q->x, c);
    return PTL_OK;
}

typedef struct exact_job {
    problem *q;
    set_cells cells;
    double *table[TASKS]; /* [COUNTS x 2^n] */
    double *phi[TASKS];
} exact_job;

/* One game of a replicate: worth = numerator / journeys in place, phi to the channels' draws. */
static ptl_status play(double *draw, const problem *q, double *numerator, const double *journeys,
                       double *phi, ptl_error *err)
{
    const int64_t n_sets = INT64_C(1) << q->n_players;
    const double all = journeys[n_sets - 1];
    for (int64_t s = 0; s < n_sets; s++)
        numerator[s] = journeys[s] > 0.0 ? numerator[s] / journeys[s] : 0.0;
    PTL_TRY(ptl_shapley_game(phi, numerator, q->n_players, err));
    for (int32_t i = 0; i < q->n_players; i++) draw[q->channel[i]] = phi[i] * all;
    return PTL_OK;
}

static ptl_status exact_task(void *payload, int64_t task, ptl_error *err)
{
    exact_job *const j = payload;
    problem *const q = j->q;
    const int64_t n_sets = INT64_C(1) << q->n_players;
    double *const table = j->table[task];
    for (int64_t row = task; row < q->r.n_rows; row += TASKS) {
        memset(table, 0, (size_t)(COUNTS * n_sets) * sizeof *table);
        for (int32_t c = 0; c < j->cells.n; c++)
            for (int m = 0; m < COUNTS; m++)
                table[m * n_sets + j->cells.set[c]] +=
                    q->r.weight[row * GROUPS + j->cells.group[c]] *
                    j->cells.count[(int64_t)c * COUNTS + m];
        for (int m = 0; m < COUNTS; m++)
            PTL_TRY(ptl_subset_sum(table + m * n_sets, q->n_players, err));
        const double *const journeys = table + 2 * n_sets;
        const int64_t at = row * q->x->n_channels;
        PTL_TRY(play(q->draws.credit + at, q, table, journeys, j->phi[task], err));
        PTL_TRY(play(q->draws.value + at, q, table + n_sets, journeys, j->phi[task], err));
    }
    return PTL_OK;
}

static ptl_status solve_exact(problem *q, ptl_error *err)
{
    exact_job j = {.q = q};
    PTL_TRY(gather_sets(&j.cells, q, err));
    for (int t = 0; t < TASKS && t < q->r.n_rows; t++) {
        ALLOC(j.table[t], q->work->arena, COUNTS * (INT64_C(1) << q->n_players), err);
        ALLOC(j.phi[t], q->work->arena, q->n_players, err);
    }
    return ptl_executor_run(q->work->executor, TASKS, exact_task, &j, err);
}

/* ---- sampled ---- */

typedef struct sample_buffers {
    int32_t *position; /* per player                                                    */
    double *count[2];  /* [GROUPS x n_players x COUNTS], order and reverse; by arrival */
    double *prefix;    /* [n_rows x n_players x COUNTS]                                */
    double *sum;       /* [n_rows x n_players x 2]: gains so far, conversions and value */
} sample_buffers;

typedef struct sample_job {
    problem *q;
    int32_t n_pairs;
    double *pair; /* [n_pairs x n_players]: the point's gains, mean of order and reverse */
    sample_buffers buffers[TASKS];
} sample_job;

static void shuffle(int32_t *position, int32_t n, ptl_rng rng)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t j = (int32_t)ptl_rng_below(&rng, (uint64_t)i + 1);
        position[i] = position[j];
        position[j] = i;
    }
}

/* When a path is complete: its last arrival in the order, and in the reverse. */
static void arrivals(int32_t out[2], const problem *q, const int32_t *position, int64_t p)
{
    int32_t last = 0, first = q->n_players - 1;
    for (int64_t i = q->x->offsets[p]; i < q->x->offsets[p + 1]; i++) {
        const int32_t at = position[q->player[q->x->touches[i]]];
        if (at > last) last = at;
        if (at < first) first = at;
    }
    out[0] = last;
    out[1] = q->n_players - 1 - first;
}

static void count_arrivals(sample_buffers *s, const problem *q)
{
    const ptl_paths *const x = q->x;
    const int64_t width = (int64_t)q->n_players * COUNTS;
    for (int d = 0; d < 2; d++) memset(s->count[d], 0, (size_t)(GROUPS * width) * sizeof(double));
    int64_t current = -1;
    int32_t at[2] = {0, 0};
    for (int64_t c = 0; c < x->n_cells; c++) {
        if (!touched(x, c)) continue;
        if (x->cell_path[c] != current) arrivals(at, q, s->position, x->cell_path[c]);
        current = x->cell_path[c];
        const double n_converting = (double)x->cell_converting[c];
        const double worth = x->cell_value ? x->cell_value[c] : 0.0;
        for (int d = 0; d < 2; d++) {
            double *const to = s->count[d] + x->cell_group[c] * width + at[d] * COUNTS;
            to[0] += n_converting;
            to[1] += worth;
            to[2] += n_converting + (double)x->cell_null[c];
        }
    }
}

/* Rates of the growing group under each replicate, and what each arrival added to them. */
static void add_gains(sample_buffers *s, const problem *q, bool reverse, double *pair)
{
    const int64_t n = q->n_players, width = n * COUNTS;
    ptl_gemm(s->prefix, s->count[reverse], q->r.weight, width, q->r.n_rows, GROUPS, false, false,
             width, GROUPS, width, 1.0, 0.0);
    for (int64_t row = 0; row < q->r.n_rows; row++) {
        const double *const count = s->prefix + row * width;
        double have[COUNTS] = {0.0, 0.0, 0.0}, before[2] = {0.0, 0.0};
        for (int64_t at = 0; at < n; at++) {
            const int64_t who = s->position[n + (reverse ? n - 1 - at : at)];
            for (int m = 0; m < COUNTS; m++) have[m] += count[at * COUNTS + m];
            for (int m = 0; m < 2; m++) {
                const double rate = have[2] > 0.0 ? have[m] / have[2] : 0.0;
                s->sum[row * 2 * n + 2 * who + m] += rate - before[m];
                if (row == 0 && m == 0) pair[who] += 0.5 * (rate - before[m]);
                before[m] = rate;
            }
        }
    }
}

static ptl_status sample_task(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    sample_job *const j = payload;
    problem *const q = j->q;
    sample_buffers *const s = &j->buffers[task];
    const ptl_rng orders = ptl_rng_split(&q->work->rng, UINT64_MAX); /* replicates have 1 … */
    for (int32_t pair = (int32_t)task; pair < j->n_pairs; pair += TASKS) {
        shuffle(s->position, q->n_players, ptl_rng_split(&orders, (uint64_t)pair));
        for (int32_t i = 0; i < q->n_players; i++) s->position[q->n_players + s->position[i]] = i;
        count_arrivals(s, q);
        for (int d = 0; d < 2; d++) add_gains(s, q, d, j->pair + (int64_t)pair * q->n_players);
    }
    return PTL_OK;
}

static ptl_status alloc_samples(sample_job *j, ptl_error *err)
{
    problem *const q = j->q;
    ptl_arena *const arena = q->work->arena;
    const int64_t width = (int64_t)q->n_players * COUNTS;
    ALLOC(j->pair, arena, (int64_t)j->n_pairs * q->n_players, err);
    for (int t = 0; t < TASKS && t < j->n_pairs; t++) {
        sample_buffers *const s = &j->buffers[t];
        ALLOC(s->position, arena, 2 * (int64_t)q->n_players, err);
        ALLOC(s->count[0], arena, GROUPS * width, err);
        ALLOC(s->count[1], arena, GROUPS * width, err);
        ALLOC(s->prefix, arena, q->r.n_rows * width, err);
        ALLOC(s->sum, arena, q->r.n_rows * 2 * q->n_players, err);
    }
    return PTL_OK;
}

/* Mean gains times journeys to draws; pairs' spread to the sampling variance, which is that of a
 * share once it is divided by the conversion rate of all journeys. */
static void finish_samples(sample_job *j, const double *journeys)
{
    problem *const q = j->q;
    const int64_t n = q->n_players, n_pairs = j->n_pairs;
    for (int64_t row = 0; row < q->r.n_rows; row++)
        for (int64_t i = 0; i < n; i++) {
            double gain[2] = {0.0, 0.0};
            for (int t = 0; t < TASKS && t < n_pairs; t++)
                for (int m = 0; m < 2; m++) gain[m] += j->buffers[t].sum[row * 2 * n + 2 * i + m];
            const double scale = journeys[row] / (2.0 * (double)n_pairs);
            q->draws.credit[row * q->x->n_channels + q->channel[i]] = gain[0] * scale;
            q->draws.value[row * q->x->n_channels + q->channel[i]] = gain[1] * scale;
        }
    const double rate = (double)q->total.n_converting / journeys[0];
    for (int64_t i = 0; i < n && rate > 0.0; i++) {
        double mean = 0.0, squares = 0.0;
        for (int64_t p = 0; p < n_pairs; p++) mean += j->pair[p * n + i] / (double)n_pairs;
        for (int64_t p = 0; p < n_pairs; p++) {
            const double off = j->pair[p * n + i] - mean;
            squares += off * off;
        }
        q->sampling[q->channel[i]] = squares / (double)(n_pairs * (n_pairs - 1)) / (rate * rate);
    }
}

static ptl_status solve_sampled(problem *q, ptl_error *err)
{
    sample_job j = {.q = q, .n_pairs = q->o->n_permutations / 2};
    double group[GROUPS] = {0}, *journeys;
    ALLOC(q->sampling, q->work->arena, q->x->n_channels, err);
    ALLOC(journeys, q->work->arena, q->r.n_rows, err);
    PTL_TRY(alloc_samples(&j, err));
    for (int64_t c = 0; c < q->x->n_cells; c++)
        if (touched(q->x, c))
            group[q->x->cell_group[c]] += (double)(q->x->cell_converting[c] + q->x->cell_null[c]);
    for (int64_t row = 0; row < q->r.n_rows; row++)
        for (int g = 0; g < GROUPS; g++) journeys[row] += q->r.weight[row * GROUPS + g] * group[g];
    PTL_TRY(ptl_executor_run(q->work->executor, TASKS, sample_task, &j, err));
    finish_samples(&j, journeys);
    q->n_drawn = q->o->n_permutations;
    return PTL_OK;
}

static ptl_status solve_rate(problem *q, ptl_error *err)
{
    ALLOC(q->draws.credit, q->work->arena, q->r.n_rows * q->x->n_channels, err);
    ALLOC(q->draws.value, q->work->arena, q->r.n_rows * q->x->n_channels, err);
    PTL_TRY(find_players(q, err));
    if (q->n_players == 0) return PTL_OK;
    return q->n_players <= q->o->n_exact_max ? solve_exact(q, err) : solve_sampled(q, err);
}

/* Sampling variance as an interval of t(groups - 1) needs it. */
static ptl_status interval_variance(double **out, const problem *q, ptl_error *err)
{
    *out = NULL;
    if (!q->sampling) return PTL_OK;
    ALLOC(*out, q->work->arena, q->x->n_channels, err);
    double wider = 1.0;
    if (q->r.n_rows > 1)
        wider = fmax(1.0, ptl_student_t(q->r.probability, q->o->n_permutations / 2 - 1) / q->r.t);
    for (int32_t k = 0; k < q->x->n_channels; k++) (*out)[k] = q->sampling[k] * wider * wider;
    return PTL_OK;
}

static ptl_status solve(ptl_shapley_result *out, const ptl_paths *paths,
                        const ptl_shapley_options *o, const ptl_attribution_work *work,
                        ptl_error *err)
{
    problem q = {.x = paths, .o = o, .work = work};
    ptl_groups groups;
    double *sampling;
    PTL_TRY(ptl_paths_total(&q.total, paths, err));
    ptl_paths_groups(&groups, paths);
    PTL_TRY(ptl_replicates_make(&q.r, &o->interval, &groups, work, err));
    out->stage = NULL;
    PTL_TRY(o->worth == PTL_SHAPLEY_SUM ? solve_sum(&q, &out->stage, err) : solve_rate(&q, err));
    PTL_TRY(interval_variance(&sampling, &q, err));
    PTL_TRY(ptl_credit_estimate(&out->credit, paths, &q.total, &q.r, &q.draws, sampling,
                                work->arena, err));
    ALLOC(out->sampling_error, work->arena, paths->n_channels, err);
    for (int32_t k = 0; q.sampling && k < paths->n_channels; k++)
        out->sampling_error[k] = sqrt(q.sampling[k]) * (double)q.total.n_converting;
    out->n_permutations = q.n_drawn;
    return PTL_OK;
}

ptl_status ptl_shapley_solve(ptl_shapley_result *out, const ptl_paths *paths,
                             const ptl_shapley_options *options, const ptl_attribution_work *work,
                             ptl_error *err)
{
    const ptl_shapley_options o = options ? *options : ptl_shapley_options_default();
    PTL_TRY(ptl_attribution_check(work, o.size, (int32_t)sizeof o, "shapley", err));
    PTL_TRY(check(&o, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve(out, paths, &o, work, err), work->arena, mark);
}
