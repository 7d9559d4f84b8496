/* distribution_gamma.c: gamma, inverse gamma, beta, Student's t, Dirichlet.
 *
 * Densities go through the Poisson term and the beta front factor (special.h), in which large
 * parameters cancel by algebra and not by rounding.
 *
 * Draws of gamma: Marsaglia & Tsang 2000, "A simple method for generating gamma variables", on the
 * log scale, with their boost G(a) = G(a + 1) U^(1/a) for a < 1. On that scale a shape of 1e-6
 * still has draws that differ, and beta and Dirichlet draws are ratios that never become 0/0. */
#include "math/distribution_internal.h"

double ptl_log_gamma_rng(ptl_rng *rng, double shape)
{
    if (!ptl_is_scale(shape)) return PTL_NAN;
    double boost = 0.0;
    if (shape < 1.0) {
        boost = log(ptl_rng_uniform(rng)) / shape;
        shape += 1.0;
    }
    const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) { /* accepts more than 95 % of proposals for any shape >= 1 */
        const double z = ptl_rng_normal(rng), root = 1.0 + c * z;
        const double u = ptl_rng_uniform(rng);
        if (!(root > 0.0)) continue;
        const double log_v = 3.0 * log(root);
        if (log(u) < 0.5 * z * z + d * (1.0 - root * root * root + log_v))
            return log(d) + log_v + boost;
    }
}

/* Density at the edge of the support, where it is that of x^(power - 1): `at_one` for power 1. */
static double at_edge(double power, double at_one)
{
    if (power == 1.0) return at_one;
    return power < 1.0 ? PTL_INF : -PTL_INF;
}

double ptl_gamma_lpdf_grad(double *d, double x, double shape, double rate)
{
    if (!(ptl_is_scale(shape) && ptl_is_scale(rate)) || isnan(x))
        return ptl_without_slope(d, 3, PTL_NAN);
    if (x < 0.0 || x == PTL_INF) return ptl_without_slope(d, 3, -PTL_INF);
    if (x == 0.0) return ptl_without_slope(d, 3, at_edge(shape, log(rate)));
    if (d) {
        d[0] = (shape - 1.0) / x - rate;
        d[1] = log(rate * x) - ptl_digamma(shape);
        d[2] = shape / rate - x;
    }
    return log(shape / x) + ptl_log_poisson_term(shape, rate * x);
}

double ptl_gamma_lpdf(double x, double shape, double rate)
{
    return ptl_gamma_lpdf_grad(NULL, x, shape, rate);
}

double ptl_gamma_lcdf(double x, double shape, double rate)
{
    double log_p = PTL_NAN;
    if (ptl_is_scale(rate)) ptl_log_gamma_pq(&log_p, NULL, shape, x < 0.0 ? 0.0 : rate * x);
    return log_p;
}

double ptl_gamma_lccdf(double x, double shape, double rate)
{
    double log_q = PTL_NAN;
    if (ptl_is_scale(rate)) ptl_log_gamma_pq(NULL, &log_q, shape, x < 0.0 ? 0.0 : rate * x);
    return log_q;
}

double ptl_gamma_quantile(double p, double shape, double rate)
{
    return ptl_is_scale(rate) ? ptl_gamma_p_inverse(shape, p) / rate : PTL_NAN;
}

double ptl_gamma_rng(ptl_rng *rng, double shape, double rate)
{
    return ptl_is_scale(rate) ? exp(ptl_log_gamma_rng(rng, shape)) / rate : PTL_NAN;
}

double ptl_inverse_gamma_lpdf_grad(double *d, double x, double shape, double scale)
{
    if (!(ptl_is_scale(shape) && ptl_is_scale(scale)) || isnan(x))
        return ptl_without_slope(d, 3, PTL_NAN);
    if (x <= 0.0 || x == PTL_INF) return ptl_without_slope(d, 3, -PTL_INF);
    if (d) {
        d[0] = (scale / x - (shape + 1.0)) / x;
        d[1] = log(scale / x) - ptl_digamma(shape);
        d[2] = shape / scale - 1.0 / x;
    }
    return log(shape / x) + ptl_log_poisson_term(shape, scale / x);
}

double ptl_inverse_gamma_lpdf(double x, double shape, double scale)
{
    return ptl_inverse_gamma_lpdf_grad(NULL, x, shape, scale);
}

