/* query.c: named queries, held or streamed.
 *
 * A named query is an asset, prepared once per connection and kept. Results are streamed out of the
 * engine in every case, so that a result over its ceiling is refused before it fills memory.
 *
 * A stream runs on a connection of its own: its callback may write through a scope meanwhile, and
 * the stream keeps the snapshot with which it began. The flag of `progress` is looked at once per
 * chunk; between chunks (a long sort) the cancel hook interrupts the engine.
 *
 * Who changes rows helps with the engine's tasks and, while there is none for it, sleeps: the
 * engine's own way of waiting asks again and again, which costs a core that others work on. */
#include "store/duckdb/duckdb_internal.h"

#include "base/asset.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- values ----------------------------------------------------------------------------------- */

ptl_value ptl_value_int(int64_t value)
{
    return (ptl_value){.type = PTL_TYPE_INT, .integer = value};
}

ptl_value ptl_value_day(ptl_day value)
{
    return (ptl_value){.type = PTL_TYPE_DAY, .integer = value};
}

ptl_value ptl_value_instant(ptl_instant value)
{
    return (ptl_value){.type = PTL_TYPE_INSTANT, .integer = value};
}

ptl_value ptl_value_text(ptl_text value)
{
    return (ptl_value){.type = PTL_TYPE_TEXT, .text = value};
}

ptl_value ptl_value_string(const char *terminated)
{
    return (ptl_value){
        .type = PTL_TYPE_TEXT, .is_null = !terminated, .text = ptl_text_of(terminated)};
}

ptl_value ptl_value_double(double value)
{
    return (ptl_value){.type = PTL_TYPE_DOUBLE, .real = value};
}

static duckdb_state bind_one(duckdb_prepared_statement prepared, idx_t idx, const ptl_value *value)
{
    if (value->is_null) return duckdb_bind_null(prepared, idx);
    switch (value->type) {
    case PTL_TYPE_INT:
        return duckdb_bind_int64(prepared, idx, value->integer);
    case PTL_TYPE_DOUBLE:
        return duckdb_bind_double(prepared, idx, value->real);
    case PTL_TYPE_BOOL:
        return duckdb_bind_boolean(prepared, idx, value->integer != 0);
    case PTL_TYPE_TEXT:
        return duckdb_bind_varchar_length(prepared, idx, value->text.ptr ? value->text.ptr : "",
                                          value->text.len);
    case PTL_TYPE_INSTANT:
        return duckdb_bind_timestamp(prepared, idx, (duckdb_timestamp){value->integer});
    case PTL_TYPE_DAY:
        return duckdb_bind_date(prepared, idx, (duckdb_date){(int32_t)value->integer});
    case PTL_TYPE_BLOB:
        return duckdb_bind_blob(prepared, idx, value->text.ptr ? value->text.ptr : "",
                                value->text.len);
    }
    return DuckDBError;
}

ptl_status ptl_duck_bind(duckdb_prepared_statement prepared, const ptl_value *params,
                         int64_t n_params, const char *what, ptl_error *err)
{
    const idx_t n_expected = duckdb_nparams(prepared);
    if (n_params < 0 || (idx_t)n_params != n_expected || n_params > PTL_DUCK_PARAMS_MAX)
        return ptl_fail(err, PTL_E_INTERNAL, "%s takes %llu parameters, not %lld", what,
                        (unsigned long long)n_expected, (long long)n_params);
    for (int64_t i = 0; i < n_params; i++)
        if (bind_one(prepared, (idx_t)i + 1, &params[i]) != DuckDBSuccess)
            return ptl_fail(err, PTL_E_INTERNAL, "%s: parameter $%lld does not take a %s", what,
                            (long long)i + 1, ptl_type_name(params[i].type));
    return PTL_OK;
}

/* --- preparing -------------------------------------------------------------------------------- */

static ptl_status prepare(duckdb_prepared_statement *out, duckdb_connection connection,
                          const char *sql, const char *what, ptl_error *err)
{
    if (duckdb_prepare(connection, sql, out) == DuckDBSuccess) return PTL_OK;
    const ptl_status st =
        ptl_duck_error(err, DUCKDB_ERROR_INVALID, duckdb_prepare_error(*out), what);
    duckdb_destroy_prepare(out);
    return st;
}

