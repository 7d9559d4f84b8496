/* reply.c: gathering an answer.
 *
 * Invariants. 1. Every text is copied into the reply's arena and is UTF-8 there: what is not is
 * shown with U+FFFD in its place, because a file name may hold any bytes and an answer must not
 * fail over it. 2. The first failure is kept and every later call does nothing: handlers check
 * once. 3. A name is given once. */
#include "ops/reply_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/limits.h"

ptl_status ptl_reply_new(ptl_reply **out, ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, PTL_REPLY_BYTES_MAX, NULL);
    *out = ptl_arena_alloc(&arena, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    (*out)->arena = arena;
    return PTL_OK;
}

void ptl_reply_free(ptl_reply *reply)
{
    if (!reply) return;
    ptl_arena arena = reply->arena; /* the reply itself lies in it */
    ptl_arena_dispose(&arena);
}

static ptl_status too_large(const ptl_reply *reply, ptl_error *err)
{
    (void)ptl_fail(err, PTL_E_LIMIT, "the answer is larger than %d MiB", PTL_REPLY_BYTES_MAX >> 20);
    ptl_error_detail(err, "%.200s", reply->error.message);
    ptl_error_hint(err, "ask for less: a smaller limit, and the rest by next_cursor");
    return PTL_E_LIMIT;
}

ptl_status ptl_reply_check(const ptl_reply *reply, ptl_error *err)
{
    if (reply->is_full) return too_large(reply, err);
    if (reply->status != PTL_OK) {
        if (err) *err = reply->error;
        return reply->status;
    }
    if (reply->table_open)
        return ptl_fail(err, PTL_E_INTERNAL, "the answer's table \"%s\" was not ended",
                        reply->items[reply->n_items - 1].name);
    return PTL_OK;
}

static bool holds(ptl_reply *reply, const void *ptr)
{
    if (!ptr && reply->status == PTL_OK) {
        reply->status = reply->error.status;
        reply->is_full = reply->status == PTL_E_LIMIT;
    }
    return ptr != NULL;
}

/* Room for one more element in an array of the arena, which grows by doubling. */
static bool grow(ptl_reply *reply, void **items, int64_t n, int64_t *n_max, size_t size)
{
    if (n < *n_max) return true;
    const int64_t wanted = *n_max ? *n_max * 2 : 8;
    void *bigger = ptl_arena_array(&reply->arena, wanted, size, &reply->error);
    if (!holds(reply, bigger)) return false;
    if (n > 0) memcpy(bigger, *items, (size_t)n * size);
    *items = bigger;
    *n_max = wanted;
    return true;
}

/* Invariant 1. The replacement has three bytes, so a text grows at most threefold. */
static ptl_text copy_text(ptl_reply *reply, ptl_text text)
{
    size_t fault = 0;
    const bool valid = ptl_text_utf8_valid(text, &fault);
    char *copy =
        ptl_arena_alloc(&reply->arena, (valid ? text.len : text.len * 3) + 1, &reply->error);
    if (!holds(reply, copy)) return (ptl_text){0};
    size_t n = 0;
    while (!ptl_text_utf8_valid(text, &fault)) {
        memcpy(copy + n, text.ptr, fault);
        memcpy(copy + n + fault, "\xEF\xBF\xBD", 3);
        n += fault + 3;
        text.ptr += fault + 1;
        text.len -= fault + 1;
    }
    if (text.len > 0) memcpy(copy + n, text.ptr, text.len);
    return (ptl_text){copy, n + text.len};
}

static const char *copy_string(ptl_reply *reply, const char *terminated)
{
    return copy_text(reply, ptl_text_of(terminated)).ptr;
}

/* --- sentences -------------------------------------------------------------------------------- */

void ptl_reply_add_sentence(ptl_reply *reply, ptl_sentences *to, ptl_text sentence)
{
    if (reply->status != PTL_OK) return;
    void *items = to->items;
    if (!grow(reply, &items, to->n, &to->n_max, sizeof *to->items)) return;
    to->items = items;
    const ptl_text copy = copy_text(reply, sentence);
    if (copy.ptr) to->items[to->n++] = copy.ptr;
}

static void add_formatted(ptl_reply *reply, ptl_sentences *to, const char *format, va_list list)
{
    if (reply->status != PTL_OK) return;
    char *text = NULL;
    const int n = vasprintf(&text, format, list);
    if (n < 0) {
        reply->status = ptl_fail(&reply->error, PTL_E_NO_MEMORY, "no memory for an answer");
        return;
    }
    ptl_reply_add_sentence(reply, to, (ptl_text){text, (size_t)n});
    free(text);
}

void ptl_reply_say(ptl_reply *reply, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_formatted(reply, &reply->said, format, list);
    va_end(list);
}

void ptl_reply_note(ptl_reply *reply, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_formatted(reply, &reply->notes, format, list);
    va_end(list);
}

void ptl_reply_next(ptl_reply *reply, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_formatted(reply, &reply->next, format, list);
    va_end(list);
}

/* --- named values ----------------------------------------------------------------------------- */

