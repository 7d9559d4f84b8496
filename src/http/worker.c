/* worker.c: the threads that work with the stores, and the queues before them.
 *
 *     requests that change ──▶ [changes] ──▶ one thread, the server's own handles ─┐
 *     reads ──────────────────▶ [reads] ───▶ four threads, a snapshot each ────────┼──▶ engine
 *     whole lists ────────────▶ [tables] ──▶ eight threads, a snapshot each ───────┤
 *     jobs that change ────────────────────▶ one thread: the heavy lane ───────────┤
 *     other jobs ──────────────────────────▶ one thread: the light lane ───────────┘
 *
 * Invariants. 1. Each lane's handles are used by its thread alone. 2. A request that waits is in
 * one queue or is what one lane runs, never both, and is answered and resumed exactly once: by the
 * lane after its work, or by the ticker while it still stands in a queue. 3. A read never waits for
 * a change: its lane sees the state that was committed when it began (store.h). 4. A job that must
 * be alone (a back-up) waits for what changes the stores, and what would change them for it.
 *
 * A read that comes while no lane may read (the workspace's first use, or an engine that must be
 * opened again) goes to the changes' thread, as a change would.
 *
 * Where no lane has had work for a while, handles and engine are let go: what they hold in memory
 * then serves nobody, and opening them again takes less time than a person notices. */
#include <string.h>

#include "base/clock.h"
#include "base/resident.h"
#include "http/server_internal.h"

/* --- queues ----------------------------------------------------------------------------------- */

static void push(ptl_queue *queue, ptl_exchange *e)
{
    e->next = NULL;
    if (queue->last) queue->last->next = e;
    queue->last = e;
    if (!queue->first) queue->first = e;
    queue->n++;
    pthread_cond_signal(&queue->changed);
}

static ptl_exchange *take_first(ptl_queue *queue)
{
    ptl_exchange *e = queue->first;
    if (!e) return NULL;
    queue->first = e->next;
    if (!queue->first) queue->last = NULL;
    queue->n--;
    return e;
}

/* A read that another lane is reading now waits for it: then it is in memory. */
static bool is_being_read(const ptl_exchange *e)
{
    const ptl_server *server = e->server;
    for (int i = 0; e->op && i < PTL_HTTP_LANES; i++) {
        const ptl_exchange *other = server->lanes[i].running;
        if (server->lanes[i].kind == PTL_LANE_READS && other && other->op &&
            memcmp(other->answer_key.bytes, e->answer_key.bytes, sizeof e->answer_key.bytes) == 0)
            return true;
    }
    return false;
}

static ptl_exchange *take_read(ptl_queue *queue)
{
    ptl_exchange *before = NULL, *e = queue->first;
    while (e && is_being_read(e)) {
        before = e;
        e = e->next;
    }
    if (!before || !e) return e ? take_first(queue) : NULL;
    before->next = e->next;
    if (queue->last == e) queue->last = before;
    queue->n--;
    return e;
}

static ptl_exchange *take_overdue(ptl_queue *queue, int64_t now)
{
    ptl_exchange *before = NULL;
    for (ptl_exchange *e = queue->first; e; before = e, e = e->next) {
        if (e->until_ms > now) continue;
        if (before)
            before->next = e->next;
        else
            queue->first = e->next;
        if (queue->last == e) queue->last = before;
        queue->n--;
        return e;
    }
    return NULL;
}

static void wake(ptl_exchange *e)
{
    e->state = PTL_EXCHANGE_ANSWERED;
    MHD_resume_connection(e->connection);
}

/* Under the mutex. */
static void refuse_busy(ptl_exchange *e, int64_t waited_ms)
{
    const ptl_server *server = e->server;
    ptl_error problem;
    (void)ptl_fail(&problem, PTL_E_UNAVAILABLE, "the store was busy for %lld ms",
                   (long long)waited_ms);
    if (server->running_job)
        ptl_error_detail(&problem, "it works on job %lld, %s",
                         (long long)server->running_job->job_id, server->running_job->op->name);
    ptl_error_hint(&problem, "try again; GET /api/v1/jobs/<id> tells how far a job is");
    ptl_answer_problem(e, 0, &problem, NULL);
}

