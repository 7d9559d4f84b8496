/* zone_internal.h: what a zone holds, between the file that reads it and the one that uses it. */
#ifndef PTL_BASE_ZONE_INTERNAL_H
#define PTL_BASE_ZONE_INTERNAL_H

#include "base/civil_internal.h"

/* One allocation: the arrays and the name lie behind the struct. */
struct ptl_zone {
    size_t bytes; /* of that allocation */
    const char *name;
    const int64_t *at;     /* [n_transitions] UTC seconds, ascending           */
    const int32_t *offset; /* [n_transitions] seconds east from at[i] onwards   */
    int32_t n_transitions;
    int32_t first_offset; /* before the first transition                        */
    bool has_rule;
    ptl_tz_rule rule;
};

#endif
