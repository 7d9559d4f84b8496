/* decider.c: see decider.h. */
#include "ops/decider.h"

#include <string.h>

#include "store/access.h"

enum { NAMES_SAID = 2, WORDS_BYTES_MAX = 64 * 1024 };

static bool holds(const char *role, const char *holder)
{
    return role && (strcmp(role, "owner") == 0 || strcmp(role, holder) == 0);
}

static bool sees_all(const char *verticals)
{
    return !verticals || !verticals[0];
}

static ptl_status put_words(ptl_deciders *d, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer out;
    const int64_t n_said = d->n <= NAMES_SAID + 1 ? d->n : NAMES_SAID;
    if (d->n == 0) return PTL_OK;
    ptl_buffer_init(&out, WORDS_BYTES_MAX, NULL);
    for (int64_t i = 0; i < n_said; i++)
        ptl_buffer_printf(&out, "%s%s", i == 0 ? "" : i == d->n - 1 ? " or " : ", ", d->names[i]);
    if (n_said < d->n) ptl_buffer_printf(&out, " or %lld others", (long long)(d->n - n_said));
    ptl_status st = ptl_buffer_check(&out, "those who may decide", err);
    if (st == PTL_OK) d->words = ptl_text_copy(ptl_buffer_borrow(&out), arena, err);
    if (st == PTL_OK && !d->words) st = PTL_E_NO_MEMORY;
    ptl_buffer_dispose(&out);
    return st;
}

static ptl_status put_json(ptl_deciders *d, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer out;
    ptl_json json;
    ptl_buffer_init(&out, 16 << 20, NULL);
    ptl_json_init_buffer(&json, &out, 0, err);
    ptl_json_array(&json);
    for (int64_t i = 0; i < d->n; i++) ptl_json_string(&json, d->names[i]);
    ptl_json_array_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) d->json = ptl_text_copy(ptl_buffer_borrow(&out), arena, err);
    if (st == PTL_OK && !d->json) st = PTL_E_NO_MEMORY;
    ptl_buffer_dispose(&out);
    return st;
}

ptl_status ptl_deciders_of(ptl_deciders *out, ptl_records *records, const char *holder,
                           const char *author, ptl_arena *arena, ptl_error *err)
{
    ptl_access_user *users;
    int64_t n;
    *out = (ptl_deciders){0};
    PTL_TRY(ptl_access_user_list(&users, &n, records, arena, err));
    out->names = ptl_arena_array(arena, n + 1, sizeof *out->names, err);
    if (!out->names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) {
        const ptl_access_user *const u = &users[i];
        const bool may = u->password && holds(u->role, holder) && sees_all(u->verticals);
        if (may && strcmp(u->name, author) != 0) out->names[out->n++] = u->name;
    }
    PTL_TRY(put_words(out, arena, err));
    return put_json(out, arena, err);
}

bool ptl_call_is_terminal(const ptl_call *call)
{
    return call->role == NULL;
}

ptl_status ptl_decider_check(const ptl_call *call, const char *holder, ptl_error *err)
{
    ptl_deciders d;
    const bool is_key = call->role && strncmp(call->actor, "key ", 4) == 0;
    if (ptl_call_is_terminal(call)) return PTL_OK;
    if (!is_key && holds(call->role, holder) && sees_all(call->verticals)) return PTL_OK;
    PTL_TRY(ptl_deciders_of(&d, call->store->records, holder, call->actor, call->arena, err));
    if (is_key)
        (void)ptl_fail(err, PTL_E_DENIED, "a key is no person: \"%s\" decides nothing",
                       call->actor);
    else
        (void)ptl_fail(err, PTL_E_DENIED, "%s holds this right, and %s does not",
                       strcmp(holder, "owner") == 0 ? "an owner" : holder, call->actor);
    ptl_error_hint(err, "%s may decide", d.words ? d.words : "nobody who can sign in");
    return PTL_E_DENIED;
}
