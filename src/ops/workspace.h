/* workspace.h: what operations that change the workspace's configuration share. */
#ifndef PTL_OPS_WORKSPACE_H
#define PTL_OPS_WORKSPACE_H

#include "ops/draft.h"
#include "ops/op.h"

/** Check `draft` and put it in force, or only say what it would change where the parameter
 * `dry_run` is set; the reply is that of `apply`. */
PTL_NODISCARD ptl_status ptl_workspace_enforce(ptl_call *call, const ptl_draft *draft,
                                               ptl_error *err);

/** Whether it would wait for somebody's agreement; false for a draft with faults. */
PTL_NODISCARD ptl_status ptl_workspace_waits(bool *waits, ptl_call *call, const ptl_draft *draft,
                                             ptl_error *err);

/** What the answer holds beside, where the change widens and somebody else decides. */
#define PTL_ENFORCE_RESULT                                                                         \
    "proposal?: int — the proposal that it became, where it widens; null in a dry "              \
    "run\n"                                                                                        \
    "decides?: text — who may approve it, where it widens\n"                                     \
    "widens?: list(key, before, after, why, right) — where it widens: what, and "                \
    "the role that decides it\n"

/** What it holds where the files have faults. */
#define PTL_FAULTS_RESULT                                                                          \
    "faults?: list(file, line int, column int, key, found, allowed, nearest) — of "              \
    "the files, where it failed"

/** OK where people may change a file of this name in a form; E_INVALID names those they may. */
PTL_NODISCARD ptl_status ptl_workspace_has_file(const char *file, ptl_error *err);

#endif
