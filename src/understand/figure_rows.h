/* figure_rows.h: rows of the table figure, put together one by one. */
#ifndef PTL_UNDERSTAND_FIGURE_ROWS_H
#define PTL_UNDERSTAND_FIGURE_ROWS_H

#include "portolan/verdict.h"
#include "store/table.h"

/* The table's columns in the order in which rows are put together; whoever has no target and no
 * figure before leaves the last two out. */
enum { PTL_N_FIGURE_COLUMNS = 18, PTL_N_FIGURE_PLAIN_COLUMNS = 16 };
extern const ptl_column_spec ptl_figure_columns[PTL_N_FIGURE_COLUMNS];

typedef struct ptl_figure_rows {
    ptl_table_builder *builder;
    int64_t run_id;
    const char *currency; /* the reporting one: unit of money */
    int64_t n;
} ptl_figure_rows;

/* One figure. Start from PTL_FIGURE_EMPTY: what is NaN or NULL is missing. */
typedef struct ptl_figure_row {
    const char *name, *grain;
    ptl_day from, to;
    const char *dimension, *member; /* NULL: the whole */
    const char *unit;               /* NULL: money     */
    bool has_exact;
    int64_t exact; /* micros of money, or a count: value is made from it */
    double value, low, high, probability;
    const char *kind, *grade, *verdict; /* NULL: counted, "", counted */
    double target, previous;
} ptl_figure_row;
ptl_figure_row ptl_figure_row_empty(void);

PTL_NODISCARD ptl_status ptl_figure_rows_new(ptl_figure_rows *out, int64_t run_id,
                                             const char *currency, ptl_error *err);
void ptl_figure_rows_free(ptl_figure_rows *rows);
PTL_NODISCARD ptl_status ptl_figure_rows_put(ptl_figure_rows *rows, const ptl_figure_row *row,
                                             ptl_error *err);

#endif
