/* reader_source.c: the file as a table of the isolated engine. One scan is one ptl_rows over the
 * reader's descriptor; the engine asks for the columns it needs and gets 2,048 rows a call. */
#include "store/duckdb/reader.h"

#include <stdlib.h>
#include <string.h>

typedef struct scan {
    ptl_reader *reader;
    ptl_rows *rows;
    int64_t n_wanted;
    int64_t *wanted; /* column of the file; n_source_columns means source_row */
    int64_t n_rows;  /* given so far, faulty ones too */
    bool ended;
} scan;

static void source_bind(duckdb_bind_info info)
{
    const ptl_reader *reader = duckdb_bind_get_extra_info(info);
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type row = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    for (int64_t i = 0; i < reader->n_source_columns; i++)
        duckdb_bind_add_result_column(info, reader->source_columns[i], text);
    duckdb_bind_add_result_column(info, "source_row", row);
    duckdb_destroy_logical_type(&text);
    duckdb_destroy_logical_type(&row);
}

static void scan_free(void *opaque)
{
    scan *s = opaque;
    ptl_rows_close(s->rows);
    free(s->wanted);
    free(s);
}

static void source_init(duckdb_init_info info)
{
    ptl_reader *reader = duckdb_init_get_extra_info(info);
    ptl_error error = {0};
    scan *s = calloc(1, sizeof *s);
    const idx_t n = duckdb_init_get_column_count(info);
    int64_t *wanted = calloc(n + 1, sizeof *wanted);
    if (!s || !wanted) {
        free(s);
        free(wanted);
        duckdb_init_set_error(info, "no memory to read the file");
        return;
    }
    s->reader = reader;
    s->wanted = wanted;
    s->n_wanted = (int64_t)n;
    for (idx_t i = 0; i < n; i++) wanted[i] = (int64_t)duckdb_init_get_column_index(info, i);
    const ptl_status st = ptl_rows_open(&s->rows, reader->fd, &reader->rows_options, &error);
    if (st != PTL_OK) {
        ptl_reader_fail(reader, st, &error);
        duckdb_init_set_error(info, error.message);
        scan_free(s);
        return;
    }
    duckdb_init_set_max_threads(info, 1); /* rows in the file's order */
    duckdb_init_set_init_data(info, s, scan_free);
}

/* Blanks around a field say nothing; an empty one is NULL, since a file cannot say the difference.
 * Short texts lie in the vector itself, the engine keeps longer ones. */
static void put_text(duckdb_vector vector, duckdb_string_t *values, uint64_t **validity, idx_t row,
                     ptl_text text)
{
    text = ptl_text_trim(text);
    if (text.len == 0) {
        if (!*validity) {
            duckdb_vector_ensure_validity_writable(vector);
            *validity = duckdb_vector_get_validity(vector);
        }
        duckdb_validity_set_row_invalid(*validity, row);
    } else if (text.len <= sizeof values->value.inlined.inlined) {
        memset(&values[row], 0, sizeof values[row]);
        values[row].value.inlined.length = (uint32_t)text.len;
        memcpy(values[row].value.inlined.inlined, text.ptr, text.len);
    } else {
        duckdb_vector_assign_string_element_len(vector, row, text.ptr, text.len);
    }
}

enum { COLUMNS_AT_ONCE = 64 }; /* vectors whose pointers are kept on the stack */

typedef struct sink {
    duckdb_vector vector;
    void *values;
    uint64_t *validity;
} sink;

/* Only a scan that reached the end knows how many rows there are. */
static void scan_end(scan *s)
{
    pthread_mutex_lock(&s->reader->guard);
    s->ended = true;
    s->reader->rows_read = s->n_rows;
    s->reader->n_totals = ptl_rows_totals(s->rows);
    pthread_mutex_unlock(&s->reader->guard);
}

/* Rows into the chunk until it is full or the file ends. */
static ptl_status fill(scan *s, duckdb_data_chunk output, sink *sinks, ptl_error *err)
{
    const idx_t capacity = duckdb_vector_size();
    ptl_reader *const reader = s->reader;
    idx_t n = 0;
    while (n < capacity && !s->ended) {
        ptl_row row;
        bool more;
        PTL_TRY(ptl_rows_next(&more, &row, s->rows, err));
        if (!more) {
            scan_end(s);
            break;
        }
        s->n_rows++;
        if (row.fault) {
            PTL_TRY(ptl_reader_note_add(reader, row.row, NULL, row.fault, row.raw, err));
            continue;
        }
        for (int64_t i = 0; i < s->n_wanted; i++) {
            const int64_t column = s->wanted[i];
            if (column >= reader->n_source_columns)
                ((int64_t *)sinks[i].values)[n] = row.row;
            else
                put_text(sinks[i].vector, sinks[i].values, &sinks[i].validity, n,
                         row.fields[column]);
        }
        n++;
    }
    duckdb_data_chunk_set_size(output, n);
    atomic_store_explicit(&reader->bytes_read, ptl_rows_bytes_read(s->rows), memory_order_relaxed);
    return PTL_OK;
}

static void source_read(duckdb_function_info info, duckdb_data_chunk output)
{
    scan *s = duckdb_function_get_init_data(info);
    ptl_error error = {0};
    sink few[COLUMNS_AT_ONCE];
    sink *sinks = few;
    if (s->n_wanted > COLUMNS_AT_ONCE) sinks = calloc((size_t)s->n_wanted, sizeof *sinks);
    ptl_status st =
        sinks ? PTL_OK : ptl_fail(&error, PTL_E_NO_MEMORY, "no memory to read the file");
    for (int64_t i = 0; st == PTL_OK && i < s->n_wanted; i++) {
        sinks[i].vector = duckdb_data_chunk_get_vector(output, (idx_t)i);
        sinks[i].values = duckdb_vector_get_data(sinks[i].vector);
        sinks[i].validity = NULL;
    }
    if (st == PTL_OK) st = fill(s, output, sinks, &error);
    if (st != PTL_OK) {
        ptl_reader_fail(s->reader, st, &error);
        duckdb_function_set_error(info, error.message);
    }
    if (sinks != few) free(sinks);
}

ptl_status ptl_reader_source_register(ptl_reader *reader, ptl_error *err)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, "ptl_source");
    duckdb_table_function_set_extra_info(function, reader, NULL);
    duckdb_table_function_set_bind(function, source_bind);
    duckdb_table_function_set_init(function, source_init);
    duckdb_table_function_set_function(function, source_read);
    duckdb_table_function_supports_projection_pushdown(function, true);
    const duckdb_state state = duckdb_register_table_function(reader->connection, function);
    duckdb_destroy_table_function(&function);
    if (state == DuckDBSuccess) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "the engine refused the table function of the source");
}
