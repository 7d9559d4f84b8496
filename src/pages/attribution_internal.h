/* attribution_internal.h: what the files of the page of journeys share. */
#ifndef PTL_PAGES_ATTRIBUTION_INTERNAL_H
#define PTL_PAGES_ATTRIBUTION_INTERNAL_H

#include "pages/attribution.h"
#include "understand/attribution_told.h"

enum {
    PTL_SHOWN_CHANNELS = 5,  /* beside each other in a table of methods */
    PTL_SHOWN_ROWS = 20,     /* channels in a table of channels         */
    PTL_SHOWN_SEQUENCES = 5, /* of those that tell most                 */
    PTL_FLOW_NODES = 5       /* a layer of the chart of flows           */
};

/** One run, about to be written. */
typedef struct ptl_journeys_view {
    ptl_page *page;
    ptl_store *store;
    const ptl_workspace *workspace;
    const ptl_told_run *told;
    const char *goal;                 /* as words: "web order"                      */
    const char *run, *window, *again; /* of evidence: "run 12", days, the command   */
    int32_t outcome;                  /* money where it has a worth, else how many  */
    ptl_unit unit;
    ptl_told_stake *stakes;
    int64_t n_stakes;
} ptl_journeys_view;

/** "paid_social" as the workspace shows it: "Paid social". */
const char *ptl_journeys_label(const ptl_journeys_view *v, const char *channel);
/** "Markov chain", as a row begins. */
const char *ptl_journeys_method(const ptl_journeys_view *v, int32_t method);
ptl_estimate ptl_journeys_estimate(const ptl_journeys_view *v, const ptl_told *told);
/** A counted figure of the run with its evidence. */
void ptl_journeys_cite(const ptl_journeys_view *v, const char *key, const char *what, double value,
                       ptl_unit unit);

/** attribution_credit.c: methods side by side, and what hangs on the choice. */
void ptl_journeys_put_methods(const ptl_journeys_view *v);
void ptl_journeys_put_stakes(const ptl_journeys_view *v);

/** attribution_flow.c: the ways that people went. */
void ptl_journeys_put_flow(const ptl_journeys_view *v);

/** attribution_foresight.c: what methods know of persons they have not seen. */
void ptl_journeys_put_foresight(const ptl_journeys_view *v);

/** attribution_triangle.c: beside effects and claims. Reads the newest triangulation. */
PTL_NODISCARD ptl_status ptl_journeys_put_triangle(const ptl_journeys_view *v, ptl_error *err);

#endif
