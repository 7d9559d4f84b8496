/* call.c: one operation of the registry, asked for over HTTP.
 *
 * A read (ptl_op_is_read) is GET with parameters in the query, run on a lane that sees one state of
 * the stores. Its answer is tagged by what it says, and held for as long as that state lasts
 * (answers.c): asked again, it is sent without reading. Everything else is POST with a JSON object;
 * under an Idempotency-Key it happens once:
 *
 *     key new ──▶ begun, durable ──▶ done ──▶ answer kept ──▶ the same answer again
 *                      └── the process died: 409, "its end is not known"
 *
 * A path is read below the workspace and never below .portolan, unless the workspace's own user
 * asks through the socket. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "http/server_internal.h"
#include "ops/dispatch.h"

const ptl_op *ptl_call_find(const char *rest)
{
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        const char *a = ptl_ops[i]->name;
        const char *b = rest;
        while (*a && (*a == '.' ? *b == '/' : *a == *b)) a++, b++;
        if (!*a && !*b) return ptl_ops[i];
    }
    return NULL;
}

/* --- parameters ------------------------------------------------------------------------------- */

typedef struct query {
    ptl_exchange *exchange;
    ptl_arg_text texts[PTL_HTTP_QUERY_MAX];
    int64_t n;
    const char *fault;
} query;

static enum MHD_Result add_param(void *ctx, enum MHD_ValueKind kind, const char *key,
                                 size_t key_size, const char *value, size_t value_size)
{
    query *q = ctx;
    (void)kind;
    if (q->n >= PTL_HTTP_QUERY_MAX) {
        q->fault = "the query has too many parameters";
        return MHD_NO;
    }
    if (strlen(key) != key_size || (value && strlen(value) != value_size)) {
        q->fault = "the query holds a zero byte";
        return MHD_NO;
    }
    if (ptl_table_is_ours(key)) return MHD_YES;
    q->texts[q->n++] = (ptl_arg_text){key, value ? value : "true"};
    return MHD_YES;
}

/* Where the path leads, as far as it is there, lies below the root and not below .portolan. */
static bool is_inside(const char *root, const char *path)
{
    char real[PATH_MAX];
    char part[PATH_MAX];
    const size_t len = strlen(root);
    if (path[0] == '/' || strlen(path) >= sizeof part - len - 2) return false;
    for (ptl_text rest = ptl_text_of(path); rest.len > 0;)
        if (ptl_text_equal(ptl_text_cut(&rest, '/'), PTL_TEXT(".."))) return false;
    (void)snprintf(part, sizeof part, "%s/%s", root, path);
    while (!realpath(part, real)) {
        char *slash = strrchr(part, '/');
        if (errno != ENOENT || !slash || slash == part) return false;
        *slash = '\0';
    }
    if (strncmp(real, root, len) != 0 || (real[len] != '\0' && real[len] != '/')) return false;
    return strncmp(real + len, "/.portolan", 10) != 0;
}

static bool paths_are_inside(ptl_exchange *e)
{
    for (int64_t i = 0; i < e->op->n_params; i++) {
        const ptl_param *param = &e->op->params[i];
        if (param->type != PTL_PARAM_PATH) continue;
        for (int64_t j = 0; j < ptl_args_count(e->args, param->name); j++) {
            if (is_inside(e->server->root, ptl_args_item(e->args, param->name, j))) continue;
            ptl_answer_refusal(e, 0, PTL_E_DENIED,
                               "parameter \"%s\": over HTTP a path stays inside the workspace",
                               param->name);
            ptl_gate_refused(e, "a path outside the workspace");
            return false;
        }
    }
    return true;
}

bool ptl_call_args(ptl_exchange *e, bool from_query)
{
    ptl_error err;
    ptl_args *args = NULL;
    ptl_status st;
    ptl_error_clear(&err);
    if (from_query) {
        query q = {.exchange = e};
        (void)MHD_get_connection_values_n(e->connection, MHD_GET_ARGUMENT_KIND, add_param, &q);
        st = q.fault ? ptl_fail(&err, PTL_E_INVALID, "%s", q.fault)
                     : ptl_args_from_texts(&args, e->op, q.texts, q.n, &e->arena, &err);
    } else {
        const ptl_text body = e->body.len > 0 ? ptl_buffer_borrow(&e->body) : PTL_TEXT("{}");
        st = ptl_args_from_json(&args, e->op, body, &e->arena, &err);
    }
    if (st != PTL_OK) {
        ptl_answer_problem(e, 0, &err, NULL);
        return false;
    }
    e->args = args;
    return e->caller.by_socket || paths_are_inside(e);
}

