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

/* --- journey_channel.c: what events call their channel, and what the workspace calls it --------
 */

typedef struct ptl_journey_labels {
    ptl_buffer recorded; /* joined by unit separators           */
    int32_t *channel_of; /* of label code; 0, no label: -1      */
    int64_t n;
    const char **channels; /* sorted, each once */
    int64_t n_channels;
} ptl_journey_labels;

/** Names live in `arena`. Dispose in either case. */
PTL_NODISCARD ptl_status ptl_journey_labels_read(ptl_journey_labels *out, ptl_store *store,
                                                 const ptl_workspace *workspace,
                                                 const ptl_journey_options *options,
                                                 ptl_arena *arena, ptl_error *err);
void ptl_journey_labels_dispose(ptl_journey_labels *labels);
/** -1: no event names it. */
int32_t ptl_journey_channel_idx(const ptl_journey_labels *labels, const char *name);

/* --- journey_events.c: events in the order of (unit, instant, place), range by range ------------
 */

enum { PTL_EVENT_CHANNEL_BITS = 12 }; /* PTL_JOURNEY_LABELS_MAX and one more */

/* In the order in which units met them: by unit, then at, then place. */
typedef struct ptl_event {
    uint64_t who; /* unit << PTL_EVENT_CHANNEL_BITS | channel */
    ptl_instant at;
    int64_t place; /* load and row in one number */
} ptl_event;

/* Units [unit_from, unit_to) and where their events lie among those of their pass. */
typedef struct ptl_event_range {
    int64_t unit_from, unit_to;
    int64_t first_identifier, last_identifier;
    int64_t first, n;
} ptl_event_range;

/* What events are asked for. */
typedef struct ptl_event_query {
    ptl_store *store;
    ptl_instant known_by;
    const char *unit;     /* "account", otherwise persons */
    ptl_instant from, to; /* [from, to)                   */
    const char *label;    /* "campaign", otherwise channel */
    const char *kinds;    /* by unit separators           */
    const ptl_journey_labels *labels;
    int64_t last_identifier; /* none is higher */
} ptl_event_query;

typedef struct ptl_event_plan {
    ptl_event_range *ranges; /* in the order of units: all of them, whether with events or not */
    int64_t n_ranges;
    int64_t n_events;
} ptl_event_plan;

/** Ranges of about `events_each` events. */
PTL_NODISCARD ptl_status ptl_event_plan_read(ptl_event_plan *out, const ptl_event_query *query,
                                             int64_t events_each, ptl_error *err);
void ptl_event_plan_dispose(ptl_event_plan *plan);
/** The end of the pass that begins at range `from`: at least one range, and no more events than
 * `events_max` if that can be. Numbers its ranges' places from 0. */
int64_t ptl_event_pass(int64_t *n_events, const ptl_event_plan *plan, int64_t from,
                       int64_t events_max);
/** Events of ranges [from, to), each in its range's place, in any order there. E_CONFLICT where
 * facts were loaded since the plan was made. */
PTL_NODISCARD ptl_status ptl_event_collect(ptl_event *events, const ptl_event_plan *plan,
                                           int64_t from, int64_t to, const ptl_event_query *query,
                                           ptl_progress *progress, ptl_error *err);
/** In place; memory for as many again only where they are out of order. */
PTL_NODISCARD ptl_status ptl_event_sort(ptl_event *events, int64_t n, ptl_error *err);

/* --- journey_log.c: journeys of one range, as they are cut -------------------------------------
 */

enum { PTL_JOURNEY_PARTS = 64 }; /* of the paths, by hash */

/* A journey as a log holds it; the body, channels and gaps, follows in whole words. */
typedef struct ptl_logged {
    uint32_t number; /* of the log's journeys */
    uint32_t n;      /* touches               */
    uint32_t times;
    uint8_t group, part;
    bool converts;
    int64_t value_micros;
} ptl_logged;

