/* office.h: what people keep by hand in any company, and the head of the workspace. */
#ifndef PTL_SIMULATE_OFFICE_H
#define PTL_SIMULATE_OFFICE_H

#include "simulate/truth.h"

/** Books by month, exchange rates, targets, the competitor's prices. */
PTL_NODISCARD ptl_status ptl_office_write(const ptl_truth *truth, ptl_export_folder *folder,
                                          ptl_error *err);
/** portolan.yaml: the one number is the calendar year's contribution, a tenth above the last. */
PTL_NODISCARD ptl_status ptl_office_write_portolan(const ptl_truth *truth,
                                                   ptl_export_folder *folder, const char *company,
                                                   const char *what, ptl_error *err);

#endif
