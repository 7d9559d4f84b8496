/* special.c: logs of sums and differences, log Gamma and its derivatives.
 *
 * What these are for: densities are added, subtracted and normalised as logs, and every step must
 * keep the digits that the next one needs. So each function picks, by its argument, the form in
 * which nothing cancels.
 *
 * log1p(x) - x: with r = x / (2 + x) and y = r^2, log1p(x) = 2 (r + r y / 3 + r y^2 / 5 + …) and
 * x - 2 r = r x, so the difference is r (2 y (1/3 + y/5 + y^2/7 + …) - x), whose terms do not
 * cancel. For |x| <= 1/2, y <= 1/9 and 17 terms reach 2^-53.
 *
 * Stirling's error: lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2), by the sum of B_2k / (2k
 * (2k - 1) x^(2k-1)) (DLMF 5.11.1). Below x = 16 it is raised by its recurrence, whose step is
 * again a log1p(u) - u.
 *
 * digamma, trigamma: the recurrence up to x >= 10, then DLMF 5.11.2 and its derivative. Near the
 * zero of digamma at 1.4616 the answer is good to 1e-15 absolute, not relative.
 *
 * Nothing is allocated; cost is a few dozen operations each. */
#include "math/special_internal.h"

double ptl_log_add(double a, double b)
{
    const double high = a > b ? a : b, low = a > b ? b : a;
    if (isnan(a) || isnan(b)) return PTL_NAN;
    if (!(high > -PTL_INF) || high == PTL_INF) return high;
    return high + log1p(exp(low - high));
}

double ptl_log1m_exp(double x)
{
    if (!(x <= 0.0)) return PTL_NAN;
    return x > -PTL_LOG_2 ? log(-expm1(x)) : log1p(-exp(x));
}

double ptl_log_subtract(double a, double b)
{
    if (!(a >= b)) return PTL_NAN;
    if (a == b) return -PTL_INF;
    return a + ptl_log1m_exp(b - a);
}

double ptl_log_sum_exp(const double *x, int64_t n)
{
    double high = -PTL_INF, total = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i])) return PTL_NAN;
        if (x[i] > high) high = x[i];
    }
    if (!(high > -PTL_INF) || high == PTL_INF) return high;
    for (int64_t i = 0; i < n; i++) total += exp(x[i] - high);
    return high + log(total);
}

