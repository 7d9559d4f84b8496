/* page_internal.h: words and evidence that the page and its data share, so that a figure reads the
 * same in the text, in a chart and in its evidence. */
#ifndef PTL_REVIEW_PAGE_INTERNAL_H
#define PTL_REVIEW_PAGE_INTERNAL_H

#include "base/show.h"
#include "review/model.h"

/** A figure that the page links to its evidence. */
typedef struct ptl_cited {
    char key[96]; /* "cm2-week-paid_search" */
    const ptl_review_line *line;
    const ptl_review_period *period;
    ptl_measure measure;
    bool is_kpi;
} ptl_cited;

enum { PTL_CITED_MAX = 6 + 2 * PTL_REVIEW_ROWS_MAX };

/** The figures the page cites, in the order in which it shows them. */
int64_t ptl_review_cited(const ptl_review *review, ptl_cited out[PTL_CITED_MAX]);

int64_t ptl_cited_exact(const ptl_review *review, const ptl_cited *cited);
void ptl_cited_text(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited);
void ptl_cited_what(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited);
void ptl_cited_window(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited);

/** "Contribution after media was below its band in week 46", or what can be said without one. */
void ptl_review_headline(ptl_buffer *out, const ptl_review *review);
void ptl_review_week_name(ptl_buffer *out, const ptl_review *review);
void ptl_review_kpi_label(ptl_buffer *out, const ptl_review *review);
int32_t ptl_review_year(const ptl_review *review);

#endif
