/* jobs.c: long operations over HTTP: queued, run, asked about, cancelled.
 *
 *     queued ──▶ running ──▶ done | failed | cancelled
 *        └──▶ cancelled
 *
 * Records have a row of each from before the 202 is sent. Memory has the newest with their progress
 * and answers, so that asking never waits for the store; an older one is read from records. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/server_internal.h"
#include "ops/dispatch.h"

static bool is_open(const ptl_server_job *job)
{
    return job->state == PTL_JOB_QUEUED || job->state == PTL_JOB_RUNNING;
}

static void forget(ptl_server_job *job)
{
    if (job->job_id == 0) return;
    ptl_reply_free(job->reply);
    ptl_arena_dispose(&job->arena);
    memset(job, 0, sizeof *job);
}

void ptl_jobs_dispose(ptl_server *server)
{
    for (int i = 0; i < PTL_HTTP_JOBS_MAX; i++) forget(&server->jobs[i]);
}

/* Under the mutex: a free place, or that of the job that ended longest ago. */
static ptl_server_job *find_place(ptl_server *server, ptl_error *err)
{
    ptl_server_job *best = NULL;
    int n_open = 0;
    for (int i = 0; i < PTL_HTTP_JOBS_MAX; i++) {
        ptl_server_job *job = &server->jobs[i];
        const bool open = job->job_id > 0 && is_open(job);
        n_open += open;
        if (!open && (!best || job->order < best->order)) best = job;
    }
    if (best && n_open < PTL_HTTP_JOBS_OPEN_MAX) return best;
    (void)ptl_fail(err, PTL_E_UNAVAILABLE, "%d jobs are queued or running already", n_open);
    return NULL;
}

static void follow(void *ctx, const ptl_progress_state *state)
{
    ptl_server_job *job = ctx;
    pthread_mutex_lock(&job->server->mutex);
    (void)snprintf(job->step, sizeof job->step, "%s", state->what ? state->what : "");
    job->share = state->share;
    pthread_mutex_unlock(&job->server->mutex);
    ptl_events_job(job->server, job->job_id);
}

/* A copy of the parameters that outlives the request. */
static ptl_status copy_args(ptl_server_job *job, const ptl_args *args, ptl_buffer *canonical,
                            ptl_error *err)
{
    ptl_args *copy = NULL;
    PTL_TRY(ptl_args_canonical(canonical, args, err));
    PTL_TRY(ptl_args_from_json(&copy, job->op, ptl_buffer_borrow(canonical), &job->arena, err));
    job->args = copy;
    return PTL_OK;
}

static ptl_status fill(ptl_server_job *job, ptl_server *server, const ptl_exchange *e,
                       ptl_error *err)
{
    ptl_buffer canonical;
    ptl_buffer_init(&canonical, 2 * (size_t)PTL_HTTP_BODY_MAX, NULL);
    *job = (ptl_server_job){.op = e->op,
                            .role = ptl_caller_role(&e->caller),
                            .force = e->force,
                            .state = PTL_JOB_QUEUED,
                            .share = PTL_NAN,
                            .queued_at = ptl_clock_now(),
                            .server = server};
    memcpy(job->actor, e->caller.actor, sizeof job->actor);
    ptl_arena_init(&job->arena, PTL_HTTP_ARENA_MAX, NULL);
    ptl_progress_init(&job->progress, follow, NULL);
    ptl_status st = copy_args(job, e->args, &canonical, err);
    ptl_job row = {.operation = e->op->name,
                   .parameters = canonical.ptr,
                   .state = PTL_JOB_QUEUED,
                   .share = PTL_NAN,
                   .queued_at = job->queued_at};
    if (st == PTL_OK) st = ptl_job_add(&row, server->store.records, err);
    job->job_id = row.job_id;
    if (st != PTL_OK) ptl_arena_dispose(&job->arena);
    ptl_buffer_dispose(&canonical);
    return st;
}

ptl_status ptl_jobs_add(int64_t *job_id, ptl_server *server, const ptl_exchange *e, ptl_error *err)
{
    ptl_server_job made;
    ptl_status st = PTL_E_UNAVAILABLE;
    pthread_mutex_lock(&server->mutex);
    ptl_server_job *place = find_place(server, err);
    pthread_mutex_unlock(&server->mutex);
    if (!place) return st;
    PTL_TRY(fill(&made, server, e, err));
    pthread_mutex_lock(&server->mutex); /* only this thread fills places: it is still free */
    forget(place);
    *place = made;
    place->progress.ctx = place;
    place->order = ++server->job_order;
    *job_id = place->job_id;
    pthread_mutex_unlock(&server->mutex);
    atomic_fetch_add(&server->generation, 1);
    ptl_events_job(server, *job_id); /* told as queued before a lane looks for it */
    pthread_mutex_lock(&server->mutex);
    pthread_cond_broadcast(&server->no_requests.changed);
    pthread_mutex_unlock(&server->mutex);
    return PTL_OK;
}

