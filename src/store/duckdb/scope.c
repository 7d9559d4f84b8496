/* scope.c: transactions that remember their first failure.
 *
 * The engine commits what it can: a DELETE after a statement that failed to bind is committed by
 * its COMMIT. So the state is kept here:
 *
 *     closed ──begin──▶ open ──any failure──▶ marked
 *                        │                      │
 *                  commit: COMMIT         commit: ROLLBACK, the first failure is returned
 *
 * A commit that returned OK is in the engine's log on disk. Checkpoints (moving the log into the
 * file) are made afterwards and apart, so that a disk that fills up there cannot make a durable
 * commit look failed: the engine is then closed and reopened at the next call. */
#include "store/duckdb/duckdb_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Log size at which it is moved into the file; replaying this much at start takes well under a
 * second. */
#define LOG_BYTES_MAX ((off_t)16 << 20)

ptl_status ptl_scope_begin(ptl_scope *scope, ptl_warehouse *warehouse, ptl_error *err)
{
    memset(scope, 0, sizeof *scope);
    ptl_error local;
    ptl_error *e = err ? err : &local;
    if (warehouse->scope)
        return ptl_fail(e, PTL_E_CONFLICT, "a scope is open already on this warehouse");
    if (warehouse->reads_only)
        return ptl_fail(e, PTL_E_INTERNAL, "a handle that only reads was asked to change rows");
    PTL_TRY(ptl_duck_ready(warehouse, e));
    scope->state = ptl_pulse_state(&warehouse->engine->facts);
    const ptl_status st = ptl_duck_run(warehouse, "BEGIN TRANSACTION", "begin of a scope", e);
    if (st != PTL_OK) return ptl_duck_failed(warehouse, st, e);
    scope->warehouse = warehouse;
    scope->open = true;
    warehouse->scope = scope;
    return PTL_OK;
}

void ptl_scope_mark(ptl_scope *scope, ptl_status status, const ptl_error *err)
{
    if (!scope->open || scope->first != PTL_OK || status == PTL_OK) return;
    scope->first = status;
    if (err)
        scope->error = *err;
    else
        (void)ptl_fail(&scope->error, status, "a step of the scope failed");
}

static void scope_close(ptl_scope *scope)
{
    scope->open = false;
    scope->warehouse->scope = NULL;
}

void ptl_scope_rollback(ptl_scope *scope)
{
    if (!scope->open) return;
    ptl_warehouse *warehouse = scope->warehouse;
    ptl_duck_append_abandon(warehouse);
    scope_close(scope);
    if (ptl_duck_is_broken(warehouse)) return; /* nothing of it survives the reopening */
    ptl_error ignored;
    if (ptl_duck_run(warehouse, "ROLLBACK", "rollback", &ignored) == PTL_E_UNAVAILABLE)
        atomic_store(&warehouse->engine->broken, true);
}

/* After a commit: a failure here concerns the engine, not what was committed. */
static void log_move(ptl_warehouse *warehouse)
{
    char path[4096];
    struct stat st;
    const int len = snprintf(path, sizeof path, "%s.wal", warehouse->path);
    if (len < 0 || (size_t)len >= sizeof path) return;
    if (stat(path, &st) != 0 || st.st_size < LOG_BYTES_MAX || warehouse->reading) return;
    pthread_mutex_lock(&warehouse->engine->mutex);
    const bool keeps_log = warehouse->engine->keeps_log;
    pthread_mutex_unlock(&warehouse->engine->mutex);
    if (keeps_log) return; /* the next commit after the copy moves it */
    ptl_error ignored;
    if (ptl_duck_run(warehouse, "CHECKPOINT", "checkpoint", &ignored) == PTL_E_UNAVAILABLE)
        atomic_store(&warehouse->engine->broken, true);
}

ptl_status ptl_scope_commit(ptl_scope *scope, ptl_error *err)
{
    if (!scope->open) return ptl_fail(err, PTL_E_CONFLICT, "the scope is not open");
    ptl_error local;
    ptl_error *e = err ? err : &local;
    ptl_warehouse *warehouse = scope->warehouse;
    if (warehouse->appends)
        ptl_scope_mark(scope, ptl_fail(e, PTL_E_INTERNAL, "an append is still open at commit"), e);
    if (scope->first == PTL_OK) ptl_duck_carry(scope);
    if (scope->first != PTL_OK) {
        ptl_duck_memo_clear(warehouse->engine->memo); /* what was carried is not so */
        ptl_scope_rollback(scope);
        *e = scope->error;
        return scope->first;
    }
    ptl_pulse_begin(warehouse->engine->pulse);
    ptl_pulse_begin(&warehouse->engine->facts);
    const ptl_status st = ptl_duck_run(warehouse, "COMMIT", "commit", e);
    if (st != PTL_OK) ptl_duck_memo_clear(warehouse->engine->memo);
    ptl_pulse_end(&warehouse->engine->facts);
    ptl_pulse_end(warehouse->engine->pulse);
    if (st == PTL_OK) {
        scope_close(scope);
        log_move(warehouse);
        return PTL_OK;
    }
    (void)ptl_duck_failed(warehouse, st, e);
    ptl_scope_rollback(scope);
    return st;
}
