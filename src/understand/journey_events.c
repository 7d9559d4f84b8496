/* journey_events.c: events in the order of (unit, instant, place), without one sort of them all.
 *
 *     slices ─▶ ranges ─▶ passes         how many events each range of units has; ranges that fit
 *     stream ─▶ each event to its range  into memory together are read in one pass
 *     range by range: sorted             few enough for a processor's cache
 *
 * Invariants. 1. Ranges cover all units and split none, so ranges one after the other, each in
 * order, are all events in order. 2. Where ranges end depends on facts alone, never on threads.
 * 3. An event's order is total: a load's row is one event.
 *
 * A load's events lie in the warehouse by identifier and instant. So a range is often in order as
 * it arrives, or is a few ordered runs, one a load: runs are found and merged. And what a pass does
 * not need is mostly skipped, since each range knows between which identifiers its events lie. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLICES = 4096, /* asked for; ranges are made of them      */
    RUN_MIN = 16   /* events: shorter runs are sorted to this */
};

/* --- ranges ----------------------------------------------------------------------------------- */

static ptl_status read_slices(ptl_table *out, const ptl_event_query *q, int64_t width,
                              ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(q->known_by),
                                ptl_value_string(q->unit),
                                ptl_value_instant(q->from),
                                ptl_value_instant(q->to),
                                ptl_value_string(q->label),
                                ptl_value_string(q->kinds),
                                ptl_value_int(width)};
    return ptl_warehouse_query(out, q->store->warehouse, "journey/slices", params, 7, 0, err);
}

typedef struct slice_columns {
    const ptl_column *slice, *n, *first, *last;
} slice_columns;

static ptl_status bind_slices(slice_columns *c, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->slice, rows, "slice", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->n, rows, "n", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->first, rows, "first_identifier", PTL_TYPE_INT, err));
    return ptl_table_column(&c->last, rows, "last_identifier", PTL_TYPE_INT, err);
}

static void widen(ptl_event_range *range, const slice_columns *c, int64_t i)
{
    const int64_t first = ptl_column_int(c->first, i), last = ptl_column_int(c->last, i);
    if (range->n == 0 || first < range->first_identifier) range->first_identifier = first;
    if (range->n == 0 || last > range->last_identifier) range->last_identifier = last;
    range->n += ptl_column_int(c->n, i);
}

/* A range ends where it has its share; the last one takes whoever has no event as well. */
static ptl_status make_ranges(ptl_event_plan *out, const ptl_table *rows, int64_t width,
                              int64_t events_each, ptl_error *err)
{
    slice_columns c;
    PTL_TRY(bind_slices(&c, rows, err));
    out->ranges = calloc((size_t)rows->n_rows + 1, sizeof *out->ranges);
    if (!out->ranges) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for ranges of events");
    ptl_event_range *range = &out->ranges[out->n_ranges++];
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const int64_t slice = ptl_column_int(c.slice, i);
        if (slice < 0 || slice >= (INT64_MAX >> PTL_EVENT_CHANNEL_BITS) / width)
            return ptl_fail(err, PTL_E_LIMIT, "a person's number %lld is out of range",
                            (long long)slice * width);
        if (range->n > 0 && range->n + ptl_column_int(c.n, i) > events_each) {
            range->unit_to = slice * width;
            range = &out->ranges[out->n_ranges++];
            range->unit_from = slice * width;
        }
        widen(range, &c, i);
        out->n_events += ptl_column_int(c.n, i);
    }
    range->unit_to = INT64_MAX;
    return PTL_OK;
}

ptl_status ptl_event_plan_read(ptl_event_plan *out, const ptl_event_query *query,
                               int64_t events_each, ptl_error *err)
{
    const int64_t width = 3 * (query->last_identifier / SLICES) + 1;
    ptl_table rows = {0};
    *out = (ptl_event_plan){0};
    ptl_status st = read_slices(&rows, query, width, err);
    if (st == PTL_OK) st = make_ranges(out, &rows, width, events_each, err);
    ptl_table_dispose(&rows);
    if (st != PTL_OK) ptl_event_plan_dispose(out);
    return st;
}

