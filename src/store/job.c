/* job.c: long operations, for whoever waits for them.
 *
 *     queued ──▶ running ──▶ done | failed | cancelled        by the process that works on it
 *        │          └──────▶ done | interrupted               by settlement
 *        └──▶ failed | cancelled | interrupted
 *
 * An end is final. A job whose process died is done where its run is, interrupted otherwise. */
#include "store/records_internal.h"

#include <string.h>

static const char *const state_texts[] = {
#define JOB_TEXT(name, text) text,
    PTL_JOB_STATES(JOB_TEXT)
#undef JOB_TEXT
};
enum { N_STATES = sizeof state_texts / sizeof state_texts[0] };

const char *ptl_job_state_text(ptl_job_state state)
{
    return (unsigned)state < N_STATES ? state_texts[state] : NULL;
}

static ptl_status state_parse(ptl_job_state *out, ptl_text text, ptl_error *err)
{
    for (int i = 0; i < N_STATES; i++)
        if (ptl_text_equal(text, ptl_text_of(state_texts[i]))) {
            *out = (ptl_job_state)i;
            return PTL_OK;
        }
    return ptl_fail(err, PTL_E_CORRUPT, "job with state \"%.*s\"",
                    (int)(text.len < 40 ? text.len : 40), text.ptr);
}

/* 0 stands for "not yet" in the struct and is null in the table. */
static void bind_or_null(ptl_statement *s, int64_t value)
{
    ptl_bind_int_if(s, value != 0, value);
}

ptl_status ptl_job_add(ptl_job *job, ptl_records *records, ptl_error *err)
{
    PTL_TRY(ptl_records_need(job->operation, "a job's operation", err));
    PTL_TRY(ptl_records_json(job->parameters, "a job's parameters", err));
    if (job->state != PTL_JOB_QUEUED && job->state != PTL_JOB_RUNNING)
        return ptl_fail(err, PTL_E_INVALID,
                        "job of \"%s\" begins queued or running, not in state %d", job->operation,
                        (int)job->state);
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "job_add", err));
    bind_or_null(s, job->run_id);
    ptl_bind_string(s, job->operation);
    ptl_bind_string(s, job->parameters);
    ptl_bind_string(s, state_texts[job->state]);
    ptl_bind_string(s, job->step);
    ptl_bind_double(s, job->share);
    ptl_bind_int(s, job->queued_at);
    bind_or_null(s, job->started_at);
    return ptl_sql_run_int(&job->job_id, NULL, s, err);
}

static ptl_status read_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_job *out = row;
    memset(out, 0, sizeof *out);
    out->job_id = ptl_row_int(s, 0);
    out->run_id = ptl_row_int(s, 1);
    PTL_TRY(ptl_row_string(&out->operation, s, 2, arena, err));
    PTL_TRY(ptl_row_string(&out->parameters, s, 3, arena, err));
    PTL_TRY(state_parse(&out->state, ptl_row_bytes(s, 4), err));
    PTL_TRY(ptl_row_string(&out->step, s, 5, arena, err));
    out->share = ptl_row_double(s, 6);
    out->queued_at = ptl_row_int(s, 7);
    out->started_at = ptl_row_int(s, 8);
    out->ended_at = ptl_row_int(s, 9);
    return ptl_row_string(&out->failure, s, 10, arena, err);
}

/* Nothing was changed: say what the job is, or that there is none. */
static ptl_status not_updated(ptl_records *records, const ptl_job *job, ptl_error *err)
{
    int64_t last;
    PTL_TRY(ptl_records_int(&last, records, "job_last", err));
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "job_get", err));
    ptl_bind_int(s, job->job_id);
    bool row;
    PTL_TRY(ptl_sql_step(&row, s, err));
    if (!row)
        return ptl_fail(err, PTL_E_NOT_FOUND, "job %lld does not exist: the highest is %lld",
                        (long long)job->job_id, (long long)last);
    const ptl_text state = ptl_row_bytes(s, 4);
    const ptl_status st =
        ptl_fail(err, PTL_E_CONFLICT, "job %lld is %.*s and cannot become %s",
                 (long long)job->job_id, (int)state.len, state.ptr, state_texts[job->state]);
    ptl_sql_reset(s);
    return st;
}

