/* blank.h: a workspace that nobody has set up yet.
 *
 * Whoever serves an empty folder needs something in force before the first file is there. The
 * first line of its portolan.yaml says so; `start` writes over such a file and over no other. */
#ifndef PTL_WORKSPACE_BLANK_H
#define PTL_WORKSPACE_BLANK_H

#include "portolan/arena.h"

/* A line of its own: whoever takes it away keeps the file. */
#define PTL_BLANK_MARK "# Not set up yet: the next `portolan start` writes over this file.\n"

/** Whether the file at `path` is there and begins with the mark. */
bool ptl_workspace_is_blank(const char *path);

/** Make the folder where it is missing, and in it a blank portolan.yaml where there is none:
 * named after the folder, in euro, in the system's zone. What is there stays. */
PTL_NODISCARD ptl_status ptl_workspace_make_blank(const char *root, ptl_arena *arena,
                                                  ptl_error *err);

#endif
