/* append.c: rows in bulk, through the engine's appender.
 *
 * Invariant: an appender's last rows are flushed while its scope is open, because what is flushed
 * after a rollback would be committed by itself. The warehouse therefore lists open appenders, and
 * a rollback ends them first.
 *
 * Rows go in as whole chunks. The columns named are the ones filled; the engine gives the others
 * their default, which is null in every table of ours. */
#include "store/duckdb/duckdb_internal.h"

#include <stdio.h>
#include <string.h>

struct ptl_duck_append {
    ptl_scope *scope; /* NULL once the scope ended without it */
    ptl_duck_append *next;
    duckdb_appender appender;
    duckdb_data_chunk chunk;
    int64_t n_columns;
    char what[96]; /* "append to txn" */
    const char **names;
    duckdb_type *types;
    int64_t *column_of; /* which column of the rows now appended fills column i */
    ptl_arena arena;
};

/* --- filling a vector ------------------------------------------------------------------------- */

static bool type_fits(ptl_type ours, duckdb_type theirs)
{
    switch (theirs) {
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_INTEGER:
        return ours == PTL_TYPE_INT;
    case DUCKDB_TYPE_DOUBLE:
        return ours == PTL_TYPE_DOUBLE;
    case DUCKDB_TYPE_BOOLEAN:
        return ours == PTL_TYPE_BOOL;
    case DUCKDB_TYPE_VARCHAR:
        return ours == PTL_TYPE_TEXT;
    case DUCKDB_TYPE_BLOB:
        return ours == PTL_TYPE_BLOB;
    case DUCKDB_TYPE_TIMESTAMP:
        return ours == PTL_TYPE_INSTANT;
    case DUCKDB_TYPE_DATE:
        return ours == PTL_TYPE_DAY;
    default:
        return false;
    }
}

static void fill_texts(duckdb_vector vector, const ptl_column *column, int64_t first, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const ptl_text text = ptl_column_text(column, first + i);
        duckdb_vector_assign_string_element_len(vector, (idx_t)i, text.ptr ? text.ptr : "",
                                                text.len);
    }
}

static ptl_status fill_ints32(int32_t *data, const ptl_column *column, int64_t first, int64_t n,
                              ptl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t value = ptl_column_int(column, first + i);
        if (value < INT32_MIN || value > INT32_MAX)
            return ptl_fail(err, PTL_E_LIMIT, "column \"%s\": %lld in row %lld leaves 32 bits",
                            column->name, (long long)value, (long long)(first + i + 1));
        data[i] = (int32_t)value;
    }
    return PTL_OK;
}

static ptl_status fill_vector(duckdb_vector vector, duckdb_type type, const ptl_column *column,
                              int64_t first, int64_t n, ptl_error *err)
{
    void *data = duckdb_vector_get_data(vector);
    switch (type) {
    case DUCKDB_TYPE_INTEGER:
        return fill_ints32(data, column, first, n, err);
    case DUCKDB_TYPE_BOOLEAN:
        for (int64_t i = 0; i < n; i++) ((bool *)data)[i] = ptl_column_int(column, first + i) != 0;
        return PTL_OK;
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
        fill_texts(vector, column, first, n);
        return PTL_OK;
    case DUCKDB_TYPE_DOUBLE:
        memcpy(data, column->values.doubles + first, (size_t)n * sizeof(double));
        return PTL_OK;
    case DUCKDB_TYPE_DATE:
        memcpy(data, column->values.days + first, (size_t)n * sizeof(int32_t));
        return PTL_OK;
    default: /* BIGINT, TIMESTAMP */
        memcpy(data, column->values.ints + first, (size_t)n * sizeof(int64_t));
        return PTL_OK;
    }
}

static void fill_missing(duckdb_vector vector, const ptl_column *column, int64_t first, int64_t n)
{
    if (!column->validity) return;
    duckdb_vector_ensure_validity_writable(vector);
    uint64_t *validity = duckdb_vector_get_validity(vector);
    for (int64_t i = 0; i < n; i++)
        duckdb_validity_set_row_validity(validity, (idx_t)i, ptl_column_present(column, first + i));
}

