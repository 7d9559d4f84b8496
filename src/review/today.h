/* today.h: the review as the console's front page: the sections of review.html, from the same
 * writers and the same figures. */
#ifndef PTL_REVIEW_TODAY_H
#define PTL_REVIEW_TODAY_H

#include "pages/page.h"
#include "store/store.h"

typedef struct ptl_today_options {
    int32_t size;
    int64_t run_id;       /* of a review that ended; 0: none was written yet */
    ptl_instant known_by; /* knowledge time of that review                   */
    bool compares;        /* its week beside the same weekdays a year before */
} ptl_today_options;

/** Writes what the review showed into `page`; `title` lives as long as it. Minutes, alarms and
 * sources are read afresh, as they were known by then. Without a review the page says how to write
 * one. */
PTL_NODISCARD ptl_status ptl_today_page(const char **title, ptl_page *page, ptl_store *store,
                                        const ptl_workspace *workspace,
                                        const ptl_today_options *options, ptl_arena *arena,
                                        ptl_error *err);

#endif
