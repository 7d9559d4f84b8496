/* mix_kernel.c: the loops of a fit that go over one array at a time (mix_carry.c: those over all
 * geos of a channel). */
#include "science/mix_internal.h"
#include "science/wide_internal.h"

PTL_WIDE static double dot_wide(const double *restrict x, const double *restrict y, int64_t n)
{
    double lane[LANES] = {0.0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) lane[k] += x[i + k] * y[i + k];
    double sum = 0.0;
    for (; i < n; i++) sum += x[i] * y[i];
    for (int k = 0; k < LANES; k++) sum += lane[k];
    return sum;
}

PTL_WIDE static void add_multiple_wide(double *restrict out, const double *restrict x, double a,
                                       int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] += a * x[i];
}

PTL_WIDE static void add_product_wide(double *restrict out, const double *restrict x,
                                      const double *restrict y, double a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] += a * x[i] * y[i];
}

PTL_WIDE static void product_wide(double *restrict out, const double *restrict x,
                                  const double *restrict y, double a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] = a * x[i] * y[i];
}

PTL_WIDE static void divide_wide(double *restrict x, double by, int64_t n)
{
    for (int64_t i = 0; i < n; i++) x[i] /= by;
}

/* The copies are the file's own: what other files call are these. */
double mix_dot(const double *x, const double *y, int64_t n)
{
    return dot_wide(x, y, n);
}

void mix_add_multiple(double *out, const double *x, double a, int64_t n)
{
    add_multiple_wide(out, x, a, n);
}

void mix_add_product(double *out, const double *x, const double *y, double a, int64_t n)
{
    add_product_wide(out, x, y, a, n);
}

void mix_product(double *out, const double *x, const double *y, double a, int64_t n)
{
    product_wide(out, x, y, a, n);
}

void mix_divide(double *x, double by, int64_t n)
{
    divide_wide(x, by, n);
}

bool mix_is_rational(const ptl_saturation *s)
{
    return s->kind == PTL_SATURATION_MICHAELIS_MENTEN ||
           (s->kind == PTL_SATURATION_HILL && s->param[1] == 1.0);
}

PTL_WIDE static void rational(double *restrict out, const double *restrict x, double half,
                              int64_t n)
{
    for (int64_t i = 0; i < n; i++) out[i] = x[i] / (x[i] + half);
}

/* d[i] x'(half) factors: scratch = d r^2, d = half d r^2 with r = 1 / (x + half). */
PTL_WIDE static void rational_back(double *restrict d, double *restrict scratch,
                                   const double *restrict x, double half, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double r = 1.0 / (x[i] + half);
        scratch[i] = d[i] * r * r;
        d[i] = half * scratch[i];
    }
}

/* In place where out is x. */
void mix_saturate(double *out, const ptl_saturation *s, const double *x, int64_t n)
{
    if (s->kind == PTL_SATURATION_NONE)
        memmove(out, x, (size_t)n * sizeof *out);
    else if (mix_is_rational(s) && out != x)
        rational(out, x, s->param[0], n);
    else
        for (int64_t i = 0; i < n; i++) out[i] = ptl_saturation_value(s, x[i]);
}

void mix_saturate_back(double *d, double *d_param, const ptl_saturation *s, const double *x,
                       double *scratch, int64_t n, bool slope_is_free)
{
    if (s->kind == PTL_SATURATION_NONE) return;
    if (mix_is_rational(s) && !slope_is_free) {
        rational_back(d, scratch, x, s->param[0], n);
        d_param[0] -= mix_dot(scratch, x, n);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        double dx, dp[PTL_RESPONSE_PARAMS_MAX] = {0.0, 0.0};
        (void)ptl_saturation_grad(&dx, dp, s, x[i]);
        d_param[0] += d[i] * dp[0];
        d_param[1] += d[i] * dp[1];
        d[i] = x[i] > 0.0 ? d[i] * dx : 0.0; /* zero media stay zero: their slope moves nothing */
    }
}
