/* load_identifier.c: what names a person becomes a number, once and for ever.
 *
 * Two maps. `known` goes from the keyed hash of a value (seal.h) to its number: all that the
 * warehouse has of this source and kind, and what this load adds. `met` goes from the bytes of a
 * value to the same, so that the keyed hash is computed once a value and not once a row. Numbers
 * are given in the order in which values first appear in the file: same file, same numbers.
 *
 * Both are open addressing over powers of two, at most half full. */
#include "store/duckdb/load_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct known_slot {
    uint8_t lookup[16];
    int64_t number; /* 0: free */
} known_slot;

enum { MET_HEAD_BYTES = 20 };

/* A slot is one look into memory: values as long as cookies and customer numbers are compared in
 * the slot itself. */
typedef struct met_slot {
    uint64_t hash;
    int64_t number; /* 0: free */
    uint32_t len;
    char head[MET_HEAD_BYTES]; /* the first bytes, zeros behind */
    const char *value;         /* all of them                   */
} met_slot;

typedef struct fresh_name {
    ptl_text value; /* bytes in the arena */
    uint8_t lookup[16];
} fresh_name;

struct ptl_load_names {
    const ptl_seal *keys;
    ptl_text source, kind;
    int64_t n_known, known_capacity;
    known_slot *known;
    int64_t n_met, met_capacity;
    met_slot *met;
    int64_t first_new, n_new, new_capacity;
    fresh_name *fresh; /* the new ones, in order */
    ptl_arena arena;
};

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ (h >> 33);
}

static uint64_t hash_bytes(ptl_text text)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ text.len;
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t w;
        memcpy(&w, text.ptr + i, 8);
        h = mix(h ^ w);
    }
    uint64_t tail = 0;
    if (i < text.len) memcpy(&tail, text.ptr + i, text.len - i);
    return mix(h ^ tail);
}

static ptl_status no_memory(ptl_error *err)
{
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the identifiers of a load");
}

/* n zeroed slots. A table that is looked into at random lies in pages as large as the system has
 * them: with small ones each look first waits for the page's address. */
