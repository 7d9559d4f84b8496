/* cast_time.c: instants and days of a file's text.
 *
 * base/civil is the one authority. What stands here only avoids asking it for every row: a format
 * of fixed width is read digit by digit, and a local day without a clock change is an offset from
 * its midnight. Whatever is not plainly of that shape goes to ptl_time_parse, whose answer counts.
 */
#include "store/cast.h"

#include <string.h>

/* Only directives whose text has one width, and literals. */
static bool format_is_fixed(ptl_text format)
{
    bool has_year = false, has_month = false, has_day = false;
    for (size_t i = 0; i < format.len; i++) {
        if (format.ptr[i] != '%') continue;
        if (++i >= format.len) return false;
        switch (format.ptr[i]) {
        case 'Y':
            has_year = true;
            break;
        case 'm':
            has_month = true;
            break;
        case 'd':
            has_day = true;
            break;
        case 'H':
        case 'M':
        case 'S':
            break;
        default:
            return false;
        }
    }
    return has_year && has_month && has_day;
}

void ptl_cast_clock_init(ptl_cast_clock *clock, ptl_text format, const ptl_zone *zone)
{
    clock->format = format;
    clock->zone = zone;
    clock->is_fixed = format_is_fixed(format);
    for (int32_t i = 0; i < PTL_CAST_DAYS_KEPT; i++) clock->kept[i].day = INT32_MIN;
}

static bool digits(int32_t *out, ptl_text text, size_t *at, size_t n)
{
    if (text.len - *at < n) return false;
    int32_t total = 0;
    for (size_t i = 0; i < n; i++) {
        const char c = text.ptr[*at + i];
        if (c < '0' || c > '9') return false;
        total = total * 10 + (c - '0');
    }
    *at += n;
    *out = total;
    return true;
}

/* Day and micros of a text of fixed width; false where it is anything else. */
static bool read_fixed(ptl_day *day, int64_t *micros, ptl_text text, ptl_text format)
{
    int32_t year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0;
    size_t at = 0;
    for (size_t i = 0; i < format.len; i++) {
        bool fits;
        if (format.ptr[i] != '%') {
            fits = at < text.len && text.ptr[at] == format.ptr[i];
            at++;
        } else {
            switch (format.ptr[++i]) {
            case 'Y':
                fits = digits(&year, text, &at, 4);
                break;
            case 'm':
                fits = digits(&month, text, &at, 2);
                break;
            case 'd':
                fits = digits(&date, text, &at, 2);
                break;
            case 'H':
                fits = digits(&hour, text, &at, 2);
                break;
            case 'M':
                fits = digits(&minute, text, &at, 2);
                break;
            default:
                fits = digits(&second, text, &at, 2);
                break;
            }
        }
        if (!fits) return false;
    }
    if (at != text.len || hour > 23 || minute > 59 || second > 59) return false;
    if (month < 1 || month > 12 || date < 1) return false;
    const ptl_date civil = {year, month, date};
    if (date > 28 && !ptl_date_valid(civil)) return false;
    *day = ptl_day_of(civil);
    *micros = ((int64_t)hour * 3600 + minute * 60 + second) * PTL_MICROS_PER_SECOND;
    return true;
}

/* Local time in the clock's zone. A day is plain where it has 24 hours and one offset at its
 * start, noon and end. */
static ptl_instant local_instant(ptl_cast_clock *clock, ptl_day day, int64_t micros)
{
    const int32_t slot = (int32_t)((uint32_t)day % PTL_CAST_DAYS_KEPT);
    if (clock->kept[slot].day != day) {
        const ptl_instant start = ptl_zone_day_start(clock->zone, day);
        const ptl_instant end = ptl_zone_day_start(clock->zone, day + 1);
        const int32_t offset = ptl_zone_offset(clock->zone, start);
        clock->kept[slot].day = day;
        clock->kept[slot].starts_at = start;
        clock->kept[slot].is_plain =
            end - start == PTL_MICROS_PER_DAY && ptl_zone_offset(clock->zone, end) == offset &&
            ptl_zone_offset(clock->zone, start + PTL_MICROS_PER_DAY / 2) == offset;
    }
    if (clock->kept[slot].is_plain) return clock->kept[slot].starts_at + micros;
    return ptl_zone_local(clock->zone, day, micros);
}

ptl_cast ptl_cast_time(ptl_instant *out, ptl_text text, ptl_cast_clock *clock)
{
    text = ptl_text_trim(text);
    if (text.len == 0) return PTL_CAST_EMPTY;
    ptl_day day;
    int64_t micros;
    if (clock->is_fixed && read_fixed(&day, &micros, text, clock->format)) {
        *out = local_instant(clock, day, micros);
        return PTL_CAST_OK;
    }
    const ptl_status st = clock->format.len == 0
                              ? ptl_instant_parse(out, text, NULL)
                              : ptl_time_parse(out, text, clock->format, clock->zone, NULL);
    return st == PTL_OK ? PTL_CAST_OK : PTL_CAST_NOT_TIME;
}

ptl_cast ptl_cast_day(ptl_day *out, ptl_text text, ptl_cast_clock *clock)
{
    text = ptl_text_trim(text);
    if (text.len == 0) return PTL_CAST_EMPTY;
    int64_t micros;
    if (clock->is_fixed && read_fixed(out, &micros, text, clock->format)) return PTL_CAST_OK;
    if (clock->format.len == 0)
        return ptl_day_parse(out, text, NULL) == PTL_OK ? PTL_CAST_OK : PTL_CAST_NOT_TIME;
    /* The clock's zone is UTC here, so the instant's day is the day that is written. */
    ptl_instant instant;
    if (ptl_time_parse(&instant, text, clock->format, clock->zone, NULL) != PTL_OK)
        return PTL_CAST_NOT_TIME;
    *out = ptl_zone_day(clock->zone, instant);
    return PTL_CAST_OK;
}