void ptl_event_plan_dispose(ptl_event_plan *plan)
{
    free(plan->ranges);
    *plan = (ptl_event_plan){0};
}

int64_t ptl_event_pass(int64_t *n_events, const ptl_event_plan *plan, int64_t from,
                       int64_t events_max)
{
    int64_t to = from;
    for (*n_events = 0; to < plan->n_ranges; to++) {
        if (to > from && *n_events + plan->ranges[to].n > events_max) break;
        plan->ranges[to].first = *n_events;
        *n_events += plan->ranges[to].n;
    }
    return to;
}

/* --- one pass --------------------------------------------------------------------------------- */

typedef struct collecting {
    const ptl_event_range *ranges; /* of the pass */
    int64_t n_ranges;
    int64_t current; /* where the last event went */
    int64_t *filled; /* of each range             */
    ptl_event *events;
    const ptl_journey_labels *labels;
} collecting;

static bool holds(const ptl_event_range *range, int64_t unit)
{
    return unit >= range->unit_from && unit < range->unit_to;
}

/* Neighbours mostly belong to one range. */
static int64_t range_of(collecting *c, int64_t unit)
{
    if (holds(&c->ranges[c->current], unit)) return c->current;
    int64_t lo = 0, hi = c->n_ranges - 1;
    while (lo < hi) {
        const int64_t mid = (lo + hi + 1) / 2;
        if (c->ranges[mid].unit_from <= unit)
            lo = mid;
        else
            hi = mid - 1;
    }
    return c->current = lo;
}

static ptl_status changed_meanwhile(ptl_error *err)
{
    ptl_fail(err, PTL_E_CONFLICT, "events were loaded while journeys were read");
    ptl_error_hint(err, "ask again");
    return PTL_E_CONFLICT;
}

static ptl_status add_batch(void *ctx, const ptl_table *rows, ptl_error *err)
{
    collecting *c = ctx;
    const ptl_column *unit, *at, *place, *label;
    PTL_TRY(ptl_table_column(&unit, rows, "unit", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&at, rows, "occurred_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&place, rows, "place", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&label, rows, "label", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const int64_t code = label->values.ints[i], who = unit->values.ints[i];
        const int64_t range = range_of(c, who);
        if (code < 1 || code > c->labels->n || c->filled[range] == c->ranges[range].n)
            return changed_meanwhile(err);
        c->events[c->ranges[range].first + c->filled[range]++] = (ptl_event){
            (uint64_t)who << PTL_EVENT_CHANNEL_BITS | (uint64_t)c->labels->channel_of[code],
            at->values.ints[i], place->values.ints[i]};
    }
    return PTL_OK;
}

static ptl_status stream(collecting *c, const ptl_event_query *q, ptl_progress *progress,
                         ptl_error *err)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (int64_t i = 0; i < c->n_ranges; i++) {
        if (c->ranges[i].n == 0) continue;
        if (c->ranges[i].first_identifier < first) first = c->ranges[i].first_identifier;
        if (c->ranges[i].last_identifier > last) last = c->ranges[i].last_identifier;
    }
    const ptl_value params[] = {ptl_value_instant(q->known_by),
                                ptl_value_string(q->unit),
                                ptl_value_instant(q->from),
                                ptl_value_instant(q->to),
                                ptl_value_text(ptl_buffer_borrow(&q->labels->recorded)),
                                ptl_value_string(q->label),
                                ptl_value_string(q->kinds),
                                ptl_value_int(first),
                                ptl_value_int(last),
                                ptl_value_int(c->ranges[0].unit_from),
                                ptl_value_int(c->ranges[c->n_ranges - 1].unit_to)};
    return ptl_warehouse_stream(q->store->warehouse, "journey/touches", params, 11, add_batch, c,
                                progress, err);
}

