/* load_ahead.c: the file is read ahead of the engine that stores it.
 *
 * A thread of the load's own splits, casts and maps the file and lays the chunks into a ring; the
 * engine's thread takes them out in the same order, checks and sorts. So both cores work while the
 * file is read, and what comes out does not depend on who was faster. The ring is short: a chunk is
 * 2,048 rows, eight of them are some megabytes.
 *
 * Faults of casts are noted before their chunk is laid down, so whoever takes a chunk sees the
 * notes of all its rows. */
#include "store/duckdb/load_internal.h"

#include <stdlib.h>

enum { RING_CHUNKS = 8 };

struct ptl_load_ahead {
    ptl_reader *reader;
    pthread_t thread;
    pthread_mutex_t guard;
    pthread_cond_t changed;
    duckdb_data_chunk ring[RING_CHUNKS];
    int32_t first, n; /* chunks that wait */
    bool ended;       /* the file has no more, or could not be read */
    bool stopped;     /* nobody will take another */
    ptl_status status;
    ptl_error error;
};

/* Lay down what was read; false where there is no use in reading on. */
static bool lay_down(ptl_load_ahead *ahead, duckdb_data_chunk chunk, ptl_status status,
                     const ptl_error *error)
{
    pthread_mutex_lock(&ahead->guard);
    while (ahead->n == RING_CHUNKS && !ahead->stopped)
        pthread_cond_wait(&ahead->changed, &ahead->guard);
    const bool goes_on = chunk && !ahead->stopped;
    if (goes_on) {
        ahead->ring[(ahead->first + ahead->n++) % RING_CHUNKS] = chunk;
    } else {
        ahead->ended = true;
        ahead->status = status;
        ahead->error = *error;
    }
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->guard);
    if (!goes_on) duckdb_destroy_data_chunk(&chunk);
    return goes_on;
}

static void *read_on(void *opaque)
{
    ptl_load_ahead *ahead = opaque;
    for (bool goes_on = true; goes_on;) {
        ptl_error error = {0};
        duckdb_data_chunk chunk = NULL;
        const ptl_status st = ptl_reader_next(&chunk, ahead->reader, &error);
        goes_on = lay_down(ahead, chunk, st, &error);
    }
    return NULL;
}

ptl_status ptl_load_ahead_start(ptl_load_ahead **out, ptl_reader *reader, ptl_error *err)
{
    *out = NULL;
    ptl_load_ahead *ahead = calloc(1, sizeof *ahead);
    if (!ahead) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read ahead");
    ahead->reader = reader;
    pthread_mutex_init(&ahead->guard, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    if (pthread_create(&ahead->thread, NULL, read_on, ahead) == 0) {
        *out = ahead;
        return PTL_OK;
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->guard);
    free(ahead);
    return ptl_fail(err, PTL_E_UNAVAILABLE, "the system gives no thread to read with");
}

ptl_status ptl_load_ahead_next(duckdb_data_chunk *out, ptl_load_ahead *ahead, ptl_error *err)
{
    *out = NULL;
    ptl_status st = PTL_OK;
    pthread_mutex_lock(&ahead->guard);
    while (ahead->n == 0 && !ahead->ended) pthread_cond_wait(&ahead->changed, &ahead->guard);
    if (ahead->n > 0) {
        *out = ahead->ring[ahead->first];
        ahead->first = (ahead->first + 1) % RING_CHUNKS;
        ahead->n--;
        pthread_cond_signal(&ahead->changed);
    } else {
        st = ahead->status;
        if (st != PTL_OK && err) *err = ahead->error;
    }
    pthread_mutex_unlock(&ahead->guard);
    return st;
}

void ptl_load_ahead_stop(ptl_load_ahead *ahead)
{
    if (!ahead) return;
    pthread_mutex_lock(&ahead->guard);
    ahead->stopped = true;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->guard);
    (void)pthread_join(ahead->thread, NULL);
    for (; ahead->n > 0; ahead->n--) {
        duckdb_destroy_data_chunk(&ahead->ring[ahead->first]);
        ahead->first = (ahead->first + 1) % RING_CHUNKS;
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->guard);
    free(ahead);
}
