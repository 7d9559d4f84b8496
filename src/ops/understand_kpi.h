/* understand_kpi.h: what operations that list a review's counts share: the result of a query by
 * columns, and cells made of it. */
#ifndef PTL_OPS_UNDERSTAND_KPI_H
#define PTL_OPS_UNDERSTAND_KPI_H

#include "ops/op.h"

#define PTL_KPI_PARAM_RUN                                                                          \
    {                                                                                              \
        .name = "run", .type = PTL_PARAM_INT, .defaults = "0", .min = 0, .max = 9e15,              \
        .about = "The review that counted them; 0 is the newest."                                  \
    }

typedef struct ptl_kpi_result {
    ptl_table table;
    const ptl_column *columns[32]; /* in the order of the specs */
} ptl_kpi_result;

/** Run a named query and bind its columns; says so where nothing matches. The caller disposes of
 * the table on OK. */
PTL_NODISCARD ptl_status ptl_kpi_query(ptl_kpi_result *r, const ptl_call *call, const char *name,
                                       const ptl_value *params, int64_t n_params,
                                       const ptl_column_spec *specs, size_t n_specs,
                                       ptl_error *err);

/** A parameter; "", or `other`, where it was not given. */
const char *ptl_kpi_arg(const ptl_call *call, const char *name);
ptl_value ptl_kpi_arg_day(const ptl_call *call, const char *name, ptl_day other);

/* Cells; what is missing is none. Money is in the workspace's currency. */
void ptl_kpi_put_text(const ptl_call *call, const ptl_column *column, int64_t row);
void ptl_kpi_put_int(const ptl_call *call, const ptl_column *column, int64_t row);
void ptl_kpi_put_micros(const ptl_call *call, const ptl_column *column, int64_t row);

#endif
