/* stream_read.c: pages of a whole list, and the lane that reads them (stream.c says how they are
 * sent).
 *
 * A page is asked of the operation as anybody would ask for it, with the cursor of the page before,
 * inside one stay in both stores. While a page is sent the next one is read. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "http/stream_internal.h"

enum {
    STEP_BYTES = 1024 * 1024,
    LOOK_MS = 200 /* between two looks at what ends a stay */
};

/* --- one page --------------------------------------------------------------------------------- */

static ptl_status ask(ptl_stream *s, ptl_reply *reply, ptl_store *store, ptl_dispatch_memo *memo,
                      ptl_progress *progress, ptl_error *err)
{
    ptl_arena arena;
    ptl_args *args = NULL;
    const char *cursor = s->cursor.len > 0 ? s->cursor.ptr : "";
    ptl_arena_init(&arena, PTL_HTTP_ARENA_MAX, NULL);
    ptl_status st = ptl_args_page(&args, s->args, s->rows, cursor, &arena, err);
    const ptl_request request = {.operation = s->op->name,
                                 .args = args,
                                 .root = s->server->root,
                                 .actor = s->caller.actor,
                                 .role = ptl_caller_role(&s->caller),
                                 .verticals = s->caller.verticals,
                                 .whole = true,
                                 .progress = progress,
                                 .now = s->now,
                                 .store = store,
                                 .memo = memo};
    if (st == PTL_OK) st = ptl_dispatch_op(reply, s->op, &request, err);
    ptl_arena_dispose(&arena);
    return st;
}

static void swap(ptl_buffer *a, ptl_buffer *b)
{
    const ptl_buffer was = *a;
    *a = *b;
    *b = was;
}

/* Also where the next page begins; no cursor: this was the last. */
static ptl_status write_page(ptl_stream *s, const ptl_reply *reply, ptl_error *err)
{
    ptl_status st;
    int parts = PTL_PART_ROWS;
    if (s->cursor.len == 0) parts |= PTL_PART_HEAD;
    ptl_buffer_clear(&s->next_cursor);
    ptl_buffer_clear(&s->plain);
    ptl_reply_cursor(reply, s->table, &s->next_cursor);
    if (s->next_cursor.len == 0) parts |= PTL_PART_END;
    if (s->format == PTL_FORMAT_CSV)
        st = ptl_reply_write_csv(reply, s->table, parts, &s->plain, err);
    else
        st = ptl_reply_write_arrow(reply, s->table, parts, &s->plain, err);
    if (st == PTL_OK) st = ptl_buffer_check(&s->next_cursor, "a cursor", err);
    if (st == PTL_OK) swap(&s->cursor, &s->next_cursor);
    return st;
}

/* Invariant 2. */
static void fit_rows(ptl_stream *s)
{
    if (s->plain.len < STEP_BYTES / 2 && s->rows < PTL_HTTP_TABLE_ROWS_MAX) s->rows *= 2;
    if (s->plain.len > STEP_BYTES * 2 && s->rows > 1) s->rows /= 2;
}

static ptl_status zip(ptl_stream *s, ptl_error *err)
{
    const bool last = s->cursor.len == 0;
    unsigned char out[16 * 1024];
    s->z.next_in = (unsigned char *)s->plain.ptr;
    s->z.avail_in = (unsigned)s->plain.len;
    ptl_buffer_clear(&s->made);
    do {
        s->z.next_out = out;
        s->z.avail_out = sizeof out;
        if (deflate(&s->z, last ? Z_FINISH : Z_SYNC_FLUSH) == Z_STREAM_ERROR)
            return ptl_fail(err, PTL_E_INTERNAL, "a table could not be gzipped");
        ptl_buffer_append(&s->made, out, sizeof out - s->z.avail_out);
    } while (s->z.avail_out == 0);
    return ptl_buffer_check(&s->made, "a page", err);
}

static void turn_begin(ptl_streams *all)
{
    pthread_mutex_lock(&all->mutex);
    while (all->n_reading >= PTL_HTTP_TABLES_READING_MAX)
        pthread_cond_wait(&all->changed, &all->mutex);
    all->n_reading++;
    pthread_mutex_unlock(&all->mutex);
}

static void turn_end(ptl_streams *all)
{
    pthread_mutex_lock(&all->mutex);
    all->n_reading--;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->mutex);
}