/* What changes something, or bears no change beside it, is heavy: one at a time. */
static ptl_lane_kind lane_of(const ptl_op *op)
{
    const unsigned heavy = PTL_WRITES | PTL_SPENDS | PTL_CACHED | PTL_DRAFT | PTL_ALONE;
    return op->effects & heavy ? PTL_LANE_HEAVY : PTL_LANE_LIGHT;
}

ptl_server_job *ptl_jobs_next(ptl_server *server, ptl_lane_kind kind)
{
    ptl_server_job *next = NULL;
    for (int i = 0; i < PTL_HTTP_JOBS_MAX; i++) {
        ptl_server_job *job = &server->jobs[i];
        if (job->job_id > 0 && job->state == PTL_JOB_QUEUED && lane_of(job->op) == kind &&
            (!next || job->order < next->order))
            next = job;
    }
    if (next) next->state = PTL_JOB_RUNNING;
    return next;
}

ptl_status ptl_jobs_settle(ptl_server *server, ptl_error *err)
{
    ptl_arena arena;
    ptl_job *jobs = NULL;
    int64_t n = 0;
    ptl_arena_init(&arena, 64 * 1024 * 1024, NULL);
    ptl_status st =
        ptl_job_list(&jobs, &n, server->store.records, 10 * PTL_HTTP_JOBS_MAX, &arena, err);
    for (int64_t i = 0; st == PTL_OK && i < n; i++) {
        if (jobs[i].state != PTL_JOB_QUEUED) continue;
        jobs[i].state = PTL_JOB_INTERRUPTED;
        jobs[i].ended_at = ptl_clock_now();
        jobs[i].failure = "the server stopped before it began";
        st = ptl_job_update(server->store.records, &jobs[i], err);
    }
    ptl_arena_dispose(&arena);
    return st;
}

/* --- running ---------------------------------------------------------------------------------- */

/* The dispatcher wrote the row's end where the operation made a run; otherwise it is written here,
 * and a row that has its end already refuses a second one. */
static void write_row(ptl_records *records, const ptl_server_job *job)
{
    const ptl_job row = {.job_id = job->job_id,
                         .state = job->state,
                         .step = job->step,
                         .share = job->state == PTL_JOB_DONE ? 1.0 : PTL_NAN,
                         .started_at = job->started_at,
                         .ended_at = job->ended_at,
                         .failure = job->state == PTL_JOB_FAILED ? job->problem.message : NULL};
    /* queued until now where no run stands behind it, and nothing is done before it runs */
    ptl_job running = row;
    running.state = PTL_JOB_RUNNING;
    running.ended_at = 0;
    ptl_status st = ptl_job_update(records, &running, NULL);
    if (st == PTL_OK) st = ptl_job_update(records, &row, NULL);
    (void)st;
}

static ptl_status run_operation(ptl_lane *lane, ptl_server_job *job, ptl_store *store,
                                ptl_reply **reply, ptl_error *err)
{
    const ptl_request request = {.operation = job->op->name,
                                 .args = job->args,
                                 .root = lane->server->root,
                                 .actor = job->actor,
                                 .role = job->role,
                                 .force = job->force,
                                 .progress = &job->progress,
                                 .now = job->started_at,
                                 .store = store,
                                 .memo = &lane->memo,
                                 .job_id = job->job_id};
    if (!store) return err->status;
    PTL_TRY(ptl_reply_new(reply, err));
    return ptl_dispatch_op(*reply, job->op, &request, err);
}

