/* run.c: one row for whatever computes or changes.
 *
 *     started ──▶ done | failed | cancelled     by the process that started it
 *        └──────▶ done | interrupted            by settlement, after the process died
 *
 * An end is final: a run that has ended is never changed again. */
#include "store/records_internal.h"

#include <string.h>

static const char *const state_texts[] = {
#define RUN_TEXT(name, text) text,
    PTL_RUN_STATES(RUN_TEXT)
#undef RUN_TEXT
};
enum { N_STATES = sizeof state_texts / sizeof state_texts[0] };

const char *ptl_run_state_text(ptl_run_state state)
{
    return (unsigned)state < N_STATES ? state_texts[state] : NULL;
}

static ptl_status state_parse(ptl_run_state *out, ptl_text text, ptl_error *err)
{
    for (int i = 0; i < N_STATES; i++)
        if (ptl_text_equal(text, ptl_text_of(state_texts[i]))) {
            *out = (ptl_run_state)i;
            return PTL_OK;
        }
    return ptl_fail(err, PTL_E_CORRUPT, "run with state \"%.*s\"",
                    (int)(text.len < 40 ? text.len : 40), text.ptr);
}

static ptl_status check_new(const ptl_run *run, ptl_error *err)
{
    PTL_TRY(ptl_records_need(run->operation, "a run's operation", err));
    PTL_TRY(ptl_records_json(run->parameters, "a run's parameters", err));
    PTL_TRY(ptl_records_need(run->fingerprint, "a run's fingerprint", err));
    return ptl_records_need(run->actor, "a run's actor", err);
}

ptl_status ptl_run_start(ptl_run *run, ptl_records *records, ptl_error *err)
{
    PTL_TRY(check_new(run, err));
    if (ptl_sql_in_transaction(records->sql))
        return ptl_fail(err, PTL_E_CONFLICT,
                        "run of \"%s\" inside a transaction: it could not be durable on return",
                        run->operation);
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "run_start", err));
    ptl_bind_string(s, run->operation);
    ptl_bind_string(s, run->parameters);
    ptl_bind_hash(s, &run->inputs_hash);
    ptl_bind_int(s, run->warehouse_version);
    ptl_bind_int(s, run->config_version);
    ptl_bind_int(s, (int64_t)run->seed);
    ptl_bind_string(s, run->fingerprint);
    ptl_bind_string(s, run->actor);
    ptl_bind_int(s, run->started_at);
    int64_t run_id;
    PTL_TRY(ptl_sql_run_int(&run_id, NULL, s, err));
    run->run_id = run_id;
    run->state = PTL_RUN_STARTED;
    run->ended_at = 0;
    return PTL_OK;
}

static ptl_status read_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_run *out = row;
    memset(out, 0, sizeof *out);
    out->run_id = ptl_row_int(s, 0);
    PTL_TRY(ptl_row_string(&out->operation, s, 1, arena, err));
    PTL_TRY(ptl_row_string(&out->parameters, s, 2, arena, err));
    PTL_TRY(ptl_row_hash(&out->inputs_hash, s, 3, err));
    out->warehouse_version = ptl_row_int(s, 4);
    out->config_version = ptl_row_int(s, 5);
    out->seed = (uint64_t)ptl_row_int(s, 6);
    PTL_TRY(ptl_row_string(&out->fingerprint, s, 7, arena, err));
    PTL_TRY(ptl_row_string(&out->actor, s, 8, arena, err));
    PTL_TRY(state_parse(&out->state, ptl_row_bytes(s, 9), err));
    out->started_at = ptl_row_int(s, 10);
    out->ended_at = ptl_row_int(s, 11);
    PTL_TRY(ptl_row_string(&out->outcome, s, 12, arena, err));
    return ptl_row_string(&out->failure, s, 13, arena, err);
}

static ptl_status not_found(ptl_records *records, int64_t run_id, ptl_error *err)
{
    int64_t last;
    PTL_TRY(ptl_records_int(&last, records, "run_last", err));
    if (last == 0)
        return ptl_fail(err, PTL_E_NOT_FOUND, "run %lld: there are no runs yet", (long long)run_id);
    return ptl_fail(err, PTL_E_NOT_FOUND, "run %lld does not exist: the highest is %lld",
                    (long long)run_id, (long long)last);
}

