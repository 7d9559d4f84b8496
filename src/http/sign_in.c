/* sign_in.c: signing in and out, the first password, and what is done against guessing.
 *
 * Invariants. 1. Signing in always makes a new token; one that the browser brought is closed (no
 * fixation). 2. A wrong name costs as long as a wrong password, and both say the same. 3. Whose
 * role or verticals change is signed out: the next session is another. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "http/server_internal.h"

#define MINUTE INT64_C(60000000)

/* --- failures and locks ----------------------------------------------------------------------- */

static void count_failure(ptl_failures *f, int32_t limit, ptl_instant now)
{
    if (now - f->since > PTL_HTTP_LOCK_MINUTES * MINUTE) {
        f->n = 0;
        f->since = now;
    }
    if (++f->n >= limit) f->locked_until = now + PTL_HTTP_LOCK_MINUTES * MINUTE;
}

/* Under the gate: the counter of a name, or the oldest one's place. */
static ptl_failures *failures_of(ptl_server *server, const char *name)
{
    ptl_failures *oldest = &server->failures[0];
    for (int i = 0; i < PTL_HTTP_LOCKS_MAX; i++) {
        ptl_failures *f = &server->failures[i];
        if (strcmp(f->name, name) == 0) return f;
        if (f->since < oldest->since) oldest = f;
    }
    *oldest = (ptl_failures){0};
    (void)snprintf(oldest->name, sizeof oldest->name, "%s", name);
    return oldest;
}

static void note_failure(ptl_server *server, const char *name)
{
    const ptl_instant now = ptl_clock_now();
    pthread_mutex_lock(&server->gate);
    count_failure(failures_of(server, name), PTL_HTTP_TRIES_MAX, now);
    count_failure(&server->failures_all, PTL_HTTP_TRIES_ALL_MAX, now);
    pthread_mutex_unlock(&server->gate);
}

/* Whether the name, or signing in as such, is locked now; answers then. */
static bool is_locked(ptl_exchange *e, const char *name)
{
    ptl_server *server = e->server;
    const ptl_instant now = ptl_clock_now();
    pthread_mutex_lock(&server->gate);
    ptl_instant until = server->failures_all.locked_until;
    const ptl_instant own = failures_of(server, name)->locked_until;
    pthread_mutex_unlock(&server->gate);
    if (own > until) until = own;
    if (until <= now) return false;
    e->retry_after_s = (int)((until - now) / 1000000) + 1;
    ptl_answer_refusal(e, 429, PTL_E_UNAVAILABLE, "too many failed sign-ins: wait %d s",
                       e->retry_after_s);
    atomic_fetch_add(&server->n_refused, 1);
    ptl_gate_tell(server, "access.refused", "nobody", "signing in while it is locked");
    return true;
}

/* --- signing in ------------------------------------------------------------------------------- */

typedef struct credentials {
    char first[81]; /* name, or the invitation */
    char password[PTL_HTTP_PASSWORD_MAX + 1];
} credentials;

static bool take_text(char *out, size_t size, const json_t *root, const char *key)
{
    const json_t *value = json_object_get(root, key);
    const size_t len = json_string_length(value);
    if (!json_is_string(value) || len == 0 || len >= size) return false;
    if (strlen(json_string_value(value)) != len) return false;
    memcpy(out, json_string_value(value), len + 1);
    return true;
}

static bool read_credentials(credentials *out, ptl_exchange *e, const char *first)
{
    json_error_t fault;
    json_t *root =
        json_loadb(e->body.ptr ? e->body.ptr : "", e->body.len, JSON_REJECT_DUPLICATES, &fault);
    const bool whole = json_object_size(root) == 2 &&
                       take_text(out->first, sizeof out->first, root, first) &&
                       take_text(out->password, sizeof out->password, root, "password");
    json_decref(root);
    if (whole) return true;
    ptl_answer_refusal(e, 0, PTL_E_INVALID,
                       "the body is an object with \"%s\" and \"password\", texts of at most 80 "
                       "and %d bytes",
                       first, PTL_HTTP_PASSWORD_MAX);
    return false;
}

