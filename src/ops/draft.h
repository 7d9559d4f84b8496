/* draft.h: the workspace's files as they lie in the folder, beside what is in force. */
#ifndef PTL_OPS_DRAFT_H
#define PTL_OPS_DRAFT_H

#include "ops/reply.h"
#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_draft {
    ptl_config_file *files;
    int64_t n_files;
    ptl_workspace workspace; /* whole only where status is OK          */
    ptl_status status;       /* what parsing said                      */
    ptl_error error;
    ptl_faults *faults;
} ptl_draft;

/** Read and parse. A draft with faults is read all the same: see `status`. Texts and files live in
 * the arena. */
PTL_NODISCARD ptl_status ptl_draft_read(ptl_draft *out, const char *root, ptl_arena *arena,
                                        ptl_error *err);
/** Parse files that are in memory: those of the folder, or what somebody would make of them. They
 * are borrowed. */
PTL_NODISCARD ptl_status ptl_draft_of(ptl_draft *out, const char *root, ptl_config_file *files,
                                      int64_t n, ptl_arena *arena, ptl_error *err);
void ptl_draft_dispose(ptl_draft *draft);

/** OK, or the draft's first fault in err and all of them as the reply's table "faults". */
PTL_NODISCARD ptl_status ptl_draft_check(const ptl_draft *draft, ptl_reply *reply, ptl_error *err);

/** Whether the files differ from those of `version`, by name or by byte. */
PTL_NODISCARD ptl_status ptl_draft_differs(bool *out, const ptl_draft *draft, ptl_records *records,
                                           int64_t version, ptl_arena *arena, ptl_error *err);

/** What the draft would change in `version` (0: nothing is in force), as unified text in the
 * arena. */
PTL_NODISCARD ptl_status ptl_draft_difference(const char **out, const ptl_draft *draft,
                                              ptl_records *records, int64_t version,
                                              ptl_arena *arena, ptl_error *err);

/** Put the draft in force as the version after `before`: files, difference and ledger entry in one
 * transaction. The draft must be whole. */
typedef struct ptl_apply {
    ptl_records *records;
    const char *actor;
    int64_t run_id; /* 0 where no run stands behind it */
    ptl_instant now;
    int64_t before;       /* the version in force, 0: none   */
    const char *widens;   /* JSON array of what it widens; NULL: nothing       */
    int64_t proposal_id;  /* that was approved; 0: nobody else holds the right */
    const char *proposer; /* who drafted that                                  */
} ptl_apply;
PTL_NODISCARD ptl_status ptl_draft_apply(ptl_config_version *out, const ptl_draft *draft,
                                         const ptl_apply *apply, ptl_arena *arena, ptl_error *err);

#endif
