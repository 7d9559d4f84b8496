/* journey_paths.c: journeys counted as distinct paths and groups of units.
 *
 * Invariants. 1. Path p is touches[offsets[p] .. offsets[p + 1]); no two paths are equal. 2. A path
 * and a group have at most one cell, found from the path's head; so the table costs what is
 * distinct, not what was read. 3. Numbers are given in the order of first appearance, which is the
 * order of units: same facts, same numbers, same bytes.
 *
 * Paths are found through a table of (part of the hash, number), open addressing, at most two
 * thirds full; equality is always that of the touches. Sums are integers. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct slot {
    uint32_t check; /* the hash's upper half */
    uint32_t path;  /* number + 1, 0: free   */
} slot;

typedef struct cell {
    int64_t value_micros;
    uint32_t converting, null;
    uint32_t next; /* cell number + 1 of the same path, 0: the last */
    int32_t group;
} cell;

struct ptl_path_table {
    bool timed;
    int64_t n_paths, n_cells, n_slots;
    int64_t offsets_capacity, heads_capacity, touches_capacity, gaps_capacity, cells_capacity;
    int64_t *offsets;
    uint32_t *heads;
    int32_t *touches;
    double *gaps;
    cell *cells;
    slot *slots;
    /* what science reads, after finish */
    int64_t *cell_path, *cell_converting, *cell_null;
    int32_t *cell_group;
    double *cell_value;
};

ptl_status ptl_journey_room(void *items, int64_t n, int64_t *capacity, size_t size, int64_t max,
                            const char *what, ptl_error *err)
{
    void *old;
    if (n < *capacity) return PTL_OK;
    if (n >= max) {
        ptl_fail(err, PTL_E_LIMIT, "journeys have more than %lld %s", (long long)max, what);
        ptl_error_hint(err, "ask for a shorter period with --from and --to");
        return PTL_E_LIMIT;
    }
    int64_t wanted = n < 512 ? 1024 : 2 * n;
    if (wanted > max) wanted = max;
    memcpy(&old, items, sizeof old);
    void *grown = realloc(old, (size_t)wanted * size);
    if (!grown) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for %s of journeys", what);
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return PTL_OK;
}

ptl_status ptl_path_table_new(ptl_path_table **out, bool timed, ptl_error *err)
{
    ptl_path_table *t = calloc(1, sizeof *t);
    *out = t;
    if (!t) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the paths of journeys");
    t->timed = timed;
    const ptl_status st = ptl_journey_room(&t->offsets, 0, &t->offsets_capacity, sizeof *t->offsets,
                                           PTL_JOURNEY_PATHS_MAX, "paths", err);
    if (st == PTL_OK) {
        t->offsets[0] = 0;
        return PTL_OK;
    }
    ptl_path_table_free(t);
    *out = NULL;
    return st;
}

void ptl_path_table_free(ptl_path_table *t)
{
    if (!t) return;
    free(t->offsets), free(t->heads), free(t->touches), free(t->gaps), free(t->cells);
    free(t->slots), free(t->cell_path), free(t->cell_converting), free(t->cell_null);
    free(t->cell_group), free(t->cell_value), free(t);
}

/* --- paths ------------------------------------------------------------------------------------ */

