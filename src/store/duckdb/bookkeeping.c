/* bookkeeping.c: outputs, whether a run landed, the version, the calendar.
 *
 * Whatever a run writes comes with its `output` row in the same scope: who finds the row knows that
 * all of it is there, who does not knows that none of it is. */
#include "store/duckdb/duckdb_internal.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/* One number from a named query of one row. */
static ptl_status number(int64_t *out, ptl_warehouse *warehouse, const char *name,
                         const ptl_value *params, int64_t n_params, ptl_error *err)
{
    ptl_table table;
    PTL_TRY(ptl_warehouse_query(&table, warehouse, name, params, n_params, 0, err));
    *out = table.n_rows ? ptl_column_int(&table.columns[0], 0) : 0;
    ptl_table_dispose(&table);
    return PTL_OK;
}

ptl_status ptl_warehouse_version(int64_t *out, ptl_warehouse *warehouse, ptl_error *err)
{
    *out = 0;
    return number(out, warehouse, "meta/version", NULL, 0, err);
}

ptl_status ptl_warehouse_run_landed(bool *out, ptl_warehouse *warehouse, int64_t run_id,
                                    ptl_error *err)
{
    int64_t n = 0;
    *out = false;
    const ptl_value run = ptl_value_int(run_id);
    PTL_TRY(number(&n, warehouse, "meta/run_landed", &run, 1, err));
    *out = n > 0;
    return PTL_OK;
}

/* --- outputs ---------------------------------------------------------------------------------- */

static ptl_status output_check(const char *table, ptl_error *err)
{
    const ptl_canon_table *canon = ptl_canon_find(ptl_text_of(table));
    if (canon && (canon->kind == PTL_CANON_FIGURE || canon->kind == PTL_CANON_MODEL)) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "table \"%s\" does not take outputs", table);
}

static ptl_status run_id_check(const ptl_column *column, int64_t n, int64_t run_id,
                               const char *table, ptl_error *err)
{
    for (int64_t i = 0; i < n; i++)
        if (ptl_column_int(column, i) != run_id)
            return ptl_fail(err, PTL_E_INTERNAL, "output to %s of run %lld: row %lld is run %lld's",
                            table, (long long)run_id, (long long)i + 1,
                            (long long)ptl_column_int(column, i));
    return PTL_OK;
}

/* The rows with their run_id: as they are, or with one column more. */
static ptl_status with_run_id(ptl_table *out, const ptl_table *rows, int64_t run_id,
                              const char *table, ptl_arena *arena, ptl_error *err)
{
    for (int64_t i = 0; i < rows->n_columns; i++)
        if (strcmp(rows->columns[i].name, "run_id") == 0)
            return *out = *rows, run_id_check(&rows->columns[i], rows->n_rows, run_id, table, err);
    const int64_t n = rows->n_columns;
    ptl_column *columns = ptl_arena_array(arena, n + 1, sizeof *columns, err);
    int64_t *ids = ptl_arena_array(arena, rows->n_rows + 1, sizeof *ids, err);
    if (!columns || !ids) return PTL_E_NO_MEMORY;
    memcpy(columns, rows->columns, (size_t)n * sizeof *columns);
    for (int64_t i = 0; i < rows->n_rows; i++) ids[i] = run_id;
    columns[n] = (ptl_column){.name = "run_id", .type = PTL_TYPE_INT, .values.ints = ids};
    *out = (ptl_table){.n_rows = rows->n_rows, .n_columns = n + 1, .columns = columns};
    return PTL_OK;
}

static ptl_status output_row(ptl_scope *scope, int64_t run_id, const char *table,
                             const ptl_table *rows, ptl_error *err)
{
    char hash[PTL_HASH_HEX];
    ptl_hash_format(hash, ptl_table_hash(rows));
    const ptl_value values[5] = {ptl_value_int(run_id), ptl_value_string(table),
                                 ptl_value_int(rows->n_rows), ptl_value_string(hash),
                                 ptl_value_instant(ptl_clock_now())};
    return ptl_scope_execute(NULL, scope, "meta/output_add", values, 5, err);
}

static ptl_status output(ptl_scope *scope, int64_t run_id, const char *table, const ptl_table *rows,
                         ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(output_check(table, err));
    ptl_table all;
    PTL_TRY(with_run_id(&all, rows, run_id, table, arena, err));
    if (all.n_rows) PTL_TRY(ptl_scope_append(scope, table, &all, err));
    return output_row(scope, run_id, table, &all, err);
}

