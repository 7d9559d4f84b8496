/* table_build.c: a table row by row.
 *
 * Each column is a buffer of values, one of text and one of presence bits; buffers double, so a row
 * costs a few stores. A row is in the table when row_end said OK: a cell too many, too few or of
 * the wrong type fails the builder, and it stays failed until cleared. */
#include "store/table.h"

#include <string.h>

typedef struct build_column {
    char *name;
    ptl_type type;
    bool any_missing;
    ptl_buffer values;   /* int64, double, int32 days or int32 offsets */
    ptl_buffer bytes;    /* TEXT, BLOB */
    ptl_buffer validity; /* one bit a row */
} build_column;

struct ptl_table_builder {
    ptl_arena arena; /* owns this struct, the columns and their names */
    build_column *columns;
    ptl_column *borrowed;
    int64_t n_columns, n_rows;
    int64_t cell; /* the next cell of the row being written */
    size_t bytes_max;
    ptl_status status;
    ptl_error error;
};

static bool has_bytes(ptl_type type)
{
    return type == PTL_TYPE_TEXT || type == PTL_TYPE_BLOB;
}

static void column_clear(build_column *column)
{
    ptl_buffer_clear(&column->values);
    ptl_buffer_clear(&column->bytes);
    ptl_buffer_clear(&column->validity);
    column->any_missing = false;
    const int32_t first = 0;
    if (has_bytes(column->type)) ptl_buffer_append(&column->values, &first, sizeof first);
}

static ptl_status columns_init(ptl_table_builder *builder, const ptl_column_spec *columns,
                               ptl_error *err)
{
    for (int64_t i = 0; i < builder->n_columns; i++) {
        build_column *column = &builder->columns[i];
        column->name = ptl_text_copy(ptl_text_of(columns[i].name), &builder->arena, err);
        if (!column->name) return PTL_E_NO_MEMORY;
        column->type = columns[i].type;
        ptl_buffer_init(&column->values, builder->bytes_max + 64, NULL);
        ptl_buffer_init(&column->bytes, builder->bytes_max + 64, NULL);
        ptl_buffer_init(&column->validity, builder->bytes_max + 64, NULL);
        column_clear(column);
    }
    return PTL_OK;
}

ptl_status ptl_table_builder_new(ptl_table_builder **out, const ptl_column_spec *columns,
                                 int64_t n_columns, size_t bytes_max, ptl_error *err)
{
    *out = NULL;
    if (n_columns < 1 || n_columns > 4096)
        return ptl_fail(err, PTL_E_INVALID, "a table of %lld columns, [1, 4096] are allowed",
                        (long long)n_columns);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)4 << 20, NULL);
    ptl_table_builder *builder = ptl_arena_alloc(&arena, sizeof *builder, err);
    build_column *made = ptl_arena_array(&arena, n_columns, sizeof *made, err);
    ptl_column *borrowed = ptl_arena_array(&arena, n_columns, sizeof *borrowed, err);
    if (!builder || !made || !borrowed) {
        ptl_arena_dispose(&arena);
        return PTL_E_NO_MEMORY;
    }
    *builder = (ptl_table_builder){.arena = arena,
                                   .columns = made,
                                   .borrowed = borrowed,
                                   .n_columns = n_columns,
                                   .bytes_max = bytes_max};
    const ptl_status st = columns_init(builder, columns, err);
    if (st != PTL_OK) {
        ptl_table_builder_free(builder);
        return st;
    }
    *out = builder;
    return PTL_OK;
}

void ptl_table_builder_free(ptl_table_builder *builder)
{
    if (!builder) return;
    for (int64_t i = 0; i < builder->n_columns; i++) {
        ptl_buffer_dispose(&builder->columns[i].values);
        ptl_buffer_dispose(&builder->columns[i].bytes);
        ptl_buffer_dispose(&builder->columns[i].validity);
    }
    ptl_arena arena = builder->arena; /* the builder lies in it */
    ptl_arena_dispose(&arena);
}

static void builder_fail(ptl_table_builder *builder, const char *what)
{
    if (builder->status != PTL_OK) return;
    const bool inside = builder->cell < builder->n_columns;
    builder->status =
        ptl_fail(&builder->error, PTL_E_INTERNAL, "row %lld, column \"%s\": %s",
                 (long long)builder->n_rows + 1,
                 inside ? builder->columns[builder->cell].name : "beyond the last", what);
}

/* The column of the next cell, or NULL where there is none or the builder has failed. */
static build_column *next_column(ptl_table_builder *builder)
{
    if (builder->status != PTL_OK) return NULL;
    if (builder->cell < builder->n_columns) return &builder->columns[builder->cell];
    builder_fail(builder, "a cell too many");
    return NULL;
}

