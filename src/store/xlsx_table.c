/* xlsx_table.c: which of a sheet's cells are the table.
 *
 * People put a title above, notes beside, a second table below. So:
 *   head      the first row that is filled as far as the widest of the twenty below it but one, and
 *             two thirds of it at least (or the row that the source names);
 *   columns   those used from the head on, up to a column that is wholly empty on either side;
 *   a second  beside it: other columns with two rows or more of two cells or more;
 *   table     below it, after an empty row: texts only, over a row with numbers, where the table
 *             above has numbers too.
 * A second table is an error that names both, since nobody can say which was meant; a lone note
 * beside the table is left out. The range that a source names is all there is. */
#include "store/xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_ROWS = 20, SECTION_HEAD_ROWS = 3, NAME_BYTES_MAX = 1024 };

/* A row's cells, [first, first + n) of book->cells. */
typedef struct span {
    int32_t row;
    int64_t first, n;
} span;

typedef struct finder {
    ptl_xlsx *book;
    span *rows;
    int64_t n_rows;
    int64_t head; /* of rows */
    bool used[PTL_XLSX_COLUMNS_MAX + 2];
    ptl_error *err;
} finder;

/* --- rows ------------------------------------------------------------------------------------- */

static void keep_range(ptl_xlsx *book, const ptl_xlsx_range *range)
{
    int64_t n = 0;
    for (int64_t i = 0; i < book->n_cells; i++) {
        const ptl_xlsx_cell *c = &book->cells[i];
        if (c->row < range->row_first || c->row > range->row_last ||
            c->column < range->column_first || c->column > range->column_last)
            continue;
        book->cells[n++] = *c;
    }
    book->n_cells = n;
}

static ptl_status list_rows(finder *f)
{
    const ptl_xlsx *book = f->book;
    int64_t capacity = 0;
    for (int64_t i = 0; i < book->n_cells; i++) {
        const bool is_new = i == 0 || book->cells[i].row != book->cells[i - 1].row;
        if (is_new) {
            PTL_TRY(ptl_xlsx_grow((void **)&f->rows, &capacity, f->n_rows, sizeof *f->rows, book,
                                  f->err));
            f->rows[f->n_rows++] = (span){.row = book->cells[i].row, .first = i};
        }
        f->rows[f->n_rows - 1].n++;
    }
    return PTL_OK;
}

static const ptl_xlsx_cell *cell_at(const finder *f, const span *row, int32_t column)
{
    for (int64_t i = row->first; i < row->first + row->n; i++)
        if (f->book->cells[i].column == column) return &f->book->cells[i];
    return NULL;
}

/* --- the head --------------------------------------------------------------------------------- */

static bool has_text(const finder *f, const span *row)
{
    for (int64_t i = row->first; i < row->first + row->n; i++)
        if (f->book->cells[i].kind == PTL_XLSX_IS_TEXT) return true;
    return false;
}

/* Cells of the row, and those that reach into it from above. */
static int64_t filled(const finder *f, const span *row)
{
    int64_t n = row->n;
    for (int64_t i = 0; i < f->book->n_merges; i++) {
        const ptl_xlsx_range *m = &f->book->merges[i];
        const bool reaches = m->row_first < row->row && m->row_last >= row->row;
        n += reaches && m->column_first == m->column_last;
    }
    return n;
}

static bool looks_like_head(const finder *f, int64_t at)
{
    const int64_t n = filled(f, &f->rows[at]);
    int64_t widest = n;
    if (n < 2 || at + 1 == f->n_rows || !has_text(f, &f->rows[at])) return false;
    for (int64_t i = at + 1; i < f->n_rows && i <= at + LOOK_ROWS; i++)
        if (f->rows[i].n > widest) widest = f->rows[i].n;
    return n >= widest - 1 && n * 3 >= widest * 2;
}

