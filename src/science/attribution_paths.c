/* attribution_paths.c: what journeys look like, before anybody shares anything out.
 *
 * The question.   How long are journeys, who opens and who closes them, how often must a channel
 *                 be met, what do journeys that convert have in common?
 * The quantities. Length: touches. Lag: days from the first touch to the conversion (steps where
 *                 gaps are absent). Roles: first, last, alone, assist (touched, and not last).
 *                 Frequency: journeys by how often they touched a channel, and how many
 *                 converted, whose ratio shows where returns diminish. Sequences: runs of two or
 *                 three touches; relative lift = their conversion rate / that of all touched
 *                 journeys - 1, with z = (rate - rate of all) / sqrt(rate of all (1 - rate of
 *                 all) / journeys). Synergy: Grabisch and Roubens' interaction index (shapley.c)
 *                 of the rate game among the n channels with most conversions, every other
 *                 channel being always in.
 * The model.      None: everything but z is counted. z takes journeys as independent, which they
 *                 are not within a person: it sorts, it does not test.
 * Not identified. No touched journey: counts are zero, verdict NOT_IDENTIFIED.
 * Cost.           O(touches + cells) and a hash look-up a run; 2^n worths for synergy. */
#include "science/attribution_internal.h"

#include <string.h>

enum { SYNERGIES_MAX = 16, SEQUENCES_MAX = 1000, CHANNEL_BITS = 16 };

ptl_path_options ptl_path_options_default(void)
{
    return (ptl_path_options){.size = (int32_t)sizeof(ptl_path_options),
                              .n_sequences = 20,
                              .journeys_min = 100,
                              .n_synergies = 10};
}

static ptl_status check(const ptl_path_options *o, ptl_error *err)
{
    if (o->n_sequences < 0 || o->n_sequences > SEQUENCES_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_sequences must be 0 to %d, not %d", SEQUENCES_MAX,
                        o->n_sequences);
    if (o->journeys_min < 1)
        return ptl_fail(err, PTL_E_INVALID, "journeys_min must be 1 or more, not %lld",
                        (long long)o->journeys_min);
    if (o->n_synergies < 0 || o->n_synergies > SYNERGIES_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_synergies must be 0 to %d, not %d", SYNERGIES_MAX,
                        o->n_synergies);
    return PTL_OK;
}

/* Journeys of one path over all its cells. */
typedef struct path_count {
    int64_t converting;
    int64_t null;
} path_count;

static ptl_status count_paths(path_count **out, const ptl_paths *x, ptl_arena *arena,
                              ptl_error *err)
{
    ALLOC(*out, arena, x->n_paths, err);
    for (int64_t c = 0; c < x->n_cells; c++) {
        (*out)[x->cell_path[c]].converting += x->cell_converting[c];
        (*out)[x->cell_path[c]].null += x->cell_null[c];
    }
    return PTL_OK;
}

static int bin_of(double x)
{
    return x < PTL_PATH_LENGTH_MAX ? (int)x : PTL_PATH_LENGTH_MAX - 1;
}

static void add_length_and_lag(ptl_path_result *out, const ptl_paths *x, int64_t p, path_count n)
{
    const int64_t from = x->offsets[p], to = x->offsets[p + 1];
    double lag = 0.0;
    for (int64_t i = from; i < to; i++) lag += x->gap_days ? x->gap_days[i] : 1.0;
    const int length = bin_of((double)(to - from - 1));
    out->length_converting[length] += n.converting;
    out->length_null[length] += n.null;
    out->lag_converting[bin_of(lag)] += n.converting;
}

/* times holds zeros, and does so again after. */
static void add_roles(ptl_path_result *out, const ptl_paths *x, int64_t p, path_count n,
                      int64_t *times)
{
    const int64_t from = x->offsets[p], to = x->offsets[p + 1];
    const int32_t first = x->touches[from], last = x->touches[to - 1];
    for (int64_t i = from; i < to; i++) times[x->touches[i]]++;
    const bool alone = times[first] == to - from;
    out->role[first].n_first += n.converting;
    out->role[last].n_last += n.converting;
    if (alone) out->role[first].n_alone += n.converting;
    for (int64_t i = from; i < to; i++) {
        const int32_t k = x->touches[i];
        if (times[k] == 0) continue; /* seen already */
        const int64_t often = times[k] < PTL_PATH_FREQUENCY_MAX ? times[k] : PTL_PATH_FREQUENCY_MAX;
        const int64_t at = (int64_t)k * PTL_PATH_FREQUENCY_MAX + often - 1;
        out->frequency_converting[at] += n.converting;
        out->frequency_journeys[at] += n.converting + n.null;
        out->role[k].n_touched += n.converting;
        out->role[k].n_journeys += n.converting + n.null;
        if (k != last) out->role[k].n_assist += n.converting;
        times[k] = 0;
    }
}