void ptl_jobs_run(ptl_lane *lane, ptl_server_job *job, ptl_store *store, ptl_error *err)
{
    ptl_server *server = lane->server;
    ptl_reply *reply = NULL;
    pthread_mutex_lock(&server->mutex);
    job->started_at = ptl_clock_now();
    pthread_mutex_unlock(&server->mutex);
    ptl_events_state(server);
    ptl_events_job(server, job->job_id);
    const ptl_status st = run_operation(lane, job, store, &reply, err);
    ptl_server_job ended = {.job_id = job->job_id, .started_at = job->started_at};
    ended.ended_at = ptl_clock_now();
    ended.problem = *err;
    ended.state = st == PTL_OK            ? PTL_JOB_DONE
                  : st == PTL_E_CANCELLED ? PTL_JOB_CANCELLED
                                          : PTL_JOB_FAILED;
    /* whoever is told that it ended finds what it left */
    if (store) write_row(store->records, &ended);
    if (store) ptl_state_refresh(server, store);
    pthread_mutex_lock(&server->mutex);
    lane->job = NULL;
    if (server->running_job == job) server->running_job = NULL;
    job->reply = reply;
    job->problem = *err;
    job->ended_at = ended.ended_at;
    job->state = ended.state;
    if (st == PTL_OK) job->share = 1.0;
    pthread_mutex_unlock(&server->mutex);
    ptl_events_job(server, job->job_id);
    ptl_events_state(server);
    ptl_report_line(server, st == PTL_OK ? "info" : "warning", "job", job->op->name);
}

/* --- asking ----------------------------------------------------------------------------------- */

static ptl_server_job *find(ptl_server *server, int64_t job_id)
{
    for (int i = 0; i < PTL_HTTP_JOBS_MAX; i++)
        if (job_id > 0 && server->jobs[i].job_id == job_id) return &server->jobs[i];
    return NULL;
}

static void put_instant(ptl_json *json, const char *key, ptl_instant at)
{
    char text[40];
    ptl_instant_format(text, at);
    ptl_json_put_string(json, key, at ? text : NULL);
}

static void put_head(ptl_json *json, const ptl_job *job)
{
    ptl_json_put_int(json, "job", job->job_id);
    ptl_json_put_string(json, "operation", job->operation);
    ptl_json_put_string(json, "state", ptl_job_state_text(job->state));
    ptl_json_put_string(json, "step", job->step && job->step[0] ? job->step : NULL);
    ptl_json_put_double(json, "share", job->share);
    put_instant(json, "queued_at", job->queued_at);
    put_instant(json, "started_at", job->started_at);
    put_instant(json, "ended_at", job->ended_at);
}

/* What is told to somebody bound to verticals is cut from a copy: others ask for the same. */
static ptl_reply *copy_bound(const ptl_exchange *e, const ptl_reply *reply)
{
    ptl_reply *copy = NULL;
    ptl_buffer saved;
    ptl_json json;
    ptl_buffer_init(&saved, PTL_HTTP_ANSWER_MAX, NULL);
    ptl_json_init_buffer(&json, &saved, 0, NULL);
    ptl_reply_save(reply, &json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) st = ptl_reply_new(&copy, NULL);
    if (st == PTL_OK) st = ptl_reply_load(copy, ptl_buffer_borrow(&saved), NULL);
    ptl_buffer_dispose(&saved);
    if (st == PTL_OK) {
        ptl_reply_bound(copy, e->caller.verticals);
        return copy;
    }
    ptl_reply_free(copy);
    return NULL;
}

static void put_reply(ptl_json *json, const ptl_exchange *e, const ptl_reply *reply)
{
    if (e->caller.verticals[0]) {
        ptl_reply *copy = copy_bound(e, reply);
        ptl_json_key(json, "answer");
        if (copy)
            ptl_reply_write_json(copy, json);
        else
            ptl_json_null(json);
        ptl_reply_free(copy);
        return;
    }
    ptl_json_key(json, "answer");
    if (e->wants_saved)
        ptl_reply_send(reply, json);
    else
        ptl_reply_write_json(reply, json);
}

static void put_problem(ptl_json *json, const ptl_exchange *e, const ptl_server_job *job)
{
    ptl_json_key(json, "problem");
    ptl_json_object(json);
    ptl_problem_write(json, ptl_status_http(job->problem.status), &job->problem, job->reply,
                      e->wants_saved);
    ptl_json_object_end(json);
}

static ptl_job head_of(const ptl_server_job *job)
{
    return (ptl_job){.job_id = job->job_id,
                     .operation = job->op->name,
                     .state = job->state,
                     .step = job->step,
                     .share = job->share,
                     .queued_at = job->queued_at,
                     .started_at = job->started_at,
                     .ended_at = job->ended_at};
}

