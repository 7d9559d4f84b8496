/* xlsx.c: a workbook is opened, its sheet chosen, its table given row by row (xlsx.h). */
#include "store/xlsx_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- what it is, where it is no workbook of ours ---------------------------------------------- */

/* Old workbooks and encrypted new ones lie in the same container; the latter name a stream of it
 * so, in UTF-16. */
static bool holds_encrypted(int fd, int64_t n_bytes)
{
    static const char word[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    enum { WINDOW = 1 << 16, OVERLAP = 64 };
    char *window = malloc(WINDOW);
    bool found = false;
    for (int64_t at = 0; window && !found && at < n_bytes; at += WINDOW - OVERLAP) {
        const ssize_t n = pread(fd, window, WINDOW, (off_t)at);
        found = n > 0 && memmem(window, (size_t)n, word, sizeof word - 1);
    }
    free(window);
    return found;
}

static ptl_status refuse_container(const ptl_xlsx *book, int fd, ptl_error *err)
{
    if (holds_encrypted(fd, book->file_bytes)) {
        ptl_status st =
            ptl_fail(err, PTL_E_INVALID, "%s is encrypted: it opens with a password", book->name);
        ptl_error_hint(err, "save a copy without a password, in a folder that only you can read");
        return st;
    }
    ptl_status st = ptl_fail(err, PTL_E_INVALID, "%s is a workbook of Excel 97 (.xls)", book->name);
    ptl_error_hint(err, "save it as .xlsx or .csv");
    return st;
}

static ptl_status check_members(const ptl_xlsx *book, ptl_error *err)
{
    if (ptl_zip_find(book->zip, PTL_TEXT("xl/workbook.xml")) >= 0) return PTL_OK;
    const char *what = ptl_zip_find(book->zip, PTL_TEXT("xl/workbook.bin")) >= 0
                           ? "a binary workbook (.xlsb)"
                       : ptl_zip_find(book->zip, PTL_TEXT("content.xml")) >= 0
                           ? "an OpenDocument sheet (.ods)"
                           : "a zip archive without a workbook";
    ptl_status st = ptl_fail(err, PTL_E_INVALID, "%s is %s", book->name, what);
    ptl_error_hint(err, "save it as .xlsx or .csv");
    return st;
}

static ptl_status open_archive(ptl_xlsx *book, int fd, ptl_error *err)
{
    static const uint8_t container[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    uint8_t mark[8] = {0};
    struct stat st;
    if (fstat(fd, &st) != 0) return ptl_fail(err, PTL_E_IO, "cannot read %s", book->name);
    book->file_bytes = (int64_t)st.st_size;
    if (pread(fd, mark, sizeof mark, 0) == (ssize_t)sizeof mark &&
        memcmp(mark, container, sizeof mark) == 0)
        return refuse_container(book, fd, err);
    if (memcmp(mark, "PK", 2) != 0)
        return ptl_fail(err, PTL_E_INVALID, "%s is not a workbook (.xlsx)", book->name);
    PTL_TRY(ptl_zip_open(&book->zip, fd, book->name, err));
    return check_members(book, err);
}

/* --- the sheet -------------------------------------------------------------------------------- */

static ptl_status find_sheet(ptl_xlsx *book, const char *wanted, ptl_error *err)
{
    const char *names[PTL_XLSX_SHEETS_MAX];
    for (int64_t i = 0; i < book->n_sheets; i++) {
        names[i] = book->sheets[i].name;
        if (strcasecmp(names[i], wanted) == 0)
            return ptl_xlsx_read_sheet(book, &book->sheets[i], err);
    }
    const char *near = ptl_text_nearest(ptl_text_of(wanted), names, book->n_sheets);
    ptl_status st = ptl_fail(err, PTL_E_INVALID, "%s has no sheet \"%s\"", book->name, wanted);
    if (near)
        ptl_error_hint(err, "did you mean \"%s\"?", near);
    else if (book->n_sheets > 0)
        ptl_error_hint(err, "its first sheet is \"%s\"", names[0]);
    return st;
}

static bool has_rows(const ptl_xlsx *book)
{
    return book->n_cells > 0 && book->cells[book->n_cells - 1].row > book->cells[0].row;
}

static ptl_status refuse_several(const ptl_xlsx *book, const bool *with_rows, int64_t n,
                                 ptl_error *err)
{
    ptl_buffer list;
    ptl_buffer_init(&list, 4096, NULL);
    int64_t n_listed = 0;
    for (int64_t i = 0; i < book->n_sheets && n_listed < 5; i++)
        if (with_rows[i])
            ptl_buffer_printf(&list, "%s\"%s\"", n_listed++ > 0 ? ", " : "", book->sheets[i].name);
    ptl_status st = ptl_fail(err, PTL_E_INVALID, "%s has %lld sheets with rows: %s%s", book->name,
                             (long long)n, list.ptr ? list.ptr : "", n > n_listed ? " …" : "");
    ptl_error_hint(err, "say which: format: {sheet: NAME}");
    ptl_buffer_dispose(&list);
    return st;
}

/* Which visible sheets have two rows or more. */
static ptl_status look_at_sheets(bool *with_rows, int64_t *n, ptl_xlsx *book, ptl_error *err)
{
    *n = 0;
    for (int64_t i = 0; i < book->n_sheets; i++) {
        if (book->sheets[i].is_hidden) continue;
        PTL_TRY(ptl_xlsx_read_sheet(book, &book->sheets[i], err));
        with_rows[i] = has_rows(book);
        *n += with_rows[i];
    }
    if (*n > 0) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "%s has no sheet with two rows or more", book->name);
}

/* The only one of them. */
static ptl_status choose_sheet(ptl_xlsx *book, ptl_error *err)
{
    bool with_rows[PTL_XLSX_SHEETS_MAX] = {false};
    int64_t n = 0, chosen = 0;
    PTL_TRY(look_at_sheets(with_rows, &n, book, err));
    if (n > 1) return refuse_several(book, with_rows, n, err);
    while (!with_rows[chosen]) chosen++;
    if (book->sheet == book->sheets[chosen].name) return PTL_OK;
    return ptl_xlsx_read_sheet(book, &book->sheets[chosen], err);
}

static ptl_status start(ptl_xlsx *book, int fd, const ptl_rows_options *options, ptl_error *err)
{
    PTL_TRY(open_archive(book, fd, err));
    PTL_TRY(ptl_xlsx_read_book(book, err));
    PTL_TRY(options->sheet ? find_sheet(book, options->sheet, err) : choose_sheet(book, err));
    return ptl_xlsx_find_table(book, err);
}

static ptl_status book_new(ptl_xlsx **out, const ptl_rows_options *options, ptl_error *err)
{
    ptl_xlsx *book = *out = calloc(1, sizeof *book);
    if (!book) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read a file");
    book->options = options;
    book->name = options->name ? options->name : "the file";
    book->totals = options->totals;
    book->n_totals = options->n_totals;
    book->decimal = options->decimal ? options->decimal : '.';
    ptl_arena_init(&book->arena, PTL_XLSX_BYTES_MAX, NULL);
    return PTL_OK;
}

ptl_status ptl_xlsx_open(ptl_xlsx **out, int fd, const ptl_rows_options *options, ptl_error *err)
{
    ptl_xlsx *book;
    *out = NULL;
    PTL_TRY(book_new(&book, options, err));
    const ptl_status st = start(book, fd, options, err);
    if (st != PTL_OK)
        ptl_xlsx_close(book);
    else
        *out = book;
    return st;
}

static ptl_status list_sheets(const char **names, int64_t *n, ptl_xlsx *book, int fd,
                              ptl_arena *arena, ptl_error *err)
{
    bool with_rows[PTL_XLSX_SHEETS_MAX] = {false};
    int64_t n_with_rows;
    PTL_TRY(open_archive(book, fd, err));
    PTL_TRY(ptl_xlsx_read_book(book, err));
    PTL_TRY(look_at_sheets(with_rows, &n_with_rows, book, err));
    for (int64_t i = 0; i < book->n_sheets; i++) {
        if (!with_rows[i]) continue;
        names[*n] = ptl_text_copy(ptl_text_of(book->sheets[i].name), arena, err);
        if (!names[(*n)++]) return PTL_E_NO_MEMORY;
    }
    return PTL_OK;
}

ptl_status ptl_xlsx_sheets(const char *const **names, int64_t *n, int fd, const char *name,
                           ptl_arena *arena, ptl_error *err)
{
    const ptl_rows_options options = {.size = sizeof options, .name = name};
    ptl_xlsx *book;
    *n = 0;
    const char **list = ptl_arena_array(arena, PTL_XLSX_SHEETS_MAX, sizeof *list, err);
    if (!list) return PTL_E_NO_MEMORY;
    *names = list;
    PTL_TRY(book_new(&book, &options, err));
    const ptl_status st = list_sheets(list, n, book, fd, arena, err);
    ptl_xlsx_close(book);
    return st;
}

void ptl_xlsx_close(ptl_xlsx *book)
{
    if (!book) return;
    ptl_zip_close(book->zip);
    free(book->texts);
    free(book->cells);
    free(book->merges);
    ptl_arena_dispose(&book->arena);
    free(book);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* The next row's cells into fields; false where none of them lies in the table. */
static bool take_row(int32_t *row, ptl_xlsx *book)
{
    const ptl_xlsx_range *t = &book->table;
    bool is_any = false;
    *row = book->cells[book->cell_at].row;
    book->fault[0] = '\0';
    for (int64_t i = 0; i < book->n_columns; i++) book->fields[i] = (ptl_text){NULL, 0};
    for (; book->cell_at < book->n_cells; book->cell_at++) {
        const ptl_xlsx_cell *c = &book->cells[book->cell_at];
        if (c->row != *row) break;
        if (c->column < t->column_first || c->column > t->column_last) continue;
        is_any = true;
        book->fields[c->column - t->column_first] = c->text;
        if (c->kind != PTL_XLSX_IS_FAULT || book->fault[0] != '\0') continue;
        char place[40];
        ptl_xlsx_range_name(place, &(ptl_xlsx_range){c->row, c->column, c->row, c->column});
        (void)snprintf(book->fault, sizeof book->fault,
                       "the formula in %.*s has no value: open and save the workbook once",
                       (int)strcspn(place, ":"), place);
    }
    return is_any;
}

static bool is_total(const ptl_xlsx *book)
{
    if (book->n_totals == 0) return false;
    ptl_text first = {NULL, 0};
    for (int64_t i = 0; i < book->n_columns && first.len == 0; i++)
        first = ptl_text_trim(book->fields[i]);
    return first.len > 0 && ptl_rows_is_total(book->totals, book->n_totals, first);
}

ptl_status ptl_xlsx_next(bool *more, ptl_row *out, ptl_xlsx *book, ptl_error *err)
{
    int32_t row;
    (void)err;
    for (;;) {
        *more = book->cell_at < book->n_cells;
        if (!*more) return PTL_OK;
        if (!take_row(&row, book)) continue;
        book->row++;
        if (!is_total(book)) break;
        book->n_passed++;
    }
    const bool fits = book->fault[0] == '\0';
    *out = (ptl_row){.row = book->row,
                     .line = row,
                     .fields = fits ? book->fields : NULL,
                     .fault = fits ? NULL : book->fault};
    return PTL_OK;
}

int64_t ptl_xlsx_n_columns(const ptl_xlsx *book)
{
    return book->n_columns;
}

const char *ptl_xlsx_column(const ptl_xlsx *book, int64_t idx)
{
    return book->names[idx];
}

int64_t ptl_xlsx_bytes_read(const ptl_xlsx *book)
{
    return book->n_cells > 0 ? book->file_bytes * book->cell_at / book->n_cells : 0;
}

int64_t ptl_xlsx_totals(const ptl_xlsx *book)
{
    return book->n_passed;
}
