/* pulse.h: how many changes the stores have seen, so that whoever reads knows what state it read.
 *
 * Every commit, of either store and through any handle, counts itself in before it begins and out
 * after it ended. A reader that finds n in and n out before its snapshot, and still n in after it,
 * sees exactly n changes: its answer may stand for the state n until the next commit counts itself
 * out. What changed meanwhile is answered too, but stands for no state.
 *
 * Threads: any. */
#ifndef PTL_STORE_PULSE_H
#define PTL_STORE_PULSE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ptl_pulse {
    _Atomic int64_t begun, ended;
} ptl_pulse;

/** `pulse` may be NULL: nobody asks. */
static inline void ptl_pulse_begin(ptl_pulse *pulse)
{
    if (pulse) atomic_fetch_add(&pulse->begun, 1);
}

static inline void ptl_pulse_end(ptl_pulse *pulse)
{
    if (pulse) atomic_fetch_add(&pulse->ended, 1);
}

/** The state now, -1 while a commit is under way. `ended` is read first: equal means that between
 * the two looks nothing was. */
static inline int64_t ptl_pulse_state(ptl_pulse *pulse)
{
    const int64_t ended = atomic_load(&pulse->ended);
    return atomic_load(&pulse->begun) == ended ? ended : -1;
}

/** Whether no commit began since the state was `state`. */
static inline bool ptl_pulse_holds(ptl_pulse *pulse, int64_t state)
{
    return state >= 0 && atomic_load(&pulse->begun) == state;
}

#endif
