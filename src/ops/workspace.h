/* workspace.h: what operations that change the workspace's configuration share. */
#ifndef PTL_OPS_WORKSPACE_H
#define PTL_OPS_WORKSPACE_H

#include "ops/draft.h"
#include "ops/op.h"

/** Check `draft` and put it in force, or only say what it would change where the parameter
 * `dry_run` is set; the reply is that of `apply`. */
PTL_NODISCARD ptl_status ptl_workspace_enforce(ptl_call *call, const ptl_draft *draft,
                                               ptl_error *err);

/** OK where people may change a file of this name in a form; E_INVALID names those they may. */
PTL_NODISCARD ptl_status ptl_workspace_has_file(const char *file, ptl_error *err);

#endif