ptl_status ptl_job_update(ptl_records *records, const ptl_job *job, ptl_error *err)
{
    if ((unsigned)job->state >= N_STATES)
        return ptl_fail(err, PTL_E_INVALID, "job state %d does not exist", (int)job->state);
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "job_update", err));
    ptl_bind_int(s, job->job_id);
    bind_or_null(s, job->run_id);
    ptl_bind_string(s, state_texts[job->state]);
    ptl_bind_string(s, job->step);
    ptl_bind_double(s, job->share);
    bind_or_null(s, job->started_at);
    bind_or_null(s, job->ended_at);
    ptl_bind_string(s, job->failure);
    int64_t updated;
    bool found;
    PTL_TRY(ptl_sql_run_int(&updated, &found, s, err));
    return found ? PTL_OK : not_updated(records, job, err);
}

ptl_status ptl_job_get(ptl_job *out, ptl_records *records, int64_t job_id, ptl_arena *arena,
                       ptl_error *err)
{
    ptl_statement *s;
    int64_t last;
    bool row;
    PTL_TRY(ptl_records_int(&last, records, "job_last", err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "job_get", err));
    ptl_bind_int(s, job_id);
    PTL_TRY(ptl_sql_step(&row, s, err));
    if (!row)
        return ptl_fail(err, PTL_E_NOT_FOUND, "job %lld does not exist: the highest is %lld",
                        (long long)job_id, (long long)last);
    const ptl_status st = read_row(out, s, arena, err);
    ptl_sql_reset(s);
    return st;
}

ptl_status ptl_job_list(ptl_job **out, int64_t *n, ptl_records *records, int64_t limit,
                        ptl_arena *arena, ptl_error *err)
{
    return ptl_job_list_before(out, n, records, INT64_MAX, limit, arena, err);
}

ptl_status ptl_job_list_before(ptl_job **out, int64_t *n, ptl_records *records, int64_t before,
                               int64_t limit, ptl_arena *arena, ptl_error *err)
{
    ptl_record_list list = {.n = n, .limit = limit, .row_bytes = sizeof **out, .read = read_row};
    PTL_TRY(ptl_records_list(&list, records, "job_last", "job_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, list.limit);
    ptl_bind_int(list.s, before);
    return ptl_records_list_read(&list, err);
}

static ptl_status settle_rows(int64_t *n, ptl_records *records, ptl_instant now,
                              ptl_job_settled_fn fn, void *ctx, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "job_settle", err));
    ptl_bind_int(s, now);
    for (bool row = true;;) {
        PTL_TRY(ptl_sql_step(&row, s, err));
        if (!row) return PTL_OK;
        (*n)++;
        if (!fn) continue;
        ptl_job_state state;
        ptl_status st = state_parse(&state, ptl_row_bytes(s, 2), err);
        if (st == PTL_OK) st = fn(ctx, ptl_row_int(s, 0), ptl_row_int(s, 1), state, err);
        if (st != PTL_OK) {
            ptl_sql_reset(s);
            return st;
        }
    }
}

ptl_status ptl_job_settle_each(int64_t *n, ptl_records *records, ptl_instant now,
                               ptl_job_settled_fn fn, void *ctx, ptl_error *err)
{
    *n = 0;
    PTL_TRY(ptl_sql_begin(records->sql, err));
    return ptl_sql_end(records->sql, settle_rows(n, records, now, fn, ctx, err), err);
}

ptl_status ptl_job_settle(int64_t *n, ptl_records *records, ptl_instant now, ptl_error *err)
{
    return ptl_job_settle_each(n, records, now, NULL, NULL, err);
}
