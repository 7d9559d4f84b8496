/* journey_paths.c: journeys counted as distinct paths and groups of units.
 *
 *     logs ─▶ 64 parts, by hash of the path, each with its own table ─▶ one numbering of all
 *
 * Invariants. 1. No two paths of a part are equal, and equal paths are of one part. 2. A path and a
 * group have at most one cell, found from the path's head; so a table costs what is distinct, not
 * what was read. 3. Paths are numbered in the order of their first journey, and journeys in that of
 * units: same facts, same numbers, same bytes, whatever the parts and whoever counted them.
 *
 * A part's paths are found through slots of (part of the hash, number), open addressing, at most
 * two thirds full; equality is always that of the bodies. Sums are integers. At the end a bit for
 * every journey that was its path's first, and counts of bits, say every path's number. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = PTL_JOURNEY_PARTS };

typedef struct slot {
    uint32_t check; /* the hash's lower half, above what chose the slot: see find */
    uint32_t path;  /* number + 1, 0: free   */
} slot;

typedef struct cell {
    int64_t value_micros;
    uint32_t converting, null;
    uint32_t next; /* cell number + 1 of the same path, 0: the last */
    int32_t group;
} cell;

typedef struct known_path {
    int64_t first; /* journey of all                 */
    int64_t body;  /* its place among the part's words */
    uint32_t n;    /* touches                        */
    uint32_t head; /* cell number + 1, 0: none       */
} known_path;

typedef struct part {
    int64_t n_paths, n_cells, n_slots, n_words, n_touches;
    int64_t paths_capacity, cells_capacity, words_capacity;
    known_path *paths;
    cell *cells;
    uint64_t *words;
    slot *slots;
} part;

struct ptl_path_table {
    bool timed;
    int64_t n_journeys;
    part parts[PARTS];
    /* what science reads, after finish */
    int64_t *offsets, *cell_path, *cell_converting, *cell_null;
    int32_t *touches, *cell_group;
    double *gaps, *cell_value;
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
    int64_t wanted = n < 512 ? 1024 : n + n / 2;
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
    *out = calloc(1, sizeof **out);
    if (!*out) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the paths of journeys");
    (*out)->timed = timed;
    return PTL_OK;
}

static void part_dispose(part *p)
{
    free(p->paths), free(p->cells), free(p->words), free(p->slots);
    *p = (part){0};
}

void ptl_path_table_free(ptl_path_table *t)
{
    if (!t) return;
    for (int i = 0; i < PARTS; i++) part_dispose(&t->parts[i]);
    free(t->offsets), free(t->touches), free(t->gaps);
    free(t->cell_path), free(t->cell_converting), free(t->cell_null);
    free(t->cell_group), free(t->cell_value), free(t);
}

/* --- paths of one part -------------------------------------------------------------------------
 */

/* The upper six bits are the part's; the lower half says the slot, the rest is checked. */
static uint32_t check_of(uint64_t hash)
{
    return (uint32_t)(hash >> 26);
}

/* Where the path stands, or the free place where it belongs. */
static slot *find(const part *p, uint64_t hash, const uint64_t *body, uint32_t n, size_t bytes)
{
    for (uint64_t at = hash;; at++) {
        slot *const s = &p->slots[at & (uint64_t)(p->n_slots - 1)];
        if (s->path == 0) return s;
        if (s->check != check_of(hash)) continue;
        const known_path *const known = &p->paths[s->path - 1];
        if (known->n == n && (bytes == 0 || memcmp(p->words + known->body, body, bytes) == 0))
            return s;
    }
}

static ptl_status grow_slots(part *p, bool timed, ptl_error *err)
{
    if (3 * p->n_paths < 2 * p->n_slots) return PTL_OK;
    free(p->slots);
    p->n_slots = p->n_slots ? 2 * p->n_slots : 64;
    p->slots = calloc((size_t)p->n_slots, sizeof *p->slots);
    if (!p->slots) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for paths of journeys");
    for (int64_t i = 0; i < p->n_paths; i++) {
        const known_path *const known = &p->paths[i];
        const uint64_t hash = ptl_journey_body_hash(p->words + known->body, known->n, timed);
        uint64_t at = hash;
        while (p->slots[at & (uint64_t)(p->n_slots - 1)].path) at++;
        p->slots[at & (uint64_t)(p->n_slots - 1)] = (slot){check_of(hash), (uint32_t)i + 1};
    }
    return PTL_OK;
}

static ptl_status path_of(known_path **out, part *p, const ptl_logged *j, const uint64_t *body,
                          bool timed, int64_t first, ptl_error *err)
{
    const int64_t n_words = ptl_journey_body_words(j->n, timed);
    PTL_TRY(grow_slots(p, timed, err));
    const uint64_t hash = ptl_journey_body_hash(body, j->n, timed);
    slot *const s = find(p, hash, body, j->n, (size_t)n_words * sizeof *body);
    if (s->path) return *out = &p->paths[s->path - 1], PTL_OK;
    PTL_TRY(ptl_journey_room(&p->paths, p->n_paths, &p->paths_capacity, sizeof *p->paths,
                             PTL_JOURNEY_PATHS_MAX, "distinct paths", err));
    PTL_TRY(ptl_journey_room(&p->words, p->n_words + n_words, &p->words_capacity, sizeof *p->words,
                             PTL_JOURNEY_TOUCHES_MAX, "touches", err));
    *out = &p->paths[p->n_paths++];
    **out = (known_path){.first = first, .body = p->n_words, .n = j->n};
    if (n_words > 0) memcpy(p->words + p->n_words, body, (size_t)n_words * sizeof *body);
    p->n_words += n_words;
    p->n_touches += j->n;
    *s = (slot){check_of(hash), (uint32_t)p->n_paths};
    return PTL_OK;
}

