/* reply_text.c: an answer in a terminal.
 *
 * The sentence first, then values as "label  value", tables with numbers to the right, notes, and
 * what to do next. Figures follow base/show.h: thousands separators, U+2212 as minus, currency
 * before the figure; what is missing reads "none". A table that is wider than the terminal gives
 * room away from its widest text columns and wraps inside their cells. */
#include "ops/reply_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/show.h"
#include "ops/layout.h"
#include "ops/limits.h"

enum { GAP = 2, TEXT_COLUMN_MIN = 12, COLUMNS_MAX = 32 };

#define MINUS "\xE2\x88\x92"

/* --- one value -------------------------------------------------------------------------------- */

/* Exact to the cent and beyond where there is more. */
static void append_micros(ptl_buffer *out, const ptl_cell *cell)
{
    char currency[16] = "";
    const size_t len = cell->text.len < sizeof currency ? cell->text.len : sizeof currency - 1;
    if (len > 0) memcpy(currency, cell->text.ptr, len);
    ptl_show_money_exact(out, cell->integer, currency);
}

static void append_double(ptl_buffer *out, double value)
{
    if (!isfinite(value)) {
        ptl_buffer_text(out, "none");
        return;
    }
    char text[32];
    snprintf(text, sizeof text, "%.6g", fabs(value));
    if (value < 0) ptl_buffer_text(out, MINUS);
    ptl_buffer_text(out, text);
}

/* "2026-11-16 06:12:00 UTC": to the second, which is what a person compares. */
static void append_instant(ptl_buffer *out, ptl_instant instant)
{
    char text[40];
    ptl_instant_format(text, instant);
    char *at = strchr(text, 'T');
    char *end = strpbrk(text, ".Z");
    if (at) *at = ' ';
    if (end) *end = '\0';
    ptl_buffer_printf(out, "%s UTC", text);
}

void ptl_cell_text(ptl_buffer *out, const ptl_cell *cell)
{
    char text[40];
    switch (cell->kind) {
    case PTL_CELL_NONE:
        ptl_buffer_text(out, "none");
        break;
    case PTL_CELL_TEXT:
    case PTL_CELL_SECRET:
    case PTL_CELL_BLOCK:
    case PTL_CELL_JSON:
        ptl_buffer_append(out, cell->text.ptr, cell->text.len);
        break;
    case PTL_CELL_INT:
        ptl_show_count(out, cell->integer);
        break;
    case PTL_CELL_ID:
        ptl_buffer_printf(out, "%" PRId64, cell->integer);
        break;
    case PTL_CELL_DOUBLE:
        append_double(out, cell->real);
        break;
    case PTL_CELL_BOOL:
        ptl_buffer_text(out, cell->integer ? "yes" : "no");
        break;
    case PTL_CELL_MICROS:
        append_micros(out, cell);
        break;
    case PTL_CELL_INSTANT:
        append_instant(out, cell->integer);
        break;
    case PTL_CELL_DAY:
        ptl_day_format(text, (ptl_day)cell->integer);
        ptl_buffer_text(out, text);
        break;
    }
}

/* The cell's text in `scratch`, borrowed until the next call. */
static ptl_text cell_borrow(ptl_buffer *scratch, const ptl_cell *cell)
{
    ptl_buffer_clear(scratch);
    ptl_cell_text(scratch, cell);
    return scratch->ptr ? ptl_buffer_borrow(scratch) : (ptl_text){"", 0};
}

/* --- tables ----------------------------------------------------------------------------------- */

/* Columns without a label are for machines and not shown. */
typedef struct grid {
    const ptl_reply_item *item;
    int64_t n;                /* columns shown                              */
    int64_t idx[COLUMNS_MAX]; /* which of the item's they are               */
    int32_t width[COLUMNS_MAX];
    int32_t least[COLUMNS_MAX]; /* the width at which no word is cut; numbers, days and times never
                                   give any                                 */
    ptl_buffer *scratch;
} grid;

