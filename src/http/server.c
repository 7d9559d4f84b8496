/* server.c: `portolan serve`, from lock to unlock (server.h).
 *
 *     signals blocked ─▶ lock, stores ─▶ people ─▶ lanes ─▶ listeners ─▶ ready
 *     SIGTERM ─▶ not ready ─▶ listeners quiesced ─▶ queue answered, job told to stop ─▶ closed
 *
 * Signals are waited for by the first thread, which also keeps the deadlines: no handler runs. */
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/resident.h"
#include "http/server_internal.h"
#include "ops/dispatch.h"
#include "portolan/linalg.h"
#include "store/memory.h"

enum { TICK_MS = 100, LOOK_TICKS = 5, BACKLOG = 512 };

typedef struct listener {
    ptl_server *server;
    bool is_socket;
    int fd;
    struct MHD_Daemon *daemon;
} listener;

ptl_serve_options ptl_serve_options_default(void)
{
    return (ptl_serve_options){.size = sizeof(ptl_serve_options), .listen = "127.0.0.1:8480"};
}

/* --- one request, as the library hands it over ------------------------------------------------ */

/* The socket's caller is the user whose workspace this is, or nobody. */
static void identify_peer(ptl_exchange *e)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct passwd entry, *found = NULL;
    char scratch[4096];
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(e->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        peer.uid != geteuid())
        return;
    e->caller.is_known = e->caller.by_socket = true;
    e->caller.role = PTL_ROLE_OWNER;
    if (getpwuid_r(peer.uid, &entry, scratch, sizeof scratch, &found) == 0 && found)
        (void)snprintf(e->caller.actor, sizeof e->caller.actor, "%.70s", found->pw_name);
    else
        (void)snprintf(e->caller.actor, sizeof e->caller.actor, "uid %ld", (long)peer.uid);
}

static enum MHD_Result begin(ptl_exchange *e, struct MHD_Connection *connection, const char *path,
                             const char *method)
{
    e->connection = connection;
    e->method = method;
    e->path = path;
    (void)snprintf(e->url, sizeof e->url, "%s", path);
    e->state = PTL_EXCHANGE_BODY;
    if (e->over_socket) identify_peer(e);
    return MHD_YES;
}

/* A body past its ceiling, or too slow, is read no further; the refusal follows at its end. */
static void take_body(ptl_exchange *e, const char *data, size_t *size)
{
    if (e->upload)
        ptl_upload_take(e, data, *size);
    else if (!e->is_too_big)
        ptl_buffer_append(&e->body, data, *size);
    if (e->body.status != PTL_OK && !e->is_too_big) {
        e->is_too_big = true;
        ptl_buffer_dispose(&e->body);
    }
    *size = 0;
}

static enum MHD_Result finish(ptl_exchange *e)
{
    e->state = PTL_EXCHANGE_READY;
    if (e->is_too_big)
        ptl_answer_refusal(e, 0, PTL_E_LIMIT, "a body has at most %d bytes", PTL_HTTP_BODY_MAX);
    else if (e->upload)
        ptl_upload_finish(e);
    else
        ptl_route(e);
    return e->state == PTL_EXCHANGE_WAITING || e->state == PTL_EXCHANGE_ANSWERED
               ? MHD_YES
               : ptl_exchange_send(e);
}

/* Too long a body is refused from its head where the head says so. */
static bool announces_too_much(ptl_exchange *e)
{
    int64_t bytes = 0;
    const char *length =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length && ptl_text_int(&bytes, ptl_text_of(length), NULL) == PTL_OK &&
           bytes > PTL_HTTP_BODY_MAX;
}

/* What is known of a request at its first line. The library does not say that a request has ended
 * whose headers it refused, so nothing is allocated before they are there. */
static char sound_line, malformed_line;

static bool is_line(const void *state)
{
    return state == &sound_line || state == &malformed_line;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    const listener *l = ctx;
    if (is_line(*state))
        *state = ptl_exchange_new(l->server, l->is_socket, *state == &malformed_line);
    ptl_exchange *e = *state;
    if (!e) return MHD_NO;
    e->is_old = strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
    if (e->state == PTL_EXCHANGE_HEAD) {
        const enum MHD_Result begun = begin(e, connection, path, method);
        if (ptl_upload_begin(e)) return e->http == 0 ? begun : ptl_exchange_send(e);
        e->is_too_big = announces_too_much(e);
        return e->is_too_big ? finish(e) : begun;
    }
    if (e->state == PTL_EXCHANGE_ANSWERED) return ptl_exchange_send(e);
    if (*size > 0) {
        const int64_t ms = ptl_clock_monotonic_ms() - e->begun_ms;
        if (ms > (e->upload ? PTL_HTTP_UPLOAD_MS_MAX : PTL_HTTP_BODY_MS_MAX)) return MHD_NO;
        take_body(e, data, size);
        return MHD_YES;
    }
    e->path = path;
    return finish(e);
}

