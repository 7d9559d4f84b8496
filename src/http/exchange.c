/* exchange.c: see exchange.h. */
#include "http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/limits.h"
#include "http/server_internal.h"
#include "store/memory.h"

ptl_exchange *ptl_exchange_new(ptl_server *server, bool over_socket, bool is_malformed)
{
    ptl_exchange *e = ptl_object_new(sizeof *e, "request", NULL);
    if (!e) return NULL;
    e->server = server;
    e->over_socket = over_socket;
    e->begun_ms = ptl_clock_monotonic_ms();
    e->caller.session = -1;
    e->is_malformed = is_malformed;
    ptl_buffer_init(&e->body, PTL_HTTP_BODY_MAX, NULL);
    ptl_buffer_init(&e->answer, PTL_HTTP_ANSWER_MAX, NULL);
    ptl_arena_init(&e->arena, PTL_HTTP_ARENA_MAX, NULL);
    ptl_progress_init(&e->progress, NULL, NULL);
    return e;
}

void ptl_exchange_free(ptl_exchange *e)
{
    if (!e) return;
    ptl_buffer_dispose(&e->body);
    ptl_buffer_dispose(&e->answer);
    ptl_arena_dispose(&e->arena);
    ptl_upload_drop(e->upload);
    if (e->flow) MHD_destroy_response(e->flow);
    ptl_answer_release(e->kept);
    ptl_stream_release(e->stream);
    ptl_object_free(e, sizeof *e);
}

/* --- making an answer ------------------------------------------------------------------------- */

void ptl_answer_json(ptl_exchange *e, ptl_json *json, ptl_error *err)
{
    ptl_buffer_clear(&e->answer);
    ptl_json_init_buffer(json, &e->answer, 0, err);
    ptl_json_object(json);
}

void ptl_answer_json_end(ptl_exchange *e, int http, ptl_json *json, ptl_error *err)
{
    ptl_json_object_end(json);
    e->http = http;
    e->type = http >= 400 ? "application/problem+json" : "application/json";
    if (ptl_json_finish(json) == PTL_OK) return;
    ptl_buffer_clear(&e->answer);
    ptl_buffer_printf(&e->answer,
                      "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":500,\"code\":\"%s\"}",
                      ptl_status_text(err->status), ptl_status_name(err->status));
    e->http = 500;
    e->type = "application/problem+json";
}

void ptl_problem_write(ptl_json *json, int http, const ptl_error *problem, const ptl_reply *reply,
                       bool saved)
{
    ptl_json_put_string(json, "type", "about:blank");
    ptl_json_put_string(json, "title", ptl_status_text(problem->status));
    ptl_json_put_int(json, "status", http);
    ptl_json_put_string(json, "code", ptl_status_name(problem->status));
    ptl_json_put_string(json, "message", problem->message);
    ptl_json_put_string(json, "detail", problem->detail[0] ? problem->detail : NULL);
    ptl_json_put_string(json, "hint", problem->hint[0] ? problem->hint : NULL);
    if (!reply) return;
    if (saved) {
        ptl_json_key(json, "reply");
        ptl_reply_send(reply, json);
    } else {
        ptl_reply_write_members(reply, json);
    }
}

void ptl_answer_problem(ptl_exchange *e, int http, const ptl_error *problem, const ptl_reply *reply)
{
    ptl_json json;
    ptl_error err;
    if (http == 0) http = ptl_status_http(problem->status);
    ptl_answer_json(e, &json, &err);
    ptl_problem_write(&json, http, problem, reply, e->wants_saved);
    ptl_answer_json_end(e, http, &json, &err);
    if (http == 503 && e->retry_after_s == 0) e->retry_after_s = 5;
}

void ptl_answer_refusal(ptl_exchange *e, int http, ptl_status status, const char *format, ...)
{
    ptl_error problem;
    char message[sizeof problem.message];
    va_list list;
    ptl_error_clear(&problem);
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    (void)ptl_fail(&problem, status, "%s", message); /* whole characters */
    ptl_answer_problem(e, http, &problem, NULL);
}