/* A merged cell over several columns of one row. */
static const ptl_xlsx_range *wide_merge(const ptl_xlsx *book, int32_t row, int32_t column)
{
    for (int64_t i = 0; i < book->n_merges; i++) {
        const ptl_xlsx_range *m = &book->merges[i];
        if (m->row_first == row && m->row_last == row && m->column_last > m->column_first &&
            column >= m->column_first && column <= m->column_last)
            return m;
    }
    return NULL;
}

static bool has_wide_merge(const finder *f, const span *row)
{
    for (int64_t i = row->first; i < row->first + row->n; i++)
        if (wide_merge(f->book, row->row, f->book->cells[i].column)) return true;
    return false;
}

static ptl_status find_head(finder *f)
{
    const ptl_xlsx *book = f->book;
    const int32_t wanted = book->options->head_row;
    f->head = -1;
    for (int64_t i = 0; i < f->n_rows && f->head < 0; i++)
        if (wanted > 0 ? f->rows[i].row == wanted : looks_like_head(f, i)) f->head = i;
    if (f->head < 0 && wanted > 0)
        return ptl_fail(f->err, PTL_E_INVALID,
                        "%s: row %d of sheet \"%s\", where the head should stand, is empty",
                        book->name, (int)wanted, book->sheet);
    if (f->head < 0) f->head = 0;
    /* The upper of two rows: the lower one names the columns. */
    const bool is_upper = wanted <= 0 && f->head + 1 < f->n_rows &&
                          f->rows[f->head + 1].row == f->rows[f->head].row + 1 &&
                          has_wide_merge(f, &f->rows[f->head]);
    f->head += is_upper;
    return PTL_OK;
}

/* --- columns ---------------------------------------------------------------------------------- */

static void mark_used(finder *f)
{
    for (int64_t i = f->rows[f->head].first; i < f->book->n_cells; i++) {
        const int32_t column = f->book->cells[i].column;
        if (column <= PTL_XLSX_COLUMNS_MAX) f->used[column] = true;
    }
}

static ptl_xlsx_range columns_around(const finder *f, int32_t column)
{
    ptl_xlsx_range r = {.column_first = column, .column_last = column};
    while (f->used[r.column_first - 1]) r.column_first--;
    while (f->used[r.column_last + 1]) r.column_last++;
    return r;
}

static int64_t cells_within(const finder *f, const span *row, const ptl_xlsx_range *columns)
{
    int64_t n = 0;
    for (int64_t i = row->first; i < row->first + row->n; i++) {
        const int32_t c = f->book->cells[i].column;
        n += c >= columns->column_first && c <= columns->column_last;
    }
    return n;
}

/* First and last row, from the head on, in which these columns have two cells or more. */
static int64_t measure(const finder *f, ptl_xlsx_range *columns)
{
    int64_t n = 0;
    for (int64_t i = f->head; i < f->n_rows; i++) {
        if (cells_within(f, &f->rows[i], columns) < 2) continue;
        if (n++ == 0) columns->row_first = f->rows[i].row;
        columns->row_last = f->rows[i].row;
    }
    return n;
}

/* The columns that are used in these rows. */
static ptl_xlsx_range fit(const finder *f, const ptl_xlsx_range *range)
{
    ptl_xlsx_range r = *range;
    r.column_first = range->column_last;
    r.column_last = range->column_first;
    for (int64_t i = 0; i < f->book->n_cells; i++) {
        const ptl_xlsx_cell *c = &f->book->cells[i];
        if (c->row < range->row_first || c->row > range->row_last ||
            c->column < range->column_first || c->column > range->column_last)
            continue;
        if (c->column < r.column_first) r.column_first = c->column;
        if (c->column > r.column_last) r.column_last = c->column;
    }
    return r;
}

static ptl_status refuse_two(const finder *f, const ptl_xlsx_range *a, const ptl_xlsx_range *b)
{
    char first[40], second[40];
    const ptl_xlsx_range one = fit(f, a), other = fit(f, b);
    ptl_xlsx_range_name(first, &one);
    ptl_xlsx_range_name(second, &other);
    ptl_status st = ptl_fail(f->err, PTL_E_INVALID, "%s: sheet \"%s\" holds two tables: %s and %s",
                             f->book->name, f->book->sheet, first, second);
    ptl_error_hint(f->err, "say which: format: {range: \"%s\"}", first);
    return st;
}

