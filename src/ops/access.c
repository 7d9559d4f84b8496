/* access.c: who may sign in, and keys for programs.
 *
 * An invitation and a key are 256 random bits, told once in the answer and kept as their hash: what
 * is kept with the run has null in their place. A password is set by whoever uses the invitation,
 * never by whoever gives it. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "ops/args.h"
#include "ops/registry.h"
#include "ops/role.h"
#include "ops/vertical.h"
#include "store/access.h"

enum { TOKEN_BYTES = 32, TOKEN_TEXT_MAX = 64 };

/* `prefix` and 256 random bits; its hash is what is kept. */
static ptl_hash make_token(char out[TOKEN_TEXT_MAX], const char *prefix)
{
    uint8_t bytes[TOKEN_BYTES];
    const size_t len = strlen(prefix);
    randombytes_buf(bytes, sizeof bytes);
    memcpy(out, prefix, len);
    sodium_bin2base64(out + len, TOKEN_TEXT_MAX - len, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return ptl_hash_bytes(out, strlen(out));
}

/* Names stand in logs, in the ledger and in headers: no blanks, no control characters. */
static ptl_status check_name(const char *name, const char *what, ptl_error *err)
{
    const size_t len = strlen(name);
    bool plain = len >= 1 && len <= 64;
    for (size_t i = 0; i < len; i++) plain = plain && name[i] > ' ' && name[i] < 127;
    if (plain) return PTL_OK;
    (void)ptl_fail(err, PTL_E_INVALID, "%s \"%.80s\" is not 1 to 64 letters without blanks", what,
                   name);
    ptl_error_hint(err, "take a login or an address: mira, mira@example.com");
    return PTL_E_INVALID;
}

/* Values of a repeated parameter, one a line, in the arena; NULL where none were given. */
static ptl_status join_lines(const char **out, const ptl_call *call, const char *name, size_t most,
                             ptl_error *err)
{
    const int64_t n = ptl_args_count(call->args, name);
    char *text = ptl_arena_alloc(call->arena, most, err);
    size_t len = 0;
    *out = NULL;
    if (!text) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) {
        const char *one = ptl_args_item(call->args, name, i);
        if (one[0] == '\0' || one[strcspn(one, "\n\r")] != '\0')
            return ptl_fail(err, PTL_E_INVALID, "parameter \"%s\": \"%.80s\" is no name", name,
                            one);
        if (len + strlen(one) + 2 > most)
            return ptl_fail(err, PTL_E_LIMIT, "parameter \"%s\": more than %zu bytes of names",
                            name, most);
        len += (size_t)snprintf(text + len, most - len, "%s%s", i > 0 ? "\n" : "", one);
    }
    if (n > 0) *out = text;
    return PTL_OK;
}

/* "north, south" as a person reads it. */
static void cell_lines(ptl_reply *reply, const char *lines)
{
    char text[PTL_OPERATIONS_BYTES_MAX * 2];
    size_t n = 0;
    const bool any = lines != NULL;
    for (; any && *lines && n + 3 < sizeof text; lines++) {
        if (*lines == '\n') text[n++] = ',';
        text[n++] = *lines == '\n' ? ' ' : *lines;
    }
    text[n] = '\0';
    ptl_reply_cell_text(reply, any ? text : NULL);
}

static ptl_status check_operations(const ptl_call *call, ptl_error *err)
{
    for (int64_t i = 0; i < ptl_args_count(call->args, "only"); i++) {
        const ptl_op *op;
        const char *name = ptl_args_item(call->args, "only", i);
        if (strcmp(name, "uploads") == 0) continue;
        PTL_TRY(ptl_op_find(&op, ptl_text_of(name), err));
        if (strcmp(op->name, name) != 0)
            return ptl_fail(err, PTL_E_INVALID, "\"%.64s\" is another name of %s: give that", name,
                            op->name);
    }
    return PTL_OK;
}

#define PARAM_VERTICAL                                                                             \
    {                                                                                              \
        .name = "vertical", .type = PTL_PARAM_TEXT, .repeated = true,                              \
        .about = "Rows of other verticals are left out of every answer; without it the whole "     \
                 "company is seen. May be given several times."                                    \
    }

/* --- people ----------------------------------------------------------------------------------- */

static ptl_status run_user_add(ptl_call *call, ptl_error *err)
{
    char token[TOKEN_TEXT_MAX];
    const char *name = ptl_args_text(call->args, "name");
    const int64_t hours = ptl_args_int(call->args, "hours");
    const char *verticals;
    PTL_TRY(check_name(name, "name", err));
    PTL_TRY(join_lines(&verticals, call, "vertical", PTL_VERTICALS_BYTES_MAX, err));
    ptl_access_user user = {.name = name,
                            .role = ptl_args_text(call->args, "role"),
                            .is_invited = true,
                            .invite = make_token(token, "in_"),
                            .invite_until = call->now + hours * (PTL_MICROS_PER_DAY / 24),
                            .added_at = call->now,
                            .added_by = call->actor,
                            .verticals = verticals};
    PTL_TRY(ptl_access_user_add(&user, call->store->records, err));
    ptl_reply_say(call->reply,
                  "%s is invited as %s. The invitation opens once, within %lld hours; it is told "
                  "here and kept nowhere.",
                  name, user.role, (long long)hours);
    ptl_reply_text(call->reply, "name", "name", name);
    ptl_reply_text(call->reply, "role", "role", user.role);
    ptl_reply_secret(call->reply, "invitation", "invitation", token);
    ptl_reply_instant(call->reply, "until", "until", user.invite_until);
    ptl_reply_next(call->reply, "hand it over: <address of the server>/claim#%s", "the invitation");
    sodium_memzero(token, sizeof token);
    return PTL_OK;
}

