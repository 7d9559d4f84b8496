/* reply_arrow.c: one table of an answer as an Arrow IPC stream (arrow.apache.org/docs/format,
 * "Columnar Format", version 1.5, metadata V5).
 *
 *     schema message · record batches of at most BATCH_ROWS rows · end of stream
 *
 * A column's type is that of what it says it holds, otherwise of its cells, the same in every
 * batch: int64, double, bool, utf8,
 * timestamp(us, UTC), date32; money is decimal128(19, 6), the micros themselves, with its currency
 * in a utf8 column `<name>_currency`; JSON is utf8. A column in which nothing is known is null; one
 * that mixes kinds is utf8, each value as CSV has it. A message is 0xFFFFFFFF, the length of its
 * head, the head (a flatbuffer), its body; all begin at multiples of 8. */
#include <stdio.h>
#include <string.h>

#include "ops/flatbuffer.h"
#include "ops/reply_internal.h"
#include "store/memory.h"

enum { BATCH_ROWS = 4096, V5 = 4, HEADER_SCHEMA = 1, HEADER_BATCH = 3, MICROSECOND = 2 };

typedef enum arrow_type {
    ARROW_NULL = 1,
    ARROW_INT = 2,
    ARROW_DOUBLE = 3,
    ARROW_UTF8 = 5,
    ARROW_BOOL = 6,
    ARROW_DECIMAL = 7,
    ARROW_DATE = 8,
    ARROW_TIMESTAMP = 10
} arrow_type; /* numbers of the union Type in Schema.fbs */

typedef struct arrow_column {
    const char *name;
    arrow_type type;
    int64_t cell; /* index in a row */
    bool is_currency;
} arrow_column;

typedef struct writer {
    const ptl_reply_item *item;
    arrow_column columns[2 * PTL_REPLY_COLUMNS_MAX];
    int64_t n_columns;
    ptl_flat flat;
    ptl_buffer body, values, text;
    int64_t nodes[4 * PTL_REPLY_COLUMNS_MAX];
    int64_t buffers[12 * PTL_REPLY_COLUMNS_MAX];
    int64_t n_buffers;
    ptl_buffer *out;
} writer;

/* --- types ------------------------------------------------------------------------------------ */

static bool is_none(const ptl_cell *cell)
{
    return cell->kind == PTL_CELL_NONE || cell->kind == PTL_CELL_BLOCK ||
           (cell->kind == PTL_CELL_DOUBLE && !(cell->real - cell->real == 0.0));
}

static arrow_type type_of_kind(ptl_cell_kind kind)
{
    switch (kind) {
    case PTL_CELL_INT:
    case PTL_CELL_ID:
        return ARROW_INT;
    case PTL_CELL_DOUBLE:
        return ARROW_DOUBLE;
    case PTL_CELL_BOOL:
        return ARROW_BOOL;
    case PTL_CELL_MICROS:
        return ARROW_DECIMAL;
    case PTL_CELL_INSTANT:
        return ARROW_TIMESTAMP;
    case PTL_CELL_DAY:
        return ARROW_DATE;
    default:
        return ARROW_UTF8;
    }
}

static arrow_type type_held(int32_t holds)
{
    switch (holds) {
    case PTL_HOLDS_INT:
    case PTL_HOLDS_ID:
        return ARROW_INT;
    case PTL_HOLDS_NUMBER:
        return ARROW_DOUBLE;
    case PTL_HOLDS_MONEY:
        return ARROW_DECIMAL;
    case PTL_HOLDS_INSTANT:
        return ARROW_TIMESTAMP;
    case PTL_HOLDS_DAY:
        return ARROW_DATE;
    default:
        return ARROW_UTF8;
    }
}

