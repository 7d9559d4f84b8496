/* xlsx_sheet.c: a sheet's filled cells and merged ranges (ECMA-376, part 1: 18.3). */
#include "store/xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct reading {
    ptl_buffer value;
    int32_t row, column; /* of the cell in progress */
    char type;           /* n number, s shared text, t text here, b yes or no, e error, d day */
    ptl_xlsx_style style;
    bool in_cell, in_value, has_formula, in_reading;
} reading;

static void place_cell(reading *r, const char **attributes)
{
    const char *at = ptl_xlsx_attribute(attributes, "r");
    int32_t row, column;
    r->column++; /* where the cell does not say */
    if (!at || !ptl_xlsx_place(&row, &column, &at)) return;
    r->row = row;
    r->column = column;
}

static void open_cell(const ptl_xlsx *book, reading *r, const char **attributes)
{
    const char *type = ptl_xlsx_attribute(attributes, "t");
    const int64_t s = ptl_xlsx_attribute_int(attributes, "s", 0);
    place_cell(r, attributes);
    r->type = !type                    ? 'n'
              : strcmp(type, "s") == 0 ? 's'
              : strcmp(type, "b") == 0 ? 'b'
              : strcmp(type, "n") == 0 ? 'n'
                                       : 't'; /* str, inlineStr, e, d */
    r->style = s >= 0 && s < book->n_styles ? (ptl_xlsx_style)book->styles[s] : PTL_XLSX_NUMBER;
    r->in_cell = true;
    r->has_formula = false;
    ptl_buffer_clear(&r->value);
}

static void add_merge(ptl_xlsx_xml *xml, const char **attributes)
{
    ptl_xlsx *book = xml->book;
    ptl_xlsx_range range;
    const char *text = ptl_xlsx_attribute(attributes, "ref");
    if (!text || !ptl_xlsx_range_of(&range, text) || book->n_merges == PTL_XLSX_MERGES_MAX) return;
    const ptl_status st = ptl_xlsx_grow((void **)&book->merges, &book->merges_capacity,
                                        book->n_merges, sizeof range, book, xml->err);
    if (st == PTL_OK)
        book->merges[book->n_merges++] = range;
    else
        ptl_xlsx_stop(xml, st);
}

static void sheet_start(ptl_xlsx_xml *xml, const char *name, const char **attributes)
{
    reading *r = xml->ctx;
    if (strcmp(name, "row") == 0) {
        const int64_t n = ptl_xlsx_attribute_int(attributes, "r", r->row + 1);
        r->row = n > 0 && n <= PTL_XLSX_ROWS_MAX ? (int32_t)n : PTL_XLSX_ROWS_MAX;
        r->column = 0;
    } else if (strcmp(name, "c") == 0) {
        open_cell(xml->book, r, attributes);
    } else if (strcmp(name, "f") == 0) {
        r->has_formula = r->in_cell;
    } else if (strcmp(name, "rPh") == 0) {
        r->in_reading = true;
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        r->in_value = r->in_cell && !r->in_reading;
    } else if (strcmp(name, "mergeCell") == 0) {
        add_merge(xml, attributes);
    }
}

static void sheet_text(ptl_xlsx_xml *xml, const char *bytes, size_t len)
{
    reading *r = xml->ctx;
    if (r->in_value) ptl_buffer_append(&r->value, bytes, len);
}

/* --- a cell is over --------------------------------------------------------------------------- */

static ptl_status shared_text(ptl_text *out, const ptl_xlsx *book, const reading *r, ptl_error *err)
{
    int64_t idx;
    if (ptl_text_int(&idx, ptl_buffer_borrow(&r->value), NULL) != PTL_OK || idx < 0 ||
        idx >= book->n_texts)
        return ptl_fail(err, PTL_E_CORRUPT, "%s: row %d, column %d: text %s is not in the workbook",
                        book->name, (int)r->row, (int)r->column, r->value.ptr ? r->value.ptr : "");
    *out = book->texts[idx];
    return PTL_OK;
}

