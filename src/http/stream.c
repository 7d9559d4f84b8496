/* stream.c: a whole list as CSV or Arrow, written while it is read (docs/http.md, "Tables").
 *
 *     waiting ──▶ first page ──▶ page ⇄ taken ──▶ whole ──▶ taken ──▶ over
 *                     │            └──▶ broken off: the connection is closed without its last chunk
 *                     └──▶ a problem: nothing was sent yet
 *
 * Invariants.
 *  1. All pages are read in one stay inside both stores, so they are one state, with one clock.
 *  2. A stream holds at most two pages: one that is sent, one that is read. Pages are as many rows
 *     as make about STEP_BYTES.
 *  3. What was not read whole never ends like what was.
 *  4. A stay ends when the last row is read, the reader is gone or too slow, the engine has to be
 *     reopened, whoever asked may no longer ask, or the server stops.
 *
 * Threads. A lane reads (worker.c); the connection's thread takes bytes. `streams->mutex` guards
 * what they share, and is taken under none of the server's. A stream goes when the lane, the
 * response and the exchange have let go of it. Few streams read at the same time: that bounds what
 * pages cost before they are bytes. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/stream_internal.h"
#include "store/memory.h"

enum {
    SEND_BYTES = 32 * 1024, /* what the library asks for at a time */
    ROUSED_MAX = 3,         /* how often one request has the engine opened again */
    GZIP_LEVEL = 3,
    GZIP_WINDOW = 15 + 16
};

ptl_status ptl_streams_open(ptl_server *server, ptl_error *err)
{
    server->streams = ptl_object_new(sizeof *server->streams, "tables", err);
    if (!server->streams) return PTL_E_NO_MEMORY;
    pthread_mutex_init(&server->streams->mutex, NULL);
    pthread_cond_init(&server->streams->changed, NULL);
    return PTL_OK;
}

void ptl_streams_free(ptl_server *server)
{
    if (!server->streams) return;
    pthread_cond_destroy(&server->streams->changed);
    pthread_mutex_destroy(&server->streams->mutex);
    ptl_object_free(server->streams, sizeof *server->streams);
    server->streams = NULL;
}

/* --- a stream's life -------------------------------------------------------------------------- */

static void list_add(ptl_stream *s)
{
    ptl_streams *all = s->server->streams;
    s->next = all->first;
    if (s->next) s->next->before = s;
    all->first = s;
    all->n_open++;
}

static void list_remove(ptl_stream *s)
{
    ptl_streams *all = s->server->streams;
    if (s->before) s->before->next = s->next;
    if (s->next) s->next->before = s->before;
    if (all->first == s) all->first = s->next;
    all->n_open--;
}

static void destroy(ptl_stream *s)
{
    if (s->zips) deflateEnd(&s->z);
    ptl_buffer_dispose(&s->cursor);
    ptl_buffer_dispose(&s->next_cursor);
    ptl_buffer_dispose(&s->plain);
    ptl_buffer_dispose(&s->made);
    ptl_buffer_dispose(&s->sent);
    ptl_arena_dispose(&s->arena);
    ptl_object_free(s, sizeof *s);
}

void ptl_stream_release(ptl_stream *s)
{
    if (!s) return;
    ptl_streams *all = s->server->streams;
    pthread_mutex_lock(&all->mutex);
    const bool last = --s->n_holders == 0;
    if (last) list_remove(s);
    pthread_mutex_unlock(&all->mutex);
    if (last) destroy(s);
}

static ptl_status copy_question(ptl_stream *s, const ptl_exchange *e, ptl_error *err)
{
    ptl_args *args = NULL;
    PTL_TRY(ptl_args_page(&args, e->args, PTL_STREAM_FIRST_ROWS, "", &s->arena, err));
    s->args = args;
    if (!e->table) return PTL_OK;
    s->table = ptl_text_copy(ptl_text_of(e->table), &s->arena, err);
    return s->table ? PTL_OK : PTL_E_NO_MEMORY;
}