static uint64_t mixed(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

/* Of path p, whose touches and gaps lie in their place; it need not be counted yet. */
static uint64_t hash_of(const ptl_path_table *t, int64_t p)
{
    const int64_t from = t->offsets[p], to = t->offsets[p + 1];
    uint64_t h = (uint64_t)(to - from);
    for (int64_t i = from; i < to; i++) {
        uint64_t bits = 0;
        if (t->timed) memcpy(&bits, &t->gaps[i], sizeof bits);
        h = mixed(h, (uint64_t)t->touches[i] + 1);
        if (t->timed) h = mixed(h, bits);
    }
    return mixed(h, UINT64_C(0xD6E8FEB86659FD93));
}

static bool are_equal(const ptl_path_table *t, int64_t p, int64_t q)
{
    const int64_t a = t->offsets[p], b = t->offsets[q], n = t->offsets[p + 1] - a;
    if (t->offsets[q + 1] - b != n) return false;
    if (n == 0) return true;
    if (memcmp(t->touches + a, t->touches + b, (size_t)n * sizeof *t->touches) != 0) return false;
    return !t->timed || memcmp(t->gaps + a, t->gaps + b, (size_t)n * sizeof *t->gaps) == 0;
}

/* Where path p stands, or the free place where it belongs. */
static slot *find(const ptl_path_table *t, uint64_t hash, int64_t p)
{
    for (uint64_t at = hash;; at++) {
        slot *s = &t->slots[at & (uint64_t)(t->n_slots - 1)];
        if (s->path == 0) return s;
        if (s->check == (uint32_t)(hash >> 32) && are_equal(t, s->path - 1, p)) return s;
    }
}

static ptl_status grow_slots(ptl_path_table *t, ptl_error *err)
{
    if (3 * t->n_paths < 2 * t->n_slots) return PTL_OK;
    free(t->slots);
    t->n_slots = t->n_slots ? 2 * t->n_slots : 4096;
    t->slots = calloc((size_t)t->n_slots, sizeof *t->slots);
    if (!t->slots) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for paths of journeys");
    for (int64_t p = 0; p < t->n_paths; p++) {
        const uint64_t hash = hash_of(t, p);
        uint64_t at = hash;
        while (t->slots[at & (uint64_t)(t->n_slots - 1)].path) at++;
        t->slots[at & (uint64_t)(t->n_slots - 1)] = (slot){(uint32_t)(hash >> 32), (uint32_t)p + 1};
    }
    return PTL_OK;
}

/* Lay the journey behind the last path, as if it were the next. */
static ptl_status lay_down(ptl_path_table *t, const ptl_journey *j, ptl_error *err)
{
    int64_t at = t->offsets[t->n_paths];
    const ptl_instant last = j->converts ? j->ended_at : j->watched_until;
    for (int64_t i = 0; i < j->n; i++, at++) {
        const ptl_instant next = i + 1 < j->n ? j->touches[i + 1].at : last;
        PTL_TRY(ptl_journey_room(&t->touches, at, &t->touches_capacity, sizeof *t->touches,
                                 PTL_JOURNEY_TOUCHES_MAX, "touches", err));
        t->touches[at] = j->touches[i].channel;
        if (!t->timed) continue;
        PTL_TRY(ptl_journey_room(&t->gaps, at, &t->gaps_capacity, sizeof *t->gaps,
                                 PTL_JOURNEY_TOUCHES_MAX, "touches", err));
        t->gaps[at] = (double)(next - j->touches[i].at) / (double)PTL_MICROS_PER_DAY;
    }
    PTL_TRY(ptl_journey_room(&t->offsets, t->n_paths + 1, &t->offsets_capacity, sizeof *t->offsets,
                             PTL_JOURNEY_PATHS_MAX, "distinct paths", err));
    t->offsets[t->n_paths + 1] = at;
    return PTL_OK;
}

static ptl_status path_of(int64_t *path, ptl_path_table *t, const ptl_journey *j, ptl_error *err)
{
    PTL_TRY(grow_slots(t, err));
    PTL_TRY(lay_down(t, j, err));
    const uint64_t hash = hash_of(t, t->n_paths);
    slot *s = find(t, hash, t->n_paths);
    if (s->path) return *path = s->path - 1, PTL_OK;
    PTL_TRY(ptl_journey_room(&t->heads, t->n_paths, &t->heads_capacity, sizeof *t->heads,
                             PTL_JOURNEY_PATHS_MAX, "distinct paths", err));
    t->heads[t->n_paths] = 0;
    *path = t->n_paths++;
    *s = (slot){(uint32_t)(hash >> 32), (uint32_t)t->n_paths};
    return PTL_OK;
}

/* --- cells ------------------------------------------------------------------------------------ */

static ptl_status cell_of(cell **out, ptl_path_table *t, int64_t path, int32_t group,
                          ptl_error *err)
{
    for (uint32_t c = t->heads[path]; c; c = t->cells[c - 1].next)
        if (t->cells[c - 1].group == group) return *out = &t->cells[c - 1], PTL_OK;
    PTL_TRY(ptl_journey_room(&t->cells, t->n_cells, &t->cells_capacity, sizeof *t->cells,
                             PTL_JOURNEY_CELLS_MAX, "paths by group", err));
    *out = &t->cells[t->n_cells++];
    **out = (cell){.next = t->heads[path], .group = group};
    t->heads[path] = (uint32_t)t->n_cells;
    return PTL_OK;
}

ptl_status ptl_path_table_add(ptl_path_table *t, const ptl_journey *j, int64_t value_micros,
                              int32_t group, uint32_t times, ptl_error *err)
{
    int64_t path;
    cell *c;
    PTL_TRY(path_of(&path, t, j, err));
    PTL_TRY(cell_of(&c, t, path, group, err));
    uint32_t *count = j->converts ? &c->converting : &c->null;
    if (*count > UINT32_MAX - times ||
        __builtin_add_overflow(c->value_micros, value_micros, &c->value_micros))
        return ptl_fail(err, PTL_E_LIMIT, "one path holds more than 2^32 journeys or 2^63 micros");
    *count += times;
    return PTL_OK;
}

/* --- as science reads it ---------------------------------------------------------------------- */

static void lay_out(ptl_path_table *t)
{
    int64_t at = 0;
    for (int64_t p = 0; p < t->n_paths; p++)
        for (uint32_t c = t->heads[p]; c; c = t->cells[c - 1].next, at++) {
            const cell *from = &t->cells[c - 1];
            t->cell_path[at] = p;
            t->cell_group[at] = from->group;
            t->cell_converting[at] = from->converting;
            t->cell_null[at] = from->null;
            t->cell_value[at] = (double)from->value_micros;
        }
}

static ptl_status allocate_cells(ptl_path_table *t, ptl_error *err)
{
    const size_t n = (size_t)t->n_cells + 1;
    t->cell_path = calloc(n, sizeof *t->cell_path);
    t->cell_group = calloc(n, sizeof *t->cell_group);
    t->cell_converting = calloc(n, sizeof *t->cell_converting);
    t->cell_null = calloc(n, sizeof *t->cell_null);
    t->cell_value = calloc(n, sizeof *t->cell_value);
    if (t->cell_path && t->cell_group && t->cell_converting && t->cell_null && t->cell_value)
        return PTL_OK;
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for %lld paths by group",
                    (long long)t->n_cells);
}

ptl_status ptl_path_table_finish(ptl_paths *out, ptl_path_table *t, int32_t n_channels,
                                 int32_t direct, ptl_error *err)
{
    free(t->slots);
    t->slots = NULL;
    PTL_TRY(allocate_cells(t, err));
    lay_out(t);
    free(t->cells);
    free(t->heads);
    t->cells = NULL;
    t->heads = NULL;
    *out = (ptl_paths){.n_channels = n_channels,
                       .direct = direct,
                       .n_paths = t->n_paths,
                       .offsets = t->offsets,
                       .touches = t->touches,
                       .gap_days = t->gaps,
                       .n_cells = t->n_cells,
                       .cell_path = t->cell_path,
                       .cell_group = t->cell_group,
                       .cell_converting = t->cell_converting,
                       .cell_value = t->cell_value,
                       .cell_null = t->cell_null};
    return PTL_OK;
}
