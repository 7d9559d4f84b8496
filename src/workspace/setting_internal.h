/* setting_internal.h: what the form's reader and its writer share (setting.h). */
#ifndef PTL_WORKSPACE_SETTING_INTERNAL_H
#define PTL_WORKSPACE_SETTING_INTERNAL_H

#include "workspace/setting.h"

/** The file's tree; E_INVALID where it cannot be read. Its faults of meaning are not looked at. */
PTL_NODISCARD ptl_status ptl_setting_tree(const ptl_yaml_node **root, const char *file,
                                          ptl_text content, ptl_arena *arena, ptl_error *err);

/** The key of the schema that `path` names, NULL where there is none with a field of its own. */
const ptl_schema_key *ptl_setting_key(const char *file, ptl_text path);

/** "[12]." is cut from the head of `path` and 12 given back; else 0. */
int64_t ptl_setting_row(ptl_text *path);

/** What a node says, as ptl_setting has it; NULL for no node. */
PTL_NODISCARD ptl_status ptl_setting_value(const char **out, const ptl_yaml_node *node,
                                           ptl_arena *arena, ptl_error *err);

#endif
