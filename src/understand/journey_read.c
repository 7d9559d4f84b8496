/* journey_read.c: the streaming reader: events in, weighted distinct paths out.
 *
 *     labels ─▶ channels        what events call their channel, and what the workspace calls it
 *     conversions ─▶ list       by unit and instant; few beside events, so they are held
 *     events, in order ─▶ touches of one unit ─▶ journeys ─▶ paths × groups
 *
 * Invariants. 1. One unit is held at a time: memory grows with what is distinct and with what
 * converts, not with events. 2. The order of events is the store's, over a unique key, so the same
 * facts give the same paths under the same numbers. 3. A unit's group is a hash of its number:
 * all its journeys are resampled together, whatever paths they took.
 *
 * The engine sorts and reads on its threads; what is here runs on the caller's. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_BYTES_MAX = 8 << 20 };

#define LONG_AGO (-INT64_C(62135596800) * PTL_MICROS_PER_SECOND) /* year 1: before any fact */

struct ptl_journeys {
    ptl_arena arena; /* names */
    const char **channels;
    int64_t n_channels;
    ptl_journey_counts counts;
    bool has_span;
    ptl_day first, last;
    ptl_instant newest;
    uint32_t one_in; /* such persons */
    ptl_path_table *path_table, *timed_table;
    ptl_paths paths, timed;
};

typedef struct reader {
    ptl_journeys *j;
    ptl_journey_rules rules;
    ptl_buffer labels;   /* as recorded, joined by unit separators */
    int32_t *channel_of; /* of label code, 0: no label, -1         */
    int64_t n_labels;
    ptl_conversions conversions;
    int64_t next; /* conversion not yet in a journey */
    bool has_unit;
    int64_t unit;
    ptl_session session;
    ptl_touch *touches; /* of that unit */
    int64_t n_touches, capacity;
    int64_t n_dropped;
    int32_t group;
    bool is_clocked; /* of the persons whose journeys without conversion keep their times */
} reader;

/* --- channels --------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int32_t channel_idx(const ptl_journeys *j, const char *name)
{
    const char **found =
        bsearch(&name, j->channels, (size_t)j->n_channels, sizeof *j->channels, compare_names);
    return found ? (int32_t)(found - j->channels) : -1;
}

static ptl_status name_of(const char **out, reader *r, const ptl_workspace *workspace,
                          ptl_text label, bool by_campaign, ptl_error *err)
{
    const ptl_channel_config *governed =
        by_campaign ? NULL : ptl_workspace_channel(workspace, label);
    *out = governed ? governed->name : ptl_text_copy(label, &r->j->arena, err);
    if (!*out) return PTL_E_NO_MEMORY;
    if (memchr(label.ptr, '\x1f', label.len))
        return ptl_fail(err, PTL_E_INVALID, "channel \"%s\" holds a control character", *out);
    return PTL_OK;
}

static ptl_status too_many_labels(int64_t n, bool by_campaign, ptl_error *err)
{
    ptl_fail(err, PTL_E_LIMIT, "events name %lld %s; journeys take %d", (long long)n,
             by_campaign ? "campaigns" : "channels", PTL_JOURNEY_LABELS_MAX);
    ptl_error_hint(err, by_campaign ? "ask by channel, or map campaigns to fewer names"
                                    : "the column mapped to channel looks like a campaign or an "
                                      "address; map a coarser one");
    return PTL_E_LIMIT;
}

/* Names in order, each once; then the number of every label. */
static ptl_status number_channels(reader *r, const char **name_of_label, ptl_error *err)
{
    ptl_journeys *j = r->j;
    j->channels = ptl_arena_array(&j->arena, r->n_labels + 1, sizeof *j->channels, err);
    r->channel_of = ptl_arena_array(&j->arena, r->n_labels + 1, sizeof *r->channel_of, err);
    if (!j->channels || !r->channel_of) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < r->n_labels; i++) j->channels[i] = name_of_label[i];
    qsort(j->channels, (size_t)r->n_labels, sizeof *j->channels, compare_names);
    for (int64_t i = 0; i < r->n_labels; i++)
        if (j->n_channels == 0 || strcmp(j->channels[j->n_channels - 1], j->channels[i]) != 0)
            j->channels[j->n_channels++] = j->channels[i];
    r->channel_of[0] = -1;
    for (int64_t i = 0; i < r->n_labels; i++)
        r->channel_of[i + 1] = channel_idx(j, name_of_label[i]);
    return PTL_OK;
}

