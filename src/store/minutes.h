/* minutes.h: what reviews decided, who does it and by when.
 *
 * Invariants. 1. An action has one owner and a day. 2. It is open until it is closed with an
 * outcome, and carried from review to review meanwhile. 3. Nothing is changed or taken back: a
 * mistake is closed with words, and entered anew. */
#ifndef PTL_STORE_MINUTES_H
#define PTL_STORE_MINUTES_H

#include "store/records.h"

typedef enum ptl_minute_kind { PTL_MINUTE_DECISION, PTL_MINUTE_ACTION } ptl_minute_kind;

const char *ptl_minute_kind_text(ptl_minute_kind kind); /* "decision", "action" */

typedef struct ptl_minute {
    int64_t minute_id;
    ptl_minute_kind kind;
    const char *what;  /* one sentence                            */
    const char *owner; /* one person; NULL where a decision has none */
    bool has_due;
    ptl_day due_on, met_on;           /* met_on: the day of the meeting     */
    ptl_instant opened_at, closed_at; /* closed_at 0: open          */
    const char *opened_by, *closed_by;
    const char *outcome; /* how it ended; NULL while open           */
    int64_t run_id;
} ptl_minute;

/** Enter; sets minute_id. E_INVALID says what an action lacks. */
PTL_NODISCARD ptl_status ptl_minutes_add(ptl_minute *minute, ptl_records *records, ptl_error *err);

/** The same outcome again changes nothing. E_NOT_FOUND names the highest there is, E_CONFLICT one
 * that was closed with another outcome. */
PTL_NODISCARD ptl_status ptl_minutes_close(ptl_records *records, int64_t minute_id,
                                           const char *outcome, const char *actor, ptl_instant at,
                                           ptl_error *err);

typedef struct ptl_minutes_options {
    int32_t size;
    ptl_instant at; /* as they stood then; PTL_INSTANT_EVER: now                       */
    bool carried;   /* only open actions, and everything met on or after `since`       */
    ptl_day since;
    int64_t limit;
} ptl_minutes_options;

/** Open ones first, by their day. Texts lie in the arena. */
PTL_NODISCARD ptl_status ptl_minutes_list(ptl_minute **out, int64_t *n, ptl_records *records,
                                          const ptl_minutes_options *options, ptl_arena *arena,
                                          ptl_error *err);

/** Whether an action was to be done before `day` and is open. */
bool ptl_minute_is_late(const ptl_minute *minute, ptl_day day);

#endif