/* Under the gate: a free place, or the session that was used longest ago. */
static int64_t session_place(ptl_server *server)
{
    int64_t oldest = 0;
    for (int64_t i = 0; i < PTL_HTTP_SESSIONS_MAX; i++) {
        if (i >= server->sessions_end) server->sessions_end = i + 1;
        if (!server->sessions[i].is_open) return i;
        if (server->sessions[i].used_at < server->sessions[oldest].used_at) oldest = i;
    }
    return oldest;
}

static void answer_session(ptl_exchange *e, const char *name, ptl_role role, const char *csrf)
{
    ptl_json json;
    ptl_error err;
    ptl_answer_json(e, &json, &err);
    ptl_json_put_string(&json, "name", name);
    ptl_json_put_string(&json, "role", ptl_role_name(role));
    if (csrf) ptl_json_put_string(&json, "csrf_token", csrf);
    ptl_answer_json_end(e, 200, &json, &err);
}

/* Invariant 1. */
static void open_session(ptl_exchange *e, const char *name, ptl_role role)
{
    ptl_server *server = e->server;
    char token[PTL_HTTP_TOKEN_MAX], csrf[PTL_HTTP_TOKEN_MAX];
    const ptl_instant now = ptl_clock_now();
    ptl_session session = {.is_open = true,
                           .hash = ptl_gate_token(token, ""),
                           .csrf = ptl_gate_token(csrf, ""),
                           .role = role,
                           .opened_at = now,
                           .used_at = now};
    (void)snprintf(session.name, sizeof session.name, "%s", name);
    pthread_mutex_lock(&server->gate);
    const ptl_entrant *person = ptl_gate_person(server, name);
    if (person)
        (void)snprintf(session.verticals, sizeof session.verticals, "%s", person->verticals);
    else
        session.is_open = false; /* removed in this very moment */
    if (e->caller.session >= 0) server->sessions[e->caller.session].is_open = false;
    atomic_fetch_add(&server->gate_changes, 1);
    server->sessions[session_place(server)] = session;
    ptl_gate_news(server, "access.signed_in", name, ptl_role_name(role));
    pthread_mutex_unlock(&server->gate);
    (void)snprintf(e->cookie, sizeof e->cookie,
                   PTL_HTTP_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s; Max-Age=%d", token,
                   ptl_tls_is_secure(e) ? "; Secure" : "", PTL_HTTP_SESSION_HOURS * 3600);
    answer_session(e, name, role, csrf);
    sodium_memzero(token, sizeof token);
}