void ptl_answer_reply(ptl_exchange *e, int http, const ptl_reply *reply)
{
    ptl_json json;
    ptl_error err;
    ptl_buffer_clear(&e->answer);
    ptl_json_init_buffer(&json, &e->answer, 0, &err);
    if (e->wants_saved)
        ptl_reply_send(reply, &json);
    else
        ptl_reply_write_json(reply, &json);
    e->http = http;
    e->type = "application/json";
    if (ptl_json_finish(&json) != PTL_OK) ptl_answer_problem(e, 0, &err, NULL);
}

void ptl_answer_text(ptl_exchange *e, int http, const char *type, ptl_text text)
{
    ptl_buffer_clear(&e->answer);
    ptl_buffer_append(&e->answer, text.ptr, text.len);
    e->http = http;
    e->type = type;
}

/* --- sending it ------------------------------------------------------------------------------- */

static void put(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

/* Nothing of ours is framed, sniffed, kept by a proxy, or loads anything from elsewhere. */
void ptl_exchange_headers(struct MHD_Response *response, const ptl_exchange *e, const char *etag)
{
    char number[16];
    if (e->type) put(response, MHD_HTTP_HEADER_CONTENT_TYPE, e->type);
    put(response, "X-Content-Type-Options", "nosniff");
    put(response, "Referrer-Policy", "no-referrer");
    if (e->server->tls || e->server->options->behind_proxy)
        put(response, "Strict-Transport-Security", "max-age=31536000");
    put(response, "Content-Security-Policy",
        e->is_page ? "default-src 'none'; script-src 'self'; style-src 'self'; "
                     "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; "
                     "form-action 'self'; frame-ancestors 'none'"
                   : "default-src 'none'; frame-ancestors 'none'");
    put(response, MHD_HTTP_HEADER_CACHE_CONTROL,
        e->is_immutable ? "public, max-age=31536000, immutable"
        : etag[0]       ? "private, no-cache"
                        : "no-store");
    put(response, MHD_HTTP_HEADER_VARY,
        e->asset ? "Accept-Encoding" : "Authorization, Cookie, Accept, Accept-Encoding");
    if (e->encoding) put(response, MHD_HTTP_HEADER_CONTENT_ENCODING, e->encoding);
    if (etag[0]) put(response, MHD_HTTP_HEADER_ETAG, etag);
    if (e->disposition[0]) put(response, "Content-Disposition", e->disposition);
    if (e->location[0]) put(response, MHD_HTTP_HEADER_LOCATION, e->location);
    if (e->cookie[0]) put(response, MHD_HTTP_HEADER_SET_COOKIE, e->cookie);
    if (e->allow) put(response, MHD_HTTP_HEADER_ALLOW, e->allow);
    if (e->is_replayed) put(response, "Idempotent-Replayed", "true");
    if (e->http == 401)
        put(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"portolan\"");
    if (e->retry_after_s > 0) {
        snprintf(number, sizeof number, "%d", e->retry_after_s);
        put(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
    }
    if (e->is_too_big) put(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* What lies in the program is sent from there. */
static struct MHD_Response *response_of(const ptl_exchange *e)
{
    static char nothing[1];
    if (e->asset && e->http == 200)
        return MHD_create_response_from_buffer(e->asset->len, (void *)(uintptr_t)e->asset->bytes,
                                               MHD_RESPMEM_PERSISTENT);
    const bool bare = e->http == 304 || e->http == 204 || !e->answer.ptr;
    return MHD_create_response_from_buffer(bare ? 0 : e->answer.len, bare ? nothing : e->answer.ptr,
                                           bare ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
}

enum MHD_Result ptl_exchange_send(ptl_exchange *e)
{
    e->state = PTL_EXCHANGE_ANSWERED;
    if (e->kept)
        return MHD_queue_response(e->connection, (unsigned)e->http, ptl_answer_response(e));
    struct MHD_Response *response = e->flow ? e->flow : response_of(e);
    if (!response) return MHD_NO;
    e->flow = NULL;
    ptl_exchange_headers(response, e, e->etag);
    const enum MHD_Result queued = MHD_queue_response(e->connection, (unsigned)e->http, response);
    MHD_destroy_response(response);
    return queued;
}
