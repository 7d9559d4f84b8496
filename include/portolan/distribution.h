/* distribution.h: distributions as complete sets.
 *
 * For each: lpdf (or lpmf), its gradient, lcdf = log P(X <= x), lccdf = log P(X > x), quantile,
 * rng. Logs are computed as logs: a tail of exp(-1000) is -1000, not log(0).
 *
 * `_grad` returns the log density and fills d with its derivatives by the arguments in their order:
 * d[0] by the value x, then one for each parameter. For counts d[0] is not a derivative and is NaN;
 * for bounds the derivative is that of the normalising constant. Counts k are doubles that hold
 * whole numbers.
 *
 * Parameters out of their range, and NaN anywhere, give NaN. A value outside the support has
 * log density -inf, and derivatives NaN. quantile(p) is the least x with P(X <= x) >= p, for p in
 * [0, 1]. rng draws by the generator passed in; the number of uniforms used may vary.
 *
 * Accuracy: 1e-13 relative to max(1, |answer|) for densities and closed forms, 1e-12 for what needs
 * the incomplete gamma or beta; quantiles 1e-11 relative. tests/unit/test_distribution.c. */
#ifndef PORTOLAN_DISTRIBUTION_H
#define PORTOLAN_DISTRIBUTION_H

#include "portolan/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Normal: sigma > 0. */
PTL_API double ptl_normal_lpdf(double x, double mu, double sigma);
PTL_API double ptl_normal_lpdf_grad(double *d, double x, double mu, double sigma);
PTL_API double ptl_normal_lcdf(double x, double mu, double sigma);
PTL_API double ptl_normal_lccdf(double x, double mu, double sigma);
PTL_API double ptl_normal_quantile(double p, double mu, double sigma);
PTL_API double ptl_normal_rng(ptl_rng *rng, double mu, double sigma);

/** Half normal: |N(0, sigma)|, sigma > 0. */
PTL_API double ptl_half_normal_lpdf(double x, double sigma);
PTL_API double ptl_half_normal_lpdf_grad(double *d, double x, double sigma);
PTL_API double ptl_half_normal_lcdf(double x, double sigma);
PTL_API double ptl_half_normal_lccdf(double x, double sigma);
PTL_API double ptl_half_normal_quantile(double p, double sigma);
PTL_API double ptl_half_normal_rng(ptl_rng *rng, double sigma);

/** Lognormal: exp N(mu, sigma), sigma > 0. */
PTL_API double ptl_lognormal_lpdf(double x, double mu, double sigma);
PTL_API double ptl_lognormal_lpdf_grad(double *d, double x, double mu, double sigma);
PTL_API double ptl_lognormal_lcdf(double x, double mu, double sigma);
PTL_API double ptl_lognormal_lccdf(double x, double mu, double sigma);
PTL_API double ptl_lognormal_quantile(double p, double mu, double sigma);
PTL_API double ptl_lognormal_rng(ptl_rng *rng, double mu, double sigma);

/** Student t: nu degrees of freedom, location, scale; nu, sigma > 0. */
PTL_API double ptl_student_t_lpdf(double x, double nu, double mu, double sigma);
PTL_API double ptl_student_t_lpdf_grad(double *d, double x, double nu, double mu, double sigma);
PTL_API double ptl_student_t_lcdf(double x, double nu, double mu, double sigma);
PTL_API double ptl_student_t_lccdf(double x, double nu, double mu, double sigma);
PTL_API double ptl_student_t_quantile(double p, double nu, double mu, double sigma);
PTL_API double ptl_student_t_rng(ptl_rng *rng, double nu, double mu, double sigma);

/** Gamma: mean shape / rate; both > 0. */
PTL_API double ptl_gamma_lpdf(double x, double shape, double rate);
PTL_API double ptl_gamma_lpdf_grad(double *d, double x, double shape, double rate);
PTL_API double ptl_gamma_lcdf(double x, double shape, double rate);
PTL_API double ptl_gamma_lccdf(double x, double shape, double rate);
PTL_API double ptl_gamma_quantile(double p, double shape, double rate);
PTL_API double ptl_gamma_rng(ptl_rng *rng, double shape, double rate);

/** Inverse gamma: 1 / gamma(shape, rate = scale). */
PTL_API double ptl_inverse_gamma_lpdf(double x, double shape, double scale);
PTL_API double ptl_inverse_gamma_lpdf_grad(double *d, double x, double shape, double scale);
PTL_API double ptl_inverse_gamma_lcdf(double x, double shape, double scale);
PTL_API double ptl_inverse_gamma_lccdf(double x, double shape, double scale);
PTL_API double ptl_inverse_gamma_quantile(double p, double shape, double scale);
PTL_API double ptl_inverse_gamma_rng(ptl_rng *rng, double shape, double scale);

/** Exponential: mean 1 / rate. */
PTL_API double ptl_exponential_lpdf(double x, double rate);
PTL_API double ptl_exponential_lpdf_grad(double *d, double x, double rate);
PTL_API double ptl_exponential_lcdf(double x, double rate);
PTL_API double ptl_exponential_lccdf(double x, double rate);
PTL_API double ptl_exponential_quantile(double p, double rate);
PTL_API double ptl_exponential_rng(ptl_rng *rng, double rate);

