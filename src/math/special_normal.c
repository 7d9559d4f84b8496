/* special_normal.c: the standard normal's distribution function and quantile; inverse functions.
 *
 * Quantile: Wichura 1988, algorithm AS 241, PPND16: three ratios of polynomials of degree 7, for
 * the centre |p - 1/2| <= 0.425, the flanks, and the tails below exp(-25). It takes p - 1/2 and the
 * smaller tail apart, so that neither is made by subtraction where the caller has it exactly.
 *
 * log Phi(z): erfc down to z = -10, and below it the asymptotic series DLMF 7.12.1, of which 12
 * terms reach 1e-13 of the correction at z = -10 and less beyond.
 *
 * ptl_tails_invert: Newton on the log of the smaller tail, held in a bracket that bisection halves
 * whenever Newton would leave it. Logs make steps in far tails as good as in the middle. */
#include "math/special_internal.h"

static double polynomial(const double c[8], double x)
{
    double value = c[7];
    for (int i = 6; i >= 0; i--) value = value * x + c[i];
    return value;
}

static double centre_quantile(double q)
{
    static const double c[2][8] = {
        {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
         1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
         3.3430575583588128105e+4, 2.5090809287301226727e+3},
        {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
         2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
         5.2264952788528545610e+3}};
    const double r = 0.180625 - q * q;
    return q * polynomial(c[0], r) / polynomial(c[1], r);
}

/* |z| from the log of the tail beyond it, down to log_tail = -745 or so. */
static double tail_quantile(double log_tail)
{
    static const double flank[2][8] = {
        {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
         3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
         2.27238449892691845833e-2, 7.74545014278341407640e-4},
        {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
         1.05075007164441684324e-9}};
    static const double tail[2][8] = {
        {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
         2.71155556874348757815e-5, 2.01033439929228813265e-7},
        {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
         7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
         2.04426310338993978564e-15}};
    const double r = sqrt(-log_tail);
    return r <= 5.0 ? polynomial(flank[0], r - 1.6) / polynomial(flank[1], r - 1.6)
                    : polynomial(tail[0], r - 5.0) / polynomial(tail[1], r - 5.0);
}

double ptl_normal_quantile_std(double p)
{
    if (!(p >= 0.0 && p <= 1.0)) return PTL_NAN;
    if (p == 0.0 || p == 1.0) return p == 0.0 ? -PTL_INF : PTL_INF;
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) return centre_quantile(q);
    return q < 0.0 ? -tail_quantile(log(p)) : tail_quantile(log1p(-p));
}

/* log of the tail beyond z for z >= 10: -z^2/2 - log z - log(2 pi)/2 + log(1 - 1/z^2 + 3/z^4 …) */
static double log_far_tail(double z)
{
    const double y = 1.0 / (z * z);
    double series = 0.0;
    for (int k = 12; k >= 1; k--) series = -(2.0 * k - 1.0) * y * (1.0 + series);
    return -0.5 * z * z - log(z) - 0.5 * PTL_LOG_2PI + log1p(series);
}

double ptl_normal_log_phi(double z)
{
    if (isnan(z)) return PTL_NAN;
    if (z < -10.0) return log_far_tail(-z);
    return z < 1.0 ? log(0.5 * erfc(-z / PTL_SQRT_2)) : log1p(-0.5 * erfc(z / PTL_SQRT_2));
}

/* Far out, Newton on log Phi from -sqrt(-2 log_p): log Phi is concave and nearly quadratic, so
 * each step doubles the digits, and the start is never above the root. */
static double deep_quantile(double log_p)
{
    double z = -sqrt(-2.0 * log_p);
    for (int i = 0; i < 6; i++) {
        const double at = ptl_normal_log_phi(z);
        const double slope = exp(-0.5 * z * z - 0.5 * PTL_LOG_2PI - at);
        z -= (at - log_p) / (isfinite(slope) && slope > 0.0 ? slope : -z);
    }
    return z;
}

double ptl_normal_quantile_log(double log_p)
{
    if (!(log_p <= 0.0)) return PTL_NAN;
    if (log_p == -PTL_INF) return -PTL_INF;
    if (log_p < -300.0) return deep_quantile(log_p);
    const double p = exp(log_p);
    if (fabs(p - 0.5) <= 0.425) return centre_quantile(p - 0.5);
    if (p < 0.5) return -tail_quantile(log_p);
    return log_p == 0.0 ? PTL_INF : tail_quantile(ptl_log1m_exp(log_p));
}

double ptl_erf_inverse(double x)
{
    if (!(fabs(x) <= 1.0)) return PTL_NAN;
    if (fabs(x) <= 0.85) return centre_quantile(0.5 * x) / PTL_SQRT_2;
    const double tail = 0.5 * (1.0 - fabs(x)); /* exact */
    const double z = tail > 0.0 ? tail_quantile(log(tail)) / PTL_SQRT_2 : PTL_INF;
    return x < 0.0 ? -z : z;
}

double ptl_erfc_inverse(double x)
{
    if (!(x >= 0.0 && x <= 2.0)) return PTL_NAN;
    if (fabs(1.0 - x) <= 0.85) return centre_quantile(0.5 * (1.0 - x)) / PTL_SQRT_2;
    const double tail = 0.5 * (x < 1.0 ? x : 2.0 - x);
    const double z = tail > 0.0 ? tail_quantile(log(tail)) / PTL_SQRT_2 : PTL_INF;
    return x < 1.0 ? z : -z;
}

typedef struct root {
    double low, high; /* the bracket; infinite until an iterate proves a side */
    double u;
} root;

/* The next iterate: Newton's where it stays inside, the middle otherwise; where one side is still
 * open, ever longer strides towards it. */
static double next_inside(const root *r, double newton, double stride)
{
    const bool closed = isfinite(r->low) && isfinite(r->high);
    if (newton > r->low && newton < r->high && (closed || fabs(newton - r->u) <= stride))
        return newton;
    if (closed) return r->low + 0.5 * (r->high - r->low);
    return isfinite(r->low) ? r->u + stride : r->u - stride;
}

double ptl_tails_invert(double tail, bool lower, double u, ptl_tails_fn fn, const double *params)
{
    enum { STEPS_MAX = 2200 }; /* a bracket of any doubles is halved away in about 2100 */
    const double goal = tail <= 0.5 ? log(tail) : log1p(-tail); /* of the smaller tail */
    lower = lower == (tail <= 0.5);
    root r = {-PTL_INF, PTL_INF, u};
    double stride = 4.0, log_p, log_q, log_density;
    for (int i = 0; i < STEPS_MAX; i++) {
        fn(&log_p, &log_q, &log_density, r.u, params);
        const double miss = (lower ? log_p : log_q) - goal;
        if (isnan(miss)) return PTL_NAN;
        if (miss == 0.0) return r.u;
        const bool above = lower ? miss > 0.0 : miss < 0.0;
        *(above ? &r.high : &r.low) = r.u;
        const double slope = exp(log_density - (lower ? log_p : log_q));
        const double step = miss / (lower ? slope : -slope);
        const double next = next_inside(&r, r.u - step, stride);
        stride *= 2.0;
        const double moved = fabs(next - r.u);
        r.u = next;
        if (moved <= 0x1p-52 * fabs(next) || !(r.high - r.low > 0.0)) return r.u;
    }
    return r.u;
}
