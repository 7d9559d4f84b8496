/* google.h: a campaign report as Google Ads exports it: a title and a period above the head, rows
 * of totals below the last day. */
#ifndef PTL_SIMULATE_GOOGLE_H
#define PTL_SIMULATE_GOOGLE_H

#include "simulate/export.h"

typedef struct ptl_google_row {
    int64_t cents, seen, clicks, conversions, value_cents;
} ptl_google_row;

typedef struct ptl_google {
    ptl_export *x;
    bool has_value; /* the column "Conv. value" was asked for */
    ptl_google_row total;
} ptl_google;

void ptl_google_head(ptl_google *g, ptl_day first, ptl_day last);
void ptl_google_put(ptl_google *g, ptl_day day, const char *campaign, const char *currency,
                    const ptl_google_row *row);
void ptl_google_totals(ptl_google *g);

#endif
