/* decide_proposal.h: what a proposal says of itself, and how a plan becomes one. */
#ifndef PTL_OPS_DECIDE_PROPOSAL_H
#define PTL_OPS_DECIDE_PROPOSAL_H

#include "ops/workspace_proposal.h"

/** What a plan is worth, in the arena: "+€210k, 90 to 330". NULL where it is no plan. */
const char *ptl_proposal_worth(const ptl_proposal *proposal, ptl_arena *arena);

/** Everything about one, as the answer of proposal.show. */
PTL_NODISCARD ptl_status ptl_proposal_say(const ptl_call *call, const ptl_proposal *proposal,
                                          const ptl_deciders *deciders, ptl_error *err);

#endif