static ptl_status read_labels(reader *r, ptl_store *store, const ptl_workspace *workspace,
                              const ptl_journey_options *o, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(o->known_by),
                                ptl_value_string(o->by_campaign ? "campaign" : "channel")};
    ptl_table labels = {0};
    const ptl_column *label;
    ptl_status st;
    PTL_TRY_GOTO(
        st, done,
        ptl_warehouse_query(&labels, store->warehouse, "journey/labels", params, 2, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&label, &labels, "label", PTL_TYPE_TEXT, err));
    r->n_labels = labels.n_rows;
    if (r->n_labels > PTL_JOURNEY_LABELS_MAX) {
        st = too_many_labels(r->n_labels, o->by_campaign, err);
        goto done;
    }
    const char **names = ptl_arena_array(&r->j->arena, r->n_labels + 1, sizeof *names, err);
    if (!names) st = PTL_E_NO_MEMORY;
    for (int64_t i = 0; st == PTL_OK && i < r->n_labels; i++) {
        const ptl_text text = ptl_column_text(label, i);
        st = name_of(&names[i], r, workspace, text, o->by_campaign, err);
        if (i > 0) ptl_buffer_append(&r->labels, "\x1f", 1);
        ptl_buffer_append(&r->labels, text.ptr, text.len);
    }
    if (st == PTL_OK) st = ptl_buffer_check(&r->labels, "the channels of events", err);
    if (st == PTL_OK) st = number_channels(r, names, err);
done:
    ptl_table_dispose(&labels);
    return st;
}

/* --- journeys --------------------------------------------------------------------------------- */

