/* reader_parquet.c: a Parquet file as the table `source`.
 *
 * The engine reads it, in the file's order, with the types it has: a day stays a day, a whole
 * number a number, and needs no cast. What a mapping could not tell from text, or the warehouse has
 * no column for, is made alike on the way: an instant is UTC whatever its unit; a decimal becomes
 * text with the decimal mark of the source's locale, so that ptl_money reads it exactly; a struct's
 * members are columns under their path, as in JSON lines; a list is JSON text; "" is empty. */
#include "store/duckdb/reader.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, EXPRESSION_BYTES_MAX = 4096, VIEW_BYTES_MAX = 4 << 20 };

typedef struct view {
    ptl_reader *reader;
    ptl_buffer sql;
    int64_t n_columns;
    const char *names[PTL_ROWS_COLUMNS_MAX];
    ptl_error *err;
} view;

static void put_quoted(ptl_buffer *out, const char *text, char quote)
{
    ptl_buffer_append(out, &quote, 1);
    for (const char *c = text; *c; c++) {
        if (*c == quote) ptl_buffer_append(out, c, 1);
        ptl_buffer_append(out, c, 1);
    }
    ptl_buffer_append(out, &quote, 1);
}

/* --- columns ---------------------------------------------------------------------------------- */

/* The same as text: as a CSV of the source's locale would write it, instants with their Z. */
static void wrap_text(ptl_buffer *sql, duckdb_type type, char decimal, const char *expression)
{
    switch (type) {
    case DUCKDB_TYPE_DECIMAL:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
        ptl_buffer_printf(sql, "replace(CAST(%s AS VARCHAR), '.', '%c')", expression, decimal);
        break;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        ptl_buffer_printf(sql, "strftime(CAST(%s AS TIMESTAMP), '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ')",
                          expression);
        break;
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_UNION:
        ptl_buffer_printf(sql, "CAST(to_json(%s) AS VARCHAR)", expression);
        break;
    default:
        ptl_buffer_printf(sql, "nullif(CAST(%s AS VARCHAR), '')", expression);
        break;
    }
}

/* What stands around the column's expression. */
static void wrap(ptl_buffer *sql, duckdb_type type, char decimal, const char *expression)
{
    switch (type) {
    case DUCKDB_TYPE_VARCHAR:
        ptl_buffer_printf(sql, "nullif(%s, '')", expression);
        break;
    case DUCKDB_TYPE_DECIMAL:
        ptl_buffer_printf(sql, "replace(CAST(%s AS VARCHAR), '.', '%c')", expression, decimal);
        break;
    case DUCKDB_TYPE_FLOAT: /* 19.99, not 19.989999771 */
        ptl_buffer_printf(sql, "CAST(CAST(%s AS VARCHAR) AS DOUBLE)", expression);
        break;
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        ptl_buffer_printf(sql, "CAST(%s AS TIMESTAMP)", expression);
        break;
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_UNION:
        ptl_buffer_printf(sql, "CAST(to_json(%s) AS VARCHAR)", expression);
        break;
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
        ptl_buffer_text(sql, expression);
        break;
    default:
        ptl_buffer_printf(sql, "CAST(%s AS VARCHAR)", expression);
        break;
    }
}

static ptl_status put_leaf(view *v, duckdb_type type, const char *path, const char *expression)
{
    if (v->n_columns == PTL_ROWS_COLUMNS_MAX) return PTL_OK; /* as in JSON lines: the first ones */
    PTL_TRY(ptl_rows_name_column(v->names, v->n_columns, ptl_text_of(path),
                                 v->reader->rows_options.name, &v->reader->arena, v->err));
    (v->reader->spec->as_text ? wrap_text : wrap)(&v->sql, type, v->reader->locale->decimal,
                                                  expression);
    ptl_buffer_text(&v->sql, " AS ");
    put_quoted(&v->sql, v->names[v->n_columns++], '"');
    ptl_buffer_text(&v->sql, ", ");
    return PTL_OK;
}

static ptl_status put_column(view *v, duckdb_logical_type type, const char *path,
                             const char *expression, int32_t depth);

