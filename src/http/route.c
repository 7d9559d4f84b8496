/* route.c: which address means what, with which method, for whom.
 *
 * Order of refusals: address (404), method (405), who asks (401), what they may (403), a change
 * from another site (403), type of the body (415), parameters (400, 413). Nobody learns from an
 * earlier one what a later one would have said. */
#include <string.h>

#include "http/server_internal.h"

typedef void (*answer_fn)(ptl_exchange *e);

/* Addresses that are no operation. NULL: the method is not allowed. */
typedef struct fixed_route {
    const char *path;
    answer_fn get, post, del;
    bool is_public; /* without signing in */
    const char *allow;
} fixed_route;

static void answer_alive(ptl_exchange *e)
{
    ptl_answer_text(e, 200, "text/plain; charset=utf-8", PTL_TEXT("ok\n"));
}

static void answer_ready(ptl_exchange *e)
{
    const bool ready = atomic_load(&e->server->is_ready);
    ptl_answer_text(e, ready ? 200 : 503, "text/plain; charset=utf-8",
                    ready ? PTL_TEXT("ready\n") : PTL_TEXT("not ready\n"));
}

static void answer_openapi(ptl_exchange *e)
{
    ptl_json json;
    ptl_error err;
    ptl_buffer_clear(&e->answer);
    ptl_json_init_buffer(&json, &e->answer, 0, &err);
    ptl_status st = ptl_openapi(&json, &err);
    if (st == PTL_OK) st = ptl_json_finish(&json);
    e->http = 200;
    e->type = "application/json";
    if (st != PTL_OK) ptl_answer_problem(e, 0, &err, NULL);
}

static void answer_events(ptl_exchange *e)
{
    if (ptl_gate_signed_in(e)) ptl_events_answer(e);
}

static const fixed_route fixed_routes[] = {
    {"/healthz", answer_alive, NULL, NULL, true, "GET, HEAD, OPTIONS"},
    {"/readyz", answer_ready, NULL, NULL, true, "GET, HEAD, OPTIONS"},
    {"/metrics", ptl_report_metrics, NULL, NULL, true, "GET, HEAD, OPTIONS"},
    {"/api/v1/openapi.json", answer_openapi, NULL, NULL, true, "GET, HEAD, OPTIONS"},
    {"/api/v1/events", answer_events, NULL, NULL, false, "GET, OPTIONS"},
    {"/api/v1/claim", NULL, ptl_gate_claim, NULL, true, "POST, OPTIONS"},
    {"/api/v1/session", ptl_gate_who, ptl_gate_sign_in, ptl_gate_sign_out, true,
     "GET, HEAD, POST, DELETE, OPTIONS"},
};

/* --- what every request must be --------------------------------------------------------------- */

static bool is(const ptl_exchange *e, const char *method)
{
    return strcmp(e->method, method) == 0;
}

static bool is_get(const ptl_exchange *e)
{
    return is(e, "GET") || is(e, "HEAD");
}

static void refuse_method(ptl_exchange *e, const char *allow)
{
    e->allow = allow;
    ptl_answer_refusal(e, 405, PTL_E_INVALID, "%.20s is not how this address is asked: %s",
                       e->method, allow);
}

/* OPTIONS, or a method that is not among the address's. */
bool ptl_route_by_method(ptl_exchange *e, const char *allow, bool allowed)
{
    if (is(e, "OPTIONS")) {
        e->allow = allow;
        e->http = 204;
        return true;
    }
    if (allowed) return false;
    refuse_method(e, allow);
    return true;
}

/* A body is JSON in UTF-8, and nothing a form of another site can send. */
static bool has_json_body(ptl_exchange *e)
{
    const char *type = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Content-Type");
    if (!type && e->body.len == 0) return true;
    ptl_text rest = ptl_text_of(type);
    const ptl_text media = ptl_text_trim(ptl_text_cut(&rest, ';'));
    const ptl_text wanted = PTL_TEXT("application/json");
    if (media.len == wanted.len && strncasecmp(media.ptr, wanted.ptr, wanted.len) == 0) return true;
    ptl_answer_refusal(e, 415, PTL_E_INVALID, "a body has Content-Type application/json");
    return false;
}

/* --- operations ------------------------------------------------------------------------------- */

static bool may(ptl_exchange *e)
{
    char words[128];
    if (ptl_gate_may(&e->caller, e->op)) return true;
    ptl_answer_refusal(e, 0, PTL_E_DENIED, "%s needs more than the role %s%s", e->op->name,
                       ptl_role_name(e->caller.role),
                       e->caller.operations[0] ? " with this key's operations" : "");
    (void)snprintf(words, sizeof words, "%s as %s", e->op->name, ptl_role_name(e->caller.role));
    ptl_gate_refused(e, words);
    return false;
}