static void *first_sight(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)ctx;
    (void)connection;
    /* a zero byte would end the address before its end; it is never part of one */
    return strstr(uri, "%00") ? &malformed_line : &sound_line;
}

static void completed(void *ctx, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    ptl_exchange *e = is_line(*state) ? NULL : *state;
    (void)ctx;
    (void)connection;
    (void)code;
    if (e && e->http > 0) ptl_report_request(e);
    ptl_exchange_free(e);
    *state = NULL;
}

/* --- listeners -------------------------------------------------------------------------------- */

static ptl_status parse_address(struct sockaddr_in *out, const char *listen, bool open_to_others,
                                ptl_error *err)
{
    char host[64];
    int64_t port = 0;
    const char *colon = strrchr(listen, ':');
    const size_t len = colon ? (size_t)(colon - listen) : 0;
    *out = (struct sockaddr_in){.sin_family = AF_INET};
    if (len > 0 && len < sizeof host) {
        memcpy(host, listen, len);
        host[len] = '\0';
        if (strcmp(host, "localhost") == 0) (void)snprintf(host, sizeof host, "127.0.0.1");
        if (ptl_text_int(&port, ptl_text_of(colon + 1), NULL) == PTL_OK && port >= 0 &&
            port <= 65535 && inet_pton(AF_INET, host, &out->sin_addr) == 1) {
            out->sin_port = htons((uint16_t)port);
            if (open_to_others || ntohl(out->sin_addr.s_addr) >> 24 == 127) return PTL_OK;
            (void)ptl_fail(err, PTL_E_DENIED, "\"%s\" is no address of this machine alone", listen);
            ptl_error_hint(err,
                           "passwords do not travel in the clear: give --certificate and --key, "
                           "or --behind-proxy where a proxy has them (docs/http.md)");
            return PTL_E_DENIED;
        }
    }
    (void)ptl_fail(err, PTL_E_INVALID, "--listen: found \"%.80s\", allowed: ADDRESS:PORT", listen);
    ptl_error_hint(err, "for example 127.0.0.1:8480");
    return PTL_E_INVALID;
}

static ptl_status bind_at(int *out, const struct sockaddr *address, socklen_t size,
                          const char *what, ptl_error *err)
{
    const int one = 1;
    const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return ptl_fail(err, PTL_E_IO, "no socket: %s", strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, address, size) == 0 && listen(fd, BACKLOG) == 0) {
        *out = fd;
        return PTL_OK;
    }
    (void)ptl_fail(err, errno == EADDRINUSE ? PTL_E_CONFLICT : PTL_E_IO,
                   "cannot listen on %.200s: %s", what, strerror(errno));
    close(fd);
    return err ? err->status : PTL_E_IO;
}

static ptl_status bind_tcp(listener *l, const char *where, ptl_error *err)
{
    struct sockaddr_in address;
    const ptl_serve_options *o = l->server->options;
    PTL_TRY(parse_address(&address, where, l->server->tls || o->behind_proxy, err));
    return bind_at(&l->fd, (const struct sockaddr *)&address, sizeof address, where, err);
}

/* The lock is held: whoever left a socket there is gone. The folder is 0700, the socket 0600. */
static ptl_status bind_socket(listener *l, const char *path, ptl_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return ptl_fail(err, PTL_E_LIMIT, "path \"%.100s…\" is too long for a socket: %zu bytes",
                        path, sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)unlink(path);
    const mode_t before = umask(0177);
    const ptl_status st =
        bind_at(&l->fd, (const struct sockaddr *)&address, sizeof address, path, err);
    (void)umask(before);
    return st;
}

