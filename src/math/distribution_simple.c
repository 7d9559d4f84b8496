/* distribution_simple.c: distributions in closed form: exponential, uniform, Laplace, half-Cauchy.
 *
 * Where a density has a corner (Laplace at mu) the derivative is given as zero, the mean of both
 * sides. Draws are by inversion, one uniform each. */
#include "math/distribution_internal.h"

double ptl_exponential_lpdf_grad(double *d, double x, double rate)
{
    if (!ptl_is_scale(rate) || isnan(x)) return ptl_without_slope(d, 2, PTL_NAN);
    if (x < 0.0) return ptl_without_slope(d, 2, -PTL_INF);
    if (d) {
        d[0] = -rate;
        d[1] = 1.0 / rate - x;
    }
    return log(rate) - rate * x;
}

double ptl_exponential_lpdf(double x, double rate)
{
    return ptl_exponential_lpdf_grad(NULL, x, rate);
}

double ptl_exponential_lcdf(double x, double rate)
{
    if (!ptl_is_scale(rate) || isnan(x)) return PTL_NAN;
    return x > 0.0 ? ptl_log1m_exp(-rate * x) : -PTL_INF;
}

double ptl_exponential_lccdf(double x, double rate)
{
    if (!ptl_is_scale(rate) || isnan(x)) return PTL_NAN;
    return x > 0.0 ? -rate * x : 0.0;
}

double ptl_exponential_quantile(double p, double rate)
{
    return ptl_is_scale(rate) && ptl_is_probability(p) ? -log1p(-p) / rate : PTL_NAN;
}

double ptl_exponential_rng(ptl_rng *rng, double rate)
{
    return ptl_is_scale(rate) ? ptl_rng_exponential(rng) / rate : PTL_NAN;
}

static bool is_range(double low, double high)
{
    return low < high && isfinite(high - low);
}

double ptl_uniform_lpdf_grad(double *d, double x, double low, double high)
{
    if (!is_range(low, high) || isnan(x)) return ptl_without_slope(d, 3, PTL_NAN);
    if (x < low || x > high) return ptl_without_slope(d, 3, -PTL_INF);
    if (d) {
        d[0] = 0.0;
        d[1] = 1.0 / (high - low);
        d[2] = -1.0 / (high - low);
    }
    return -log(high - low);
}

double ptl_uniform_lpdf(double x, double low, double high)
{
    return ptl_uniform_lpdf_grad(NULL, x, low, high);
}

double ptl_uniform_lcdf(double x, double low, double high)
{
    if (!is_range(low, high) || isnan(x)) return PTL_NAN;
    if (x <= low) return -PTL_INF;
    return x < high ? log((x - low) / (high - low)) : 0.0;
}

double ptl_uniform_lccdf(double x, double low, double high)
{
    if (!is_range(low, high) || isnan(x)) return PTL_NAN;
    if (x >= high) return -PTL_INF;
    return x > low ? log((high - x) / (high - low)) : 0.0;
}

double ptl_uniform_quantile(double p, double low, double high)
{
    if (!is_range(low, high) || !ptl_is_probability(p)) return PTL_NAN;
    return p < 0.5 ? low + p * (high - low) : high - (1.0 - p) * (high - low);
}

double ptl_uniform_rng(ptl_rng *rng, double low, double high)
{
    return ptl_uniform_quantile(ptl_rng_uniform(rng), low, high);
}

double ptl_laplace_lpdf_grad(double *d, double x, double mu, double scale)
{
    const double z = (x - mu) / scale;
    if (!ptl_is_scale(scale) || !isfinite(mu) || isnan(x)) return ptl_without_slope(d, 3, PTL_NAN);
    if (d) {
        const double side = z > 0.0 ? 1.0 : z < 0.0 ? -1.0 : 0.0;
        d[0] = -side / scale;
        d[1] = side / scale;
        d[2] = (fabs(z) - 1.0) / scale;
    }
    return -fabs(z) - PTL_LOG_2 - log(scale);
}

double ptl_laplace_lpdf(double x, double mu, double scale)
{
    return ptl_laplace_lpdf_grad(NULL, x, mu, scale);
}

double ptl_laplace_lcdf(double x, double mu, double scale)
{
    const double z = (x - mu) / scale;
    if (!ptl_is_scale(scale) || !isfinite(mu) || isnan(x)) return PTL_NAN;
    return z < 0.0 ? z - PTL_LOG_2 : log1p(-0.5 * exp(-z));
}

double ptl_laplace_lccdf(double x, double mu, double scale)
{
    return ptl_laplace_lcdf(2.0 * mu - x, mu, scale);
}

double ptl_laplace_quantile(double p, double mu, double scale)
{
    if (!ptl_is_scale(scale) || !isfinite(mu) || !ptl_is_probability(p)) return PTL_NAN;
    return p < 0.5 ? mu + scale * log(2.0 * p) : mu - scale * (PTL_LOG_2 + log1p(-p));
}

double ptl_laplace_rng(ptl_rng *rng, double mu, double scale)
{
    return ptl_laplace_quantile(ptl_rng_uniform(rng), mu, scale);
}

double ptl_half_cauchy_lpdf_grad(double *d, double x, double scale)
{
    const double z = x / scale;
    if (!ptl_is_scale(scale) || isnan(x)) return ptl_without_slope(d, 2, PTL_NAN);
    if (x < 0.0) return ptl_without_slope(d, 2, -PTL_INF);
    const double share = z < 1.0 ? z * z / (1.0 + z * z) : 1.0 / (1.0 + 1.0 / (z * z));
    if (d) {
        d[0] = z < 1.0 ? -2.0 * z / (1.0 + z * z) / scale : -2.0 * share / x;
        d[1] = (2.0 * share - 1.0) / scale;
    }
    const double tail = z < 1.0 ? log1p(z * z) : 2.0 * log(z) + log1p(1.0 / (z * z));
    return PTL_LOG_2 - log(PTL_PI) - log(scale) - tail;
}

double ptl_half_cauchy_lpdf(double x, double scale)
{
    return ptl_half_cauchy_lpdf_grad(NULL, x, scale);
}

double ptl_half_cauchy_lcdf(double x, double scale)
{
    if (!ptl_is_scale(scale) || isnan(x)) return PTL_NAN;
    if (x <= 0.0) return -PTL_INF;
    return x < scale ? log(2.0 / PTL_PI * atan(x / scale)) : log1p(-2.0 / PTL_PI * atan(scale / x));
}

double ptl_half_cauchy_lccdf(double x, double scale)
{
    if (!ptl_is_scale(scale) || isnan(x)) return PTL_NAN;
    if (x <= 0.0) return 0.0;
    return x < scale ? log1p(-2.0 / PTL_PI * atan(x / scale)) : log(2.0 / PTL_PI * atan(scale / x));
}

double ptl_half_cauchy_quantile(double p, double scale)
{
    if (!ptl_is_scale(scale) || !ptl_is_probability(p)) return PTL_NAN;
    if (p == 1.0) return PTL_INF;
    return p < 0.5 ? scale * tan(0.5 * PTL_PI * p) : scale / tan(0.5 * PTL_PI * (1.0 - p));
}

double ptl_half_cauchy_rng(ptl_rng *rng, double scale)
{
    return ptl_half_cauchy_quantile(ptl_rng_uniform(rng), scale);
}
