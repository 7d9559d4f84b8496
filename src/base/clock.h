/* clock.h: the only place that asks what time it is. Rooms take instants as arguments. */
#ifndef PTL_BASE_CLOCK_H
#define PTL_BASE_CLOCK_H

#include "base/civil.h"

ptl_instant ptl_clock_now(void); /* wall clock, UTC micros; $PORTOLAN_NOW (RFC 3339) in tests */
int64_t ptl_clock_monotonic_ms(void); /* for durations, never shown as a date */

#endif
