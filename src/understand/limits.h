/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_UNDERSTAND_LIMITS_H
#define PTL_UNDERSTAND_LIMITS_H

enum {
    PTL_MONEY_CHANNELS_MAX =
        1000,                    /* channels, governed or as recorded: more is an unmapped column */
    PTL_MONEY_DAYS_MAX = 36525,  /* days between the first and the last fact: a century           */
    PTL_MONEY_RATE_AGE_DAYS = 7, /* a rate may be this old: weekends and holidays have none      */
    PTL_JOURNEY_LABELS_MAX = 4095, /* channels or campaigns of journeys: what science takes       */
    PTL_JOURNEY_UNIT_TOUCHES_MAX = 1000000, /* of one person or account: a machine's, beyond      */
    PTL_JOURNEY_CONVERSIONS_MAX = 50000000, /* held while events stream by: 1.2 GB                */
    PTL_JOURNEY_PATHS_MAX = 100000000,      /* distinct ones, a number of 32 bits each            */
    PTL_JOURNEY_CELLS_MAX = 200000000,      /* paths by group of persons: 4.8 GB                  */
    PTL_JOURNEY_TOUCHES_MAX = 1000000000,   /* of all distinct paths: 4 GB                        */
    PTL_JOURNEY_LISTED_PATHS = 1000 /* kept of a run: the most taken, what anybody looks through  */
};

#endif
