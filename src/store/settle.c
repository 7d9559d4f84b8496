/* settle.c: what a process that died left open is given its end.
 *
 * A run's rows and their load or output row are one warehouse transaction. So that row decides:
 * where it is, everything the run wrote is there, and the run is done; where it is not, nothing of
 * it is visible, and the run is interrupted. A job follows its run. Settlement is idempotent: each
 * run's end and its ledger entry are one transaction, and dying between two of them leaves the
 * rest to the next start. */
#include "store/records_internal.h"
#include "store/store_internal.h"

/* A batch always fits the arena: a started run's largest text are its parameters. */
enum { SETTLE_ARENA_MAX = 64 * 1024 * 1024, SETTLE_BATCH = 8, SETTLE_BODY_MAX = 64 * 1024 };

static const char settled_by[] = "portolan";

/* {"run_id":7,"operation":"source.import","state":"interrupted"} */
static ptl_status append_entry(ptl_records *records, const char *kind, const char *id_key,
                               int64_t id, int64_t run_id, const char *operation, const char *state,
                               ptl_instant now, ptl_error *err)
{
    ptl_buffer body;
    ptl_json json;
    ptl_buffer_init(&body, SETTLE_BODY_MAX, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, id_key, id);
    if (operation) ptl_json_put_string(&json, "operation", operation);
    ptl_json_put_string(&json, "state", state);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, records, kind, settled_by, run_id, ptl_buffer_borrow(&body),
                               now, err);
    ptl_buffer_dispose(&body);
    return st;
}

static ptl_status end_run(ptl_records *records, const ptl_run *run, ptl_run_state state,
                          ptl_instant now, ptl_error *err)
{
    const bool done = state == PTL_RUN_DONE;
    const ptl_instant ended_at = now > run->started_at ? now : run->started_at;
    PTL_TRY(ptl_run_end(records, run->run_id, state, done ? "{\"settled\":true}" : NULL,
                        done ? NULL : "its process ended before the run did", ended_at, err));
    return append_entry(records, "run.settled", "run_id", run->run_id, run->run_id, run->operation,
                        ptl_run_state_text(state), now, err);
}

static ptl_status settle_run(ptl_store *store, const ptl_run *run, ptl_instant now, ptl_error *err)
{
    bool landed;
    PTL_TRY(ptl_warehouse_run_landed(&landed, store->warehouse, run->run_id, err));
    const ptl_run_state state = landed ? PTL_RUN_DONE : PTL_RUN_INTERRUPTED;
    PTL_TRY(ptl_records_begin(store->records, err));
    const ptl_status st = end_run(store->records, run, state, now, err);
    PTL_TRY(ptl_sql_end(store->records->sql, st, err));
    store->n_settled_done += landed;
    store->n_settled_interrupted += !landed;
    return PTL_OK;
}

/* One batch; `n` says how many there were. */
static ptl_status settle_batch(int64_t *n, ptl_store *store, ptl_instant now, ptl_arena *arena,
                               ptl_error *err)
{
    ptl_run *runs;
    PTL_TRY(
        ptl_run_list(&runs, n, store->records, PTL_RUN_STARTED, NULL, SETTLE_BATCH, arena, err));
    for (int64_t i = 0; i < *n; i++) PTL_TRY(settle_run(store, &runs[i], now, err));
    return PTL_OK;
}

static ptl_status settle_runs(ptl_store *store, ptl_instant now, ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, SETTLE_ARENA_MAX, NULL);
    ptl_status st = PTL_OK;
    for (int64_t n = 1; n > 0 && st == PTL_OK; ptl_arena_reset(&arena))
        st = settle_batch(&n, store, now, &arena, err);
    ptl_arena_dispose(&arena);
    return st;
}

typedef struct job_context {
    ptl_records *records;
    ptl_instant now;
} job_context;

static ptl_status job_settled(void *ctx, int64_t job_id, int64_t run_id, ptl_job_state state,
                              ptl_error *err)
{
    const job_context *c = ctx;
    return append_entry(c->records, "job.settled", "job_id", job_id, run_id, NULL,
                        ptl_job_state_text(state), c->now, err);
}

ptl_status ptl_store_settle(ptl_store *store, ptl_instant now, ptl_error *err)
{
    PTL_TRY(settle_runs(store, now, err));
    job_context context = {store->records, now};
    int64_t n_jobs;
    return ptl_job_settle_each(&n_jobs, store->records, now, job_settled, &context, err);
}
