/* worker.c: the one thread that owns the store, and the queue before it.
 *
 * Invariants. 1. Only this thread touches the store between start and stop. 2. A request that waits
 * is in the queue or is the running one, never both, and is answered and resumed exactly once: by
 * this thread after its work, or by the ticker while it still stands in the queue. 3. Requests go
 * before jobs; a job that runs is not interrupted for them, so they wait for its end or for their
 * deadline. */
#include <string.h>

#include "base/clock.h"
#include "http/server_internal.h"

static void wake(ptl_exchange *e)
{
    e->state = PTL_EXCHANGE_ANSWERED;
    MHD_resume_connection(e->connection);
}

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

void ptl_worker_submit(ptl_server *server, ptl_exchange *e, ptl_work_fn work)
{
    e->work = work;
    e->next = NULL;
    e->until_ms = ptl_clock_monotonic_ms() + PTL_HTTP_WAIT_MS_MAX;
    pthread_mutex_lock(&server->mutex);
    const bool full = server->n_waiting >= PTL_HTTP_QUEUE_MAX || server->is_stopping;
    if (!full) {
        e->state = PTL_EXCHANGE_WAITING;
        MHD_suspend_connection(e->connection);
        if (server->last) server->last->next = e;
        server->last = e;
        if (!server->first) server->first = e;
        server->n_waiting++;
        pthread_cond_signal(&server->changed);
    } else {
        refuse_busy(e, 0);
    }
    pthread_mutex_unlock(&server->mutex);
}

/* Under the mutex. */
static ptl_exchange *take_first(ptl_server *server)
{
    ptl_exchange *e = server->first;
    if (!e) return NULL;
    server->first = e->next;
    if (!server->first) server->last = NULL;
    server->n_waiting--;
    return e;
}

/* What is told to stop at its deadline answers so itself: one place answers, whatever happened. */
static void run_exchange(ptl_server *server, ptl_exchange *e)
{
    e->work(server, e);
    pthread_mutex_lock(&server->mutex);
    server->running = NULL;
    pthread_mutex_unlock(&server->mutex);
    ptl_gate_enter_news(server);
    ptl_events_state(server);
    wake(e);
}

static void *work(void *ctx)
{
    ptl_server *server = ctx;
    for (;;) {
        pthread_mutex_lock(&server->mutex);
        ptl_exchange *e = NULL;
        ptl_server_job *job = NULL;
        bool news = false;
        while (!(e = take_first(server)) && !server->is_stopping &&
               !(job = ptl_jobs_next(server)) && !news) {
            struct timespec until;
            timespec_get(&until, TIME_UTC);
            until.tv_sec += 1;
            news = pthread_cond_timedwait(&server->changed, &server->mutex, &until) != 0;
        }
        server->running = e;
        server->running_job = job;
        const bool stopping = server->is_stopping && !e;
        pthread_mutex_unlock(&server->mutex);
        if (stopping) return NULL;
        if (e) run_exchange(server, e);
        if (job) ptl_jobs_run(server, job);
        if (news) ptl_gate_enter_news(server);
        if (news) ptl_events_state(server);
    }
}

ptl_status ptl_worker_start(ptl_server *server, ptl_error *err)
{
    const int failed = pthread_create(&server->worker, NULL, work, server);
    if (failed == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_UNAVAILABLE, "no thread for the store: %s", strerror(failed));
}

/* What waits in the queue is still answered; what runs is told to stop. */
void ptl_worker_stop(ptl_server *server)
{
    pthread_mutex_lock(&server->mutex);
    server->is_stopping = true;
    if (server->running_job) ptl_progress_cancel(&server->running_job->progress);
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    pthread_join(server->worker, NULL);
    ptl_gate_enter_news(server);
}

/* Under the mutex: take what is overdue out of the queue. */
static ptl_exchange *take_overdue(ptl_server *server, int64_t now)
{
    ptl_exchange *before = NULL;
    for (ptl_exchange *e = server->first; e; before = e, e = e->next) {
        if (e->until_ms > now) continue;
        if (before)
            before->next = e->next;
        else
            server->first = e->next;
        if (server->last == e) server->last = before;
        server->n_waiting--;
        return e;
    }
    return NULL;
}

void ptl_worker_tick(ptl_server *server)
{
    const int64_t now = ptl_clock_monotonic_ms();
    pthread_mutex_lock(&server->mutex);
    for (ptl_exchange *e; (e = take_overdue(server, now)) != NULL;) {
        atomic_fetch_add(&server->n_overdue, 1);
        refuse_busy(e, now - e->begun_ms);
        wake(e);
    }
    if (server->running && server->running->until_ms <= now && !server->running->is_overdue) {
        server->running->is_overdue = true;
        ptl_progress_cancel(&server->running->progress);
    }
    pthread_mutex_unlock(&server->mutex);
}