static ptl_status asset_of(const ptl_asset **out, const char *name, ptl_error *err)
{
    char path[256];
    const int len = snprintf(path, sizeof path, PTL_DUCK_QUERIES "%s.sql", name);
    *out = len > 0 && (size_t)len < sizeof path ? ptl_asset_find(path) : NULL;
    if (*out) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "there is no named query \"%s\"", name);
}

/* The oldest statement goes where the list is full. */
static ptl_duck_statement *statement_slot(ptl_warehouse *warehouse)
{
    if (warehouse->n_statements == PTL_DUCK_STATEMENTS_MAX) {
        duckdb_destroy_prepare(&warehouse->statements[0].prepared);
        warehouse->n_statements--;
        memmove(warehouse->statements, warehouse->statements + 1,
                (size_t)warehouse->n_statements * sizeof *warehouse->statements);
    }
    return &warehouse->statements[warehouse->n_statements];
}

static ptl_status statement_of(duckdb_prepared_statement *out, ptl_warehouse *warehouse,
                               const char *name, ptl_error *err)
{
    const ptl_asset *asset;
    PTL_TRY(asset_of(&asset, name, err));
    for (int32_t i = 0; i < warehouse->n_statements; i++)
        if (warehouse->statements[i].path == asset->path)
            return *out = warehouse->statements[i].prepared, PTL_OK;
    ptl_duck_statement *slot = statement_slot(warehouse);
    PTL_TRY(prepare(&slot->prepared, warehouse->connection, (const char *)asset->bytes, name, err));
    slot->path = asset->path;
    warehouse->n_statements++;
    *out = slot->prepared;
    return PTL_OK;
}

/* --- running ---------------------------------------------------------------------------------- */

enum { NAP_NANOSECONDS_MIN = 10000, NAP_NANOSECONDS_MAX = 500000 }; /* between looks for a task */

/* Tasks of the statement, until there is a result or a failure to hand out. The engine's own loop
 * would spin while another of its threads has the last task, a commit that waits for the disk. */
static void work(duckdb_pending_result pending)
{
    struct timespec nap = {.tv_nsec = NAP_NANOSECONDS_MIN};
    for (;;) {
        switch (duckdb_pending_execute_task(pending)) {
        case DUCKDB_PENDING_RESULT_NOT_READY:
            nap.tv_nsec = NAP_NANOSECONDS_MIN;
            break;
        case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
            (void)nanosleep(&nap, NULL);
            if (nap.tv_nsec < NAP_NANOSECONDS_MAX) nap.tv_nsec *= 2;
            break;
        default:
            return;
        }
    }
}

/* Bind and start; the result hands out chunks. `result` is destroyed by the caller on OK only. */
static ptl_status start(duckdb_result *result, duckdb_prepared_statement prepared,
                        const ptl_value *params, int64_t n_params, const char *what, ptl_error *err)
{
    PTL_TRY(ptl_duck_bind(prepared, params, n_params, what, err));
    duckdb_pending_result pending = NULL;
    ptl_status st = PTL_OK;
    if (duckdb_pending_prepared_streaming(prepared, &pending) != DuckDBSuccess)
        st = ptl_duck_error(err, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), what);
    else if (duckdb_execute_pending(pending, result) != DuckDBSuccess) {
        st = ptl_duck_result_error(err, result, what);
        duckdb_destroy_result(result);
    }
    duckdb_destroy_pending(&pending);
    return st;
}

ptl_status ptl_duck_run_prepared(int64_t *n_rows, duckdb_prepared_statement prepared,
                                 const char *what, ptl_error *err)
{
    duckdb_pending_result pending = NULL;
    duckdb_result result;
    ptl_status st = PTL_OK;
    if (duckdb_pending_prepared(prepared, &pending) != DuckDBSuccess) {
        st = ptl_duck_error(err, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), what);
    } else {
        work(pending);
        if (duckdb_execute_pending(pending, &result) != DuckDBSuccess)
            st = ptl_duck_result_error(err, &result, what);
        else if (n_rows)
            *n_rows = (int64_t)duckdb_rows_changed(&result);
        duckdb_destroy_result(&result);
    }
    duckdb_destroy_pending(&pending);
    return st;
}

