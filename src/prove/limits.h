/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_PROVE_LIMITS_H
#define PTL_PROVE_LIMITS_H

enum {
    PTL_RECONCILE_PERIODS_MAX = 1200,  /* periods of the books: a century of months            */
    PTL_RECONCILE_DAYS_MAX = 36525,    /* between the books' first and last day: a century     */
    PTL_RECONCILE_SHIFT_DAYS = 3,      /* a line is booked at most so many days later or earlier */
    PTL_RECONCILE_CURRENCIES_MAX = 64, /* of facts; more is a column that holds something else */
    PTL_RECONCILE_CHANNELS_MAX = 1000, /* of media                                             */
    PTL_RECONCILE_BYTES_MAX = 512 << 20, /* days × channels, held while books are compared       */
    PTL_SIGNATURE_ENTRIES_MAX = 100000,  /* newest of the ledger that are searched for signatures */
    PTL_BUNDLE_BYTES_MAX = 64 << 20      /* of one file of an auditor's bundle                   */
};

#endif
