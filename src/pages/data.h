/* data.h: the page of data: which sources can be trusted today, what the audit found, what stands
 * aside, which names mean nothing, which questions can be answered. */
#ifndef PTL_PAGES_DATA_H
#define PTL_PAGES_DATA_H

#include "pages/page.h"
#include "store/store.h"

/** Write the body of the page. Without sources it says what to bring; without an audit, how to run
 * one. */
PTL_NODISCARD ptl_status ptl_data_page_write(ptl_page *page, ptl_store *store,
                                             const ptl_workspace *workspace, ptl_arena *arena,
                                             ptl_error *err);

#endif
