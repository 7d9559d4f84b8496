/* setting.h: the workspace's files as a form: every value with its place in the file, and a change
 * of one value that leaves every other byte as it was.
 *
 * A setting is named by its path in the file, as faults name it: "kpi.to", "[2].label" (the second
 * item of the list). A list of texts is one text a line.
 *
 * Invariants. 1. Only the bytes of the value change, or those of the line that holds it alone:
 * comments, order and quotes of all else stay. 2. What was written reads back as the value that was
 * given; anything else is an error and no text. Whether the value is allowed is not looked at here:
 * ptl_workspace_parse checks the files whole. */
#ifndef PTL_WORKSPACE_SETTING_H
#define PTL_WORKSPACE_SETTING_H

#include "workspace/schema.h"
#include "workspace/workspace.h"

typedef struct ptl_setting {
    const char *file;
    const char *path;
    const char *row; /* the name of the list's item it belongs to; NULL where the file is a map */
    const ptl_schema_key *key;
    const char *value; /* as it is written, without quotes; NULL: not given */
    int64_t line;      /* 0: not given */
} ptl_setting;

/** Whether people may change this file in a form: portolan.yaml, channels.yaml. */
bool ptl_setting_has(const char *file);

/** Every setting that `file` has room for, in the order of its schema, rows of a list one after the
 * other. In the arena. E_INVALID where the file cannot be read as YAML. */
PTL_NODISCARD ptl_status ptl_setting_list(ptl_setting **out, int64_t *n,
                                          const ptl_config_file *file, ptl_arena *arena,
                                          ptl_error *err);

/** The content of `file` with the setting at `path` as `value`; empty leaves it out. The first item
 * beyond a list's last, "[n + 1]", adds a row. E_NOT_FOUND where the file has no room for `path`,
 * E_INVALID where what stands there cannot be changed alone. */
PTL_NODISCARD ptl_status ptl_setting_change(ptl_text *out, const ptl_config_file *file,
                                            const char *path, ptl_text value, ptl_arena *arena,
                                            ptl_error *err);

#endif
