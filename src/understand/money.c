/* money.c: the stage. Reads the range of facts, the cube, writes figures (see money.h). */
#include "understand/money_internal.h"
#include "understand/span.h"

ptl_status ptl_money_run(ptl_money_report *out, ptl_store *store, const ptl_workspace *workspace,
                         const ptl_money_options *options, ptl_arena *arena, ptl_progress *progress,
                         ptl_error *err)
{
    ptl_span span;
    ptl_progress_step(progress, "reading money", 0, 2);
    PTL_TRY(ptl_span_read(&span, store, workspace, options->has_as_of, options->as_of, err));
    *out = (ptl_money_report){.known_by = span.known_by,
                              .has_facts = span.has_facts,
                              .first = span.first,
                              .last = span.last,
                              .newest = span.newest};
    if (!out->has_facts) return PTL_OK;
    ptl_money_cube cube;
    PTL_TRY(ptl_money_cube_read(&cube, store, workspace, out->first, out->last, out->known_by,
                                arena, err));
    PTL_TRY(ptl_progress_check(progress, err));
    ptl_progress_step(progress, "writing figures", 1, 2);
    return ptl_money_write(out, store, workspace, &cube, options->run_id, arena, err);
}
