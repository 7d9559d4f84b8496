/* events.c: one stream of events per browser (text/event-stream): what changed, how far jobs are.
 *
 * Invariants.
 *  1. A frame is written once, into a ring that all streams read; what a stream itself holds is its
 *     place in the ring and, until they are sent, the first frames that it alone is given.
 *  2. A reader that is overtaken by the ring, or takes nothing for as long as any connection may
 *     stand still, is dropped: memory does not grow with who reads slowly.
 *  3. A stream sees the jobs that its caller may call, and ends with the session or the key that
 *     opened it.
 *  4. A stream without news is suspended: no thread and no event of the kernel waits for it.
 *
 * `events->mutex` guards the ring and all streams. The gate's is taken under it, the server's
 * never; whoever holds either does not come here. An id is the server's start in microseconds and
 * the frame's number, so that ids grow over restarts. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/server_internal.h"
#include "store/memory.h"

enum {
    BLOCK_BYTES = 1024,        /* what the library asks for at a time */
    SEND_BUFFER_BYTES = 16384, /* of a stream in the kernel */
    STEP_MS = 500              /* progress of one job, at most */
};

typedef struct frame {
    ptl_buffer bytes;
    const ptl_op *op; /* of a job: who may not call it does not see it; NULL: for everybody */
} frame;

typedef struct stream {
    struct stream *before, *next;
    ptl_events *events;
    struct MHD_Connection *connection;
    ptl_caller caller;
    ptl_buffer own; /* sent before the ring */
    size_t own_at;
    int64_t cursor; /* number of the frame that is sent next */
    size_t frame_at;
    int64_t ping_ms;
    bool is_suspended, is_pinged, is_ended;
} stream;

typedef struct told {
    int64_t warehouse_version, config_version, generation, n_faults;
    bool is_importing;
} told;

struct ptl_events {
    ptl_server *server;
    pthread_mutex_t mutex;
    frame ring[PTL_HTTP_FRAMES_MAX];
    int64_t n_frames; /* ever */
    stream *first;
    int64_t n_streams;
    int64_t n_dropped;
    told state;
    int64_t gate_changes;
    int64_t job_id, job_ms; /* whose progress was told last, and when */
    ptl_job_state job_state;
    bool is_closing;
};

ptl_status ptl_events_open(ptl_server *server, ptl_error *err)
{
    ptl_events *events = ptl_object_new(sizeof *events, "events", err);
    if (!events) return PTL_E_NO_MEMORY;
    events->server = server;
    events->state.warehouse_version = -1;
    pthread_mutex_init(&events->mutex, NULL);
    for (int i = 0; i < PTL_HTTP_FRAMES_MAX; i++)
        ptl_buffer_init(&events->ring[i].bytes, PTL_HTTP_FRAME_BYTES_MAX, NULL);
    server->events = events;
    return PTL_OK;
}

void ptl_events_free(ptl_server *server)
{
    ptl_events *events = server->events;
    if (!events) return;
    for (int i = 0; i < PTL_HTTP_FRAMES_MAX; i++) ptl_buffer_dispose(&events->ring[i].bytes);
    pthread_mutex_destroy(&events->mutex);
    ptl_object_free(events, sizeof *events);
    server->events = NULL;
}

/* --- waking ----------------------------------------------------------------------------------- */

/* Under the mutex. */
static void wake(stream *s)
{
    if (!s->is_suspended) return;
    s->is_suspended = false;
    MHD_resume_connection(s->connection);
}

static void wake_all(ptl_events *events)
{
    for (stream *s = events->first; s; s = s->next) wake(s);
}

/* --- frames ----------------------------------------------------------------------------------- */

static void head(ptl_buffer *out, const ptl_events *events, int64_t number, const char *event)
{
    ptl_buffer_printf(out, "id: %lld\nevent: %s\ndata: ",
                      (long long)(events->server->started_at + number), event);
}

