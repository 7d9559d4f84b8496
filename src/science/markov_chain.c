/* markov_chain.c: the states that journeys were seen in, and how often they went from one to the
 * next, by group of persons.
 *
 * A state of order k is the window of the last k touches; a journey shorter than k touches has one
 * state, all of it. Windows equal to the one before are one state, not two. Journeys go
 *
 *     start -> first window -> … -> last window -> conversion | null
 *
 * and only windows that were seen exist: at most one per touch, however many k-tuples there are. A
 * window is one 64-bit key of four 16-bit channels. Counts are whole and 32-bit, so that sums are
 * exact in any order; the value of conversions belongs to the window they came from.
 *
 * Cost: two hash look-ups a touch of every path with a cell, 4 bytes a touch, 256 bytes a
 * transition and 1 KiB a state. */
#include "science/markov_internal.h"

typedef struct builder {
    const ptl_paths *paths;
    ptl_arena *arena;
    int32_t order;
    bool use_null;
    ptl_intern states; /* key -> state - 1   */
    ptl_intern edges;  /* from, to -> number */
    int32_t *step;     /* per touch: number of the transition into its window; -1 for none */
    int32_t *last;     /* per path: its last state; 0 where the path was not walked        */
} builder;

/* The key of the window that ends with touch i. A fresh window shifts the oldest channel out. */
static uint64_t shift(uint64_t key, int32_t channel, int32_t order)
{
    const int used = CHANNEL_BITS * order;
    const uint64_t mask = used == 64 ? UINT64_MAX : (UINT64_C(1) << used) - 1;
    return ((key << CHANNEL_BITS) | (uint64_t)(channel + 1)) & mask;
}

static ptl_status walk(builder *b, int64_t p, ptl_error *err)
{
    const int64_t from = b->paths->offsets[p], n = b->paths->offsets[p + 1] - from;
    const int64_t full = n < b->order ? n : b->order;
    uint64_t key = 0, before = 0;
    int32_t state = 0;
    for (int64_t i = 0; i < n; i++) {
        key = shift(key, b->paths->touches[from + i], b->order);
        b->step[from + i] = -1;
        if (i + 1 < full || key == before) continue;
        int32_t next;
        PTL_TRY(ptl_intern_add(&b->states, key, &next, err));
        next++;
        PTL_TRY(ptl_intern_add(&b->edges, (uint64_t)state << 32 | (uint64_t)next,
                               &b->step[from + i], err));
        state = next;
        before = key;
    }
    b->last[p] = state;
    return PTL_OK;
}

static bool weighs(const builder *b, int64_t c)
{
    return b->paths->cell_converting[c] > 0 || (b->use_null && b->paths->cell_null[c] > 0);
}

static ptl_status walk_all(builder *b, ptl_error *err)
{
    for (int64_t c = 0; c < b->paths->n_cells; c++) {
        const int64_t p = b->paths->cell_path[c];
        if (weighs(b, c) && b->last[p] == 0) PTL_TRY(walk(b, p, err));
    }
    return PTL_OK;
}

/* Edges in order of their from-state: place[number] is where one went. */
static ptl_status sort_edges(ptl_chain *out, int32_t **place, const builder *b, ptl_error *err)
{
    uint64_t *ends;
    int64_t *next;
    ALLOC(ends, b->arena, out->n_edges, err);
    ALLOC(*place, b->arena, out->n_edges, err);
    ALLOC(next, b->arena, out->n_states, err);
    for (int64_t at = 0; at < b->edges.n_places; at++)
        if (b->edges.key[at] != 0) ends[b->edges.id[at]] = b->edges.key[at] - 1;
    for (int64_t e = 0; e < out->n_edges; e++) out->row[(ends[e] >> 32) + 1]++;
    for (int64_t i = 0; i < out->n_states; i++) {
        out->row[i + 1] += out->row[i];
        next[i] = out->row[i];
    }
    for (int64_t e = 0; e < out->n_edges; e++) {
        const int64_t at = next[ends[e] >> 32]++;
        (*place)[e] = (int32_t)at;
        out->to[at] = (int32_t)(ends[e] & UINT32_MAX);
    }
    return PTL_OK;
}

static void copy_keys(ptl_chain *out, const builder *b)
{
    for (int64_t at = 0; at < b->states.n_places; at++)
        if (b->states.key[at] != 0) out->key[b->states.id[at] + 1] = b->states.key[at] - 1;
}

static ptl_status add(int32_t *count, int64_t n, ptl_error *err)
{
    if (n > INT32_MAX - *count)
        return ptl_fail(err, PTL_E_LIMIT,
                        "one transition is passed more than %d times in one group of persons",
                        INT32_MAX);
    *count += (int32_t)n;
    return PTL_OK;
}

static ptl_status count_cell(ptl_chain *out, const builder *b, const int32_t *place, int64_t c,
                             ptl_error *err)
{
    const ptl_paths *x = b->paths;
    const int64_t p = x->cell_path[c], g = x->cell_group[c], end = b->last[p];
    const int64_t n_null = b->use_null ? x->cell_null[c] : 0;
    const int64_t n = x->cell_converting[c] + n_null;
    if (end == 0) return PTL_OK; /* an empty path */
    for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++)
        if (b->step[i] >= 0)
            PTL_TRY(add(&out->count[(int64_t)place[b->step[i]] * GROUPS + g], n, err));
    PTL_TRY(add(&out->end_converting[end * GROUPS + g], x->cell_converting[c], err));
    PTL_TRY(add(&out->end_null[end * GROUPS + g], n_null, err));
    if (x->cell_value) out->end_value[end * GROUPS + g] += x->cell_value[c];
    return PTL_OK;
}

