/* xlsx_internal.h: what the files that read a workbook share.
 *
 *   xlsx_xml.c    a member of the archive through the XML parser
 *   xlsx_book.c   sheets, calendar, which styles are days, shared texts
 *   xlsx_cell.c   one cell's text
 *   xlsx_sheet.c  a sheet's cells and merged ranges
 *   xlsx_table.c  where the table is, what its columns are called
 *   xlsx.c        open, row after row */
#ifndef PTL_STORE_XLSX_INTERNAL_H
#define PTL_STORE_XLSX_INTERNAL_H

#include "store/xlsx.h"
#include "store/zip.h"

#include <expat.h>

/* What a number format makes of a number. */
typedef enum ptl_xlsx_style {
    PTL_XLSX_NUMBER,
    PTL_XLSX_DAY,    /* years, months, days               */
    PTL_XLSX_INSTANT /* hours too                         */
} ptl_xlsx_style;

typedef enum ptl_xlsx_kind {
    PTL_XLSX_IS_TEXT,
    PTL_XLSX_IS_NUMBER, /* also days and instants */
    PTL_XLSX_IS_FAULT   /* a formula without its value */
} ptl_xlsx_kind;

typedef struct ptl_xlsx_cell {
    int32_t row, column; /* from 1 */
    ptl_xlsx_kind kind;
    ptl_text text;
} ptl_xlsx_cell;

/* Rows and columns from 1, both ends in it. */
typedef struct ptl_xlsx_range {
    int32_t row_first, column_first, row_last, column_last;
} ptl_xlsx_range;

typedef struct ptl_xlsx_sheet {
    const char *name, *member; /* member: "xl/worksheets/sheet1.xml" */
    const char *relation;
    bool is_hidden;
} ptl_xlsx_sheet;

struct ptl_xlsx {
    const ptl_rows_options *options; /* valid while opening */
    const char *name;
    const char *const *totals;
    int64_t n_totals, n_passed;
    char decimal;
    ptl_zip *zip;
    int64_t file_bytes;
    bool is_1904;
    ptl_xlsx_sheet *sheets;
    int64_t n_sheets;
    uint8_t *styles; /* ptl_xlsx_style of a cell format */
    int64_t n_styles;
    ptl_text *texts; /* shared ones */
    int64_t n_texts, texts_capacity;
    const char *sheet;    /* the one that is read */
    ptl_xlsx_cell *cells; /* ordered by row, then column */
    int64_t n_cells, cells_capacity;
    ptl_xlsx_range *merges;
    int64_t n_merges, merges_capacity;
    ptl_xlsx_range table; /* with its head */
    int32_t head_last;    /* row below which data begin */
    int64_t n_columns;
    const char **names;
    int64_t cell_at; /* the next cell not yet given */
    int64_t row;     /* number of the row before    */
    ptl_arena arena;
    char fault[PTL_ROWS_FAULT_BYTES];
    ptl_text fields[PTL_ROWS_COLUMNS_MAX];
};

/* --- xlsx_xml.c ------------------------------------------------------------------------------- */

/* Handlers of one member. Element names come without their prefix. A handler that fails sets
 * `status` (and `err`), and the reading stops. */
typedef struct ptl_xlsx_xml {
    ptl_xlsx *book;
    void (*start)(struct ptl_xlsx_xml *xml, const char *name, const char **attributes);
    void (*end)(struct ptl_xlsx_xml *xml, const char *name);
    void (*text)(struct ptl_xlsx_xml *xml, const char *bytes, size_t len);
    void *ctx;
    const char *member;
    XML_Parser parser;
    int32_t depth;
    ptl_status status;
    ptl_error *err;
} ptl_xlsx_xml;

/** Run a member through the handlers. E_NOT_FOUND where there is no such member, E_CORRUPT where it
 * is not XML. */
PTL_NODISCARD ptl_status ptl_xlsx_parse(ptl_xlsx_xml *xml, ptl_xlsx *book, const char *member,
                                        ptl_error *err);
/** The value of an attribute (prefix ignored), or NULL. */
const char *ptl_xlsx_attribute(const char **attributes, const char *name);
/** As a whole number; `other` where there is none. */
int64_t ptl_xlsx_attribute_int(const char **attributes, const char *name, int64_t other);
void ptl_xlsx_stop(ptl_xlsx_xml *xml, ptl_status status);
ptl_status ptl_xlsx_no_memory(const ptl_xlsx *book, ptl_error *err);
/** Room for one more of an array that doubles. */
PTL_NODISCARD ptl_status ptl_xlsx_grow(void **array, int64_t *capacity, int64_t n, size_t size,
                                       const ptl_xlsx *book, ptl_error *err);

/* --- the other files -------------------------------------------------------------------------- */

/** Sheets, calendar, styles, shared texts. */
PTL_NODISCARD ptl_status ptl_xlsx_read_book(ptl_xlsx *book, ptl_error *err);
/** Cells and merged ranges of a sheet, in place of those there were. */
PTL_NODISCARD ptl_status ptl_xlsx_read_sheet(ptl_xlsx *book, const ptl_xlsx_sheet *sheet,
                                             ptl_error *err);
/** A number as text by its style. */
PTL_NODISCARD ptl_status ptl_xlsx_number(ptl_text *out, ptl_xlsx *book, ptl_text written,
                                         ptl_xlsx_style style, ptl_error *err);
/** Find table, head and names. */
PTL_NODISCARD ptl_status ptl_xlsx_find_table(ptl_xlsx *book, ptl_error *err);

/** "B7" to row and column; false where it is none. *end is behind it. */
bool ptl_xlsx_place(int32_t *row, int32_t *column, const char **at);
/** "A3:F20" */
void ptl_xlsx_range_name(char out[40], const ptl_xlsx_range *range);
/** "A3:F20"; false where it is no range. */
bool ptl_xlsx_range_of(ptl_xlsx_range *out, const char *text);

#endif