/* A block's name is its label, and no key: it may be that of a value beside it. */
static bool name_is_taken(const ptl_reply *reply, const char *name)
{
    static const char *const reserved[] = {"said", "notes", "next", "document"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(reserved[i], name) == 0) return true;
    for (int64_t i = 0; name[0] && i < reply->n_items; i++)
        if (strcmp(reply->items[i].name, name) == 0) return true;
    return false;
}

static ptl_reply_item *add_item(ptl_reply *reply, const char *name, const char *label)
{
    if (reply->status != PTL_OK) return NULL;
    if (reply->table_open || name_is_taken(reply, name)) {
        reply->status = ptl_fail(&reply->error, PTL_E_INTERNAL,
                                 reply->table_open ? "the answer names \"%s\" inside a table"
                                                   : "the answer names \"%s\" twice",
                                 name);
        return NULL;
    }
    if (reply->n_items >= PTL_REPLY_ITEMS_MAX) {
        reply->status = ptl_fail(&reply->error, PTL_E_LIMIT, "an answer has at most %d values",
                                 (int)PTL_REPLY_ITEMS_MAX);
        return NULL;
    }
    void *items = reply->items;
    if (!grow(reply, &items, reply->n_items, &reply->items_max, sizeof *reply->items)) return NULL;
    reply->items = items;
    ptl_reply_item *item = &reply->items[reply->n_items];
    *item = (ptl_reply_item){.name = copy_string(reply, name), .label = copy_string(reply, label)};
    if (reply->status != PTL_OK) return NULL;
    reply->n_items++;
    return item;
}

static ptl_cell copy_cell(ptl_reply *reply, ptl_cell cell)
{
    if (cell.text.ptr) cell.text = copy_text(reply, cell.text);
    return cell;
}

void ptl_reply_add_value(ptl_reply *reply, const char *name, const char *label, ptl_cell cell)
{
    ptl_reply_item *item = add_item(reply, cell.kind == PTL_CELL_BLOCK ? "" : name, label);
    if (item) item->value = copy_cell(reply, cell);
}

static ptl_cell text_cell(const char *value)
{
    if (!value) return (ptl_cell){.kind = PTL_CELL_NONE};
    return (ptl_cell){.kind = PTL_CELL_TEXT, .text = ptl_text_of(value)};
}

static ptl_cell int_cell(ptl_cell_kind kind, int64_t value)
{
    return (ptl_cell){.kind = kind, .integer = value};
}

static ptl_cell micros_cell(int64_t micros, const char *currency)
{
    return (ptl_cell){
        .kind = PTL_CELL_MICROS, .integer = micros, .text = ptl_text_of(currency ? currency : "")};
}

static ptl_cell instant_cell(ptl_instant value)
{
    return int_cell(value == 0 ? PTL_CELL_NONE : PTL_CELL_INSTANT, value);
}

static ptl_cell double_cell(double value)
{
    return (ptl_cell){.kind = PTL_CELL_DOUBLE, .real = value};
}

void ptl_reply_text(ptl_reply *reply, const char *name, const char *label, const char *value)
{
    ptl_reply_add_value(reply, name, label, text_cell(value));
}

void ptl_reply_secret(ptl_reply *reply, const char *name, const char *label, const char *value)
{
    ptl_cell cell = text_cell(value);
    if (cell.kind == PTL_CELL_TEXT) cell.kind = PTL_CELL_SECRET;
    ptl_reply_add_value(reply, name, label, cell);
}

void ptl_reply_int(ptl_reply *reply, const char *name, const char *label, int64_t value)
{
    ptl_reply_add_value(reply, name, label, int_cell(PTL_CELL_INT, value));
}

void ptl_reply_id(ptl_reply *reply, const char *name, const char *label, int64_t value)
{
    ptl_reply_add_value(reply, name, label, int_cell(PTL_CELL_ID, value));
}

void ptl_reply_double(ptl_reply *reply, const char *name, const char *label, double value)
{
    ptl_reply_add_value(reply, name, label, double_cell(value));
}

void ptl_reply_bool(ptl_reply *reply, const char *name, const char *label, bool value)
{
    ptl_reply_add_value(reply, name, label, int_cell(PTL_CELL_BOOL, value));
}

void ptl_reply_micros(ptl_reply *reply, const char *name, const char *label, int64_t micros,
                      const char *currency)
{
    ptl_reply_add_value(reply, name, label, micros_cell(micros, currency));
}

void ptl_reply_instant(ptl_reply *reply, const char *name, const char *label, ptl_instant value)
{
    ptl_reply_add_value(reply, name, label, instant_cell(value));
}

void ptl_reply_day(ptl_reply *reply, const char *name, const char *label, ptl_day value)
{
    ptl_reply_add_value(reply, name, label, int_cell(PTL_CELL_DAY, value));
}

void ptl_reply_json(ptl_reply *reply, const char *name, ptl_text json)
{
    ptl_reply_add_value(reply, name, name, (ptl_cell){.kind = PTL_CELL_JSON, .text = json});
}

void ptl_reply_block(ptl_reply *reply, const char *label, ptl_text text)
{
    ptl_reply_add_value(reply, label, label, (ptl_cell){.kind = PTL_CELL_BLOCK, .text = text});
}