static arrow_type type_of(const ptl_reply_item *item, int64_t column)
{
    arrow_type type = ARROW_NULL;
    const int32_t holds = item->columns[column].holds;
    if (!ptl_holds_anything(holds)) return type_held(holds);
    for (int64_t i = column; i < item->n_cells; i += item->n_columns) {
        if (is_none(&item->cells[i])) continue;
        const arrow_type one = type_of_kind(item->cells[i].kind);
        if (type == ARROW_NULL) type = one;
        if (type != one) return ARROW_UTF8;
    }
    return type;
}

static ptl_flat_at put_type(ptl_flat *flat, arrow_type type)
{
    const ptl_flat_at zone = type == ARROW_TIMESTAMP ? ptl_flat_text(flat, PTL_TEXT("UTC")) : 0;
    ptl_flat_table(flat);
    if (type == ARROW_INT) {
        ptl_flat_scalar(flat, 0, 64, 4);
        ptl_flat_scalar(flat, 1, 1, 1);
    } else if (type == ARROW_DOUBLE) {
        ptl_flat_scalar(flat, 0, 2, 2); /* DOUBLE */
    } else if (type == ARROW_DECIMAL) {
        ptl_flat_scalar(flat, 0, 19, 4); /* digits of an int64 */
        ptl_flat_scalar(flat, 1, 6, 4);
        ptl_flat_scalar(flat, 2, 128, 4);
    } else if (type == ARROW_DATE) {
        ptl_flat_scalar(flat, 0, 0, 2); /* DAY */
    } else if (type == ARROW_TIMESTAMP) {
        ptl_flat_refer(flat, 1, zone);
        ptl_flat_scalar(flat, 0, MICROSECOND, 2);
    }
    return ptl_flat_table_end(flat);
}

static ptl_flat_at put_field(ptl_flat *flat, const arrow_column *column)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s%s", column->name,
                   column->is_currency ? "_currency" : "");
    const ptl_flat_at type = put_type(flat, column->type);
    const ptl_flat_at text = ptl_flat_text(flat, ptl_text_of(name));
    const ptl_flat_at children = ptl_flat_vector(flat, NULL, 0);
    ptl_flat_table(flat);
    ptl_flat_refer(flat, 0, text);
    ptl_flat_refer(flat, 3, type);
    ptl_flat_refer(flat, 5, children);
    ptl_flat_scalar(flat, 1, 1, 1); /* nullable */
    ptl_flat_scalar(flat, 2, column->type, 1);
    return ptl_flat_table_end(flat);
}

/* --- messages --------------------------------------------------------------------------------- */

static void put_number(ptl_buffer *out, int64_t value, size_t bytes)
{
    uint8_t little[8];
    for (size_t i = 0; i < 8; i++) little[i] = (uint8_t)((uint64_t)value >> (8 * i));
    ptl_buffer_append(out, little, bytes);
}

static void pad(ptl_buffer *out)
{
    static const char zeros[8];
    ptl_buffer_append(out, zeros, (8 - out->len % 8) % 8);
}

static ptl_status put_message(writer *w, int32_t kind, ptl_flat_at header, ptl_error *err)
{
    ptl_text head;
    ptl_flat_table(&w->flat);
    ptl_flat_scalar(&w->flat, 3, (int64_t)w->body.len, 8);
    ptl_flat_refer(&w->flat, 2, header);
    ptl_flat_scalar(&w->flat, 0, V5, 2);
    ptl_flat_scalar(&w->flat, 1, kind, 1);
    const ptl_flat_at message = ptl_flat_table_end(&w->flat);
    PTL_TRY(ptl_flat_finish(&head, &w->flat, message, err));
    put_number(w->out, -1, 4);
    put_number(w->out, (int64_t)head.len, 4);
    ptl_buffer_append(w->out, head.ptr, head.len);
    ptl_buffer_append(w->out, w->body.ptr, w->body.len);
    return ptl_buffer_check(w->out, "the table", err);
}