double ptl_inverse_gamma_lcdf(double x, double shape, double scale)
{
    double log_q = PTL_NAN;
    if (ptl_is_scale(scale)) ptl_log_gamma_pq(NULL, &log_q, shape, x <= 0.0 ? PTL_INF : scale / x);
    return log_q;
}

double ptl_inverse_gamma_lccdf(double x, double shape, double scale)
{
    double log_p = PTL_NAN;
    if (ptl_is_scale(scale)) ptl_log_gamma_pq(&log_p, NULL, shape, x <= 0.0 ? PTL_INF : scale / x);
    return log_p;
}

double ptl_inverse_gamma_quantile(double p, double shape, double scale)
{
    return ptl_is_scale(scale) ? scale / ptl_gamma_q_inverse(shape, p) : PTL_NAN;
}

double ptl_inverse_gamma_rng(ptl_rng *rng, double shape, double scale)
{
    return ptl_is_scale(scale) ? scale * exp(-ptl_log_gamma_rng(rng, shape)) : PTL_NAN;
}

double ptl_beta_lpdf_grad(double *d, double x, double a, double b)
{
    if (!(ptl_is_scale(a) && ptl_is_scale(b)) || isnan(x)) return ptl_without_slope(d, 3, PTL_NAN);
    if (x < 0.0 || x > 1.0) return ptl_without_slope(d, 3, -PTL_INF);
    if (x == 0.0) return ptl_without_slope(d, 3, at_edge(a, log(b)));
    if (x == 1.0) return ptl_without_slope(d, 3, at_edge(b, log(a)));
    if (d) {
        const double both = ptl_digamma(a + b);
        d[0] = (a - 1.0) / x - (b - 1.0) / (1.0 - x);
        d[1] = log(x) - ptl_digamma(a) + both;
        d[2] = log1p(-x) - ptl_digamma(b) + both;
    }
    return ptl_log_beta_front(a, b, x, 1.0 - x) - log(x) - log1p(-x);
}

double ptl_beta_lpdf(double x, double a, double b)
{
    return ptl_beta_lpdf_grad(NULL, x, a, b);
}

