/* span.c: from the first day with money to the last complete one (span.h). */
#include "understand/span.h"

/* Everything known before the day after as_of began. */
ptl_instant ptl_span_known_by(const ptl_workspace *workspace, bool has_as_of, ptl_day as_of)
{
    if (!has_as_of) return PTL_INSTANT_EVER;
    return ptl_zone_day_start(workspace->zone, as_of + 1) - 1;
}

/* An order seen on a day proves that the day before is complete; spend comes by whole days. Without
 * orders the newest spend day counts as complete. */
ptl_status ptl_span_read(ptl_span *out, ptl_store *store, const ptl_workspace *workspace,
                         bool has_as_of, ptl_day as_of, ptl_error *err)
{
    *out = (ptl_span){.known_by = ptl_span_known_by(workspace, has_as_of, as_of)};
    const ptl_value param = ptl_value_instant(out->known_by);
    ptl_table range = {0};
    PTL_TRY(ptl_warehouse_query(&range, store->warehouse, "money/range", &param, 1, 0, err));
    const ptl_column *first, *newest, *last_order;
    ptl_status st;
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &range, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&newest, &range, "newest_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_column(&last_order, &range, "newest_order_day", PTL_TYPE_DAY, err));
    out->has_facts = range.n_rows == 1 && ptl_column_present(first, 0);
    if (!out->has_facts) goto done;
    out->first = (ptl_day)ptl_column_int(first, 0);
    out->newest = (ptl_day)ptl_column_int(newest, 0);
    out->last = ptl_column_present(last_order, 0) ? (ptl_day)ptl_column_int(last_order, 0) - 1
                                                  : out->newest;
    if (has_as_of && as_of < out->last) out->last = as_of;
    if (out->last < out->first) out->last = out->first;
done:
    ptl_table_dispose(&range);
    return st;
}
