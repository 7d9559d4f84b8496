/* role.c: see role.h. */
#include "ops/role.h"

#include <string.h>

typedef struct role_row {
    const char *name;
    bool analyses, changes;
} role_row;

static const role_row rows[] = {
#define ROLE_ROW(id, name, analyses, changes, about) {name, analyses, changes},
    PTL_ROLES(ROLE_ROW)
#undef ROLE_ROW
};

const char *ptl_role_name(ptl_role role)
{
    return (unsigned)role < PTL_ROLES_N ? rows[role].name : "nobody";
}

ptl_status ptl_role_find(ptl_role *out, ptl_text name, ptl_error *err)
{
    for (int i = 0; i < PTL_ROLES_N; i++)
        if (ptl_text_equal(name, ptl_text_of(rows[i].name))) {
            *out = (ptl_role)i;
            return PTL_OK;
        }
    (void)ptl_fail(err, PTL_E_INVALID, "no role is called \"%.*s\"",
                   (int)(name.len < 64 ? name.len : 64), name.ptr ? name.ptr : "");
    ptl_error_hint(err, "there are: %s", PTL_ROLE_CHOICES);
    return PTL_E_INVALID;
}

static bool takes_path(const ptl_op *op)
{
    for (int64_t i = 0; i < op->n_params; i++)
        if (op->params[i].type == PTL_PARAM_PATH) return true;
    return false;
}

bool ptl_op_is_read(const ptl_op *op)
{
    return !ptl_op_makes_run(op) && !(op->effects & PTL_DRAFT) && !op->is_long && !takes_path(op);
}

bool ptl_role_may(ptl_role role, const ptl_op *op)
{
    if ((unsigned)role >= PTL_ROLES_N) return false;
    if (role == PTL_ROLE_OWNER) return true;
    const bool reads = ptl_op_is_read(op);
    if (!reads && !rows[role].changes) return false;
    if (!reads && (op->effects & PTL_NO_STORE)) return false; /* works beside the workspace */
    if (strcmp(op->right, "everyone") == 0) return true;
    if (strcmp(op->right, "analyst") == 0) return rows[role].analyses;
    return strcmp(op->right, rows[role].name) == 0;
}
