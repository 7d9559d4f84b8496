/* triangulate_books.c: the figures of a closed period against the books.
 *
 * baseline + sum of increments + unexplained = revenue, in whole numbers. Each line is rounded on
 * its own to the cent that a page prints, and the difference goes to `unexplained`: the identity
 * holds for the figures as printed, not for figures that nobody sees. What nobody measured is not
 * spread over the others: it lies in `unexplained` and is counted. */
#include "portolan/triangulate.h"

/* A double holds every whole number of cents up to 2^53; 2^62 leaves room to add two. */
#define MICROS_MAX 0x1p62

static ptl_status round_to(int64_t *out, double x, int64_t unit, const char *what, ptl_error *err)
{
    const double units = nearbyint(x / (double)unit);
    if (!(fabs(units) * (double)unit < MICROS_MAX))
        return ptl_fail(err, PTL_E_LIMIT, "%s of %g micros; the ceiling is %g", what, x,
                        MICROS_MAX);
    *out = (int64_t)units * unit;
    return PTL_OK;
}

static ptl_status add(int64_t *sum, int64_t x, ptl_error *err)
{
    const int64_t most = INT64_C(1) << 62;
    if (*sum + x > most || *sum + x < -most)
        return ptl_fail(err, PTL_E_LIMIT, "lines add up to more than %lld micros", (long long)most);
    *sum += x;
    return PTL_OK;
}

ptl_status ptl_reconcile(ptl_reconciliation *out, int64_t *line_micros, int64_t revenue_micros,
                         double baseline, const double *increment, int32_t n, int64_t unit_micros,
                         ptl_error *err)
{
    ptl_reconciliation r = {.revenue_micros = revenue_micros};
    const int64_t most = INT64_C(1) << 62;
    if (n < 0 || (n > 0 && !(increment && line_micros)) || unit_micros < 1)
        return ptl_fail(err, PTL_E_INVALID, "%d increments in units of %lld micros", n,
                        (long long)unit_micros);
    if (revenue_micros > most || revenue_micros < -most)
        return ptl_fail(err, PTL_E_LIMIT, "revenue of %lld micros; the ceiling is %lld",
                        (long long)revenue_micros, (long long)most);
    if (!isfinite(baseline)) return ptl_fail(err, PTL_E_INVALID, "a baseline of %g", baseline);
    PTL_TRY(round_to(&r.baseline_micros, baseline, unit_micros, "a baseline", err));
    for (int32_t k = 0; k < n; k++) {
        line_micros[k] = 0;
        r.n_missing += isnan(increment[k]);
        if (isnan(increment[k])) continue;
        if (!isfinite(increment[k]))
            return ptl_fail(err, PTL_E_INVALID, "increment %d is %g", k, increment[k]);
        PTL_TRY(round_to(&line_micros[k], increment[k], unit_micros, "an increment", err));
        PTL_TRY(add(&r.increments_micros, line_micros[k], err));
    }
    int64_t explained = r.baseline_micros;
    PTL_TRY(add(&explained, r.increments_micros, err));
    r.unexplained_micros = revenue_micros; /* within 2^62, as explained is: no overflow */
    PTL_TRY(add(&r.unexplained_micros, -explained, err));
    r.unexplained_share =
        revenue_micros != 0 ? (double)r.unexplained_micros / (double)revenue_micros : PTL_NAN;
    *out = r;
    return PTL_OK;
}