static void submit(ptl_server *server, ptl_queue *queue, int64_t n_max, ptl_exchange *e,
                   ptl_work_fn work)
{
    e->work = work;
    e->until_ms = ptl_clock_monotonic_ms() + PTL_HTTP_WAIT_MS_MAX;
    pthread_mutex_lock(&server->mutex);
    if (queue->n >= n_max || server->is_stopping) {
        refuse_busy(e, 0);
    } else {
        e->state = PTL_EXCHANGE_WAITING;
        MHD_suspend_connection(e->connection);
        push(queue, e);
    }
    pthread_mutex_unlock(&server->mutex);
}

void ptl_worker_submit(ptl_server *server, ptl_exchange *e, ptl_work_fn work)
{
    submit(server, &server->changes, PTL_HTTP_QUEUE_MAX, e, work);
}

void ptl_worker_read(ptl_server *server, ptl_exchange *e, ptl_work_fn work)
{
    const bool open = atomic_load(&server->lanes_read);
    submit(server, open ? &server->reads : &server->changes, PTL_HTTP_QUEUE_MAX, e, work);
}

void ptl_worker_stream(ptl_server *server, ptl_exchange *e, ptl_work_fn work)
{
    submit(server, &server->tables, PTL_HTTP_TABLES_WAITING_MAX, e, work);
}

/* --- rest ------------------------------------------------------------------------------------- */

static void note_work(ptl_server *server)
{
    atomic_store(&server->worked_ms, ptl_clock_monotonic_ms());
}

/* Handles, and what they keep from one request to the next. In the lane's own thread. */
static void let_go(ptl_lane *lane)
{
    ptl_dispatch_memo_dispose(&lane->memo);
    if (lane->is_open) ptl_store_close(&lane->own);
    lane->is_open = false;
}

/* Under the mutex. */
static bool all_have_rested(const ptl_server *server)
{
    bool all = true;
    for (int i = 1; i < PTL_HTTP_LANES; i++)
        all = all && server->lanes[i].n_rests == server->n_rests;
    return all;
}

/* Tell the lanes to let go, once for each while without work; true when they have. */
static bool lanes_have_rested(ptl_server *server, int64_t since)
{
    bool is_busy = false;
    pthread_mutex_lock(&server->mutex);
    for (int i = 0; i < PTL_HTTP_LANES; i++)
        is_busy = is_busy || server->lanes[i].running || server->lanes[i].job ||
                  server->lanes[i].is_streaming;
    if (!is_busy && server->rests_since_ms != since) {
        server->rests_since_ms = since;
        server->n_rests++;
        pthread_cond_broadcast(&server->reads.changed);
        pthread_cond_broadcast(&server->tables.changed);
        pthread_cond_broadcast(&server->no_requests.changed);
    }
    const bool rested = !is_busy && all_have_rested(server);
    pthread_mutex_unlock(&server->mutex);
    return rested;
}

/* In the changes' thread, which has nothing to do: the other lanes first, a second later the
 * engine, which they shared. */
static void rest(ptl_lane *lane)
{
    ptl_server *server = lane->server;
    const int64_t since = atomic_load(&server->worked_ms);
    if (since == 0 || ptl_clock_monotonic_ms() - since < PTL_HTTP_REST_MS) return;
    if (!lanes_have_rested(server, since)) return;
    let_go(lane);
    ptl_store_rest(&server->store);
    ptl_answers_rest(server);
    ptl_resident_trim();
    atomic_store(&server->worked_ms, 0);
}

/* --- one request ------------------------------------------------------------------------------ */

/* What is told to stop at its deadline answers so itself: one place answers, whatever happened. */
static void answer(ptl_lane *lane, ptl_exchange *e)
{
    e->work(lane->server, e);
    pthread_mutex_lock(&lane->server->mutex);
    lane->running = NULL;
    if (lane->server->reads.n > 0) pthread_cond_broadcast(&lane->server->reads.changed);
    pthread_mutex_unlock(&lane->server->mutex);
    e->store = NULL;
    note_work(lane->server);
}