static void put_state(ptl_buffer *out, const told *state)
{
    ptl_buffer_printf(out,
                      "{\"warehouse_version\":%lld,\"config_version\":%lld,\"generation\":%lld,"
                      "\"is_importing\":%s,\"faults\":%lld}\n\n",
                      (long long)state->warehouse_version, (long long)state->config_version,
                      (long long)state->generation, state->is_importing ? "true" : "false",
                      (long long)state->n_faults);
}

/* A job's members on one line; false where memory has it no more. */
static bool put_job(ptl_buffer *out, const ptl_op **op, ptl_job_state *state, ptl_server *server,
                    int64_t job_id)
{
    ptl_json json;
    ptl_error err;
    ptl_json_init_buffer(&json, out, 0, &err);
    ptl_json_object(&json);
    *op = ptl_jobs_write(&json, state, server, job_id);
    ptl_json_object_end(&json);
    const bool whole = ptl_json_finish(&json) == PTL_OK;
    ptl_buffer_text(out, "\n\n");
    return *op && whole && out->status == PTL_OK;
}

/* Under the mutex: the oldest frame's place. */
static void add_frame(ptl_events *events, const char *event, ptl_text data, const ptl_op *op)
{
    frame *f = &events->ring[events->n_frames % PTL_HTTP_FRAMES_MAX];
    ptl_buffer_clear(&f->bytes);
    head(&f->bytes, events, events->n_frames + 1, event);
    ptl_buffer_append(&f->bytes, data.ptr, data.len);
    if (f->bytes.status != PTL_OK) return;
    f->op = op;
    events->n_frames++;
    wake_all(events);
}

static bool is_same(const told *a, const told *b)
{
    return a->warehouse_version == b->warehouse_version && a->config_version == b->config_version &&
           a->generation == b->generation && a->is_importing == b->is_importing &&
           a->n_faults == b->n_faults;
}

void ptl_events_state(ptl_server *server)
{
    ptl_events *events = server->events;
    ptl_buffer data;
    told now = {.warehouse_version = atomic_load(&server->warehouse_version),
                .generation = atomic_load(&server->generation),
                .n_faults = atomic_load(&server->n_faults)};
    pthread_mutex_lock(&server->mutex);
    const ptl_server_job *job = server->running_job;
    now.is_importing = job && strcmp(job->op->name, "source.import") == 0;
    pthread_mutex_unlock(&server->mutex);
    now.config_version = atomic_load(&server->config_version);
    ptl_buffer_init(&data, PTL_HTTP_FRAME_BYTES_MAX, NULL);
    put_state(&data, &now);
    pthread_mutex_lock(&events->mutex);
    if (!is_same(&now, &events->state)) {
        events->state = now;
        add_frame(events, "state", ptl_buffer_borrow(&data), NULL);
    }
    pthread_mutex_unlock(&events->mutex);
    ptl_buffer_dispose(&data);
}

void ptl_events_job(ptl_server *server, int64_t job_id)
{
    ptl_events *events = server->events;
    const ptl_op *op = NULL;
    ptl_job_state state = PTL_JOB_QUEUED;
    ptl_buffer data;
    ptl_buffer_init(&data, PTL_HTTP_FRAME_BYTES_MAX, NULL);
    const bool whole = put_job(&data, &op, &state, server, job_id);
    const int64_t now = ptl_clock_monotonic_ms();
    pthread_mutex_lock(&events->mutex);
    const bool again = events->job_id == job_id && events->job_state == state;
    if (whole && !(again && now - events->job_ms < STEP_MS)) {
        events->job_id = job_id;
        events->job_state = state;
        events->job_ms = now;
        add_frame(events, "job", ptl_buffer_borrow(&data), op);
    }
    pthread_mutex_unlock(&events->mutex);
    ptl_buffer_dispose(&data);
}

/* --- one stream ------------------------------------------------------------------------------- */

