/* load_peek.c: the first rows of a Parquet file as texts, for whoever has to say what it is.
 *
 * They go through the isolated engine that a load of the file would use, so what is seen here is
 * what the casts of a preset are given then. */
#include "store/duckdb/load_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct peeking {
    ptl_load_rows *out;
    ptl_text *cells;
    int64_t rows_max;
    ptl_arena *arena;
} peeking;

static ptl_status take_chunk(peeking *p, duckdb_data_chunk chunk, ptl_error *err)
{
    const idx_t n = duckdb_data_chunk_get_size(chunk);
    for (idx_t row = 0; row < n && p->out->n_rows < p->rows_max; row++, p->out->n_rows++)
        for (int64_t c = 0; c < p->out->n_columns; c++) {
            duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, (idx_t)c + 1);
            duckdb_string_t *texts = duckdb_vector_get_data(vector);
            uint64_t *validity = duckdb_vector_get_validity(vector);
            ptl_text cell = PTL_TEXT("");
            if (!validity || duckdb_validity_row_is_valid(validity, row))
                cell = (ptl_text){duckdb_string_t_data(&texts[row]),
                                  duckdb_string_t_length(texts[row])};
            const char *kept = ptl_text_copy(cell, p->arena, err);
            if (!kept) return PTL_E_NO_MEMORY;
            p->cells[p->out->n_rows * p->out->n_columns + c] = (ptl_text){kept, cell.len};
        }
    return PTL_OK;
}

static ptl_status take_rows(peeking *p, ptl_reader *reader, ptl_error *err)
{
    for (;;) {
        duckdb_data_chunk chunk;
        PTL_TRY(ptl_reader_next(&chunk, reader, err));
        if (!chunk) break;
        const ptl_status st = take_chunk(p, chunk, err);
        duckdb_destroy_data_chunk(&chunk);
        if (st != PTL_OK) return st;
        if (p->out->n_rows == p->rows_max) break;
    }
    p->out->is_whole = p->out->n_rows == reader->rows_read;
    return PTL_OK;
}

static ptl_status start(peeking *p, ptl_reader *reader, ptl_error *err)
{
    const int64_t n = reader->n_columns;
    const char **columns = ptl_arena_array(p->arena, n + 1, sizeof *columns, err);
    p->cells = ptl_arena_array(p->arena, n * p->rows_max + 1, sizeof *p->cells, err);
    if (!columns || !p->cells) return PTL_E_NO_MEMORY;
    ptl_buffer list;
    ptl_buffer_init(&list, (size_t)1 << 22, NULL);
    ptl_buffer_text(&list, "ptl_source_row");
    ptl_status st = PTL_OK;
    for (int64_t i = 0; st == PTL_OK && i < n; i++) {
        ptl_buffer_text(&list, ", CAST(");
        ptl_load_sql_name(&list, reader->columns[i].name);
        ptl_buffer_text(&list, " AS VARCHAR)");
        columns[i] = ptl_text_copy(ptl_text_of(reader->columns[i].name), p->arena, err);
        if (!columns[i]) st = PTL_E_NO_MEMORY;
    }
    p->out->columns = columns;
    p->out->cells = p->cells;
    p->out->n_columns = n;
    if (st == PTL_OK) st = ptl_buffer_check(&list, "the columns of a file", err);
    if (st == PTL_OK) st = ptl_reader_start(reader, list.ptr, err);
    ptl_buffer_dispose(&list);
    return st;
}

ptl_status ptl_load_peek(ptl_load_rows *out, const char *path, int64_t rows_max, ptl_arena *arena,
                         ptl_error *err)
{
    memset(out, 0, sizeof *out);
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? ptl_text_copy((ptl_text){path, (size_t)(slash - path) + 1}, arena, err) : ".";
    if (!folder) return PTL_E_NO_MEMORY;
    const ptl_load_spec spec = {.size = sizeof spec,
                                .source = slash ? slash + 1 : path,
                                .path = path,
                                .file = path,
                                .mapping = "SELECT * FROM source",
                                .kind = PTL_ROWS_PARQUET,
                                .as_text = true,
                                .folders = &folder,
                                .n_folders = 1};
    peeking p = {.out = out, .rows_max = rows_max, .arena = arena};
    ptl_reader *reader;
    PTL_TRY(ptl_reader_open(&reader, &spec, err));
    ptl_status st = start(&p, reader, err);
    if (st == PTL_OK) st = take_rows(&p, reader, err);
    ptl_reader_close(reader);
    return st;
}