/* Tables beside the one of the head. */
static ptl_status look_beside(const finder *f, ptl_xlsx_range *table)
{
    ptl_xlsx_range mine = *table;
    (void)measure(f, &mine);
    for (int32_t c = 1; c <= PTL_XLSX_COLUMNS_MAX; c++) {
        if (!f->used[c]) continue;
        ptl_xlsx_range other = columns_around(f, c);
        c = other.column_last;
        if (other.column_first == table->column_first) continue;
        if (other.column_last > other.column_first && measure(f, &other) >= 2)
            return refuse_two(f, &mine, &other);
    }
    return PTL_OK;
}

/* --- below ------------------------------------------------------------------------------------ */

static int64_t numbers_within(const finder *f, const span *row, const ptl_xlsx_range *columns)
{
    int64_t n = 0;
    for (int64_t i = row->first; i < row->first + row->n; i++) {
        const ptl_xlsx_cell *c = &f->book->cells[i];
        n += c->kind != PTL_XLSX_IS_TEXT && c->column >= columns->column_first &&
             c->column <= columns->column_last;
    }
    return n;
}

/* A row of texts over a row with a number, at the start of what follows an empty row. */
static bool begins_table(const finder *f, int64_t at, const ptl_xlsx_range *columns)
{
    const span *a = &f->rows[at];
    if (at + 1 >= f->n_rows || f->rows[at + 1].row != a->row + 1) return false;
    return cells_within(f, a, columns) >= 2 && numbers_within(f, a, columns) == 0 &&
           cells_within(f, a + 1, columns) >= 2 && numbers_within(f, a + 1, columns) > 0;
}

static ptl_status look_below(const finder *f, const ptl_xlsx_range *columns)
{
    ptl_xlsx_range above = *columns, below = *columns;
    int64_t n_numbers = 0, since_gap = SECTION_HEAD_ROWS;
    above.row_first = f->rows[f->head].row;
    for (int64_t i = f->head + 1; i < f->n_rows; i++) {
        if (cells_within(f, &f->rows[i], columns) == 0) continue;
        const int32_t before = f->rows[i - 1].row;
        if (f->rows[i].row > before + 1) since_gap = 0;
        if (n_numbers > 0 && since_gap < SECTION_HEAD_ROWS && begins_table(f, i, columns)) {
            below.row_first = f->rows[i].row;
            below.row_last = f->rows[f->n_rows - 1].row;
            return refuse_two(f, &above, &below);
        }
        if (since_gap >= SECTION_HEAD_ROWS || numbers_within(f, &f->rows[i], columns) > 0)
            above.row_last = f->rows[i].row;
        n_numbers += numbers_within(f, &f->rows[i], columns);
        since_gap++;
    }
    return PTL_OK;
}

/* --- names ------------------------------------------------------------------------------------ */

/* What a place shows: its own cell, or the first of the merged range that covers it. */
static ptl_text shown_at(const finder *f, int32_t row, int32_t column)
{
    const ptl_xlsx *book = f->book;
    for (int64_t i = 0; i < book->n_merges; i++) {
        const ptl_xlsx_range *m = &book->merges[i];
        if (row < m->row_first || row > m->row_last || column < m->column_first ||
            column > m->column_last)
            continue;
        row = m->row_first;
        column = m->column_first;
        break;
    }
    for (int64_t i = f->head; i >= 0; i--) {
        if (f->rows[i].row != row) continue;
        const ptl_xlsx_cell *cell = cell_at(f, &f->rows[i], column);
        return cell ? cell->text : PTL_TEXT("");
    }
    return PTL_TEXT("");
}

