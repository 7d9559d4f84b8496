/* civil.h: the one authority on dates, days and zones.
 *
 * An instant is UTC microseconds since 1970-01-01 (int64). A day is a count of days since
 * 1970-01-01 (int32), in the proleptic Gregorian calendar. A zone is read from the system's tzdata
 * (TZif, RFC 8536, footer rule included), loaded once and immutable, so it may be shared between
 * threads. Local times that a clock change skips or repeats are resolved by a stated rule: skipped
 * times move forward by the gap, repeated times are the earlier of the two. */
#ifndef PTL_BASE_CIVIL_H
#define PTL_BASE_CIVIL_H

#include "base/text.h"

#define PTL_MICROS_PER_SECOND INT64_C(1000000)
#define PTL_MICROS_PER_DAY INT64_C(86400000000)

typedef int32_t ptl_day;     /* days since 1970-01-01           */
typedef int64_t ptl_instant; /* UTC microseconds since 1970     */

/* Later than any instant a fact carries: "known by" it is all that is known. */
#define PTL_INSTANT_EVER (INT64_C(4102444800) * PTL_MICROS_PER_SECOND) /* 2100-01-01 */

typedef struct ptl_date {
    int32_t year;  /* [-32768, 32767] */
    int32_t month; /* [1, 12]         */
    int32_t day;   /* [1, 31]         */
} ptl_date;

ptl_day ptl_day_of(ptl_date date); /* date must exist: see ptl_date_valid */
ptl_date ptl_date_of(ptl_day day);
bool ptl_date_valid(ptl_date date);
int32_t ptl_weekday(ptl_day day); /* 1 Monday … 7 Sunday (ISO 8601) */

/** The first day of the week that holds `day`, where weeks start on week_start (1 … 7). */
ptl_day ptl_week_start(ptl_day day, int32_t week_start);
ptl_day ptl_month_start(ptl_day day);
ptl_day ptl_month_add(ptl_day day, int32_t months); /* the month's last day where it is shorter */

/** ISO 8601 week of the year, [1, 53], and the year it belongs to. */
void ptl_iso_week(int32_t *year, int32_t *week, ptl_day day);

/** "2026-11-16" ⇄ day. */
void ptl_day_format(char out[16], ptl_day day);
PTL_NODISCARD ptl_status ptl_day_parse(ptl_day *out, ptl_text text, ptl_error *err);

/** "2026-11-16T06:12:00Z", with ".123456" where there are micros. */
void ptl_instant_format(char out[40], ptl_instant instant);
/** RFC 3339 with offset or Z; digits behind the sixth of a fraction are dropped. */
PTL_NODISCARD ptl_status ptl_instant_parse(ptl_instant *out, ptl_text text, ptl_error *err);

typedef struct ptl_zone ptl_zone;

/** Close with ptl_zone_close. `name` as in tzdata ("Europe/Berlin"), or "UTC". E_NOT_FOUND suggests
 * the nearest name. The folder is $TZDIR or /usr/share/zoneinfo. */
PTL_NODISCARD ptl_status ptl_zone_open(ptl_zone **out, const char *name, ptl_error *err);
void ptl_zone_close(ptl_zone *zone);
const char *ptl_zone_name(const ptl_zone *zone);

/** Seconds east of Greenwich in force at `instant`. */
int32_t ptl_zone_offset(const ptl_zone *zone, ptl_instant instant);
ptl_day ptl_zone_day(const ptl_zone *zone, ptl_instant instant);

/** The instant at which local `day` begins: midnight, or the first moment after a gap there. */
ptl_instant ptl_zone_day_start(const ptl_zone *zone, ptl_day day);

/** Local wall time (day and microseconds since its midnight) to an instant. */
ptl_instant ptl_zone_local(const ptl_zone *zone, ptl_day day, int64_t micros_of_day);

/** Parse by a format of %Y %y %m %b %B %d %H %I %p %M %S %f %z %Z %% and text that stands for
 * itself (time_parse.c has the table). Without %z or %Z the text is local time in `zone`; NULL
 * means UTC. A whole-text match is required; the error names the directive that failed and where.
 */
PTL_NODISCARD ptl_status ptl_time_parse(ptl_instant *out, ptl_text text, ptl_text format,
                                        const ptl_zone *zone, ptl_error *err);

#endif