static ptl_status put_schema(writer *w, ptl_error *err)
{
    ptl_flat_at fields[2 * PTL_REPLY_COLUMNS_MAX];
    ptl_flat_init(&w->flat);
    for (int64_t j = 0; j < w->n_columns; j++) fields[j] = put_field(&w->flat, &w->columns[j]);
    const ptl_flat_at list = ptl_flat_vector(&w->flat, fields, w->n_columns);
    ptl_flat_table(&w->flat);
    ptl_flat_refer(&w->flat, 1, list);
    ptl_flat_scalar(&w->flat, 0, 0, 2); /* little-endian */
    const ptl_flat_at schema = ptl_flat_table_end(&w->flat);
    ptl_buffer_clear(&w->body);
    return put_message(w, HEADER_SCHEMA, schema, err);
}

/* --- columns ---------------------------------------------------------------------------------- */

/* `bytes` as the next buffer of the body. */
static void put_buffer(writer *w, ptl_text bytes)
{
    w->buffers[2 * w->n_buffers] = (int64_t)w->body.len;
    w->buffers[2 * w->n_buffers + 1] = (int64_t)bytes.len;
    w->n_buffers++;
    ptl_buffer_append(&w->body, bytes.ptr, bytes.len);
    pad(&w->body);
}

static const ptl_cell *cell_at(const writer *w, const arrow_column *c, int64_t row)
{
    return &w->item->cells[row * w->item->n_columns + c->cell];
}

static bool is_missing(const arrow_column *c, const ptl_cell *cell)
{
    return is_none(cell) || (c->is_currency && cell->kind != PTL_CELL_MICROS);
}

/* A bit a row: that something is there, or, of `values`, that it is true. */
static int64_t put_bits(writer *w, const arrow_column *c, int64_t from, int64_t n, bool values)
{
    uint8_t bits[BATCH_ROWS / 8] = {0};
    int64_t n_set = 0;
    for (int64_t i = 0; i < n; i++) {
        const ptl_cell *cell = cell_at(w, c, from + i);
        if (is_missing(c, cell) || (values && cell->integer == 0)) continue;
        bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
        n_set++;
    }
    put_buffer(w, (ptl_text){(const char *)bits, (size_t)(n + 7) / 8});
    return n - n_set;
}

static void put_texts(writer *w, const arrow_column *c, int64_t from, int64_t n)
{
    ptl_buffer_clear(&w->values);
    ptl_buffer_clear(&w->text);
    put_number(&w->values, 0, 4);
    for (int64_t i = 0; i < n; i++) {
        const ptl_cell *cell = cell_at(w, c, from + i);
        if (!is_missing(c, cell) && c->is_currency)
            ptl_buffer_append(&w->text, cell->text.ptr, cell->text.len);
        else if (!is_missing(c, cell))
            ptl_cell_plain(&w->text, cell);
        put_number(&w->values, (int64_t)w->text.len, 4);
    }
    put_buffer(w, ptl_buffer_borrow(&w->values));
    put_buffer(w, ptl_buffer_borrow(&w->text));
}

static void put_numbers(writer *w, const arrow_column *c, int64_t from, int64_t n)
{
    ptl_buffer_clear(&w->values);
    for (int64_t i = 0; i < n; i++) {
        const ptl_cell *cell = cell_at(w, c, from + i);
        int64_t value = is_missing(c, cell) ? 0 : cell->integer;
        if (c->type == ARROW_DOUBLE) {
            const double real = is_missing(c, cell) ? 0.0 : cell->real;
            memcpy(&value, &real, sizeof value);
        }
        put_number(&w->values, value, c->type == ARROW_DATE ? 4 : 8);
        if (c->type == ARROW_DECIMAL) put_number(&w->values, value < 0 ? -1 : 0, 8);
    }
    put_buffer(w, ptl_buffer_borrow(&w->values));
}

