/* limits.h: everything in simulate that grows, and how far. One line each: ceiling, reason. */
#ifndef PTL_SIMULATE_LIMITS_H
#define PTL_SIMULATE_LIMITS_H

enum {
    PTL_SIM_PERSONS_MAX = 10000000, /* an order's number holds its person in 24 bits            */
    PTL_SIM_WEEKS_MAX = 520,        /* ten years: an order's number holds its second in 29 bits  */
    PTL_SIM_CHANNELS_MAX = 8,       /* channels of one world that can be switched off            */
    PTL_SIM_SCENARIOS_MAX = 2 + 2 * PTL_SIM_CHANNELS_MAX, /* as it was, none, each off, each more */
    PTL_SIM_BURN_DAYS = 91,         /* media before the first day, so that carry-over is steady  */
    PTL_SIM_LAGS = 91,              /* days after which carry-over is forgotten                  */
    PTL_SIM_CANDIDATES_MAX = 4096,  /* moments at which one person might buy; beyond: E_LIMIT    */
    PTL_SIM_ORDERS_MAX = 8192,      /* different orders of one person over all scenarios         */
    PTL_SIM_BUFFER_BYTES = 1 << 16, /* gathered before a file is written to                      */
    PTL_SIM_BUFFER_BYTES_MAX = 1 << 24, /* more gains nothing                                    */
    PTL_SIM_SPILL_BYTES = 1 << 13, /* of one bucket, gathered before it goes to disk            */
    PTL_SIM_ARENA_BYTES_MAX = 512 << 20 /* ten years of days, weeks' orders of 10 million people */
};

#endif