/* The lock for a change; false: a job that must be alone has it until the request's deadline. */
static bool may_change(ptl_server *server, int64_t until_ms)
{
    struct timespec until;
    int64_t left = until_ms - ptl_clock_monotonic_ms();
    if (left < 0) left = 0;
    timespec_get(&until, TIME_UTC);
    until.tv_sec += left / 1000;
    return pthread_rwlock_timedrdlock(&server->changing, &until) == 0;
}

static void refuse_alone(ptl_lane *lane, ptl_exchange *e)
{
    pthread_mutex_lock(&lane->server->mutex);
    lane->running = NULL;
    atomic_fetch_add(&lane->server->n_overdue, 1);
    refuse_busy(e, PTL_HTTP_WAIT_MS_MAX);
    pthread_mutex_unlock(&lane->server->mutex);
    wake(e);
}

/* The engine is open again: to a lane for tables. */
static void give_back(ptl_server *server, ptl_exchange *e)
{
    e->goes_back = false;
    e->work = ptl_stream_first;
    pthread_mutex_lock(&server->mutex);
    push(&server->tables, e);
    pthread_mutex_unlock(&server->mutex);
}

static void run_change(ptl_lane *lane, ptl_exchange *e)
{
    e->store = lane->store;
    e->memo = &lane->memo;
    e->state_read = -1;
    if (!may_change(lane->server, e->until_ms)) {
        refuse_alone(lane, e);
        return;
    }
    answer(lane, e);
    ptl_gate_enter_news(lane->server);
    ptl_reload_apply(lane->server);
    pthread_rwlock_unlock(&lane->server->changing);
    if (e->goes_back)
        give_back(lane->server, e);
    else
        wake(e);
}

static void enter_news(ptl_server *server)
{
    if (pthread_rwlock_tryrdlock(&server->changing) != 0) return; /* a second later, then */
    ptl_gate_enter_news(server);
    ptl_reload_apply(server);
    pthread_rwlock_unlock(&server->changing);
}

static bool only_reads(const ptl_lane *lane)
{
    return lane->kind == PTL_LANE_READS || lane->kind == PTL_LANE_TABLES;
}

/* Handles are opened when they are first needed. */
static ptl_status enter(int64_t *state, ptl_lane *lane, ptl_error *err)
{
    ptl_server *server = lane->server;
    if (!lane->is_open) {
        PTL_TRY(ptl_store_open_beside(&lane->own, &server->store, only_reads(lane), err));
        if (!only_reads(lane)) ptl_store_watch(&lane->own, &server->pulse);
        if (lane->kind == PTL_LANE_TABLES) ptl_store_ask_once(&lane->own);
        lane->is_open = true;
    }
    return ptl_store_enter(state, &lane->own, &server->pulse, err);
}

/* Another thread's turn: the request stays suspended. */
static void hand_over(ptl_lane *lane, ptl_exchange *e)
{
    pthread_mutex_lock(&lane->server->mutex);
    lane->running = NULL;
    if (lane->server->reads.n > 0) pthread_cond_broadcast(&lane->server->reads.changed);
    push(&lane->server->changes, e);
    pthread_mutex_unlock(&lane->server->mutex);
}

static void run_read(ptl_lane *lane, ptl_exchange *e)
{
    ptl_error err;
    if (enter(&e->state_read, lane, &err) != PTL_OK) {
        hand_over(lane, e);
        return;
    }
    e->store = &lane->own;
    e->memo = &lane->memo;
    answer(lane, e);
    ptl_store_leave(&lane->own);
    wake(e);
}

/* --- one whole list --------------------------------------------------------------------------- */

static void note_streaming(ptl_lane *lane, bool is_streaming)
{
    pthread_mutex_lock(&lane->server->mutex);
    lane->is_streaming = is_streaming;
    pthread_mutex_unlock(&lane->server->mutex);
}

