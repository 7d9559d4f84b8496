/* money.c: the stage. Reads the range of facts, the cube, writes figures (see money.h). */
#include "understand/money_internal.h"

/* Everything known before the day after as_of began. */
static ptl_instant known_by(const ptl_workspace *workspace, const ptl_money_options *options)
{
    if (!options->has_as_of) return PTL_INSTANT_EVER;
    return ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1;
}

/* An order seen on a day proves that the day before is complete; spend comes by whole days. Without
 * orders the newest spend day counts as complete. */
static ptl_status read_range(ptl_money_report *report, ptl_store *store, ptl_instant known,
                             const ptl_money_options *options, ptl_error *err)
{
    const ptl_value param = ptl_value_instant(known);
    ptl_table range = {0};
    PTL_TRY(ptl_warehouse_query(&range, store->warehouse, "money/range", &param, 1, 0, err));
    const ptl_column *first, *newest, *last_order;
    ptl_status st;
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &range, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&newest, &range, "newest_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_column(&last_order, &range, "newest_order_day", PTL_TYPE_DAY, err));
    report->has_facts = range.n_rows == 1 && ptl_column_present(first, 0);
    if (!report->has_facts) goto done;
    report->first = (ptl_day)ptl_column_int(first, 0);
    report->newest = (ptl_day)ptl_column_int(newest, 0);
    report->last = ptl_column_present(last_order, 0) ? (ptl_day)ptl_column_int(last_order, 0) - 1
                                                     : report->newest;
    if (options->has_as_of && options->as_of < report->last) report->last = options->as_of;
    if (report->last < report->first) report->last = report->first;
done:
    ptl_table_dispose(&range);
    return st;
}

ptl_status ptl_money_run(ptl_money_report *out, ptl_store *store, const ptl_workspace *workspace,
                         const ptl_money_options *options, ptl_arena *arena, ptl_progress *progress,
                         ptl_error *err)
{
    const ptl_instant known = known_by(workspace, options);
    *out = (ptl_money_report){.known_by = known};
    ptl_progress_step(progress, "reading money", 0, 2);
    PTL_TRY(read_range(out, store, known, options, err));
    if (!out->has_facts) return PTL_OK;
    ptl_money_cube cube;
    PTL_TRY(ptl_money_cube_read(&cube, store, workspace, out->first, out->last, known, arena, err));
    PTL_TRY(ptl_progress_check(progress, err));
    ptl_progress_step(progress, "writing figures", 1, 2);
    return ptl_money_write(out, store, workspace, &cube, options->run_id, arena, err);
}
