/* effort.h: how often a test repeats what it judges by many repetitions.
 *
 * A sanitizer looks for bad memory and races, which the first repetitions show as well as the last,
 * and costs four to fifty times the time: there `tools/test` sets PTL_FEW=1. What holds for many
 * must hold for few too, within bounds that widen as numbers shrink. PTL_LONG=1 repeats so often
 * that rates are told to a percent. */
#ifndef PTL_TESTS_EFFORT_H
#define PTL_TESTS_EFFORT_H

#include <stdlib.h>

static inline int effort(int few, int usual, int many)
{
    if (getenv("PTL_LONG")) return many;
    return getenv("PTL_FEW") ? few : usual;
}

#endif