static ptl_status cell_of(cell **out, part *p, known_path *path, int32_t group, ptl_error *err)
{
    for (uint32_t c = path->head; c; c = p->cells[c - 1].next)
        if (p->cells[c - 1].group == group) return *out = &p->cells[c - 1], PTL_OK;
    PTL_TRY(ptl_journey_room(&p->cells, p->n_cells, &p->cells_capacity, sizeof *p->cells,
                             PTL_JOURNEY_CELLS_MAX, "paths by group", err));
    *out = &p->cells[p->n_cells++];
    **out = (cell){.next = path->head, .group = group};
    path->head = (uint32_t)p->n_cells;
    return PTL_OK;
}

static ptl_status count(part *p, const ptl_logged *j, const uint64_t *body, bool timed,
                        int64_t first, ptl_error *err)
{
    known_path *path;
    cell *c;
    PTL_TRY(path_of(&path, p, j, body, timed, first, err));
    PTL_TRY(cell_of(&c, p, path, j->group, err));
    uint32_t *const n = j->converts ? &c->converting : &c->null;
    if (*n > UINT32_MAX - j->times ||
        __builtin_add_overflow(c->value_micros, j->value_micros, &c->value_micros))
        return ptl_fail(err, PTL_E_LIMIT, "one path holds more than 2^32 journeys or 2^63 micros");
    *n += j->times;
    return PTL_OK;
}

typedef struct adding {
    ptl_path_table *table;
    const ptl_journey_log *const *logs;
    int64_t n_logs;
} adding;

static ptl_status add_part(void *payload, int64_t task, ptl_error *err)
{
    const adding *const a = payload;
    int64_t first = a->table->n_journeys;
    for (int64_t i = 0; i < a->n_logs; first += a->logs[i++]->n_journeys) {
        const ptl_journey_log *const log = a->logs[i];
        for (int64_t at = log->part[task], next; at < log->part[task + 1]; at = next) {
            ptl_logged j;
            const uint64_t *const body = ptl_journey_log_read(&j, &next, log, at);
            PTL_TRY(count(&a->table->parts[task], &j, body, log->timed, first + j.number, err));
        }
    }
    return PTL_OK;
}

ptl_status ptl_path_table_add(ptl_path_table *table, const ptl_journey_log *const *logs,
                              int64_t n_logs, const ptl_executor *executor, ptl_error *err)
{
    adding a = {table, logs, n_logs};
    PTL_TRY(ptl_executor_run(executor, PARTS, add_part, &a, err));
    for (int64_t i = 0; i < n_logs; i++) table->n_journeys += logs[i]->n_journeys;
    return PTL_OK;
}

/* --- as science reads it ---------------------------------------------------------------------- */

typedef struct layout {
    ptl_path_table *t;
    uint64_t *is_first;  /* a bit for every journey                */
    int64_t *n_before;   /* bits in all words before               */
    int64_t *first_cell; /* of every path, then where the next goes */
} layout;

static int64_t number_of(const layout *l, int64_t first)
{
    const uint64_t below = l->is_first[first / 64] & ((UINT64_C(1) << first % 64) - 1);
    return l->n_before[first / 64] + __builtin_popcountll(below);
}

/* Lengths of paths and their numbers of cells, each one place on. */
static void measure(layout *l, const part *p)
{
    for (int64_t i = 0; i < p->n_paths; i++) {
        const int64_t at = number_of(l, p->paths[i].first) + 1;
        l->t->offsets[at] = p->paths[i].n;
        for (uint32_t c = p->paths[i].head; c; c = p->cells[c - 1].next) l->first_cell[at]++;
    }
}

static void put_path(const layout *l, const part *p, const known_path *path)
{
    ptl_path_table *const t = l->t;
    const int64_t number = number_of(l, path->first), to = t->offsets[number];
    const uint64_t *const body = p->words + path->body;
    for (int64_t i = 0; i < path->n; i++)
        t->touches[to + i] = (int32_t)(body[i / 4] >> 16 * (i % 4) & 0xffff);
    if (t->timed && path->n > 0)
        memcpy(t->gaps + to, body + ptl_journey_body_words(path->n, false),
               path->n * sizeof *t->gaps);
    int64_t at = l->first_cell[number];
    for (uint32_t c = path->head; c; c = p->cells[c - 1].next, at++) {
        const cell *from = &p->cells[c - 1];
        t->cell_path[at] = number;
        t->cell_group[at] = from->group;
        t->cell_converting[at] = from->converting;
        t->cell_null[at] = from->null;
        t->cell_value[at] = (double)from->value_micros;
    }
}