static ptl_status hold(ptl_table *out, duckdb_prepared_statement prepared, const ptl_value *params,
                       int64_t n_params, size_t bytes_max, const char *what, ptl_error *err)
{
    duckdb_result result;
    PTL_TRY(start(&result, prepared, params, n_params, what, err));
    const ptl_status st = ptl_duck_gather(out, &result, bytes_max, what, err);
    duckdb_destroy_result(&result);
    return st;
}

static ptl_status change(int64_t *n_rows, duckdb_prepared_statement prepared,
                         const ptl_value *params, int64_t n_params, const char *what,
                         ptl_error *err)
{
    PTL_TRY(ptl_duck_bind(prepared, params, n_params, what, err));
    return ptl_duck_run_prepared(n_rows, prepared, what, err);
}

static ptl_status batch_of(ptl_batch_fn fn, void *ctx, const ptl_duck_shape *shape,
                           duckdb_data_chunk chunk, ptl_arena *arena, ptl_error *err)
{
    ptl_arena_reset(arena);
    ptl_table batch;
    PTL_TRY(ptl_duck_chunk(&batch, shape, chunk, arena, err));
    return batch.n_rows ? fn(ctx, &batch, err) : PTL_OK;
}

static ptl_status drain(duckdb_result *result, ptl_batch_fn fn, void *ctx, ptl_progress *progress,
                        const char *what, ptl_error *err)
{
    ptl_arena names, batch;
    ptl_arena_init(&names, (size_t)1 << 20, NULL);
    ptl_arena_init(&batch, (size_t)PTL_DUCK_RESULT_MIB << 20, NULL);
    ptl_duck_shape shape;
    ptl_status st = ptl_duck_shape_of(&shape, result, &names, what, err);
    while (st == PTL_OK && (st = ptl_progress_check(progress, err)) == PTL_OK) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
        if (!chunk) {
            if (duckdb_result_error(result)) st = ptl_duck_result_error(err, result, what);
            break;
        }
        st = batch_of(fn, ctx, &shape, chunk, &batch, err);
        duckdb_destroy_data_chunk(&chunk);
    }
    ptl_arena_dispose(&batch);
    ptl_arena_dispose(&names);
    return st;
}

static ptl_status flow(duckdb_prepared_statement prepared, const ptl_value *params,
                       int64_t n_params, ptl_batch_fn fn, void *ctx, ptl_progress *progress,
                       const char *what, ptl_error *err)
{
    duckdb_result result;
    PTL_TRY(start(&result, prepared, params, n_params, what, err));
    const ptl_status st = drain(&result, fn, ctx, progress, what, err);
    duckdb_destroy_result(&result);
    return st;
}

/* --- cancelling ------------------------------------------------------------------------------- */

static void interrupt(void *ctx)
{
    ptl_warehouse_interrupt(ctx);
}

/* Another statement would end the stream that a reader's connection hands out. */
static ptl_status is_free(const ptl_warehouse *warehouse, const char *name, ptl_error *err)
{
    if (!warehouse->streams) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "\"%s\" inside a reader's stream", name);
}

static ptl_status query_anew(ptl_table *out, ptl_warehouse *warehouse, const char *name,
                             const ptl_value *params, int64_t n_params, size_t bytes_max,
                             ptl_error *err)
{
    duckdb_prepared_statement prepared;
    PTL_TRY(statement_of(&prepared, warehouse, name, err));
    return hold(out, prepared, params, n_params, bytes_max, name, err);
}

/* A reader's: from what another reader was given in the same state, or anew. */
static ptl_status query_held(ptl_table *out, ptl_warehouse *warehouse, const char *name,
                             const ptl_value *params, int64_t n_params, size_t bytes_max,
                             ptl_error *err)
{
    ptl_duck_memo *memo = warehouse->engine->memo;
    const ptl_hash key = ptl_duck_memo_key(name, params, n_params);
    const bool is_asked = !warehouse->asks_once;
    if (ptl_duck_memo_take(out, memo, key, warehouse->state, is_asked)) return PTL_OK;
    const int64_t begun = ptl_clock_monotonic_ms();
    const ptl_status st = query_anew(out, warehouse, name, params, n_params, bytes_max, err);
    if (st == PTL_OK)
        ptl_duck_memo_give(memo, &(ptl_duck_question){name, params, n_params}, warehouse->state,
                           out, ptl_clock_monotonic_ms() - begun, is_asked);
    return ptl_duck_failed(warehouse, st, err);
}