static double into_unit(double x)
{
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

double ptl_beta_lcdf(double x, double a, double b)
{
    double log_p = PTL_NAN;
    ptl_log_beta_pq(&log_p, NULL, a, b, into_unit(x), 1.0 - into_unit(x));
    return log_p;
}

double ptl_beta_lccdf(double x, double a, double b)
{
    double log_q = PTL_NAN;
    ptl_log_beta_pq(NULL, &log_q, a, b, into_unit(x), 1.0 - into_unit(x));
    return log_q;
}

double ptl_beta_quantile(double p, double a, double b)
{
    return ptl_beta_p_inverse(a, b, p);
}

double ptl_beta_rng(ptl_rng *rng, double a, double b)
{
    const double log_a = ptl_log_gamma_rng(rng, a), log_b = ptl_log_gamma_rng(rng, b);
    return ptl_expit(log_a - log_b);
}

static bool is_t(double nu, double mu, double sigma)
{
    return ptl_is_scale(nu) && ptl_is_scale(sigma) && isfinite(mu);
}

/* The density is (1 + z^2/nu)^(-(nu+1)/2) / (sqrt(nu) B(nu/2, 1/2) sigma). */
double ptl_student_t_lpdf_grad(double *d, double x, double nu, double mu, double sigma)
{
    if (!is_t(nu, mu, sigma) || isnan(x)) return ptl_without_slope(d, 4, PTL_NAN);
    const double z = (x - mu) / sigma, tail = log1p(z * z / nu);
    if (d) {
        const double pull = (nu + 1.0) / (nu + z * z); /* -> 1 for a normal */
        d[0] = -pull * z / sigma;
        d[1] = 0.5 * (ptl_digamma(0.5 * nu + 0.5) - ptl_digamma(0.5 * nu) - 1.0 / nu - tail +
                      pull * z * z / nu);
        d[2] = pull * z / sigma;
        d[3] = (pull * z * z - 1.0) / sigma;
    }
    return -ptl_lbeta(0.5 * nu, 0.5) - 0.5 * log(nu) - log(sigma) - 0.5 * (nu + 1.0) * tail;
}

double ptl_student_t_lpdf(double x, double nu, double mu, double sigma)
{
    return ptl_student_t_lpdf_grad(NULL, x, nu, mu, sigma);
}

/* log P(T > z): half of I_x(nu/2, 1/2) at x = nu/(nu + z^2) for z > 0, its complement below. */
static double log_upper_t(double z, double nu)
{
    const double square = z * z;
    double log_tail = PTL_NAN;
    ptl_log_beta_pq(&log_tail, NULL, 0.5 * nu, 0.5, nu / (nu + square),
                    isinf(square) ? 1.0 : square / (nu + square));
    return z > 0.0 ? log_tail - PTL_LOG_2 : log1p(-0.5 * exp(log_tail));
}

double ptl_student_t_lcdf(double x, double nu, double mu, double sigma)
{
    return is_t(nu, mu, sigma) ? log_upper_t(-(x - mu) / sigma, nu) : PTL_NAN;
}

double ptl_student_t_lccdf(double x, double nu, double mu, double sigma)
{
    return is_t(nu, mu, sigma) ? log_upper_t((x - mu) / sigma, nu) : PTL_NAN;
}

/* Near the centre y = z^2/(nu + z^2) is what can be had exactly, in the tails x = 1 - y is. */
double ptl_student_t_quantile(double p, double nu, double mu, double sigma)
{
    if (!is_t(nu, mu, sigma) || !ptl_is_probability(p)) return PTL_NAN;
    const double tail = p < 0.5 ? p : 1.0 - p;
    double z = 0.0;
    if (tail < 0.25) {
        const double x = ptl_beta_p_inverse(0.5 * nu, 0.5, 2.0 * tail);
        z = sqrt(nu) * sqrt((1.0 - x) / x);
    } else {
        const double y = ptl_beta_p_inverse(0.5, 0.5 * nu, 1.0 - 2.0 * tail);
        z = sqrt(nu * y / (1.0 - y));
    }
    return p < 0.5 ? mu - sigma * z : mu + sigma * z;
}

double ptl_student_t_rng(ptl_rng *rng, double nu, double mu, double sigma)
{
    if (!is_t(nu, mu, sigma)) return PTL_NAN;
    const double z = ptl_rng_normal(rng);
    return mu + sigma * z * exp(0.5 * (log(0.5 * nu) - ptl_log_gamma_rng(rng, 0.5 * nu)));
}

static ptl_status check_alpha(const double *alpha, int64_t n, ptl_error *err)
{
    if (n < 2)
        return ptl_fail(err, PTL_E_INVALID, "a Dirichlet needs 2 elements, not %lld", (long long)n);
    for (int64_t i = 0; i < n; i++)
        if (!ptl_is_scale(alpha[i]))
            return ptl_fail(err, PTL_E_INVALID, "alpha: element %lld is %g, not positive",
                            (long long)i, alpha[i]);
    return PTL_OK;
}

ptl_status ptl_dirichlet_lpdf(double *lpdf, double *grad, const double *x, const double *alpha,
                              int64_t n, ptl_error *err)
{
    PTL_TRY(check_alpha(alpha, n, err));
    double total = 0.0, total_alpha = 0.0, value = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (!(x[i] > 0.0 && x[i] < 1.0))
            return ptl_fail(err, PTL_E_INVALID, "x: element %lld is %g, not between 0 and 1",
                            (long long)i, x[i]);
        total += x[i];
        total_alpha += alpha[i];
        value += (alpha[i] - 1.0) * log(x[i]) - ptl_lgamma(alpha[i]);
    }
    if (!(fabs(total - 1.0) <= 1e-12 * (double)n)) /* rounding of n shares, a thousand times over */
        return ptl_fail(err, PTL_E_INVALID, "x sums to %.17g, not to 1", total);
    for (int64_t i = 0; grad && i < n; i++) grad[i] = (alpha[i] - 1.0) / x[i];
    *lpdf = value + ptl_lgamma(total_alpha);
    return PTL_OK;
}

ptl_status ptl_dirichlet_rng(double *x, ptl_rng *rng, const double *alpha, int64_t n,
                             ptl_error *err)
{
    PTL_TRY(check_alpha(alpha, n, err));
    for (int64_t i = 0; i < n; i++) x[i] = ptl_log_gamma_rng(rng, alpha[i]);
    const double all = ptl_log_sum_exp(x, n);
    for (int64_t i = 0; i < n; i++) x[i] = exp(x[i] - all);
    return PTL_OK;
}
