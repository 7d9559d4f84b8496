/* reply_save.c: an answer kept with its run and read back whole.
 *
 * The JSON face drops what a terminal needs (labels, alignment, which number is money), so a run
 * keeps this form instead: {"said": […], "notes": […], "next": […], "items": […], "document": …}.
 * An item has a name and a label and either a "value" or "columns" and "cells"; a cell is null or
 * [kind, value] or ["micros", value, currency]. What is read back was written by this program into
 * its own records; anything else is E_CORRUPT. */
#include "ops/reply_internal.h"

#include <jansson.h>
#include <string.h>

#include "ops/limits.h"

enum { TABLE_COLUMNS_MAX = 256 };

static const char *const kind_names[] = {
#define KIND_NAME(name, text) text,
    PTL_CELL_KINDS(KIND_NAME)
#undef KIND_NAME
};

static bool is_text(ptl_cell_kind kind)
{
    return kind == PTL_CELL_TEXT || kind == PTL_CELL_SECRET || kind == PTL_CELL_JSON ||
           kind == PTL_CELL_BLOCK;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void save_cell(const ptl_cell *cell, bool tells, ptl_json *json)
{
    if (cell->kind == PTL_CELL_NONE || (cell->kind == PTL_CELL_SECRET && !tells)) {
        ptl_json_null(json);
        return;
    }
    ptl_json_array(json);
    ptl_json_string(json, kind_names[cell->kind]);
    if (is_text(cell->kind))
        ptl_json_text(json, cell->text);
    else if (cell->kind == PTL_CELL_DOUBLE)
        ptl_json_double(json, cell->real);
    else
        ptl_json_int(json, cell->integer);
    if (cell->kind == PTL_CELL_MICROS) ptl_json_text(json, cell->text);
    ptl_json_array_end(json);
}

static void save_columns(const ptl_reply_item *item, bool tells, ptl_json *json)
{
    ptl_json_key(json, "columns");
    ptl_json_array(json);
    for (int64_t i = 0; i < item->n_columns; i++) {
        ptl_json_array(json);
        ptl_json_string(json, item->columns[i].name);
        ptl_json_string(json, item->columns[i].label);
        ptl_json_bool(json, ptl_holds_right(item->columns[i].holds));
        ptl_json_array_end(json);
    }
    ptl_json_array_end(json);
    ptl_json_key(json, "cells");
    ptl_json_array(json);
    for (int64_t i = 0; i < item->n_cells; i++) save_cell(&item->cells[i], tells, json);
    ptl_json_array_end(json);
}

static void save_item(const ptl_reply_item *item, bool tells, ptl_json *json)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "name", item->name);
    ptl_json_put_string(json, "label", item->label);
    if (item->n_columns > 0) {
        save_columns(item, tells, json);
    } else {
        ptl_json_key(json, "value");
        save_cell(&item->value, tells, json);
    }
    ptl_json_object_end(json);
}

static void save_sentences(const char *key, const ptl_sentences *sentences, ptl_json *json)
{
    ptl_json_key(json, key);
    ptl_json_array(json);
    for (int64_t i = 0; i < sentences->n; i++) ptl_json_string(json, sentences->items[i]);
    ptl_json_array_end(json);
}

static void save_all(const ptl_reply *reply, bool tells, ptl_json *json)
{
    ptl_json_object(json);
    save_sentences("said", &reply->said, json);
    save_sentences("notes", &reply->notes, json);
    save_sentences("next", &reply->next, json);
    ptl_json_key(json, "items");
    ptl_json_array(json);
    for (int64_t i = 0; i < reply->n_items; i++) save_item(&reply->items[i], tells, json);
    ptl_json_array_end(json);
    if (reply->document.ptr) ptl_json_put_text(json, "document", reply->document);
    ptl_json_object_end(json);
}

void ptl_reply_save(const ptl_reply *reply, ptl_json *json)
{
    save_all(reply, false, json);
}

void ptl_reply_send(const ptl_reply *reply, ptl_json *json)
{
    save_all(reply, true, json);
}

bool ptl_reply_is_saved(ptl_text outcome)
{
    return ptl_text_starts(outcome, PTL_TEXT("{\"said\":"));
}

/* --- reading ---------------------------------------------------------------------------------- */

static ptl_text text_of_json(const json_t *value)
{
    return (ptl_text){json_string_value(value), json_string_length(value)};
}