/* --- the list --------------------------------------------------------------------------------- */

ptl_status ptl_warehouse_query(ptl_table *out, ptl_warehouse *warehouse, const char *name,
                               const ptl_value *params, int64_t n_params, size_t bytes_max,
                               ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    memset(out, 0, sizeof *out);
    PTL_TRY(ptl_duck_ready(warehouse, e));
    PTL_TRY(is_free(warehouse, name, e));
    if (warehouse->reads_only)
        return query_held(out, warehouse, name, params, n_params, bytes_max, e);
    return ptl_duck_failed(warehouse,
                           query_anew(out, warehouse, name, params, n_params, bytes_max, e), e);
}

static ptl_status reading_open(ptl_warehouse *warehouse, const char *name, ptl_error *err)
{
    if (warehouse->reading)
        return ptl_fail(err, PTL_E_CONFLICT, "stream \"%s\": another stream is open", name);
    duckdb_connection reading = NULL;
    if (duckdb_connect(warehouse->engine->database, &reading) != DuckDBSuccess)
        return ptl_fail(err, PTL_E_UNAVAILABLE, "stream \"%s\": no further connection", name);
    pthread_mutex_lock(&warehouse->guard);
    warehouse->reading = reading;
    pthread_mutex_unlock(&warehouse->guard);
    return PTL_OK;
}

static void reading_close(ptl_warehouse *warehouse)
{
    pthread_mutex_lock(&warehouse->guard);
    duckdb_disconnect(&warehouse->reading);
    warehouse->reading = NULL;
    pthread_mutex_unlock(&warehouse->guard);
}

/* A reader's stream comes from its one connection, whose snapshot its queries see. */
static ptl_status stream_inside(ptl_warehouse *warehouse, const char *name, const ptl_value *params,
                                int64_t n_params, ptl_batch_fn fn, void *ctx,
                                ptl_progress *progress, ptl_error *err)
{
    duckdb_prepared_statement prepared;
    PTL_TRY(is_free(warehouse, name, err));
    PTL_TRY(statement_of(&prepared, warehouse, name, err));
    const ptl_cancel_hook before =
        ptl_progress_hook(progress, (ptl_cancel_hook){interrupt, warehouse});
    warehouse->streams = true;
    const ptl_status st = flow(prepared, params, n_params, fn, ctx, progress, name, err);
    warehouse->streams = false;
    (void)ptl_progress_hook(progress, before);
    return ptl_duck_failed(warehouse, st, err);
}

ptl_status ptl_warehouse_stream(ptl_warehouse *warehouse, const char *name, const ptl_value *params,
                                int64_t n_params, ptl_batch_fn fn, void *ctx,
                                ptl_progress *progress, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    PTL_TRY(ptl_progress_check(progress, e));
    PTL_TRY(ptl_duck_ready(warehouse, e));
    if (warehouse->reads_only)
        return stream_inside(warehouse, name, params, n_params, fn, ctx, progress, e);
    const ptl_asset *asset;
    PTL_TRY(asset_of(&asset, name, e));
    PTL_TRY(reading_open(warehouse, name, e));
    const ptl_cancel_hook before =
        ptl_progress_hook(progress, (ptl_cancel_hook){interrupt, warehouse});
    duckdb_prepared_statement prepared;
    ptl_status st = prepare(&prepared, warehouse->reading, (const char *)asset->bytes, name, e);
    if (st == PTL_OK) {
        st = flow(prepared, params, n_params, fn, ctx, progress, name, e);
        duckdb_destroy_prepare(&prepared);
    }
    (void)ptl_progress_hook(progress, before);
    reading_close(warehouse);
    return ptl_duck_failed(warehouse, st, e);
}

