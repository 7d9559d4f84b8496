/* show_estimate.c: an estimate as people read it, in the digits its interval deserves.
 *
 * One rule, here and in web/src/charts/numbers.ts (docs/charts.md, Digits): with `half` half the
 * interval's width and `lead` the exponent of the leading digit of the largest of |value|, |low|,
 * |high|, the last place shown is floor(log10(half / 8)), never below lead - 3; without an interval
 * it is lead - 3. Value and interval share decimals and suffix. */
#include "base/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIGNIFICANT = 4 };

static bool is_known(double x)
{
    return x >= -1e15 && x <= 1e15;
}

static double largest(double value, double low, double high)
{
    double top = 0.0;
    if (is_known(value)) top = fmax(top, fabs(value));
    if (is_known(low)) top = fmax(top, fabs(low));
    if (is_known(high)) top = fmax(top, fabs(high));
    return top;
}

/* The exponent of the leading digit; log10 is a last bit short at exact powers, print is not. */
static int32_t exponent_of(double x)
{
    char text[32];
    snprintf(text, sizeof text, "%.16e", x);
    const char *e = strchr(text, 'e');
    int32_t exponent = 0, sign = e && e[1] == '-' ? -1 : 1;
    for (const char *d = e ? e + 2 : ""; *d; d++) exponent = exponent * 10 + (*d - '0');
    return sign * exponent;
}

static int32_t power_for(double top, ptl_unit unit)
{
    if (unit == PTL_UNIT_SHARE) return -2;
    if (unit == PTL_UNIT_RETURN || top < (unit == PTL_UNIT_MONEY ? 1e3 : 1e4)) return 0;
    return top >= 1e9 ? 9 : top >= 1e6 ? 6 : top >= 1e3 ? 3 : 0;
}

static int32_t at_least_zero(int32_t x)
{
    return x > 0 ? x : 0;
}

ptl_digits ptl_show_digits(double value, double low, double high, ptl_unit unit)
{
    const double top = largest(value, low, high);
    if (unit == PTL_UNIT_COUNT && top < 1e4) return (ptl_digits){0};
    const double half = fabs(high - low) / 2;
    const bool counted = !(half > 0) || !is_known(half);
    const int32_t lead = top > 0 ? exponent_of(top) : 0;
    const int32_t least = lead - (SIGNIFICANT - 1);
    const int32_t wanted = counted ? least : exponent_of(half / 8);
    const int32_t place = wanted > least ? wanted : least;
    const double unit_of_place = pow(10, place);
    const int32_t power = power_for(round(top / unit_of_place) * unit_of_place, unit);
    int32_t decimals = at_least_zero(power - place);
    const bool plain_money = unit == PTL_UNIT_MONEY && power == 0;
    if (plain_money && decimals > 2) decimals = 2;
    const bool cents = plain_money && decimals == 2;
    return (ptl_digits){.power = power, .decimals = decimals, .strip = counted && !cents};
}

/* "1,234.50" of a value that is not negative; zeros at the end go where they say nothing. */
static void put_number(ptl_buffer *out, double size, ptl_digits digits)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%.*f", digits.decimals, size);
    const char *point = strchr(text, '.');
    if (digits.strip && point) {
        while (text[len - 1] == '0') len--;
        if (text[len - 1] == '.') len--;
    }
    const int whole = point ? (int)(point - text) : len;
    for (int i = 0; i < len; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) ptl_buffer_text(out, ",");
        ptl_buffer_append(out, text + i, 1);
    }
}

/* The number shown: divided by its power and rounded, so that its sign can be that of what shows.
 */
static double shown(double value, ptl_digits digits)
{
    const double scale = pow(10, digits.decimals);
    return round(value / pow(10, digits.power) * scale) / scale;
}

void ptl_show_bare(ptl_buffer *out, double value, ptl_digits digits)
{
    if (!is_known(value)) {
        ptl_buffer_text(out, "none");
        return;
    }
    const double x = shown(value, digits);
    if (x < 0) ptl_buffer_text(out, "−");
    put_number(out, fabs(x), digits);
}

void ptl_show_value(ptl_buffer *out, double value, ptl_digits digits, ptl_unit unit,
                    const char *currency, bool is_signed)
{
    if (!is_known(value)) {
        ptl_buffer_text(out, "none");
        return;
    }
    const double x = shown(value, digits);
    const bool is_money = unit == PTL_UNIT_MONEY || unit == PTL_UNIT_RETURN;
    ptl_buffer_text(out, x < 0 ? "−" : x > 0 && is_signed ? "+" : "");
    if (is_money) ptl_buffer_text(out, ptl_show_currency(currency));
    put_number(out, fabs(x), digits);
    if (digits.power > 0)
        ptl_buffer_text(out, digits.power == 3 ? "k" : digits.power == 6 ? "m" : "bn");
    if (unit == PTL_UNIT_SHARE && !is_signed) ptl_buffer_text(out, "%");
}

void ptl_show_range(ptl_buffer *out, double low, double high, ptl_digits digits)
{
    if (!is_known(low) || !is_known(high)) {
        ptl_buffer_text(out, "none");
        return;
    }
    ptl_show_bare(out, low, digits);
    ptl_buffer_text(out, " to ");
    ptl_show_bare(out, high, digits);
}

void ptl_show_estimate(ptl_buffer *out, const ptl_estimate *estimate, ptl_unit unit,
                       const char *currency, bool is_signed)
{
    const ptl_digits d = ptl_show_digits(estimate->point, estimate->low, estimate->high, unit);
    ptl_show_value(out, estimate->point, d, unit, currency, is_signed);
    if (!is_known(estimate->point) || !(estimate->low <= estimate->high)) return;
    ptl_buffer_text(out, ", ");
    ptl_show_range(out, estimate->low, estimate->high, d);
}

const char *ptl_unit_name(ptl_unit unit)
{
    static const char *const names[] = {"money", "count", "share", "return", "number"};
    return names[unit];
}
