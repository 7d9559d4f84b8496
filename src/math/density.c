/* density.c: kernel density estimate on a fixed grid: see density.h. */
#include <math.h>

#include "portolan/density.h"
#include "portolan/sum.h"

static const double TAIL = 0.005; /* of the sample beyond each end of the grid, before margins */
static const double MARGIN = 2.0; /* bandwidths beyond that                                   */
static const double RULE = 0.9;   /* Silverman's factor                                       */
static const double IQR_NORMAL = 1.34; /* quartiles of a normal lie this many sd apart */

/* Linear between order statistics (Hyndman & Fan 1996, type 7). */
static double quantile(const double *x, int64_t n, double p)
{
    const double at = p * (double)(n - 1);
    const int64_t i = (int64_t)at;
    if (i >= n - 1) return x[n - 1];
    return x[i] + (at - (double)i) * (x[i + 1] - x[i]);
}

/* The rule of thumb; where half the sample is equal its quartiles say nothing and sd decides. */
static double bandwidth_of(const double *x, int64_t n)
{
    if (n < 2) return 0.0;
    const double sd = sqrt(ptl_sum_variance(x, n));
    const double iqr = (quantile(x, n, 0.75) - quantile(x, n, 0.25)) / IQR_NORMAL;
    const double spread = iqr > 0.0 ? fmin(sd, iqr) : sd;
    return RULE * spread * pow((double)n, -0.2);
}

static double height_at(double t, const double *x, int64_t n, double h)
{
    static const double INV_SQRT_2PI = 0.39894228040143267794;
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double z = (t - x[i]) / h;
        sum += exp(-0.5 * z * z);
    }
    return INV_SQRT_2PI * sum / ((double)n * h);
}

void ptl_density_estimate(ptl_density *out, const double *x, int64_t n)
{
    *out = (ptl_density){.median = quantile(x, n, 0.5), .bandwidth = bandwidth_of(x, n)};
    out->from = quantile(x, n, TAIL) - MARGIN * out->bandwidth;
    out->to = quantile(x, n, 1.0 - TAIL) + MARGIN * out->bandwidth;
    if (!(out->bandwidth > 0.0)) return;
    const double step = (out->to - out->from) / (PTL_DENSITY_POINTS - 1);
    for (int k = 0; k < PTL_DENSITY_POINTS; k++)
        out->height[k] = height_at(out->from + k * step, x, n, out->bandwidth);
}