static ptl_status alloc_chain(ptl_chain *out, ptl_arena *arena, ptl_error *err)
{
    ALLOC(out->key, arena, out->n_states, err);
    ALLOC(out->row, arena, out->n_states + 1, err);
    ALLOC(out->to, arena, out->n_edges, err);
    ALLOC(out->count, arena, out->n_edges * GROUPS, err);
    ALLOC(out->end_converting, arena, out->n_states * GROUPS, err);
    ALLOC(out->end_null, arena, out->n_states * GROUPS, err);
    ALLOC(out->end_value, arena, out->n_states * GROUPS, err);
    return PTL_OK;
}

ptl_status ptl_chain_build(ptl_chain *out, const ptl_paths *paths, int32_t order, bool use_null,
                           ptl_arena *arena, ptl_error *err)
{
    builder b = {.paths = paths, .arena = arena, .order = order, .use_null = use_null};
    int32_t *place = NULL;
    PTL_TRY(ptl_intern_init(&b.states, arena, err));
    PTL_TRY(ptl_intern_init(&b.edges, arena, err));
    ALLOC(b.step, arena, paths->offsets[paths->n_paths], err);
    ALLOC(b.last, arena, paths->n_paths, err);
    PTL_TRY(walk_all(&b, err));
    *out = (ptl_chain){.order = order,
                       .n_channels = paths->n_channels,
                       .n_states = (int64_t)b.states.n + 1,
                       .n_edges = b.edges.n};
    PTL_TRY(alloc_chain(out, arena, err));
    PTL_TRY(sort_edges(out, &place, &b, err));
    copy_keys(out, &b);
    for (int64_t c = 0; c < paths->n_cells; c++)
        if (weighs(&b, c)) PTL_TRY(count_cell(out, &b, place, c, err));
    return PTL_OK;
}

/* ---- probabilities ---- */

ptl_status ptl_rates_alloc(ptl_rates *out, const ptl_chain *chain, ptl_arena *arena, ptl_error *err)
{
    ALLOC(out->p, arena, chain->n_edges, err);
    ALLOC(out->convert, arena, chain->n_states, err);
    ALLOC(out->value, arena, chain->n_states, err);
    ALLOC(out->exit, arena, chain->n_states, err);
    return PTL_OK;
}

static double weigh_counts(const int32_t *count, const double weight[GROUPS])
{
    double sum = 0.0;
    for (int g = 0; g < GROUPS; g++) sum += weight[g] * count[g];
    return sum;
}

/* A state that this weighting never saw gets no probabilities at all; nothing leads there either.
 */
void ptl_rates_weigh(ptl_rates *out, const ptl_chain *chain, const double weight[GROUPS])
{
    for (int64_t i = 0; i < chain->n_states; i++) {
        const double n_converting = weigh_counts(chain->end_converting + i * GROUPS, weight);
        const double n_null = weigh_counts(chain->end_null + i * GROUPS, weight);
        double value = 0.0, n = n_converting + n_null;
        for (int g = 0; g < GROUPS; g++) value += weight[g] * chain->end_value[i * GROUPS + g];
        for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++) {
            out->p[e] = weigh_counts(chain->count + e * GROUPS, weight);
            n += out->p[e];
        }
        const double divisor = n > 0.0 ? n : 1.0;
        for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++) out->p[e] /= divisor;
        out->convert[i] = n_converting / divisor;
        out->value[i] = value / divisor;
        out->exit[i] = (n_converting + n_null) / divisor;
    }
}

/* ---- removal ---- */

static bool holds_channel(uint64_t key, int32_t channel)
{
    for (; key != 0; key >>= CHANNEL_BITS)
        if ((key & 0xFFFF) == (uint64_t)(channel + 1)) return true;
    return false;
}

/* Whether channels stand in the windows' touches one directly after the other. Both windows
 * together show order + 1 touches: the newest of `to` behind all of `from`. From the start, and
 * for a sequence no longer than a window, `to` alone has it. */
static bool ends_in(uint64_t key, int n_key, const int32_t *channels, int32_t n)
{
    for (int skip = 0; skip + n <= n_key; skip++, key >>= CHANNEL_BITS) {
        uint64_t rest = key;
        int32_t i = n - 1;
        for (; i >= 0; i--, rest >>= CHANNEL_BITS)
            if ((rest & 0xFFFF) != (uint64_t)(channels[i] + 1)) break;
        if (i < 0) return true;
    }
    return false;
}

static int n_touches(uint64_t key)
{
    int n = 0;
    for (; key != 0; key >>= CHANNEL_BITS) n++;
    return n;
}

bool ptl_removal_cuts(const ptl_removal *removal, const ptl_chain *chain, uint64_t from_key,
                      uint64_t to_key)
{
    if (!removal || removal->n == 0) return false;
    if (!removal->sequence) {
        for (int32_t i = 0; i < removal->n; i++)
            if (holds_channel(to_key, removal->channels[i])) return true;
        return false;
    }
    if (removal->n <= chain->order)
        return ends_in(to_key, n_touches(to_key), removal->channels, removal->n);
    if (from_key == 0) return false;
    const int32_t newest = removal->channels[removal->n - 1];
    return (to_key & 0xFFFF) == (uint64_t)(newest + 1) && n_touches(from_key) == chain->order &&
           ends_in(from_key, chain->order, removal->channels, removal->n - 1);
}
