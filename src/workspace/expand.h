/* expand.h: variables of the environment in file patterns. */
#ifndef PTL_WORKSPACE_EXPAND_H
#define PTL_WORKSPACE_EXPAND_H

#include "base/text.h"

/** Whether every "${" is closed around a name of A-Z, a-z, 0-9 and _. */
bool ptl_pattern_valid(ptl_text pattern);

#endif