typedef struct ptl_journey_log {
    bool timed; /* paths differ by their gaps too */
    uint64_t *words;
    int64_t n_words, capacity;
    int64_t n_journeys;
    int64_t part[PTL_JOURNEY_PARTS + 1]; /* words of each, after seal */
} ptl_journey_log;

/** Note a journey `times` for its group, [0, 64). */
PTL_NODISCARD ptl_status ptl_journey_log_add(ptl_journey_log *log, const ptl_journey *journey,
                                             int64_t value_micros, int32_t group, uint32_t times,
                                             ptl_error *err);
/** Put those of one part together, each part in the order of adding. */
PTL_NODISCARD ptl_status ptl_journey_log_seal(ptl_journey_log *log, ptl_error *err);
void ptl_journey_log_dispose(ptl_journey_log *log);

/** The journey at `word` of a log; its body, and where the next one stands. */
const uint64_t *ptl_journey_log_read(ptl_logged *out, int64_t *next, const ptl_journey_log *log,
                                     int64_t word);
/** Words of the body of n touches. */
int64_t ptl_journey_body_words(int64_t n, bool timed);
uint64_t ptl_journey_body_hash(const uint64_t *body, int64_t n, bool timed);

/* --- journey_walk.c: one range's events and conversions become journeys -------------------------
 */

/* What is kept of journeys. Where all persons are sampled, the first and the last hold it all. */
typedef enum ptl_journey_kind {
    PTL_JOURNEY_ALL,
    PTL_JOURNEY_TIMED,        /* those that converted, with times       */
    PTL_JOURNEY_SAMPLE,       /* of sampled persons                     */
    PTL_JOURNEY_SAMPLE_TIMED, /* of these, with times, and a touch      */
    PTL_JOURNEY_PERIOD,       /* the same, by the period in which they ended */
    PTL_JOURNEY_KINDS = PTL_JOURNEY_PERIOD + PTL_JOURNEY_PERIODS
} ptl_journey_kind;

static inline bool ptl_journey_kind_timed(int kind)
{
    return kind == PTL_JOURNEY_TIMED || kind >= PTL_JOURNEY_SAMPLE_TIMED;
}

typedef struct ptl_journey_walk {
    const ptl_journey_rules *rules;
    ptl_instant newest;       /* event of all */
    uint32_t null_in, won_in; /* persons are sampled; 1: all */
    ptl_instant first, last;  /* [first, last): in equal periods */
    const ptl_event *events;
    int64_t n_events;
    const ptl_conversion *conversions; /* all of them; the range's are [next, end), then nobody's */
    int64_t next, end;
    ptl_journey_counts counts;
    ptl_journey_log logs[PTL_JOURNEY_KINDS]; /* the walker's own: dispose */
} ptl_journey_walk;

PTL_NODISCARD ptl_status ptl_journey_walk_run(ptl_journey_walk *walk, ptl_error *err);

/* --- journey_paths.c: journeys become weighted distinct paths --------------------------------- */

typedef struct ptl_path_table ptl_path_table;

/** `timed`: paths differ by their gaps too. */
PTL_NODISCARD ptl_status ptl_path_table_new(ptl_path_table **out, bool timed, ptl_error *err);
void ptl_path_table_free(ptl_path_table *table);

/** Count the journeys of sealed logs, in the order of logs; parts side by side. E_LIMIT where the
 * table is full. */
PTL_NODISCARD ptl_status ptl_path_table_add(ptl_path_table *table,
                                            const ptl_journey_log *const *logs, int64_t n_logs,
                                            const ptl_executor *executor, ptl_error *err);

/** The table as science reads it, paths in the order of their first journey and cells in that of
 * paths; it stays the table's. What only adding needed is let go: nothing can be added afterwards.
 */
PTL_NODISCARD ptl_status ptl_path_table_finish(ptl_paths *out, ptl_path_table *table,
                                               int32_t n_channels, int32_t direct,
                                               const ptl_executor *executor, ptl_error *err);

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