/* Held by the lane and by the exchange. */
static ptl_status new_stream(ptl_stream **out, const ptl_exchange *e, ptl_error *err)
{
    ptl_stream *s = ptl_object_new(sizeof *s, "a table", err);
    if (!s) return PTL_E_NO_MEMORY;
    *s = (ptl_stream){.server = e->server,
                      .n_holders = 2,
                      .connection = e->connection,
                      .op = e->op,
                      .format = e->format,
                      .caller = e->caller,
                      .now = ptl_clock_now(),
                      .begun_ms = ptl_clock_monotonic_ms(),
                      .rows = PTL_STREAM_FIRST_ROWS};
    ptl_arena_init(&s->arena, PTL_HTTP_ARENA_MAX, NULL);
    ptl_progress_init(&s->progress, NULL, NULL);
    ptl_buffer_init(&s->cursor, 4096, NULL);
    ptl_buffer_init(&s->next_cursor, 4096, NULL);
    ptl_buffer_init(&s->plain, PTL_HTTP_ANSWER_MAX, NULL);
    ptl_buffer_init(&s->made, PTL_HTTP_ANSWER_MAX, NULL);
    ptl_buffer_init(&s->sent, PTL_HTTP_ANSWER_MAX, NULL);
    s->zips = ptl_answer_takes_gzip(e) && deflateInit2(&s->z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW,
                                                       8, Z_DEFAULT_STRATEGY) == Z_OK;
    pthread_mutex_lock(&s->server->streams->mutex);
    list_add(s);
    const bool closing = s->server->streams->is_closing;
    pthread_mutex_unlock(&s->server->streams->mutex);
    *out = s;
    if (closing) return ptl_fail(err, PTL_E_UNAVAILABLE, "the server stops");
    return copy_question(s, e, err);
}

/* --- the connection's thread ------------------------------------------------------------------ */

/* Under the mutex. */
static size_t take(ptl_stream *s, char *out, size_t max)
{
    const size_t rest = s->sent.len - s->sent_at;
    const size_t n = rest < max ? rest : max;
    memcpy(out, s->sent.ptr + s->sent_at, n);
    s->sent_at += n;
    s->n_taken += (int64_t)n;
    if (n == rest) pthread_cond_broadcast(&s->server->streams->changed);
    return n;
}

/* The library asks for more: bytes, the end, that there is none, or to be woken. */
static ssize_t flow(void *ctx, uint64_t position, char *out, size_t max)
{
    ptl_stream *s = ctx;
    ssize_t n = 0;
    (void)position;
    pthread_mutex_lock(&s->server->streams->mutex);
    if (s->is_broken) {
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (s->sent_at < s->sent.len) {
        n = (ssize_t)take(s, out, max);
    } else if (s->is_whole) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->is_suspended = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->server->streams->mutex);
    return n;
}

/* The response is over, sent or not. */
static void forget(void *ctx)
{
    ptl_stream *s = ctx;
    ptl_streams *all = s->server->streams;
    pthread_mutex_lock(&all->mutex);
    s->is_gone = true;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->mutex);
    ptl_progress_cancel(&s->progress);
    ptl_stream_release(s);
}

int64_t ptl_stream_bytes(const ptl_stream *s)
{
    pthread_mutex_lock(&s->server->streams->mutex);
    const int64_t n = s->n_taken;
    pthread_mutex_unlock(&s->server->streams->mutex);
    return n;
}

/* --- the first page --------------------------------------------------------------------------- */

static void name_tag(char tag[80], const ptl_exchange *e, ptl_state state)
{
    ptl_hasher hasher;
    char hex[PTL_HASH_HEX];
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, PTL_TEXT("stream"));
    ptl_hasher_add(&hasher, e->answer_key.bytes, sizeof e->answer_key.bytes);
    ptl_hasher_add(&hasher, &state.store, sizeof state.store);
    ptl_hasher_add(&hasher, &state.clock, sizeof state.clock);
    ptl_hasher_add(&hasher, &state.draft, sizeof state.draft);
    ptl_hash_format(hex, ptl_hasher_finish(&hasher));
    (void)snprintf(tag, 80, "W/\"%.40s\"", hex);
}

/* Files beside the stores have no state, and neither have stores that are one commit apart. */
static void make_tag(ptl_exchange *e, ptl_state state)
{
    e->etag[0] = '\0';
    if (state.store >= 0 && !(e->op->effects & PTL_FILES)) name_tag(e->etag, e, state);
}

static bool is_not_modified(ptl_exchange *e, ptl_state state)
{
    make_tag(e, state);
    if (!e->etag[0] || !ptl_answer_list_has(e->if_none_match, e->etag)) return false;
    atomic_fetch_add(&e->server->n_not_modified, 1);
    e->http = 304;
    return true;
}

/* An answer without such a list, or with several, is not acceptable; the rest fails as calls do. */
static void answer_failed(ptl_exchange *e, ptl_status st, ptl_error *err, const ptl_reply *reply)
{
    const bool was_asked = e->stream && e->stream->is_asked;
    e->etag[0] = '\0';
    st = ptl_call_name_overdue(e, st, err);
    ptl_answer_problem(e, was_asked && st == PTL_E_INVALID ? 406 : 0, err,
                       was_asked ? NULL : reply);
}

