/* maturity.c: the chain ladder (maturity.h). */
#include "understand/maturity.h"

#include <math.h>
#include <stdlib.h>

static double at(const ptl_maturity_data *d, int64_t week, int32_t age)
{
    return d->amounts[week * PTL_MATURITY_AGES + age];
}

/* The step from age k to k + 1 over all weeks that were known at both; NaN of too few. */
static double step_of(const ptl_maturity_data *d, int32_t k)
{
    double before = 0.0, after = 0.0;
    int64_t n = 0;
    for (int64_t w = 0; w < d->n_weeks; w++) {
        const double a = at(d, w, k), b = at(d, w, k + 1);
        if (isnan(a) || isnan(b)) continue;
        before += a;
        after += b;
        n++;
    }
    return n >= PTL_MATURITY_WEEKS_MIN && before > 0.0 && after > 0.0 ? after / before : PTL_NAN;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which the share p of the sorted ones lie, between two of them where need be. */
static double quantile(const double *sorted, int64_t n, double p)
{
    const double place = p * (double)(n - 1);
    const int64_t below = (int64_t)floor(place);
    const int64_t above = below + 1 < n ? below + 1 : below;
    return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

static void spread_of(ptl_maturity *out, const ptl_maturity_data *d, int32_t age)
{
    double shares[PTL_MATURITY_WEEKS_MAX];
    int64_t n = 0;
    for (int64_t w = 0; w < d->n_weeks && n < PTL_MATURITY_WEEKS_MAX; w++) {
        const double then = at(d, w, age), last = at(d, w, PTL_MATURITY_AGES - 1);
        if (!isnan(then) && last > 0.0) shares[n++] = then / last;
    }
    out->n_weeks = (int32_t)n;
    if (n < PTL_MATURITY_WEEKS_MIN) return;
    qsort(shares, (size_t)n, sizeof *shares, by_size);
    out->low = quantile(shares, n, 0.1);
    out->high = quantile(shares, n, 0.9);
}

ptl_maturity ptl_maturity_of(const ptl_maturity_data *data, int32_t age)
{
    ptl_maturity out = {PTL_NOT_IDENTIFIED, PTL_NAN, PTL_NAN, PTL_NAN, 0};
    double rise = 1.0;
    for (int32_t k = age; k < PTL_MATURITY_AGES - 1; k++) rise *= step_of(data, k);
    spread_of(&out, data, age);
    if (!(rise > 0.0) || out.n_weeks < PTL_MATURITY_WEEKS_MIN) {
        out.low = out.high = PTL_NAN;
        return out;
    }
    out.verdict = PTL_CONVERGED;
    out.share = 1.0 / rise;
    return out;
}
