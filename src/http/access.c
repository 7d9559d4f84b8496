/* access.c: the gate: who a request comes from, what that one may and sees, what is entered.
 * Signing in and out is in sign_in.c.
 *
 * Invariants.
 *  1. Secrets are compared and kept as hashes; a session's token lives in the browser alone.
 *  2. Every sign-in and refusal is in the ledger: the same refusal again before it was entered is
 *     one entry with a number, so that a flood of them cannot fill the disk.
 *
 * Sessions live in memory: a restart signs everybody out. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/server_internal.h"
#include "store/memory.h"

#define MINUTE INT64_C(60000000)
enum { FIRST_HOURS = 24 };

/* --- news for the ledger ---------------------------------------------------------------------- */

/* Under the gate. */
void ptl_gate_news(ptl_server *server, const char *kind, const char *actor, const char *what)
{
    for (int64_t i = 0; i < server->n_news; i++) {
        ptl_news *news = &server->news[i];
        if (strcmp(news->kind, kind) != 0 || strcmp(news->actor, actor) != 0 ||
            strcmp(news->what, what) != 0)
            continue;
        news->n++;
        return;
    }
    if (server->n_news >= PTL_HTTP_NEWS_MAX) {
        server->n_news_lost++;
        return;
    }
    ptl_news *news = &server->news[server->n_news++];
    *news = (ptl_news){.kind = kind, .n = 1};
    (void)snprintf(news->actor, sizeof news->actor, "%s", actor);
    (void)snprintf(news->what, sizeof news->what, "%s", what);
}

void ptl_gate_tell(ptl_server *server, const char *kind, const char *actor, const char *what)
{
    pthread_mutex_lock(&server->gate);
    ptl_gate_news(server, kind, actor, what);
    pthread_mutex_unlock(&server->gate);
}

void ptl_gate_refused(ptl_exchange *e, const char *what)
{
    atomic_fetch_add(&e->server->n_refused, 1);
    ptl_gate_tell(e->server, "access.refused", e->caller.is_known ? e->caller.actor : "nobody",
                  what);
}

static ptl_status enter(ptl_server *server, const ptl_news *news, ptl_error *err)
{
    ptl_buffer body;
    ptl_json json;
    ptl_buffer_init(&body, 4096, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_string(&json, "what", news->what);
    ptl_json_put_int(&json, "times", news->n);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, server->store.records, news->kind, news->actor, 0,
                               ptl_buffer_borrow(&body), ptl_clock_now(), err);
    ptl_buffer_dispose(&body);
    return st;
}

void ptl_gate_enter_news(ptl_server *server)
{
    ptl_news news[PTL_HTTP_NEWS_MAX];
    ptl_error err;
    pthread_mutex_lock(&server->gate);
    int64_t n = server->n_news;
    const int64_t lost = server->n_news_lost;
    memcpy(news, server->news, (size_t)n * sizeof *news);
    server->n_news = server->n_news_lost = 0;
    pthread_mutex_unlock(&server->gate);
    if (lost > 0 && n > 0) news[n - 1].n += lost;
    for (int64_t i = 0; i < n; i++) {
        atomic_fetch_add(&server->generation, 1);
        if (enter(server, &news[i], &err) != PTL_OK)
            ptl_report_line(server, "error", "not entered into the ledger", err.message);
    }
}

/* --- people and keys, as records have them ---------------------------------------------------- */

/* NULL where memory is out: then nobody is let in rather than somebody too far. */
static const char *keep_text(ptl_server *server, const char *text)
{
    return ptl_text_copy(ptl_text_of(text ? text : ""), &server->entrant_texts, NULL);
}

static void add_user(ptl_server *server, const ptl_access_user *user)
{
    ptl_entrant *entrant = &server->entrants[server->n_entrants];
    *entrant = (ptl_entrant){0};
    if (ptl_role_find(&entrant->role, ptl_text_of(user->role), NULL) != PTL_OK) return;
    (void)snprintf(entrant->name, sizeof entrant->name, "%s", user->name);
    (void)snprintf(entrant->password, sizeof entrant->password, "%s",
                   user->password ? user->password : "");
    entrant->is_invited = user->is_invited;
    entrant->hash = user->invite;
    entrant->until = user->invite_until;
    entrant->verticals = keep_text(server, user->verticals);
    server->n_entrants += entrant->verticals != NULL;
}