ptl_status ptl_duck_fill(duckdb_data_chunk chunk, const duckdb_type *types, const ptl_table *table,
                         const int64_t *column_of, int64_t n_columns, int64_t first, int64_t n,
                         ptl_error *err)
{
    for (int64_t i = 0; i < n_columns; i++) {
        const ptl_column *column = &table->columns[column_of[i]];
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, (idx_t)i);
        if (!type_fits(column->type, types[i]))
            return ptl_fail(err, PTL_E_INTERNAL,
                            "column \"%s\" is a %s, the table's is engine type %d", column->name,
                            ptl_type_name(column->type), (int)types[i]);
        PTL_TRY(fill_vector(vector, types[i], column, first, n, err));
        fill_missing(vector, column, first, n);
    }
    duckdb_data_chunk_set_size(chunk, (idx_t)n);
    return PTL_OK;
}

/* --- an appender ------------------------------------------------------------------------------ */

static ptl_status column_add(ptl_duck_append *append, int64_t idx, const char *name,
                             duckdb_logical_type *type, ptl_error *err)
{
    char what[192];
    (void)snprintf(what, sizeof what, "%s, column \"%.64s\"", append->what, name);
    if (duckdb_appender_add_column(append->appender, name) != DuckDBSuccess)
        return ptl_duck_appender_error(err, append->appender, what);
    *type = duckdb_appender_column_type(append->appender, (idx_t)idx);
    append->types[idx] = duckdb_get_type_id(*type);
    append->names[idx] = ptl_text_copy(ptl_text_of(name), &append->arena, err);
    return append->names[idx] ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status columns_add(ptl_duck_append *append, const char *const *columns, ptl_error *err)
{
    const int64_t n = append->n_columns;
    append->names = ptl_arena_array(&append->arena, n, sizeof *append->names, err);
    append->types = ptl_arena_array(&append->arena, n, sizeof *append->types, err);
    append->column_of = ptl_arena_array(&append->arena, n, sizeof *append->column_of, err);
    duckdb_logical_type *types = ptl_arena_array(&append->arena, n, sizeof *types, err);
    if (!append->names || !append->types || !append->column_of || !types) return PTL_E_NO_MEMORY;
    ptl_status st = PTL_OK;
    for (int64_t i = 0; i < n && st == PTL_OK; i++)
        st = column_add(append, i, columns[i], &types[i], err);
    if (st == PTL_OK) append->chunk = duckdb_create_data_chunk(types, (idx_t)n);
    for (int64_t i = 0; i < n; i++)
        if (types[i]) duckdb_destroy_logical_type(&types[i]);
    return st;
}

static ptl_status append_start(ptl_duck_append *append, const char *table,
                               const char *const *columns, ptl_error *err)
{
    if (duckdb_appender_create(append->scope->warehouse->connection, NULL, table,
                               &append->appender) != DuckDBSuccess)
        return ptl_duck_appender_error(err, append->appender, append->what);
    return columns_add(append, columns, err);
}

static void append_unlist(ptl_duck_append *append)
{
    if (!append->scope) return;
    ptl_duck_append **at = &append->scope->warehouse->appends;
    while (*at && *at != append) at = &(*at)->next;
    if (*at) *at = append->next;
}

static void append_free(ptl_duck_append *append)
{
    append_unlist(append);
    if (append->chunk) duckdb_destroy_data_chunk(&append->chunk);
    if (append->appender) duckdb_appender_destroy(&append->appender);
    ptl_arena arena = append->arena; /* the append lies in it */
    ptl_arena_dispose(&arena);
}

void ptl_duck_append_abandon(ptl_warehouse *warehouse)
{
    for (ptl_duck_append *append = warehouse->appends; append; append = append->next) {
        duckdb_appender_destroy(&append->appender);
        append->appender = NULL;
        append->scope = NULL;
    }
    warehouse->appends = NULL;
}

static ptl_status append_ready(const ptl_duck_append *append, ptl_error *err)
{
    if (!append->scope)
        return ptl_fail(err, PTL_E_CONFLICT, "%s: its scope has ended", append->what);
    if (append->scope->first != PTL_OK) *err = append->scope->error;
    return append->scope->first;
}

ptl_status ptl_duck_append_open(ptl_duck_append **out, ptl_scope *scope, const char *table,
                                const char *const *columns, int64_t n_columns, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    *out = NULL;
    if (!scope->open)
        return ptl_fail(e, PTL_E_CONFLICT, "append to %s: the scope is not open", table);
    if (scope->first != PTL_OK) return *e = scope->error, scope->first;
    ptl_duck_note_table(scope, table);
    if (n_columns < 1 || n_columns > PTL_DUCK_COLUMNS_MAX)
        return ptl_fail(e, PTL_E_INTERNAL, "append to %s: %lld columns", table,
                        (long long)n_columns);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 20, NULL);
    ptl_duck_append *append = ptl_arena_alloc(&arena, sizeof *append, e);
    if (!append) return ptl_duck_failed(scope->warehouse, PTL_E_NO_MEMORY, e);
    *append = (ptl_duck_append){
        .scope = scope, .n_columns = n_columns, .arena = arena, .next = scope->warehouse->appends};
    scope->warehouse->appends = append;
    (void)snprintf(append->what, sizeof append->what, "append to %s", table);
    const ptl_status st = append_start(append, table, columns, e);
    if (st != PTL_OK) {
        append_free(append);
        return ptl_duck_failed(scope->warehouse, st, e);
    }
    *out = append;
    return PTL_OK;
}

