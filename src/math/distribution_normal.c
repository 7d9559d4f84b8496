/* distribution_normal.c: the normal and what is made of it: half-normal, lognormal, truncated.
 *
 * Every lpdf is its _grad without derivatives: one formula, so the two cannot differ. Derivatives
 * are checked against finite differences in the tests.
 *
 * Truncated normal: the mass between the bounds is a difference of tails, taken on the side of zero
 * where both are small, and across zero as a sum of two erf. Bounds on one side of zero and closer
 * than h standard deviations lose 1e-16 / h of relative accuracy. */
#include "math/distribution_internal.h"

double ptl_normal_lpdf_grad(double *d, double x, double mu, double sigma)
{
    const double z = (x - mu) / sigma;
    if (!(ptl_is_scale(sigma) && isfinite(mu) && !isnan(x)))
        return ptl_without_slope(d, 3, PTL_NAN);
    if (d) {
        d[0] = -z / sigma;
        d[1] = z / sigma;
        d[2] = (z * z - 1.0) / sigma;
    }
    return -0.5 * z * z - log(sigma) - 0.5 * PTL_LOG_2PI;
}

double ptl_normal_lpdf(double x, double mu, double sigma)
{
    return ptl_normal_lpdf_grad(NULL, x, mu, sigma);
}

double ptl_normal_lcdf(double x, double mu, double sigma)
{
    if (!(ptl_is_scale(sigma) && isfinite(mu))) return PTL_NAN;
    return ptl_normal_log_phi((x - mu) / sigma);
}

double ptl_normal_lccdf(double x, double mu, double sigma)
{
    if (!(ptl_is_scale(sigma) && isfinite(mu))) return PTL_NAN;
    return ptl_normal_log_phi((mu - x) / sigma);
}

double ptl_normal_quantile(double p, double mu, double sigma)
{
    if (!(ptl_is_scale(sigma) && isfinite(mu))) return PTL_NAN;
    return mu + sigma * ptl_normal_quantile_std(p);
}

double ptl_normal_rng(ptl_rng *rng, double mu, double sigma)
{
    if (!(ptl_is_scale(sigma) && isfinite(mu))) return PTL_NAN;
    return mu + sigma * ptl_rng_normal(rng);
}

double ptl_half_normal_lpdf_grad(double *d, double x, double sigma)
{
    const double z = x / sigma;
    if (!ptl_is_scale(sigma) || isnan(x)) return ptl_without_slope(d, 2, PTL_NAN);
    if (x < 0.0) return ptl_without_slope(d, 2, -PTL_INF);
    if (d) {
        d[0] = -z / sigma;
        d[1] = (z * z - 1.0) / sigma;
    }
    return PTL_LOG_2 - 0.5 * PTL_LOG_2PI - log(sigma) - 0.5 * z * z;
}

double ptl_half_normal_lpdf(double x, double sigma)
{
    return ptl_half_normal_lpdf_grad(NULL, x, sigma);
}

double ptl_half_normal_lcdf(double x, double sigma)
{
    const double z = x / sigma;
    if (!ptl_is_scale(sigma) || isnan(x)) return PTL_NAN;
    if (x <= 0.0) return -PTL_INF;
    return z < 1.0 ? log(erf(z / PTL_SQRT_2)) : log1p(-erfc(z / PTL_SQRT_2));
}

double ptl_half_normal_lccdf(double x, double sigma)
{
    const double z = x / sigma;
    if (!ptl_is_scale(sigma) || isnan(x)) return PTL_NAN;
    if (x <= 0.0) return 0.0;
    return z < 0.5 ? log1p(-erf(z / PTL_SQRT_2)) : PTL_LOG_2 + ptl_normal_log_phi(-z);
}

double ptl_half_normal_quantile(double p, double sigma)
{
    return ptl_is_scale(sigma) && ptl_is_probability(p) ? sigma * PTL_SQRT_2 * ptl_erf_inverse(p)
                                                        : PTL_NAN;
}

double ptl_half_normal_rng(ptl_rng *rng, double sigma)
{
    return ptl_is_scale(sigma) ? sigma * fabs(ptl_rng_normal(rng)) : PTL_NAN;
}

double ptl_lognormal_lpdf_grad(double *d, double x, double mu, double sigma)
{
    if (!(ptl_is_scale(sigma) && isfinite(mu) && !isnan(x)))
        return ptl_without_slope(d, 3, PTL_NAN);
    if (x <= 0.0) return ptl_without_slope(d, 3, -PTL_INF);
    const double log_x = log(x), value = ptl_normal_lpdf_grad(d, log_x, mu, sigma);
    if (d) d[0] = (d[0] - 1.0) / x;
    return value - log_x;
}

double ptl_lognormal_lpdf(double x, double mu, double sigma)
{
    return ptl_lognormal_lpdf_grad(NULL, x, mu, sigma);
}

double ptl_lognormal_lcdf(double x, double mu, double sigma)
{
    return ptl_normal_lcdf(x > 0.0 ? log(x) : x <= 0.0 ? -PTL_INF : PTL_NAN, mu, sigma);
}

