/* zone.c: a zone's offsets, and local time resolved against them.
 *
 * Invariants. 1. A zone never changes once open: threads share it freely. 2. An offset lies between
 * -25 and 26 hours (RFC 8536 section 3.2), so what is local time L in seconds lies within 26 hours
 * of L as UTC. 3. Transitions ascend strictly; behind the last one the rule holds, or, where the
 * file has none, the last offset.
 *
 * Seen from here a zone is a row of spans [begin, end) with one offset each. Local time L happens
 * in a span if L - offset lies in it. The spans are walked upwards from 26 hours before L:
 *   - the first that holds L - offset is the answer (a repeated time is the earlier of the two);
 *   - if L - offset lies before a span that its predecessor did not reach, L was skipped, and the
 *     offset before the gap is used, which moves the time forward by the gap. */
#include "base/zone_internal.h"

void ptl_zone_close(ptl_zone *zone)
{
    if (zone) ptl_allocator_system()->free(ptl_allocator_system()->ctx, zone, zone->bytes);
}

const char *ptl_zone_name(const ptl_zone *zone)
{
    return zone->name;
}

/* How many transitions are at or before `seconds`. */
static int32_t transitions_until(const ptl_zone *zone, int64_t seconds)
{
    int32_t low = 0, high = zone->n_transitions;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static ptl_tz_span span_at(const ptl_zone *zone, int64_t seconds)
{
    const int32_t n = transitions_until(zone, seconds);
    const int64_t table_end =
        zone->n_transitions > 0 ? zone->at[zone->n_transitions - 1] : INT64_MIN;
    if (n == zone->n_transitions && zone->has_rule) {
        ptl_tz_span span = ptl_tz_rule_at(&zone->rule, seconds);
        if (span.begin < table_end) span.begin = table_end;
        return span;
    }
    return (ptl_tz_span){.begin = n > 0 ? zone->at[n - 1] : INT64_MIN,
                         .end = n < zone->n_transitions ? zone->at[n] : INT64_MAX,
                         .offset = n > 0 ? zone->offset[n - 1] : zone->first_offset};
}

int32_t ptl_zone_offset(const ptl_zone *zone, ptl_instant instant)
{
    return span_at(zone, ptl_floor_div(instant, PTL_MICROS_PER_SECOND)).offset;
}

ptl_day ptl_zone_day(const ptl_zone *zone, ptl_instant instant)
{
    const int64_t seconds = ptl_floor_div(instant, PTL_MICROS_PER_SECOND);
    return (ptl_day)ptl_floor_div(seconds + span_at(zone, seconds).offset, 86400);
}

typedef struct resolved {
    int64_t seconds; /* UTC                                                  */
    int64_t gap_end; /* first second after the gap, if the time was skipped */
    bool skipped;
} resolved;

static resolved resolve(const ptl_zone *zone, int64_t local)
{
    enum { REACH = 26 * 3600 };
    ptl_tz_span span = span_at(zone, local - REACH);
    int32_t offset_before = span.offset;
    for (;;) {
        const int64_t candidate = local - span.offset;
        if (candidate < span.begin) return (resolved){local - offset_before, span.begin, true};
        if (candidate < span.end) return (resolved){candidate, 0, false};
        offset_before = span.offset;
        span = span_at(zone, span.end);
    }
}

ptl_instant ptl_zone_day_start(const ptl_zone *zone, ptl_day day)
{
    const resolved r = resolve(zone, (int64_t)day * 86400);
    return (r.skipped ? r.gap_end : r.seconds) * PTL_MICROS_PER_SECOND;
}

ptl_instant ptl_zone_local(const ptl_zone *zone, ptl_day day, int64_t micros_of_day)
{
    const int64_t seconds = ptl_floor_div(micros_of_day, PTL_MICROS_PER_SECOND);
    const int64_t fraction = micros_of_day - seconds * PTL_MICROS_PER_SECOND;
    const resolved r = resolve(zone, (int64_t)day * 86400 + seconds);
    return r.seconds * PTL_MICROS_PER_SECOND + fraction;
}