static ptl_status columns_match(ptl_duck_append *append, const ptl_table *rows, ptl_error *err)
{
    for (int64_t i = 0; i < append->n_columns; i++) {
        int64_t at = 0;
        while (at < rows->n_columns && strcmp(rows->columns[at].name, append->names[i]) != 0) at++;
        if (at == rows->n_columns)
            return ptl_fail(err, PTL_E_INTERNAL, "%s: the rows have no column \"%s\"", append->what,
                            append->names[i]);
        append->column_of[i] = at;
    }
    return PTL_OK;
}

static ptl_status rows_add(ptl_duck_append *append, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(columns_match(append, rows, err));
    const int64_t step = (int64_t)duckdb_vector_size();
    for (int64_t first = 0; first < rows->n_rows; first += step) {
        const int64_t n = rows->n_rows - first < step ? rows->n_rows - first : step;
        duckdb_data_chunk_reset(append->chunk);
        PTL_TRY(ptl_duck_fill(append->chunk, append->types, rows, append->column_of,
                              append->n_columns, first, n, err));
        if (duckdb_append_data_chunk(append->appender, append->chunk) != DuckDBSuccess)
            return ptl_duck_appender_error(err, append->appender, append->what);
    }
    return PTL_OK;
}

ptl_status ptl_duck_append_rows(ptl_duck_append *append, const ptl_table *rows, ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    PTL_TRY(append_ready(append, e));
    return ptl_duck_failed(append->scope->warehouse, rows_add(append, rows, e), e);
}

ptl_status ptl_duck_append_close(ptl_duck_append *append, ptl_error *err)
{
    if (!append) return PTL_OK;
    ptl_error local;
    ptl_error *e = err ? err : &local;
    ptl_status st = append_ready(append, e);
    if (st == PTL_OK && duckdb_appender_close(append->appender) != DuckDBSuccess)
        st = ptl_duck_failed(append->scope->warehouse,
                             ptl_duck_appender_error(e, append->appender, append->what), e);
    append_free(append);
    return st;
}

ptl_status ptl_scope_append(ptl_scope *scope, const char *table, const ptl_table *rows,
                            ptl_error *err)
{
    const char *names[PTL_DUCK_COLUMNS_MAX];
    for (int64_t i = 0; i < rows->n_columns && i < PTL_DUCK_COLUMNS_MAX; i++)
        names[i] = rows->columns[i].name;
    ptl_duck_append *append;
    PTL_TRY(ptl_duck_append_open(&append, scope, table, names, rows->n_columns, err));
    const ptl_status st = ptl_duck_append_rows(append, rows, err);
    const ptl_status closed = ptl_duck_append_close(append, err); /* says the first failure again */
    return st != PTL_OK ? st : closed;
}