/* Columns of the widest piece of `text` between two separators. */
static int32_t widest_piece(ptl_text text, char separator)
{
    int64_t widest = 0;
    while (text.len > 0) {
        const int64_t n = ptl_text_columns(ptl_text_cut(&text, separator));
        if (n > widest) widest = n;
    }
    return widest < PTL_LAYOUT_COLUMNS_MAX ? (int32_t)widest : PTL_LAYOUT_COLUMNS_MAX;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void measure_text(grid *g, int64_t k, ptl_text text, bool may_wrap)
{
    g->width[k] = larger(g->width[k], widest_piece(text, '\n'));
    g->least[k] = larger(g->least[k], may_wrap ? widest_piece(text, ' ') : g->width[k]);
}

static void measure(grid *g)
{
    const ptl_reply_item *item = g->item;
    for (int64_t j = 0; j < item->n_columns && g->n < COLUMNS_MAX; j++)
        if (item->columns[j].label[0]) g->idx[g->n++] = j;
    for (int64_t k = 0; k < g->n; k++) {
        const ptl_reply_column *column = &item->columns[g->idx[k]];
        const bool right = ptl_holds_right(column->holds);
        measure_text(g, k, ptl_text_of(column->label), !right);
        for (int64_t i = g->idx[k]; i < item->n_cells; i += item->n_columns) {
            const bool is_text = item->cells[i].kind == PTL_CELL_TEXT;
            measure_text(g, k, cell_borrow(g->scratch, &item->cells[i]), is_text && !right);
        }
    }
}

static bool is_right(const grid *g, int64_t k)
{
    return ptl_holds_right(g->item->columns[g->idx[k]].holds);
}

/* Take room from the widest columns that are wider than `least`, until the table fits or none is.
 */
static void shrink(grid *g, int32_t columns, const int32_t least[COLUMNS_MAX])
{
    for (;;) {
        int64_t total = (g->n - 1) * GAP;
        int64_t widest = -1;
        for (int64_t k = 0; k < g->n; k++) {
            total += g->width[k];
            const bool gives = g->width[k] > least[k];
            if (gives && (widest < 0 || g->width[k] > g->width[widest])) widest = k;
        }
        if (total <= columns || widest < 0) return;
        const int32_t spare = g->width[widest] - least[widest];
        /* halving the excess lets several wide columns share the loss */
        const int64_t give = (total - columns + 1) / 2;
        g->width[widest] -= give < spare ? (int32_t)give : spare;
    }
}

/* First without cutting a word; where that is not enough, words and times are cut, numbers never.
 */
static void fit(grid *g, int32_t columns)
{
    int32_t least[COLUMNS_MAX] = {0};
    for (int64_t k = 0; k < g->n; k++)
        least[k] =
            larger(g->least[k], g->width[k] < TEXT_COLUMN_MIN ? g->width[k] : TEXT_COLUMN_MIN);
    shrink(g, columns, least);
    for (int64_t k = 0; k < g->n; k++)
        least[k] = is_right(g, k) || g->width[k] < TEXT_COLUMN_MIN ? g->width[k] : TEXT_COLUMN_MIN;
    shrink(g, columns, least);
}

static void put_padded(ptl_buffer *out, ptl_text line, int32_t width, bool right, bool last)
{
    const int64_t space = width - ptl_text_columns(line);
    if (right) ptl_layout_spaces(out, space);
    ptl_layout_plain(out, line);
    if (!last) ptl_layout_spaces(out, (right ? 0 : space) + GAP);
}

/* One row of texts, as many lines as its highest cell needs. Lines end without spaces. */
static void put_row(ptl_buffer *out, const grid *g, ptl_text rest[COLUMNS_MAX])
{
    bool more = true;
    while (more) {
        more = false;
        int64_t last = 0;
        for (int64_t j = 0; j < g->n; j++)
            if (rest[j].len > 0) last = j;
        for (int64_t j = 0; j <= last; j++) {
            const ptl_text line = ptl_layout_line(&rest[j], g->width[j]);
            put_padded(out, line, g->width[j], is_right(g, j), j == last);
            more = more || rest[j].len > 0;
        }
        ptl_buffer_text(out, "\n");
    }
}

static void put_rule(ptl_buffer *out, const grid *g)
{
    for (int64_t j = 0; j < g->n; j++) {
        for (int32_t k = 0; k < g->width[j]; k++) ptl_buffer_text(out, "\xE2\x94\x80"); /* ─ */
        if (j + 1 < g->n) ptl_layout_spaces(out, GAP);
    }
    ptl_buffer_text(out, "\n");
}

static void put_rows(ptl_buffer *out, grid *g)
{
    const ptl_reply_item *item = g->item;
    ptl_text rest[COLUMNS_MAX];
    for (int64_t i = 0; i + item->n_columns <= item->n_cells; i += item->n_columns) {
        size_t at[COLUMNS_MAX + 1] = {0};
        ptl_buffer_clear(g->scratch);
        for (int64_t j = 0; j < g->n; j++) {
            ptl_cell_text(g->scratch, &item->cells[i + g->idx[j]]);
            at[j + 1] = g->scratch->len;
        }
        const char *bytes = g->scratch->ptr ? g->scratch->ptr : "";
        for (int64_t j = 0; j < g->n; j++) rest[j] = (ptl_text){&bytes[at[j]], at[j + 1] - at[j]};
        put_row(out, g, rest);
    }
}

static void put_table(ptl_buffer *out, const ptl_reply_item *item, ptl_buffer *scratch,
                      int32_t columns)
{
    grid g = {.item = item, .scratch = scratch};
    if (item->label[0]) ptl_layout_wrap(out, ptl_text_of(item->label), 0, 0, columns);
    if (item->n_cells == 0) {
        ptl_buffer_text(out, "none\n");
        return;
    }
    measure(&g);
    fit(&g, columns);
    ptl_text heads[COLUMNS_MAX];
    for (int64_t j = 0; j < g.n; j++) heads[j] = ptl_text_of(item->columns[g.idx[j]].label);
    put_row(out, &g, heads);
    put_rule(out, &g);
    put_rows(out, &g);
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool is_shown(const ptl_reply_item *item)
{
    if (item->n_columns == 0) return item->value.kind != PTL_CELL_JSON;
    for (int64_t j = 0; j < item->n_columns; j++)
        if (item->columns[j].label[0]) return true;
    return false;
}

/* Each line a sentence of its own, wrapped behind two spaces. */
static void put_sentence_lines(ptl_buffer *out, ptl_text text, int32_t columns)
{
    while (text.len > 0) ptl_layout_wrap(out, ptl_text_cut(&text, '\n'), 0, GAP, columns);
}

/* Lines as they are, behind two spaces: a difference, an answer inside an answer. */
static void put_lines(ptl_buffer *out, ptl_text text)
{
    while (text.len > 0) {
        const ptl_text line = ptl_text_cut(&text, '\n');
        if (line.len > 0) ptl_layout_spaces(out, GAP);
        ptl_layout_plain(out, line);
        ptl_buffer_text(out, "\n");
    }
}

/* Beside its label where it fits there; below it where it has lines of its own, or where it would
 * be cut inside a word that fits below (a hash is copied whole or not at all). */
static void put_value(ptl_buffer *out, const char *label, ptl_text value, int32_t width,
                      int32_t columns)
{
    if (!label[0]) {
        put_sentence_lines(out, value, columns);
        return;
    }
    const bool has_lines = memchr(value.ptr, '\n', value.len) != NULL;
    const bool below = has_lines || widest_piece(value, ' ') > columns - width - GAP;
    put_padded(out, ptl_text_of(label), width, false, below);
    if (!below) {
        ptl_layout_wrap(out, value, width + GAP, width + GAP, columns);
        return;
    }
    ptl_buffer_text(out, "\n");
    if (has_lines) {
        put_lines(out, value);
        return;
    }
    ptl_layout_spaces(out, GAP);
    ptl_layout_wrap(out, value, GAP, GAP, columns);
}

/* Values that follow one another share one column of labels. Returns the first item after them. */
static int64_t put_values(ptl_buffer *out, const ptl_reply *reply, int64_t first,
                          ptl_buffer *scratch, int32_t columns)
{
    int64_t end = first;
    int32_t width = 0;
    for (; end < reply->n_items && reply->items[end].n_columns == 0; end++) {
        const int32_t n = widest_piece(ptl_text_of(reply->items[end].label), '\n');
        if (is_shown(&reply->items[end]) && n > width) width = n;
    }
    for (int64_t i = first; i < end; i++) {
        const ptl_reply_item *item = &reply->items[i];
        if (!is_shown(item)) continue;
        put_value(out, item->label, cell_borrow(scratch, &item->value), width, columns);
    }
    return end;
}

static void put_sentences(ptl_buffer *out, const ptl_sentences *sentences, const char *head,
                          int32_t columns)
{
    const int32_t indent = (int32_t)strlen(head);
    for (int64_t i = 0; i < sentences->n; i++) {
        ptl_buffer_text(out, head);
        ptl_layout_wrap(out, ptl_text_of(sentences->items[i]), indent, indent, columns);
    }
}

/* A blank line between two parts, none before the first. */
static void separate(ptl_buffer *out)
{
    if (out->len > 0) ptl_buffer_text(out, "\n");
}

static void put_items(ptl_buffer *out, const ptl_reply *reply, ptl_buffer *scratch, int32_t columns)
{
    for (int64_t i = 0; i < reply->n_items;) {
        if (!is_shown(&reply->items[i])) {
            i++;
            continue;
        }
        separate(out);
        if (reply->items[i].n_columns > 0)
            put_table(out, &reply->items[i++], scratch, columns);
        else
            i = put_values(out, reply, i, scratch, columns);
    }
}

void ptl_reply_write_text(const ptl_reply *reply, ptl_buffer *out, int32_t columns)
{
    if (reply->document.ptr) {
        ptl_buffer_append(out, reply->document.ptr, reply->document.len);
        return;
    }
    const int32_t width = ptl_layout_columns(columns);
    ptl_buffer scratch;
    ptl_buffer_init(&scratch, PTL_REPLY_BYTES_MAX, NULL);
    for (int64_t i = 0; i < reply->said.n; i++)
        ptl_layout_wrap(out, ptl_text_of(reply->said.items[i]), 0, 0, width);
    put_items(out, reply, &scratch, width);
    if (reply->notes.n > 0) separate(out);
    put_sentences(out, &reply->notes, "note: ", width);
    if (reply->next.n > 0) separate(out);
    put_sentences(out, &reply->next, "next: ", width);
    if (scratch.status != PTL_OK && out->status == PTL_OK) out->status = scratch.status;
    ptl_buffer_dispose(&scratch);
}