static void *slots_new(int64_t n, size_t slot_bytes)
{
    enum { LARGE_PAGE = 2 << 20 };
    const size_t bytes = (size_t)n * slot_bytes;
    if (bytes < 2 * LARGE_PAGE) return calloc((size_t)n, slot_bytes);
    void *slots = aligned_alloc(LARGE_PAGE, (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE);
    if (!slots) return NULL;
    (void)madvise(slots, bytes, MADV_HUGEPAGE); /* a wish: small pages serve too */
    return memset(slots, 0, bytes);
}

/* --- known ------------------------------------------------------------------------------------ */

static known_slot *known_find(const ptl_load_names *names, const uint8_t lookup[16])
{
    uint64_t at;
    memcpy(&at, lookup, 8); /* a keyed hash is as good as random */
    for (;; at++) {
        known_slot *slot = &names->known[at & (uint64_t)(names->known_capacity - 1)];
        if (slot->number == 0 || memcmp(slot->lookup, lookup, 16) == 0) return slot;
    }
}

static ptl_status known_grow(ptl_load_names *names, ptl_error *err)
{
    if (names->n_known >= PTL_LOAD_IDENTIFIERS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "source %.*s has more than %d identifiers of one kind",
                        (int)names->source.len, names->source.ptr, PTL_LOAD_IDENTIFIERS_MAX);
    if (names->n_known * 2 < names->known_capacity) return PTL_OK;
    known_slot *const old = names->known;
    const int64_t n_old = names->known_capacity;
    names->known_capacity = n_old == 0 ? 1024 : n_old * 2;
    names->known = slots_new(names->known_capacity, sizeof *names->known);
    if (!names->known) {
        names->known = old;
        names->known_capacity = n_old;
        return no_memory(err);
    }
    for (int64_t i = 0; i < n_old; i++)
        if (old[i].number != 0) *known_find(names, old[i].lookup) = old[i];
    free(old);
    return PTL_OK;
}

static ptl_status known_add(ptl_load_names *names, const uint8_t lookup[16], int64_t number,
                            ptl_error *err)
{
    PTL_TRY(known_grow(names, err));
    known_slot *slot = known_find(names, lookup);
    if (slot->number == 0) names->n_known++;
    memcpy(slot->lookup, lookup, 16);
    slot->number = number;
    return PTL_OK;
}

/* --- met -------------------------------------------------------------------------------------- */

static bool met_is(const met_slot *slot, ptl_text value)
{
    if (value.len <= MET_HEAD_BYTES) return memcmp(slot->head, value.ptr, value.len) == 0;
    return memcmp(slot->value, value.ptr, value.len) == 0;
}

static met_slot *met_find(const ptl_load_names *names, uint64_t hash, ptl_text value)
{
    for (uint64_t at = hash;; at++) {
        met_slot *slot = &names->met[at & (uint64_t)(names->met_capacity - 1)];
        if (slot->number == 0) return slot;
        if (slot->hash == hash && slot->len == value.len && met_is(slot, value)) return slot;
    }
}

static ptl_status met_grow(ptl_load_names *names, ptl_error *err)
{
    if (names->n_met * 2 < names->met_capacity) return PTL_OK;
    met_slot *const old = names->met;
    const int64_t n_old = names->met_capacity;
    names->met_capacity = n_old == 0 ? 1024 : n_old * 2;
    names->met = slots_new(names->met_capacity, sizeof *names->met);
    if (!names->met) {
        names->met = old;
        names->met_capacity = n_old;
        return no_memory(err);
    }
    for (int64_t i = 0; i < n_old; i++) {
        if (old[i].number == 0) continue;
        uint64_t at = old[i].hash;
        while (names->met[at & (uint64_t)(names->met_capacity - 1)].number != 0) at++;
        names->met[at & (uint64_t)(names->met_capacity - 1)] = old[i];
    }
    free(old);
    return PTL_OK;
}

static ptl_status add_fresh(ptl_load_names *names, ptl_text value, const uint8_t lookup[16],
                            ptl_error *err)
{
    if (names->n_new == names->new_capacity) {
        const int64_t wanted = names->n_new == 0 ? 1024 : names->n_new * 2;
        fresh_name *grown = realloc(names->fresh, (size_t)wanted * sizeof *grown);
        if (!grown) return no_memory(err);
        names->fresh = grown;
        names->new_capacity = wanted;
    }
    fresh_name *fresh = &names->fresh[names->n_new++];
    fresh->value = value;
    memcpy(fresh->lookup, lookup, sizeof fresh->lookup);
    return PTL_OK;
}

/* Small values share blocks: an arena pads each to 16 bytes, which ten million of them would feel.
 */
static const char *keep(ptl_load_names *names, ptl_text value, ptl_error *err)
{
    char *copy = ptl_arena_alloc(&names->arena, value.len ? value.len : 1, err);
    if (copy) memcpy(copy, value.ptr, value.len);
    return copy;
}

/* The slots of a chunk's values are fetched before the first is looked at: with a million values
 * each look would wait for memory. */
uint64_t ptl_load_names_expect(const ptl_load_names *names, ptl_text value)
{
    const uint64_t hash = hash_bytes(value);
    if (names->met_capacity > 0)
        __builtin_prefetch(&names->met[hash & (uint64_t)(names->met_capacity - 1)]);
    return hash;
}

ptl_status ptl_load_names_number(int64_t *out, ptl_load_names *names, ptl_text value, uint64_t hash,
                                 ptl_error *err)
{
    if (value.len > PTL_LOAD_IDENTIFIER_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "an identifier of %zu bytes; %d are allowed", value.len,
                        PTL_LOAD_IDENTIFIER_BYTES_MAX);
    PTL_TRY(met_grow(names, err));
    met_slot *slot = met_find(names, hash, value);
    if (slot->number != 0) {
        *out = slot->number;
        return PTL_OK;
    }
    uint8_t lookup[16];
    ptl_seal_lookup(lookup, names->keys, names->source, names->kind, value);
    const char *kept = keep(names, value, err);
    if (!kept) return PTL_E_NO_MEMORY;
    PTL_TRY(known_grow(names, err));
    known_slot *known = known_find(names, lookup);
    if (known->number == 0) {
        PTL_TRY(add_fresh(names, (ptl_text){kept, value.len}, lookup, err));
        PTL_TRY(known_add(names, lookup, names->first_new + names->n_new - 1, err));
        known = known_find(names, lookup);
    }
    *slot = (met_slot){
        .hash = hash, .number = known->number, .len = (uint32_t)value.len, .value = kept};
    memcpy(slot->head, kept, value.len < MET_HEAD_BYTES ? value.len : MET_HEAD_BYTES);
    names->n_met++;
    *out = known->number;
    return PTL_OK;
}

int64_t ptl_load_names_new(const ptl_load_names *names)
{
    return names ? names->n_new : 0;
}

/* --- the warehouse's table -------------------------------------------------------------------- */

static ptl_status learn(void *ctx, const ptl_table *batch, ptl_error *err)
{
    ptl_load_names *names = ctx;
    for (int64_t row = 0; row < batch->n_rows; row++) {
        const ptl_text lookup = ptl_column_text(&batch->columns[0], row);
        if (lookup.len != 16)
            return ptl_fail(err, PTL_E_CORRUPT, "identifier %lld has a lookup of %zu bytes",
                            (long long)ptl_column_int(&batch->columns[1], row), lookup.len);
        PTL_TRY(known_add(names, (const uint8_t *)lookup.ptr,
                          ptl_column_int(&batch->columns[1], row), err));
    }
    return PTL_OK;
}

static ptl_status learn_all(ptl_load_names *names, ptl_scope *scope, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_text(names->source), ptl_value_text(names->kind)};
    PTL_TRY(ptl_duck_stream_text(scope,
                                 "SELECT DISTINCT lookup, identifier_id FROM identifier"
                                 " WHERE source = $1 AND kind = $2 ORDER BY identifier_id",
                                 params, 2, learn, names, NULL, "learn identifiers", err));
    ptl_table highest;
    PTL_TRY(ptl_duck_query_text(&highest, scope,
                                "SELECT coalesce(max(identifier_id), 0) AS n FROM identifier", NULL,
                                0, 0, "learn identifiers", err));
    names->first_new = ptl_column_int(&highest.columns[0], 0) + 1;
    ptl_table_dispose(&highest);
    return PTL_OK;
}