static bool load_cell(ptl_cell *out, const json_t *saved)
{
    *out = (ptl_cell){.kind = PTL_CELL_NONE};
    if (json_is_null(saved)) return true;
    const char *kind = json_string_value(json_array_get(saved, 0));
    const json_t *value = json_array_get(saved, 1);
    if (!kind || !value) return false;
    int32_t i = PTL_CELL_TEXT;
    while (i <= PTL_CELL_BLOCK && strcmp(kind_names[i], kind) != 0) i++;
    if (i > PTL_CELL_BLOCK) return false;
    out->kind = (ptl_cell_kind)i;
    out->integer = json_integer_value(value);
    out->real = json_is_number(value) ? json_number_value(value) : PTL_NAN;
    if (is_text(out->kind)) {
        out->text = text_of_json(value);
        return json_is_string(value);
    }
    if (i == PTL_CELL_MICROS) out->text = text_of_json(json_array_get(saved, 2));
    if (i == PTL_CELL_DOUBLE) return json_is_number(value) || json_is_null(value);
    return json_is_integer(value) && (i != PTL_CELL_MICROS || out->text.ptr);
}

static bool load_table(ptl_reply *reply, const char *name, const char *label, const json_t *saved)
{
    const json_t *columns = json_object_get(saved, "columns");
    const json_t *cells = json_object_get(saved, "cells");
    const size_t n = json_array_size(columns);
    if (n == 0 || n > TABLE_COLUMNS_MAX || !json_is_array(cells)) return false;
    ptl_reply_column made[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < n; i++) {
        const json_t *column = json_array_get(columns, i);
        made[i].name = json_string_value(json_array_get(column, 0));
        made[i].label = json_string_value(json_array_get(column, 1));
        made[i].holds = json_is_true(json_array_get(column, 2));
        if (!made[i].name || !made[i].label) return false;
    }
    ptl_reply_table(reply, name, label, made, (int64_t)n);
    for (size_t i = 0; i < json_array_size(cells); i++) {
        ptl_cell cell;
        if (!load_cell(&cell, json_array_get(cells, i))) return false;
        ptl_reply_add_cell(reply, cell);
    }
    ptl_reply_table_end(reply);
    return true;
}

static bool load_item(ptl_reply *reply, const json_t *saved)
{
    const char *name = json_string_value(json_object_get(saved, "name"));
    const char *label = json_string_value(json_object_get(saved, "label"));
    const json_t *value = json_object_get(saved, "value");
    if (!name || !label) return false;
    if (!value) return load_table(reply, name, label, saved);
    ptl_cell cell;
    if (!load_cell(&cell, value)) return false;
    ptl_reply_add_value(reply, name, label, cell);
    return true;
}

static bool load_sentences(ptl_reply *reply, ptl_sentences *to, const json_t *saved)
{
    for (size_t i = 0; i < json_array_size(saved); i++) {
        const json_t *sentence = json_array_get(saved, i);
        if (!json_is_string(sentence)) return false;
        ptl_reply_add_sentence(reply, to, text_of_json(sentence));
    }
    return json_is_array(saved);
}

static bool load_all(ptl_reply *reply, const json_t *saved)
{
    const json_t *items = json_object_get(saved, "items");
    const json_t *document = json_object_get(saved, "document");
    bool whole = load_sentences(reply, &reply->said, json_object_get(saved, "said")) &&
                 load_sentences(reply, &reply->notes, json_object_get(saved, "notes")) &&
                 load_sentences(reply, &reply->next, json_object_get(saved, "next")) &&
                 json_is_array(items);
    for (size_t i = 0; whole && i < json_array_size(items); i++)
        whole = load_item(reply, json_array_get(items, i));
    if (whole && document) ptl_reply_document(reply, text_of_json(document));
    return whole;
}

ptl_status ptl_reply_load(ptl_reply *reply, ptl_text saved, ptl_error *err)
{
    json_error_t fault;
    json_t *root =
        json_loadb(saved.ptr ? saved.ptr : "", saved.len, JSON_REJECT_DUPLICATES, &fault);
    const bool whole = root && load_all(reply, root);
    json_decref(root);
    if (!whole) return ptl_fail(err, PTL_E_CORRUPT, "a saved answer is not what was written");
    return ptl_reply_check(reply, err);
}