static void put_presence(ptl_table_builder *builder, build_column *column, bool is_present)
{
    const int64_t row = builder->n_rows;
    const char none = 0;
    if (row % 8 == 0) ptl_buffer_append(&column->validity, &none, 1);
    if (column->validity.status != PTL_OK) return;
    if (is_present)
        column->validity.ptr[row / 8] |= (char)(1u << (row % 8));
    else
        column->any_missing = true;
    builder->cell++;
}

void ptl_table_builder_int(ptl_table_builder *builder, int64_t value)
{
    build_column *column = next_column(builder);
    if (!column) return;
    if (column->type == PTL_TYPE_DOUBLE || has_bytes(column->type)) {
        builder_fail(builder, "an integer does not fit its type");
        return;
    }
    const int32_t day = (int32_t)value;
    if (column->type != PTL_TYPE_DAY)
        ptl_buffer_append(&column->values, &value, sizeof value);
    else if (day == value)
        ptl_buffer_append(&column->values, &day, sizeof day);
    else
        builder_fail(builder, "a day leaves 32 bits");
    put_presence(builder, column, true);
}

void ptl_table_builder_double(ptl_table_builder *builder, double value)
{
    build_column *column = next_column(builder);
    if (!column) return;
    if (column->type != PTL_TYPE_DOUBLE) {
        builder_fail(builder, "a double does not fit its type");
        return;
    }
    ptl_buffer_append(&column->values, &value, sizeof value);
    put_presence(builder, column, true);
}

static void put_offset(build_column *column)
{
    const int32_t end = (int32_t)column->bytes.len;
    ptl_buffer_append(&column->values, &end, sizeof end);
}

void ptl_table_builder_text(ptl_table_builder *builder, ptl_text value)
{
    build_column *column = next_column(builder);
    if (!column) return;
    if (!has_bytes(column->type)) {
        builder_fail(builder, "a text does not fit its type");
        return;
    }
    if (value.len > (size_t)INT32_MAX - column->bytes.len) {
        builder_fail(builder, "its texts pass 2 GiB");
        return;
    }
    if (value.len) ptl_buffer_append(&column->bytes, value.ptr, value.len);
    put_offset(column);
    put_presence(builder, column, true);
}

void ptl_table_builder_null(ptl_table_builder *builder)
{
    build_column *column = next_column(builder);
    if (!column) return;
    const int64_t zero = 0;
    if (has_bytes(column->type))
        put_offset(column);
    else
        ptl_buffer_append(&column->values, &zero, column->type == PTL_TYPE_DAY ? 4 : 8);
    put_presence(builder, column, false);
}

static size_t bytes_held(const ptl_table_builder *builder)
{
    size_t sum = 0;
    for (int64_t i = 0; i < builder->n_columns; i++)
        sum += builder->columns[i].values.len + builder->columns[i].bytes.len +
               builder->columns[i].validity.len;
    return sum;
}

ptl_status ptl_table_builder_row_end(ptl_table_builder *builder, ptl_error *err)
{
    if (builder->status == PTL_OK && builder->cell != builder->n_columns)
        builder_fail(builder, "the row ends before it");
    for (int64_t i = 0; builder->status == PTL_OK && i < builder->n_columns; i++) {
        const build_column *column = &builder->columns[i];
        ptl_status st = ptl_buffer_check(&column->values, column->name, &builder->error);
        if (st == PTL_OK) st = ptl_buffer_check(&column->bytes, column->name, &builder->error);
        if (st == PTL_OK) st = ptl_buffer_check(&column->validity, column->name, &builder->error);
        builder->status = st;
    }
    if (builder->status == PTL_OK && bytes_held(builder) > builder->bytes_max)
        builder->status =
            ptl_fail(&builder->error, PTL_E_LIMIT, "a table passes %zu bytes in row %lld",
                     builder->bytes_max, (long long)builder->n_rows + 1);
    if (builder->status != PTL_OK) {
        if (err) *err = builder->error;
        return builder->status;
    }
    builder->n_rows++;
    builder->cell = 0;
    return PTL_OK;
}

ptl_table ptl_table_builder_borrow(ptl_table_builder *builder)
{
    for (int64_t i = 0; i < builder->n_columns; i++) {
        const build_column *column = &builder->columns[i];
        ptl_column *out = &builder->borrowed[i];
        *out = (ptl_column){.name = column->name, .type = column->type};
        if (column->any_missing) out->validity = (const uint8_t *)column->validity.ptr;
        const void *values = column->values.ptr;
        out->values.ints = values;
        out->bytes = column->bytes.ptr ? column->bytes.ptr : "";
    }
    return (ptl_table){
        .n_rows = builder->n_rows, .n_columns = builder->n_columns, .columns = builder->borrowed};
}

void ptl_table_builder_clear(ptl_table_builder *builder)
{
    for (int64_t i = 0; i < builder->n_columns; i++) column_clear(&builder->columns[i]);
    builder->n_rows = 0;
    builder->cell = 0;
    builder->status = PTL_OK;
}
