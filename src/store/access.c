/* access.c: people, keys and kept answers in records (access.h). */
#include "store/access.h"

#include "store/limits.h"
#include "store/records_internal.h"

static void bind_invite(ptl_statement *s, const ptl_access_user *user)
{
    if (user->is_invited) {
        ptl_bind_hash(s, &user->invite);
        ptl_bind_int(s, user->invite_until);
    } else {
        ptl_bind_null(s);
        ptl_bind_null(s);
    }
}

/* --- people ----------------------------------------------------------------------------------- */

ptl_status ptl_access_user_add(ptl_access_user *user, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "access_user_add", err));
    ptl_bind_string(s, user->name);
    ptl_bind_string(s, user->role);
    bind_invite(s, user);
    ptl_bind_int(s, user->added_at);
    ptl_bind_string(s, user->added_by);
    ptl_bind_string(s, user->verticals);
    return ptl_sql_run_int(&user->user_id, NULL, s, err);
}

ptl_status ptl_access_user_claim(int64_t *user_id, ptl_records *records, ptl_hash invite,
                                 const char *password, ptl_instant now, ptl_error *err)
{
    ptl_statement *s;
    bool found;
    PTL_TRY(ptl_sql_use(&s, records->sql, "access_user_claim", err));
    ptl_bind_hash(s, &invite);
    ptl_bind_string(s, password);
    ptl_bind_int(s, now);
    PTL_TRY(ptl_sql_run_int(user_id, &found, s, err));
    if (found) return PTL_OK;
    (void)ptl_fail(err, PTL_E_DENIED, "this invitation was used, has ended, or never was");
    ptl_error_hint(err, "ask an owner for another: portolan access user_add NAME --role ROLE");
    return PTL_E_DENIED;
}

ptl_status ptl_access_user_remove(ptl_records *records, const char *name, ptl_error *err)
{
    ptl_statement *s;
    int64_t id;
    bool found;
    PTL_TRY(ptl_sql_use(&s, records->sql, "access_user_remove", err));
    ptl_bind_string(s, name);
    PTL_TRY(ptl_sql_run_int(&id, &found, s, err));
    if (found) return PTL_OK;
    return ptl_fail(err, PTL_E_NOT_FOUND, "nobody called \"%.64s\" may sign in", name);
}

static ptl_status read_user(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_access_user *u = row;
    *u = (ptl_access_user){.user_id = ptl_row_int(s, 0),
                           .is_invited = !ptl_row_is_null(s, 4),
                           .invite_until = ptl_row_int(s, 5),
                           .added_at = ptl_row_int(s, 6)};
    PTL_TRY(ptl_row_string(&u->name, s, 1, arena, err));
    PTL_TRY(ptl_row_string(&u->role, s, 2, arena, err));
    PTL_TRY(ptl_row_string(&u->password, s, 3, arena, err));
    if (u->is_invited) PTL_TRY(ptl_row_hash(&u->invite, s, 4, err));
    if (!ptl_row_is_null(s, 8)) PTL_TRY(ptl_row_string(&u->verticals, s, 8, arena, err));
    return ptl_row_string(&u->added_by, s, 7, arena, err);
}

static ptl_status read_key(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_access_key *k = row;
    *k = (ptl_access_key){.key_id = ptl_row_int(s, 0),
                          .added_at = ptl_row_int(s, 4),
                          .expires_at = ptl_row_int(s, 6),
                          .revoked_at = ptl_row_int(s, 7)};
    PTL_TRY(ptl_row_string(&k->label, s, 1, arena, err));
    PTL_TRY(ptl_row_string(&k->role, s, 2, arena, err));
    PTL_TRY(ptl_row_hash(&k->hash, s, 3, err));
    if (!ptl_row_is_null(s, 8)) PTL_TRY(ptl_row_string(&k->verticals, s, 8, arena, err));
    if (!ptl_row_is_null(s, 9)) PTL_TRY(ptl_row_string(&k->operations, s, 9, arena, err));
    return ptl_row_string(&k->added_by, s, 5, arena, err);
}