static ptl_status start_daemon(listener *l, ptl_error *err)
{
    static char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    void *tls = l->is_socket ? NULL : ptl_tls_callback(l->server);
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                           (tls ? (unsigned)MHD_USE_TLS : 0u);
    const struct MHD_OptionItem secure[] = {{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls},
                                            {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
                                            {MHD_OPTION_END, 0, NULL}};
    l->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle, l, MHD_OPTION_LISTEN_SOCKET, l->fd,
        MHD_OPTION_URI_LOG_CALLBACK, first_sight, l, MHD_OPTION_NOTIFY_COMPLETED, completed, l,
        MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(l->is_socket ? 0 : PTL_HTTP_STREAMS_MAX) +
            (unsigned)PTL_HTTP_CONNECTIONS_MAX / 2,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)PTL_HTTP_IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)PTL_HTTP_HEADER_MAX,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(l->is_socket ? 2 : PTL_HTTP_THREADS),
        MHD_OPTION_ARRAY, tls ? secure : secure + 2, MHD_OPTION_END);
    if (l->daemon) return PTL_OK;
    close(l->fd);
    l->fd = -1;
    return ptl_fail(err, PTL_E_UNAVAILABLE, "the HTTP listener could not start");
}

static void stop_daemon(listener *l)
{
    if (!l->daemon) return;
    MHD_stop_daemon(l->daemon);
    l->daemon = NULL;
}

/* Each stream is a file; the usual 1,024 of a process are too few. What the system refuses to give
 * shows as connections that wait. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    const rlim_t wanted = PTL_HTTP_STREAMS_MAX + PTL_HTTP_CONNECTIONS_MAX + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* --- the server ------------------------------------------------------------------------------- */

static ptl_status init(ptl_server *server, const ptl_serve_options *options, ptl_error *err)
{
    uint8_t salt[16];
    server->options = options;
    server->root = realpath(options->root, NULL);
    if (!server->root)
        return ptl_fail(err, PTL_E_NOT_FOUND, "workspace \"%.300s\": %s", options->root,
                        strerror(errno));
    pthread_mutex_init(&server->mutex, NULL);
    pthread_rwlock_init(&server->changing, NULL);
    pthread_cond_init(&server->changes.changed, NULL);
    pthread_cond_init(&server->reads.changed, NULL);
    pthread_cond_init(&server->tables.changed, NULL);
    pthread_cond_init(&server->no_requests.changed, NULL);
    ptl_buffer_init(&server->log_lines, 2 * PTL_HTTP_LOG_BYTES_MAX, NULL);
    pthread_mutex_init(&server->gate, NULL);
    pthread_mutex_init(&server->hashing, NULL);
    pthread_mutex_init(&server->log_mutex, NULL);
    server->started_at = ptl_clock_now();
    ptl_arena_init(&server->entrant_texts, PTL_HTTP_ENTRANT_TEXTS_MAX, NULL);
    raise_file_limit();
    if (sodium_init() < 0) return ptl_fail(err, PTL_E_INTERNAL, "libsodium does not start");
    randombytes_buf(salt, sizeof salt);
    sodium_bin2hex(server->salt, sizeof server->salt, salt, sizeof salt);
    server->entrants =
        ptl_object_new((PTL_HTTP_PEOPLE_MAX + 1) * sizeof *server->entrants, "people", err);
    if (!server->entrants) return PTL_E_NO_MEMORY;
    /* a relative path in a request lies in the workspace */
    if (chdir(server->root) != 0)
        return ptl_fail(err, PTL_E_IO, "\"%.300s\": %s", server->root, strerror(errno));
    PTL_TRY(ptl_linalg_init(err));
    PTL_TRY(ptl_tls_open(server, err));
    PTL_TRY(ptl_events_open(server, err));
    PTL_TRY(ptl_answers_open(server, err));
    PTL_TRY(ptl_streams_open(server, err));
    return ptl_dispatch_store(&server->store, server->root, "portolan serve", options->wait_ms,
                              err);
}

static void dispose(ptl_server *server)
{
    ptl_report_flush(server);
    ptl_jobs_dispose(server);
    ptl_events_free(server);
    ptl_tls_free(server);
    ptl_arena_dispose(&server->entrant_texts);
    ptl_answers_free(server);
    ptl_streams_free(server);
    ptl_buffer_dispose(&server->log_lines);
    ptl_store_close(&server->store);
    ptl_object_free(server->entrants, (PTL_HTTP_PEOPLE_MAX + 1) * sizeof *server->entrants);
    free((void *)(uintptr_t)server->root);
    pthread_mutex_destroy(&server->mutex);
    pthread_rwlock_destroy(&server->changing);
    pthread_cond_destroy(&server->changes.changed);
    pthread_cond_destroy(&server->reads.changed);
    pthread_cond_destroy(&server->tables.changed);
    pthread_cond_destroy(&server->no_requests.changed);
    pthread_mutex_destroy(&server->gate);
    pthread_mutex_destroy(&server->hashing);
    pthread_mutex_destroy(&server->log_mutex);
}

