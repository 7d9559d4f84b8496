/* distribution_count.c: Poisson, binomial and negative binomial.
 *
 * Probabilities go through the Poisson term and the beta front factor (special.h). The quantile is
 * found by doubling strides from a normal guess, then by halving; a probability that misses the
 * distribution function by less than the latter's own accuracy counts as met, so that
 * quantile(cdf(k)) = k. Draws are quantiles of one uniform: exact, and the same however many
 * are asked for; a few microseconds each. */
#include "math/distribution_internal.h"

static bool is_count(double k)
{
    return k >= 0.0 && k == floor(k) && k < 0x1p53;
}

/* log P(X <= k) and log P(X > k) for a whole k >= 0. */
typedef void (*tails_fn)(double *lower, double *upper, double k, double a, double b);

static bool reaches(tails_fn tails, double k, double p, double a, double b)
{
    const double slack = 1e-12; /* the accuracy of the incomplete functions, in the log */
    double lower, upper;
    if (k < 0.0) return false;
    tails(&lower, &upper, k, a, b);
    return p < 0.5 ? lower >= log(p) - slack : upper <= log1p(-p) + slack;
}

static double search(tails_fn tails, double p, double mean, double sd, double k_max, double a,
                     double b)
{
    if (p == 0.0) return 0.0;
    if (p == 1.0) return k_max;
    double high = floor(fmax(mean + sd * ptl_normal_quantile_std(p), 0.0));
    if (high > k_max) high = k_max;
    double low = high - 1.0, stride = 1.0;
    for (; high < k_max && !reaches(tails, high, p, a, b); stride *= 2.0) {
        low = high;
        high = fmin(high + stride, k_max);
        if (!(high < 0x1p53)) return PTL_NAN; /* past the doubles that hold whole numbers */
    }
    for (stride = 1.0; reaches(tails, low, p, a, b); stride *= 2.0) {
        high = low;
        low = fmax(low - stride, -1.0);
    }
    while (high - low > 1.0) { /* reaches(high) and not reaches(low) */
        const double middle = floor(low + 0.5 * (high - low));
        if (reaches(tails, middle, p, a, b))
            high = middle;
        else
            low = middle;
    }
    return high;
}

static bool is_mean(double mean)
{
    return mean >= 0.0 && mean < PTL_INF;
}

double ptl_poisson_lpmf_grad(double *d, double k, double mean)
{
    if (!is_mean(mean) || !is_count(k)) return ptl_without_slope(d, 2, PTL_NAN);
    if (d) {
        d[0] = PTL_NAN;
        d[1] = k == 0.0 ? -1.0 : k / mean - 1.0;
    }
    return ptl_log_poisson_term(k, mean);
}

double ptl_poisson_lpmf(double k, double mean)
{
    return ptl_poisson_lpmf_grad(NULL, k, mean);
}

static void poisson_tails(double *lower, double *upper, double k, double mean, double unused)
{
    (void)unused;
    ptl_log_gamma_pq(upper, lower, k + 1.0, mean);
}

double ptl_poisson_lcdf(double k, double mean)
{
    double lower = PTL_NAN, upper;
    if (!is_mean(mean) || isnan(k)) return PTL_NAN;
    if (k < 0.0) return -PTL_INF;
    poisson_tails(&lower, &upper, floor(k), mean, 0.0);
    return lower;
}

double ptl_poisson_lccdf(double k, double mean)
{
    double lower, upper = PTL_NAN;
    if (!is_mean(mean) || isnan(k)) return PTL_NAN;
    if (k < 0.0) return 0.0;
    poisson_tails(&lower, &upper, floor(k), mean, 0.0);
    return upper;
}

double ptl_poisson_quantile(double p, double mean)
{
    if (!is_mean(mean) || !ptl_is_probability(p)) return PTL_NAN;
    if (mean == 0.0) return 0.0;
    return search(poisson_tails, p, mean, sqrt(mean), PTL_INF, mean, 0.0);
}

double ptl_poisson_rng(ptl_rng *rng, double mean)
{
    return ptl_poisson_quantile(ptl_rng_uniform(rng), mean);
}

static bool is_binomial(double n, double chance)
{
    return is_count(n) && ptl_is_probability(chance);
}

