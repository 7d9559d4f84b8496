/* kpi.h: the figures a company is run by: acquisition, customers, contracts, pipeline, cohorts.
 *
 * Reads the money of the same run (day_channel), txn, spend, cost, subscription, lead, opportunity
 * and its stages, target; writes figure, cohort_week and day_segment for the run. What each figure
 * means stands in metric.h, once; docs/kpi.md has the formulas and what they leave out.
 *
 * Invariants.
 *  1. Counts and money are exact integers; ratios are made from them at the very end.
 *  2. Money of a day, channel and currency is converted once. Money of a cohort, which lives on
 *     many days, is added up as amount × rate and divided once.
 *  3. A ratio without a denominator is missing, with verdict "not identified", never 0.
 *  4. The stage never reads what was learnt after the run's as-of day. */
#ifndef PTL_UNDERSTAND_KPI_H
#define PTL_UNDERSTAND_KPI_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_kpi_options {
    int32_t size;
    int64_t run_id; /* the money stage has run under it */
    bool has_as_of;
    ptl_day as_of;
} ptl_kpi_options;

typedef struct ptl_kpi_report {
    int64_t n_figures, n_cohort_rows, n_customers, n_leads, n_deals, n_contracts;
} ptl_kpi_report;

PTL_NODISCARD ptl_status ptl_kpi_run(ptl_kpi_report *out, ptl_store *store,
                                     const ptl_workspace *workspace, const ptl_kpi_options *options,
                                     ptl_progress *progress, ptl_error *err);

#endif
