/* reply_csv.c: one table of an answer as CSV (RFC 4180), and what both table formats share.
 *
 * Values are exact: money is a decimal with its currency in a column of its own (`spend`,
 * `spend_currency`), a number is the shortest text that reads back as it, times are RFC 3339 in
 * UTC. What is missing is an empty field, an empty text is "". A text that begins with `=` is that
 * text: nothing is altered for spreadsheets. */
#include <stdio.h>
#include <string.h>

#include "ops/reply_internal.h"

static int64_t n_tables(const ptl_reply *reply)
{
    int64_t n = 0;
    for (int64_t i = 0; i < reply->n_items; i++) n += reply->items[i].n_columns > 0;
    return n;
}

ptl_status ptl_reply_find_table(const ptl_reply_item **out, const ptl_reply *reply,
                                const char *name, ptl_error *err)
{
    const int64_t n = n_tables(reply);
    *out = NULL;
    for (int64_t i = 0; i < reply->n_items; i++) {
        const ptl_reply_item *item = &reply->items[i];
        if (item->n_columns > 0 && (name ? strcmp(item->name, name) == 0 : n == 1)) *out = item;
    }
    if (*out) return PTL_OK;
    if (name || n == 0)
        (void)ptl_fail(err, PTL_E_INVALID, "the answer has no list \"%.64s\"", name ? name : "");
    else
        (void)ptl_fail(err, PTL_E_INVALID, "the answer has %lld lists", (long long)n);
    if (n > 0) {
        char names[256] = "";
        for (int64_t i = 0; i < reply->n_items; i++)
            if (reply->items[i].n_columns > 0 && strlen(names) < 180)
                (void)snprintf(names + strlen(names), 64, " %.60s", reply->items[i].name);
        ptl_error_hint(err, "name one with table=:%s", names);
    }
    return PTL_E_INVALID;
}

/* What follows the last list before the cursor is beside it: that list alone has further pages. */
void ptl_reply_cursor(const ptl_reply *reply, const char *table, ptl_buffer *out)
{
    const ptl_reply_item *wanted, *before = NULL;
    if (ptl_reply_find_table(&wanted, reply, table, NULL) != PTL_OK) return;
    for (int64_t i = 0; i < reply->n_items; i++) {
        const ptl_reply_item *item = &reply->items[i];
        if (item->n_columns > 0) before = item;
        if (item->n_columns > 0 || strcmp(item->name, "next_cursor") != 0) continue;
        const ptl_text json = item->value.text; /* "…", or null */
        if (before == wanted && json.len > 2 && json.ptr[0] == '"')
            ptl_buffer_append(out, json.ptr + 1, json.len - 2);
        return;
    }
}