/* C(n, k) p^k q^(n-k) is the front factor at (k + 1, n - k + 1) over (n + 1) p q. */
double ptl_binomial_lpmf_grad(double *d, double k, double n, double chance)
{
    const double p = chance, q = 1.0 - chance;
    if (!is_binomial(n, p) || !is_count(k)) return ptl_without_slope(d, 3, PTL_NAN);
    if (k > n) return ptl_without_slope(d, 3, -PTL_INF);
    if (d) {
        d[0] = d[1] = PTL_NAN;
        d[2] = (k > 0.0 ? k / p : 0.0) - (k < n ? (n - k) / q : 0.0);
    }
    if (k == 0.0) return n > 0.0 ? n * log1p(-p) : 0.0;
    if (k == n) return n * log(p);
    if (p == 0.0 || q == 0.0) return -PTL_INF;
    return ptl_log_beta_front(k + 1.0, n - k + 1.0, p, q) - log(n + 1.0) - log(p) - log1p(-p);
}

double ptl_binomial_lpmf(double k, double n, double chance)
{
    return ptl_binomial_lpmf_grad(NULL, k, n, chance);
}

static void binomial_tails(double *lower, double *upper, double k, double n, double p)
{
    if (k >= n) {
        *lower = 0.0;
        *upper = -PTL_INF;
        return;
    }
    ptl_log_beta_pq(upper, lower, k + 1.0, n - k, p, 1.0 - p);
}

double ptl_binomial_lcdf(double k, double n, double chance)
{
    double lower = PTL_NAN, upper;
    if (!is_binomial(n, chance) || isnan(k)) return PTL_NAN;
    if (k < 0.0) return -PTL_INF;
    binomial_tails(&lower, &upper, floor(k), n, chance);
    return lower;
}

double ptl_binomial_lccdf(double k, double n, double chance)
{
    double lower, upper = PTL_NAN;
    if (!is_binomial(n, chance) || isnan(k)) return PTL_NAN;
    if (k < 0.0) return 0.0;
    binomial_tails(&lower, &upper, floor(k), n, chance);
    return upper;
}

double ptl_binomial_quantile(double p, double n, double chance)
{
    if (!is_binomial(n, chance) || !ptl_is_probability(p)) return PTL_NAN;
    const double mean = n * chance;
    return search(binomial_tails, p, mean, sqrt(mean * (1.0 - chance)), n, n, chance);
}

double ptl_binomial_rng(ptl_rng *rng, double n, double chance)
{
    return ptl_binomial_quantile(ptl_rng_uniform(rng), n, chance);
}

static bool is_negative_binomial(double mean, double size)
{
    return is_mean(mean) && ptl_is_scale(size);
}

/* With x = mean / (mean + size): the front factor at (k, size) over k. */
double ptl_negative_binomial_lpmf_grad(double *d, double k, double mean, double size)
{
    if (!is_negative_binomial(mean, size) || !is_count(k)) return ptl_without_slope(d, 3, PTL_NAN);
    const double both = mean + size;
    if (d) {
        d[0] = PTL_NAN;
        d[1] = (k > 0.0 ? k / mean : 0.0) - (k + size) / both;
        d[2] = ptl_digamma(k + size) - ptl_digamma(size) - log1p(mean / size) + (mean - k) / both;
    }
    if (k == 0.0) return -size * log1p(mean / size);
    if (mean == 0.0) return -PTL_INF;
    return ptl_log_beta_front(k, size, mean / both, size / both) - log(k);
}

double ptl_negative_binomial_lpmf(double k, double mean, double size)
{
    return ptl_negative_binomial_lpmf_grad(NULL, k, mean, size);
}

static void negative_binomial_tails(double *lower, double *upper, double k, double mean,
                                    double size)
{
    ptl_log_beta_pq(lower, upper, size, k + 1.0, size / (mean + size), mean / (mean + size));
}

double ptl_negative_binomial_lcdf(double k, double mean, double size)
{
    double lower = PTL_NAN, upper;
    if (!is_negative_binomial(mean, size) || isnan(k)) return PTL_NAN;
    if (k < 0.0) return -PTL_INF;
    negative_binomial_tails(&lower, &upper, floor(k), mean, size);
    return lower;
}

double ptl_negative_binomial_lccdf(double k, double mean, double size)
{
    double lower, upper = PTL_NAN;
    if (!is_negative_binomial(mean, size) || isnan(k)) return PTL_NAN;
    if (k < 0.0) return 0.0;
    negative_binomial_tails(&lower, &upper, floor(k), mean, size);
    return upper;
}

double ptl_negative_binomial_quantile(double p, double mean, double size)
{
    if (!is_negative_binomial(mean, size) || !ptl_is_probability(p)) return PTL_NAN;
    if (mean == 0.0) return 0.0;
    const double sd = sqrt(mean + mean * (mean / size));
    return search(negative_binomial_tails, p, mean, sd, PTL_INF, mean, size);
}

double ptl_negative_binomial_rng(ptl_rng *rng, double mean, double size)
{
    return ptl_negative_binomial_quantile(ptl_rng_uniform(rng), mean, size);
}
