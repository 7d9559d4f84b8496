/* workspace_proposal.h: a change of the configuration that widens, from draft to in force. */
#ifndef PTL_OPS_WORKSPACE_PROPOSAL_H
#define PTL_OPS_WORKSPACE_PROPOSAL_H

#include "ops/decider.h"
#include "ops/draft.h"
#include "store/proposal.h"
#include "workspace/widen.h"

/** What putting a draft in force would mean. In the call's arena. */
typedef struct ptl_enforcement {
    int64_t before; /* the version in force, 0: none                                */
    bool differs;
    ptl_widening *widens;
    int64_t n_widens;
    const char *right;   /* the role that decides on them                                */
    const char *details; /* {"widens": […]}                                              */
    const char *list;    /* the array alone                                              */
    ptl_deciders deciders;
    bool waits; /* it widens, and somebody else holds the right: it is not in force */
} ptl_enforcement;

PTL_NODISCARD ptl_status ptl_enforcement_of(ptl_enforcement *out, const ptl_call *call,
                                            const ptl_draft *draft, ptl_error *err);

/** Draft the proposal, or find the one that waits with this content. *proposal_id is 0 where the
 * server found a draft in the folder that was decided on already: it asks nobody twice. */
PTL_NODISCARD ptl_status ptl_enforcement_propose(int64_t *proposal_id, const ptl_enforcement *e,
                                                 const ptl_call *call, const ptl_draft *draft,
                                                 ptl_error *err);

/** Approve a proposal of kind "configuration": its files are written and in force as a version,
 * which `verdict` then names. E_CONFLICT where what it was drafted against is no longer so. */
PTL_NODISCARD ptl_status ptl_workspace_approve(ptl_proposal_verdict *verdict, const ptl_call *call,
                                               const ptl_proposal *proposal, ptl_error *err);

#endif