ptl_status ptl_event_collect(ptl_event *events, const ptl_event_plan *plan, int64_t from,
                             int64_t to, const ptl_event_query *query, ptl_progress *progress,
                             ptl_error *err)
{
    collecting c = {.ranges = plan->ranges + from,
                    .n_ranges = to - from,
                    .events = events,
                    .labels = query->labels};
    c.filled = calloc((size_t)(to - from), sizeof *c.filled);
    if (!c.filled) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for ranges of events");
    ptl_status st = stream(&c, query, progress, err);
    for (int64_t i = 0; st == PTL_OK && i < c.n_ranges; i++)
        if (c.filled[i] != c.ranges[i].n) st = changed_meanwhile(err);
    free(c.filled);
    return st;
}

/* --- order ------------------------------------------------------------------------------------ */

static bool is_before(const ptl_event *a, const ptl_event *b)
{
    const uint64_t x = a->who >> PTL_EVENT_CHANNEL_BITS, y = b->who >> PTL_EVENT_CHANNEL_BITS;
    if (x != y) return x < y;
    if (a->at != b->at) return a->at < b->at;
    return a->place < b->place;
}

/* The end of the ascending run that begins at `from`. */
static int64_t run_end(const ptl_event *e, int64_t from, int64_t n)
{
    int64_t to = from + 1;
    while (to < n && !is_before(&e[to], &e[to - 1])) to++;
    return to;
}

static void insert_to(ptl_event *e, int64_t from, int64_t sorted, int64_t to)
{
    for (int64_t i = sorted; i < to; i++) {
        const ptl_event moved = e[i];
        int64_t at = i;
        for (; at > from && is_before(&moved, &e[at - 1]); at--) e[at] = e[at - 1];
        e[at] = moved;
    }
}

/* Ends of runs of RUN_MIN events at least, into `end`. */
static int64_t find_runs(int64_t *end, ptl_event *e, int64_t n)
{
    int64_t n_runs = 0;
    for (int64_t from = 0; from < n; from = end[n_runs++]) {
        int64_t to = run_end(e, from, n);
        if (to - from < RUN_MIN) {
            const int64_t least = n - from < RUN_MIN ? n : from + RUN_MIN;
            insert_to(e, from, to, least);
            to = least;
        }
        end[n_runs] = to;
    }
    return n_runs;
}

static void merge(ptl_event *out, const ptl_event *a, const ptl_event *a_end, const ptl_event *b,
                  const ptl_event *b_end)
{
    while (a < a_end && b < b_end) *out++ = is_before(b, a) ? *b++ : *a++;
    if (a < a_end) memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
    if (b < b_end) memcpy(out, b, (size_t)(b_end - b) * sizeof *b);
}

/* Neighbouring runs in pairs, until there is one. Returns where it lies. */
static ptl_event *merge_runs(ptl_event *from, ptl_event *to, int64_t *end, int64_t n_runs)
{
    while (n_runs > 1) {
        int64_t begin = 0, n = 0;
        for (int64_t r = 0; r < n_runs; r += 2) {
            const int64_t mid = end[r], stop = r + 1 < n_runs ? end[r + 1] : mid;
            merge(to + begin, from + begin, from + mid, from + mid, from + stop);
            end[n++] = begin = stop;
        }
        ptl_event *const other = from;
        from = to;
        to = other;
        n_runs = n;
    }
    return from;
}

ptl_status ptl_event_sort(ptl_event *events, int64_t n, ptl_error *err)
{
    if (n < 2 || run_end(events, 0, n) == n) return PTL_OK;
    ptl_event *spare = malloc((size_t)n * sizeof *spare);
    int64_t *end = malloc((size_t)(n / RUN_MIN + 1) * sizeof *end);
    if (spare && end) {
        const ptl_event *sorted = merge_runs(events, spare, end, find_runs(end, events, n));
        if (sorted == spare) memcpy(events, spare, (size_t)n * sizeof *events);
    }
    const bool done = spare && end;
    free(spare);
    free(end);
    if (done) return PTL_OK;
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to sort %lld events", (long long)n);
}
