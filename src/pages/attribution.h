/* attribution.h: the page of journeys: who is credited with what, by every method, and how little
 * that measures.
 *
 * A pure read of what runs wrote: the newest run of the workspace's first goal, by channel, and the
 * newest triangulation. Every figure of journey credit says grade E. */
#ifndef PTL_PAGES_ATTRIBUTION_H
#define PTL_PAGES_ATTRIBUTION_H

#include "pages/page.h"
#include "store/store.h"

/** Writes the page's text, charts and tables into `page`, whose day becomes the day after the run's
 * last. Where nothing was shared out yet, the page says what it would show and what to do. */
PTL_NODISCARD ptl_status ptl_attribution_page(ptl_page *page, ptl_store *store,
                                              const ptl_workspace *workspace, ptl_arena *arena,
                                              ptl_error *err);

#endif