static void say_ready(ptl_server *server, const listener *tcp, const char *token)
{
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    char host[INET_ADDRSTRLEN] = "";
    FILE *say = server->options->say;
    if (!say) return;
    if (tcp->daemon && getsockname(tcp->fd, (struct sockaddr *)&at, &size) == 0 &&
        inet_ntop(AF_INET, &at.sin_addr, host, sizeof host)) {
        fprintf(say, "portolan: serving %s at %s://%s:%d\n", server->root,
                server->tls ? "https" : "http", host, ntohs(at.sin_port));
        if (token[0])
            fprintf(say,
                    "portolan: nobody can sign in yet. This link makes the owner, once, within a "
                    "day:\nportolan:   %s://%s:%d/claim#%s\n",
                    server->tls ? "https" : "http", host, ntohs(at.sin_port), token);
    } else {
        fprintf(say, "portolan: serving %s at .portolan/portolan.sock\n", server->root);
    }
    fflush(say);
}

/* Until told to end: keep deadlines; SIGHUP reads certificate and files anew. */
static void wait_for_signal(ptl_server *server, const sigset_t *signals)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    for (int i = 1;; i++) {
        const int signal = sigtimedwait(signals, NULL, &tick);
        if (signal == SIGTERM || signal == SIGINT) return;
        if (signal == SIGHUP) {
            ptl_tls_reload(server);
            ptl_reload_now(server);
        }
        ptl_worker_tick(server);
        ptl_events_tick(server);
        ptl_reload_tick(server);
        ptl_report_flush(server);
        if (i % LOOK_TICKS == 0) ptl_state_look(server);
    }
}

static ptl_status open_gate(char token[64], ptl_server *server, ptl_error *err)
{
    ptl_store_watch(&server->store, &server->pulse);
    PTL_TRY(ptl_jobs_settle(server, err));
    ptl_upload_settle();
    PTL_TRY(ptl_gate_load(server, err));
    if (!server->options->listen) return PTL_OK; /* the socket knows its caller */
    PTL_TRY(ptl_gate_first(token, server, err));
    return token[0] ? ptl_gate_load(server, err) : PTL_OK;
}

static ptl_status open_listeners(listener *tcp, listener *local, ptl_server *server, ptl_error *err)
{
    if (server->options->listen) PTL_TRY(bind_tcp(tcp, server->options->listen, err));
    PTL_TRY(bind_socket(local, ".portolan/portolan.sock", err));
    PTL_TRY(start_daemon(local, err));
    return tcp->fd >= 0 ? start_daemon(tcp, err) : PTL_OK;
}

static ptl_status serve(ptl_server *server, const sigset_t *signals, ptl_error *err)
{
    listener tcp = {.server = server, .fd = -1};
    listener local = {.server = server, .is_socket = true, .fd = -1};
    char token[64] = "";
    PTL_TRY(open_gate(token, server, err));
    ptl_state_refresh(server, &server->store);
    ptl_reload_start(server);
    ptl_status st = ptl_worker_start(server, err);
    if (st != PTL_OK) return st;
    st = open_listeners(&tcp, &local, server, err);
    if (st == PTL_OK) {
        atomic_store(&server->is_ready, true);
        say_ready(server, &tcp, token);
        sodium_memzero(token, sizeof token);
        ptl_report_line(server, "info", "ready", "serving");
        ptl_resident_trim(); /* what only the start needed */
        wait_for_signal(server, signals);
        atomic_store(&server->is_ready, false);
        ptl_report_line(server, "info", "stopping", "asked to stop");
    }
    ptl_worker_stop(server);
    ptl_events_close(server);
    stop_daemon(&tcp);
    stop_daemon(&local);
    (void)unlink(".portolan/portolan.sock");
    return st;
}

ptl_status ptl_serve(const ptl_serve_options *options, ptl_error *err)
{
    ptl_error scratch;
    sigset_t signals;
    if (!err) err = &scratch;
    ptl_error_clear(err);
    ptl_server *server = ptl_object_new(sizeof *server, "server", err);
    if (!server) return PTL_E_NO_MEMORY;
    ptl_resident_settle();
    sigemptyset(&signals); /* blocked before any thread is there, so in all of them */
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an upload refused */
    ptl_status st = init(server, options, err);
    if (st == PTL_OK) st = serve(server, &signals, err);
    dispose(server);
    ptl_object_free(server, sizeof *server);
    return st;
}
