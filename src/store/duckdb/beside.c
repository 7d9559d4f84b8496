/* beside.c: handles beside the one that owns the engine, so that reads run beside a load.
 *
 *     outside ──enter──▶ inside ──leave──▶ outside
 *        ▲ E_UNAVAILABLE while the engine is broken or being reopened
 *
 * A reader's stay is one transaction, begun and made to look at the database in enter: the engine
 * gives a transaction its snapshot at the first table it touches, not at BEGIN. */
#include "store/duckdb/duckdb_internal.h"

static void list_add(ptl_duck_engine *engine, ptl_warehouse *beside)
{
    pthread_mutex_lock(&engine->mutex);
    beside->next = engine->beside;
    engine->beside = beside;
    pthread_mutex_unlock(&engine->mutex);
}

static void list_remove(ptl_duck_engine *engine, const ptl_warehouse *beside)
{
    pthread_mutex_lock(&engine->mutex);
    ptl_warehouse **link = &engine->beside;
    while (*link && *link != beside) link = &(*link)->next;
    if (*link) *link = beside->next;
    pthread_mutex_unlock(&engine->mutex);
}

ptl_status ptl_warehouse_open_beside(ptl_warehouse **out, ptl_warehouse *first, bool reads_only,
                                     ptl_error *err)
{
    *out = NULL;
    PTL_TRY(ptl_duck_handle_new(out, first->path, &first->options, err));
    (*out)->engine = first->engine;
    (*out)->reads_only = reads_only;
    list_add(first->engine, *out);
    return PTL_OK;
}

void ptl_duck_beside_close(ptl_warehouse *warehouse)
{
    if (warehouse->scope) ptl_scope_rollback(warehouse->scope);
    list_remove(warehouse->engine, warehouse);
    ptl_duck_disconnect(warehouse);
    ptl_duck_trim();
    ptl_duck_handle_free(warehouse);
}

void ptl_warehouse_watch(ptl_warehouse *first, ptl_pulse *pulse)
{
    first->engine->pulse = pulse;
}

/* --- enter and leave -------------------------------------------------------------------------- */

static ptl_status step_in(ptl_warehouse *warehouse, ptl_error *err)
{
    ptl_duck_engine *engine = warehouse->engine;
    ptl_status st = PTL_OK;
    pthread_mutex_lock(&engine->mutex);
    if (engine->closing || !engine->database || atomic_load(&engine->broken))
        st = ptl_fail(err, PTL_E_UNAVAILABLE, "the warehouse is being reopened");
    else
        engine->n_inside++;
    pthread_mutex_unlock(&engine->mutex);
    return st;
}

static void step_out(ptl_warehouse *warehouse)
{
    ptl_duck_engine *engine = warehouse->engine;
    pthread_mutex_lock(&engine->mutex);
    if (--engine->n_inside == 0) pthread_cond_broadcast(&engine->left);
    pthread_mutex_unlock(&engine->mutex);
}

/* Inside, so the database stays. */
static ptl_status connect_to(ptl_warehouse *warehouse, ptl_error *err)
{
    duckdb_connection connection = NULL;
    if (warehouse->connection) return PTL_OK;
    if (duckdb_connect(warehouse->engine->database, &connection) != DuckDBSuccess)
        return ptl_fail(err, PTL_E_UNAVAILABLE, "the engine gives no further connection");
    pthread_mutex_lock(&warehouse->guard);
    warehouse->connection = connection;
    pthread_mutex_unlock(&warehouse->guard);
    return PTL_OK;
}

static ptl_status begin_snapshot(ptl_warehouse *warehouse, ptl_error *err)
{
    int64_t version;
    if (!warehouse->reads_only) return PTL_OK;
    ptl_pulse *facts = &warehouse->engine->facts;
    const int64_t before = ptl_pulse_state(facts);
    warehouse->state = -1;
    PTL_TRY(ptl_duck_run(warehouse, "BEGIN TRANSACTION READ ONLY", "begin of a reading", err));
    warehouse->in_snapshot = true;
    PTL_TRY(ptl_warehouse_version(&version, warehouse, err));
    if (ptl_pulse_holds(facts, before)) warehouse->state = before;
    return PTL_OK;
}

ptl_status ptl_warehouse_enter(ptl_warehouse *beside, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    PTL_TRY(step_in(beside, e));
    ptl_status st = connect_to(beside, e);
    if (st == PTL_OK) st = begin_snapshot(beside, e);
    if (st == PTL_OK) return PTL_OK;
    (void)ptl_duck_failed(beside, st, e);
    ptl_warehouse_leave(beside);
    return st;
}

void ptl_warehouse_leave(ptl_warehouse *beside)
{
    ptl_error ignored;
    if (beside->scope) ptl_scope_rollback(beside->scope);
    if (beside->in_snapshot && !ptl_duck_is_broken(beside))
        (void)ptl_duck_failed(
            beside, ptl_duck_run(beside, "ROLLBACK", "end of a reading", &ignored), &ignored);
    beside->in_snapshot = false;
    step_out(beside);
}

void ptl_warehouse_ask_once(ptl_warehouse *beside)
{
    beside->asks_once = true;
}

bool ptl_warehouse_must_leave(const ptl_warehouse *beside)
{
    ptl_duck_engine *engine = beside->engine;
    pthread_mutex_lock(&engine->mutex);
    const bool closing = engine->closing;
    pthread_mutex_unlock(&engine->mutex);
    return closing || atomic_load(&engine->broken);
}
