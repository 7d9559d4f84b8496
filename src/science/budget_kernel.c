/* budget_kernel.c: the loops an optimisation spends its time in.
 *
 * The question.   Value, slope and bend of a saturation at every week of a path; and a path carried
 *                 over, forwards, or its slopes back to spend.
 * The method.     Whole paths at a time, elementwise. A Hill curve needs a power: 2^(s log2 x) by
 *                 hand, since the library's is one number at a time. log2 of a mantissa m in
 *                 [1/sqrt 2, sqrt 2) is the odd series in (m - 1)/(m + 1), 2^f with |f| <= 1/2 is
 *                 Taylor's; both end where a double does, so u = (x/k)^s carries an error of some
 *                 2e-16 (1 + |s log2 (x/k)|) of itself.
 * Differences.    Below 1e-12 of its half point a Hill curve is its chord: with a slope under one
 *                 it is infinitely steep at zero, and with one above one nothing is lost but
 *                 1e-12^s of the coefficient.
 * Cost.           About a nanosecond for a week of one draw where registers hold eight doubles. */
#include "science/budget_internal.h"
#include "science/wide_internal.h"

#include <string.h>

/* ---- powers ---- */

PTL_WITHIN double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

PTL_WITHIN uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* x positive and normal. */
PTL_WITHIN double log2_of(double x)
{
    const uint64_t low = 0x3fe6a09e667f3bcdu; /* sqrt 1/2: mantissas from there to sqrt 2 */
    const uint64_t exponent = (bits_of(x) - low + (UINT64_C(1023) << 52)) >> 52;
    const double m = from_bits(bits_of(x) - ((exponent - 1023) << 52));
    const double e = from_bits(exponent | 0x4330000000000000u) - (0x1p52 + 1023.0);
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double p = 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    return e + 2.8853900817779268 * (s + s * (p * z)); /* 2 / log 2 */
}

PTL_WITHIN double exp2_of(double t)
{
    const double near = t < -1000.0 ? -1000.0 : t > 1000.0 ? 1000.0 : t;
    const double shifted = near + 0x1.8p52; /* the nearest whole number, in the last bits */
    const double f = (near - (shifted - 0x1.8p52)) * 0.69314718055994531;
    double p = 1.0 / 6227020800.0;
    p = p * f + 1.0 / 479001600.0;
    p = p * f + 1.0 / 39916800.0;
    p = p * f + 1.0 / 3628800.0;
    p = p * f + 1.0 / 362880.0;
    p = p * f + 1.0 / 40320.0;
    p = p * f + 1.0 / 5040.0;
    p = p * f + 1.0 / 720.0;
    p = p * f + 1.0 / 120.0;
    p = p * f + 1.0 / 24.0;
    p = p * f + 1.0 / 6.0;
    p = p * f + 0.5;
    return from_bits(bits_of(1.0 + (f + f * f * p)) + (bits_of(shifted) << 52));
}

/* ---- saturations: values alone have the digits that values with slopes have ---- */

PTL_WITHIN double size_of(double x)
{
    return x < 0.0 ? -x : x;
}

PTL_WIDE static void hill_values(double *restrict value, const double *restrict x, double half,
                                 double s, int64_t n)
{
    const double least = 1e-12 * half;
    for (int64_t i = 0; i < n; i++) {
        const double at = x[i] < least ? least : x[i], over = 1.0 / at;
        const double u = exp2_of(s * log2_of(at / half));
        const double low = 1.0 / (1.0 + u), h = u * low;
        value[i] = h * (x[i] * over);
    }
}

PTL_WIDE static void hill_points(double *restrict value, double *restrict slope,
                                 double *restrict bend, const double *restrict x, double half,
                                 double s, int64_t n)
{
    const double least = 1e-12 * half;
    for (int64_t i = 0; i < n; i++) {
        const bool chord = x[i] < least;
        const double at = chord ? least : x[i], over = 1.0 / at;
        const double u = exp2_of(s * log2_of(at / half));
        const double low = 1.0 / (1.0 + u), h = u * low;
        const double d = s * h * low * over;
        value[i] = h * (x[i] * over);
        slope[i] = chord ? h * over : d;
        bend[i] = chord ? 0.0 : size_of(d * over * (s * (1.0 - 2.0 * h) - 1.0));
    }
}

/* x / (x + half). */
PTL_WIDE static void rational_values(double *restrict value, const double *restrict x, double half,
                                     int64_t n)
{
    for (int64_t i = 0; i < n; i++) value[i] = x[i] * (1.0 / (x[i] + half));
}

PTL_WIDE static void rational_points(double *restrict value, double *restrict slope,
                                     double *restrict bend, const double *restrict x, double half,
                                     int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double r = 1.0 / (x[i] + half), d = half * r * r;
        value[i] = x[i] * r, slope[i] = d, bend[i] = 2.0 * d * r;
    }
}

/* tanh(rate x). */
PTL_WIDE static void tanh_points(double *restrict value, double *restrict slope,
                                 double *restrict bend, const double *restrict x, double rate,
                                 int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double e = exp2_of(-2.8853900817779268 * rate * x[i]), r = 1.0 / (1.0 + e);
        const double v = (1.0 - e) * r, d = 4.0 * rate * e * r * r;
        value[i] = v, slope[i] = d, bend[i] = 2.0 * rate * v * d;
    }
}

