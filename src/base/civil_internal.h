/* civil_internal.h: what the files of civil time share. */
#ifndef PTL_BASE_CIVIL_INTERNAL_H
#define PTL_BASE_CIVIL_INTERNAL_H

#include "base/civil.h"

/** a / b rounded towards minus infinity; b not 0. */
int64_t ptl_floor_div(int64_t a, int64_t b);

/** Days since 1970-01-01 of a date that exists. */
int64_t ptl_days_from_civil(int64_t year, int32_t month, int32_t day);

/* --- the rule behind the last transition of a zone (POSIX TZ string, RFC 8536 section 3.3.1) -- */

typedef enum ptl_tz_day_kind {
    PTL_TZ_MONTH_WEEK,
    PTL_TZ_JULIAN,
    PTL_TZ_DAY_OF_YEAR
} ptl_tz_day_kind;

typedef struct ptl_tz_change {
    ptl_tz_day_kind kind;
    int32_t month, week, weekday; /* Mm.w.d: d-th weekday (0 Sunday) of week w (5: last) */
    int32_t day;                  /* Jn in [1, 365], n in [0, 365]                      */
    int32_t seconds;              /* local time of the change, may be negative           */
} ptl_tz_change;

typedef struct ptl_tz_rule {
    int32_t std_offset; /* seconds east */
    int32_t dst_offset;
    bool has_dst;
    ptl_tz_change to_dst, to_std;
} ptl_tz_rule;

PTL_NODISCARD ptl_status ptl_tz_rule_parse(ptl_tz_rule *out, ptl_text text, ptl_error *err);

/** Offset in force at `seconds` (UTC), and when it began and will end: INT64_MIN and INT64_MAX
 * where the rule has no changes. */
typedef struct ptl_tz_span {
    int64_t begin, end;
    int32_t offset;
} ptl_tz_span;

ptl_tz_span ptl_tz_rule_at(const ptl_tz_rule *rule, int64_t seconds);

#endif
