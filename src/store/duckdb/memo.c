/* memo.c: results of readers' queries, held for as long as no row has changed.
 *
 * What a named query returns follows from the facts and its parameters alone (warehouse.h,
 * invariant 4), so a result read in a known state of the warehouse is the result in that state,
 * whichever handle asks. Records change far more often than facts: who signs in changes no figure.
 * Only what took a while is held, and only what is small: the sums of millions of rows. The one
 * used longest ago goes first. What a commit does to them stands in carry.c. */
#include "store/duckdb/duckdb_internal.h"

#include <string.h>

enum {
    RESULTS = PTL_DUCK_MEMO_MAX,
    RESULT_BYTES_MAX = 512 * 1024,    /* so that all together are 64 MiB at most, and mostly 1 */
    REST_BYTES_MAX = 4 * 1024 * 1024, /* of all that are held while nobody asks */
    WORTH_MS = 3                      /* a quicker one is read again */
};

typedef struct result {
    ptl_hash key;
    int64_t state;
    int64_t used;
    int64_t took_ms;
    bool is_asked; /* a reader took it in this state */
    const char *name;
    const ptl_value *params; /* both in the table's arena */
    int64_t n_params;
    ptl_table table;
} result;

struct ptl_duck_memo {
    pthread_mutex_t mutex;
    int64_t clock;
    int32_t n;
    result results[RESULTS];
};

ptl_status ptl_duck_memo_new(ptl_duck_memo **out, ptl_arena *arena, ptl_error *err)
{
    *out = ptl_arena_alloc(arena, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    pthread_mutex_init(&(*out)->mutex, NULL);
    return PTL_OK;
}

void ptl_duck_memo_clear(ptl_duck_memo *memo)
{
    pthread_mutex_lock(&memo->mutex);
    for (int32_t i = 0; i < memo->n; i++) ptl_table_dispose(&memo->results[i].table);
    memo->n = 0;
    pthread_mutex_unlock(&memo->mutex);
}

void ptl_duck_memo_rest(ptl_duck_memo *memo, int64_t state)
{
    size_t held = 0;
    int32_t n = 0;
    pthread_mutex_lock(&memo->mutex);
    for (int32_t i = 0; i < memo->n; i++) {
        result *r = &memo->results[i];
        if (r->state == state && held + r->table.arena.bytes_held <= REST_BYTES_MAX) {
            held += r->table.arena.bytes_held;
            memo->results[n++] = *r;
        } else {
            ptl_table_dispose(&r->table);
        }
    }
    memo->n = n;
    pthread_mutex_unlock(&memo->mutex);
}

void ptl_duck_memo_dispose(ptl_duck_memo *memo)
{
    if (!memo) return;
    ptl_duck_memo_clear(memo);
    pthread_mutex_destroy(&memo->mutex);
}

ptl_hash ptl_duck_memo_key(const char *name, const ptl_value *params, int64_t n_params)
{
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, ptl_text_of(name));
    for (int64_t i = 0; i < n_params; i++) {
        const int64_t head[3] = {(int64_t)params[i].type, params[i].is_null, params[i].integer};
        ptl_hasher_add(&hasher, head, sizeof head);
        ptl_hasher_add(&hasher, &params[i].real, sizeof params[i].real);
        ptl_hasher_add_text(&hasher, params[i].text);
    }
    return ptl_hasher_finish(&hasher);
}

/* Under the mutex. */
static result *find(ptl_duck_memo *memo, ptl_hash key)
{
    for (int32_t i = 0; i < memo->n; i++)
        if (memcmp(memo->results[i].key.bytes, key.bytes, sizeof key.bytes) == 0)
            return &memo->results[i];
    return NULL;
}

/* Under the mutex. */
static result *oldest(ptl_duck_memo *memo)
{
    if (memo->n < RESULTS) return &memo->results[memo->n++];
    result *best = &memo->results[0];
    for (int32_t i = 1; i < memo->n; i++)
        if (memo->results[i].used < best->used) best = &memo->results[i];
    ptl_table_dispose(&best->table);
    return best;
}

