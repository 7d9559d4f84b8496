/* xlsx.h: a table in a workbook, as finance sends it, as rows of texts.
 *
 * Invariants, beside those of rows.h.
 *  1. One table of one sheet is read: the sheet that the options name, or the only visible one with
 *     rows; the range that they name, or the only table there. Where there are several, the error
 *     names them.
 *  2. The head is found as in CSV (`find`), or stands in the sheet's row `head_row`. A head of two
 *     rows, whose upper one spans columns, gives "upper lower".
 *  3. A cell's text is: what a text cell holds; a number with at most 15 significant digits, as the
 *     program that wrote it shows it; a day as 2026-11-22, an instant as 2026-11-22 14:30:00, by
 * the workbook's own calendar (1900 or 1904); true or false. A formula is its kept value; one
 *     without is a fault of its row.
 *  4. ptl_row.line is the sheet's row. Rows without any value have no number.
 *  5. The sheet is held in memory, PTL_XLSX_BYTES_MAX at most. */
#ifndef PTL_STORE_XLSX_H
#define PTL_STORE_XLSX_H

#include "store/rows.h"

enum {
    PTL_XLSX_SHEETS_MAX = 1000,
    PTL_XLSX_STYLES_MAX = 65536,      /* Excel's own ceiling is 65,490                       */
    PTL_XLSX_ROWS_MAX = 1048576,      /* of a sheet: Excel's own                             */
    PTL_XLSX_COLUMNS_MAX = 16384,     /* of a sheet: Excel's own                             */
    PTL_XLSX_MERGES_MAX = 65536,      /* ranges of a sheet; only those near a head are used  */
    PTL_XLSX_CELLS_MAX = 10000000,    /* filled ones of a sheet: 320 MB                      */
    PTL_XLSX_BYTES_MAX = 512 << 20,   /* texts and cells of one sheet                        */
    PTL_XLSX_TEXT_BYTES_MAX = 1 << 17 /* of one cell: Excel's own is 32,767 characters     */
};

typedef struct ptl_xlsx ptl_xlsx;

/* As the functions of rows.h. */
PTL_NODISCARD ptl_status ptl_xlsx_open(ptl_xlsx **out, int fd, const ptl_rows_options *options,
                                       ptl_error *err);
void ptl_xlsx_close(ptl_xlsx *book);
/** Names of the visible sheets with two rows or more, in the workbook's order, into the arena;
 * `name` is what errors call the file. */
PTL_NODISCARD ptl_status ptl_xlsx_sheets(const char *const **names, int64_t *n, int fd,
                                         const char *name, ptl_arena *arena, ptl_error *err);
int64_t ptl_xlsx_n_columns(const ptl_xlsx *book);
const char *ptl_xlsx_column(const ptl_xlsx *book, int64_t idx);
int64_t ptl_xlsx_bytes_read(const ptl_xlsx *book);
int64_t ptl_xlsx_totals(const ptl_xlsx *book);
PTL_NODISCARD ptl_status ptl_xlsx_next(bool *more, ptl_row *out, ptl_xlsx *book, ptl_error *err);

#endif
