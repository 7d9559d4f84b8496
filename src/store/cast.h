/* cast.h: text of a file becomes numbers, money, days and instants, exactly.
 *
 * Invariants.
 *  1. A cast gives the value that is written, or a reason; it never rounds money and never guesses.
 *  2. Blank text is PTL_CAST_EMPTY (missing), which is not a fault.
 *  3. Money is parsed in integers; no double is on the way.
 *  4. Pure: no allocation, no clock, no globals; any number of threads.
 *
 * Numbers. [sign | "("] [currency] digits, with separators where the locale puts them, [decimal
 * digits] [currency] [sign | ")"]. A separator of thousands stands before every three digits or
 * nowhere: "12,34" is refused as "en", because it is most likely "de". The currency is a symbol or
 * three capital letters and is skipped: which currency a row is in is the mapping's column
 * `currency`. */
#ifndef PTL_STORE_CAST_H
#define PTL_STORE_CAST_H

#include "base/civil.h"

/* What a cast found: name, words for quarantine. */
#define PTL_CAST_LIST(X)                                                                           \
    X(OK, "fine")                                                                                  \
    X(EMPTY, "empty")                                                                              \
    X(NOT_NUMBER, "not a number in this locale")                                                   \
    X(GROUPS, "thousands separators do not stand before every three digits; is the locale right?") \
    X(SIGNS, "more than one sign")                                                                 \
    X(DECIMALS, "more than six decimals")                                                          \
    X(FRACTION, "not a whole number")                                                              \
    X(RANGE, "too large")                                                                          \
    X(NOT_TIME, "does not follow the format")                                                      \
    X(NOT_BOOL, "neither yes nor no")

typedef enum ptl_cast {
#define PTL_CAST_ENUM(name, text) PTL_CAST_##name,
    PTL_CAST_LIST(PTL_CAST_ENUM)
#undef PTL_CAST_ENUM
} ptl_cast;

const char *ptl_cast_text(ptl_cast cast);

/* How numbers are written: "en" 1,234.56 · "de" 1.234,56 · "fr" 1 234,56 · "ch" 1'234.56. */
typedef struct ptl_locale {
    const char *name;
    char decimal;
    char group;      /* ASCII separator of thousands, 0 where it has none          */
    bool wide_space; /* also U+00A0 and U+202F (and U+2019 where group is a quote) */
} ptl_locale;

/** By name: a style ("en", "de", "fr", "ch", "plain"), or a language or tag that writes like one of
 * them ("es", "de-CH", "en_GB"). NULL where there is none. */
const ptl_locale *ptl_locale_find(ptl_text name);

/** int64 millionths. More than six decimals are refused unless the rest are zeros. */
ptl_cast ptl_cast_money(int64_t *out_micros, ptl_text text, const ptl_locale *locale);

/** A whole number; ".0" is whole. */
ptl_cast ptl_cast_integer(int64_t *out, ptl_text text, const ptl_locale *locale);

/** A double, correctly rounded; an exponent ("1.5E+10") and a trailing "%" (hundredths) are read.
 */
ptl_cast ptl_cast_number(double *out, ptl_text text, const ptl_locale *locale);

/** true, yes, y, t, 1, on, … and their opposites, in any case. */
ptl_cast ptl_cast_bool(bool *out, ptl_text text);

enum { PTL_CAST_DAYS_KEPT = 64 };

/* A format and a zone, made ready once and used for a column. Keeps the last local days it met, so
 * that a zone is asked once a day instead of once a row: one caster per thread. */
typedef struct ptl_cast_clock {
    ptl_text format;      /* borrowed; empty means RFC 3339 */
    const ptl_zone *zone; /* borrowed */
    bool is_fixed;        /* only %Y %m %d %H %M %S and literals: read without base's parser */
    struct {
        ptl_day day;
        bool is_plain; /* no clock change within the day */
        ptl_instant starts_at;
    } kept[PTL_CAST_DAYS_KEPT];
} ptl_cast_clock;

void ptl_cast_clock_init(ptl_cast_clock *clock, ptl_text format, const ptl_zone *zone);

/** The instant; local texts by civil.h's rule for skipped and repeated times. */
ptl_cast ptl_cast_time(ptl_instant *out, ptl_text text, ptl_cast_clock *clock);

/** The day as written; format "%Y-%m-%d" where the clock's is empty. */
ptl_cast ptl_cast_day(ptl_day *out, ptl_text text, ptl_cast_clock *clock);

#endif
