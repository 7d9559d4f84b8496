/* access.c: the gate: who a request comes from, signing in and out, what is counted and entered.
 *
 * Invariants.
 *  1. Secrets are compared and kept as hashes; a session's token lives in the browser alone.
 *  2. Signing in always makes a new token; one that the browser brought is closed (no fixation).
 *  3. A wrong name costs as long as a wrong password, and both say the same.
 *  4. Every sign-in and refusal is in the ledger: the same refusal again before it was entered is
 *     one entry with a number, so that a flood of them cannot fill the disk.
 *
 * Sessions live in memory: a restart signs everybody out. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/clock.h"
#include "http/server_internal.h"
#include "store/memory.h"

#define COOKIE "portolan_session"
#define MINUTE INT64_C(60000000)
enum { TOKEN_MAX = 64, FIRST_HOURS = 24 };

/* --- news for the ledger ---------------------------------------------------------------------- */

/* Under the gate. */
static void add_news(ptl_server *server, const char *kind, const char *actor, const char *what)
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
    add_news(server, kind, actor, what);
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
    server->n_entrants++;
}

static void add_key(ptl_server *server, const ptl_access_key *key)
{
    ptl_entrant *entrant = &server->entrants[server->n_entrants];
    *entrant = (ptl_entrant){.hash = key->hash, .until = key->expires_at, .is_key = true};
    if (key->revoked_at || ptl_role_find(&entrant->role, ptl_text_of(key->role), NULL) != PTL_OK)
        return;
    (void)snprintf(entrant->name, sizeof entrant->name, "%s", key->label);
    server->n_entrants++;
}

static const ptl_entrant *find_person(const ptl_server *server, const char *name)
{
    for (int64_t i = 0; i < server->n_entrants; i++)
        if (!server->entrants[i].is_key && strcmp(server->entrants[i].name, name) == 0)
            return &server->entrants[i];
    return NULL;
}

/* Sessions of people who are gone, were invited again or have another role end. */
static void close_stale(ptl_server *server)
{
    for (int i = 0; i < PTL_HTTP_SESSIONS_MAX; i++) {
        ptl_session *session = &server->sessions[i];
        const ptl_entrant *person = session->is_open ? find_person(server, session->name) : NULL;
        if (!person || !person->password[0] || person->role != session->role)
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
    if (st == PTL_OK) server->n_entrants = 0;
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

static ptl_hash make_token(char out[TOKEN_MAX], const char *prefix)
{
    uint8_t bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    const size_t len = strlen(prefix);
    memcpy(out, prefix, len);
    sodium_bin2base64(out + len, TOKEN_MAX - len, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return ptl_hash_bytes(out, strlen(out));
}

ptl_status ptl_gate_first(char token[TOKEN_MAX], ptl_server *server, ptl_error *err)
{
    token[0] = '\0';
    for (int64_t i = 0; i < server->n_entrants; i++)
        if (!server->entrants[i].is_key && server->entrants[i].password[0]) return PTL_OK;
    const ptl_instant now = ptl_clock_now();
    ptl_access_user owner = {.name = "owner",
                             .role = "owner",
                             .is_invited = true,
                             .invite = make_token(token, "in_"),
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
    const char *cookie = MHD_lookup_connection_value(e->connection, MHD_COOKIE_KIND, COOKIE);
    if (header)
        identify_key(e, header);
    else if (cookie)
        identify_session(e, cookie);
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
static bool origin_is_ours(const ptl_exchange *e)
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
    if (token && holds && origin_is_ours(e)) return true;
    ptl_answer_refusal(
        e, 0, PTL_E_DENIED,
        "a change in a session carries its X-CSRF-Token and comes from its own page");
    ptl_gate_refused(e, "a change from another site");
    return false;
}

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

/* Invariant 2. */
static void open_session(ptl_exchange *e, const char *name, ptl_role role)
{
    ptl_server *server = e->server;
    char token[TOKEN_MAX], csrf[TOKEN_MAX];
    const ptl_instant now = ptl_clock_now();
    ptl_session session = {.is_open = true,
                           .hash = make_token(token, ""),
                           .csrf = make_token(csrf, ""),
                           .role = role,
                           .opened_at = now,
                           .used_at = now};
    (void)snprintf(session.name, sizeof session.name, "%s", name);
    pthread_mutex_lock(&server->gate);
    if (e->caller.session >= 0) server->sessions[e->caller.session].is_open = false;
    atomic_fetch_add(&server->gate_changes, 1);
    server->sessions[session_place(server)] = session;
    add_news(server, "access.signed_in", name, ptl_role_name(role));
    pthread_mutex_unlock(&server->gate);
    (void)snprintf(e->cookie, sizeof e->cookie,
                   COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d", token,
                   PTL_HTTP_SESSION_HOURS * 3600);
    answer_session(e, name, role, csrf);
    sodium_memzero(token, sizeof token);
}

/* Invariant 3: without such a person the work is done on a text that no password fits. */
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
    if (!origin_is_ours(e)) {
        ptl_answer_refusal(e, 0, PTL_E_DENIED, "signing in comes from this server's own page");
        ptl_gate_refused(e, "signing in from another site");
        return;
    }
    if (!read_credentials(&given, e, "name") || is_locked(e, given.first)) return;
    pthread_mutex_lock(&server->gate);
    const ptl_entrant *found = find_person(server, given.first);
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

/* In the worker. */
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
    if (!origin_is_ours(e) || !read_credentials(&given, e, "invitation")) {
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
        add_news(server, "access.signed_out", e->caller.actor, ptl_role_name(e->caller.role));
        pthread_mutex_unlock(&server->gate);
    }
    (void)snprintf(e->cookie, sizeof e->cookie,
                   COOKIE "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    e->http = 204;
}
