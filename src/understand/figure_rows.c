/* figure_rows.c: rows of the table figure (figure_rows.h). */
#include "understand/figure_rows.h"

#include <math.h>

enum { FIGURE_BYTES_MAX = 256 << 20 }; /* a century of weeks for some hundred members */

const ptl_column_spec ptl_figure_columns[] = {
    {"run_id", PTL_TYPE_INT},       {"name", PTL_TYPE_TEXT},      {"grain", PTL_TYPE_TEXT},
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY}, {"dimension", PTL_TYPE_TEXT},
    {"member", PTL_TYPE_TEXT},      {"value", PTL_TYPE_DOUBLE},   {"exact", PTL_TYPE_INT},
    {"low", PTL_TYPE_DOUBLE},       {"high", PTL_TYPE_DOUBLE},    {"probability", PTL_TYPE_DOUBLE},
    {"unit", PTL_TYPE_TEXT},        {"kind", PTL_TYPE_TEXT},      {"grade", PTL_TYPE_TEXT},
    {"verdict", PTL_TYPE_TEXT},     {"target", PTL_TYPE_DOUBLE},  {"previous", PTL_TYPE_DOUBLE}};

ptl_figure_row ptl_figure_row_empty(void)
{
    return (ptl_figure_row){.value = PTL_NAN,
                            .low = PTL_NAN,
                            .high = PTL_NAN,
                            .probability = PTL_NAN,
                            .target = PTL_NAN,
                            .previous = PTL_NAN};
}

ptl_status ptl_figure_rows_new(ptl_figure_rows *out, int64_t run_id, const char *currency,
                               ptl_error *err)
{
    *out = (ptl_figure_rows){.run_id = run_id, .currency = currency};
    return ptl_table_builder_new(&out->builder, ptl_figure_columns, PTL_N_FIGURE_COLUMNS,
                                 FIGURE_BYTES_MAX, err);
}

void ptl_figure_rows_free(ptl_figure_rows *rows)
{
    ptl_table_builder_free(rows->builder);
    rows->builder = NULL;
}

static void put_double(ptl_table_builder *b, double value)
{
    if (isfinite(value))
        ptl_table_builder_double(b, value);
    else
        ptl_table_builder_null(b);
}

static void put_text(ptl_table_builder *b, const char *text, const char *other)
{
    ptl_table_builder_text(b, ptl_text_of(text ? text : other));
}

ptl_status ptl_figure_rows_put(ptl_figure_rows *rows, const ptl_figure_row *row, ptl_error *err)
{
    ptl_table_builder *b = rows->builder;
    const double scale = row->unit ? 1.0 : 1e6;
    ptl_table_builder_int(b, rows->run_id);
    put_text(b, row->name, "");
    put_text(b, row->grain, "");
    ptl_table_builder_int(b, row->from);
    ptl_table_builder_int(b, row->to);
    put_text(b, row->dimension, "");
    put_text(b, row->member, "");
    put_double(b, row->has_exact ? (double)row->exact / scale : row->value);
    if (row->has_exact)
        ptl_table_builder_int(b, row->exact);
    else
        ptl_table_builder_null(b);
    put_double(b, row->low);
    put_double(b, row->high);
    put_double(b, row->probability);
    put_text(b, row->unit, rows->currency);
    put_text(b, row->kind, "counted");
    put_text(b, row->grade, "");
    put_text(b, row->verdict, "counted");
    put_double(b, row->target);
    put_double(b, row->previous);
    rows->n++;
    return ptl_table_builder_row_end(b, err);
}
