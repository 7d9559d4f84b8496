/* journey_read.c: from facts to weighted distinct paths, pass by pass.
 *
 *     labels ─▶ channels        what events call their channel, and what the workspace calls it
 *     conversions ─▶ list       by unit and instant; few beside events, so they are held
 *     events ─▶ ranges of units ─▶ journeys ─▶ paths × groups       (journey_events.c, _walk.c,
 *                               └── side by side ──┘                 _log.c, _paths.c)
 *
 * Invariants. 1. One pass of events is held at a time, and beside it what is distinct and what
 * converts: memory does not grow with events. 2. Ranges, their order and the order within them
 * depend on facts alone: the same facts give the same paths under the same numbers, on any number
 * of threads. 3. Only the caller's thread speaks with the warehouse. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

#define LONG_AGO (-INT64_C(62135596800) * PTL_MICROS_PER_SECOND) /* year 1: before any fact */

struct ptl_journeys {
    ptl_arena arena; /* names */
    ptl_journey_labels labels;
    ptl_journey_counts counts;
    bool has_span;
    ptl_day first, last;
    ptl_instant newest;
    uint32_t null_in, won_in; /* persons are sampled */
    ptl_path_table *tables[PTL_JOURNEY_KINDS];
    ptl_paths paths[PTL_JOURNEY_KINDS];
};

typedef struct reader {
    ptl_journeys *j;
    ptl_journey_rules rules;
    int64_t n_events, last_identifier; /* of all events */
    ptl_instant first, last;           /* of the period, [first, last) */
    ptl_conversions conversions;
    ptl_event_plan plan;
    ptl_event *events; /* of a pass */
    ptl_journey_walk *walks;
    const ptl_journey_log **logs;
    int64_t from; /* the pass's first range */
    const ptl_executor *executor;
} reader;

/* --- one pass --------------------------------------------------------------------------------- */