/* The response's hold on it is let go of in forget(). */
static ptl_status respond(ptl_stream *s, ptl_exchange *e, ptl_error *err)
{
    ptl_streams *all = s->server->streams;
    s->is_bare = strcmp(e->method, "HEAD") == 0;
    if (s->is_bare) ptl_buffer_clear(&s->cursor);
    pthread_mutex_lock(&all->mutex);
    s->n_holders++;
    ptl_stream_hand_on(s);
    pthread_mutex_unlock(&all->mutex);
    e->flow = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SEND_BYTES, flow, s, forget);
    if (!e->flow) {
        ptl_stream_release(s);
        return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a table");
    }
    /* after headers alone the library would send the last chunk of a body that is not there */
    if (s->is_bare)
        (void)MHD_set_response_options(e->flow, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    e->is_stream = true;
    e->encoding = s->zips ? "gzip" : NULL;
    ptl_table_head(e, 200);
    return PTL_OK;
}

static ptl_status begin(ptl_exchange *e, ptl_reply **reply, ptl_error *err)
{
    PTL_TRY(new_stream(&e->stream, e, err));
    PTL_TRY(ptl_stream_read_page(e->stream, reply, e->store, e->memo, &e->progress, err));
    return respond(e->stream, e, err);
}

void ptl_stream_first(ptl_server *server, ptl_exchange *e)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    ptl_error_clear(&err);
    ptl_state_look(server);
    ptl_state state = ptl_state_now(server);
    state.store = e->state_read;
    if (is_not_modified(e, state)) return;
    const ptl_status st = begin(e, &reply, &err);
    if (st != PTL_OK) {
        answer_failed(e, st, &err, reply);
        ptl_stream_release(e->stream); /* the lane's hold */
    }
    ptl_reply_free(reply);
}

void ptl_stream_rouse(ptl_server *server, ptl_exchange *e)
{
    ptl_error err;
    int64_t version;
    (void)server;
    ptl_error_clear(&err);
    e->goes_back = ptl_warehouse_version(&version, e->store->warehouse, &err) == PTL_OK &&
                   e->n_roused++ < ROUSED_MAX;
    if (e->goes_back) return;
    if (err.status == PTL_OK)
        (void)ptl_fail(&err, PTL_E_UNAVAILABLE, "the warehouse is being reopened");
    ptl_answer_problem(e, 0, &err, NULL);
}

/* --- asking ----------------------------------------------------------------------------------- */

bool ptl_stream_is_wanted(const ptl_exchange *e)
{
    return e->format != PTL_FORMAT_JSON && ptl_op_has_pages(e->op) &&
           !ptl_args_given(e->args, "cursor") &&
           !MHD_lookup_connection_value(e->connection, MHD_GET_ARGUMENT_KIND, "limit");
}

/* Where the end of what comes cannot be told from a broken connection (HTTP/1.0), or no lane may
 * read yet: the list as one answer, whole or refused. */
static void ask_whole(ptl_exchange *e)
{
    ptl_error err;
    ptl_args *args = NULL;
    e->wants_all = true;
    e->etag[0] = '\0';
    if (ptl_args_page(&args, e->args, INT64_MAX, "", &e->arena, &err) != PTL_OK) {
        ptl_answer_problem(e, 0, &err, NULL);
        return;
    }
    e->args = args;
    if (ptl_answers_name(e) && !ptl_answers_take(e)) ptl_worker_read(e->server, e, ptl_call_read);
}

void ptl_stream_answer(ptl_exchange *e)
{
    if (e->is_old || !atomic_load(&e->server->lanes_read))
        ask_whole(e);
    else if (!is_not_modified(e, ptl_state_now(e->server)))
        ptl_worker_stream(e->server, e, ptl_stream_first);
}

void ptl_streams_count(ptl_server *server, int64_t *n_open, int64_t *n_broken_off)
{
    pthread_mutex_lock(&server->streams->mutex);
    *n_open = server->streams->n_open;
    *n_broken_off = server->streams->n_broken_off;
    pthread_mutex_unlock(&server->streams->mutex);
}

void ptl_streams_close(ptl_server *server)
{
    ptl_streams *all = server->streams;
    pthread_mutex_lock(&all->mutex);
    all->is_closing = true;
    for (ptl_stream *s = all->first; s; s = s->next) ptl_progress_cancel(&s->progress);
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->mutex);
}
