/* number_format.c: doubles and money as text that reads back exactly.
 *
 * A double's shortest form. Any decimal of at most 15 digits survives the way through a normal
 * double, so two of them never share one: if %.15 reads back, it is the shortest once its trailing
 * zeros are gone. Otherwise 16 digits are tried, then 17, which always read back. Two corners need
 * care. Subnormals have fewer bits, so their search starts at one digit. And below a power of two
 * the doubles lie twice as dense: the nearest decimal may lie on that side and read back as the
 * neighbour while the next decimal upwards is fine, so there it is tried as well.
 *
 * Most numbers in practice have six decimals at most. Such a value is n / 10^6 for a whole n, both
 * exact in a double, so if that division, which rounds correctly, gives the value back, then n
 * written with a point is a decimal that reads back, and up to 15 digits it is the only one.
 *
 * Notation follows ECMAScript's Number::toString, which every JSON reader knows: plain from 1e-6
 * up to 1e21, otherwise one digit, a point, the rest and an exponent. Negative zero is "-0.0",
 * which readers keep a real number. printf follows LC_NUMERIC, which the program leaves at "C". */
#include "base/json_write.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct decimal {
    char digits[18]; /* no point, no trailing zeros */
    int32_t n_digits;
    int32_t exponent; /* of the first digit: d.ddd x 10^exponent */
} decimal;

static decimal decimal_round(double value, int32_t n_digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", n_digits - 1, value);
    decimal d = {.n_digits = 0};
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.') d.digits[d.n_digits++] = *at;
    d.exponent = (int32_t)strtol(at + 1, NULL, 10);
    return d;
}

static double decimal_value(const decimal *d)
{
    char text[48];
    snprintf(text, sizeof text, "%.*se%d", (int)d->n_digits, d->digits,
             (int)(d->exponent - d->n_digits + 1));
    return strtod(text, NULL);
}

/* The next decimal of as many digits. */
static void decimal_up(decimal *d)
{
    int32_t i = d->n_digits - 1;
    for (; i >= 0 && d->digits[i] == '9'; i--) d->digits[i] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1';
        d->exponent++;
    }
}

static bool is_power_of_two(double value)
{
    int exponent;
    return frexp(value, &exponent) <= 0.5; /* the mantissa of a power of two is exactly a half */
}

static decimal decimal_shortest(double value)
{
    for (int32_t n = value < DBL_MIN ? 1 : 15; n < 17; n++) {
        decimal d = decimal_round(value, n);
        if (!(decimal_value(&d) < value) && !(decimal_value(&d) > value)) return d;
        if (!is_power_of_two(value)) continue;
        decimal_up(&d);
        if (!(decimal_value(&d) < value) && !(decimal_value(&d) > value)) return d;
    }
    return decimal_round(value, 17);
}

static int32_t layout_plain(char *out, const decimal *d)
{
    int32_t len = 0;
    if (d->exponent < 0) {
        out[len++] = '0';
        out[len++] = '.';
        for (int32_t i = -1; i > d->exponent; i--) out[len++] = '0';
    }
    for (int32_t i = 0; i < d->n_digits || i <= d->exponent; i++) {
        if (i > 0 && i == d->exponent + 1) out[len++] = '.';
        out[len++] = i < d->n_digits ? d->digits[i] : '0';
    }
    return len;
}

static int32_t layout_scientific(char *out, const decimal *d)
{
    int32_t len = 0;
    out[len++] = d->digits[0];
    if (d->n_digits > 1) {
        out[len++] = '.';
        memcpy(out + len, d->digits + 1, (size_t)d->n_digits - 1);
        len += d->n_digits - 1;
    }
    return len + (int32_t)snprintf(out + len, 7, "e%+d", (int)d->exponent);
}

/* The digits of value > 0 if it has at most six decimals and 15 digits in all. */
static bool decimal_of_micros(decimal *d, double value)
{
    if (!(value >= 1e-6 && value < 1e9)) return false;
    uint64_t micros = (uint64_t)(value * 1e6 + 0.5);
    const double back = (double)micros / 1e6;
    if (back < value || back > value) return false;
    char reversed[18];
    int32_t n = 0;
    for (; micros > 0; micros /= 10) reversed[n++] = (char)('0' + micros % 10);
    *d = (decimal){.n_digits = n, .exponent = n - 7};
    for (int32_t i = 0; i < n; i++) d->digits[i] = reversed[n - 1 - i];
    return true;
}

int32_t ptl_double_format(char out[32], double value)
{
    const bool zero = fpclassify(value) == FP_ZERO;
    if (!isfinite(value) || zero) {
        const char *text = !zero ? "null" : signbit(value) ? "-0.0" : "0";
        memcpy(out, text, strlen(text) + 1);
        return (int32_t)strlen(text);
    }
    int32_t len = 0;
    if (value < 0.0) out[len++] = '-';
    decimal d;
    if (!decimal_of_micros(&d, fabs(value))) d = decimal_shortest(fabs(value));
    while (d.n_digits > 1 && d.digits[d.n_digits - 1] == '0') d.n_digits--;
    len += d.exponent >= -7 + 1 && d.exponent < 21 ? layout_plain(out + len, &d)
                                                   : layout_scientific(out + len, &d);
    out[len] = '\0';
    return len;
}

int32_t ptl_micros_format(char out[32], int64_t micros)
{
    /* in unsigned arithmetic, since the least int64 has no positive counterpart */
    const uint64_t size = micros < 0 ? 0 - (uint64_t)micros : (uint64_t)micros;
    int32_t len = (int32_t)snprintf(out, 32, "%s%llu.%06llu", micros < 0 ? "-" : "",
                                    (unsigned long long)(size / 1000000),
                                    (unsigned long long)(size % 1000000));
    for (int32_t spare = 4; spare > 0 && out[len - 1] == '0'; spare--) out[--len] = '\0';
    return len;
}