ptl_status ptl_load_names_open(ptl_load_names **out, ptl_scope *scope, const ptl_seal *keys,
                               const ptl_load_spec *spec, ptl_error *err)
{
    *out = NULL;
    ptl_load_names *names = calloc(1, sizeof *names);
    if (!names) return no_memory(err);
    names->keys = keys;
    names->source = ptl_text_of(spec->source);
    names->kind = ptl_text_of(spec->identifier_kind);
    ptl_arena_init(&names->arena, (size_t)4 << 30, NULL);
    ptl_status st = known_grow(names, err);
    if (st == PTL_OK) st = learn_all(names, scope, err);
    if (st != PTL_OK)
        ptl_load_names_close(names);
    else
        *out = names;
    return st;
}

void ptl_load_names_close(ptl_load_names *names)
{
    if (!names) return;
    free(names->known);
    free(names->met);
    free(names->fresh);
    ptl_arena_dispose(&names->arena);
    free(names);
}

enum { WRITE_ROWS = 8192 };

static const ptl_column_spec identifier_columns[] = {
    {"identifier_id", PTL_TYPE_INT}, {"source", PTL_TYPE_TEXT}, {"kind", PTL_TYPE_TEXT},
    {"lookup", PTL_TYPE_BLOB},       {"sealed", PTL_TYPE_BLOB}, {"valid_from", PTL_TYPE_INSTANT},
    {"load_id", PTL_TYPE_INT}};
enum { N_IDENTIFIER_COLUMNS = sizeof identifier_columns / sizeof *identifier_columns };

