/* size.h: how large something is in the reporting currency, for findings and lists.
 *
 * Amounts are turned by the newest rate of their currency, as the query audit/rates gives it: good
 * enough to put the largest first, and never a figure. */
#ifndef PTL_OBSERVE_SIZE_H
#define PTL_OBSERVE_SIZE_H

#include "store/table.h"

/** Millionths of the reporting currency; as they are where no rate is known. */
int64_t ptl_size_home(const ptl_table *rates, int64_t micros, ptl_text currency,
                      const char *reporting);

#endif
