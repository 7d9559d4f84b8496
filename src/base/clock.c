/* clock.c: the wall clock, which a test may stop, and the clock for durations.
 *
 * $PORTOLAN_NOW is for tests. A text there that is no RFC 3339 instant is passed over, since this
 * call cannot fail. */
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

ptl_instant ptl_clock_now(void)
{
    const char *fixed = getenv("PORTOLAN_NOW");
    ptl_instant instant;
    if (fixed && ptl_instant_parse(&instant, ptl_text_of(fixed), NULL) == PTL_OK) return instant;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * PTL_MICROS_PER_SECOND + (int64_t)now.tv_nsec / 1000;
}

int64_t ptl_clock_monotonic_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + (int64_t)now.tv_nsec / 1000000;
}