static ptl_status add_counts(ptl_path_result *out, const ptl_paths *x, const path_count *n,
                             ptl_arena *arena, ptl_error *err)
{
    int64_t *times;
    const int64_t n_bins = (int64_t)x->n_channels * PTL_PATH_FREQUENCY_MAX;
    ALLOC(out->role, arena, x->n_channels, err);
    ALLOC(out->frequency_converting, arena, n_bins, err);
    ALLOC(out->frequency_journeys, arena, n_bins, err);
    ALLOC(times, arena, x->n_channels, err);
    for (int64_t p = 0; p < x->n_paths; p++) {
        if (x->offsets[p + 1] == x->offsets[p] || n[p].converting + n[p].null == 0) continue;
        add_length_and_lag(out, x, p, n[p]);
        add_roles(out, x, p, n[p], times);
    }
    return PTL_OK;
}

/* ---- sequences ---- */

typedef struct run_count {
    int64_t last_path; /* plus one: a journey counts once, however often it has the run */
    path_count n;
} run_count;

static uint64_t run_key(const int32_t *touches, int n)
{
    uint64_t key = 0;
    for (int i = 0; i < n; i++) key = key << CHANNEL_BITS | (uint64_t)(touches[i] + 1);
    return key;
}

/* Calls for every run of two and three touches of every path that has journeys; count is NULL while
 * the runs are only numbered. */
static ptl_status each_run(ptl_intern *runs, run_count *count, const ptl_paths *x,
                           const path_count *n, ptl_error *err)
{
    for (int64_t p = 0; p < x->n_paths; p++) {
        if (n[p].converting + n[p].null == 0) continue;
        for (int length = 2; length <= PTL_PATH_SEQUENCE_MAX; length++)
            for (int64_t i = x->offsets[p]; i + length <= x->offsets[p + 1]; i++) {
                int32_t id;
                PTL_TRY(ptl_intern_add(runs, run_key(x->touches + i, length), &id, err));
                if (!count || count[id].last_path == p + 1) continue;
                count[id].last_path = p + 1;
                count[id].n.converting += n[p].converting;
                count[id].n.null += n[p].null;
            }
    }
    return PTL_OK;
}

static ptl_path_sequence sequence_of(uint64_t key, path_count n, double rate)
{
    ptl_path_sequence s = {.n_converting = n.converting, .n_journeys = n.converting + n.null};
    for (uint64_t rest = key; rest != 0; rest >>= CHANNEL_BITS) s.n++;
    for (int i = s.n - 1; i >= 0; i--, key >>= CHANNEL_BITS)
        s.channels[i] = (int32_t)(key & 0xFFFF) - 1;
    for (int i = s.n; i < PTL_PATH_SEQUENCE_MAX; i++) s.channels[i] = -1;
    const double own = (double)s.n_converting / (double)s.n_journeys;
    const double spread = sqrt(rate * (1.0 - rate) / (double)s.n_journeys);
    s.relative_lift = rate > 0.0 ? own / rate - 1.0 : PTL_NAN;
    s.z = spread > 0.0 ? (own - rate) / spread : 0.0;
    return s;
}

static bool before(const ptl_path_sequence *a, const ptl_path_sequence *b)
{
    if (fabs(a->z) != fabs(b->z)) return fabs(a->z) > fabs(b->z);
    if (a->n != b->n) return a->n < b->n;
    return memcmp(a->channels, b->channels, sizeof a->channels) < 0;
}

/* Keeps the first n_max of all that come, in order. */
static void keep(ptl_path_result *out, int32_t n_max, const ptl_path_sequence *s)
{
    int32_t at = out->n_sequences;
    if (at == n_max && !before(s, &out->sequence[at - 1])) return;
    if (at < n_max)
        out->n_sequences++;
    else
        at--;
    for (; at > 0 && before(s, &out->sequence[at - 1]); at--)
        out->sequence[at] = out->sequence[at - 1];
    out->sequence[at] = *s;
}