/* --- the call --------------------------------------------------------------------------------- */

ptl_status ptl_call_name_overdue(const ptl_exchange *e, ptl_status st, ptl_error *err)
{
    if (st != PTL_E_CANCELLED || !e->is_overdue) return st;
    (void)ptl_fail(err, PTL_E_UNAVAILABLE, "%s was stopped after %d s", e->op->name,
                   PTL_HTTP_WAIT_MS_MAX / 1000);
    ptl_error_hint(err, "ask for less, or run it in a terminal");
    return PTL_E_UNAVAILABLE;
}

static ptl_status dispatch(ptl_server *server, ptl_exchange *e, ptl_reply *reply, ptl_error *err)
{
    const ptl_request request = {.operation = e->op->name,
                                 .args = e->args,
                                 .root = server->root,
                                 .actor = e->caller.actor,
                                 .role = ptl_caller_role(&e->caller),
                                 .verticals = e->caller.verticals,
                                 .force = e->force,
                                 .progress = &e->progress,
                                 .now = ptl_clock_now(),
                                 .store = e->store,
                                 .memo = e->memo};
    return ptl_call_name_overdue(e, ptl_dispatch_op(reply, e->op, &request, err), err);
}

/* Call, and answer. What went wrong is in `err` too. */
static ptl_status call(ptl_server *server, ptl_exchange *e, ptl_reply *reply, ptl_error *err)
{
    const ptl_status st = dispatch(server, e, reply, err);
    if (st == PTL_OK && e->format != PTL_FORMAT_JSON)
        ptl_table_answer(e, 200, reply);
    else if (st == PTL_OK)
        ptl_answer_reply(e, 200, reply);
    else
        ptl_answer_problem(e, 0, err, reply);
    return st;
}

/* --- reads ------------------------------------------------------------------------------------ */

/* An operation that reads files beside the stores has no tag: nothing here sees them change. */
static void read_anew(ptl_server *server, ptl_exchange *e, ptl_state state)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    ptl_error_clear(&err);
    ptl_status st = ptl_reply_new(&reply, &err);
    if (st == PTL_OK)
        st = call(server, e, reply, &err);
    else
        ptl_answer_problem(e, 0, &err, NULL);
    ptl_reply_free(reply);
    if (st == PTL_OK && e->http == 200 && !(e->op->effects & PTL_FILES)) ptl_answers_give(e, state);
}

/* While it waited another may have read the same. */
void ptl_call_read(ptl_server *server, ptl_exchange *e)
{
    if (ptl_answers_take(e)) return;
    ptl_state_look(server);
    ptl_state state = ptl_state_now(server);
    state.store = e->state_read;
    read_anew(server, e, state);
}

/* --- changes ---------------------------------------------------------------------------------- */

static void answer_job(ptl_exchange *e, int64_t job_id)
{
    ptl_json json;
    ptl_error err;
    (void)snprintf(e->location, sizeof e->location, "/api/v1/jobs/%lld", (long long)job_id);
    ptl_answer_json(e, &json, &err);
    ptl_json_put_int(&json, "job", job_id);
    ptl_json_put_string(&json, "operation", e->op->name);
    ptl_json_put_string(&json, "state", ptl_job_state_text(PTL_JOB_QUEUED));
    ptl_json_put_string(&json, "address", e->location);
    ptl_answer_json_end(e, 202, &json, &err);
}

/* One who gave the same key for something else, or whose first try has no known end. */
static void answer_again(ptl_exchange *e, const ptl_kept_answer *kept, ptl_hash request)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    e->is_replayed = true;
    if (!ptl_hash_equal(kept->request, request)) {
        e->is_replayed = false;
        ptl_answer_refusal(e, 0, PTL_E_CONFLICT,
                           "Idempotency-Key \"%s\" came before with another request", e->key);
    } else if (kept->http == 0) {
        e->is_replayed = false;
        ptl_answer_refusal(e, 0, PTL_E_CONFLICT,
                           "Idempotency-Key \"%s\" came before and its end is not known: look at "
                           "the newest runs",
                           e->key);
    } else if (kept->job_id > 0) {
        answer_job(e, kept->job_id);
    } else if (kept->http != 200) {
        ptl_answer_text(e, kept->http, "application/problem+json", ptl_text_of(kept->answer));
    } else {
        ptl_status st = ptl_reply_new(&reply, &err);
        if (st == PTL_OK) st = ptl_reply_load(reply, ptl_text_of(kept->answer), &err);
        if (st == PTL_OK)
            ptl_answer_reply(e, kept->http, reply);
        else
            ptl_answer_problem(e, 0, &err, NULL);
        ptl_reply_free(reply);
    }
}