ptl_status ptl_stream_read_page(ptl_stream *s, ptl_reply **reply, ptl_store *store,
                                ptl_dispatch_memo *memo, ptl_progress *progress, ptl_error *err)
{
    ptl_status st;
    for (;;) {
        ptl_error_clear(err);
        ptl_reply_free(*reply);
        *reply = NULL;
        PTL_TRY(ptl_reply_new(reply, err));
        turn_begin(s->server->streams);
        st = ask(s, *reply, store, memo, progress, err);
        s->is_asked = st == PTL_OK;
        if (st == PTL_OK) st = write_page(s, *reply, err);
        turn_end(s->server->streams);
        if (st != PTL_E_LIMIT || s->rows == 1) break;
        s->rows /= 2;
    }
    if (st != PTL_OK) return st;
    fit_rows(s);
    if (s->zips) return zip(s, err);
    swap(&s->plain, &s->made);
    return PTL_OK;
}

/* --- the lane --------------------------------------------------------------------------------- */

/* What the reader took must keep up with the time that it was waited for. */
static bool is_too_slow(const ptl_stream *s)
{
    return s->waited_ms > PTL_HTTP_TABLE_GRACE_MS + s->n_taken / (PTL_HTTP_TABLE_RATE_MIN / 1000);
}

static bool is_too_long(const ptl_stream *s)
{
    return ptl_clock_monotonic_ms() - s->begun_ms > PTL_HTTP_TABLE_MS_MAX;
}

/* Under the mutex: what ends the stream before its end; NULL: nothing. */
static const char *why_end(const ptl_stream *s, const ptl_store *store)
{
    if (s->is_gone) return "the reader went away";
    if (s->server->streams->is_closing) return "the server stops";
    if (is_too_slow(s)) return "the reader was too slow";
    if (is_too_long(s)) return "it took too long";
    if (store && ptl_store_must_leave(store)) return "the warehouse is being reopened";
    return NULL;
}

/* Under the mutex: wait until what was sent is taken. */
static const char *wait_taken(ptl_stream *s, const ptl_store *store)
{
    const char *why;
    while (!(why = why_end(s, store)) && s->sent_at < s->sent.len) {
        struct timespec until;
        const int64_t begun_ms = ptl_clock_monotonic_ms();
        timespec_get(&until, TIME_UTC);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        (void)pthread_cond_timedwait(&s->server->streams->changed, &s->server->streams->mutex,
                                     &until);
        s->waited_ms += ptl_clock_monotonic_ms() - begun_ms;
    }
    return why;
}

/* Under the mutex. */
static void wake(ptl_stream *s)
{
    if (!s->is_suspended) return;
    s->is_suspended = false;
    MHD_resume_connection(s->connection);
}

void ptl_stream_hand_on(ptl_stream *s)
{
    swap(&s->sent, &s->made);
    s->sent_at = 0;
    s->is_whole = s->cursor.len == 0;
    wake(s);
}

static bool may_still(const ptl_stream *s)
{
    return s->caller.by_socket || ptl_gate_still_holds(s->server, &s->caller);
}

/* Page after page; NULL when the last is handed on. */
static const char *read_on(ptl_stream *s, ptl_store *store, ptl_dispatch_memo *memo, ptl_error *err)
{
    ptl_streams *all = s->server->streams;
    ptl_reply *reply = NULL;
    const char *why = NULL;
    while (!why && s->cursor.len > 0) {
        if (!may_still(s)) why = "who asked may no longer";
        if (!why && ptl_stream_read_page(s, &reply, store, memo, &s->progress, err) != PTL_OK)
            why = err->message;
        ptl_reply_free(reply);
        reply = NULL;
        pthread_mutex_lock(&all->mutex);
        const char *ends = wait_taken(s, store);
        if (ends) why = ends;
        if (!why) ptl_stream_hand_on(s);
        pthread_mutex_unlock(&all->mutex);
    }
    return why;
}

static void break_off(ptl_stream *s, const char *why)
{
    char line[512];
    ptl_streams *all = s->server->streams;
    pthread_mutex_lock(&all->mutex);
    s->is_broken = true;
    all->n_broken_off++;
    wake(s);
    pthread_mutex_unlock(&all->mutex);
    (void)snprintf(line, sizeof line, "%s: %.400s", s->op->name, why);
    ptl_report_line(s->server, s->is_gone ? "info" : "warning", "table broken off", line);
}

void ptl_stream_go_on(ptl_stream *s, ptl_store *store, ptl_dispatch_memo *memo)
{
    ptl_error err;
    ptl_error_clear(&err);
    const char *why = read_on(s, store, memo, &err);
    ptl_store_leave(store);
    pthread_mutex_lock(&s->server->streams->mutex);
    if (!why && !s->is_bare) why = wait_taken(s, NULL);
    if (s->is_whole && s->sent_at == s->sent.len) why = NULL; /* all is taken */
    pthread_mutex_unlock(&s->server->streams->mutex);
    if (why) break_off(s, why);
    ptl_stream_release(s);
}
