/* client.c: see client.h. HTTP by libcurl, over the socket alone; JSON by jansson.
 *
 *     POST or GET ──▶ 200: the reply
 *                └──▶ 202: GET the job every 200 ms until it has ended; a cancel is sent as DELETE
 *                └──▶ problem: its status, words and what it has to show */
#include "http/client.h"

#include <curl/curl.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/limits.h"
#include "ops/role.h"

enum { POLL_MS = 200 };

static bool socket_address(struct sockaddr_un *out, const char *root)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    const int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/.portolan/portolan.sock", root);
    return n > 0 && (size_t)n < sizeof out->sun_path;
}

bool ptl_client_finds_server(const char *root)
{
    struct sockaddr_un address;
    if (!root || !socket_address(&address, root)) return false;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const bool answered = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return answered;
}

/* --- one exchange ----------------------------------------------------------------------------- */

typedef struct wire {
    CURL *curl;
    struct curl_slist *headers;
    struct sockaddr_un address;
    ptl_buffer answer;
    long http;
} wire;

static size_t take(char *bytes, size_t size, size_t n, void *ctx)
{
    ptl_buffer *answer = ctx;
    ptl_buffer_append(answer, bytes, size * n);
    return answer->status == PTL_OK ? size * n : 0;
}

static ptl_status ask(wire *w, const char *method, const char *path, const char *body,
                      ptl_error *err)
{
    char url[PTL_HTTP_HEADER_MAX];
    (void)snprintf(url, sizeof url, "http://portolan%s", path);
    ptl_buffer_clear(&w->answer);
    curl_easy_setopt(w->curl, CURLOPT_URL, url);
    curl_easy_setopt(w->curl, CURLOPT_CUSTOMREQUEST, method);
    if (body)
        curl_easy_setopt(w->curl, CURLOPT_POSTFIELDS, body);
    else
        curl_easy_setopt(w->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(w->curl, CURLOPT_CUSTOMREQUEST, method);
    const CURLcode code = curl_easy_perform(w->curl);
    if (code != CURLE_OK) {
        (void)ptl_fail(err, PTL_E_UNAVAILABLE, "the server that owns the workspace: %s",
                       curl_easy_strerror(code));
        ptl_error_hint(err, "is it stopping? try again");
        return PTL_E_UNAVAILABLE;
    }
    curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &w->http);
    return PTL_OK;
}

static ptl_status open_wire(wire *w, const char *root, ptl_error *err)
{
    memset(w, 0, sizeof *w);
    ptl_buffer_init(&w->answer, PTL_HTTP_ANSWER_MAX, NULL);
    if (!socket_address(&w->address, root))
        return ptl_fail(err, PTL_E_LIMIT, "the socket's path is too long");
    w->curl = curl_easy_init();
    w->headers = curl_slist_append(NULL, "Content-Type: application/json");
    struct curl_slist *more =
        w->headers ? curl_slist_append(w->headers, "Accept: application/vnd.portolan.reply+json")
                   : NULL;
    if (!w->curl || !more) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a request");
    curl_easy_setopt(w->curl, CURLOPT_UNIX_SOCKET_PATH, w->address.sun_path);
    curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, w->headers);
    curl_easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(w->curl, CURLOPT_WRITEDATA, &w->answer);
    curl_easy_setopt(w->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(w->curl, CURLOPT_NOPROXY, "*");
    return PTL_OK;
}

static void close_wire(wire *w)
{
    curl_slist_free_all(w->headers);
    if (w->curl) curl_easy_cleanup(w->curl);
    ptl_buffer_dispose(&w->answer);
}

/* --- parameters ------------------------------------------------------------------------------- */

/* The canonical object with its paths absolute. */
static json_t *absolute(const ptl_args *args, const ptl_op *op, const ptl_buffer *canonical)
{
    char here[PATH_MAX];
    json_t *root = json_loadb(canonical->ptr, canonical->len, 0, NULL);
    for (int64_t i = 0; root && i < op->n_params; i++) {
        const char *path = ptl_args_text(args, op->params[i].name);
        if (op->params[i].type != PTL_PARAM_PATH || !path || path[0] == '/') continue;
        if (!getcwd(here, sizeof here)) continue;
        json_object_set_new(root, op->params[i].name, json_sprintf("%s/%s", here, path));
    }
    return root;
}

static void put_pair(ptl_buffer *out, CURL *curl, const char *key, const json_t *value)
{
    char *text = json_is_string(value) ? strdup(json_string_value(value))
                                       : json_dumps(value, JSON_ENCODE_ANY);
    char *escaped = text ? curl_easy_escape(curl, text, 0) : NULL;
    ptl_buffer_printf(out, "%s%s=%s", out->len > 0 ? "&" : "", key, escaped ? escaped : "");
    curl_free(escaped);
    free(text);
}

static void put_query(ptl_buffer *out, CURL *curl, json_t *root)
{
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        if (!json_is_array(value)) put_pair(out, curl, key, value);
        for (size_t i = 0; i < json_array_size(value); i++)
            put_pair(out, curl, key, json_array_get(value, i));
    }
}

/* --- answers ---------------------------------------------------------------------------------- */

