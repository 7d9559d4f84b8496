/* show.h: figures, dates and weeks as people read them.
 *
 * The rules are those of the console: currency before the figure, minus U+2212, four significant
 * digits at most where a figure is short, exact digits where it is exact, "none" for what is not
 * there. Everything appends to a ptl_buffer. */
#ifndef PTL_BASE_SHOW_H
#define PTL_BASE_SHOW_H

#include "base/civil.h"
#include "portolan/verdict.h"

/** "€" for EUR, "£" for GBP … , the code and a narrow space where there is no common sign. */
const char *ptl_show_currency(const char *code);

/** "€41.65m", "€210.4k", "€980", "−€62k": at most `significant` digits, [2, 6]. */
void ptl_show_money_short(ptl_buffer *out, int64_t micros, const char *currency,
                          int32_t significant);

/** The same, with "+" before a gain; what rounds to nothing is "€0" without a sign. */
void ptl_show_money_change(ptl_buffer *out, int64_t micros, const char *currency,
                           int32_t significant);

/** "£9,747,747.93": every cent, thousands apart; more decimals where the micros need them. */
void ptl_show_money_exact(ptl_buffer *out, int64_t micros, const char *currency);

/** "£9,747,748": rounded to whole units, half to even. */
void ptl_show_money_whole(ptl_buffer *out, int64_t micros, const char *currency);

/** "541,909". */
void ptl_show_count(ptl_buffer *out, int64_t n);

/** "1 finding", "12 findings": a noun that takes an s. */
void ptl_show_counted(ptl_buffer *out, int64_t n, const char *noun);

/** A chance in [0, 1]: "24 in 100", "less than 1 in 100", "more than 99 in 100". */
void ptl_show_chance(ptl_buffer *out, double chance);

/** "Mon 16 Nov" in `year`, "Mon 16 Nov 2025" in another. */
void ptl_show_day(ptl_buffer *out, ptl_day day, int32_t year);

/** "16 November 2026". */
void ptl_show_day_long(ptl_buffer *out, ptl_day day);

/** "9 to 15 Nov", "28 Dec to 3 Jan"; beyond a month with the years where they differ. */
void ptl_show_span(ptl_buffer *out, ptl_day first, ptl_day last);

/** Text with & < > " ' made safe for HTML text and attributes. */
void ptl_show_html(ptl_buffer *out, ptl_text text);

/* --- estimates -------------------------------------------------------------------------------- */

/** What a figure is, which decides digits, suffix and sign. Shares are 0 to 1. */
typedef enum ptl_unit {
    PTL_UNIT_MONEY,
    PTL_UNIT_COUNT,
    PTL_UNIT_SHARE,
    PTL_UNIT_RETURN, /* money back for one unit of money */
    PTL_UNIT_NUMBER
} ptl_unit;

const char *ptl_unit_name(ptl_unit unit); /* "money", as charts and exports write it */

/** How many digits: value and interval share them. */
typedef struct ptl_digits {
    int32_t power; /* the value is divided by 10^power; -2 for shares */
    int32_t decimals;
    bool strip; /* zeros at the end say nothing */
} ptl_digits;

/** The digits an estimate deserves; NaN low and high: counted. */
ptl_digits ptl_show_digits(double value, double low, double high, ptl_unit unit);

/** "+€210k", "71.4%"; "none" for NaN. */
void ptl_show_value(ptl_buffer *out, double value, ptl_digits digits, ptl_unit unit,
                    const char *currency, bool is_signed);
/** "90": the same digits without unit and suffix. */
void ptl_show_bare(ptl_buffer *out, double value, ptl_digits digits);
/** "90 to 330". */
void ptl_show_range(ptl_buffer *out, double low, double high, ptl_digits digits);
/** "+€210k, 90 to 330"; "none" where the point is NaN. */
void ptl_show_estimate(ptl_buffer *out, const ptl_estimate *estimate, ptl_unit unit,
                       const char *currency, bool is_signed);

#endif