/* Each path has its own places: parts side by side. */
static ptl_status put_part(void *payload, int64_t task, ptl_error *err)
{
    (void)err;
    const layout *const l = payload;
    part *const p = &l->t->parts[task];
    for (int64_t i = 0; i < p->n_paths; i++) put_path(l, p, &p->paths[i]);
    part_dispose(p);
    return PTL_OK;
}

typedef struct sizes {
    int64_t paths, cells, touches;
} sizes;

static ptl_status check_limit(int64_t n, int64_t max, const char *what, ptl_error *err)
{
    if (n <= max) return PTL_OK;
    ptl_fail(err, PTL_E_LIMIT, "journeys have more than %lld %s", (long long)max, what);
    ptl_error_hint(err, "ask for a shorter period with --from and --to");
    return PTL_E_LIMIT;
}

static ptl_status add_up(sizes *out, ptl_path_table *t, ptl_error *err)
{
    for (int i = 0; i < PARTS; i++) {
        out->paths += t->parts[i].n_paths;
        out->cells += t->parts[i].n_cells;
        out->touches += t->parts[i].n_touches;
        free(t->parts[i].slots);
        t->parts[i].slots = NULL;
    }
    PTL_TRY(check_limit(out->paths, PTL_JOURNEY_PATHS_MAX, "distinct paths", err));
    PTL_TRY(check_limit(out->cells, PTL_JOURNEY_CELLS_MAX, "paths by group", err));
    return check_limit(out->touches, PTL_JOURNEY_TOUCHES_MAX, "touches", err);
}

static ptl_status allocate(layout *l, const sizes *n, ptl_error *err)
{
    ptl_path_table *const t = l->t;
    const size_t cells = (size_t)n->cells + 1, words = (size_t)t->n_journeys / 64 + 1;
    t->offsets = calloc((size_t)n->paths + 1, sizeof *t->offsets);
    t->touches = calloc((size_t)n->touches + 1, sizeof *t->touches);
    if (t->timed) t->gaps = calloc((size_t)n->touches + 1, sizeof *t->gaps);
    t->cell_path = calloc(cells, sizeof *t->cell_path);
    t->cell_group = calloc(cells, sizeof *t->cell_group);
    t->cell_converting = calloc(cells, sizeof *t->cell_converting);
    t->cell_null = calloc(cells, sizeof *t->cell_null);
    t->cell_value = calloc(cells, sizeof *t->cell_value);
    l->is_first = calloc(words, sizeof *l->is_first);
    l->n_before = calloc(words, sizeof *l->n_before);
    l->first_cell = calloc((size_t)n->paths + 1, sizeof *l->first_cell);
    if (t->offsets && t->touches && (t->gaps || !t->timed) && t->cell_path && t->cell_group &&
        t->cell_converting && t->cell_null && t->cell_value && l->is_first && l->n_before &&
        l->first_cell)
        return PTL_OK;
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for %lld paths by group", (long long)n->cells);
}

static void number_paths(layout *l)
{
    ptl_path_table *const t = l->t;
    for (int i = 0; i < PARTS; i++)
        for (int64_t k = 0; k < t->parts[i].n_paths; k++) {
            const int64_t first = t->parts[i].paths[k].first;
            l->is_first[first / 64] |= UINT64_C(1) << first % 64;
        }
    for (int64_t w = 0; w < t->n_journeys / 64; w++)
        l->n_before[w + 1] = l->n_before[w] + __builtin_popcountll(l->is_first[w]);
}

static ptl_status lay_out(layout *l, const sizes *n, const ptl_executor *executor, ptl_error *err)
{
    ptl_path_table *const t = l->t;
    PTL_TRY(allocate(l, n, err));
    number_paths(l);
    for (int i = 0; i < PARTS; i++) measure(l, &t->parts[i]);
    for (int64_t p = 0; p < n->paths; p++) {
        t->offsets[p + 1] += t->offsets[p];
        l->first_cell[p + 1] += l->first_cell[p];
    }
    return ptl_executor_run(executor, PARTS, put_part, l, err);
}

ptl_status ptl_path_table_finish(ptl_paths *out, ptl_path_table *t, int32_t n_channels,
                                 int32_t direct, const ptl_executor *executor, ptl_error *err)
{
    layout l = {.t = t};
    sizes n = {0};
    PTL_TRY(add_up(&n, t, err));
    const ptl_status st = lay_out(&l, &n, executor, err);
    free(l.is_first), free(l.n_before), free(l.first_cell);
    *out = (ptl_paths){.n_channels = n_channels,
                       .direct = direct,
                       .n_paths = n.paths,
                       .offsets = t->offsets,
                       .touches = t->touches,
                       .gap_days = t->gaps,
                       .n_cells = n.cells,
                       .cell_path = t->cell_path,
                       .cell_group = t->cell_group,
                       .cell_converting = t->cell_converting,
                       .cell_value = t->cell_value,
                       .cell_null = t->cell_null};
    return st;
}
