/* vertical.h: whose rows a caller sees.
 *
 * A person or a key may be bound to verticals. Then rows that name another vertical are left out
 * of every answer, in every face: a row names one in a column `vertical`, or, where its `dimension`
 * is "vertical", in the column `member` or `channel`. Rows of the whole company name none. */
#ifndef PTL_OPS_VERTICAL_H
#define PTL_OPS_VERTICAL_H

#include "ops/reply.h"

enum { PTL_VERTICALS_BYTES_MAX = 256, PTL_OPERATIONS_BYTES_MAX = 512 };

/** Whether `name` is one of `lines`, names one a line; NULL or "" is all. */
bool ptl_lines_hold(const char *lines, ptl_text name);

/** Leave out what whoever is bound to these verticals does not see; NULL or "": nothing. */
void ptl_reply_bound(ptl_reply *reply, const char *verticals);

#endif