/** Beta: on (0, 1); a, b > 0. */
PTL_API double ptl_beta_lpdf(double x, double a, double b);
PTL_API double ptl_beta_lpdf_grad(double *d, double x, double a, double b);
PTL_API double ptl_beta_lcdf(double x, double a, double b);
PTL_API double ptl_beta_lccdf(double x, double a, double b);
PTL_API double ptl_beta_quantile(double p, double a, double b);
PTL_API double ptl_beta_rng(ptl_rng *rng, double a, double b);

/** Uniform: low < high. */
PTL_API double ptl_uniform_lpdf(double x, double low, double high);
PTL_API double ptl_uniform_lpdf_grad(double *d, double x, double low, double high);
PTL_API double ptl_uniform_lcdf(double x, double low, double high);
PTL_API double ptl_uniform_lccdf(double x, double low, double high);
PTL_API double ptl_uniform_quantile(double p, double low, double high);
PTL_API double ptl_uniform_rng(ptl_rng *rng, double low, double high);

/** Truncated normal: N(mu, sigma) given low < x < high; bounds may be infinite. */
PTL_API double ptl_truncated_normal_lpdf(double x, double mu, double sigma, double low,
                                         double high);
PTL_API double ptl_truncated_normal_lpdf_grad(double *d, double x, double mu, double sigma,
                                              double low, double high);
PTL_API double ptl_truncated_normal_lcdf(double x, double mu, double sigma, double low,
                                         double high);
PTL_API double ptl_truncated_normal_lccdf(double x, double mu, double sigma, double low,
                                          double high);
PTL_API double ptl_truncated_normal_quantile(double p, double mu, double sigma, double low,
                                             double high);
PTL_API double ptl_truncated_normal_rng(ptl_rng *rng, double mu, double sigma, double low,
                                        double high);

/** Laplace: density exp(-|x - mu| / scale) / (2 scale). */
PTL_API double ptl_laplace_lpdf(double x, double mu, double scale);
PTL_API double ptl_laplace_lpdf_grad(double *d, double x, double mu, double scale);
PTL_API double ptl_laplace_lcdf(double x, double mu, double scale);
PTL_API double ptl_laplace_lccdf(double x, double mu, double scale);
PTL_API double ptl_laplace_quantile(double p, double mu, double scale);
PTL_API double ptl_laplace_rng(ptl_rng *rng, double mu, double scale);

/** Half cauchy: |Cauchy(0, scale)|. */
PTL_API double ptl_half_cauchy_lpdf(double x, double scale);
PTL_API double ptl_half_cauchy_lpdf_grad(double *d, double x, double scale);
PTL_API double ptl_half_cauchy_lcdf(double x, double scale);
PTL_API double ptl_half_cauchy_lccdf(double x, double scale);
PTL_API double ptl_half_cauchy_quantile(double p, double scale);
PTL_API double ptl_half_cauchy_rng(ptl_rng *rng, double scale);

/** Poisson: mean >= 0. */
PTL_API double ptl_poisson_lpmf(double k, double mean);
PTL_API double ptl_poisson_lpmf_grad(double *d, double k, double mean);
PTL_API double ptl_poisson_lcdf(double k, double mean);
PTL_API double ptl_poisson_lccdf(double k, double mean);
PTL_API double ptl_poisson_quantile(double p, double mean);
PTL_API double ptl_poisson_rng(ptl_rng *rng, double mean);

/** Binomial: n trials, a whole number; chance of each in [0, 1]. */
PTL_API double ptl_binomial_lpmf(double k, double n, double chance);
PTL_API double ptl_binomial_lpmf_grad(double *d, double k, double n, double chance);
PTL_API double ptl_binomial_lcdf(double k, double n, double chance);
PTL_API double ptl_binomial_lccdf(double k, double n, double chance);
PTL_API double ptl_binomial_quantile(double p, double n, double chance);
PTL_API double ptl_binomial_rng(ptl_rng *rng, double n, double chance);

/** Negative binomial: variance mean + mean^2 / size. */
PTL_API double ptl_negative_binomial_lpmf(double k, double mean, double size);
PTL_API double ptl_negative_binomial_lpmf_grad(double *d, double k, double mean, double size);
PTL_API double ptl_negative_binomial_lcdf(double k, double mean, double size);
PTL_API double ptl_negative_binomial_lccdf(double k, double mean, double size);
PTL_API double ptl_negative_binomial_quantile(double p, double mean, double size);
PTL_API double ptl_negative_binomial_rng(ptl_rng *rng, double mean, double size);

/** Dirichlet: x[n] on the simplex, concentration alpha[n] > 0, n >= 2. E_INVALID names the element
 * that is out of range; x must sum to one within n * 1e-12. grad (nullable) by the x[i] taken as
 * free. The draw sums to one to the last rounding. */
PTL_NODISCARD PTL_API ptl_status ptl_dirichlet_lpdf(double *lpdf, double *grad, const double *x,
                                                    const double *alpha, int64_t n, ptl_error *err);
PTL_NODISCARD PTL_API ptl_status ptl_dirichlet_rng(double *x, ptl_rng *rng, const double *alpha,
                                                   int64_t n, ptl_error *err);

/** One draw of log Gamma(shape, 1), which stays finite where the draw itself would underflow. */
PTL_API double ptl_log_gamma_rng(ptl_rng *rng, double shape);

#ifdef __cplusplus
}
#endif
#endif
