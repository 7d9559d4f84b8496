/* yaml_internal.h: what the two halves of the YAML reader share. */
#ifndef PTL_WORKSPACE_YAML_INTERNAL_H
#define PTL_WORKSPACE_YAML_INTERNAL_H

#include "workspace/yaml.h"

/** Look at every character before the parser does; true where none is a fault. */
bool ptl_yaml_scan(const char *file, ptl_text content, ptl_faults *faults);

#endif
