/* column.c: engine vectors into columns.
 *
 * A result arrives as chunks of at most 2,048 rows. Columns are allocated once, at their final
 * size, and filled chunk by chunk; so a held result costs its own bytes and, while it is gathered,
 * the engine's. Bits and values of missing cells are zero, so that equal results are equal bytes.
 */
#include "store/duckdb/duckdb_internal.h"

#include <string.h>

/* A column being filled. `n_bytes` is how much of `bytes` is taken. */
typedef struct sink {
    ptl_type type;
    duckdb_type engine_type;
    const char *name;
    int64_t n_rows;
    uint8_t *validity;
    bool any_missing;
    int64_t *ints;
    double *doubles;
    int32_t *days;
    int32_t *offsets;
    char *bytes;
    int64_t n_bytes;
} sink;

static bool type_of(ptl_type *out, duckdb_type type, uint8_t scale)
{
    switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
        return *out = PTL_TYPE_BOOL, true;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
        return *out = PTL_TYPE_INT, true;
    case DUCKDB_TYPE_DECIMAL:
        return *out = PTL_TYPE_INT, scale == 0;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
        return *out = PTL_TYPE_DOUBLE, true;
    case DUCKDB_TYPE_VARCHAR:
        return *out = PTL_TYPE_TEXT, true;
    case DUCKDB_TYPE_BLOB:
        return *out = PTL_TYPE_BLOB, true;
    case DUCKDB_TYPE_TIMESTAMP:
        return *out = PTL_TYPE_INSTANT, true;
    case DUCKDB_TYPE_DATE:
        return *out = PTL_TYPE_DAY, true;
    default:
        return false;
    }
}

/* A decimal is read through the integer that stores it. */
static ptl_status column_type(ptl_type *out, duckdb_type *engine_type, duckdb_result *result,
                              idx_t col, const char *what, ptl_error *err)
{
    duckdb_logical_type logical = duckdb_column_logical_type(result, col);
    *engine_type = duckdb_get_type_id(logical);
    const bool is_decimal = *engine_type == DUCKDB_TYPE_DECIMAL;
    const bool known = type_of(out, *engine_type, is_decimal ? duckdb_decimal_scale(logical) : 0);
    if (is_decimal) *engine_type = duckdb_decimal_internal_type(logical);
    duckdb_destroy_logical_type(&logical);
    if (known) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL,
                    "%s: column \"%s\" has an engine type (%d) without a column", what,
                    duckdb_column_name(result, col), (int)*engine_type);
}

ptl_status ptl_duck_shape_of(ptl_duck_shape *out, duckdb_result *result, ptl_arena *arena,
                             const char *what, ptl_error *err)
{
    const idx_t n = duckdb_column_count(result);
    if (n > PTL_DUCK_COLUMNS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s has %llu columns, at most %d are read", what,
                        (unsigned long long)n, PTL_DUCK_COLUMNS_MAX);
    *out = (ptl_duck_shape){.n_columns = (int64_t)n};
    out->names = ptl_arena_array(arena, (int64_t)n, sizeof *out->names, err);
    out->types = ptl_arena_array(arena, (int64_t)n, sizeof *out->types, err);
    out->engine_types = ptl_arena_array(arena, (int64_t)n, sizeof *out->engine_types, err);
    if (!out->names || !out->types || !out->engine_types) return PTL_E_NO_MEMORY;
    for (idx_t i = 0; i < n; i++) {
        out->names[i] = ptl_text_copy(ptl_text_of(duckdb_column_name(result, i)), arena, err);
        if (!out->names[i]) return PTL_E_NO_MEMORY;
        PTL_TRY(column_type(&out->types[i], &out->engine_types[i], result, i, what, err));
    }
    return PTL_OK;
}

static ptl_status no_room(ptl_error *err)
{
    /* the arena has said whether its ceiling or the machine refused */
    return err ? err->status : PTL_E_LIMIT;
}