ptl_status ptl_run_get(ptl_run *out, ptl_records *records, int64_t run_id, ptl_arena *arena,
                       ptl_error *err)
{
    ptl_statement *s;
    bool found;
    PTL_TRY(ptl_sql_use(&s, records->sql, "run_get", err));
    ptl_bind_int(s, run_id);
    PTL_TRY(ptl_records_one(out, &found, s, read_row, arena, err));
    return found ? PTL_OK : not_found(records, run_id, err);
}

/* Nothing was changed: there is no such run, or it has ended already. */
static ptl_status not_ended(ptl_records *records, int64_t run_id, ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, 64 * 1024 * 1024, NULL);
    ptl_run run;
    ptl_status st = ptl_run_get(&run, records, run_id, &arena, err);
    if (st == PTL_OK)
        st = ptl_fail(err, PTL_E_CONFLICT, "run %lld is already %s", (long long)run_id,
                      ptl_run_state_text(run.state));
    ptl_arena_dispose(&arena);
    return st;
}

ptl_status ptl_run_end(ptl_records *records, int64_t run_id, ptl_run_state state,
                       const char *outcome, const char *failure, ptl_instant ended_at,
                       ptl_error *err)
{
    if ((unsigned)state >= N_STATES || state == PTL_RUN_STARTED)
        return ptl_fail(err, PTL_E_INVALID, "run %lld cannot end in state %d", (long long)run_id,
                        (int)state);
    if (outcome) PTL_TRY(ptl_records_json(outcome, "a run's outcomes", err));
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "run_end", err));
    ptl_bind_int(s, run_id);
    ptl_bind_string(s, state_texts[state]);
    ptl_bind_string(s, outcome);
    ptl_bind_string(s, failure);
    ptl_bind_int(s, ended_at);
    int64_t ended;
    bool found;
    PTL_TRY(ptl_sql_run_int(&ended, &found, s, err));
    return found ? PTL_OK : not_ended(records, run_id, err);
}

static const char *list_name(int32_t state, const char *operation)
{
    if (state >= 0) return operation ? "run_list_state_operation" : "run_list_state";
    return operation ? "run_list_operation" : "run_list";
}

ptl_status ptl_run_list(ptl_run **out, int64_t *n, ptl_records *records, int32_t state,
                        const char *operation, int64_t limit, ptl_arena *arena, ptl_error *err)
{
    return ptl_run_list_before(out, n, records, state, operation, INT64_MAX, limit, arena, err);
}

ptl_status ptl_run_list_before(ptl_run **out, int64_t *n, ptl_records *records, int32_t state,
                               const char *operation, int64_t before, int64_t limit,
                               ptl_arena *arena, ptl_error *err)
{
    *n = 0;
    if (state < -1 || state >= N_STATES)
        return ptl_fail(err, PTL_E_INVALID, "run state %d does not exist", state);
    ptl_record_list list = {.n = n, .limit = limit, .row_bytes = sizeof **out, .read = read_row};
    const char *name = list_name(state, operation);
    PTL_TRY(ptl_records_list(&list, records, "run_last", name, arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, list.limit);
    ptl_bind_string(list.s, state >= 0 ? state_texts[state] : NULL);
    ptl_bind_string(list.s, operation);
    ptl_bind_int(list.s, before);
    return ptl_records_list_read(&list, err);
}

ptl_status ptl_run_find(ptl_run *out, ptl_records *records, ptl_hash inputs_hash, ptl_arena *arena,
                        ptl_error *err)
{
    memset(out, 0, sizeof *out);
    ptl_statement *s;
    bool found;
    PTL_TRY(ptl_sql_use(&s, records->sql, "run_find", err));
    ptl_bind_hash(s, &inputs_hash);
    return ptl_records_one(out, &found, s, read_row, arena, err);
}

ptl_status ptl_run_last(int64_t *run_id, ptl_records *records, ptl_error *err)
{
    return ptl_records_int(run_id, records, "run_last", err);
}