static bool read_key(ptl_exchange *e)
{
    const char *key =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Idempotency-Key");
    size_t n = 0;
    e->key = key;
    if (!key) return true;
    while (key[n] > ' ' && key[n] < 127) n++;
    if (n > 0 && n <= PTL_HTTP_KEY_BYTES_MAX && key[n] == '\0') return true;
    ptl_answer_refusal(e, 0, PTL_E_INVALID,
                       "an Idempotency-Key has 1 to %d visible characters without blanks",
                       PTL_HTTP_KEY_BYTES_MAX);
    return false;
}

/* The one query parameter of a change: compute again. */
static bool read_force(ptl_exchange *e)
{
    const int n = MHD_get_connection_values(e->connection, MHD_GET_ARGUMENT_KIND, NULL, NULL);
    const char *force = MHD_lookup_connection_value(e->connection, MHD_GET_ARGUMENT_KIND, "force");
    e->force = force && strcmp(force, "true") == 0;
    if (n == 0 || (n == 1 && force && (e->force || strcmp(force, "false") == 0))) return true;
    ptl_answer_refusal(e, 0, PTL_E_INVALID,
                       "a POST takes its parameters in the body; its query takes force=true alone");
    return false;
}

static void route_read(ptl_exchange *e)
{
    if (ptl_route_by_method(e, "GET, HEAD, OPTIONS", is_get(e))) return;
    if (!ptl_gate_signed_in(e) || !may(e)) return;
    e->if_none_match =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (!ptl_table_ask(e) || !ptl_call_args(e, true) || !ptl_answers_name(e)) return;
    if (ptl_stream_is_wanted(e))
        ptl_stream_answer(e);
    else if (!ptl_answers_take(e))
        ptl_worker_read(e->server, e, ptl_call_read);
}

static void route_change(ptl_exchange *e)
{
    if (ptl_route_by_method(e, "POST, OPTIONS", is(e, "POST"))) return;
    if (!ptl_gate_signed_in(e) || !may(e) || !ptl_gate_same_site(e) || !has_json_body(e)) return;
    if (read_key(e) && read_force(e) && ptl_call_args(e, false))
        ptl_worker_submit(e->server, e, ptl_call_change);
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void route_job(ptl_exchange *e, const char *number)
{
    const bool gets = is_get(e);
    if (ptl_text_int(&e->job_id, ptl_text_of(number), NULL) != PTL_OK || e->job_id < 1) {
        ptl_answer_refusal(e, 0, PTL_E_NOT_FOUND, "\"%.40s\" is no job's number", number);
        return;
    }
    if (ptl_route_by_method(e, "GET, HEAD, DELETE, OPTIONS", gets || is(e, "DELETE"))) return;
    if (!ptl_gate_signed_in(e)) return;
    if (gets) {
        if (!ptl_jobs_show(e->server, e)) ptl_worker_read(e->server, e, ptl_jobs_show_kept);
        return;
    }
    if (!ptl_gate_same_site(e)) return;
    if (!ptl_jobs_cancel(e->server, e))
        ptl_answer_refusal(e, 0, PTL_E_NOT_FOUND, "no job %lld is open", (long long)e->job_id);
}

/* --- all -------------------------------------------------------------------------------------- */

static bool route_fixed(ptl_exchange *e)
{
    for (size_t i = 0; i < sizeof fixed_routes / sizeof *fixed_routes; i++) {
        const fixed_route *r = &fixed_routes[i];
        if (strcmp(r->path, e->path) != 0) continue;
        const answer_fn fn = is_get(e)         ? r->get
                             : is(e, "POST")   ? r->post
                             : is(e, "DELETE") ? r->del
                                               : NULL;
        if (ptl_route_by_method(e, r->allow, fn != NULL)) return true;
        if (fn == r->post && !has_json_body(e)) return true;
        fn(e);
        return true;
    }
    return false;
}

static bool wants_saved(const ptl_exchange *e)
{
    const char *accept = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Accept");
    return accept && strcmp(accept, "application/vnd.portolan.reply+json") == 0;
}

void ptl_route(ptl_exchange *e)
{
    static const char api[] = "/api/v1/";
    static const char jobs[] = "/api/v1/jobs/";
    if (e->is_malformed) {
        ptl_answer_refusal(e, 0, PTL_E_INVALID, "the address holds a zero byte");
        return;
    }
    e->wants_saved = wants_saved(e);
    ptl_gate_identify(e);
    if (route_fixed(e)) return;
    if (ptl_upload_route(e)) return;
    if (strncmp(e->path, jobs, sizeof jobs - 1) == 0) {
        route_job(e, e->path + sizeof jobs - 1);
        return;
    }
    e->op =
        strncmp(e->path, api, sizeof api - 1) == 0 ? ptl_call_find(e->path + sizeof api - 1) : NULL;
    if (!e->op) {
        if (ptl_console_answer(e)) return;
        ptl_answer_refusal(e, 0, PTL_E_NOT_FOUND, "nothing lies at \"%.200s\"", e->url);
        return;
    }
    if (ptl_op_is_read(e->op))
        route_read(e);
    else
        route_change(e);
}