static ptl_status sink_init(sink *s, const ptl_duck_shape *shape, int64_t col, int64_t n_rows,
                            int64_t n_bytes, ptl_arena *arena, ptl_error *err)
{
    *s = (sink){.type = shape->types[col],
                .engine_type = shape->engine_types[col],
                .name = shape->names[col],
                .n_rows = n_rows};
    void *values = NULL;
    switch (s->type) {
    case PTL_TYPE_DOUBLE:
        values = s->doubles = ptl_arena_array(arena, n_rows + 1, sizeof(double), err);
        break;
    case PTL_TYPE_DAY:
        values = s->days = ptl_arena_array(arena, n_rows + 1, sizeof(int32_t), err);
        break;
    case PTL_TYPE_TEXT:
    case PTL_TYPE_BLOB:
        if (n_bytes > INT32_MAX)
            return ptl_fail(err, PTL_E_LIMIT,
                            "column \"%s\" holds %lld bytes of text, more than 2 GiB", s->name,
                            (long long)n_bytes);
        values = s->offsets = ptl_arena_array(arena, n_rows + 1, sizeof(int32_t), err);
        if (values) values = s->bytes = ptl_arena_array(arena, n_bytes + 1, 1, err);
        break;
    default:
        values = s->ints = ptl_arena_array(arena, n_rows + 1, sizeof(int64_t), err);
    }
    if (values) values = s->validity = ptl_arena_array(arena, n_rows / 8 + 1, 1, err);
    return values ? PTL_OK : no_room(err);
}

static ptl_text string_of(const duckdb_string_t *cell)
{
    const uint32_t len = cell->value.inlined.length;
    return (ptl_text){len <= 12 ? cell->value.inlined.inlined : cell->value.pointer.ptr, len};
}

static int64_t text_bytes(duckdb_vector vector, int64_t n)
{
    const duckdb_string_t *cells = duckdb_vector_get_data(vector);
    const uint64_t *present = duckdb_vector_get_validity(vector);
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        if (!present || (present[i / 64] >> (i % 64) & 1)) sum += cells[i].value.inlined.length;
    return sum;
}

static void fill_validity(sink *s, const uint64_t *present, int64_t at, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const bool is_present = !present || (present[i / 64] >> (i % 64) & 1);
        if (is_present)
            s->validity[(at + i) / 8] |= (uint8_t)(1u << ((at + i) % 8));
        else
            s->any_missing = true;
    }
}

static bool cell_present(const sink *s, int64_t row)
{
    return s->validity[row / 8] >> (row % 8) & 1;
}

static void fill_text(sink *s, const duckdb_string_t *cells, int64_t at, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (cell_present(s, at + i)) {
            const ptl_text text = string_of(&cells[i]);
            memcpy(s->bytes + s->n_bytes, text.ptr, text.len);
            s->n_bytes += (int64_t)text.len;
        }
        s->offsets[at + i + 1] = (int32_t)s->n_bytes;
    }
}

static ptl_status too_wide(const sink *s, int64_t row, ptl_error *err)
{
    return ptl_fail(err, PTL_E_LIMIT, "column \"%s\" leaves 64 bits in row %lld", s->name,
                    (long long)row + 1);
}

static ptl_status fill_huge(sink *s, const duckdb_hugeint *cells, int64_t at, int64_t n,
                            ptl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        if (!cell_present(s, at + i)) continue;
        const int64_t low = (int64_t)cells[i].lower;
        if (cells[i].upper != (low < 0 ? -1 : 0)) return too_wide(s, at + i, err);
        s->ints[at + i] = low;
    }
    return PTL_OK;
}

static ptl_status fill_unsigned(sink *s, const uint64_t *cells, int64_t at, int64_t n,
                                ptl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        if (!cell_present(s, at + i)) continue;
        if (cells[i] > INT64_MAX) return too_wide(s, at + i, err);
        s->ints[at + i] = (int64_t)cells[i];
    }
    return PTL_OK;
}

#define FILL_WIDENED(ctype)                                                                        \
    for (int64_t i = 0; i < n; i++)                                                                \
        if (cell_present(s, at + i)) s->ints[at + i] = (int64_t)((const ctype *)data)[i]