static bool may_see(const stream *s, const frame *f)
{
    return !f->op || ptl_gate_may(&s->caller, f->op);
}

/* Under the mutex: up to `max` bytes; 0: nothing is there. */
static size_t take(stream *s, char *out, size_t max)
{
    ptl_events *events = s->events;
    if (s->own.len > s->own_at) {
        const size_t n = s->own.len - s->own_at < max ? s->own.len - s->own_at : max;
        memcpy(out, s->own.ptr + s->own_at, n);
        s->own_at += n;
        if (s->own_at == s->own.len) ptl_buffer_dispose(&s->own), s->own_at = 0;
        return n;
    }
    for (; s->cursor < events->n_frames; s->cursor++, s->frame_at = 0) {
        const frame *f = &events->ring[s->cursor % PTL_HTTP_FRAMES_MAX];
        if (s->frame_at == f->bytes.len || (s->frame_at == 0 && !may_see(s, f))) continue;
        const size_t rest = f->bytes.len - s->frame_at;
        const size_t n = rest < max ? rest : max;
        memcpy(out, f->bytes.ptr + s->frame_at, n);
        s->frame_at += n;
        return n;
    }
    if (!s->is_pinged) return 0;
    s->is_pinged = false;
    memcpy(out, ":\n\n", 3);
    return 3;
}

/* The library asks for more: bytes, the end, or to be woken when there are some. */
static ssize_t flow(void *ctx, uint64_t position, char *out, size_t max)
{
    stream *s = ctx;
    ptl_events *events = s->events;
    ssize_t n = MHD_CONTENT_READER_END_OF_STREAM;
    (void)position;
    pthread_mutex_lock(&events->mutex);
    if (events->n_frames - s->cursor > PTL_HTTP_FRAMES_MAX && !s->is_ended) {
        s->is_ended = true;
        events->n_dropped++;
    }
    if (!s->is_ended && !events->is_closing) {
        n = (ssize_t)take(s, out, max);
        s->is_suspended = n == 0;
        if (n == 0) MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&events->mutex);
    return n;
}

static void forget(void *ctx)
{
    stream *s = ctx;
    ptl_events *events = s->events;
    pthread_mutex_lock(&events->mutex);
    if (s->before) s->before->next = s->next;
    if (s->next) s->next->before = s->before;
    if (events->first == s) events->first = s->next;
    events->n_streams--;
    pthread_mutex_unlock(&events->mutex);
    ptl_buffer_dispose(&s->own);
    ptl_object_free(s, sizeof *s);
}

/* What a stream is told before anything happens: the state, and the jobs that are open. */
static void greet(stream *s, ptl_server *server)
{
    int64_t open[PTL_HTTP_JOBS_OPEN_MAX];
    const int64_t n = ptl_jobs_open(open, server);
    ptl_buffer data;
    ptl_buffer_init(&data, PTL_HTTP_FRAME_BYTES_MAX, NULL);
    ptl_buffer_text(&s->own, "retry: 3000\n\n");
    pthread_mutex_lock(&s->events->mutex);
    head(&s->own, s->events, s->cursor, "state");
    put_state(&s->own, &s->events->state);
    pthread_mutex_unlock(&s->events->mutex);
    for (int64_t i = 0; i < n; i++) {
        const ptl_op *op = NULL;
        ptl_job_state state;
        ptl_buffer_clear(&data);
        if (!put_job(&data, &op, &state, server, open[i]) || !ptl_gate_may(&s->caller, op))
            continue;
        head(&s->own, s->events, s->cursor, "job");
        ptl_buffer_append(&s->own, data.ptr, data.len);
    }
    ptl_buffer_dispose(&data);
}

/* Where a reader that comes back goes on: behind the frame it saw last, if the ring still has it.
 */
