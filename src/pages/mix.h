/* mix.h: the page of the mix model: how each channel answers spend, what a euro brings back, what
 * would follow from spending it differently. Everything it shows was computed from one fit. */
#ifndef PTL_PAGES_MIX_H
#define PTL_PAGES_MIX_H

#include "pages/page.h"
#include "store/store.h"

/** Write the body of the page of the newest mix model. Without a model the page says what it would
 * be worth and how to fit one. */
PTL_NODISCARD ptl_status ptl_mix_page_write(ptl_page *page, ptl_store *store,
                                            const ptl_workspace *workspace, ptl_arena *arena,
                                            ptl_error *err);

#endif
