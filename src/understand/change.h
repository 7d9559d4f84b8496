/* change.h: what changed in the newest week, and which part of it was what.
 *
 * Reads the run's day_channel and day_segment, clicks from spend, and measured effects; writes
 * `figure` rows named change.*, grain "week". Each metric of the company, of every channel and of
 * every segment is asked whether its newest complete week is what the weeks before and the same
 * weekdays a year before led one to expect (portolan/change.h); at most five are named.
 *
 * The split is arithmetic and says where a change sits, not why. *Why* is said only where an
 * effect of grade A, B or C was measured for that member and week; the rest is unexplained, and
 * shown. */
#ifndef PTL_UNDERSTAND_CHANGE_H
#define PTL_UNDERSTAND_CHANGE_H

#include "portolan/change.h"
#include "store/store.h"
#include "workspace/workspace.h"

enum { PTL_CHANGE_BECAUSE_MAX = 4 };

typedef struct ptl_change_options_run {
    int32_t size;
    int64_t run_id;
    bool has_as_of;
    ptl_day as_of;
} ptl_change_options_run;

/** One measured effect behind a change. */
typedef struct ptl_change_because {
    const char *name; /* of the effect, "geo_test_tv"                        */
    char grade;       /* 'A', 'B' or 'C'                                     */
    int64_t micros;   /* of this week                                        */
    double low, high; /* units, of this week; NaN where not stated           */
} ptl_change_because;

typedef struct ptl_changed {
    const char *metric;    /* "orders" "revenue" "cm1" "media" "cm2" "rate" "price"      */
    const char *dimension; /* "" the company, "channel", "segment"                        */
    const char *member;
    const char *label; /* as people call it                                           */
    const char *unit;  /* currency, "orders", "orders a click"                        */
    double value;      /* of the week                                                 */
    ptl_estimate expected;
    double change;          /* value - expected                                            */
    double chance;          /* of a change this large where nothing moved                  */
    double year_before;     /* the same weekdays; NaN where there are none                 */
    int64_t revenue_micros; /* change of revenue = volume + mix + rate + price + apart    */
    ptl_change_parts parts;
    int64_t apart_micros; /* of the company alone: what sits in no channel                */
    int64_t cost_micros, media_micros; /* what cost and media did to CM2: minus their change */
    int64_t cm2_micros; /* revenue + cost + media, exactly                              */
    ptl_change_because because[PTL_CHANGE_BECAUSE_MAX];
    int32_t n_because;
    int64_t unexplained_micros; /* cm2 less every `because`                               */
} ptl_changed;

typedef struct ptl_changes {
    int64_t run_id;      /* 0: no run has asked                                           */
    ptl_day from, to;    /* the week                                                      */
    ptl_verdict verdict; /* NOT_IDENTIFIED where no history is long enough                */
    int64_t n_asked;     /* cells                                                         */
    double least;        /* smallest change worth acting on, in money a week              */
    ptl_changed found[PTL_CHANGE_FOUND_MAX]; /* most worth first */
    int32_t n_found;
} ptl_changes;

PTL_NODISCARD ptl_status ptl_change_run(ptl_changes *out, ptl_store *store,
                                        const ptl_workspace *workspace,
                                        const ptl_change_options_run *options, ptl_arena *arena,
                                        ptl_error *err);

/** What run `run_id` found (0: the newest that asked). Everything lies in the arena. */
PTL_NODISCARD ptl_status ptl_change_read(ptl_changes *out, ptl_store *store,
                                         const ptl_workspace *workspace, int64_t run_id,
                                         ptl_arena *arena, ptl_error *err);

#endif
