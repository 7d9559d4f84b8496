/* sum.c: compensated sums in a fixed order, and one exact rounding for money.
 *
 * Neumaier (1974), "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen". Each
 * addition's rounding error is exact in doubles: with |a| >= |b| it is (a - s) + b for s = a + b.
 * The errors are summed apart and added once at the end.
 *
 * Dot products as in Ogita, Rump & Oishi (2005), algorithm Dot2: fma(x, y, -x*y) is the exact error
 * of a product, so the result is as good as if made in twice the precision and rounded once.
 *
 * Variance: two passes, with the second pass corrected by its own sum of deviations, which would
 * be zero were the mean exact (Chan, Golub & LeVeque 1983, eq. 1.7).
 *
 * Infinities turn sums into NaN; whoever takes data in refuses them. Nothing is allocated. The file
 * relies on IEEE doubles without contraction or reassociation (-ffp-contract=off, no -ffast-math).
 */
#include "portolan/sum.h"

void ptl_sum_add(ptl_sum *sum, double x)
{
    const double total = sum->total + x;
    if (fabs(sum->total) >= fabs(x))
        sum->carry += (sum->total - total) + x;
    else
        sum->carry += (x - total) + sum->total;
    sum->total = total;
}

double ptl_sum_value(const ptl_sum *sum)
{
    return sum->total + sum->carry;
}

double ptl_sum_array(const double *x, int64_t n)
{
    ptl_sum sum = {0};
    for (int64_t i = 0; i < n; i++) ptl_sum_add(&sum, x[i]);
    return ptl_sum_value(&sum);
}

double ptl_sum_dot(const double *x, const double *y, int64_t n)
{
    ptl_sum sum = {0};
    for (int64_t i = 0; i < n; i++) {
        const double product = x[i] * y[i];
        sum.carry += fma(x[i], y[i], -product);
        ptl_sum_add(&sum, product);
    }
    return ptl_sum_value(&sum);
}

double ptl_sum_mean(const double *x, int64_t n)
{
    return n > 0 ? ptl_sum_array(x, n) / (double)n : PTL_NAN;
}

double ptl_sum_variance(const double *x, int64_t n)
{
    if (n < 2) return PTL_NAN;
    const double mean = ptl_sum_mean(x, n);
    ptl_sum squares = {0}, deviations = {0};
    for (int64_t i = 0; i < n; i++) {
        const double deviation = x[i] - mean;
        ptl_sum_add(&squares, deviation * deviation);
        ptl_sum_add(&deviations, deviation);
    }
    const double excess = ptl_sum_value(&deviations);
    return (ptl_sum_value(&squares) - excess * excess / (double)n) / (double)(n - 1);
}

__extension__ typedef __int128 wide; /* a product of two int64 always fits */

ptl_status ptl_muldiv(int64_t *out, int64_t a, int64_t b, int64_t divisor, ptl_error *err)
{
    if (!(divisor > 0))
        return ptl_fail(err, PTL_E_INVALID, "divisor must be positive, not %lld",
                        (long long)divisor);
    const wide product = (wide)a * b;
    wide quotient = product / divisor; /* towards zero */
    const wide rest = product % divisor;
    const wide twice = 2 * (rest < 0 ? -rest : rest);
    const bool up = twice > divisor || (twice == divisor && quotient % 2 != 0);
    if (up) quotient += product < 0 ? -1 : 1;
    if (quotient > INT64_MAX || quotient < INT64_MIN)
        return ptl_fail(err, PTL_E_LIMIT, "%lld x %lld / %lld does not fit in 64 bits",
                        (long long)a, (long long)b, (long long)divisor);
    *out = (int64_t)quotient;
    return PTL_OK;
}