static void add_key(ptl_server *server, const ptl_access_key *key)
{
    ptl_entrant *entrant = &server->entrants[server->n_entrants];
    *entrant = (ptl_entrant){.hash = key->hash, .until = key->expires_at, .is_key = true};
    if (key->revoked_at || ptl_role_find(&entrant->role, ptl_text_of(key->role), NULL) != PTL_OK)
        return;
    (void)snprintf(entrant->name, sizeof entrant->name, "%s", key->label);
    entrant->verticals = keep_text(server, key->verticals);
    entrant->operations = keep_text(server, key->operations);
    server->n_entrants += entrant->verticals && entrant->operations;
}

const ptl_entrant *ptl_gate_person(const ptl_server *server, const char *name)
{
    for (int64_t i = 0; i < server->n_entrants; i++)
        if (!server->entrants[i].is_key && strcmp(server->entrants[i].name, name) == 0)
            return &server->entrants[i];
    return NULL;
}

/* Sessions of people who are gone, were invited again, or may see or do something else end. */
static void close_stale(ptl_server *server)
{
    for (int i = 0; i < PTL_HTTP_SESSIONS_MAX; i++) {
        ptl_session *session = &server->sessions[i];
        const ptl_entrant *person =
            session->is_open ? ptl_gate_person(server, session->name) : NULL;
        if (!person || !person->password[0] || person->role != session->role ||
            strcmp(person->verticals, session->verticals) != 0)
            session->is_open = false;
    }
}

ptl_status ptl_gate_load(ptl_server *server, ptl_error *err)
{
    ptl_arena arena;
    ptl_access_user *users = NULL;
    ptl_access_key *keys = NULL;
    int64_t n_users = 0, n_keys = 0;
    ptl_arena_init(&arena, 64 * 1024 * 1024, NULL);
    ptl_status st = ptl_access_user_list(&users, &n_users, server->store.records, &arena, err);
    if (st == PTL_OK) st = ptl_access_key_list(&keys, &n_keys, server->store.records, &arena, err);
    pthread_mutex_lock(&server->gate);
    if (st == PTL_OK) {
        server->n_entrants = 0;
        ptl_arena_reset(&server->entrant_texts);
    }
    for (int64_t i = 0; st == PTL_OK && i < n_users && server->n_entrants < PTL_HTTP_PEOPLE_MAX;
         i++)
        add_user(server, &users[i]);
    for (int64_t i = 0; st == PTL_OK && i < n_keys && server->n_entrants < PTL_HTTP_PEOPLE_MAX; i++)
        add_key(server, &keys[i]);
    close_stale(server);
    atomic_fetch_add(&server->gate_changes, 1);
    pthread_mutex_unlock(&server->gate);
    ptl_arena_dispose(&arena);
    return st;
}

/* --- tokens ----------------------------------------------------------------------------------- */

