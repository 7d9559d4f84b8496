/* load_insert.c: the statement that turns the mapped rows into facts.
 *
 * The table function of load_stage.c gives chunks in the file's order to whichever of the engine's
 * threads asks; they sort, merge and compress row groups. The order of facts is total, so it does
 * not depend on who got which chunk. */
#include "store/duckdb/load_internal.h"

#include <string.h>

/* --- the statement ---------------------------------------------------------------------------- */

/* One person's rows lie together in event and txn, so that a history is read without a scan. The
 * row's number, which makes the order total, fits 32 bits (keep_hash refuses others): a key of
 * person, time and row is then 23 bytes, and up to 24 the engine compares keys as integers. */
static void put_order(ptl_buffer *sql, const ptl_load_plan *plan)
{
    const char *time = plan->table->time_column;
    const bool by_person =
        strcmp(plan->table->name, "event") == 0 || strcmp(plan->table->name, "txn") == 0;
    ptl_buffer_text(sql, " ORDER BY ");
    if (by_person && plan->has_identifier) ptl_buffer_text(sql, "identifier_id NULLS LAST, ");
    if (time && plan->time_idx >= 0 && plan->columns[plan->time_idx].is_given) {
        ptl_load_sql_name(sql, time);
        ptl_buffer_text(sql, " NULLS LAST, ");
    }
    ptl_buffer_text(sql, "source_row::UINTEGER");
}

/* From the file to the table in one statement; the engine sorts, spilling where it must. What is
 * the same in all rows joins them behind the sorter: its rows are half as wide then. */
static void put_insert(ptl_buffer *sql, const ptl_load_job *job, const char *rows)
{
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer_printf(sql, "INSERT INTO %s (", plan->table->name);
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_printf(sql, "%s, load_id, source_row, known_at) SELECT ",
                      plan->has_day ? ", \"day\"" : "");
    ptl_load_plan_values(sql, plan, job->spec);
    ptl_buffer_printf(sql, "%s, %lld, source_row, ", plan->has_day ? ", load_day" : "",
                      (long long)job->load_id);
    const char *known = plan->has_known_at ? "coalesce(load_known_at, make_timestamp(%lld))"
                                           : "make_timestamp(%lld)";
    ptl_buffer_printf(sql, known, (long long)job->spec->known_at);
    ptl_buffer_printf(sql, " FROM (FROM %s", rows);
    put_order(sql, plan);
    ptl_buffer_text(sql, ")");
}

/* --- running ---------------------------------------------------------------------------------- */

static ptl_status run(int64_t *n_rows, ptl_load_job *job, const ptl_buffer *sql, ptl_error *err)
{
    PTL_TRY(ptl_buffer_check(sql, "write facts", err));
    ptl_error local;
    ptl_error *e = err ? err : &local;
    duckdb_prepared_statement prepared = NULL;
    ptl_status st = PTL_OK;
    if (duckdb_prepare(job->warehouse->connection, sql->ptr, &prepared) != DuckDBSuccess)
        st = ptl_duck_error(e, DUCKDB_ERROR_INVALID, duckdb_prepare_error(prepared), "write facts");
    else
        st = ptl_duck_run_prepared(n_rows, prepared, "write facts", e);
    duckdb_destroy_prepare(&prepared);
    return ptl_duck_failed(job->warehouse, st, e);
}

ptl_status ptl_load_insert(int64_t *n_rows, ptl_load_job *job, ptl_error *err)
{
    ptl_buffer sql, list, rows;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    ptl_buffer_init(&list, (size_t)1 << 20, NULL);
    ptl_buffer_init(&rows, 256, NULL);
    ptl_status st = ptl_load_stage_register(&rows, job, err);
    if (st == PTL_OK) {
        put_insert(&sql, job, rows.ptr);
        ptl_load_plan_list(&list, &job->plan, job->spec);
        st = ptl_buffer_check(&list, "the columns of a mapping", err);
    }
    if (st == PTL_OK) st = ptl_reader_start(job->reader, list.ptr, err);
    if (st == PTL_OK) st = ptl_load_ahead_start(&job->ahead, job->reader, err);
    if (st == PTL_OK) st = run(n_rows, job, &sql, err);
    ptl_load_ahead_stop(job->ahead);
    job->ahead = NULL;
    pthread_mutex_lock(&job->giving);
    if (job->failure != PTL_OK) { /* our own words, not the engine's about them */
        st = job->failure;
        if (err) *err = job->error;
    }
    pthread_mutex_unlock(&job->giving);
    if (st == PTL_OK) st = ptl_reader_finish(job->reader, err);
    ptl_buffer_dispose(&sql);
    ptl_buffer_dispose(&list);
    ptl_buffer_dispose(&rows);
    return st;
}