double ptl_lognormal_lccdf(double x, double mu, double sigma)
{
    return ptl_normal_lccdf(x > 0.0 ? log(x) : x <= 0.0 ? -PTL_INF : PTL_NAN, mu, sigma);
}

double ptl_lognormal_quantile(double p, double mu, double sigma)
{
    return exp(ptl_normal_quantile(p, mu, sigma));
}

double ptl_lognormal_rng(ptl_rng *rng, double mu, double sigma)
{
    return exp(ptl_normal_rng(rng, mu, sigma));
}

/* log(Phi(b) - Phi(a)), a < b. */
static double log_mass(double a, double b)
{
    if (a > 0.0) return log_mass(-b, -a);
    if (b > 0.0 && a > -1.0 && b < 1.0)
        return log(0.5 * (erf(b / PTL_SQRT_2) - erf(a / PTL_SQRT_2)));
    if (b > 0.0) return log1p(-0.5 * erfc(-a / PTL_SQRT_2) - 0.5 * erfc(b / PTL_SQRT_2));
    return ptl_log_subtract(ptl_normal_log_phi(b), ptl_normal_log_phi(a));
}

typedef struct truncated {
    double a, b; /* bounds in standard deviations from mu */
    double log_z;
    bool allowed;
} truncated;

static truncated truncate_at(double mu, double sigma, double low, double high)
{
    truncated t = {(low - mu) / sigma, (high - mu) / sigma, PTL_NAN, false};
    t.allowed = ptl_is_scale(sigma) && isfinite(mu) && low < high && t.a < t.b;
    if (t.allowed) t.log_z = log_mass(t.a, t.b);
    return t;
}

/* phi(z) / Z, and zero at an infinite bound */
static double hazard(double z, double log_z)
{
    return isinf(z) ? 0.0 : exp(-0.5 * z * z - 0.5 * PTL_LOG_2PI - log_z);
}

double ptl_truncated_normal_lpdf_grad(double *d, double x, double mu, double sigma, double low,
                                      double high)
{
    const truncated t = truncate_at(mu, sigma, low, high);
    if (!t.allowed || isnan(x)) return ptl_without_slope(d, 5, PTL_NAN);
    if (x < low || x > high) return ptl_without_slope(d, 5, -PTL_INF);
    const double value = ptl_normal_lpdf_grad(d, x, mu, sigma) - t.log_z;
    if (d) {
        const double at_low = hazard(t.a, t.log_z) / sigma, at_high = hazard(t.b, t.log_z) / sigma;
        d[1] += at_high - at_low;
        d[2] += (isinf(t.b) ? 0.0 : t.b * at_high) - (isinf(t.a) ? 0.0 : t.a * at_low);
        d[3] = at_low;
        d[4] = -at_high;
    }
    return value;
}

double ptl_truncated_normal_lpdf(double x, double mu, double sigma, double low, double high)
{
    return ptl_truncated_normal_lpdf_grad(NULL, x, mu, sigma, low, high);
}

double ptl_truncated_normal_lcdf(double x, double mu, double sigma, double low, double high)
{
    const truncated t = truncate_at(mu, sigma, low, high);
    if (!t.allowed || isnan(x)) return PTL_NAN;
    if (x <= low) return -PTL_INF;
    return x >= high ? 0.0 : fmin(log_mass(t.a, (x - mu) / sigma) - t.log_z, 0.0);
}

double ptl_truncated_normal_lccdf(double x, double mu, double sigma, double low, double high)
{
    const truncated t = truncate_at(mu, sigma, low, high);
    if (!t.allowed || isnan(x)) return PTL_NAN;
    if (x >= high) return -PTL_INF;
    return x <= low ? 0.0 : fmin(log_mass((x - mu) / sigma, t.b) - t.log_z, 0.0);
}

/* Phi(z) = Phi(a) + p Z from below, 1 - Phi(z) = 1 - Phi(b) + (1 - p) Z from above: whichever of
 * the two is the smaller keeps its digits. */
double ptl_truncated_normal_quantile(double p, double mu, double sigma, double low, double high)
{
    const truncated t = truncate_at(mu, sigma, low, high);
    if (!t.allowed || !ptl_is_probability(p)) return PTL_NAN;
    const double below = ptl_log_add(ptl_normal_log_phi(t.a), log(p) + t.log_z);
    double z = 0.0;
    if (below <= -PTL_LOG_2)
        z = ptl_normal_quantile_log(below);
    else
        z = -ptl_normal_quantile_log(
            fmin(ptl_log_add(ptl_normal_log_phi(-t.b), log1p(-p) + t.log_z), 0.0));
    return fmin(fmax(mu + sigma * z, low), high);
}

double ptl_truncated_normal_rng(ptl_rng *rng, double mu, double sigma, double low, double high)
{
    return ptl_truncated_normal_quantile(ptl_rng_uniform(rng), mu, sigma, low, high);
}
