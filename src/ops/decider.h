/* decider.h: who may decide on a proposal.
 *
 * The rule, once. A proposal names the role that holds the right; people who sign in with that role
 * or as owner, who see the whole company, and whose name is not the author's may decide, and so may
 * the workspace's own user at its terminal where somebody else drafted it. A key is no person and
 * decides nothing. What was drafted at the terminal is not decided there, under whatever name.
 *
 * Whether somebody else holds the right is asked of people who can sign in, not of the terminal:
 * who sits there is often the one who signs in, and a company of one must not wait for itself. */
#ifndef PTL_OPS_DECIDER_H
#define PTL_OPS_DECIDER_H

#include "ops/op.h"

typedef struct ptl_deciders {
    const char **names; /* in the order they were invited */
    int64_t n;
    const char *words; /* "ines", "ines or tom", "ines, tom or 3 others"; NULL: nobody */
    const char *json;  /* the names as a JSON array                                    */
} ptl_deciders;

/** Everybody but `author` who may decide where `holder` holds the right. In the arena. */
PTL_NODISCARD ptl_status ptl_deciders_of(ptl_deciders *out, ptl_records *records,
                                         const char *holder, const char *author, ptl_arena *arena,
                                         ptl_error *err);

/** Whether the caller is the workspace's own user. */
bool ptl_call_is_terminal(const ptl_call *call);

/** E_DENIED, naming who may, unless the caller holds `holder`'s right. */
PTL_NODISCARD ptl_status ptl_decider_check(const ptl_call *call, const char *holder,
                                           ptl_error *err);

#endif
