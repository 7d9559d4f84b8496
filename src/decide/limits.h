/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_DECIDE_LIMITS_H
#define PTL_DECIDE_LIMITS_H

enum {
    PTL_MEDIA_PLAN_WEEKS_MAX = 104, /* two years: prices and demand of later weeks are guesses */
    PTL_NEXT_DESIGNS_MAX = 20 /* lengths or shares tried per channel: a table that a person reads */
};

#endif