ptl_status ptl_scope_output(ptl_scope *scope, int64_t run_id, const char *table,
                            const ptl_table *rows, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)PTL_DUCK_RESULT_MIB << 20, NULL);
    const ptl_status st = output(scope, run_id, table, rows, &arena, e);
    ptl_arena_dispose(&arena);
    if (st != PTL_OK) ptl_scope_mark(scope, st, e); /* also what failed outside the engine */
    return st;
}

/* --- the calendar ----------------------------------------------------------------------------- */

/* [1970-01-01, 2100-01-01): what a column of 47,482 days costs is 1 MB. */
enum { CALENDAR_DAYS = 47482 };

static ptl_status calendar_rows(ptl_table *out, const ptl_zone *zone, ptl_arena *arena,
                                ptl_error *err)
{
    int32_t *days = ptl_arena_array(arena, CALENDAR_DAYS, sizeof *days, err);
    int64_t *starts = ptl_arena_array(arena, CALENDAR_DAYS + 1, sizeof *starts, err);
    ptl_column *columns = ptl_arena_array(arena, 3, sizeof *columns, err);
    if (!days || !starts || !columns) return PTL_E_NO_MEMORY;
    for (int32_t i = 0; i < CALENDAR_DAYS; i++) {
        days[i] = i;
        starts[i] = ptl_zone_day_start(zone, i);
    }
    starts[CALENDAR_DAYS] = ptl_zone_day_start(zone, CALENDAR_DAYS);
    columns[0] = (ptl_column){.name = "day", .type = PTL_TYPE_DAY, .values.days = days};
    columns[1] = (ptl_column){.name = "starts_at", .type = PTL_TYPE_INSTANT, .values.ints = starts};
    columns[2] =
        (ptl_column){.name = "ends_at", .type = PTL_TYPE_INSTANT, .values.ints = starts + 1};
    *out = (ptl_table){.n_rows = CALENDAR_DAYS, .n_columns = 3, .columns = columns};
    return PTL_OK;
}

static ptl_status calendar_write(ptl_scope *scope, const ptl_zone *zone, ptl_error *err)
{
    const ptl_value note[2] = {ptl_value_string("zone"), ptl_value_string(ptl_zone_name(zone))};
    PTL_TRY(ptl_scope_execute(NULL, scope, "meta/calendar_clear", NULL, 0, err));
    PTL_TRY(ptl_scope_execute(NULL, scope, "meta/value_clear", note, 1, err));
    PTL_TRY(ptl_scope_execute(NULL, scope, "meta/value_add", note, 2, err));
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)8 << 20, NULL);
    ptl_table rows;
    ptl_status st = calendar_rows(&rows, zone, &arena, err);
    if (st == PTL_OK) st = ptl_scope_append(scope, "calendar", &rows, err);
    ptl_arena_dispose(&arena);
    return st;
}

/* OK with `*same` where the calendar there is this zone's already. */
static ptl_status calendar_there(bool *same, ptl_warehouse *warehouse, const ptl_zone *zone,
                                 ptl_error *err)
{
    const ptl_value name = ptl_value_string("zone");
    ptl_table table;
    *same = false;
    PTL_TRY(ptl_warehouse_query(&table, warehouse, "meta/value", &name, 1, 0, err));
    char found[128] = "";
    if (table.n_rows) {
        const ptl_text text = ptl_column_text(&table.columns[0], 0);
        *same = ptl_text_equal(text, ptl_text_of(ptl_zone_name(zone)));
        (void)snprintf(found, sizeof found, "%.*s", (int)text.len, text.ptr);
    }
    ptl_table_dispose(&table);
    int64_t n_rows = 0;
    if (*same || !found[0]) return PTL_OK;
    PTL_TRY(number(&n_rows, warehouse, "meta/loaded_rows", NULL, 0, err));
    if (n_rows == 0) return PTL_OK;
    (void)ptl_fail(err, PTL_E_CONFLICT,
                   "the calendar is cut in %s, %lld rows were loaded by it; "
                   "it cannot become %s",
                   found, (long long)n_rows, ptl_zone_name(zone));
    ptl_error_hint(err, "keep the zone %s, or build a new workspace and import again", found);
    return PTL_E_CONFLICT;
}

ptl_status ptl_warehouse_calendar(ptl_warehouse *warehouse, const ptl_zone *zone, ptl_error *err)
{
    bool same;
    PTL_TRY(calendar_there(&same, warehouse, zone, err));
    if (same) return PTL_OK;
    ptl_scope scope;
    PTL_TRY(ptl_scope_begin(&scope, warehouse, err));
    ptl_error local;
    const ptl_status st = calendar_write(&scope, zone, err ? err : &local);
    if (st != PTL_OK) ptl_scope_mark(&scope, st, err ? err : &local);
    return ptl_scope_commit(&scope, err);
}