ptl_status ptl_access_user_list(ptl_access_user **out, int64_t *n, ptl_records *records,
                                ptl_arena *arena, ptl_error *err)
{
    ptl_record_list list = {
        .n = n, .limit = PTL_LIST_MAX, .row_bytes = sizeof **out, .read = read_user};
    PTL_TRY(ptl_records_list(&list, records, "access_user_last", "access_user_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}

/* --- keys ------------------------------------------------------------------------------------- */

ptl_status ptl_access_key_add(ptl_access_key *key, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "access_key_add", err));
    ptl_bind_string(s, key->label);
    ptl_bind_string(s, key->role);
    ptl_bind_hash(s, &key->hash);
    ptl_bind_int(s, key->added_at);
    ptl_bind_string(s, key->added_by);
    ptl_bind_int(s, key->expires_at);
    ptl_bind_string(s, key->verticals);
    ptl_bind_string(s, key->operations);
    return ptl_sql_run_int(&key->key_id, NULL, s, err);
}

ptl_status ptl_access_key_revoke(ptl_records *records, const char *label, ptl_instant now,
                                 ptl_error *err)
{
    ptl_statement *s;
    int64_t id;
    bool found;
    PTL_TRY(ptl_sql_use(&s, records->sql, "access_key_revoke", err));
    ptl_bind_string(s, label);
    ptl_bind_int(s, now);
    PTL_TRY(ptl_sql_run_int(&id, &found, s, err));
    if (found) return PTL_OK;
    (void)ptl_fail(err, PTL_E_NOT_FOUND, "no key in force is called \"%.64s\"", label);
    ptl_error_hint(err, "portolan access list shows them");
    return PTL_E_NOT_FOUND;
}

ptl_status ptl_access_key_list(ptl_access_key **out, int64_t *n, ptl_records *records,
                               ptl_arena *arena, ptl_error *err)
{
    ptl_record_list list = {
        .n = n, .limit = PTL_LIST_MAX, .row_bytes = sizeof **out, .read = read_key};
    PTL_TRY(ptl_records_list(&list, records, "access_key_last", "access_key_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}

/* --- kept answers ----------------------------------------------------------------------------- */

static ptl_status find_kept(ptl_kept_answer *out, bool *found, ptl_records *records,
                            const char *actor, const char *key, ptl_arena *arena, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "kept_answer_get", err));
    ptl_bind_string(s, actor);
    ptl_bind_string(s, key);
    PTL_TRY(ptl_sql_step(found, s, err));
    if (!*found) return PTL_OK;
    out->http = (int32_t)ptl_row_int(s, 1);
    out->job_id = ptl_row_int(s, 3);
    ptl_status st = ptl_row_hash(&out->request, s, 0, err);
    if (st == PTL_OK) st = ptl_row_string(&out->answer, s, 2, arena, err);
    ptl_sql_reset(s);
    return st;
}

static ptl_status forget_old(ptl_records *records, ptl_instant now, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "kept_answer_forget", err));
    ptl_bind_int(s, now - PTL_KEPT_ANSWER_HOURS * PTL_MICROS_PER_DAY / 24);
    return ptl_sql_run(s, err);
}

ptl_status ptl_kept_answer_begin(ptl_kept_answer *out, bool *found, ptl_records *records,
                                 const char *actor, const char *key, ptl_hash request,
                                 ptl_instant now, ptl_arena *arena, ptl_error *err)
{
    ptl_statement *s;
    int64_t begun;
    *out = (ptl_kept_answer){0};
    PTL_TRY(forget_old(records, now, err));
    PTL_TRY(find_kept(out, found, records, actor, key, arena, err));
    if (*found) return PTL_OK;
    PTL_TRY(ptl_sql_use(&s, records->sql, "kept_answer_begin", err));
    ptl_bind_string(s, actor);
    ptl_bind_string(s, key);
    ptl_bind_hash(s, &request);
    ptl_bind_int(s, now);
    return ptl_sql_run_int(&begun, NULL, s, err);
}

ptl_status ptl_kept_answer_end(ptl_records *records, const char *actor, const char *key,
                               const ptl_kept_answer *answer, ptl_error *err)
{
    ptl_statement *s;
    int64_t http;
    PTL_TRY(ptl_sql_use(&s, records->sql, "kept_answer_end", err));
    ptl_bind_string(s, actor);
    ptl_bind_string(s, key);
    ptl_bind_int(s, answer->http);
    ptl_bind_string(s, answer->answer);
    ptl_bind_int_if(s, answer->job_id > 0, answer->job_id);
    return ptl_sql_run_int(&http, NULL, s, err);
}

ptl_status ptl_kept_answer_drop(ptl_records *records, const char *actor, const char *key,
                                ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "kept_answer_drop", err));
    ptl_bind_string(s, actor);
    ptl_bind_string(s, key);
    return ptl_sql_run(s, err);
}