static ptl_status read_value(ptl_xlsx_cell *cell, ptl_xlsx *book, reading *r, ptl_error *err)
{
    const ptl_text value = ptl_buffer_borrow(&r->value);
    *cell = (ptl_xlsx_cell){.row = r->row, .column = r->column, .kind = PTL_XLSX_IS_TEXT};
    PTL_TRY(ptl_buffer_check(&r->value, "a cell of a workbook", err));
    if (value.len == 0 && r->has_formula && r->type != 't') {
        cell->kind = PTL_XLSX_IS_FAULT;
        return PTL_OK;
    }
    if (value.len == 0) return PTL_OK;
    if (r->type == 's') return shared_text(&cell->text, book, r, err);
    if (r->type == 'b') {
        cell->text = value.ptr[0] == '1' ? PTL_TEXT("true") : PTL_TEXT("false");
        return PTL_OK;
    }
    const char *copy = ptl_text_copy(value, &book->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    cell->text = (ptl_text){copy, value.len};
    if (r->type != 'n') return PTL_OK;
    cell->kind = PTL_XLSX_IS_NUMBER;
    return ptl_xlsx_number(&cell->text, book, cell->text, r->style, err);
}

static ptl_status close_cell(ptl_xlsx *book, reading *r, ptl_error *err)
{
    ptl_xlsx_cell cell;
    PTL_TRY(read_value(&cell, book, r, err));
    if (ptl_text_trim(cell.text).len == 0 && cell.kind != PTL_XLSX_IS_FAULT) return PTL_OK;
    if (book->n_cells == PTL_XLSX_CELLS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s has more than %d filled cells on a sheet", book->name,
                        PTL_XLSX_CELLS_MAX);
    PTL_TRY(ptl_xlsx_grow((void **)&book->cells, &book->cells_capacity, book->n_cells, sizeof cell,
                          book, err));
    book->cells[book->n_cells++] = cell;
    return PTL_OK;
}

static void sheet_end(ptl_xlsx_xml *xml, const char *name)
{
    reading *r = xml->ctx;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) r->in_value = false;
    if (strcmp(name, "rPh") == 0) r->in_reading = false;
    if (strcmp(name, "c") != 0) return;
    r->in_cell = false;
    const ptl_status st = close_cell(xml->book, r, xml->err);
    if (st != PTL_OK) ptl_xlsx_stop(xml, st);
}

/* --- the sheet -------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const ptl_xlsx_cell *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* Programs write cells in order; nothing forces them to. Of two in one place the first stays. */
static void settle_order(ptl_xlsx *book)
{
    bool in_order = true;
    for (int64_t i = 1; in_order && i < book->n_cells; i++)
        in_order = by_place(&book->cells[i - 1], &book->cells[i]) < 0;
    if (in_order) return;
    qsort(book->cells, (size_t)book->n_cells, sizeof *book->cells, by_place);
    int64_t n = 0;
    for (int64_t i = 0; i < book->n_cells; i++)
        if (n == 0 || by_place(&book->cells[n - 1], &book->cells[i]) != 0)
            book->cells[n++] = book->cells[i];
    book->n_cells = n;
}

ptl_status ptl_xlsx_read_sheet(ptl_xlsx *book, const ptl_xlsx_sheet *sheet, ptl_error *err)
{
    reading r = {0};
    book->sheet = sheet->name;
    book->n_cells = book->n_merges = 0;
    if (!sheet->member) return PTL_OK; /* a chart has no cells */
    ptl_buffer_init(&r.value, PTL_XLSX_TEXT_BYTES_MAX, NULL);
    ptl_xlsx_xml xml = {.start = sheet_start, .end = sheet_end, .text = sheet_text, .ctx = &r};
    const ptl_status st = ptl_xlsx_parse(&xml, book, sheet->member, err);
    ptl_buffer_dispose(&r.value);
    settle_order(book);
    return st;
}
