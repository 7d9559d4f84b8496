/* span.h: which days figures are about. */
#ifndef PTL_UNDERSTAND_SPAN_H
#define PTL_UNDERSTAND_SPAN_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_span {
    ptl_instant known_by; /* facts learnt later are not in the figures                       */
    bool has_facts;       /* false: there is nothing to count                                */
    ptl_day first;        /* first local day with money                                      */
    ptl_day last;         /* last complete local day: the day before the newest order's      */
    ptl_day newest;       /* newest local day with money                                     */
} ptl_span;

/** The newest instant whose facts count: the end of `as_of`, or for ever. */
ptl_instant ptl_span_known_by(const ptl_workspace *workspace, bool has_as_of, ptl_day as_of);

/** The days of money that were known at the end of `as_of`, or all that is known. */
PTL_NODISCARD ptl_status ptl_span_read(ptl_span *out, ptl_store *store,
                                       const ptl_workspace *workspace, bool has_as_of,
                                       ptl_day as_of, ptl_error *err);

#endif