/* Over this column, a merged cell that is narrower than the table. */
static ptl_text upper_at(const finder *f, int32_t column, int64_t n_columns)
{
    const int32_t row = f->rows[f->head].row - 1;
    const ptl_xlsx_range *m = wide_merge(f->book, row, column);
    if (!m || m->column_last - m->column_first + 1 >= n_columns) return PTL_TEXT("");
    return shown_at(f, row, column);
}

static void put_words(ptl_buffer *out, ptl_text text)
{
    text = ptl_text_trim(text);
    if (text.len > 0 && out->len > 0) ptl_buffer_text(out, " ");
    for (size_t i = 0; i < text.len; i++) {
        const bool is_break = text.ptr[i] == '\n' || text.ptr[i] == '\r';
        if (is_break && i > 0 && (text.ptr[i - 1] == '\n' || text.ptr[i - 1] == '\r')) continue;
        ptl_buffer_append(out, is_break ? " " : &text.ptr[i], 1);
    }
}

static ptl_status name_columns(finder *f)
{
    ptl_xlsx *book = f->book;
    const int32_t first = book->table.column_first, row = f->rows[f->head].row;
    ptl_buffer name;
    ptl_buffer_init(&name, PTL_XLSX_TEXT_BYTES_MAX, NULL);
    ptl_status st = PTL_OK;
    for (int64_t i = 0; st == PTL_OK && i < book->n_columns; i++) {
        const int32_t column = first + (int32_t)i;
        ptl_buffer_clear(&name);
        put_words(&name, upper_at(f, column, book->n_columns));
        put_words(&name, shown_at(f, row, column));
        st = ptl_buffer_check(&name, "the name of a column", f->err);
        if (st == PTL_OK)
            st = ptl_rows_name_column(book->names, i, ptl_buffer_borrow(&name), book->name,
                                      &book->arena, f->err);
    }
    ptl_buffer_dispose(&name);
    return st;
}

/* --- all of it -------------------------------------------------------------------------------- */

static ptl_status settle(finder *f, bool is_given)
{
    ptl_xlsx *book = f->book;
    PTL_TRY(find_head(f));
    mark_used(f);
    const span *head = &f->rows[f->head];
    book->table = columns_around(f, book->cells[head->first].column);
    if (!is_given) PTL_TRY(look_beside(f, &book->table));
    if (!is_given) PTL_TRY(look_below(f, &book->table));
    book->table.row_first = head->row;
    book->table.row_last = f->rows[f->n_rows - 1].row;
    book->head_last = head->row;
    book->n_columns = book->table.column_last - book->table.column_first + 1;
    if (book->n_columns > PTL_ROWS_COLUMNS_MAX)
        return ptl_fail(f->err, PTL_E_LIMIT, "%s has more than %d columns", book->name,
                        PTL_ROWS_COLUMNS_MAX);
    book->names = ptl_arena_array(&book->arena, book->n_columns, sizeof *book->names, f->err);
    if (!book->names) return PTL_E_NO_MEMORY;
    book->cell_at = head->first + head->n;
    return name_columns(f);
}

ptl_status ptl_xlsx_find_table(ptl_xlsx *book, ptl_error *err)
{
    const char *range = book->options->range;
    ptl_xlsx_range given;
    if (range && !ptl_xlsx_range_of(&given, range)) {
        ptl_status st =
            ptl_fail(err, PTL_E_INVALID, "%s: \"%s\" is not a range", book->name, range);
        ptl_error_hint(err, "write it as A3:F20");
        return st;
    }
    if (range) keep_range(book, &given);
    if (book->n_cells == 0)
        return ptl_fail(err, PTL_E_INVALID, "%s: sheet \"%s\" has no values%s%s", book->name,
                        book->sheet, range ? " in " : "", range ? range : "");
    finder *f = calloc(1, sizeof *f);
    if (!f) return ptl_xlsx_no_memory(book, err);
    f->book = book;
    f->err = err;
    ptl_status st = list_rows(f);
    if (st == PTL_OK) st = settle(f, range != NULL);
    free(f->rows);
    free(f);
    return st;
}