PTL_WIDE static void straight_points(double *restrict value, double *restrict slope,
                                     double *restrict bend, const double *restrict x, double a,
                                     int64_t n)
{
    for (int64_t i = 0; i < n; i++) value[i] = a * x[i], slope[i] = a, bend[i] = 0.0;
}

void ptl_curve_points(const ptl_points *p, const ptl_saturation *s, const double *x, int64_t n)
{
    const double a = s->param[0];
    switch (s->kind) {
    case PTL_SATURATION_NONE:
        straight_points(p->value, p->slope, p->bend, x, 1.0, n);
        break;
    case PTL_SATURATION_HILL:
        if (s->param[1] == 1.0)
            rational_points(p->value, p->slope, p->bend, x, a, n);
        else
            hill_points(p->value, p->slope, p->bend, x, a, s->param[1], n);
        break;
    case PTL_SATURATION_MICHAELIS_MENTEN:
        rational_points(p->value, p->slope, p->bend, x, a, n);
        break;
    case PTL_SATURATION_LOGISTIC: /* (1 - e^(-ax)) / (1 + e^(-ax)) */
        tanh_points(p->value, p->slope, p->bend, x, 0.5 * a, n);
        break;
    case PTL_SATURATION_TANH:
        tanh_points(p->value, p->slope, p->bend, x, 1.0 / a, n);
        break;
    }
}

void ptl_curve_values(const ptl_points *p, const ptl_saturation *s, const double *x, int64_t n)
{
    const bool is_hill = s->kind == PTL_SATURATION_HILL;
    if (is_hill && s->param[1] != 1.0)
        hill_values(p->value, x, s->param[0], s->param[1], n);
    else if (is_hill || s->kind == PTL_SATURATION_MICHAELIS_MENTEN)
        rational_values(p->value, x, s->param[0], n);
    else
        ptl_curve_points(p, s, x, n);
}

PTL_WIDE static void lean_wide(double *restrict value, double *restrict slope,
                               double *restrict bend, const double *restrict x,
                               const double *restrict upto, const double *restrict line,
                               const double *restrict base, double share, int64_t n)
{
    const double rest = 1.0 - share;
    for (int64_t i = 0; i < n; i++) {
        const bool below = x[i] < upto[i];
        value[i] = below ? share * (base[i] + line[i] * x[i]) + rest * value[i] : value[i];
        slope[i] = below ? share * line[i] + rest * slope[i] : slope[i];
        bend[i] = below ? rest * bend[i] : bend[i];
    }
}

void ptl_curve_lean(const ptl_points *p, const double *x, const double *upto, const double *line,
                    const double *base, double share, int64_t n)
{
    lean_wide(p->value, p->slope, p->bend, x, upto, line, base, share, n);
}

/* ---- carry-over ---- */

/* out[t] += sum of w[l] x[t - l]; four lags a pass: the path is read and written a quarter as
 * often. */
PTL_WIDE static void carry_wide(double *restrict out, const double *restrict x,
                                const double *restrict w, int64_t window, int64_t n)
{
    int64_t l = 0;
    for (; l + 3 < window; l += 4) {
        const double a = w[l], b = w[l + 1], c = w[l + 2], d = w[l + 3];
        const double *restrict const from = x - l;
        for (int64_t t = 0; t < n; t++)
            out[t] += (a * from[t] + b * from[t - 1]) + (c * from[t - 2] + d * from[t - 3]);
    }
    for (; l < window; l++)
        for (int64_t t = 0; t < n; t++) out[t] += w[l] * x[t - l];
}

/* out[t] += sum of w[l] g[t + l]. */
PTL_WIDE static void carry_back_wide(double *restrict out, const double *restrict g,
                                     const double *restrict w, int64_t window, int64_t n)
{
    int64_t l = 0;
    for (; l + 3 < window; l += 4) {
        const double a = w[l], b = w[l + 1], c = w[l + 2], d = w[l + 3];
        const double *restrict const from = g + l;
        for (int64_t t = 0; t < n; t++)
            out[t] += (a * from[t] + b * from[t + 1]) + (c * from[t + 2] + d * from[t + 3]);
    }
    for (; l < window; l++)
        for (int64_t t = 0; t < n; t++) out[t] += w[l] * g[t + l];
}

void ptl_carry(double *out, const double *x, const double *w, int64_t window, int64_t n)
{
    carry_wide(out, x, w, window, n);
}

void ptl_carry_back(double *out, const double *g, const double *w, int64_t window, int64_t n)
{
    carry_back_wide(out, g, w, window, n);
}

/* ---- sums ---- */

PTL_WIDE static double dot_wide(const double *restrict a, const double *restrict b, int64_t n)
{
    double lane[LANES] = {0.0}, sum = 0.0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) lane[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum += a[i] * b[i];
    for (int k = 0; k < LANES; k++) sum += lane[k];
    return sum;
}

PTL_WIDE static void add_scaled_wide(double *restrict out, const double *restrict a,
                                     const double *restrict b, double by, int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] += by * (a[i] * b[i]);
}

PTL_WIDE static void scale_wide(double *restrict out, const double *restrict a,
                                const double *restrict b, double by, int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] = by * (a[i] * b[i]);
}

double ptl_weigh(const double *a, const double *b, int64_t n)
{
    return dot_wide(a, b, n);
}

void ptl_weigh_add(double *out, const double *a, const double *b, double by, int64_t n)
{
    add_scaled_wide(out, a, b, by, n);
}

void ptl_weigh_into(double *out, const double *a, const double *b, double by, int64_t n)
{
    scale_wide(out, a, b, by, n);
}