static ptl_status find_sequences(ptl_path_result *out, const ptl_paths *x, const path_count *n,
                                 const ptl_path_options *o, ptl_arena *arena, ptl_error *err)
{
    ptl_intern runs;
    run_count *count;
    ALLOC(out->sequence, arena, o->n_sequences, err);
    const int64_t n_all = out->total.n_converting + out->total.n_null;
    if (o->n_sequences == 0 || n_all == 0) return PTL_OK;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    PTL_TRY(ptl_intern_init(&runs, arena, err));
    PTL_TRY(each_run(&runs, NULL, x, n, err));
    ALLOC(count, arena, runs.n, err);
    PTL_TRY(each_run(&runs, count, x, n, err));
    const double rate = (double)out->total.n_converting / (double)n_all;
    for (int64_t at = 0; at < runs.n_places; at++) {
        if (runs.key[at] == 0) continue;
        const path_count c = count[runs.id[at]].n;
        if (c.converting + c.null < o->journeys_min) continue;
        const ptl_path_sequence s = sequence_of(runs.key[at] - 1, c, rate);
        keep(out, o->n_sequences, &s);
    }
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* ---- synergy ---- */

/* The channels with most conversions, ties to the lower number; bit[k] is -1 for the others. */
static void choose_channels(ptl_path_result *out, int32_t n_max, int32_t *bit)
{
    for (int32_t k = 0; k < out->n_channels; k++) bit[k] = -1;
    while (out->n_synergies < n_max) {
        int32_t best = -1;
        for (int32_t k = 0; k < out->n_channels; k++)
            if (bit[k] < 0 && out->role[k].n_touched > 0 &&
                (best < 0 || out->role[k].n_touched > out->role[best].n_touched))
                best = k;
        if (best < 0) return;
        bit[best] = out->n_synergies;
        out->synergy_channel[out->n_synergies++] = best;
    }
}

static void add_worths(double *converting, double *journeys, const ptl_paths *x,
                       const path_count *n, const int32_t *bit)
{
    for (int64_t p = 0; p < x->n_paths; p++) {
        if (x->offsets[p + 1] == x->offsets[p]) continue;
        int64_t set = 0;
        for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++)
            if (bit[x->touches[i]] >= 0) set |= INT64_C(1) << bit[x->touches[i]];
        converting[set] += (double)n[p].converting;
        journeys[set] += (double)(n[p].converting + n[p].null);
    }
}

static ptl_status find_synergies(ptl_path_result *out, const ptl_paths *x, const path_count *n,
                                 int32_t n_max, ptl_arena *arena, ptl_error *err)
{
    int32_t *bit;
    double *worth, *journeys;
    ALLOC(out->synergy_channel, arena, n_max, err);
    ALLOC(out->synergy, arena, (int64_t)n_max * n_max, err);
    ALLOC(bit, arena, x->n_channels, err);
    choose_channels(out, n_max, bit);
    if (out->n_synergies == 0) return PTL_OK;
    const int64_t n_sets = INT64_C(1) << out->n_synergies;
    ALLOC(worth, arena, n_sets, err);
    ALLOC(journeys, arena, n_sets, err);
    add_worths(worth, journeys, x, n, bit);
    PTL_TRY(ptl_subset_sum(worth, out->n_synergies, err));
    PTL_TRY(ptl_subset_sum(journeys, out->n_synergies, err));
    for (int64_t s = 0; s < n_sets; s++)
        worth[s] = journeys[s] > 0.0 ? worth[s] / journeys[s] : 0.0;
    return ptl_shapley_interaction(out->synergy, worth, out->n_synergies, err);
}

static ptl_status solve(ptl_path_result *out, const ptl_paths *paths, const ptl_path_options *o,
                        ptl_arena *arena, ptl_error *err)
{
    path_count *n;
    *out = (ptl_path_result){.n_channels = paths ? paths->n_channels : 0};
    PTL_TRY(ptl_paths_total(&out->total, paths, err));
    PTL_TRY(count_paths(&n, paths, arena, err));
    PTL_TRY(add_counts(out, paths, n, arena, err));
    PTL_TRY(find_sequences(out, paths, n, o, arena, err));
    PTL_TRY(find_synergies(out, paths, n, o->n_synergies, arena, err));
    const bool some = out->total.n_converting + out->total.n_null > 0;
    out->verdict = some ? PTL_CONVERGED : PTL_NOT_IDENTIFIED;
    return PTL_OK;
}

ptl_status ptl_path_solve(ptl_path_result *out, const ptl_paths *paths,
                          const ptl_path_options *options, const ptl_attribution_work *work,
                          ptl_error *err)
{
    const ptl_path_options o = options ? *options : ptl_path_options_default();
    PTL_TRY(ptl_attribution_check(work, o.size, (int32_t)sizeof o, "path", err));
    PTL_TRY(check(&o, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve(out, paths, &o, work->arena, err), work->arena, mark);
}
