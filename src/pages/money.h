/* money.h: the page of money: what came in, what it cost to win it, what customers are worth, where
 * the funnel leaks, and whether the books agree.
 *
 * A pure read of what the newest review and the newest reconciliation wrote. The page speaks of the
 * newest month that the facts cover to both its ends; figures are as they stand in `figure`. */
#ifndef PTL_PAGES_MONEY_H
#define PTL_PAGES_MONEY_H

#include "pages/page.h"
#include "store/store.h"

/** Writes the page's text, charts and tables into `page`, whose day becomes the day after the last
 * that was counted. Where nothing was counted yet, the page says what it would show and what to do.
 */
PTL_NODISCARD ptl_status ptl_money_page(ptl_page *page, ptl_store *store,
                                        const ptl_workspace *workspace, ptl_arena *arena,
                                        ptl_error *err);

/** A company whose leads and deals are here and whose money is not: what review `run_id` counted of
 * them, in `arena`; NULL where it counted none. */
typedef struct ptl_money_view ptl_money_view;
PTL_NODISCARD ptl_status ptl_pipeline_read(const ptl_money_view **out, ptl_store *store,
                                           const ptl_workspace *workspace, int64_t run_id,
                                           ptl_arena *arena, ptl_error *err);
/** The first and the last day counted. */
void ptl_pipeline_span(ptl_day *first, ptl_day *last, const ptl_money_view *pipeline);

/** Its answer and sections: what was won, month by month, what is open, where it leaks, and what
 * money would add. */
void ptl_pipeline_put(ptl_page *page, const ptl_money_view *pipeline);

#endif
