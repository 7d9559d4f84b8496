/* pages_period.h: earlier and later periods of a page, for page.show. */
#ifndef PTL_OPS_PAGES_PERIOD_H
#define PTL_OPS_PAGES_PERIOD_H

#include "ops/op.h"
#include "pages/page.h"

/** What the call asks of the page `name`; E_INVALID where the page has no such parameter. */
PTL_NODISCARD ptl_status ptl_period_ask(ptl_page_period *out, const ptl_call *call,
                                        const char *name, ptl_error *err);

/** Puts the period that the page told, and those beside it, into the reply. */
PTL_NODISCARD ptl_status ptl_period_tell(ptl_call *call, ptl_page *page, const char *name,
                                         ptl_error *err);

#endif