int64_t ptl_jobs_open(int64_t out[PTL_HTTP_JOBS_OPEN_MAX], ptl_server *server)
{
    int64_t n = 0;
    pthread_mutex_lock(&server->mutex);
    for (int i = 0; i < PTL_HTTP_JOBS_MAX && n < PTL_HTTP_JOBS_OPEN_MAX; i++)
        if (server->jobs[i].job_id > 0 && is_open(&server->jobs[i]))
            out[n++] = server->jobs[i].job_id;
    pthread_mutex_unlock(&server->mutex);
    return n;
}

const ptl_op *ptl_jobs_write(ptl_json *json, ptl_job_state *state, ptl_server *server,
                             int64_t job_id)
{
    const ptl_op *op = NULL;
    pthread_mutex_lock(&server->mutex);
    const ptl_server_job *job = find(server, job_id);
    if (job) {
        const ptl_job head = head_of(job);
        op = job->op;
        *state = job->state;
        put_head(json, &head);
        if (!is_open(job) && job->state != PTL_JOB_DONE) {
            ptl_json_key(json, "problem");
            ptl_json_object(json);
            ptl_problem_write(json, ptl_status_http(job->problem.status), &job->problem, NULL,
                              false);
            ptl_json_object_end(json);
        }
    }
    pthread_mutex_unlock(&server->mutex);
    return op;
}

/* Whoever may not call the operation may not read its answer. */
static bool may_see(ptl_exchange *e, const ptl_op *op)
{
    if (op && ptl_gate_may(&e->caller, op)) return true;
    ptl_answer_refusal(e, 0, PTL_E_DENIED, "the role %s may not see this job",
                       ptl_role_name(e->caller.role));
    return false;
}

bool ptl_jobs_show(ptl_server *server, ptl_exchange *e)
{
    ptl_json json;
    ptl_error err;
    pthread_mutex_lock(&server->mutex);
    const ptl_server_job *job = find(server, e->job_id);
    if (job && may_see(e, job->op)) {
        const ptl_job head = head_of(job);
        ptl_answer_json(e, &json, &err);
        put_head(&json, &head);
        if (job->state == PTL_JOB_DONE)
            put_reply(&json, e, job->reply);
        else if (!is_open(job))
            put_problem(&json, e, job);
        ptl_answer_json_end(e, 200, &json, &err);
    }
    pthread_mutex_unlock(&server->mutex);
    return job != NULL;
}

bool ptl_jobs_cancel(ptl_server *server, ptl_exchange *e)
{
    pthread_mutex_lock(&server->mutex);
    ptl_server_job *job = find(server, e->job_id);
    if (job && may_see(e, job->op)) {
        if (is_open(job)) {
            ptl_progress_cancel(&job->progress);
            e->http = 202;
        } else {
            ptl_answer_refusal(e, 0, PTL_E_CONFLICT, "job %lld has ended: it is %s",
                               (long long)job->job_id, ptl_job_state_text(job->state));
        }
    }
    pthread_mutex_unlock(&server->mutex);
    return job != NULL;
}

/* The answer of a job that memory has not: its run's. */
static ptl_status show_kept(ptl_exchange *e, ptl_reply *reply, ptl_error *err)
{
    ptl_job job;
    ptl_run run = {0};
    ptl_json json;
    const ptl_op *op = NULL;
    PTL_TRY(ptl_job_get(&job, e->store->records, e->job_id, &e->arena, err));
    if (ptl_op_find(&op, ptl_text_of(job.operation), NULL) != PTL_OK) op = NULL;
    if (!may_see(e, op)) return PTL_OK;
    if (job.run_id > 0) PTL_TRY(ptl_run_get(&run, e->store->records, job.run_id, &e->arena, err));
    const bool kept = run.outcome && ptl_reply_is_saved(ptl_text_of(run.outcome));
    if (kept) PTL_TRY(ptl_reply_load(reply, ptl_text_of(run.outcome), err));
    ptl_answer_json(e, &json, err);
    put_head(&json, &job);
    if (kept) put_reply(&json, e, reply);
    if (job.failure) ptl_json_put_string(&json, "failure", job.failure);
    ptl_answer_json_end(e, 200, &json, err);
    return PTL_OK;
}

void ptl_jobs_show_kept(ptl_server *server, ptl_exchange *e)
{
    (void)server;
    ptl_reply *reply = NULL;
    ptl_error err;
    ptl_error_clear(&err);
    ptl_status st = ptl_reply_new(&reply, &err);
    if (st == PTL_OK) st = show_kept(e, reply, &err);
    if (st != PTL_OK) ptl_answer_problem(e, 0, &err, NULL);
    ptl_reply_free(reply);
}