/* --- tables ----------------------------------------------------------------------------------- */

void ptl_reply_table(ptl_reply *reply, const char *name, const char *label,
                     const ptl_reply_column *columns, int64_t n_columns)
{
    ptl_reply_item *item = add_item(reply, name, label);
    if (!item) return;
    ptl_reply_column *copies =
        ptl_arena_array(&reply->arena, n_columns, sizeof *copies, &reply->error);
    if (!holds(reply, copies)) return;
    for (int64_t i = 0; i < n_columns; i++) {
        copies[i].name = copy_string(reply, columns[i].name);
        copies[i].label = copy_string(reply, columns[i].label);
        copies[i].holds = columns[i].holds;
    }
    item->columns = copies;
    item->n_columns = n_columns;
    reply->table_open = true;
}

/* Whether a column that holds this has a place for a cell of this kind. */
static bool has_place(int32_t holds, ptl_cell_kind kind)
{
    static const ptl_cell_kind kinds[] = {
        [PTL_HOLDS_TEXT] = PTL_CELL_TEXT,       [PTL_HOLDS_DAY] = PTL_CELL_DAY,
        [PTL_HOLDS_INSTANT] = PTL_CELL_INSTANT, [PTL_HOLDS_JSON] = PTL_CELL_JSON,
        [PTL_HOLDS_INT] = PTL_CELL_INT,         [PTL_HOLDS_ID] = PTL_CELL_ID,
        [PTL_HOLDS_NUMBER] = PTL_CELL_DOUBLE,   [PTL_HOLDS_MONEY] = PTL_CELL_MICROS};
    if (ptl_holds_anything(holds) || kind == PTL_CELL_NONE) return true;
    if (holds == PTL_HOLDS_FIGURE)
        return kind == PTL_CELL_MICROS || kind == PTL_CELL_INT || kind == PTL_CELL_DOUBLE;
    return kinds[holds] == kind;
}

static bool fits(ptl_reply *reply, const ptl_reply_item *item, ptl_cell_kind kind)
{
    const ptl_reply_column *column = &item->columns[item->n_cells % item->n_columns];
    if (has_place(column->holds, kind)) return true;
    reply->status = ptl_fail(&reply->error, PTL_E_INTERNAL,
                             "the answer's table \"%s\": column \"%s\" does not hold such a value",
                             item->name, column->name);
    return false;
}

void ptl_reply_add_cell(ptl_reply *reply, ptl_cell cell)
{
    if (reply->status != PTL_OK) return;
    if (!reply->table_open) {
        reply->status = ptl_fail(&reply->error, PTL_E_INTERNAL, "a cell outside a table");
        return;
    }
    ptl_reply_item *item = &reply->items[reply->n_items - 1];
    if (!fits(reply, item, cell.kind)) return;
    void *cells = item->cells;
    if (!grow(reply, &cells, item->n_cells, &item->cells_max, sizeof *item->cells)) return;
    item->cells = cells;
    item->cells[item->n_cells++] = copy_cell(reply, cell);
}

void ptl_reply_cell_text(ptl_reply *reply, const char *value)
{
    ptl_reply_add_cell(reply, text_cell(value));
}

void ptl_reply_cell_int(ptl_reply *reply, int64_t value)
{
    ptl_reply_add_cell(reply, int_cell(PTL_CELL_INT, value));
}

void ptl_reply_cell_id(ptl_reply *reply, int64_t value)
{
    ptl_reply_add_cell(reply, int_cell(PTL_CELL_ID, value));
}

void ptl_reply_cell_double(ptl_reply *reply, double value)
{
    ptl_reply_add_cell(reply, double_cell(value));
}

void ptl_reply_cell_micros(ptl_reply *reply, int64_t micros, const char *currency)
{
    ptl_reply_add_cell(reply, micros_cell(micros, currency));
}

void ptl_reply_cell_instant(ptl_reply *reply, ptl_instant value)
{
    ptl_reply_add_cell(reply, instant_cell(value));
}

void ptl_reply_cell_day(ptl_reply *reply, ptl_day value)
{
    ptl_reply_add_cell(reply, int_cell(PTL_CELL_DAY, value));
}

void ptl_reply_cell_json(ptl_reply *reply, ptl_text json)
{
    ptl_reply_add_cell(reply, (ptl_cell){.kind = PTL_CELL_JSON, .text = json});
}

void ptl_reply_table_end(ptl_reply *reply)
{
    if (reply->status != PTL_OK) return;
    const ptl_reply_item *item = reply->table_open ? &reply->items[reply->n_items - 1] : NULL;
    if (!item || item->n_cells % item->n_columns != 0)
        reply->status =
            ptl_fail(&reply->error, PTL_E_INTERNAL, "the answer's table \"%s\" %s",
                     item ? item->name : "", item ? "ends inside a row" : "ended before it began");
    reply->table_open = false;
}

void ptl_reply_document(ptl_reply *reply, ptl_text document)
{
    if (reply->status == PTL_OK) reply->document = copy_text(reply, document);
}