ptl_status ptl_reply_check_parts(const ptl_reply_item *item, int parts, ptl_error *err)
{
    if (item->n_columns > PTL_REPLY_COLUMNS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d columns", PTL_REPLY_COLUMNS_MAX);
    for (int64_t j = 0; parts != PTL_PART_ALL && j < item->n_columns; j++)
        if (ptl_holds_anything(item->columns[j].holds))
            return ptl_fail(err, PTL_E_INTERNAL,
                            "list \"%s\": column \"%s\" does not say what it holds", item->name,
                            item->columns[j].name);
    return PTL_OK;
}

bool ptl_reply_column_is_money(const ptl_reply_item *item, int64_t column)
{
    const int32_t holds = item->columns[column].holds;
    if (!ptl_holds_anything(holds)) return holds == PTL_HOLDS_MONEY || holds == PTL_HOLDS_FIGURE;
    for (int64_t i = column; i < item->n_cells; i += item->n_columns)
        if (item->cells[i].kind == PTL_CELL_MICROS) return true;
    return false;
}

static void put_quoted(ptl_buffer *out, ptl_text text)
{
    ptl_buffer_text(out, "\"");
    for (ptl_text rest = text; rest.len > 0;) {
        const char *quote = memchr(rest.ptr, '"', rest.len);
        const size_t n = quote ? (size_t)(quote - rest.ptr) + 1 : rest.len;
        ptl_buffer_append(out, rest.ptr, n);
        if (quote) ptl_buffer_text(out, "\"");
        rest = (ptl_text){rest.ptr + n, rest.len - n};
    }
    ptl_buffer_text(out, "\"");
}

static void put_field(ptl_buffer *out, ptl_text text)
{
    bool plain = text.len > 0;
    for (size_t i = 0; plain && i < text.len; i++)
        plain =
            text.ptr[i] != '"' && text.ptr[i] != ',' && text.ptr[i] != '\n' && text.ptr[i] != '\r';
    if (plain)
        ptl_buffer_append(out, text.ptr, text.len);
    else
        put_quoted(out, text);
}

void ptl_cell_plain(ptl_buffer *out, const ptl_cell *cell)
{
    char text[40] = "";
    switch (cell->kind) {
    case PTL_CELL_INT:
    case PTL_CELL_ID:
        (void)snprintf(text, sizeof text, "%lld", (long long)cell->integer);
        break;
    case PTL_CELL_DOUBLE:
        (void)ptl_double_format(text, cell->real);
        break;
    case PTL_CELL_BOOL:
        (void)snprintf(text, sizeof text, "%s", cell->integer ? "true" : "false");
        break;
    case PTL_CELL_MICROS:
        (void)ptl_micros_format(text, cell->integer);
        break;
    case PTL_CELL_INSTANT:
        ptl_instant_format(text, cell->integer);
        break;
    case PTL_CELL_DAY:
        ptl_day_format(text, (ptl_day)cell->integer);
        break;
    default:
        ptl_buffer_append(out, cell->text.ptr, cell->text.len);
        return;
    }
    ptl_buffer_text(out, text);
}

/* A field; `money` takes a second one for the currency. */
static void put_cell(ptl_buffer *out, ptl_buffer *scratch, const ptl_cell *cell, bool money)
{
    const bool none = cell->kind == PTL_CELL_NONE || cell->kind == PTL_CELL_BLOCK ||
                      (cell->kind == PTL_CELL_DOUBLE && !(cell->real - cell->real == 0.0));
    ptl_buffer_clear(scratch);
    ptl_cell_plain(scratch, cell);
    if (!none) put_field(out, ptl_buffer_borrow(scratch));
    if (!money) return;
    ptl_buffer_text(out, ",");
    if (cell->kind == PTL_CELL_MICROS) put_field(out, cell->text);
}

static void put_head(ptl_buffer *out, const ptl_reply_item *item)
{
    for (int64_t j = 0; j < item->n_columns; j++) {
        const char *name = item->columns[j].name;
        if (j > 0) ptl_buffer_text(out, ",");
        put_field(out, ptl_text_of(name));
        if (ptl_reply_column_is_money(item, j)) ptl_buffer_printf(out, ",%s_currency", name);
    }
    ptl_buffer_text(out, "\r\n");
}

static void put_rows(ptl_buffer *out, ptl_buffer *scratch, const ptl_reply_item *item)
{
    bool money[PTL_REPLY_COLUMNS_MAX];
    for (int64_t j = 0; j < item->n_columns; j++) money[j] = ptl_reply_column_is_money(item, j);
    for (int64_t i = 0; i + item->n_columns <= item->n_cells; i += item->n_columns) {
        for (int64_t j = 0; j < item->n_columns; j++) {
            if (j > 0) ptl_buffer_text(out, ",");
            put_cell(out, scratch, &item->cells[i + j], money[j]);
        }
        ptl_buffer_text(out, "\r\n");
    }
}

ptl_status ptl_reply_write_csv(const ptl_reply *reply, const char *table, int parts,
                               ptl_buffer *out, ptl_error *err)
{
    const ptl_reply_item *item;
    ptl_buffer scratch;
    PTL_TRY(ptl_reply_find_table(&item, reply, table, err));
    PTL_TRY(ptl_reply_check_parts(item, parts, err));
    ptl_buffer_init(&scratch, 64u << 20, NULL);
    if (parts & PTL_PART_HEAD) put_head(out, item);
    if (parts & PTL_PART_ROWS) put_rows(out, &scratch, item);
    ptl_status st = ptl_buffer_check(&scratch, "a field", err);
    if (st == PTL_OK) st = ptl_buffer_check(out, "the table", err);
    ptl_buffer_dispose(&scratch);
    return st;
}