/* What writing the new ones needs, a batch at a time. */
typedef struct writing {
    ptl_table_builder *builder;
    ptl_duck_append *append;
    ptl_buffer sealed;
    ptl_text values[WRITE_ROWS]; /* of the batch */
    size_t ends[WRITE_ROWS];     /* in `sealed`, of each of them */
    ptl_instant from;
    int64_t load_id;
} writing;

static ptl_status put_row(writing *w, const ptl_load_names *names, int64_t i, ptl_text sealed,
                          ptl_error *err)
{
    const fresh_name *fresh = &names->fresh[i];
    ptl_table_builder_int(w->builder, names->first_new + i);
    ptl_table_builder_text(w->builder, names->source);
    ptl_table_builder_text(w->builder, names->kind);
    ptl_table_builder_text(w->builder,
                           (ptl_text){(const char *)fresh->lookup, sizeof fresh->lookup});
    ptl_table_builder_text(w->builder, sealed);
    ptl_table_builder_int(w->builder, w->from);
    ptl_table_builder_int(w->builder, w->load_id);
    return ptl_table_builder_row_end(w->builder, err);
}

/* New ones [first, first + n). */
static ptl_status write_batch(writing *w, const ptl_load_names *names, ptl_seal *keys,
                              int64_t first, int64_t n, ptl_error *err)
{
    ptl_buffer_clear(&w->sealed);
    ptl_table_builder_clear(w->builder);
    for (int64_t i = 0; i < n; i++) w->values[i] = names->fresh[first + i].value;
    PTL_TRY(
        ptl_seal_values(&w->sealed, w->ends, keys, names->first_new + first, w->values, n, err));
    size_t at = 0;
    for (int64_t i = 0; i < n; at = w->ends[i++])
        PTL_TRY(put_row(w, names, first + i, (ptl_text){w->sealed.ptr + at, w->ends[i] - at}, err));
    const ptl_table rows = ptl_table_builder_borrow(w->builder);
    return ptl_duck_append_rows(w->append, &rows, err);
}

static ptl_status write_all(writing *w, const ptl_load_names *names, ptl_seal *keys,
                            ptl_scope *scope, ptl_error *err)
{
    const char *columns[N_IDENTIFIER_COLUMNS];
    for (int64_t i = 0; i < N_IDENTIFIER_COLUMNS; i++) columns[i] = identifier_columns[i].name;
    PTL_TRY(ptl_table_builder_new(&w->builder, identifier_columns, N_IDENTIFIER_COLUMNS,
                                  (size_t)64 << 20, err));
    PTL_TRY(
        ptl_duck_append_open(&w->append, scope, "identifier", columns, N_IDENTIFIER_COLUMNS, err));
    for (int64_t first = 0; first < names->n_new; first += WRITE_ROWS) {
        const int64_t left = names->n_new - first;
        PTL_TRY(write_batch(w, names, keys, first, left < WRITE_ROWS ? left : WRITE_ROWS, err));
    }
    return PTL_OK;
}

ptl_status ptl_load_names_write(ptl_load_names *names, ptl_scope *scope, ptl_seal *keys,
                                const ptl_load_spec *spec, int64_t load_id, ptl_error *err)
{
    if (names->n_new == 0) return PTL_OK;
    PTL_TRY(ptl_seal_make(keys, names->first_new, names->n_new, err));
    writing *w = calloc(1, sizeof *w);
    if (!w) return no_memory(err);
    w->from = spec->known_at;
    w->load_id = load_id;
    ptl_buffer_init(&w->sealed, (size_t)WRITE_ROWS * (PTL_LOAD_IDENTIFIER_BYTES_MAX + 64), NULL);
    const ptl_status st = write_all(w, names, keys, scope, err);
    ptl_error late = {0};
    const ptl_status closed = ptl_duck_append_close(w->append, st == PTL_OK ? err : &late);
    ptl_table_builder_free(w->builder);
    ptl_buffer_dispose(&w->sealed);
    free(w);
    return st == PTL_OK ? closed : st;
}