/* The finaliser of SplitMix64: neighbours fall into any group. */
static uint64_t hash_of_unit(int64_t unit)
{
    uint64_t z = (uint64_t)unit + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int32_t group_of(int64_t unit)
{
    return (int32_t)(hash_of_unit(unit) % PTL_ATTRIBUTION_GROUPS);
}

static ptl_status add_money(int64_t *sum, int64_t micros, ptl_error *err)
{
    if (!__builtin_add_overflow(*sum, micros, sum)) return PTL_OK;
    return ptl_fail(err, PTL_E_LIMIT, "what conversions are worth leaves 64 bits of micros");
}

static ptl_status count_conversion(ptl_journey_counts *c, const ptl_journey *journey,
                                   int64_t *worth, ptl_error *err)
{
    const bool is_negative = journey->value_micros < 0;
    *worth = is_negative ? 0 : journey->value_micros;
    c->n_conversions++;
    c->n_negative += is_negative;
    c->n_touched += journey->n > 0;
    c->n_untouched += journey->n == 0;
    PTL_TRY(add_money(&c->value_micros, journey->value_micros, err));
    PTL_TRY(add_money(journey->n > 0 ? &c->touched_micros : &c->untouched_micros, *worth, err));
    return is_negative ? add_money(&c->negative_micros, journey->value_micros, err) : PTL_OK;
}

/* With times nearly every path is distinct. So all that converted keep theirs, and of the others
 * one person in a power of two, whose journeys then stand for the rest. */
static ptl_status add_timed(reader *r, const ptl_journey *journey, int64_t worth, ptl_error *err)
{
    ptl_journey seen = *journey;
    if (journey->n == 0 || (!journey->converts && !r->is_clocked)) return PTL_OK;
    if (seen.watched_until > r->j->newest) seen.watched_until = r->j->newest;
    return ptl_path_table_add(r->j->timed_table, &seen, worth, r->group,
                              journey->converts ? 1 : r->j->one_in, err);
}

static ptl_status add_journey(void *ctx, const ptl_journey *journey, ptl_error *err)
{
    reader *r = ctx;
    ptl_journey_counts *c = &r->j->counts;
    int64_t worth = 0;
    c->n_cut += journey->n_cut > 0;
    c->n_touches_cut += journey->n_cut;
    if (journey->converts) {
        PTL_TRY(count_conversion(c, journey, &worth, err));
    } else {
        c->n_null++;
        c->n_open += journey->touches[0].at + r->rules.look_back > r->j->newest;
    }
    PTL_TRY(add_timed(r, journey, worth, err));
    return ptl_path_table_add(r->j->path_table, journey, worth, r->group, 1, err);
}

/* Conversions of units that come before `unit` have no touch; so have those of nobody. */
static ptl_status convert_untouched(reader *r, bool all, int64_t unit, ptl_error *err)
{
    for (; r->next < r->conversions.n; r->next++) {
        const ptl_conversion *c = &r->conversions.items[r->next];
        if (!all && (c->unit < 0 || c->unit >= unit)) return PTL_OK;
        const bool is_new = c->unit >= 0 && (r->next == 0 || c->unit != c[-1].unit);
        r->j->counts.n_units += is_new;
        r->j->counts.n_nobodys += c->unit < 0 && c->at >= r->rules.from && c->at < r->rules.to;
        r->group = group_of(c->unit < 0 ? ~r->next : c->unit);
        PTL_TRY(ptl_journey_cut(NULL, 0, c, 1, &r->rules, add_journey, r, err));
    }
    return PTL_OK;
}

static ptl_status end_unit(reader *r, ptl_error *err)
{
    if (!r->has_unit) return PTL_OK;
    PTL_TRY(convert_untouched(r, false, r->unit, err));
    const int64_t from = r->next;
    while (r->next < r->conversions.n && r->conversions.items[r->next].unit == r->unit) r->next++;
    r->j->counts.n_units += r->n_touches > 0 || r->next > from;
    r->j->counts.n_touches += r->n_touches + r->n_dropped;
    r->j->counts.n_touches_cut += r->n_dropped;
    r->group = group_of(r->unit);
    r->is_clocked = (uint32_t)(hash_of_unit(r->unit) >> 32) % r->j->one_in == 0;
    return ptl_journey_cut(r->touches, r->n_touches, r->conversions.items + from, r->next - from,
                           &r->rules, add_journey, r, err);
}

static void begin_unit(reader *r, int64_t unit)
{
    r->has_unit = true;
    r->unit = unit;
    r->session = (ptl_session){0};
    r->n_touches = r->n_dropped = 0;
}

/* A unit of a million touches is a machine: its older half goes. */
static void drop_older_half(reader *r)
{
    const int64_t kept = r->n_touches / 2, gone = r->n_touches - kept;
    memmove(r->touches, r->touches + gone, (size_t)kept * sizeof *r->touches);
    r->n_touches = kept;
    r->n_dropped += gone;
}

static ptl_status add_event(reader *r, ptl_instant at, int32_t channel, ptl_error *err)
{
    if (!ptl_session_touch(&r->session, at, channel, &r->rules)) return PTL_OK;
    if (r->n_touches == PTL_JOURNEY_UNIT_TOUCHES_MAX) drop_older_half(r);
    PTL_TRY(ptl_journey_room(&r->touches, r->n_touches, &r->capacity, sizeof *r->touches,
                             PTL_JOURNEY_UNIT_TOUCHES_MAX, "touches of one person", err));
    r->touches[r->n_touches++] = (ptl_touch){at, channel};
    return PTL_OK;
}

static ptl_status add_batch(void *ctx, const ptl_table *rows, ptl_error *err)
{
    reader *r = ctx;
    const ptl_column *unit, *at, *label;
    PTL_TRY(ptl_table_column(&unit, rows, "unit", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&at, rows, "occurred_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&label, rows, "label", PTL_TYPE_INT, err));
    r->j->counts.n_events += rows->n_rows;
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const int64_t code = label->values.ints[i];
        if (!r->has_unit || r->unit != unit->values.ints[i]) {
            PTL_TRY(end_unit(r, err));
            begin_unit(r, unit->values.ints[i]);
        }
        if (code > 0 && code <= r->n_labels)
            PTL_TRY(add_event(r, at->values.ints[i], r->channel_of[code], err));
    }
    return PTL_OK;
}

/* --- the pass --------------------------------------------------------------------------------- */

static ptl_status read_span(reader *r, ptl_store *store, ptl_instant known_by, ptl_error *err)
{
    const ptl_value param = ptl_value_instant(known_by);
    ptl_table span = {0};
    const ptl_column *first, *last, *newest, *n;
    ptl_status st;
    PTL_TRY_GOTO(st, done,
                 ptl_warehouse_query(&span, store->warehouse, "journey/span", &param, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &span, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&last, &span, "last_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&newest, &span, "newest", PTL_TYPE_INSTANT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&n, &span, "n", PTL_TYPE_INT, err));
    r->j->one_in = 1;
    while (ptl_column_int(n, 0) / r->j->one_in > PTL_JOURNEY_CLOCKED_EVENTS) r->j->one_in *= 2;
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
        .direct = o->by_campaign ? -1 : channel_idx(r->j, direct ? direct->name : config->direct),
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

static ptl_status read_touches(reader *r, ptl_store *store, const ptl_workspace *workspace,
                               const ptl_journey_options *o, ptl_instant from,
                               ptl_progress *progress, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(o->known_by),
                                ptl_value_string(workspace->journeys.unit),
                                ptl_value_instant(from),
                                ptl_value_instant(r->rules.to),
                                ptl_value_text(ptl_buffer_borrow(&r->labels)),
                                ptl_value_string(o->by_campaign ? "campaign" : "channel"),
                                ptl_value_string(kinds_of(&workspace->journeys))};
    PTL_TRY(ptl_warehouse_stream(store->warehouse, "journey/touches", params, 7, add_batch, r,
                                 progress, err));
    PTL_TRY(end_unit(r, err));
    return convert_untouched(r, true, 0, err);
}

static ptl_status finish(ptl_journeys *j, int32_t direct, ptl_error *err)
{
    const int32_t n = j->n_channels > 0 ? (int32_t)j->n_channels : 1; /* nobody's, where none is */
    PTL_TRY(ptl_path_table_finish(&j->paths, j->path_table, n, direct, err));
    return ptl_path_table_finish(&j->timed, j->timed_table, n, direct, err);
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
    PTL_TRY(read_labels(r, store, workspace, o, err));
    r->rules = rules_of(r, workspace, goal, o);
    const ptl_instant from = o->has_from ? r->rules.from - r->rules.look_back : LONG_AGO;
    PTL_TRY(ptl_conversions_read(&r->conversions, store, workspace, goal, o->known_by, from,
                                 r->rules.to, progress, err));
    widen_span(r, workspace->zone);
    ptl_progress_step(progress, "reading journeys", 1, 7);
    PTL_TRY(read_touches(r, store, workspace, o, from, progress, err));
    return finish(r->j, r->rules.direct, err);
}

ptl_status ptl_journeys_read(ptl_journeys **out, ptl_store *store, const ptl_workspace *workspace,
                             const ptl_journey_options *options, ptl_progress *progress,
                             ptl_error *err)
{
    ptl_journeys *j = *out = calloc(1, sizeof *j);
    if (!j) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for journeys");
    reader r = {.j = j};
    ptl_arena_init(&j->arena, (size_t)64 << 20, NULL);
    ptl_buffer_init(&r.labels, LABELS_BYTES_MAX, NULL);
    ptl_status st = ptl_path_table_new(&j->path_table, false, err);
    if (st == PTL_OK) st = ptl_path_table_new(&j->timed_table, true, err);
    if (st == PTL_OK) st = read_all(&r, store, workspace, options, progress, err);
    ptl_conversions_dispose(&r.conversions);
    ptl_buffer_dispose(&r.labels);
    free(r.touches);
    if (st == PTL_OK) return PTL_OK;
    ptl_journeys_free(j);
    *out = NULL;
    return st;
}

void ptl_journeys_free(ptl_journeys *j)
{
    if (!j) return;
    ptl_path_table_free(j->path_table);
    ptl_path_table_free(j->timed_table);
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
    return j->n_channels;
}

const char *ptl_journeys_channel(const ptl_journeys *j, int64_t idx)
{
    return idx >= 0 && idx < j->n_channels ? j->channels[idx] : "";
}

const ptl_paths *ptl_journeys_paths(const ptl_journeys *j)
{
    return &j->paths;
}

int64_t ptl_journeys_one_in(const ptl_journeys *j)
{
    return j->one_in;
}

const ptl_paths *ptl_journeys_timed(const ptl_journeys *j)
{
    return &j->timed;
}
