/* setting.h: the workspace's files as a form: every value with its place in the file, and a change
 * of one value that leaves every other byte as it was.
 *
 * A setting is named by its path in the file, as faults name it: "kpi.to", "[2].label" (the second
 * item of the list), "goals[1].name", "columns.cost". A list of texts is one text a line. "[2]" and
 * "goals[1]" name a whole item, which can be left out.
 *
 * Invariants. 1. Only the bytes of the value change, or those of the lines that hold it alone:
 * comments, order and quotes of all else stay. 2. What was written reads back as the value that was
 * given, and every other value as before; anything else is an error and no text. Whether the value
 * is allowed is not looked at here: ptl_workspace_parse checks the files whole. */
#ifndef PTL_WORKSPACE_SETTING_H
#define PTL_WORKSPACE_SETTING_H

#include "workspace/schema.h"
#include "workspace/workspace.h"

typedef struct ptl_setting {
    const char *file;
    const char *path;
    const char *row; /* the name of the list's item it belongs to; NULL where it is of no item */
    const ptl_schema_key *key; /* of a column or slot: made for it, in the arena */
    const char *value;         /* as it is written, without quotes; NULL: not given */
    int64_t line;              /* 0: not given */
} ptl_setting;

/** Whether people may change this file in a form: one of those below, or sources/<name>.yaml. */
bool ptl_setting_has(const char *file);

/** The i-th file that every workspace has room for, from 0; NULL beyond the last. */
const char *ptl_setting_file(int64_t i);

/** Every setting that `file` has room for, in the order of its schema, rows of a list one after the
 * other; of a source the columns and slots of its preset too. In the arena. E_INVALID where the
 * file cannot be read as YAML. */
PTL_NODISCARD ptl_status ptl_setting_list(ptl_setting **out, int64_t *n,
                                          const ptl_config_file *file, ptl_arena *arena,
                                          ptl_error *err);

/** What the next item of the file's list may say, by the paths that would add it. */
PTL_NODISCARD ptl_status ptl_setting_next(ptl_setting **out, int64_t *n,
                                          const ptl_config_file *file, ptl_arena *arena,
                                          ptl_error *err);

/** The content of `file` with the setting at `path` as `value`; empty leaves it out, an item with
 * the comments that belong to it. The first item beyond a list's last, "[n + 1]", adds a row.
 * E_NOT_FOUND where the file has no room for `path`, E_INVALID where what stands there cannot be
 * changed alone. */
PTL_NODISCARD ptl_status ptl_setting_change(ptl_text *out, const ptl_config_file *file,
                                            const char *path, ptl_text value, ptl_arena *arena,
                                            ptl_error *err);

#endif