bool ptl_duck_memo_take(ptl_table *out, ptl_duck_memo *memo, ptl_hash key, int64_t state,
                        bool is_asked)
{
    bool taken = false;
    if (state < 0) return false;
    pthread_mutex_lock(&memo->mutex);
    result *r = find(memo, key);
    if (r && r->state == state) {
        r->used = ++memo->clock;
        r->is_asked = r->is_asked || is_asked;
        taken = ptl_table_copy(out, &r->table, NULL) == PTL_OK;
    }
    pthread_mutex_unlock(&memo->mutex);
    return taken;
}

/* What asks for it again, kept with it. */
static ptl_status keep_question(result *r, const ptl_duck_question *q)
{
    ptl_arena *arena = &r->table.arena;
    ptl_value *params = ptl_arena_array(arena, q->n_params + 1, sizeof *params, NULL);
    r->name = ptl_text_copy(ptl_text_of(q->name), arena, NULL);
    if (!params || !r->name) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < q->n_params; i++) {
        params[i] = q->params[i];
        const char *text = ptl_text_copy(q->params[i].text, arena, NULL);
        if (!text) return PTL_E_NO_MEMORY;
        params[i].text.ptr = text;
    }
    r->params = params;
    r->n_params = q->n_params;
    return PTL_OK;
}

static bool make(result *out, const ptl_duck_question *q, const ptl_table *table)
{
    if (table->arena.bytes_held > 2 * RESULT_BYTES_MAX) return false;
    if (ptl_table_copy(&out->table, table, NULL) != PTL_OK) return false;
    if (out->table.arena.bytes_used <= RESULT_BYTES_MAX && keep_question(out, q) == PTL_OK)
        return true;
    ptl_table_dispose(&out->table);
    return false;
}

void ptl_duck_memo_give(ptl_duck_memo *memo, const ptl_duck_question *q, int64_t state,
                        const ptl_table *table, int64_t took_ms, bool is_asked)
{
    result made = {.key = ptl_duck_memo_key(q->name, q->params, q->n_params),
                   .state = state,
                   .took_ms = took_ms,
                   .is_asked = is_asked};
    if (state < 0 || took_ms < WORTH_MS || !make(&made, q, table)) return;
    pthread_mutex_lock(&memo->mutex);
    result *r = find(memo, made.key);
    if (r)
        ptl_table_dispose(&r->table);
    else
        r = oldest(memo);
    made.used = ++memo->clock;
    *r = made;
    pthread_mutex_unlock(&memo->mutex);
}

/* --- for a commit ----------------------------------------------------------------------------- */

static ptl_status copy_question(ptl_duck_question *out, const result *r, ptl_arena *arena)
{
    ptl_value *params = ptl_arena_array(arena, r->n_params + 1, sizeof *params, NULL);
    out->name = ptl_text_copy(ptl_text_of(r->name), arena, NULL);
    if (!params || !out->name) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < r->n_params; i++) {
        params[i] = r->params[i];
        params[i].text.ptr = ptl_text_copy(r->params[i].text, arena, NULL);
        if (!params[i].text.ptr) return PTL_E_NO_MEMORY;
    }
    out->params = params;
    out->n_params = r->n_params;
    return PTL_OK;
}

int64_t ptl_duck_memo_asked(ptl_duck_question *out, int64_t n_max, ptl_duck_memo *memo,
                            int64_t state, int64_t took_ms_min, ptl_arena *arena)
{
    int64_t n = 0;
    pthread_mutex_lock(&memo->mutex);
    for (int32_t i = 0; i < memo->n && n < n_max; i++) {
        const result *r = &memo->results[i];
        if (r->state != state || !r->is_asked || r->took_ms < took_ms_min) continue;
        if (copy_question(&out[n], r, arena) == PTL_OK) n++;
    }
    pthread_mutex_unlock(&memo->mutex);
    return n;
}

void ptl_duck_memo_move(ptl_duck_memo *memo, int64_t from, int64_t to,
                        bool (*stays)(const char *name))
{
    pthread_mutex_lock(&memo->mutex);
    for (int32_t i = 0; i < memo->n; i++)
        if (memo->results[i].state == from && stays(memo->results[i].name))
            memo->results[i].state = to;
    pthread_mutex_unlock(&memo->mutex);
}
