/* freshness.h: whether each source sends what it usually sends.
 *
 * The last fourteen days, each held against the source's own habit: how often it had rows on a day
 * in the eight weeks before, and how many. A source that sends once a month is not late on the
 * other days. Pure reading; the audit says what a gap is worth. */
#ifndef PTL_OBSERVE_FRESHNESS_H
#define PTL_OBSERVE_FRESHNESS_H

#include "store/store.h"
#include "workspace/workspace.h"

enum {
    PTL_FRESH_DAYS = 14,  /* shown                             */
    PTL_FRESH_HABIT = 56, /* days before them that tell a habit */
};

typedef enum ptl_fresh_day {
    PTL_DAY_USUAL,   /* at least half of what the weekday usually brings */
    PTL_DAY_FEW,     /* fewer                                            */
    PTL_DAY_MISSING, /* nothing, where there is nearly always something  */
    PTL_DAY_NOT_DUE  /* nothing, and that is usual                       */
} ptl_fresh_day;

/* What needs somebody first. */
typedef enum ptl_fresh_state {
    PTL_FRESH_MISSING, /* missing up to the newest day                    */
    PTL_FRESH_FEW,     /* there, with fewer than half the usual rows      */
    PTL_FRESH_NOTHING, /* nothing was ever loaded                         */
    PTL_FRESH,         /* the newest day it was due is there              */
    PTL_FRESH_UNDATED, /* its table is not kept by day: plans, books      */
    PTL_N_FRESH_STATES
} ptl_fresh_state;

typedef struct ptl_fresh_source {
    const ptl_source_config *source;
    bool is_loaded;
    int64_t files, rows, set_aside; /* of the loads in force      */
    bool has_last;
    ptl_day last; /* newest local day it reaches */
    ptl_fresh_day day[PTL_FRESH_DAYS];
    double rows_a_day; /* mean of the days shown; NaN: not by day */
    int64_t missing;   /* days without rows up to the newest, where they were due */
    ptl_fresh_state state;
} ptl_fresh_source;

typedef struct ptl_freshness {
    ptl_fresh_source *sources;         /* as the workspace has them */
    int64_t n_sources, n_fresh, n_due; /* n_due: kept by day, or never loaded */
    bool has_days;
    ptl_day first, last; /* the days shown: the last complete local day and those before */
} ptl_freshness;

PTL_NODISCARD ptl_status ptl_freshness_read(ptl_freshness *out, ptl_store *store,
                                            const ptl_workspace *workspace, ptl_arena *arena,
                                            ptl_error *err);

#endif