static const ptl_param user_add_params[] = {
    {.name = "name",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .required = true,
     .about = "What the person signs in with: a login or an address."},
    {.name = "role",
     .type = PTL_PARAM_ENUM,
     .choices = PTL_ROLE_CHOICES,
     .required = true,
     .about = "What the person may do (docs/access.md)."},
    {.name = "hours",
     .type = PTL_PARAM_INT,
     .unit = "hours",
     .defaults = "48",
     .min = 1,
     .max = 720,
     .about = "How long the invitation opens."},
    PARAM_VERTICAL};

const ptl_op ptl_op_access_user_add = {
    .name = "access.user_add",
    .summary = "invite somebody to sign in",
    .about = "The person sets the password; nobody else ever knows it. The same name again is a "
             "new invitation: the earlier password goes, and sessions under it end.",
    .params = user_add_params,
    .n_params = 4,
    .result = "name: text — who\n"
              "role: text — as what\n"
              "invitation: text — told once; null in what is kept\n"
              "until: time — when it ends\n"
              "run: int — the run",
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan access user_add mira --role analyst",
    .run = run_user_add,
};

static ptl_status run_user_remove(ptl_call *call, ptl_error *err)
{
    const char *name = ptl_args_text(call->args, "name");
    PTL_TRY(ptl_access_user_remove(call->store->records, name, err));
    ptl_reply_say(call->reply, "%s may no longer sign in; sessions under the name have ended.",
                  name);
    ptl_reply_text(call->reply, "name", "name", name);
    return PTL_OK;
}

static const ptl_param user_remove_params[] = {{.name = "name",
                                                .type = PTL_PARAM_TEXT,
                                                .positional = true,
                                                .required = true,
                                                .about = "Who."}};

const ptl_op ptl_op_access_user_remove = {
    .name = "access.user_remove",
    .summary = "take the right to sign in from somebody",
    .about = "What the person did stays in runs and in the ledger under the name.",
    .params = user_remove_params,
    .n_params = 1,
    .result = "name: text — who\n"
              "run: int — the run",
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan access user_remove mira",
    .run = run_user_remove,
};

/* --- keys ------------------------------------------------------------------------------------- */

static ptl_status run_key_add(ptl_call *call, ptl_error *err)
{
    char token[TOKEN_TEXT_MAX];
    const int64_t days = ptl_args_int(call->args, "days");
    const char *label = ptl_args_text(call->args, "label");
    const char *verticals, *only;
    PTL_TRY(check_name(label, "label", err));
    PTL_TRY(check_operations(call, err));
    PTL_TRY(join_lines(&verticals, call, "vertical", PTL_VERTICALS_BYTES_MAX, err));
    PTL_TRY(join_lines(&only, call, "only", PTL_OPERATIONS_BYTES_MAX, err));
    ptl_access_key key = {.label = label,
                          .role = ptl_args_text(call->args, "role"),
                          .hash = make_token(token, "ptl_"),
                          .added_at = call->now,
                          .added_by = call->actor,
                          .expires_at = call->now + days * PTL_MICROS_PER_DAY,
                          .verticals = verticals,
                          .operations = only};
    PTL_TRY(ptl_access_key_add(&key, call->store->records, err));
    ptl_reply_say(call->reply,
                  "The key is told here and kept nowhere; it acts as %s for %lld days.", key.role,
                  (long long)days);
    ptl_reply_text(call->reply, "label", "label", label);
    ptl_reply_text(call->reply, "role", "role", key.role);
    ptl_reply_secret(call->reply, "key", "key", token);
    ptl_reply_instant(call->reply, "expires_at", "until", key.expires_at);
    ptl_reply_next(call->reply, "send it with each request: Authorization: Bearer <key>");
    sodium_memzero(token, sizeof token);
    return PTL_OK;
}

static const ptl_param key_add_params[] = {
    {.name = "label",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .required = true,
     .about = "What the key is for; runs and the ledger name it."},
    {.name = "role",
     .type = PTL_PARAM_ENUM,
     .choices = PTL_ROLE_CHOICES,
     .required = true,
     .about = "What it may do (docs/access.md)."},
    {.name = "days",
     .type = PTL_PARAM_INT,
     .unit = "days",
     .defaults = "90",
     .min = 1,
     .max = 730,
     .about = "How long it holds."},
    {.name = "only",
     .type = PTL_PARAM_TEXT,
     .repeated = true,
     .about = "An operation it may call, as source.import, or `uploads`; without it all that its "
              "role may. May be given several times."},
    PARAM_VERTICAL};

