/* page_internal.h: what the files of the page share. */
#ifndef PTL_PAGES_PAGE_INTERNAL_H
#define PTL_PAGES_PAGE_INTERNAL_H

#include "pages/page.h"

const char *ptl_chart_kind_name(ptl_chart_kind kind);

#endif
