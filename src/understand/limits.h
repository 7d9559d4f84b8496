/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_UNDERSTAND_LIMITS_H
#define PTL_UNDERSTAND_LIMITS_H

enum {
    PTL_MONEY_CHANNELS_MAX =
        1000,                   /* channels, governed or as recorded: more is an unmapped column */
    PTL_MONEY_DAYS_MAX = 36525, /* days between the first and the last fact: a century */
    PTL_CHANGE_MEMBERS_MAX = 4000, /* the company, its channels and segments asked for a change */
    PTL_KPI_CURRENCIES_MAX = 64,   /* of facts; more is a column that holds something else */
    PTL_KPI_LINES_MAX = 4000000,   /* lines of money of one customer, held while they are read */
    PTL_KPI_COSTS_MAX = 1000000,   /* rows of marketing's own costs */
    PTL_KPI_MEMBERS_MAX = 10000,   /* campaigns, reasons, places that figures are split by */
    PTL_KPI_MEANINGS_MAX =
        4096, /* texts of one column whose meaning is remembered, not asked again */
    PTL_KPI_CUT_MEMBERS_MAX = 500,  /* campaigns, places: more are counted together as "(other)" */
    PTL_KPI_CUT_CELLS_MAX = 800000, /* days of members: 200 MB */
    PTL_KPI_CUT_WEEKS = 26,         /* newest weeks with figures by campaign, place and the like */
    PTL_KPI_ARENA_BYTES_MAX = 1024 << 20, /* days × channels × measures, cuts, cohorts */
    PTL_COHORT_MONTHS_MAX = 1201,         /* a century of months won */
    PTL_COHORT_AGES_MAX = 120,            /* months of life that a cohort is followed */
    PTL_COHORT_WEEKS_MAX = 157,     /* newest weeks of acquisition kept by week: three years */
    PTL_COHORT_PRODUCTS_MAX = 4096, /* first products told apart; others count together */
    PTL_COHORT_PRODUCT_ROWS_MAX = 100000, /* months of products with their life: 150 MB */
    PTL_COHORT_SPLIT_AGES = 25, /* months of life of channels' and products' cohorts with figures */
    PTL_COHORT_SPLIT_MONTHS = 36,   /* newest months of them */
    PTL_COHORT_PRODUCTS_SHOWN = 20, /* first products with figures, those that won most */
    PTL_JOURNEY_LABELS_MAX = 4095,  /* channels or campaigns of journeys: what science takes */
    PTL_JOURNEY_UNIT_TOUCHES_MAX = 1000000, /* of one person or account: a machine's, beyond */
    PTL_JOURNEY_CONVERSIONS_MAX = 50000000, /* held while events stream by: 1.2 GB */
    PTL_JOURNEY_PATHS_MAX = 100000000,      /* distinct ones, a number of 32 bits each */
    PTL_JOURNEY_CELLS_MAX = 200000000,      /* paths by group of persons: 4.8 GB */
    PTL_JOURNEY_TOUCHES_MAX = 1000000000,   /* of all distinct paths: 4 GB */
    PTL_JOURNEY_PASS_EVENTS = 1 << 25,      /* held at once: 805 MB                           */
    PTL_JOURNEY_RANGE_EVENTS = 1 << 17,  /* sorted at once: 3 MB, what a processor's cache holds */
    PTL_JOURNEY_LOG_WORDS_MAX = 1 << 29, /* of journeys of one range of persons: 4 GB      */
    PTL_JOURNEY_SAMPLE_EVENTS_PER_CONVERSION = 60, /* of a sample: a conversion costs as much */
    PTL_ATTRIBUTION_CLOCKED_CHANNELS = 256, /* of the time-to-event model: two parameters each */
    PTL_JOURNEY_LISTED_PATHS = 1000 /* kept of a run: the most taken, what anybody looks through */
};

#endif