double ptl_log1p_exp(double x)
{
    return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double ptl_log1p_minus(double x)
{
    if (!(x > -1.0)) return x == -1.0 ? -PTL_INF : PTL_NAN;
    if (fabs(x) > 0.5) return log1p(x) - x;
    const double r = x / (2.0 + x), y = r * r;
    double series = 0.0;
    for (int k = 35; k >= 3; k -= 2) series = series * y + 1.0 / k;
    return r * (2.0 * y * series - x);
}

double ptl_logit(double p)
{
    if (!(p >= 0.0 && p <= 1.0)) return PTL_NAN;
    /* near a half the ratio is near one and its log has few digits: 2 atanh(2p - 1) has all */
    return fabs(p - 0.5) < 0.25 ? 2.0 * atanh(2.0 * (p - 0.5)) : log(p) - log1p(-p);
}

double ptl_expit(double x)
{
    const double e = exp(-fabs(x));
    return x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

double ptl_log_expit(double x)
{
    return -ptl_log1p_exp(-x);
}

double ptl_lgamma(double x)
{
    int sign = 0; /* lgamma itself would write a global */
    return lgamma_r(x, &sign);
}

/* sum over k >= 2 of zeta(k) (-x)^k / k - gamma x (DLMF 5.7.3) for |x| <= 0.2: 0.2^24 < 2^-53. */
double ptl_lgamma_1p(double x)
{
    static const double zeta_minus_1[] = {
        6.4493406684822643647e-01, 2.0205690315959428540e-01, 8.2323233711138191516e-02,
        3.6927755143369926331e-02, 1.7343061984449139714e-02, 8.3492773819228268398e-03,
        4.0773561979443393786e-03, 2.0083928260822144179e-03, 9.9457512781808533715e-04,
        4.9418860411946455870e-04, 2.4608655330804829864e-04, 1.2271334757848914675e-04,
        6.1248135058704829259e-05, 3.0588236307020493552e-05, 1.5282259408651871733e-05,
        7.6371976378997622736e-06, 3.8172932649998398565e-06, 1.9082127165539389257e-06,
        9.5396203387279611315e-07, 4.7693298678780646312e-07, 2.3845050272773299000e-07,
        1.1921992596531107307e-07, 5.9608189051259479613e-08};
    const double euler = 0.57721566490153286061;
    if (!(x > -1.0)) return PTL_NAN;
    if (fabs(x) > 0.2) return ptl_lgamma(1.0 + x);
    double series = 0.0;
    for (int k = 24; k >= 2; k--) series = series * -x + (1.0 + zeta_minus_1[k - 2]) / k;
    return x * (x * series - euler);
}

/* Stirling's series, k = 1 … 8, for x >= 16: the ninth term is below 2^-53 of the first. */
static double stirling_series(double x)
{
    static const double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                               1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
    const double y = 1.0 / (x * x);
    double series = c[7];
    for (int k = 6; k >= 0; k--) series = series * y + c[k];
    return series / x;
}

double ptl_stirling_error(double x)
{
    if (!(x > 0.0)) return PTL_NAN;
    if (x < 1.0) /* nothing cancels: all is moderate but for the pole's log */
        return ptl_lgamma_1p(x) - (x + 0.5) * log(x) + x - 0.5 * PTL_LOG_2PI;
    double raised = 0.0;
    /* e(x) - e(x + 1) = (x + 1/2) log(1 + 1/x) - 1, a difference of order 1 / (12 x^2) */
    for (; x < 16.0; x += 1.0) {
        const double u = 1.0 / x;
        raised += (x + 0.5) * ptl_log1p_minus(u) + 0.5 * u;
    }
    return raised + stirling_series(x);
}

/* log Gamma(a + b) - log Gamma(b) for b >= 10, a <= b, by Stirling's formula for both. */
static double lgamma_rise(double a, double b)
{
    return (b - 0.5) * log1p(a / b) + a * (log(a + b) - 1.0) + ptl_stirling_error(a + b) -
           ptl_stirling_error(b);
}

double ptl_lbeta(double a, double b)
{
    if (!(a > 0.0 && b > 0.0)) return PTL_NAN;
    const double s = a < b ? a : b, l = a < b ? b : a; /* smaller, larger */
    if (l < 10.0) {
        if (s >= 0.2) return (ptl_lgamma(s) + ptl_lgamma(l)) - ptl_lgamma(s + l);
        if (l < 0.2)
            return ptl_lgamma_1p(s) - log(s) + ptl_lgamma_1p(l) - log(l) + log(s + l) -
                   ptl_lgamma_1p(s + l);
        return ptl_lgamma_1p(s) - log(s) + (ptl_lgamma(l) - ptl_lgamma(s + l));
    }
    if (s < 10.0) return ptl_lgamma(s) - lgamma_rise(s, l);
    const double errors = ptl_stirling_error(s) + ptl_stirling_error(l) - ptl_stirling_error(s + l);
    return 0.5 * (PTL_LOG_2PI - log(l)) + errors - (s - 0.5) * log1p(l / s) - l * log1p(s / l);
}

double ptl_digamma(double x)
{
    static const double c[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                               5.0 / 660, -691.0 / 32760, 1.0 / 12,  -3617.0 / 8160};
    if (!(x > 0.0)) return PTL_NAN;
    if (x == PTL_INF) return PTL_INF;
    double raised = 0.0;
    for (; x < 10.0; x += 1.0) raised -= 1.0 / x;
    const double y = 1.0 / (x * x);
    double series = c[7];
    for (int k = 6; k >= 0; k--) series = series * y + c[k];
    return raised + log(x) - 0.5 / x - y * series;
}

double ptl_trigamma(double x)
{
    static const double bernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                       5.0 / 66, -691.0 / 2730, 7.0 / 6,  -3617.0 / 510};
    if (!(x > 0.0)) return PTL_NAN;
    if (x == PTL_INF) return 0.0;
    double raised = 0.0;
    for (; x < 12.0; x += 1.0) raised += 1.0 / (x * x);
    const double y = 1.0 / (x * x);
    double series = bernoulli[7];
    for (int k = 6; k >= 0; k--) series = series * y + bernoulli[k];
    return raised + (1.0 + 0.5 / x + y * series) / x;
}
