/* journey_internal.h: what the files of journeys share. */
#ifndef PTL_UNDERSTAND_JOURNEY_INTERNAL_H
#define PTL_UNDERSTAND_JOURNEY_INTERNAL_H

#include "understand/journey.h"
#include "understand/limits.h"

/* --- journey_cut.c: one unit's touches and conversions become journeys ------------------------ */

typedef struct ptl_touch {
    ptl_instant at;
    int32_t channel;
} ptl_touch;

typedef struct ptl_conversion {
    int64_t unit; /* -1: the fact names nobody */
    ptl_instant at;
    int64_t value_micros;
} ptl_conversion;

typedef struct ptl_journey_rules {
    int64_t look_back; /* micros */
    int64_t session;   /* micros */
    int64_t touches_max;
    int32_t direct; /* channel, -1: none */
    bool direct_counts;
    ptl_instant from, to; /* journeys that end in [from, to) are handed over */
} ptl_journey_rules;

/* One journey, borrowed for the call. `touches` are those kept, oldest first. */
typedef struct ptl_journey {
    const ptl_touch *touches;
    int64_t n;
    int64_t n_cut; /* older touches that were cut off */
    bool converts;
    ptl_instant ended_at;      /* the conversion, or the last touch */
    ptl_instant watched_until; /* without a conversion: until then none came, as far as the next
                                  touch, or the look-back, allows to say */
    int64_t value_micros;
} ptl_journey;
typedef ptl_status (*ptl_journey_fn)(void *ctx, const ptl_journey *journey, ptl_error *err);

/** All journeys of one unit, in the order in which they begin. Both lists are in the order of time;
 * touches after sessions. */
PTL_NODISCARD ptl_status ptl_journey_cut(const ptl_touch *touches, int64_t n_touches,
                                         const ptl_conversion *conversions, int64_t n_conversions,
                                         const ptl_journey_rules *rules, ptl_journey_fn fn,
                                         void *ctx, ptl_error *err);

/* A running session. All zero before a unit's first event. */
typedef struct ptl_session {
    bool is_open;
    ptl_instant last_at;
    int32_t channel;
} ptl_session;

/** Whether the event is a touch of its own. */
bool ptl_session_touch(ptl_session *session, ptl_instant at, int32_t channel,
                       const ptl_journey_rules *rules);

/* --- journey_paths.c: journeys become weighted distinct paths --------------------------------- */

typedef struct ptl_path_table ptl_path_table;

/** `timed`: paths differ by their gaps too. */
PTL_NODISCARD ptl_status ptl_path_table_new(ptl_path_table **out, bool timed, ptl_error *err);
void ptl_path_table_free(ptl_path_table *table);

/** Count a journey `times` for its group, [0, 64). E_LIMIT where the table is full. */
PTL_NODISCARD ptl_status ptl_path_table_add(ptl_path_table *table, const ptl_journey *journey,
                                            int64_t value_micros, int32_t group, uint32_t times,
                                            ptl_error *err);

/** The table as science reads it, cells in the order of paths; it stays the table's. What only
 * adding needed is let go: nothing can be added afterwards. */
PTL_NODISCARD ptl_status ptl_path_table_finish(ptl_paths *out, ptl_path_table *table,
                                               int32_t n_channels, int32_t direct, ptl_error *err);

/* --- journey_goal.c: conversions of a goal ---------------------------------------------------- */

typedef struct ptl_conversions {
    ptl_conversion *items; /* by unit, instant and the conversion's own number */
    int64_t n, capacity;
} ptl_conversions;

/** Conversions known by `known_by` in [from, to), worth what the goal says. */
PTL_NODISCARD ptl_status ptl_conversions_read(ptl_conversions *out, ptl_store *store,
                                              const ptl_workspace *workspace,
                                              const ptl_goal_config *goal, ptl_instant known_by,
                                              ptl_instant from, ptl_instant to,
                                              ptl_progress *progress, ptl_error *err);
void ptl_conversions_dispose(ptl_conversions *conversions);

/** Room for one more item of `size` bytes in *items, by doubling up to `max` items: E_LIMIT names
 * `what`. */
PTL_NODISCARD ptl_status ptl_journey_room(void *items, int64_t n, int64_t *capacity, size_t size,
                                          int64_t max, const char *what, ptl_error *err);

#endif