/* --- inside a scope --------------------------------------------------------------------------- */

/* A marked scope runs nothing more: what follows a failure would be thrown away. */
static ptl_status scope_ready(const ptl_scope *scope, ptl_error *err)
{
    if (!scope->open || scope->warehouse->scope != scope)
        return ptl_fail(err, PTL_E_CONFLICT, "the scope is not open");
    if (scope->first == PTL_OK) return PTL_OK;
    if (err) *err = scope->error;
    return scope->first;
}

ptl_status ptl_scope_execute(int64_t *n_rows, ptl_scope *scope, const char *name,
                             const ptl_value *params, int64_t n_params, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    if (n_rows) *n_rows = 0;
    PTL_TRY(scope_ready(scope, e));
    if (strncmp(name, "meta/", 5) != 0) scope->on_facts = true;
    duckdb_prepared_statement prepared;
    ptl_status st = statement_of(&prepared, scope->warehouse, name, e);
    if (st == PTL_OK) st = change(n_rows, prepared, params, n_params, name, e);
    return ptl_duck_failed(scope->warehouse, st, e);
}

ptl_status ptl_scope_query(ptl_table *out, ptl_scope *scope, const char *name,
                           const ptl_value *params, int64_t n_params, ptl_error *err)
{
    memset(out, 0, sizeof *out);
    PTL_TRY(scope_ready(scope, err));
    return ptl_warehouse_query(out, scope->warehouse, name, params, n_params, 0, err);
}

ptl_status ptl_duck_exec(ptl_scope *scope, const char *sql, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    PTL_TRY(scope_ready(scope, e));
    scope->on_facts = true;
    duckdb_result result;
    ptl_status st = PTL_OK;
    if (duckdb_query(scope->warehouse->connection, sql, &result) != DuckDBSuccess)
        st = ptl_duck_result_error(e, &result, "statement");
    duckdb_destroy_result(&result);
    return ptl_duck_failed(scope->warehouse, st, e);
}

ptl_status ptl_duck_exec_params(int64_t *n_rows, ptl_scope *scope, const char *sql,
                                const ptl_value *params, int64_t n_params, const char *what,
                                ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    if (n_rows) *n_rows = 0;
    PTL_TRY(scope_ready(scope, e));
    scope->on_facts = true;
    duckdb_prepared_statement prepared;
    ptl_status st = prepare(&prepared, scope->warehouse->connection, sql, what, e);
    if (st == PTL_OK) {
        st = change(n_rows, prepared, params, n_params, what, e);
        duckdb_destroy_prepare(&prepared);
    }
    return ptl_duck_failed(scope->warehouse, st, e);
}

ptl_status ptl_duck_query_text(ptl_table *out, ptl_scope *scope, const char *sql,
                               const ptl_value *params, int64_t n_params, size_t bytes_max,
                               const char *what, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    memset(out, 0, sizeof *out);
    PTL_TRY(scope_ready(scope, e));
    duckdb_prepared_statement prepared;
    ptl_status st = prepare(&prepared, scope->warehouse->connection, sql, what, e);
    if (st == PTL_OK) {
        st = hold(out, prepared, params, n_params, bytes_max, what, e);
        duckdb_destroy_prepare(&prepared);
    }
    return ptl_duck_failed(scope->warehouse, st, e);
}

ptl_status ptl_duck_stream_text(ptl_scope *scope, const char *sql, const ptl_value *params,
                                int64_t n_params, ptl_batch_fn fn, void *ctx,
                                ptl_progress *progress, const char *what, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    PTL_TRY(scope_ready(scope, e));
    const ptl_cancel_hook before =
        ptl_progress_hook(progress, (ptl_cancel_hook){interrupt, scope->warehouse});
    duckdb_prepared_statement prepared;
    ptl_status st = prepare(&prepared, scope->warehouse->connection, sql, what, e);
    if (st == PTL_OK) {
        st = flow(prepared, params, n_params, fn, ctx, progress, what, e);
        duckdb_destroy_prepare(&prepared);
    }
    (void)ptl_progress_hook(progress, before);
    return ptl_duck_failed(scope->warehouse, st, e);
}
