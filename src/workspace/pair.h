/* pair.h: a name and a text, as a map of a file's own choosing gives them. */
#ifndef PTL_WORKSPACE_PAIR_H
#define PTL_WORKSPACE_PAIR_H

#include "base/text.h"

typedef struct ptl_pair {
    const char *name; /* [a-z0-9_]+ */
    const char *text; /* one line   */
} ptl_pair;

/** The text under `name`; NULL where the list has none such. */
static inline const char *ptl_pair_find(const ptl_pair *pairs, int64_t n, ptl_text name)
{
    for (int64_t i = 0; i < n; i++)
        if (ptl_text_equal(ptl_text_of(pairs[i].name), name)) return pairs[i].text;
    return NULL;
}

#endif
