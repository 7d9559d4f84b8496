/* office.h: what people keep by hand in any company, and the head of the workspace. */
#ifndef PTL_SIMULATE_OFFICE_H
#define PTL_SIMULATE_OFFICE_H

#include "simulate/truth.h"

/* A file of the workspace, as it is written. */
typedef struct ptl_office_file {
    const char *name, *text;
} ptl_office_file;
PTL_NODISCARD ptl_status ptl_office_write_files(ptl_export_folder *folder,
                                                const ptl_office_file *files, size_t n,
                                                ptl_error *err);
/** Sources of what every company keeps: rates, books, costs, targets, the market, support, survey.
 * `owner` keeps the sheets. */
PTL_NODISCARD ptl_status ptl_office_write_sources(ptl_export_folder *folder, const char *owner,
                                                  ptl_error *err);

/** Books by month, exchange rates, marketing's own costs, targets, the competitor's prices. */
PTL_NODISCARD ptl_status ptl_office_write(const ptl_truth *truth, ptl_export_folder *folder,
                                          ptl_error *err);
/** Euro micros of one of marketing's own costs, [0, PTL_TRUTH_OWN_COSTS), that fall to the days
 * [from, to] of one month: its row of the sheet, converted at its last day's rate. */
int64_t ptl_office_own_cost(const ptl_truth *truth, int i, int64_t from, int64_t to);
/** portolan.yaml: the one number is the calendar year's contribution, a tenth above the last. */
PTL_NODISCARD ptl_status ptl_office_write_portolan(const ptl_truth *truth,
                                                   ptl_export_folder *folder, const char *company,
                                                   const char *what, ptl_error *err);

#endif