/* The connection has the first page while the lane reads the next: it leaves the stores when the
 * stream does (stream.c). */
static void run_table(ptl_lane *lane, ptl_exchange *e)
{
    ptl_error err;
    if (enter(&e->state_read, lane, &err) != PTL_OK) {
        e->work = ptl_stream_rouse;
        hand_over(lane, e);
        return;
    }
    e->store = &lane->own;
    e->memo = &lane->memo;
    note_streaming(lane, true);
    answer(lane, e);
    ptl_stream *stream = e->flow ? e->stream : NULL;
    if (!stream) ptl_store_leave(&lane->own);
    wake(e);
    if (stream) ptl_stream_go_on(stream, &lane->own, &lane->memo);
    note_streaming(lane, false);
    note_work(lane->server);
}

/* --- one job ---------------------------------------------------------------------------------- */

static void lock_for(ptl_server *server, const ptl_op *op)
{
    if (op->effects & PTL_ALONE)
        pthread_rwlock_wrlock(&server->changing);
    else
        pthread_rwlock_rdlock(&server->changing);
}

static void run_job(ptl_lane *lane, ptl_server_job *job)
{
    ptl_error err;
    ptl_error_clear(&err);
    lock_for(lane->server, job->op);
    const ptl_status st = enter(NULL, lane, &err);
    ptl_jobs_run(lane, job, st == PTL_OK ? &lane->own : NULL, &err);
    if (st == PTL_OK) ptl_store_leave(&lane->own);
    note_work(lane->server);
    pthread_rwlock_unlock(&lane->server->changing);
}

/* --- lanes ------------------------------------------------------------------------------------ */

static ptl_queue *queue_of(ptl_lane *lane)
{
    switch (lane->kind) {
    case PTL_LANE_CHANGES:
        return &lane->server->changes;
    case PTL_LANE_READS:
        return &lane->server->reads;
    case PTL_LANE_TABLES:
        return &lane->server->tables;
    default:
        return &lane->server->no_requests;
    }
}

/* Under the mutex. The changes' thread stops after the others, which hand requests over to it. */
static bool must_stop(const ptl_lane *lane)
{
    const ptl_server *server = lane->server;
    return lane->kind == PTL_LANE_CHANGES ? server->is_stopping_changes : server->is_stopping;
}

/* Under the mutex: wait for something to do. False: stop. True without either: a pause, in which a
 * lane lets go of what it holds and the changes' thread looks after the rest. */
static bool next(ptl_exchange **e, ptl_server_job **job, ptl_lane *lane)
{
    ptl_server *server = lane->server;
    ptl_queue *queue = queue_of(lane);
    *job = NULL;
    while (!(*e = lane->kind == PTL_LANE_READS ? take_read(queue) : take_first(queue)) &&
           !must_stop(lane) && !(*job = ptl_jobs_next(server, lane->kind))) {
        struct timespec until;
        timespec_get(&until, TIME_UTC);
        until.tv_sec += 1;
        if (lane->kind != PTL_LANE_CHANGES && lane->n_rests != server->n_rests) return true;
        if (lane->kind != PTL_LANE_CHANGES)
            (void)pthread_cond_wait(&queue->changed, &server->mutex);
        else if (pthread_cond_timedwait(&queue->changed, &server->mutex, &until) != 0)
            return true; /* the gate's news */
    }
    lane->running = *e;
    lane->job = *job;
    if (lane->kind == PTL_LANE_HEAVY) server->running_job = *job;
    return *e || *job;
}

/* The changes' thread: a second without work. Another: it was told to rest. */
static void pause_work(ptl_lane *lane)
{
    if (lane->kind == PTL_LANE_CHANGES) {
        enter_news(lane->server);
        rest(lane);
        return;
    }
    let_go(lane);
    pthread_mutex_lock(&lane->server->mutex);
    lane->n_rests = lane->server->n_rests;
    pthread_mutex_unlock(&lane->server->mutex);
}

