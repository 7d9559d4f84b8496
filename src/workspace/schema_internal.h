/* schema_internal.h: what the walker and the readers of single values share. */
#ifndef PTL_WORKSPACE_SCHEMA_INTERNAL_H
#define PTL_WORKSPACE_SCHEMA_INTERNAL_H

#include "workspace/schema.h"

/** What one scalar was read from: a node of the file, or a default of the table. */
typedef struct ptl_scalar {
    const ptl_schema_key *key;
    ptl_text text; /* terminated */
    ptl_schema_pass *pass;
    char nearest[128]; /* filled where a value is refused and a better one is near */
} ptl_scalar;

/** Write the value to `field`; false where the text is not allowed. */
bool ptl_schema_read(void *field, ptl_scalar *scalar);

/** One item of TEXTS, copied; NULL where it is not allowed. */
const char *ptl_schema_read_item(ptl_scalar *scalar);

/** One line of PAIRS, copied; false where the name or the text is not allowed. */
bool ptl_schema_read_pair(ptl_pair *out, ptl_text name, ptl_scalar *scalar);

/** "text", "whole number": the kind's short name on the reference page. */
const char *ptl_schema_kind_name(ptl_schema_kind kind);

#endif
