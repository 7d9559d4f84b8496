/* understand_kpi_result.c: see understand_kpi.h. */
#include "ops/args.h"
#include "ops/understand_kpi.h"

#include <stdio.h>
#include <string.h>

const char *ptl_kpi_arg(const ptl_call *call, const char *name)
{
    const char *text = ptl_args_text(call->args, name);
    return text ? text : "";
}

ptl_value ptl_kpi_arg_day(const ptl_call *call, const char *name, ptl_day other)
{
    return ptl_value_day(ptl_args_given(call->args, name) ? ptl_args_day(call->args, name) : other);
}

static ptl_status bind(ptl_kpi_result *r, const ptl_column_spec *specs, size_t n, ptl_error *err)
{
    for (size_t i = 0; i < n; i++)
        PTL_TRY(ptl_table_column(&r->columns[i], &r->table, specs[i].name, specs[i].type, err));
    return PTL_OK;
}

void ptl_kpi_put_text(const ptl_call *call, const ptl_column *column, int64_t row)
{
    char cell[512];
    const ptl_text t = ptl_column_text(column, row);
    (void)snprintf(cell, sizeof cell, "%.*s", (int)t.len, t.ptr);
    ptl_reply_cell_text(call->reply, cell);
}

void ptl_kpi_put_int(const ptl_call *call, const ptl_column *column, int64_t row)
{
    if (ptl_column_present(column, row))
        ptl_reply_cell_int(call->reply, ptl_column_int(column, row));
    else
        ptl_reply_cell_text(call->reply, NULL);
}

void ptl_kpi_put_micros(const ptl_call *call, const ptl_column *column, int64_t row)
{
    if (ptl_column_present(column, row))
        ptl_reply_cell_micros(call->reply, ptl_column_int(column, row), call->workspace->currency);
    else
        ptl_reply_cell_text(call->reply, NULL);
}

ptl_status ptl_kpi_query(ptl_kpi_result *r, const ptl_call *call, const char *name,
                         const ptl_value *params, int64_t n_params, const ptl_column_spec *specs,
                         size_t n_specs, ptl_error *err)
{
    *r = (ptl_kpi_result){0};
    PTL_TRY(ptl_warehouse_query(&r->table, call->store->warehouse, name, params, n_params, 0, err));
    const ptl_status st = bind(r, specs, n_specs, err);
    if (st == PTL_OK && r->table.n_rows == 0) {
        ptl_reply_say(call->reply, "Nothing matches.");
        ptl_reply_next(call->reply, "portolan review");
    }
    if (st != PTL_OK) ptl_table_dispose(&r->table);
    return st;
}
