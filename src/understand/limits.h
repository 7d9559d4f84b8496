/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_UNDERSTAND_LIMITS_H
#define PTL_UNDERSTAND_LIMITS_H

enum {
    PTL_MONEY_CHANNELS_MAX =
        1000,                   /* channels, governed or as recorded: more is an unmapped column */
    PTL_MONEY_DAYS_MAX = 36525, /* days between the first and the last fact: a century           */
    PTL_MONEY_RATE_AGE_DAYS = 7, /* a rate may be this old: weekends and holidays have none      */
    PTL_CHANGE_MEMBERS_MAX = 4000 /* the company, its channels and segments asked for a change   */
};

#endif
