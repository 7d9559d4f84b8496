/* show.c: figures, dates and weeks as people read them (rules in show.h).
 *
 * Rounding happens here and nowhere else: a figure is exact micros until it meets a reader. */
#include "base/show.h"

#include <stdio.h>
#include <string.h>

static const char *const month_short[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const month_long[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
static const char *const weekday_short[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

const char *ptl_show_currency(const char *code)
{
    static const struct {
        const char *code;
        const char *sign;
    } signs[] = {
        {"EUR", "€"},         {"GBP", "£"},         {"USD", "$"},         {"JPY", "¥"},
        {"INR", "₹"},         {"BRL", "R$"},        {"AUD", "A$"},        {"CAD", "C$"},
        {"NZD", "NZ$"},       {"KRW", "₩"},         {"CHF", "CHF\u202f"}, {"SEK", "SEK\u202f"},
        {"NOK", "NOK\u202f"}, {"DKK", "DKK\u202f"}, {"PLN", "PLN\u202f"}, {"CZK", "CZK\u202f"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (code && strcmp(signs[i].code, code) == 0) return signs[i].sign;
    return code ? code : "";
}

/* Appends |n| with a comma between thousands. */
static void put_grouped(ptl_buffer *out, uint64_t n)
{
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) ptl_buffer_append(out, ",", 1);
        ptl_buffer_append(out, digits + i, 1);
    }
}

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? (uint64_t)0 - (uint64_t)x : (uint64_t)x;
}

/* x / divisor, half to even. */
static uint64_t divide_even(uint64_t x, uint64_t divisor)
{
    const uint64_t quotient = x / divisor, rest = x % divisor, half = divisor / 2;
    const bool tie = divisor % 2 == 0 && rest == half;
    return quotient + ((tie ? quotient % 2 == 1 : rest > half) ? 1 : 0);
}

static uint64_t power_of_ten(int32_t n)
{
    uint64_t p = 1;
    for (int32_t i = 0; i < n; i++) p *= 10;
    return p;
}

static int32_t count_digits(uint64_t x)
{
    int32_t n = 1;
    for (; x >= 10; x /= 10) n++;
    return n;
}

/* Micros in a unit of 10^exponent micros, kept to `significant` digits: the figure without sign,
 * currency or suffix. The exponent is that of 1, a thousand, a million or a billion units. */
static void put_short(ptl_buffer *out, uint64_t micros, int32_t significant)
{
    static const struct {
        int32_t exponent;
        const char *suffix;
    } scales[] = {{6, ""}, {9, "k"}, {12, "m"}, {15, "bn"}};
    int32_t scale = 0;
    uint64_t rounded = 0;
    int32_t decimals = 0;
    for (int pass = 0; pass < 2; pass++) { /* rounding may carry 999.95k over into 1.000m */
        while (scale < 3 && micros >= power_of_ten(scales[scale + 1].exponent)) scale++;
        const int32_t whole = count_digits(micros / power_of_ten(scales[scale].exponent));
        decimals = significant > whole ? significant - whole : 0;
        if (scale == 0) decimals = whole >= 2 ? 0 : 2; /* cents matter only in small amounts */
        rounded = divide_even(micros, power_of_ten(scales[scale].exponent - decimals));
        const uint64_t back = rounded * power_of_ten(scales[scale].exponent - decimals);
        if (scale == 3 || back < power_of_ten(scales[scale + 1].exponent)) break;
        micros = back;
    }
    const uint64_t unit = power_of_ten(decimals);
    put_grouped(out, rounded / unit);
    if (decimals > 0)
        ptl_buffer_printf(out, ".%0*llu", decimals, (unsigned long long)(rounded % unit));
    ptl_buffer_text(out, scales[scale].suffix);
}

/* The currency's sign, or its code and a narrow space. */
static void put_currency(ptl_buffer *out, const char *code)
{
    const char *sign = ptl_show_currency(code);
    ptl_buffer_printf(out, "%s%s", sign, sign == code ? "\u202f" : "");
}

static bool shows_as_zero(int64_t micros)
{
    return magnitude(micros) < 5000; /* half a cent */
}

void ptl_show_money_short(ptl_buffer *out, int64_t micros, const char *currency,
                          int32_t significant)
{
    if (shows_as_zero(micros)) {
        put_currency(out, currency);
        ptl_buffer_text(out, "0");
        return;
    }
    ptl_buffer_text(out, micros < 0 ? "−" : "");
    put_currency(out, currency);
    put_short(out, magnitude(micros), significant);
}

void ptl_show_money_change(ptl_buffer *out, int64_t micros, const char *currency,
                           int32_t significant)
{
    if (micros > 0 && !shows_as_zero(micros)) ptl_buffer_text(out, "+");
    ptl_show_money_short(out, micros, currency, significant);
}

void ptl_show_money_exact(ptl_buffer *out, int64_t micros, const char *currency)
{
    const uint64_t x = magnitude(micros);
    ptl_buffer_text(out, micros < 0 ? "−" : "");
    put_currency(out, currency);
    put_grouped(out, x / 1000000);
    uint64_t fraction = x % 1000000;
    int32_t decimals = 6;
    for (; decimals > 2 && fraction % 10 == 0; decimals--) fraction /= 10;
    ptl_buffer_printf(out, ".%0*llu", decimals, (unsigned long long)fraction);
}

void ptl_show_money_whole(ptl_buffer *out, int64_t micros, const char *currency)
{
    const uint64_t units = divide_even(magnitude(micros), 1000000);
    ptl_buffer_printf(out, "%s%s", micros < 0 && units > 0 ? "−" : "", ptl_show_currency(currency));
    put_grouped(out, units);
}

void ptl_show_count(ptl_buffer *out, int64_t n)
{
    if (n < 0) ptl_buffer_text(out, "−");
    put_grouped(out, magnitude(n));
}

void ptl_show_day(ptl_buffer *out, ptl_day day, int32_t year)
{
    const ptl_date d = ptl_date_of(day);
    ptl_buffer_printf(out, "%s %d %s", weekday_short[ptl_weekday(day) - 1], d.day,
                      month_short[d.month - 1]);
    if (d.year != year) ptl_buffer_printf(out, " %d", d.year);
}

void ptl_show_day_long(ptl_buffer *out, ptl_day day)
{
    const ptl_date d = ptl_date_of(day);
    ptl_buffer_printf(out, "%d %s %d", d.day, month_long[d.month - 1], d.year);
}

void ptl_show_span(ptl_buffer *out, ptl_day first, ptl_day last)
{
    const ptl_date a = ptl_date_of(first), b = ptl_date_of(last);
    ptl_buffer_printf(out, "%d", a.day);
    const bool years_differ = a.year != b.year && last - first > 31; /* a week's year is known */
    if (a.month != b.month || years_differ) ptl_buffer_printf(out, " %s", month_short[a.month - 1]);
    if (years_differ) ptl_buffer_printf(out, " %d", a.year);
    ptl_buffer_printf(out, " to %d %s", b.day, month_short[b.month - 1]);
    if (years_differ) ptl_buffer_printf(out, " %d", b.year);
}

void ptl_show_html(ptl_buffer *out, ptl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&':
            ptl_buffer_text(out, "&amp;");
            break;
        case '<':
            ptl_buffer_text(out, "&lt;");
            break;
        case '>':
            ptl_buffer_text(out, "&gt;");
            break;
        case '"':
            ptl_buffer_text(out, "&quot;");
            break;
        case '\'':
            ptl_buffer_text(out, "&#39;");
            break;
        default:
            ptl_buffer_append(out, text.ptr + i, 1);
        }
    }
}

void ptl_show_counted(ptl_buffer *out, int64_t n, const char *noun)
{
    ptl_show_count(out, n);
    ptl_buffer_printf(out, " %s%s", noun, n == 1 ? "" : "s");
}

void ptl_show_chance(ptl_buffer *out, double chance)
{
    if (!(chance >= 0.0 && chance <= 1.0))
        ptl_buffer_text(out, "not identified");
    else if (chance < 0.01)
        ptl_buffer_text(out, "less than 1 in 100");
    else if (chance > 0.99)
        ptl_buffer_text(out, "more than 99 in 100");
    else
        ptl_buffer_printf(out, "%.0f in 100", 100.0 * chance);
}