static ptl_status fill_ints(sink *s, const void *data, int64_t at, int64_t n, ptl_error *err)
{
    switch (s->engine_type) {
    case DUCKDB_TYPE_BOOLEAN:
        FILL_WIDENED(bool);
        return PTL_OK;
    case DUCKDB_TYPE_TINYINT:
        FILL_WIDENED(int8_t);
        return PTL_OK;
    case DUCKDB_TYPE_SMALLINT:
        FILL_WIDENED(int16_t);
        return PTL_OK;
    case DUCKDB_TYPE_INTEGER:
        FILL_WIDENED(int32_t);
        return PTL_OK;
    case DUCKDB_TYPE_UTINYINT:
        FILL_WIDENED(uint8_t);
        return PTL_OK;
    case DUCKDB_TYPE_USMALLINT:
        FILL_WIDENED(uint16_t);
        return PTL_OK;
    case DUCKDB_TYPE_UINTEGER:
        FILL_WIDENED(uint32_t);
        return PTL_OK;
    case DUCKDB_TYPE_UBIGINT:
        return fill_unsigned(s, data, at, n, err);
    case DUCKDB_TYPE_HUGEINT:
        return fill_huge(s, data, at, n, err);
    default: /* BIGINT, TIMESTAMP */
        FILL_WIDENED(int64_t);
        return PTL_OK;
    }
}

static void fill_doubles(sink *s, const void *data, int64_t at, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!cell_present(s, at + i)) continue;
        s->doubles[at + i] = s->engine_type == DUCKDB_TYPE_FLOAT ? (double)((const float *)data)[i]
                                                                 : ((const double *)data)[i];
    }
}

static ptl_status sink_fill(sink *s, duckdb_vector vector, int64_t at, int64_t n, ptl_error *err)
{
    const void *data = duckdb_vector_get_data(vector);
    fill_validity(s, duckdb_vector_get_validity(vector), at, n);
    switch (s->type) {
    case PTL_TYPE_DOUBLE:
        fill_doubles(s, data, at, n);
        return PTL_OK;
    case PTL_TYPE_DAY:
        for (int64_t i = 0; i < n; i++)
            if (cell_present(s, at + i)) s->days[at + i] = ((const duckdb_date *)data)[i].days;
        return PTL_OK;
    case PTL_TYPE_TEXT:
    case PTL_TYPE_BLOB:
        fill_text(s, data, at, n);
        return PTL_OK;
    default:
        return fill_ints(s, data, at, n, err);
    }
}

static ptl_column sink_column(const sink *s)
{
    ptl_column column = {.name = s->name,
                         .type = s->type,
                         .validity = s->any_missing ? s->validity : NULL,
                         .bytes = s->bytes};
    if (s->type == PTL_TYPE_DOUBLE)
        column.values.doubles = s->doubles;
    else if (s->type == PTL_TYPE_DAY)
        column.values.days = s->days;
    else if (s->offsets)
        column.values.offsets = s->offsets;
    else
        column.values.ints = s->ints;
    return column;
}

/* Column `col` of all chunks, one after the other. */
static ptl_status gather_column(ptl_column *out, const ptl_duck_shape *shape, int64_t col,
                                const duckdb_data_chunk *chunks, int64_t n_chunks, int64_t n_rows,
                                ptl_arena *arena, ptl_error *err)
{
    const bool is_text = shape->types[col] == PTL_TYPE_TEXT || shape->types[col] == PTL_TYPE_BLOB;
    int64_t n_bytes = 0;
    for (int64_t c = 0; is_text && c < n_chunks; c++)
        n_bytes += text_bytes(duckdb_data_chunk_get_vector(chunks[c], (idx_t)col),
                              (int64_t)duckdb_data_chunk_get_size(chunks[c]));
    sink s;
    PTL_TRY(sink_init(&s, shape, col, n_rows, n_bytes, arena, err));
    int64_t at = 0;
    for (int64_t c = 0; c < n_chunks; c++) {
        const int64_t n = (int64_t)duckdb_data_chunk_get_size(chunks[c]);
        PTL_TRY(sink_fill(&s, duckdb_data_chunk_get_vector(chunks[c], (idx_t)col), at, n, err));
        at += n;
    }
    *out = sink_column(&s);
    return PTL_OK;
}

static ptl_status gather_columns(ptl_table *out, const ptl_duck_shape *shape,
                                 const duckdb_data_chunk *chunks, int64_t n_chunks, int64_t n_rows,
                                 ptl_arena *arena, ptl_error *err)
{
    ptl_column *columns = ptl_arena_array(arena, shape->n_columns + 1, sizeof *columns, err);
    if (!columns) return no_room(err);
    for (int64_t i = 0; i < shape->n_columns; i++)
        PTL_TRY(gather_column(&columns[i], shape, i, chunks, n_chunks, n_rows, arena, err));
    out->n_rows = n_rows;
    out->n_columns = shape->n_columns;
    out->columns = columns;
    return PTL_OK;
}

