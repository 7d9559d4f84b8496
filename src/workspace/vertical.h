/* vertical.h: the parts of a company that one person each answers for. */
#ifndef PTL_WORKSPACE_VERTICAL_H
#define PTL_WORKSPACE_VERTICAL_H

#include "workspace/tables.h"

/** Faults of the list as a whole: too many of them, a name twice, a name that a channel has. */
void ptl_verticals_check(const ptl_workspace *workspace, const ptl_yaml_node *list,
                         ptl_schema_pass *pass);

#endif
