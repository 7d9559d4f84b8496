/* role.h: what a role may do: the one table between a person's part in the company and an
 * operation's `right`. Whoever sits at the workspace's own terminal is the owner. */
#ifndef PTL_OPS_ROLE_H
#define PTL_OPS_ROLE_H

#include "ops/op.h"

/* name, may use what needs an analyst, may change anything at all, who it is */
#define PTL_ROLES(X)                                                                               \
    X(OWNER, "owner", true, true, "everything, people and keys too")                               \
    X(VERTICAL, "vertical_owner", false, true, "owner of an audience")                             \
    X(ANALYST, "analyst", true, true, "imports, fits, checks and challenges")                      \
    X(REVENUE, "revenue_operations", true, true, "runs the numbers between the teams")             \
    X(SALES, "sales", false, true, "leads and deals")                                              \
    X(SUCCESS, "success", false, true, "customers in use")                                         \
    X(PRODUCT, "product", false, true, "what is built")                                            \
    X(CREATIVE, "creative", false, true, "what is said and shown")                                 \
    X(FINANCE, "finance", false, true, "the books")                                                \
    X(PRIVACY, "privacy", false, true, "consent and erasure")                                      \
    X(PEOPLE, "people_partner", false, true, "people and their work")                              \
    X(BOARD, "board", false, false, "reads, changes nothing")

typedef enum ptl_role {
#define PTL_ROLE_ENUM(id, name, analyses, changes, about) PTL_ROLE_##id,
    PTL_ROLES(PTL_ROLE_ENUM)
#undef PTL_ROLE_ENUM
        PTL_ROLES_N
} ptl_role;

/* "owner|analyst|…", for a parameter's choices */
#define PTL_ROLE_CHOICES                                                                           \
    "owner|vertical_owner|analyst|revenue_operations|sales|success|product|creative|finance|"      \
    "privacy|people_partner|board"

const char *ptl_role_name(ptl_role role);
/** By name; E_INVALID names what there is. */
PTL_NODISCARD ptl_status ptl_role_find(ptl_role *out, ptl_text name, ptl_error *err);

/** Whether a call of `op` changes nothing, leaves nothing and comes back at once: it takes no path
 * on the machine, is not long, and makes no run. */
bool ptl_op_is_read(const ptl_op *op);

/** Whether `role` may call `op`. A right that no row here knows is the owner's alone, or that of
 * the role with its name. */
bool ptl_role_may(ptl_role role, const ptl_op *op);

#endif