static void put_column(writer *w, int64_t j, int64_t from, int64_t n)
{
    const arrow_column *c = &w->columns[j];
    w->nodes[2 * j] = n;
    w->nodes[2 * j + 1] = n;
    if (c->type == ARROW_NULL) return; /* has no buffers */
    w->nodes[2 * j + 1] = put_bits(w, c, from, n, false);
    if (c->type == ARROW_UTF8)
        put_texts(w, c, from, n);
    else if (c->type == ARROW_BOOL)
        (void)put_bits(w, c, from, n, true);
    else
        put_numbers(w, c, from, n);
}

static ptl_status put_batch(writer *w, int64_t from, int64_t n, ptl_error *err)
{
    ptl_flat_init(&w->flat);
    ptl_buffer_clear(&w->body);
    w->n_buffers = 0;
    for (int64_t j = 0; j < w->n_columns; j++) put_column(w, j, from, n);
    PTL_TRY(ptl_buffer_check(&w->values, "a column", err));
    PTL_TRY(ptl_buffer_check(&w->text, "a column", err));
    PTL_TRY(ptl_buffer_check(&w->body, "a batch", err));
    const ptl_flat_at buffers = ptl_flat_structs(&w->flat, w->buffers, w->n_buffers, 2);
    const ptl_flat_at nodes = ptl_flat_structs(&w->flat, w->nodes, w->n_columns, 2);
    ptl_flat_table(&w->flat);
    ptl_flat_scalar(&w->flat, 0, n, 8);
    ptl_flat_refer(&w->flat, 1, nodes);
    ptl_flat_refer(&w->flat, 2, buffers);
    const ptl_flat_at batch = ptl_flat_table_end(&w->flat);
    return put_message(w, HEADER_BATCH, batch, err);
}

/* --- all -------------------------------------------------------------------------------------- */

static void plan(writer *w, const ptl_reply_item *item)
{
    w->item = item;
    for (int64_t j = 0; j < item->n_columns; j++) {
        const arrow_type type = type_of(item, j);
        w->columns[w->n_columns++] =
            (arrow_column){.name = item->columns[j].name, .type = type, .cell = j};
        if (ptl_reply_column_is_money(item, j))
            w->columns[w->n_columns++] = (arrow_column){
                .name = item->columns[j].name, .type = ARROW_UTF8, .cell = j, .is_currency = true};
    }
}

static ptl_status write_parts(writer *w, int parts, ptl_error *err)
{
    const int64_t rows = parts & PTL_PART_ROWS ? w->item->n_cells / w->item->n_columns : 0;
    if (parts & PTL_PART_HEAD) PTL_TRY(put_schema(w, err));
    for (int64_t from = 0; from < rows; from += BATCH_ROWS)
        PTL_TRY(put_batch(w, from, rows - from < BATCH_ROWS ? rows - from : BATCH_ROWS, err));
    if (parts & PTL_PART_END) {
        put_number(w->out, -1, 4);
        put_number(w->out, 0, 4);
    }
    return ptl_buffer_check(w->out, "the table", err);
}

ptl_status ptl_reply_write_arrow(const ptl_reply *reply, const char *table, int parts,
                                 ptl_buffer *out, ptl_error *err)
{
    const ptl_reply_item *item;
    PTL_TRY(ptl_reply_find_table(&item, reply, table, err));
    PTL_TRY(ptl_reply_check_parts(item, parts, err));
    writer *w = ptl_object_new(sizeof *w, "a table", err);
    if (!w) return PTL_E_NO_MEMORY;
    w->out = out;
    ptl_buffer_init(&w->body, 256u << 20, NULL);
    ptl_buffer_init(&w->values, 64u << 20, NULL);
    ptl_buffer_init(&w->text, 64u << 20, NULL);
    plan(w, item);
    const ptl_status st = write_parts(w, parts, err);
    ptl_buffer_dispose(&w->body);
    ptl_buffer_dispose(&w->values);
    ptl_buffer_dispose(&w->text);
    ptl_object_free(w, sizeof *w);
    return st;
}
