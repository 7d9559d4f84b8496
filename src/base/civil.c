/* civil.c: the proleptic Gregorian calendar as arithmetic.
 *
 * The year is counted from March, so that the leap day is its last day and every month's start is
 * a linear function: month m (0 March … 11 February) begins at day (153 m + 2) / 5 of its year.
 * 400 years have 146,097 days; the epoch lies 719,468 days after 0000-03-01. Divisions round
 * towards minus infinity, so that years before the epoch need no cases of their own. */
#include "base/civil.h"

#include "base/civil_internal.h"

#include <stdio.h>

enum { DAYS_PER_400_YEARS = 146097, EPOCH_FROM_MARCH_0000 = 719468 };

int64_t ptl_floor_div(int64_t a, int64_t b)
{
    const int64_t quotient = a / b;
    return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t ptl_days_from_civil(int64_t year, int32_t month, int32_t day)
{
    const int64_t march_year = month > 2 ? year : year - 1;
    const int64_t era = ptl_floor_div(march_year, 400);
    const int64_t year_of_era = march_year - era * 400;
    const int64_t march_month = month > 2 ? month - 3 : month + 9;
    const int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_400_YEARS + day_of_era - EPOCH_FROM_MARCH_0000;
}

ptl_day ptl_day_of(ptl_date date)
{
    return (ptl_day)ptl_days_from_civil(date.year, date.month, date.day);
}

ptl_date ptl_date_of(ptl_day day)
{
    const int64_t shifted = (int64_t)day + EPOCH_FROM_MARCH_0000;
    const int64_t era = ptl_floor_div(shifted, DAYS_PER_400_YEARS);
    const int64_t day_of_era = shifted - era * DAYS_PER_400_YEARS;
    /* take out the leap days that came before: one in 1460 days, but not in 36524, but in 146096 */
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t march_month = (5 * day_of_year + 2) / 153;
    const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (ptl_date){.year = (int32_t)(era * 400 + year_of_era + (month <= 2)),
                      .month = (int32_t)month,
                      .day = (int32_t)(day_of_year - (153 * march_month + 2) / 5 + 1)};
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_in_month(int64_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool ptl_date_valid(ptl_date date)
{
    return date.year >= -32768 && date.year <= 32767 && date.month >= 1 && date.month <= 12 &&
           date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

int32_t ptl_weekday(ptl_day day)
{
    const int64_t since_monday = (int64_t)day + 3; /* 1970-01-01 was a Thursday */
    return (int32_t)(since_monday - 7 * ptl_floor_div(since_monday, 7)) + 1;
}

ptl_day ptl_week_start(ptl_day day, int32_t week_start)
{
    return day - (ptl_weekday(day) - week_start + 7) % 7;
}

ptl_day ptl_month_start(ptl_day day)
{
    return day - (ptl_date_of(day).day - 1);
}

ptl_day ptl_month_add(ptl_day day, int32_t months)
{
    const ptl_date from = ptl_date_of(day);
    const int64_t month_idx = (int64_t)from.year * 12 + from.month - 1 + months;
    const int64_t year = ptl_floor_div(month_idx, 12);
    const int32_t month = (int32_t)(month_idx - year * 12) + 1;
    const int32_t last = days_in_month(year, month);
    return (ptl_day)ptl_days_from_civil(year, month, from.day < last ? from.day : last);
}

/* A week belongs to the year that holds its Thursday. */
void ptl_iso_week(int32_t *year, int32_t *week, ptl_day day)
{
    const ptl_day thursday = day - ptl_weekday(day) + 4;
    *year = ptl_date_of(thursday).year;
    *week = (thursday - ptl_day_of((ptl_date){*year, 1, 1})) / 7 + 1;
}

/* ISO 8601 wants a sign before years that need more than four digits, and before negative ones. */
static int format_date(char *out, size_t size, ptl_date date)
{
    const bool plain = date.year >= 0 && date.year <= 9999;
    return snprintf(out, size, plain ? "%04d-%02d-%02d" : "%+05d-%02d-%02d", (int)date.year,
                    (int)date.month, (int)date.day);
}

void ptl_day_format(char out[16], ptl_day day)
{
    format_date(out, 16, ptl_date_of(day));
}

void ptl_instant_format(char out[40], ptl_instant instant)
{
    const int64_t day = ptl_floor_div(instant, PTL_MICROS_PER_DAY);
    /* by remainder, since day x 24 hours may lie below the least instant */
    const int64_t rest = instant % PTL_MICROS_PER_DAY;
    const int64_t micros = rest < 0 ? rest + PTL_MICROS_PER_DAY : rest;
    const int seconds = (int)(micros / PTL_MICROS_PER_SECOND);
    const int fraction = (int)(micros % PTL_MICROS_PER_SECOND);
    int len = format_date(out, 16, ptl_date_of((ptl_day)day));
    len +=
        snprintf(out + len, 12, "T%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (fraction) len += snprintf(out + len, 10, ".%06d", fraction);
    out[len] = 'Z';
    out[len + 1] = '\0';
}
