/* money.h: revenue, variable cost, media and contribution, by channel, day and week.
 *
 * Reads txn, spend and fx_rate; writes day_channel and figure for the run. Definitions (DESIGN,
 * "Definitions are data"):
 *   revenue = gross − discount − tax, refunds being negative rows
 *   CM1     = revenue − variable cost (goods, shipping, fees)
 *   CM2     = CM1 − media
 * Amounts are summed in their own currency per day and channel, converted once with the day's rate,
 * and rounded half to even once. An order's channel is the one recorded with the order: credit, of
 * grade E, never effect. */
#ifndef PTL_UNDERSTAND_MONEY_H
#define PTL_UNDERSTAND_MONEY_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_money_options {
    int32_t size;
    int64_t run_id;
    bool has_as_of;
    ptl_day as_of; /* what was known at the end of this local day; default: all that is known */
} ptl_money_options;

typedef struct ptl_money_report {
    ptl_instant known_by; /* facts learnt later are not in these figures                        */
    bool has_facts;       /* false: there is nothing to report on                               */
    ptl_day first;        /* first local day with a fact                                        */
    ptl_day last;         /* last complete local day: the day before the newest order's         */
    ptl_day newest;       /* newest local day with a fact                                       */
    int64_t n_channels;
    int64_t n_weeks; /* complete ones                                                      */
    int64_t n_figures;
} ptl_money_report;

PTL_NODISCARD ptl_status ptl_money_run(ptl_money_report *out, ptl_store *store,
                                       const ptl_workspace *workspace,
                                       const ptl_money_options *options, ptl_arena *arena,
                                       ptl_progress *progress, ptl_error *err);

#endif
