/* table.c: reading columns, and what "same bytes" means for a result.
 *
 * A hash must not depend on how a table came to be: whether a validity bitmap is there at all, what
 * stands under a missing cell, how the rows were cut into batches. So it is taken over what a
 * reader can see: presence, then the value, row by row. */
#include "store/table.h"

#include <string.h>

const char *ptl_type_name(ptl_type type)
{
    static const char *const names[] = {"int", "double", "bool", "text", "instant", "day", "blob"};
    return names[type];
}

void ptl_table_dispose(ptl_table *table)
{
    if (!table) return;
    ptl_arena_dispose(&table->arena);
    memset(table, 0, sizeof *table);
}

static const void *copy_bytes(const void *bytes, size_t len, ptl_arena *arena, ptl_error *err)
{
    void *copy = ptl_arena_alloc(arena, len > 0 ? len : 1, err);
    if (copy && len > 0) memcpy(copy, bytes, len);
    return copy;
}

static ptl_status copy_column(ptl_column *out, const ptl_column *column, int64_t n,
                              ptl_arena *arena, ptl_error *err)
{
    const bool has_bytes = column->type == PTL_TYPE_TEXT || column->type == PTL_TYPE_BLOB;
    const size_t rows = (size_t)n;
    const size_t values = has_bytes                      ? (rows + 1) * sizeof(int32_t)
                          : column->type == PTL_TYPE_DAY ? rows * sizeof(int32_t)
                                                         : rows * sizeof(int64_t);
    *out = *column;
    out->name = ptl_text_copy(ptl_text_of(column->name), arena, err);
    out->values.ints = copy_bytes(column->values.ints, values, arena, err);
    if (!out->name || !out->values.ints) return PTL_E_NO_MEMORY;
    if (column->validity) {
        out->validity = copy_bytes(column->validity, (rows + 7) / 8, arena, err);
        if (!out->validity) return PTL_E_NO_MEMORY;
    }
    if (!has_bytes) return PTL_OK;
    out->bytes = copy_bytes(column->bytes, (size_t)column->values.offsets[n], arena, err);
    return out->bytes ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_table_copy(ptl_table *out, const ptl_table *table, ptl_error *err)
{
    *out = (ptl_table){.n_rows = table->n_rows, .n_columns = table->n_columns};
    ptl_arena_init(&out->arena, (size_t)1 << 32, NULL);
    ptl_column *columns = ptl_arena_array(&out->arena, table->n_columns + 1, sizeof *columns, err);
    ptl_status st = columns ? PTL_OK : PTL_E_NO_MEMORY;
    for (int64_t i = 0; st == PTL_OK && i < table->n_columns; i++)
        st = copy_column(&columns[i], &table->columns[i], table->n_rows, &out->arena, err);
    out->columns = columns;
    if (st != PTL_OK) ptl_table_dispose(out);
    return st;
}

ptl_status ptl_table_column(const ptl_column **out, const ptl_table *table, const char *name,
                            ptl_type type, ptl_error *err)
{
    *out = NULL;
    for (int64_t i = 0; i < table->n_columns; i++) {
        const ptl_column *column = &table->columns[i];
        if (strcmp(column->name, name) != 0) continue;
        if (column->type != type)
            return ptl_fail(err, PTL_E_INTERNAL, "column \"%s\" is a %s, not a %s", name,
                            ptl_type_name(column->type), ptl_type_name(type));
        *out = column;
        return PTL_OK;
    }
    return ptl_fail(err, PTL_E_INTERNAL, "the result has no column \"%s\"", name);
}

bool ptl_column_present(const ptl_column *column, int64_t row)
{
    return !column->validity || (column->validity[row / 8] >> (row % 8) & 1);
}

int64_t ptl_column_int(const ptl_column *column, int64_t row)
{
    if (!ptl_column_present(column, row)) return 0;
    return column->type == PTL_TYPE_DAY ? column->values.days[row] : column->values.ints[row];
}

double ptl_column_double(const ptl_column *column, int64_t row)
{
    if (!ptl_column_present(column, row)) return PTL_NAN;
    if (column->type == PTL_TYPE_DOUBLE) return column->values.doubles[row];
    return (double)ptl_column_int(column, row);
}

ptl_text ptl_column_text(const ptl_column *column, int64_t row)
{
    if (!ptl_column_present(column, row)) return (ptl_text){NULL, 0};
    const int32_t from = column->values.offsets[row];
    return (ptl_text){column->bytes + from, (size_t)(column->values.offsets[row + 1] - from)};
}

static void json_hex(ptl_json *json, ptl_text bytes)
{
    ptl_buffer hex;
    ptl_buffer_init(&hex, bytes.len * 2 + 64, NULL);
    for (size_t i = 0; i < bytes.len; i++)
        ptl_buffer_printf(&hex, "%02x", (unsigned)(uint8_t)bytes.ptr[i]);
    if (hex.status != PTL_OK)
        json->status = hex.status;
    else
        ptl_json_text(json, ptl_buffer_borrow(&hex));
    ptl_buffer_dispose(&hex);
}

void ptl_column_json(const ptl_column *column, int64_t row, ptl_json *json)
{
    char text[40];
    if (!ptl_column_present(column, row)) {
        ptl_json_null(json);
        return;
    }
    switch (column->type) {
    case PTL_TYPE_INT:
        ptl_json_int(json, ptl_column_int(column, row));
        return;
    case PTL_TYPE_DOUBLE:
        ptl_json_double(json, ptl_column_double(column, row));
        return;
    case PTL_TYPE_BOOL:
        ptl_json_bool(json, ptl_column_int(column, row) != 0);
        return;
    case PTL_TYPE_TEXT:
        ptl_json_text(json, ptl_column_text(column, row));
        return;
    case PTL_TYPE_BLOB:
        json_hex(json, ptl_column_text(column, row));
        return;
    case PTL_TYPE_INSTANT:
        ptl_instant_format(text, ptl_column_int(column, row));
        ptl_json_string(json, text);
        return;
    case PTL_TYPE_DAY:
        ptl_day_format(text, (ptl_day)ptl_column_int(column, row));
        ptl_json_string(json, text);
        return;
    }
}

static bool has_bytes(ptl_type type)
{
    return type == PTL_TYPE_TEXT || type == PTL_TYPE_BLOB;
}

/* A whole column without gaps in one go: most are. Offsets are relative to the first. */
static void hash_dense(ptl_hasher *hasher, const ptl_column *column, int64_t n)
{
    switch (column->type) {
    case PTL_TYPE_DOUBLE:
        ptl_hasher_add(hasher, column->values.doubles, (size_t)n * sizeof(double));
        return;
    case PTL_TYPE_DAY:
        ptl_hasher_add(hasher, column->values.days, (size_t)n * sizeof(int32_t));
        return;
    default:
        ptl_hasher_add(hasher, column->values.ints, (size_t)n * sizeof(int64_t));
    }
}

static void hash_cell(ptl_hasher *hasher, const ptl_column *column, int64_t row)
{
    if (has_bytes(column->type))
        ptl_hasher_add_text(hasher, ptl_column_text(column, row));
    else if (column->type == PTL_TYPE_DOUBLE)
        ptl_hasher_add(hasher, &column->values.doubles[row], sizeof(double));
    else if (column->type == PTL_TYPE_DAY)
        ptl_hasher_add(hasher, &column->values.days[row], sizeof(int32_t));
    else
        ptl_hasher_add(hasher, &column->values.ints[row], sizeof(int64_t));
}

static bool has_gaps(const ptl_column *column, int64_t n)
{
    for (int64_t i = 0; column->validity && i < n; i++)
        if (!ptl_column_present(column, i)) return true;
    return false;
}

static void hash_column(ptl_hasher *hasher, const ptl_column *column, int64_t n)
{
    const uint8_t head[2] = {(uint8_t)column->type, has_gaps(column, n)};
    ptl_hasher_add_text(hasher, ptl_text_of(column->name));
    ptl_hasher_add(hasher, head, sizeof head);
    if (!head[1] && !has_bytes(column->type)) {
        hash_dense(hasher, column, n);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const uint8_t present = ptl_column_present(column, i);
        if (head[1]) ptl_hasher_add(hasher, &present, 1);
        if (present) hash_cell(hasher, column, i);
    }
}

ptl_hash ptl_table_hash(const ptl_table *table)
{
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    const int64_t shape[2] = {table->n_rows, table->n_columns};
    ptl_hasher_add(&hasher, shape, sizeof shape);
    for (int64_t i = 0; i < table->n_columns; i++)
        hash_column(&hasher, &table->columns[i], table->n_rows);
    return ptl_hasher_finish(&hasher);
}
