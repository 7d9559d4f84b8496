/* memo.c: results of readers' queries, held for as long as no row has changed.
 *
 * What a named query returns follows from the facts and its parameters alone (warehouse.h,
 * invariant 4), so a result read in a known state of the warehouse is the result in that state,
 * whichever handle asks. Records change far more often than facts: who signs in changes no figure.
 * Only what took a while is held, and only what is small: the sums of millions of rows. The one
 * used longest ago goes first. */
#include "store/duckdb/duckdb_internal.h"

#include <string.h>

enum {
    RESULTS = 128,
    RESULT_BYTES_MAX = 512 * 1024, /* so that all together are 64 MiB at most, and mostly 1 */
    WORTH_MS = 3                   /* a quicker one is read again */
};

typedef struct result {
    ptl_hash key;
    int64_t state;
    int64_t used;
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

bool ptl_duck_memo_take(ptl_table *out, ptl_duck_memo *memo, ptl_hash key, int64_t state)
{
    bool taken = false;
    if (state < 0) return false;
    pthread_mutex_lock(&memo->mutex);
    result *r = find(memo, key);
    if (r && r->state == state) {
        r->used = ++memo->clock;
        taken = ptl_table_copy(out, &r->table, NULL) == PTL_OK;
    }
    pthread_mutex_unlock(&memo->mutex);
    return taken;
}

void ptl_duck_memo_give(ptl_duck_memo *memo, ptl_hash key, int64_t state, const ptl_table *table,
                        int64_t took_ms)
{
    ptl_table copy;
    if (state < 0 || took_ms < WORTH_MS || table->arena.bytes_held > 2 * RESULT_BYTES_MAX) return;
    if (ptl_table_copy(&copy, table, NULL) != PTL_OK) return;
    if (copy.arena.bytes_used > RESULT_BYTES_MAX) {
        ptl_table_dispose(&copy);
        return;
    }
    pthread_mutex_lock(&memo->mutex);
    result *r = find(memo, key);
    if (r)
        ptl_table_dispose(&r->table);
    else
        r = oldest(memo);
    *r = (result){.key = key, .state = state, .used = ++memo->clock, .table = copy};
    pthread_mutex_unlock(&memo->mutex);
}