ptl_hash ptl_gate_token(char out[PTL_HTTP_TOKEN_MAX], const char *prefix)
{
    uint8_t bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    const size_t len = strlen(prefix);
    memcpy(out, prefix, len);
    sodium_bin2base64(out + len, PTL_HTTP_TOKEN_MAX - len, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return ptl_hash_bytes(out, strlen(out));
}

ptl_status ptl_gate_first(char token[PTL_HTTP_TOKEN_MAX], ptl_server *server, ptl_error *err)
{
    token[0] = '\0';
    for (int64_t i = 0; i < server->n_entrants; i++)
        if (!server->entrants[i].is_key && server->entrants[i].password[0]) return PTL_OK;
    const ptl_instant now = ptl_clock_now();
    ptl_access_user owner = {.name = "owner",
                             .role = "owner",
                             .is_invited = true,
                             .invite = ptl_gate_token(token, "in_"),
                             .invite_until = now + FIRST_HOURS * 60 * MINUTE,
                             .added_at = now,
                             .added_by = "portolan serve"};
    return ptl_access_user_add(&owner, server->store.records, err);
}

/* --- who asks --------------------------------------------------------------------------------- */

static void known_as(ptl_exchange *e, ptl_role role, const char *prefix, const char *name)
{
    e->caller.is_known = true;
    e->caller.role = role;
    (void)snprintf(e->caller.actor, sizeof e->caller.actor, "%s%.70s", prefix, name);
}

static void identify_key(ptl_exchange *e, const char *header)
{
    static const char scheme[] = "Bearer ";
    ptl_server *server = e->server;
    if (strncasecmp(header, scheme, sizeof scheme - 1) != 0) return;
    const char *token = header + sizeof scheme - 1;
    const ptl_hash hash = ptl_hash_bytes(token, strlen(token));
    const ptl_instant now = ptl_clock_now();
    pthread_mutex_lock(&server->gate);
    for (int64_t i = 0; i < server->n_entrants; i++) {
        const ptl_entrant *key = &server->entrants[i];
        if (!key->is_key || key->until <= now || !ptl_hash_equal(key->hash, hash)) continue;
        e->caller.token = hash;
        (void)snprintf(e->caller.verticals, sizeof e->caller.verticals, "%s", key->verticals);
        (void)snprintf(e->caller.operations, sizeof e->caller.operations, "%s", key->operations);
        known_as(e, key->role, "key ", key->name);
    }
    pthread_mutex_unlock(&server->gate);
}

static bool is_alive(const ptl_session *session, ptl_instant now)
{
    return session->is_open && now - session->opened_at < PTL_HTTP_SESSION_HOURS * 60 * MINUTE &&
           now - session->used_at < PTL_HTTP_SESSION_IDLE_MINUTES * MINUTE;
}

static void identify_session(ptl_exchange *e, const char *cookie)
{
    ptl_server *server = e->server;
    const ptl_hash hash = ptl_hash_bytes(cookie, strlen(cookie));
    const ptl_instant now = ptl_clock_now();
    pthread_mutex_lock(&server->gate);
    for (int i = 0; i < server->sessions_end; i++) {
        ptl_session *session = &server->sessions[i];
        if (!is_alive(session, now) || !ptl_hash_equal(session->hash, hash)) continue;
        session->used_at = now;
        e->caller.by_cookie = true;
        e->caller.session = i;
        e->caller.token = hash;
        memcpy(e->caller.verticals, session->verticals, sizeof e->caller.verticals);
        known_as(e, session->role, "", session->name);
    }
    pthread_mutex_unlock(&server->gate);
}

bool ptl_gate_still_holds(ptl_server *server, const ptl_caller *caller)
{
    const ptl_instant now = ptl_clock_now();
    bool holds = caller->by_socket;
    pthread_mutex_lock(&server->gate);
    if (caller->session >= 0) {
        const ptl_session *session = &server->sessions[caller->session];
        holds = is_alive(session, now) && ptl_hash_equal(session->hash, caller->token);
    }
    for (int64_t i = 0; !holds && caller->session < 0 && i < server->n_entrants; i++) {
        const ptl_entrant *key = &server->entrants[i];
        holds = key->is_key && key->until > now && key->role == caller->role &&
                strcmp(key->operations, caller->operations) == 0 &&
                strcmp(key->verticals, caller->verticals) == 0 &&
                ptl_hash_equal(key->hash, caller->token);
    }
    pthread_mutex_unlock(&server->gate);
    return holds;
}

/* A key goes before a cookie: a program says who it is. The socket's caller was checked already. */
void ptl_gate_identify(ptl_exchange *e)
{
    if (e->over_socket) return;
    const char *header =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Authorization");
    const char *cookie =
        MHD_lookup_connection_value(e->connection, MHD_COOKIE_KIND, PTL_HTTP_COOKIE);
    if (header)
        identify_key(e, header);
    else if (cookie)
        identify_session(e, cookie);
}

bool ptl_gate_may(const ptl_caller *caller, const ptl_op *op)
{
    return ptl_role_may(caller->role, op) &&
           ptl_lines_hold(caller->operations, ptl_text_of(op->name));
}

bool ptl_gate_signed_in(ptl_exchange *e)
{
    if (e->caller.is_known) return true;
    ptl_answer_refusal(e, 401, PTL_E_DENIED,
                       "nobody is signed in and no key came with the request");
    ptl_gate_refused(e, "without a key");
    return false;
}

/* --- one site --------------------------------------------------------------------------------- */

/* "http://127.0.0.1:8480" comes from the host that was asked. Without an Origin it is no browser's
 * cross-site request: those carry one with every change. */
bool ptl_gate_origin_is_ours(const ptl_exchange *e)
{
    const char *origin = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Origin");
    const char *host = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Host");
    if (!origin) return true;
    const char *name = strstr(origin, "://");
    return name && host && strcasecmp(name + 3, host) == 0;
}

bool ptl_gate_same_site(ptl_exchange *e)
{
    if (!e->caller.by_cookie) return true;
    const char *token = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "X-CSRF-Token");
    const ptl_hash hash = ptl_hash_bytes(token ? token : "", token ? strlen(token) : 0);
    pthread_mutex_lock(&e->server->gate);
    const bool holds = ptl_hash_equal(e->server->sessions[e->caller.session].csrf, hash);
    pthread_mutex_unlock(&e->server->gate);
    if (token && holds && ptl_gate_origin_is_ours(e)) return true;
    ptl_answer_refusal(
        e, 0, PTL_E_DENIED,
        "a change in a session carries its X-CSRF-Token and comes from its own page");
    ptl_gate_refused(e, "a change from another site");
    return false;
}
