/* mix_internal.h: what the parts of the mix model's page share. */
#ifndef PTL_PAGES_MIX_INTERNAL_H
#define PTL_PAGES_MIX_INTERNAL_H

#include "pages/mix.h"
#include "understand/mix.h"

typedef struct ptl_mix_page {
    ptl_page *page;
    const ptl_workspace *workspace;
    ptl_arena *arena;
    ptl_mix_fitted fit;
    double margin; /* CM1 per money of revenue; 1 where it is not known */
    bool has_margin;
} ptl_mix_page;

/** The channel has a figure of its own that may be stated. */
bool ptl_mix_page_spoke(const ptl_mix_page *m, int64_t c);
/** It is paid media with an effect of its own. */
bool ptl_mix_page_is_paid(const ptl_mix_page *m, int64_t c);
/** Revenue to outcome, times a factor. */
ptl_estimate ptl_mix_page_scaled(const ptl_mix_page *m, ptl_estimate e, double factor);

/* Sections, in the order of reading. */
void ptl_mix_page_curves(ptl_mix_page *m);
void ptl_mix_page_returns(ptl_mix_page *m);
PTL_NODISCARD ptl_status ptl_mix_page_plan(ptl_mix_page *m, ptl_error *err);
void ptl_mix_page_waterfall(ptl_mix_page *m);

#endif