/* Invariant 2: without such a person the work is done on a text that no password fits. */
static bool verify(ptl_server *server, const char *kept, const char *password)
{
    static const char none[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    pthread_mutex_lock(&server->hashing);
    const bool fits =
        crypto_pwhash_str_verify(kept[0] ? kept : none, password, strlen(password)) == 0;
    pthread_mutex_unlock(&server->hashing);
    return fits && kept[0];
}

void ptl_gate_sign_in(ptl_exchange *e)
{
    ptl_server *server = e->server;
    credentials given = {0};
    ptl_entrant person = {0};
    if (!ptl_gate_origin_is_ours(e)) {
        ptl_answer_refusal(e, 0, PTL_E_DENIED, "signing in comes from this server's own page");
        ptl_gate_refused(e, "signing in from another site");
        return;
    }
    if (!read_credentials(&given, e, "name") || is_locked(e, given.first)) return;
    pthread_mutex_lock(&server->gate);
    const ptl_entrant *found = ptl_gate_person(server, given.first);
    if (found) person = *found;
    pthread_mutex_unlock(&server->gate);
    const bool fits = verify(server, person.password, given.password);
    sodium_memzero(given.password, sizeof given.password);
    if (fits) {
        open_session(e, person.name, person.role);
        return;
    }
    note_failure(server, given.first);
    ptl_answer_refusal(e, 401, PTL_E_DENIED, "name and password do not fit");
    ptl_gate_refused(e, found ? "a wrong password" : "an unknown name");
}

/* --- the invitation --------------------------------------------------------------------------- */

typedef struct claim {
    ptl_hash invite;
    char password[136];
} claim;

/* In the changes' thread. */
static void claim_in_store(ptl_server *server, ptl_exchange *e)
{
    claim *c = e->payload;
    ptl_error err;
    int64_t id = 0;
    ptl_access_user *users = NULL;
    int64_t n = 0;
    ptl_role role = PTL_ROLE_BOARD;
    ptl_status st = ptl_access_user_claim(&id, server->store.records, c->invite, c->password,
                                          ptl_clock_now(), &err);
    if (st == PTL_OK) st = ptl_access_user_list(&users, &n, server->store.records, &e->arena, &err);
    if (st == PTL_OK) st = ptl_gate_load(server, &err);
    if (st != PTL_OK) {
        ptl_answer_problem(e, 0, &err, NULL);
        ptl_gate_refused(e, "an invitation that opens nothing");
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (users[i].user_id != id) continue;
        if (ptl_role_find(&role, ptl_text_of(users[i].role), NULL) != PTL_OK) role = PTL_ROLE_BOARD;
        ptl_gate_tell(server, "access.claimed", users[i].name, users[i].role);
        open_session(e, users[i].name, role);
    }
}

static bool hash_password(char out[136], ptl_server *server, const char *password)
{
    pthread_mutex_lock(&server->hashing);
    const bool done = crypto_pwhash_str_alg(
                          out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0;
    pthread_mutex_unlock(&server->hashing);
    return done;
}

static bool is_invitation(ptl_server *server, ptl_hash invite)
{
    bool found = false;
    const ptl_instant now = ptl_clock_now();
    pthread_mutex_lock(&server->gate);
    for (int64_t i = 0; i < server->n_entrants; i++) {
        const ptl_entrant *one = &server->entrants[i];
        found = found || (one->is_invited && one->until > now && ptl_hash_equal(one->hash, invite));
    }
    pthread_mutex_unlock(&server->gate);
    return found;
}

void ptl_gate_claim(ptl_exchange *e)
{
    credentials given = {0};
    if (!ptl_gate_origin_is_ours(e) || !read_credentials(&given, e, "invitation")) {
        if (e->http == 0) ptl_answer_refusal(e, 0, PTL_E_DENIED, "another site asks");
        return;
    }
    const ptl_hash invite = ptl_hash_bytes(given.first, strlen(given.first));
    claim *c = ptl_arena_alloc(&e->arena, sizeof *c, NULL);
    if (!is_invitation(e->server, invite)) { /* before a password is hashed for nothing */
        ptl_answer_refusal(e, 0, PTL_E_DENIED, "this invitation was used, has ended, or never was");
        ptl_gate_refused(e, "an invitation that opens nothing");
    } else if (strlen(given.password) < PTL_HTTP_PASSWORD_MIN) {
        ptl_answer_refusal(e, 0, PTL_E_INVALID, "a password has at least %d characters",
                           PTL_HTTP_PASSWORD_MIN);
    } else if (!c || !hash_password(c->password, e->server, given.password)) {
        ptl_answer_refusal(e, 0, PTL_E_NO_MEMORY, "no memory to keep a password");
    } else {
        c->invite = invite;
        e->payload = c;
        ptl_worker_submit(e->server, e, claim_in_store);
    }
    sodium_memzero(&given, sizeof given);
}

/* --- the session itself ----------------------------------------------------------------------- */

void ptl_gate_who(ptl_exchange *e)
{
    if (e->caller.is_known)
        answer_session(e, e->caller.actor, e->caller.role, NULL);
    else
        ptl_answer_refusal(e, 401, PTL_E_DENIED, "nobody is signed in");
}

void ptl_gate_sign_out(ptl_exchange *e)
{
    ptl_server *server = e->server;
    if (!ptl_gate_same_site(e)) return;
    if (e->caller.session >= 0) {
        pthread_mutex_lock(&server->gate);
        server->sessions[e->caller.session].is_open = false;
        atomic_fetch_add(&server->gate_changes, 1);
        ptl_gate_news(server, "access.signed_out", e->caller.actor, ptl_role_name(e->caller.role));
        pthread_mutex_unlock(&server->gate);
    }
    (void)snprintf(e->cookie, sizeof e->cookie,
                   PTL_HTTP_COOKIE "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    e->http = 204;
}
