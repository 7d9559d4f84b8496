/* page_internal.h: words and figures that the parts of the review's page share. */
#ifndef PTL_REVIEW_PAGE_INTERNAL_H
#define PTL_REVIEW_PAGE_INTERNAL_H

#include "pages/money.h"
#include "review/model.h"

/** A counted figure of the review. */
typedef struct ptl_cited {
    char key[48]; /* "week-cm2-c3" */
    const ptl_review_line *line;
    const ptl_review_period *period;
    ptl_measure measure;
    bool is_kpi;
} ptl_cited;

/** The figure as a link to its evidence. */
void ptl_cited_put(ptl_page *page, const ptl_review *review, const ptl_cited *cited,
                   const char *classes);
void ptl_cited_what(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited);

/** "Contribution after media was below its band in week 46", or what can be said without one. */
void ptl_review_headline(ptl_buffer *out, const ptl_review *review);
void ptl_review_week_name(ptl_buffer *out, const ptl_review *review);
void ptl_review_kpi_label(ptl_buffer *out, const ptl_review *review);
/** "10 to 16 Nov 2025": days of a year that is not the review's say which. */
void ptl_review_days(ptl_buffer *out, const ptl_review *review, const ptl_review_period *period);
int32_t ptl_review_year(const ptl_review *review);
int64_t ptl_review_rows_shown(const ptl_review *review);

/** "Week 46 review, 9 to 15 Nov"; lives as long as the page. */
const char *ptl_review_title(ptl_page *page, const ptl_review *review);

/** All sections of the page. */
void ptl_review_put(ptl_page *page, const ptl_review *review);

/** Sections, in the order of reading; alarms are findings of the section that is open. */
void ptl_review_answer(ptl_page *page, const ptl_review *review);
void ptl_review_changes(ptl_page *page, const ptl_review *review);
void ptl_review_compare(ptl_page *page, const ptl_review *review);
void ptl_review_minutes(ptl_page *page, const ptl_review *review);
void ptl_review_alarms(ptl_page *page, const ptl_review *review);

/** Charts, each with its table. */
void ptl_review_weeks_chart(ptl_page *page, const ptl_review *review);
void ptl_review_channels_chart(ptl_page *page, const ptl_review *review);

#endif