static int64_t resume_at(const ptl_events *events, const ptl_exchange *e)
{
    int64_t id = 0;
    const char *last = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Last-Event-ID");
    if (!last || ptl_text_int(&id, ptl_text_of(last), NULL) != PTL_OK) return events->n_frames;
    const int64_t number = id - events->server->started_at;
    const bool held = number > 0 && number <= events->n_frames &&
                      events->n_frames - number <= PTL_HTTP_FRAMES_MAX / 2;
    return held ? number : events->n_frames;
}

static stream *open_stream(ptl_events *events, ptl_exchange *e)
{
    stream *s = ptl_object_new(sizeof *s, "event stream", NULL);
    if (!s) return NULL;
    *s = (stream){.events = events,
                  .connection = e->connection,
                  .caller = e->caller,
                  .ping_ms = ptl_clock_monotonic_ms() + PTL_HTTP_PING_MS};
    ptl_buffer_init(&s->own, (size_t)PTL_HTTP_FRAME_BYTES_MAX * (PTL_HTTP_JOBS_OPEN_MAX + 2), NULL);
    pthread_mutex_lock(&events->mutex);
    const bool full = events->n_streams >= PTL_HTTP_STREAMS_MAX || events->is_closing;
    if (!full) {
        s->cursor = resume_at(events, e);
        s->next = events->first;
        if (s->next) s->next->before = s;
        events->first = s;
        events->n_streams++;
    }
    pthread_mutex_unlock(&events->mutex);
    if (!full) return s;
    ptl_object_free(s, sizeof *s);
    return NULL;
}

/* A little of the kernel's memory is enough for each. */
static void keep_small(const ptl_exchange *e)
{
    const int bytes = SEND_BUFFER_BYTES;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(e->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info) (void)setsockopt(info->connect_fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

void ptl_events_answer(ptl_exchange *e)
{
    stream *s = open_stream(e->server->events, e);
    if (!s) {
        e->retry_after_s = 30;
        ptl_answer_refusal(e, 0, PTL_E_UNAVAILABLE, "%d streams are open already",
                           PTL_HTTP_STREAMS_MAX);
        return;
    }
    greet(s, e->server);
    e->flow = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, flow, s, forget);
    if (!e->flow) {
        forget(s);
        ptl_answer_refusal(e, 0, PTL_E_NO_MEMORY, "no memory for a stream");
        return;
    }
    keep_small(e);
    (void)MHD_add_response_header(e->flow, "X-Accel-Buffering", "no"); /* proxies pass it on */
    e->is_stream = true;
    e->http = 200;
    e->type = "text/event-stream";
}

/* --- time ------------------------------------------------------------------------------------- */

void ptl_events_tick(ptl_server *server)
{
    ptl_events *events = server->events;
    const int64_t now = ptl_clock_monotonic_ms();
    const int64_t changes = atomic_load(&server->gate_changes);
    pthread_mutex_lock(&events->mutex);
    const bool gate_changed = changes != events->gate_changes;
    events->gate_changes = changes;
    for (stream *s = events->first; s; s = s->next) {
        const bool is_due = s->ping_ms <= now;
        if (is_due) s->ping_ms = now + PTL_HTTP_PING_MS;
        if (!is_due && !gate_changed) continue;
        s->is_pinged = s->is_pinged || is_due;
        s->is_ended = s->is_ended || !ptl_gate_still_holds(server, &s->caller);
        if (is_due || s->is_ended) wake(s);
    }
    pthread_mutex_unlock(&events->mutex);
}

void ptl_events_count(ptl_server *server, int64_t *n_open, int64_t *n_dropped)
{
    pthread_mutex_lock(&server->events->mutex);
    *n_open = server->events->n_streams;
    *n_dropped = server->events->n_dropped;
    pthread_mutex_unlock(&server->events->mutex);
}

void ptl_events_close(ptl_server *server)
{
    pthread_mutex_lock(&server->events->mutex);
    server->events->is_closing = true;
    wake_all(server->events);
    pthread_mutex_unlock(&server->events->mutex);
}