static void *work(void *ctx)
{
    ptl_lane *lane = ctx;
    for (;;) {
        ptl_exchange *e = NULL;
        ptl_server_job *job = NULL;
        pthread_mutex_lock(&lane->server->mutex);
        const bool goes_on = next(&e, &job, lane);
        pthread_mutex_unlock(&lane->server->mutex);
        if (!goes_on) return NULL;
        if (e && lane->kind == PTL_LANE_READS)
            run_read(lane, e);
        else if (e && lane->kind == PTL_LANE_TABLES)
            run_table(lane, e);
        else if (e)
            run_change(lane, e);
        else if (job)
            run_job(lane, job);
        else
            pause_work(lane);
    }
}

static ptl_lane_kind kind_of(int i)
{
    return i == 0                     ? PTL_LANE_CHANGES
           : i == 1                   ? PTL_LANE_HEAVY
           : i == 2                   ? PTL_LANE_LIGHT
           : i < 3 + PTL_HTTP_READERS ? PTL_LANE_READS
                                      : PTL_LANE_TABLES;
}

ptl_status ptl_worker_start(ptl_server *server, ptl_error *err)
{
    note_work(server); /* the start: what it left in memory is let go like any other's */
    for (int i = 0; i < PTL_HTTP_LANES; i++) {
        ptl_lane *lane = &server->lanes[i];
        lane->server = server;
        lane->kind = kind_of(i);
        lane->store = &server->store;
        const int failed = pthread_create(&lane->thread, NULL, work, lane);
        if (failed != 0)
            return ptl_fail(err, PTL_E_UNAVAILABLE, "no thread for the store: %s",
                            strerror(failed));
        lane->is_started = true;
    }
    return PTL_OK;
}

static void stop_lane(ptl_lane *lane)
{
    if (lane->is_started) pthread_join(lane->thread, NULL);
    let_go(lane);
    lane->is_started = false;
}

/* What waits in a queue is still answered; what runs is told to stop. */
void ptl_worker_stop(ptl_server *server)
{
    ptl_streams_close(server);
    pthread_mutex_lock(&server->mutex);
    server->is_stopping = true;
    for (int i = 0; i < PTL_HTTP_LANES; i++)
        if (server->lanes[i].job) ptl_progress_cancel(&server->lanes[i].job->progress);
    pthread_cond_broadcast(&server->reads.changed);
    pthread_cond_broadcast(&server->tables.changed);
    pthread_cond_broadcast(&server->no_requests.changed);
    pthread_mutex_unlock(&server->mutex);
    for (int i = 1; i < PTL_HTTP_LANES; i++) stop_lane(&server->lanes[i]);
    pthread_mutex_lock(&server->mutex);
    server->is_stopping_changes = true;
    pthread_cond_broadcast(&server->changes.changed);
    pthread_mutex_unlock(&server->mutex);
    stop_lane(&server->lanes[0]);
    ptl_gate_enter_news(server);
}

/* --- deadlines -------------------------------------------------------------------------------- */

/* Under the mutex. */
static void refuse_overdue(ptl_server *server, ptl_queue *queue, int64_t now)
{
    for (ptl_exchange *e; (e = take_overdue(queue, now)) != NULL;) {
        atomic_fetch_add(&server->n_overdue, 1);
        refuse_busy(e, now - e->begun_ms);
        wake(e);
    }
}

void ptl_worker_tick(ptl_server *server)
{
    const int64_t now = ptl_clock_monotonic_ms();
    pthread_mutex_lock(&server->mutex);
    refuse_overdue(server, &server->changes, now);
    refuse_overdue(server, &server->reads, now);
    refuse_overdue(server, &server->tables, now);
    for (int i = 0; i < PTL_HTTP_LANES; i++) {
        ptl_exchange *e = server->lanes[i].running;
        if (!e || e->until_ms > now || e->is_overdue) continue;
        e->is_overdue = true;
        ptl_progress_cancel(&e->progress);
    }
    pthread_mutex_unlock(&server->mutex);
}
