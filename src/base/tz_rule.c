/* tz_rule.c: the yearly rule of a zone, as POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3".
 *
 *     std offset [dst [offset] , date [/time] , date [/time]]
 *
 * Offsets are written west of Greenwich and kept east. A date is Mm.w.d, Jn (February 29 never
 * counted) or n (counted from 0). A time is local, two in the morning unless said otherwise, and
 * RFC 8536 lets it run from -167 to 167 hours: it may lie on another day, even in another year. So
 * the span around an instant is looked for among the changes of three years. */
#include "base/civil_internal.h"

#include <string.h>

typedef struct cursor {
    const char *at, *end;
} cursor;

static bool take(cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

static bool take_number(cursor *c, int32_t *out, int32_t max)
{
    int32_t value = 0;
    const char *start = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - start < 4)
        value = value * 10 + (*c->at++ - '0');
    *out = value;
    return c->at > start && value <= max;
}

/* <anything> or letters; what it says does not matter here */
static bool take_name(cursor *c)
{
    const char *start = c->at;
    if (take(c, '<')) {
        while (c->at < c->end && *c->at != '>') c->at++;
        return take(c, '>');
    }
    while (c->at < c->end && ((*c->at >= 'A' && *c->at <= 'Z') || (*c->at >= 'a' && *c->at <= 'z')))
        c->at++;
    return c->at - start >= 3;
}

/* [+-] hh [:mm [:ss]] in seconds */
static bool take_time(cursor *c, int32_t *out, int32_t hours_max)
{
    const bool negative = take(c, '-');
    if (!negative) take(c, '+');
    int32_t hours, minutes = 0, seconds = 0;
    if (!take_number(c, &hours, hours_max)) return false;
    if (take(c, ':')) {
        if (!take_number(c, &minutes, 59)) return false;
        if (take(c, ':') && !take_number(c, &seconds, 59)) return false;
    }
    const int32_t total = hours * 3600 + minutes * 60 + seconds;
    *out = negative ? -total : total;
    return true;
}

static bool take_change(cursor *c, ptl_tz_change *out)
{
    *out = (ptl_tz_change){.seconds = 2 * 3600};
    bool ok;
    if (take(c, 'M')) {
        out->kind = PTL_TZ_MONTH_WEEK;
        ok = take_number(c, &out->month, 12) && out->month >= 1 && take(c, '.') &&
             take_number(c, &out->week, 5) && out->week >= 1 && take(c, '.') &&
             take_number(c, &out->weekday, 6);
    } else if (take(c, 'J')) {
        out->kind = PTL_TZ_JULIAN;
        ok = take_number(c, &out->day, 365) && out->day >= 1;
    } else {
        out->kind = PTL_TZ_DAY_OF_YEAR;
        ok = take_number(c, &out->day, 365);
    }
    if (ok && take(c, '/')) ok = take_time(c, &out->seconds, 167);
    return ok;
}

static bool take_rule(cursor *c, ptl_tz_rule *out)
{
    *out = (ptl_tz_rule){0};
    if (!take_name(c) || !take_time(c, &out->std_offset, 24)) return false;
    out->std_offset = -out->std_offset;
    if (c->at == c->end) return true;
    out->has_dst = true;
    out->dst_offset = out->std_offset + 3600;
    if (!take_name(c)) return false;
    if (c->at < c->end && *c->at != ',') {
        if (!take_time(c, &out->dst_offset, 24)) return false;
        out->dst_offset = -out->dst_offset;
    }
    return take(c, ',') && take_change(c, &out->to_dst) && take(c, ',') &&
           take_change(c, &out->to_std);
}

ptl_status ptl_tz_rule_parse(ptl_tz_rule *out, ptl_text text, ptl_error *err)
{
    cursor c = {text.ptr, text.ptr + text.len};
    if (!take_rule(&c, out) || c.at != c.end)
        return ptl_fail(err, PTL_E_CORRUPT, "zone rule \"%.*s\" cannot be read at position %td",
                        (int)(text.len < 80 ? text.len : 80), text.ptr, c.at - text.ptr + 1);
    return PTL_OK;
}

static bool is_leap_year(int64_t year)
{
    return ptl_days_from_civil(year + 1, 1, 1) - ptl_days_from_civil(year, 1, 1) == 366;
}

/* The local day, since 1970-01-01, on which the change falls in `year`. */
static int64_t change_day(const ptl_tz_change *change, int64_t year)
{
    const int64_t new_year = ptl_days_from_civil(year, 1, 1);
    if (change->kind == PTL_TZ_DAY_OF_YEAR) return new_year + change->day;
    if (change->kind == PTL_TZ_JULIAN)
        return new_year + change->day - 1 + (change->day >= 60 && is_leap_year(year));
    const int64_t first = ptl_days_from_civil(year, change->month, 1);
    const int32_t first_weekday = ptl_weekday((ptl_day)first) % 7; /* 0 Sunday */
    int64_t day = first + (change->weekday - first_weekday + 7) % 7 + 7 * (change->week - 1);
    const int64_t next_month = change->month == 12
                                   ? ptl_days_from_civil(year + 1, 1, 1)
                                   : ptl_days_from_civil(year, change->month + 1, 1);
    while (day >= next_month) day -= 7; /* week 5 is the last, also where there are four */
    return day;
}

static int64_t change_at(const ptl_tz_change *change, int64_t year, int32_t offset_before)
{
    return change_day(change, year) * 86400 + change->seconds - offset_before;
}

/* Narrow the span by a change at `when` to `offset`. A tie goes to the later call: daylight time
 * that ends in the moment it begins again (all-year daylight time) stays in force. */
static void span_narrow(ptl_tz_span *span, int64_t when, int32_t offset, int64_t seconds)
{
    if (when <= seconds && when >= span->begin) {
        span->begin = when;
        span->offset = offset;
    } else if (when > seconds && when < span->end) {
        span->end = when;
    }
}

ptl_tz_span ptl_tz_rule_at(const ptl_tz_rule *rule, int64_t seconds)
{
    ptl_tz_span span = {.begin = INT64_MIN, .end = INT64_MAX, .offset = rule->std_offset};
    if (!rule->has_dst) return span;
    const int64_t day = ptl_floor_div(seconds + rule->std_offset, 86400);
    const int64_t year = ptl_date_of((ptl_day)day).year;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        span_narrow(&span, change_at(&rule->to_std, y, rule->dst_offset), rule->std_offset,
                    seconds);
        span_narrow(&span, change_at(&rule->to_dst, y, rule->std_offset), rule->dst_offset,
                    seconds);
    }
    return span;
}