ptl_status ptl_duck_chunk(ptl_table *out, const ptl_duck_shape *shape, duckdb_data_chunk chunk,
                          ptl_arena *arena, ptl_error *err)
{
    memset(out, 0, sizeof *out);
    return gather_columns(out, shape, &chunk, 1, (int64_t)duckdb_data_chunk_get_size(chunk), arena,
                          err);
}

/* Chunks kept until their number of rows is known. */
typedef struct chunk_list {
    duckdb_data_chunk *chunks;
    int64_t n, capacity, n_rows;
    size_t n_bytes;
} chunk_list;

static size_t chunk_bytes(const ptl_duck_shape *shape, duckdb_data_chunk chunk)
{
    const int64_t n = (int64_t)duckdb_data_chunk_get_size(chunk);
    size_t sum = 0;
    for (int64_t i = 0; i < shape->n_columns; i++) {
        const bool is_text = shape->types[i] == PTL_TYPE_TEXT || shape->types[i] == PTL_TYPE_BLOB;
        sum += (size_t)n * (is_text || shape->types[i] == PTL_TYPE_DAY ? 4 : 8) + (size_t)n / 8;
        if (is_text) sum += (size_t)text_bytes(duckdb_data_chunk_get_vector(chunk, (idx_t)i), n);
    }
    return sum;
}

static ptl_status list_add(chunk_list *list, duckdb_data_chunk chunk, ptl_arena *arena,
                           ptl_error *err)
{
    if (list->n == list->capacity) {
        const int64_t wider = list->capacity ? list->capacity * 2 : 64;
        duckdb_data_chunk *moved = ptl_arena_array(arena, wider, sizeof *moved, err);
        if (!moved) return no_room(err);
        if (list->n) memcpy(moved, list->chunks, (size_t)list->n * sizeof *moved);
        list->chunks = moved;
        list->capacity = wider;
    }
    list->chunks[list->n++] = chunk;
    list->n_rows += (int64_t)duckdb_data_chunk_get_size(chunk);
    return PTL_OK;
}

static ptl_status list_fetch(chunk_list *list, const ptl_duck_shape *shape, duckdb_result *result,
                             size_t bytes_max, ptl_arena *arena, const char *what, ptl_error *err)
{
    for (;;) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
        if (!chunk) break;
        list->n_bytes += chunk_bytes(shape, chunk);
        ptl_status st = PTL_OK;
        if (list->n_bytes > bytes_max) {
            st = ptl_fail(err, PTL_E_LIMIT, "%s: the result passes %zu bytes at row %lld", what,
                          bytes_max, (long long)list->n_rows);
            ptl_error_hint(err, "ask for a shorter period, or stream the result");
        }
        if (st == PTL_OK) st = list_add(list, chunk, arena, err);
        if (st != PTL_OK) {
            duckdb_destroy_data_chunk(&chunk);
            return st;
        }
    }
    return duckdb_result_error(result) ? ptl_duck_result_error(err, result, what) : PTL_OK;
}

ptl_status ptl_duck_gather(ptl_table *out, duckdb_result *result, size_t bytes_max,
                           const char *what, ptl_error *err)
{
    const size_t ceiling = bytes_max ? bytes_max : (size_t)PTL_DUCK_RESULT_MIB << 20;
    memset(out, 0, sizeof *out);
    /* alignment and the list of chunks come on top of what the caller counted as its result */
    ptl_arena_init(&out->arena, ceiling + (ceiling >> 2) + ((size_t)4 << 20), NULL);
    ptl_arena scratch;
    ptl_arena_init(&scratch, (size_t)64 << 20, NULL);
    chunk_list list = {0};
    ptl_duck_shape shape;
    ptl_status st = ptl_duck_shape_of(&shape, result, &out->arena, what, err);
    if (st == PTL_OK) st = list_fetch(&list, &shape, result, ceiling, &scratch, what, err);
    if (st == PTL_OK)
        st = gather_columns(out, &shape, list.chunks, list.n, list.n_rows, &out->arena, err);
    for (int64_t i = 0; i < list.n; i++) duckdb_destroy_data_chunk(&list.chunks[i]);
    ptl_arena_dispose(&scratch);
    if (st != PTL_OK) {
        ptl_arena_dispose(&out->arena);
        memset(out, 0, sizeof *out);
    }
    return st;
}
