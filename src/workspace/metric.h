/* metric.h: the metric dictionary: every KPI's meaning, once.
 *
 * The program's definitions stand here; metrics.yaml may give a metric an owner, a name of the
 * company's own and, where it has one, another parameter under a higher version. Figures of the
 * version before are then counted beside the new ones, as <name>@1. */
#ifndef PTL_WORKSPACE_METRIC_H
#define PTL_WORKSPACE_METRIC_H

#include "workspace/workspace.h"

typedef struct ptl_metric {
    const char *name, *label;
    const char *formula;    /* in words and signs a marketer reads  */
    const char *inputs;     /* tables and columns, or other metrics */
    const char *unit;       /* "money", "customers", "share" …      */
    const char *grain;      /* for which periods it is counted      */
    const char *split;      /* by what; "" the company alone        */
    int32_t horizon_months; /* 0: has none                          */
    double discount;        /* a year; NaN: has none                */
    double tolerance;       /* share of the books; NaN: has none    */
} ptl_metric;

extern const ptl_metric ptl_metrics[];
extern const int64_t ptl_metrics_n;

const ptl_metric *ptl_metric_find(ptl_text name);

/** What a metric is in this workspace: its definition with what metrics.yaml says. */
typedef struct ptl_metric_in_force {
    const ptl_metric *metric;
    const char *label, *owner; /* owner NULL: none */
    int32_t version, horizon_months;
    double discount, tolerance;
} ptl_metric_in_force;
/** E_NOT_FOUND suggests the nearest name. */
PTL_NODISCARD ptl_status ptl_metric_of(ptl_metric_in_force *out, const ptl_workspace *workspace,
                                       ptl_text name, ptl_error *err);

#endif
