/* channel.h: recognising a channel by what an export wrote. */
#ifndef PTL_WORKSPACE_CHANNEL_H
#define PTL_WORKSPACE_CHANNEL_H

#include "workspace/schema.h"
#include "workspace/workspace.h"

/** Build the index of names, labels and aliases, case folded and in order; a text that two
 * channels claim, or that one lists twice as an alias, is a fault at its later place. `list` is
 * the tree of channels.yaml. */
void ptl_channels_index(ptl_workspace *workspace, const ptl_yaml_node *list, ptl_schema_pass *pass);

#endif