static ptl_status status_of(const char *name)
{
#define BY_NAME(id, code, http, exit_code, text)                                                   \
    if (name && strcmp(name, #id) == 0) return PTL_##id;
    PTL_STATUS_LIST(BY_NAME)
#undef BY_NAME
    return PTL_E_INTERNAL;
}

static const char *text_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

static ptl_status load_reply(ptl_reply *reply, const json_t *saved, ptl_error *err)
{
    char *text = json_dumps(saved, JSON_COMPACT);
    if (!text) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for an answer");
    const ptl_status st = ptl_reply_load(reply, ptl_text_of(text), err);
    free(text);
    return st;
}

static ptl_status take_problem(ptl_reply *reply, const json_t *problem, ptl_error *err)
{
    ptl_error ignored;
    const json_t *saved = json_object_get(problem, "reply");
    if (saved && load_reply(reply, saved, &ignored) != PTL_OK)
        ptl_reply_note(reply, "what the operation had to show was lost on its way");
    const ptl_status st =
        ptl_fail(err, status_of(text_of(problem, "code")), "%s", text_of(problem, "message"));
    ptl_error_detail(err, "%s", text_of(problem, "detail"));
    ptl_error_hint(err, "%s", text_of(problem, "hint"));
    return st == PTL_OK ? PTL_E_INTERNAL : st;
}

static ptl_status parse(json_t **out, const wire *w, ptl_error *err)
{
    *out = json_loadb(w->answer.ptr ? w->answer.ptr : "", w->answer.len, 0, NULL);
    if (*out) return PTL_OK;
    return ptl_fail(err, PTL_E_CORRUPT, "the server's answer (HTTP %ld) is not JSON", w->http);
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void show_progress(ptl_progress *progress, const json_t *job)
{
    const json_t *share = json_object_get(job, "share");
    const int64_t done = json_is_number(share) ? (int64_t)(json_number_value(share) * 1000.0) : -1;
    if (progress)
        ptl_progress_step(progress, text_of(job, "step"), done, json_is_number(share) ? 1000 : -1);
}

/* Whether it has ended; the answer is taken then. */
static ptl_status look_at(bool *ended, ptl_reply *reply, wire *w, const char *address,
                          ptl_progress *progress, ptl_error *err)
{
    json_t *job = NULL;
    PTL_TRY(ask(w, "GET", address, NULL, err));
    PTL_TRY(parse(&job, w, err));
    ptl_status st = PTL_OK;
    const char *state = text_of(job, "state");
    const json_t *answer = json_object_get(job, "answer");
    *ended = strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
    if (w->http != 200)
        st = take_problem(reply, job, err);
    else if (!*ended)
        show_progress(progress, job);
    else if (answer)
        st = load_reply(reply, answer, err);
    else
        st = take_problem(reply, json_object_get(job, "problem"), err);
    json_decref(job);
    return st;
}

static ptl_status follow(ptl_reply *reply, wire *w, const char *address, ptl_progress *progress,
                         ptl_error *err)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    bool told = false;
    for (bool ended = false;;) {
        PTL_TRY(look_at(&ended, reply, w, address, progress, err));
        if (ended) return PTL_OK;
        if (!told && progress && atomic_load(&progress->cancelled)) {
            told = true;
            PTL_TRY(ask(w, "DELETE", address, NULL, err));
        }
        nanosleep(&pause, NULL);
    }
}

/* --- the call --------------------------------------------------------------------------------- */

static ptl_status take_answer(ptl_reply *reply, wire *w, ptl_progress *progress, ptl_error *err)
{
    json_t *root = NULL;
    char address[128];
    PTL_TRY(parse(&root, w, err));
    ptl_status st;
    (void)snprintf(address, sizeof address, "%s", text_of(root, "address"));
    if (w->http == 200)
        st = load_reply(reply, root, err);
    else if (w->http != 202)
        st = take_problem(reply, root, err);
    else
        st = follow(reply, w, address, progress, err);
    json_decref(root);
    return st;
}

static ptl_status send_call(wire *w, const ptl_op *op, const ptl_request *request,
                            ptl_buffer *canonical, ptl_error *err)
{
    char path[256];
    ptl_buffer query;
    PTL_TRY(ptl_args_canonical(canonical, request->args, err));
    json_t *root = absolute(request->args, op, canonical);
    char *body = root ? json_dumps(root, JSON_COMPACT) : NULL;
    if (!body) {
        json_decref(root);
        return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a request");
    }
    ptl_buffer_init(&query, PTL_HTTP_HEADER_MAX / 2, NULL);
    (void)snprintf(path, sizeof path, "/api/v1/%s", op->name);
    for (char *c = path + 8; *c; c++)
        if (*c == '.') *c = '/';
    const bool reads = ptl_op_is_read(op);
    ptl_buffer_printf(&query, "%s?", path);
    if (reads) {
        ptl_buffer values;
        ptl_buffer_init(&values, PTL_HTTP_HEADER_MAX / 2, NULL);
        put_query(&values, w->curl, root);
        ptl_buffer_append(&query, values.ptr, values.len);
        ptl_buffer_dispose(&values);
    } else if (request->force) {
        ptl_buffer_text(&query, "force=true");
    }
    ptl_status st = ptl_buffer_check(&query, "the query", err);
    if (st == PTL_OK) st = ask(w, reads ? "GET" : "POST", query.ptr, reads ? NULL : body, err);
    ptl_buffer_dispose(&query);
    free(body);
    json_decref(root);
    return st;
}

ptl_status ptl_client_dispatch(ptl_reply *reply, const ptl_op *op, const ptl_request *request,
                               ptl_error *err)
{
    wire w;
    ptl_buffer canonical;
    ptl_buffer_init(&canonical, 2 * (size_t)PTL_HTTP_BODY_MAX, NULL);
    ptl_status st = open_wire(&w, request->root, err);
    if (st == PTL_OK) st = send_call(&w, op, request, &canonical, err);
    if (st == PTL_OK) st = take_answer(reply, &w, request->progress, err);
    close_wire(&w);
    ptl_buffer_dispose(&canonical);
    return st;
}