const ptl_op ptl_op_access_key_add = {
    .name = "access.key_add",
    .summary = "make a key for a program",
    .about = "A program sends it with each request in place of signing in. It can do what its role "
             "may, until it ends or is revoked. The same label again is a new key: the earlier one "
             "opens nothing from then on.",
    .params = key_add_params,
    .n_params = 5,
    .result = "label: text — what for\n"
              "role: text — as what\n"
              "key: text — told once; null in what is kept\n"
              "expires_at: time — when it ends\n"
              "run: int — the run",
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan access key_add nightly-import --role analyst --only source.import",
    .run = run_key_add,
};

static ptl_status run_key_revoke(ptl_call *call, ptl_error *err)
{
    const char *label = ptl_args_text(call->args, "label");
    PTL_TRY(ptl_access_key_revoke(call->store->records, label, call->now, err));
    ptl_reply_say(call->reply, "The key %s opens nothing any more.", label);
    ptl_reply_text(call->reply, "label", "label", label);
    return PTL_OK;
}

static const ptl_param key_revoke_params[] = {{.name = "label",
                                               .type = PTL_PARAM_TEXT,
                                               .positional = true,
                                               .required = true,
                                               .about = "Which."}};

const ptl_op ptl_op_access_key_revoke = {
    .name = "access.key_revoke",
    .summary = "take a key back, at once",
    .about = "What was done with it stays in runs and in the ledger under its label.",
    .params = key_revoke_params,
    .n_params = 1,
    .result = "label: text — which\n"
              "run: int — the run",
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan access key_revoke nightly-import",
    .run = run_key_revoke,
};

/* --- the list --------------------------------------------------------------------------------- */

static void put_users(ptl_reply *reply, const ptl_access_user *users, int64_t n)
{
    static const ptl_reply_column columns[] = {
        {"name", "name", false},      {"role", "role", false},   {"state", "state", false},
        {"added_at", "since", false}, {"added_by", "by", false}, {"verticals", "sees", false}};
    ptl_reply_table(reply, "people", "people", columns, 6);
    for (int64_t i = 0; i < n; i++) {
        ptl_reply_cell_text(reply, users[i].name);
        ptl_reply_cell_text(reply, users[i].role);
        ptl_reply_cell_text(reply, users[i].password ? "signs in" : "invited");
        ptl_reply_cell_instant(reply, users[i].added_at);
        ptl_reply_cell_text(reply, users[i].added_by);
        cell_lines(reply, users[i].verticals);
    }
    ptl_reply_table_end(reply);
}

static void put_keys(ptl_reply *reply, const ptl_access_key *keys, int64_t n, ptl_instant now)
{
    static const ptl_reply_column columns[] = {
        {"label", "label", false},      {"role", "role", false},      {"state", "state", false},
        {"expires_at", "until", false}, {"added_at", "since", false}, {"added_by", "by", false},
        {"verticals", "sees", false},   {"only", "only", false}};
    ptl_reply_table(reply, "keys", "keys", columns, 8);
    for (int64_t i = 0; i < n; i++) {
        const bool ended = keys[i].expires_at <= now;
        ptl_reply_cell_text(reply, keys[i].label);
        ptl_reply_cell_text(reply, keys[i].role);
        ptl_reply_cell_text(reply, keys[i].revoked_at ? "revoked" : ended ? "ended" : "in force");
        ptl_reply_cell_instant(reply, keys[i].expires_at);
        ptl_reply_cell_instant(reply, keys[i].added_at);
        ptl_reply_cell_text(reply, keys[i].added_by);
        cell_lines(reply, keys[i].verticals);
        cell_lines(reply, keys[i].operations);
    }
    ptl_reply_table_end(reply);
}

static ptl_status run_list(ptl_call *call, ptl_error *err)
{
    ptl_access_user *users = NULL;
    ptl_access_key *keys = NULL;
    int64_t n_users = 0, n_keys = 0;
    PTL_TRY(ptl_access_user_list(&users, &n_users, call->store->records, call->arena, err));
    PTL_TRY(ptl_access_key_list(&keys, &n_keys, call->store->records, call->arena, err));
    ptl_reply_say(call->reply, n_users + n_keys == 0 ? "Nobody may sign in yet." : "Who may.");
    put_users(call->reply, users, n_users);
    put_keys(call->reply, keys, n_keys, call->now);
    return PTL_OK;
}

const ptl_op ptl_op_access_list = {
    .name = "access.list",
    .summary = "list who may sign in, and the keys",
    .about = "Names, roles and times; no secret is kept that could be shown.",
    .result = "people: list(name, role, state, added_at time, added_by, verticals) — who "
              "signs in\n"
              "keys: list(label, role, state, expires_at time, added_at time, added_by, "
              "verticals, only) — for programs",
    .right = "owner",
    .effects = PTL_READS,
    .example = "portolan access list",
    .run = run_list,
};