static ptl_status put_member(view *v, duckdb_logical_type type, idx_t idx, const char *path,
                             const char *expression, int32_t depth)
{
    char *name = duckdb_struct_type_child_name(type, idx);
    duckdb_logical_type child = duckdb_struct_type_child_type(type, idx);
    ptl_buffer inner, below;
    ptl_buffer_init(&inner, EXPRESSION_BYTES_MAX, NULL);
    ptl_buffer_init(&below, EXPRESSION_BYTES_MAX, NULL);
    ptl_buffer_printf(&below, "%s.%s", path, name);
    ptl_buffer_printf(&inner, "struct_extract(%s, ", expression);
    put_quoted(&inner, name, '\'');
    ptl_buffer_text(&inner, ")");
    ptl_status st = ptl_buffer_check(&inner, "a nested column", v->err);
    if (st == PTL_OK) st = ptl_buffer_check(&below, "a nested column", v->err);
    if (st == PTL_OK) st = put_column(v, child, below.ptr, inner.ptr, depth + 1);
    ptl_buffer_dispose(&inner);
    ptl_buffer_dispose(&below);
    duckdb_destroy_logical_type(&child);
    duckdb_free(name);
    return st;
}

static ptl_status put_column(view *v, duckdb_logical_type type, const char *path,
                             const char *expression, int32_t depth)
{
    const duckdb_type id = duckdb_get_type_id(type);
    if (id != DUCKDB_TYPE_STRUCT || depth == DEPTH_MAX)
        return put_leaf(v, id == DUCKDB_TYPE_STRUCT ? DUCKDB_TYPE_LIST : id, path, expression);
    const idx_t n = duckdb_struct_type_child_count(type);
    for (idx_t i = 0; i < n; i++) PTL_TRY(put_member(v, type, i, path, expression, depth));
    return PTL_OK;
}

static ptl_status put_columns(view *v, duckdb_prepared_statement prepared)
{
    const idx_t n = duckdb_prepared_statement_column_count(prepared);
    ptl_status st = PTL_OK;
    for (idx_t i = 0; st == PTL_OK && i < n; i++) {
        const char *name = duckdb_prepared_statement_column_name(prepared, i);
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(prepared, i);
        ptl_buffer quoted;
        ptl_buffer_init(&quoted, EXPRESSION_BYTES_MAX, NULL);
        ptl_buffer_text(&quoted, "f.");
        put_quoted(&quoted, name, '"');
        st = ptl_buffer_check(&quoted, "a column's name", v->err);
        /* the engine's own column of row numbers comes last and has its own name in the view */
        if (st == PTL_OK && strcmp(name, "file_row_number") != 0)
            st = put_column(v, type, name, quoted.ptr, 0);
        ptl_buffer_dispose(&quoted);
        duckdb_destroy_logical_type(&type);
        duckdb_free((void *)(uintptr_t)name);
    }
    return st;
}

/* --- the view --------------------------------------------------------------------------------- */

static ptl_status run(ptl_reader *reader, const char *sql, duckdb_result *result, ptl_error *err)
{
    if (duckdb_query(reader->connection, sql, result) == DuckDBSuccess) return PTL_OK;
    const ptl_status st =
        ptl_fail(err, PTL_E_CORRUPT, "%s cannot be read as Parquet", reader->rows_options.name);
    ptl_error_detail(err, "%s", duckdb_result_error(result));
    return st;
}