static bool may_come_again(ptl_status st)
{
    return st == PTL_E_UNAVAILABLE || st == PTL_E_BUSY || st == PTL_E_CANCELLED ||
           st == PTL_E_NO_MEMORY;
}

/* The saved form of what was answered: without its secrets. */
static ptl_status keep(ptl_exchange *e, const ptl_reply *reply, ptl_status st, int64_t job_id,
                       ptl_error *err)
{
    ptl_buffer saved;
    ptl_json json;
    if (may_come_again(st))
        return ptl_kept_answer_drop(e->store->records, e->caller.actor, e->key, err);
    ptl_buffer_init(&saved, PTL_HTTP_ANSWER_MAX, NULL);
    ptl_status kept = PTL_OK;
    if (st == PTL_OK && job_id == 0) {
        ptl_json_init_buffer(&json, &saved, 0, err);
        ptl_reply_save(reply, &json);
        kept = ptl_json_finish(&json);
    }
    const ptl_kept_answer answer = {
        .http = e->http, .answer = st == PTL_OK ? saved.ptr : e->answer.ptr, .job_id = job_id};
    if (kept == PTL_OK)
        kept = ptl_kept_answer_end(e->store->records, e->caller.actor, e->key, &answer, err);
    ptl_buffer_dispose(&saved);
    return kept;
}

static ptl_status hash_request(ptl_hash *out, const ptl_exchange *e, ptl_error *err)
{
    ptl_hasher hasher;
    ptl_buffer canonical;
    ptl_buffer_init(&canonical, 2 * (size_t)PTL_HTTP_BODY_MAX, NULL);
    const ptl_status st = ptl_args_canonical(&canonical, e->args, err);
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, ptl_text_of(e->op->name));
    ptl_hasher_add_text(&hasher, ptl_text_of(e->force ? "force" : ""));
    ptl_hasher_add_text(&hasher, ptl_buffer_borrow(&canonical));
    *out = ptl_hasher_finish(&hasher);
    ptl_buffer_dispose(&canonical);
    return st;
}

/* Do it now, or queue it; the status is that of the operation, or of queueing. */
static ptl_status change(ptl_server *server, ptl_exchange *e, ptl_reply *reply, int64_t *job_id,
                         ptl_error *err)
{
    if (!e->op->is_long) return call(server, e, reply, err);
    const ptl_status st = ptl_jobs_add(job_id, server, e, err);
    if (st == PTL_OK)
        answer_job(e, *job_id);
    else
        ptl_answer_problem(e, 0, err, NULL);
    return st;
}

static void change_once(ptl_server *server, ptl_exchange *e, ptl_reply *reply)
{
    ptl_error err;
    ptl_hash request;
    ptl_kept_answer kept;
    int64_t job_id = 0;
    bool found = false;
    ptl_status st = PTL_OK;
    ptl_error_clear(&err);
    if (e->key) {
        st = hash_request(&request, e, &err);
        if (st == PTL_OK)
            st = ptl_kept_answer_begin(&kept, &found, e->store->records, e->caller.actor, e->key,
                                       request, ptl_clock_now(), &e->arena, &err);
        if (st != PTL_OK) {
            ptl_answer_problem(e, 0, &err, NULL);
            return;
        }
        if (found) {
            answer_again(e, &kept, request);
            return;
        }
    }
    st = change(server, e, reply, &job_id, &err);
    if (!e->key) return;
    st = keep(e, reply, st, job_id, &err);
    if (st != PTL_OK) ptl_report_line(server, "error", "answer not kept", err.message);
}

void ptl_call_change(ptl_server *server, ptl_exchange *e)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    if (ptl_reply_new(&reply, &err) != PTL_OK) {
        ptl_answer_problem(e, 0, &err, NULL);
        return;
    }
    change_once(server, e, reply);
    ptl_reply_free(reply);
    ptl_state_refresh(server, e->store);
    if (strncmp(e->op->name, "access.", 7) == 0 && ptl_gate_load(server, &err) != PTL_OK)
        ptl_report_line(server, "error", "people and keys could not be read", err.message);
}