/* The first conversion of `unit` or a later one; nobody's come last. */
static int64_t first_conversion(const ptl_conversions *c, int64_t unit)
{
    int64_t lo = 0, hi = c->n;
    while (lo < hi) {
        const int64_t mid = (lo + hi) / 2;
        if (c->items[mid].unit >= 0 && c->items[mid].unit < unit)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static ptl_status walk_task(void *payload, int64_t task, ptl_error *err)
{
    const reader *const r = payload;
    const ptl_event_range *const range = &r->plan.ranges[r->from + task];
    const bool is_last = r->from + task + 1 == r->plan.n_ranges;
    ptl_journey_walk *const w = &r->walks[task];
    *w = (ptl_journey_walk){.rules = &r->rules,
                            .newest = r->j->newest,
                            .null_in = r->j->null_in,
                            .won_in = r->j->won_in,
                            .first = r->first,
                            .last = r->last,
                            .events = r->events + range->first,
                            .n_events = range->n,
                            .conversions = r->conversions.items,
                            .next = first_conversion(&r->conversions, range->unit_from),
                            .end = is_last ? r->conversions.n
                                           : first_conversion(&r->conversions, range->unit_to)};
    for (int k = 0; k < PTL_JOURNEY_KINDS; k++) w->logs[k].timed = ptl_journey_kind_timed(k);
    PTL_TRY(ptl_event_sort(r->events + range->first, range->n, err));
    return ptl_journey_walk_run(w, err);
}

static ptl_status add_all(int64_t *sum, int64_t more, ptl_error *err)
{
    if (!__builtin_add_overflow(*sum, more, sum)) return PTL_OK;
    return ptl_fail(err, PTL_E_LIMIT, "what conversions are worth leaves 64 bits of micros");
}

static ptl_status add_counts(ptl_journey_counts *sum, const ptl_journey_counts *c, ptl_error *err)
{
    sum->n_touches += c->n_touches;
    sum->n_units += c->n_units;
    sum->n_conversions += c->n_conversions;
    sum->n_touched += c->n_touched;
    sum->n_untouched += c->n_untouched;
    sum->n_nobodys += c->n_nobodys;
    sum->n_null += c->n_null;
    sum->n_open += c->n_open;
    sum->n_negative += c->n_negative;
    sum->n_cut += c->n_cut;
    sum->n_touches_cut += c->n_touches_cut;
    PTL_TRY(add_all(&sum->value_micros, c->value_micros, err));
    PTL_TRY(add_all(&sum->touched_micros, c->touched_micros, err));
    PTL_TRY(add_all(&sum->untouched_micros, c->untouched_micros, err));
    return add_all(&sum->negative_micros, c->negative_micros, err);
}

static ptl_status count_paths(reader *r, int64_t n, int kind, ptl_error *err)
{
    for (int64_t i = 0; i < n; i++) r->logs[i] = &r->walks[i].logs[kind];
    return ptl_path_table_add(r->j->tables[kind], r->logs, n, r->executor, err);
}

/* Ranges [r->from, to): their journeys, counted, and the logs of them let go. */
static ptl_status walk_pass(reader *r, int64_t to, ptl_error *err)
{
    const int64_t n = to - r->from;
    ptl_status st = ptl_executor_run(r->executor, n, walk_task, r, err);
    for (int64_t i = 0; st == PTL_OK && i < n; i++)
        st = add_counts(&r->j->counts, &r->walks[i].counts, err);
    for (int k = 0; st == PTL_OK && k < PTL_JOURNEY_KINDS; k++) st = count_paths(r, n, k, err);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < PTL_JOURNEY_KINDS; k++) ptl_journey_log_dispose(&r->walks[i].logs[k]);
    return st;
}

static ptl_status pass_alloc(reader *r, ptl_error *err)
{
    int64_t most = 0, n, to;
    for (int64_t from = 0; from < r->plan.n_ranges; from = to) {
        to = ptl_event_pass(&n, &r->plan, from, PTL_JOURNEY_PASS_EVENTS);
        if (n > most) most = n;
    }
    r->events = malloc(((size_t)most + 1) * sizeof *r->events);
    r->walks = calloc((size_t)r->plan.n_ranges, sizeof *r->walks);
    r->logs = calloc((size_t)r->plan.n_ranges, sizeof *r->logs);
    if (r->events && r->walks && r->logs) return PTL_OK;
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for %lld events at once", (long long)most);
}

static ptl_status read_touches(reader *r, const ptl_event_query *query, ptl_progress *progress,
                               ptl_error *err)
{
    int64_t to, n;
    PTL_TRY(ptl_event_plan_read(&r->plan, query, PTL_JOURNEY_RANGE_EVENTS, err));
    r->j->counts.n_events = r->plan.n_events;
    PTL_TRY(pass_alloc(r, err));
    for (; r->from < r->plan.n_ranges; r->from = to) {
        to = ptl_event_pass(&n, &r->plan, r->from, PTL_JOURNEY_PASS_EVENTS);
        if (n > 0)
            PTL_TRY(ptl_event_collect(r->events, &r->plan, r->from, to, query, progress, err));
        PTL_TRY(walk_pass(r, to, err));
        PTL_TRY(ptl_progress_check(progress, err));
    }
    free(r->events);
    r->events = NULL;
    return PTL_OK;
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static ptl_status read_span(reader *r, ptl_store *store, ptl_instant known_by, ptl_error *err)
{
    const ptl_value param = ptl_value_instant(known_by);
    ptl_table span = {0};
    const ptl_column *first, *last, *newest, *n, *identifier;
    ptl_status st;
    PTL_TRY_GOTO(st, done,
                 ptl_warehouse_query(&span, store->warehouse, "journey/span", &param, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &span, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&last, &span, "last_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&newest, &span, "newest", PTL_TYPE_INSTANT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&n, &span, "n", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_column(&identifier, &span, "last_identifier", PTL_TYPE_INT, err));
    r->last_identifier = ptl_column_int(identifier, 0);
    r->n_events = ptl_column_int(n, 0);
    r->j->has_span = ptl_column_present(first, 0);
    r->j->first = (ptl_day)ptl_column_int(first, 0);
    r->j->last = (ptl_day)ptl_column_int(last, 0);
    r->j->newest = ptl_column_int(newest, 0);
done:
    ptl_table_dispose(&span);
    return st;
}

static ptl_journey_rules rules_of(const reader *r, const ptl_workspace *workspace,
                                  const ptl_goal_config *goal, const ptl_journey_options *o)
{
    const ptl_journey_config *config = &workspace->journeys;
    const ptl_channel_config *direct =
        ptl_workspace_channel(workspace, ptl_text_of(config->direct));
    const int64_t days = goal->look_back_days > 0 ? goal->look_back_days : config->look_back_days;
    return (ptl_journey_rules){
        .look_back = days * PTL_MICROS_PER_DAY,
        .session = config->session_minutes * 60 * PTL_MICROS_PER_SECOND,
        .touches_max = config->touches_max,
        .direct = o->by_campaign ? -1
                                 : ptl_journey_channel_idx(&r->j->labels,
                                                           direct ? direct->name : config->direct),
        .direct_counts = config->direct_counts,
        .from = o->has_from ? ptl_zone_day_start(workspace->zone, o->from) : LONG_AGO,
        .to = o->has_to ? ptl_zone_day_start(workspace->zone, o->to + 1) : PTL_INSTANT_EVER};
}

/* Kinds of events that are touches under the workspace's rules. */
static const char *kinds_of(const ptl_journey_config *config)
{
    static const char *const kinds[] = {"click\x1fvisit\x1fview\x1f"
                                        "action\x1flead\x1fpurchase",
                                        "click\x1fvisit\x1fview\x1f"
                                        "action\x1flead\x1fpurchase\x1fimpression",
                                        "click\x1fvisit\x1fview\x1f"
                                        "action\x1flead\x1fpurchase\x1fmessage",
                                        "click\x1fvisit\x1fview\x1f"
                                        "action\x1flead\x1fpurchase\x1fimpression\x1fmessage"};
    return kinds[(config->impressions ? 1 : 0) + (config->messages ? 2 : 0)];
}

static ptl_status finish(const reader *r, ptl_error *err)
{
    ptl_journeys *const j = r->j;
    const int64_t names = j->labels.n_channels;
    const int32_t n = names > 0 ? (int32_t)names : 1; /* nobody's, where none is */
    for (int k = 0; k < PTL_JOURNEY_KINDS; k++)
        PTL_TRY(ptl_path_table_finish(&j->paths[k], j->tables[k], n, r->rules.direct, r->executor,
                                      err));
    return PTL_OK;
}

/* Conversions are rarer and each says more: they are left out only where they would cost more. */
static void choose_sample(reader *r, int64_t n_events)
{
    ptl_journeys *const j = r->j;
    const int64_t n_won = n_events / PTL_JOURNEY_SAMPLE_EVENTS_PER_CONVERSION;
    j->null_in = j->won_in = 1;
    if (n_events <= 0) return;
    while (r->n_events / j->null_in > n_events) j->null_in *= 2;
    while (r->conversions.n / j->won_in > n_won && j->won_in < j->null_in) j->won_in *= 2;
}

/* Conversions before the first event, and after the last, widen the span. */
static void widen_span(reader *r, const ptl_zone *zone)
{
    ptl_journeys *j = r->j;
    for (int64_t i = 0; i < r->conversions.n; i++) {
        const ptl_instant at = r->conversions.items[i].at;
        if (at < r->rules.from) continue;
        const ptl_day day = ptl_zone_day(zone, at);
        if (!j->has_span || day < j->first) j->first = day;
        if (!j->has_span || day > j->last) j->last = day;
        j->has_span = true;
    }
}

static ptl_status read_all(reader *r, ptl_store *store, const ptl_workspace *workspace,
                           const ptl_journey_options *o, ptl_progress *progress, ptl_error *err)
{
    const ptl_goal_config *goal = o->goal ? o->goal : ptl_workspace_goal(workspace, NULL);
    if (!goal) return ptl_fail(err, PTL_E_NOT_FOUND, "the workspace has no goal");
    ptl_progress_step(progress, "reading conversions", 0, 7);
    PTL_TRY(read_span(r, store, o->known_by, err));
    PTL_TRY(ptl_journey_labels_read(&r->j->labels, store, workspace, o, &r->j->arena, err));
    r->rules = rules_of(r, workspace, goal, o);
    const ptl_instant from = o->has_from ? r->rules.from - r->rules.look_back : LONG_AGO;
    PTL_TRY(ptl_conversions_read(&r->conversions, store, workspace, goal, o->known_by, from,
                                 r->rules.to, progress, err));
    widen_span(r, workspace->zone);
    choose_sample(r, o->sample_events);
    r->first = ptl_zone_day_start(workspace->zone, o->has_from ? o->from : r->j->first);
    r->last = ptl_zone_day_start(workspace->zone, (o->has_to ? o->to : r->j->last) + 1);
    ptl_progress_step(progress, "reading journeys", 1, 7);
    const ptl_event_query query = {.store = store,
                                   .known_by = o->known_by,
                                   .unit = workspace->journeys.unit,
                                   .from = from,
                                   .to = r->rules.to,
                                   .label = o->by_campaign ? "campaign" : "channel",
                                   .kinds = kinds_of(&workspace->journeys),
                                   .labels = &r->j->labels,
                                   .last_identifier = r->last_identifier};
    PTL_TRY(read_touches(r, &query, progress, err));
    return finish(r, err);
}

ptl_status ptl_journeys_read(ptl_journeys **out, ptl_store *store, const ptl_workspace *workspace,
                             const ptl_journey_options *options, const ptl_executor *executor,
                             ptl_progress *progress, ptl_error *err)
{
    ptl_journeys *j = *out = calloc(1, sizeof *j);
    if (!j) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for journeys");
    reader r = {.j = j, .executor = executor};
    ptl_arena_init(&j->arena, (size_t)64 << 20, NULL);
    ptl_status st = PTL_OK;
    for (int k = 0; st == PTL_OK && k < PTL_JOURNEY_KINDS; k++)
        st = ptl_path_table_new(&j->tables[k], ptl_journey_kind_timed(k), err);
    if (st == PTL_OK) st = read_all(&r, store, workspace, options, progress, err);
    ptl_conversions_dispose(&r.conversions);
    ptl_event_plan_dispose(&r.plan);
    free(r.events), free(r.walks), free(r.logs);
    if (st == PTL_OK) return PTL_OK;
    ptl_journeys_free(j);
    *out = NULL;
    return st;
}

void ptl_journeys_free(ptl_journeys *j)
{
    if (!j) return;
    for (int k = 0; k < PTL_JOURNEY_KINDS; k++) ptl_path_table_free(j->tables[k]);
    ptl_journey_labels_dispose(&j->labels);
    ptl_arena_dispose(&j->arena);
    free(j);
}

/* --- what was read ---------------------------------------------------------------------------- */

const ptl_journey_counts *ptl_journeys_counts(const ptl_journeys *j)
{
    return &j->counts;
}

bool ptl_journeys_span(ptl_day *first, ptl_day *last, const ptl_journeys *j)
{
    *first = j->first;
    *last = j->last;
    return j->has_span;
}

int64_t ptl_journeys_channels(const ptl_journeys *j)
{
    return j->labels.n_channels;
}

const char *ptl_journeys_channel(const ptl_journeys *j, int64_t idx)
{
    return idx >= 0 && idx < j->labels.n_channels ? j->labels.channels[idx] : "";
}

const ptl_paths *ptl_journeys_paths(const ptl_journeys *j)
{
    return &j->paths[PTL_JOURNEY_ALL];
}

static bool is_sampled(const ptl_journeys *j)
{
    return j->null_in > 1 || j->won_in > 1;
}

const ptl_paths *ptl_journeys_timed(const ptl_journeys *j)
{
    return &j->paths[is_sampled(j) ? PTL_JOURNEY_TIMED : PTL_JOURNEY_SAMPLE_TIMED];
}

ptl_journey_sample ptl_journeys_sample(const ptl_journeys *j)
{
    return (ptl_journey_sample){.null_in = j->null_in,
                                .won_in = j->won_in,
                                .paths =
                                    &j->paths[is_sampled(j) ? PTL_JOURNEY_SAMPLE : PTL_JOURNEY_ALL],
                                .timed = &j->paths[PTL_JOURNEY_SAMPLE_TIMED],
                                .periods = &j->paths[PTL_JOURNEY_PERIOD]};
}