/* Every row's number is the file's, and how many there are stands at its end. */
static ptl_status count_rows(ptl_reader *reader, ptl_error *err)
{
    duckdb_result result;
    ptl_status st = run(reader, "SELECT count(*) FROM source", &result, err);
    duckdb_data_chunk chunk = st == PTL_OK ? duckdb_fetch_chunk(result) : NULL;
    if (chunk)
        reader->rows_read =
            *(const int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    return st;
}

static ptl_status make_view(view *v, const char *from, duckdb_prepared_statement prepared)
{
    ptl_reader *reader = v->reader;
    ptl_buffer_text(&v->sql, "CREATE VIEW source AS SELECT ");
    PTL_TRY(put_columns(v, prepared));
    ptl_buffer_printf(&v->sql, "f.file_row_number + 1 AS source_row FROM %s AS f", from);
    PTL_TRY(ptl_buffer_check(&v->sql, "the columns of a Parquet file", v->err));
    duckdb_result result;
    const ptl_status st = run(reader, v->sql.ptr, &result, v->err);
    duckdb_destroy_result(&result);
    if (st != PTL_OK) return st;
    const char **names = ptl_arena_array(&reader->arena, v->n_columns + 1, sizeof *names, v->err);
    if (!names) return PTL_E_NO_MEMORY;
    memcpy(names, v->names, (size_t)v->n_columns * sizeof *names);
    reader->source_columns = names;
    reader->n_source_columns = v->n_columns;
    return count_rows(reader, v->err);
}

static ptl_status describe(view *v, const char *from)
{
    char *select = ptl_text_format(&v->reader->arena, v->err, "SELECT * FROM %s", from);
    if (!select) return PTL_E_NO_MEMORY;
    duckdb_prepared_statement prepared = NULL;
    ptl_status st;
    if (duckdb_prepare(v->reader->connection, select, &prepared) != DuckDBSuccess) {
        st = ptl_fail(v->err, PTL_E_CORRUPT, "%s cannot be read as Parquet",
                      v->reader->rows_options.name);
        ptl_error_detail(v->err, "%s", duckdb_prepare_error(prepared));
    } else {
        st = make_view(v, from, prepared);
    }
    duckdb_destroy_prepare(&prepared);
    return st;
}

/* The engine's words about a file that is none would be about footers. */
static ptl_status check_marks(const ptl_reader *reader, ptl_error *err)
{
    char first[4] = {0}, last[4] = {0};
    const bool read = reader->file_bytes >= 12 && pread(reader->fd, first, 4, 0) == 4 &&
                      pread(reader->fd, last, 4, (off_t)reader->file_bytes - 4) == 4;
    const char *name = reader->rows_options.name;
    if (reader->rows_options.is_gzip || !read || memcmp(first, "PAR1", 4) != 0)
        return ptl_fail(err, PTL_E_INVALID, "%s is not a Parquet file", name);
    if (memcmp(last, "PAR1", 4) != 0)
        return ptl_fail(err, PTL_E_CORRUPT,
                        "%s ends in the middle: Parquet's mark is missing at "
                        "its end",
                        name);
    return PTL_OK;
}

ptl_status ptl_reader_parquet_register(ptl_reader *reader, ptl_error *err)
{
    char path[PATH_MAX];
    PTL_TRY(check_marks(reader, err));
    if (!realpath(reader->spec->path, path))
        return ptl_fail(err, PTL_E_IO, "%s is gone", reader->rows_options.name);
    view *v = calloc(1, sizeof *v);
    if (!v) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read a file");
    ptl_buffer from;
    ptl_buffer_init(&from, 4 * PATH_MAX, NULL);
    ptl_buffer_init(&v->sql, VIEW_BYTES_MAX, NULL);
    v->reader = reader;
    v->err = err;
    ptl_buffer_text(&from, "read_parquet(");
    put_quoted(&from, path, '\'');
    ptl_buffer_text(&from, ", file_row_number = true, binary_as_string = true)");
    ptl_status st = ptl_buffer_check(&from, "the name of a Parquet file", err);
    if (st == PTL_OK) st = describe(v, from.ptr);
    ptl_buffer_dispose(&from);
    ptl_buffer_dispose(&v->sql);
    free(v);
    return st;
}

/* --- rows for quarantine ---------------------------------------------------------------------- */

static ptl_status give_chunk(ptl_reader *reader, duckdb_data_chunk chunk, ptl_reader_raw_fn fn,
                             void *ctx, ptl_error *err)
{
    (void)reader;
    const idx_t n = duckdb_data_chunk_get_size(chunk);
    const int64_t *rows = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    duckdb_string_t *texts = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
    for (idx_t i = 0; i < n; i++)
        PTL_TRY(fn(ctx, rows[i],
                   (ptl_text){duckdb_string_t_data(&texts[i]), duckdb_string_t_length(texts[i])},
                   err));
    return PTL_OK;
}

ptl_status ptl_reader_parquet_rows(ptl_reader *reader, const int64_t *rows, int64_t n,
                                   ptl_reader_raw_fn fn, void *ctx, ptl_error *err)
{
    ptl_buffer sql;
    ptl_buffer_init(&sql, VIEW_BYTES_MAX, NULL);
    ptl_buffer_printf(&sql,
                      "SELECT source_row, CAST(to_json(source) AS VARCHAR) FROM source WHERE"
                      " source_row BETWEEN %lld AND %lld AND source_row IN (",
                      (long long)rows[0], (long long)rows[n - 1]);
    for (int64_t i = 0; i < n; i++)
        ptl_buffer_printf(&sql, "%s%lld", i > 0 ? "," : "", (long long)rows[i]);
    ptl_buffer_text(&sql, ") ORDER BY source_row");
    ptl_status st = ptl_buffer_check(&sql, "rows in quarantine", err);
    duckdb_result result;
    memset(&result, 0, sizeof result);
    if (st == PTL_OK) st = run(reader, sql.ptr, &result, err);
    while (st == PTL_OK) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
        if (!chunk) break;
        st = give_chunk(reader, chunk, fn, ctx, err);
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    ptl_buffer_dispose(&sql);
    return st;
}
