/* reply_json.c: an answer as JSON, for machines: names, exact values, ISO dates.
 *
 * Money is {"amount": "1234.50", "currency": "EUR"}: a decimal text, because a double would lose
 * micros. What is missing is null, never zero. */
#include "ops/reply_internal.h"

static void write_micros(const ptl_cell *cell, ptl_json *json)
{
    ptl_json_object(json);
    ptl_json_put_micros(json, "amount", cell->integer);
    ptl_json_put_text(json, "currency", cell->text);
    ptl_json_object_end(json);
}

void ptl_cell_json(const ptl_cell *cell, ptl_json *json)
{
    char text[40];
    switch (cell->kind) {
    case PTL_CELL_NONE:
        ptl_json_null(json);
        break;
    case PTL_CELL_TEXT:
    case PTL_CELL_SECRET:
        ptl_json_text(json, cell->text);
        break;
    case PTL_CELL_INT:
    case PTL_CELL_ID:
        ptl_json_int(json, cell->integer);
        break;
    case PTL_CELL_DOUBLE:
        ptl_json_double(json, cell->real);
        break;
    case PTL_CELL_BOOL:
        ptl_json_bool(json, cell->integer != 0);
        break;
    case PTL_CELL_MICROS:
        write_micros(cell, json);
        break;
    case PTL_CELL_INSTANT:
        ptl_instant_format(text, cell->integer);
        ptl_json_string(json, text);
        break;
    case PTL_CELL_DAY:
        ptl_day_format(text, (ptl_day)cell->integer);
        ptl_json_string(json, text);
        break;
    case PTL_CELL_JSON:
        ptl_json_raw(json, cell->text);
        break;
    case PTL_CELL_BLOCK:
        ptl_json_null(json);
        break;
    }
}

static void write_sentences(const char *key, const ptl_sentences *sentences, ptl_json *json)
{
    ptl_json_key(json, key);
    ptl_json_array(json);
    for (int64_t i = 0; i < sentences->n; i++) ptl_json_string(json, sentences->items[i]);
    ptl_json_array_end(json);
}

static void write_table(const ptl_reply_item *item, ptl_json *json)
{
    ptl_json_array(json);
    for (int64_t i = 0; i + item->n_columns <= item->n_cells; i += item->n_columns) {
        ptl_json_object(json);
        for (int64_t j = 0; j < item->n_columns; j++) {
            ptl_json_key(json, item->columns[j].name);
            ptl_cell_json(&item->cells[i + j], json);
        }
        ptl_json_object_end(json);
    }
    ptl_json_array_end(json);
}

void ptl_reply_write_members(const ptl_reply *reply, ptl_json *json)
{
    write_sentences("said", &reply->said, json);
    for (int64_t i = 0; i < reply->n_items; i++) {
        const ptl_reply_item *item = &reply->items[i];
        if (item->n_columns == 0 && item->value.kind == PTL_CELL_BLOCK) continue;
        ptl_json_key(json, item->name);
        if (item->n_columns > 0)
            write_table(item, json);
        else
            ptl_cell_json(&item->value, json);
    }
    if (reply->document.ptr) ptl_json_put_text(json, "document", reply->document);
    write_sentences("notes", &reply->notes, json);
    write_sentences("next", &reply->next, json);
}

void ptl_reply_write_json(const ptl_reply *reply, ptl_json *json)
{
    ptl_json_object(json);
    ptl_reply_write_members(reply, json);
    ptl_json_object_end(json);
}
