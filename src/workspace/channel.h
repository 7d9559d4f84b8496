/* channel.h: recognising a channel by what an export wrote. */
#ifndef PTL_WORKSPACE_CHANNEL_H
#define PTL_WORKSPACE_CHANNEL_H

#include "workspace/schema.h"
#include "workspace/workspace.h"

/** Build the index of names, labels and aliases, case folded and in order; a text that two
 * channels claim, or that one lists twice as an alias, is a fault at its later place. `list` is
 * the tree of channels.yaml. */
void ptl_channels_index(ptl_workspace *workspace, const ptl_yaml_node *list, ptl_schema_pass *pass);

/** `text` fits `pattern`, in which * stands for any text; both folded. */
bool ptl_folded_fits(ptl_text pattern, ptl_text text);
/** Folded text in `out`, of 4 * PTL_FOLD_CHARACTERS_MAX bytes; false where it is empty, not UTF-8
 * or too long to be anybody's name. */
bool ptl_fold(char *out, size_t *len, ptl_text text);

#endif
