/* journey_walk.c: the events and conversions of one range of units become journeys.
 *
 *     events, sorted ─▶ sessions ─▶ touches of one unit ─▶ journeys (journey_cut.c) ─▶ log
 *
 * Invariants. 1. One unit is held at a time. 2. Nothing is shared with another range: ranges are
 * walked side by side. 3. A unit's group is a hash of its number: all its journeys are resampled
 * together, whatever paths they took. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct walking {
    ptl_journey_walk *w;
    int64_t unit;
    ptl_session session;
    ptl_touch *touches; /* of that unit */
    int64_t n_touches, capacity;
    int64_t n_dropped;
    int32_t group;
    bool null_sampled, won_sampled;
} walking;

/* --- journeys --------------------------------------------------------------------------------- */

/* The finaliser of SplitMix64: neighbours fall into any group. */
static uint64_t hash_of_unit(int64_t unit)
{
    uint64_t z = (uint64_t)unit + UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* A unit's group, and whether it is sampled: by other bits of its hash. */
static void place(walking *r, int64_t unit)
{
    const uint64_t hash = hash_of_unit(unit);
    r->group = (int32_t)(hash % PTL_ATTRIBUTION_GROUPS);
    r->null_sampled = (uint32_t)(hash >> 32) % r->w->null_in == 0;
    r->won_sampled = (uint32_t)(hash >> 32) % r->w->won_in == 0;
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

/* Equal parts of the span; what ends outside, as a journey cut off by it may, is of the nearest. */
static int period_of(const ptl_journey_walk *w, ptl_instant at)
{
    const ptl_instant each = (w->last - w->first) / PTL_JOURNEY_PERIODS;
    if (each <= 0 || at <= w->first) return 0;
    const ptl_instant period = (at - w->first) / each;
    return period < PTL_JOURNEY_PERIODS ? (int)period : PTL_JOURNEY_PERIODS - 1;
}

/* Worth and number of a sampled person's journey stand for those of the persons left out. */
static ptl_status add_sampled(walking *r, const ptl_journey *journey, int64_t worth, ptl_error *err)
{
    ptl_journey_walk *const w = r->w;
    const bool is_all = w->null_in == 1 && w->won_in == 1;
    const uint32_t times = journey->converts ? w->won_in : w->null_in;
    ptl_journey seen = *journey;
    if (!(journey->converts ? r->won_sampled : r->null_sampled)) return PTL_OK;
    if (__builtin_mul_overflow(worth, (int64_t)times, &worth))
        return ptl_fail(err, PTL_E_LIMIT, "what a conversion is worth leaves 64 bits of micros");
    if (!is_all)
        PTL_TRY(ptl_journey_log_add(&w->logs[PTL_JOURNEY_SAMPLE], journey, worth, r->group, times,
                                    err));
    if (seen.watched_until > w->newest) seen.watched_until = w->newest;
    if (journey->n == 0) return PTL_OK;
    PTL_TRY(ptl_journey_log_add(&w->logs[PTL_JOURNEY_SAMPLE_TIMED], &seen, worth, r->group, times,
                                err));
    return ptl_journey_log_add(&w->logs[PTL_JOURNEY_PERIOD + period_of(w, seen.ended_at)], &seen,
                               worth, r->group, times, err);
}

/* With times nearly every path is distinct: only what converted keeps them. */
static ptl_status add_timed(walking *r, const ptl_journey *journey, int64_t worth, ptl_error *err)
{
    const bool is_all = r->w->null_in == 1 && r->w->won_in == 1;
    if (is_all || !journey->converts || journey->n == 0) return PTL_OK;
    return ptl_journey_log_add(&r->w->logs[PTL_JOURNEY_TIMED], journey, worth, r->group, 1, err);
}

static ptl_status add_journey(void *ctx, const ptl_journey *journey, ptl_error *err)
{
    walking *r = ctx;
    ptl_journey_counts *c = &r->w->counts;
    int64_t worth = 0;
    c->n_cut += journey->n_cut > 0;
    c->n_touches_cut += journey->n_cut;
    if (journey->converts) {
        PTL_TRY(count_conversion(c, journey, &worth, err));
    } else {
        c->n_null++;
        c->n_open += journey->touches[0].at + r->w->rules->look_back > r->w->newest;
    }
    PTL_TRY(add_timed(r, journey, worth, err));
    PTL_TRY(add_sampled(r, journey, worth, err));
    return ptl_journey_log_add(&r->w->logs[PTL_JOURNEY_ALL], journey, worth, r->group, 1, err);
}

/* --- units ------------------------------------------------------------------------------------ */

/* Conversions of units that come before `unit` have no touch; so have those of nobody, last. */
static ptl_status convert_untouched(walking *r, bool all, int64_t unit, ptl_error *err)
{
    ptl_journey_walk *const w = r->w;
    for (; w->next < w->end; w->next++) {
        const ptl_conversion *c = &w->conversions[w->next];
        if (!all && (c->unit < 0 || c->unit >= unit)) return PTL_OK;
        const bool is_new = c->unit >= 0 && (w->next == 0 || c->unit != c[-1].unit);
        w->counts.n_units += is_new;
        w->counts.n_nobodys += c->unit < 0 && c->at >= w->rules->from && c->at < w->rules->to;
        place(r, c->unit < 0 ? ~w->next : c->unit);
        PTL_TRY(ptl_journey_cut(NULL, 0, c, 1, w->rules, add_journey, r, err));
    }
    return PTL_OK;
}

static ptl_status end_unit(walking *r, ptl_error *err)
{
    ptl_journey_walk *const w = r->w;
    PTL_TRY(convert_untouched(r, false, r->unit, err));
    const int64_t from = w->next;
    while (w->next < w->end && w->conversions[w->next].unit == r->unit) w->next++;
    w->counts.n_units += r->n_touches > 0 || w->next > from;
    w->counts.n_touches += r->n_touches + r->n_dropped;
    w->counts.n_touches_cut += r->n_dropped;
    place(r, r->unit);
    const ptl_conversion *const first = w->conversions ? w->conversions + from : NULL;
    return ptl_journey_cut(r->touches, r->n_touches, first, w->next - from, w->rules, add_journey,
                           r, err);
}

/* A unit of a million touches is a machine: its older half goes. */
static void drop_older_half(walking *r)
{
    const int64_t kept = r->n_touches / 2, gone = r->n_touches - kept;
    memmove(r->touches, r->touches + gone, (size_t)kept * sizeof *r->touches);
    r->n_touches = kept;
    r->n_dropped += gone;
}

static ptl_status add_event(walking *r, ptl_instant at, int32_t channel, ptl_error *err)
{
    if (!ptl_session_touch(&r->session, at, channel, r->w->rules)) return PTL_OK;
    if (r->n_touches == PTL_JOURNEY_UNIT_TOUCHES_MAX) drop_older_half(r);
    PTL_TRY(ptl_journey_room(&r->touches, r->n_touches, &r->capacity, sizeof *r->touches,
                             PTL_JOURNEY_UNIT_TOUCHES_MAX, "touches of one person", err));
    r->touches[r->n_touches++] = (ptl_touch){at, channel};
    return PTL_OK;
}

static int64_t unit_of(const ptl_event *event)
{
    return (int64_t)(event->who >> PTL_EVENT_CHANNEL_BITS);
}

/* The events of the unit that begins at `from`; returns where the next begins, in *to. */
static ptl_status walk_unit(int64_t *to, walking *r, int64_t from, ptl_error *err)
{
    const ptl_event *const events = r->w->events;
    r->unit = unit_of(&events[from]);
    r->session = (ptl_session){0};
    r->n_touches = r->n_dropped = 0;
    for (*to = from; *to < r->w->n_events && unit_of(&events[*to]) == r->unit; ++*to) {
        const uint64_t channel = events[*to].who & ((1u << PTL_EVENT_CHANNEL_BITS) - 1);
        PTL_TRY(add_event(r, events[*to].at, (int32_t)channel, err));
    }
    return end_unit(r, err);
}

ptl_status ptl_journey_walk_run(ptl_journey_walk *walk, ptl_error *err)
{
    walking r = {.w = walk};
    ptl_status st = PTL_OK;
    for (int64_t i = 0; st == PTL_OK && i < walk->n_events;) st = walk_unit(&i, &r, i, err);
    if (st == PTL_OK) st = convert_untouched(&r, true, 0, err);
    free(r.touches);
    for (int k = 0; st == PTL_OK && k < PTL_JOURNEY_KINDS; k++)
        st = ptl_journey_log_seal(&walk->logs[k], err);
    return st;
}
