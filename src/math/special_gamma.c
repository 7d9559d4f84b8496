/* special_gamma.c: the regularised incomplete gamma functions, as logs.
 *
 * The quantity.  P(a, x) = int_0^x t^(a-1) e^-t dt / Gamma(a) and Q = 1 - P, each with its own
 *                digits, so that the small one of the two is never a difference.
 * The method.    D = x^a e^-x / Gamma(a + 1) is a Poisson probability, written with log1p(u) - u so
 *                that nothing cancels at a near x (Loader 2000, "Fast and accurate computation of
 *                binomial probabilities").
 *                x < a + 1: P = D (1 + x/(a+1) + x^2/((a+1)(a+2)) + …)        (DLMF 8.11.4)
 *                x >= a + 1: Q = D a / (x + 1 - a - 1(1-a)/(x + 3 - a - …))   (DLMF 8.9.2), Lentz
 *                a < 1, x < 1 + a: Q = -expm1(a log x - lgamma(1+a)) + …, Gautschi 1979, so that Q
 *                of order a keeps its digits.
 *                a > 1e5, |x/a - 1| < 1/20: Temme's uniform expansion (DLMF 8.12.3-8.12.11), cut
 *                after c_2: the first term left out is below 1e-3 / a^3.
 * Cost.          Series and fraction take O(sqrt a) terms near x = a: at most a few thousand. */
#include "math/special_internal.h"

static const double TERM_TOL = 0x1p-54; /* terms below half an ulp of the sum change nothing */

enum { TERMS_MAX = 100000 }; /* far above the O(sqrt a) needed for a <= 1e5 */

double ptl_log_poisson_term(double a, double x)
{
    if (!(a >= 0.0 && x >= 0.0)) return PTL_NAN;
    if (a == 0.0) return -x;
    if (x == 0.0 || x == PTL_INF) return -PTL_INF;
    if (a < 1.0) return a * log(x) - x - ptl_lgamma_1p(a);
    const double u = (x - a) / a;
    /* far from a the terms differ in size, and u has lost the digits of x / a */
    const double fit = fabs(u) < 0.5 ? a * ptl_log1p_minus(u) : a * log(x / a) - (x - a);
    return fit - 0.5 * (PTL_LOG_2PI + log(a)) - ptl_stirling_error(a);
}

static double series_p(double a, double x)
{
    double term = 1.0, sum = 1.0;
    for (int n = 1; n < TERMS_MAX && term > TERM_TOL * sum; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* The continued fraction for Q / (a D), evaluated from the front (Thompson & Barnett's Lentz). */
static double fraction_q(double a, double x)
{
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, value = d;
    for (int n = 1; n < TERMS_MAX; n++) {
        const double an = -n * (n - a);
        b += 2.0;
        d = 1.0 / (an * d + b); /* no zero for x >= a + 1: b outgrows an d */
        c = b + an / c;
        const double step = c * d;
        value *= step;
        if (fabs(step - 1.0) <= TERM_TOL * 4.0) break;
    }
    return value;
}

/* Q for a < 1 and small x: with w = a log x - lgamma(1 + a), P = e^w (1 - sum), so
 * Q = -expm1(w) + e^w sum, sum = -a sum_{n>=1} (-x)^n / ((a + n) n!). */
static double small_q(double a, double x)
{
    const double w = a * log(x) - ptl_lgamma_1p(a);
    double term = 1.0, sum = 0.0;
    for (int n = 1; n < 200; n++) {
        term *= -x / n;
        const double add = term / (a + n);
        sum -= add;
        if (fabs(add) <= TERM_TOL * fabs(sum)) break;
    }
    return -expm1(w) + exp(w) * a * sum;
}

/* Temme: Q = erfc(eta sqrt(a/2))/2 + R, P = erfc(-eta sqrt(a/2))/2 - R, with
 * R = exp(-a eta^2/2) / sqrt(2 pi a) (c0 + c1/a + c2/a^2) and eta^2/2 = u - log(1 + u). */
static void temme(double *log_p, double *log_q, double a, double x)
{
    static const double c0[] = {-1.0 / 3,   1.0 / 12,        -2.0 / 135, 1.0 / 864,
                                1.0 / 2835, -139.0 / 777600, 1.0 / 25515};
    static const double c1[] = {-1.0 / 540, -1.0 / 288, 1.0 / 378, -77.0 / 77760};
    const double u = (x - a) / a, half = -ptl_log1p_minus(u);
    const double eta = u < 0.0 ? -sqrt(2.0 * half) : sqrt(2.0 * half);
    double s0 = c0[6], s1 = c1[3];
    for (int k = 5; k >= 0; k--) s0 = s0 * eta + c0[k];
    for (int k = 2; k >= 0; k--) s1 = s1 * eta + c1[k];
    const double s = s0 + (s1 + 25.0 / 6048 / a) / a; /* c_2(0) = 25/6048 */
    /* both as multiples of exp(-a half), which is all of the far tail's size */
    const double z = eta * sqrt(a);
    const double q = ptl_normal_log_phi(-z), p = ptl_normal_log_phi(z);
    const double log_r = -a * half - 0.5 * (PTL_LOG_2PI + log(a));
    if (log_q) *log_q = q + log1p(s * exp(log_r - q));
    if (log_p) *log_p = p + log1p(-s * exp(log_r - p));
}

static void put(double *log_p, double *log_q, double p, double q)
{
    if (log_p) *log_p = p;
    if (log_q) *log_q = q;
}

void ptl_log_gamma_pq(double *log_p, double *log_q, double a, double x)
{
    if (!(a > 0.0 && x >= 0.0) || a == PTL_INF) {
        put(log_p, log_q, PTL_NAN, PTL_NAN);
    } else if (x == 0.0) {
        put(log_p, log_q, -PTL_INF, 0.0);
    } else if (x == PTL_INF) {
        put(log_p, log_q, 0.0, -PTL_INF);
    } else if (a > 1e5 && fabs(x - a) < 0.05 * a) {
        temme(log_p, log_q, a, x);
    } else if (x >= a + 1.0) {
        const double q = log(a) + ptl_log_poisson_term(a, x) + log(fraction_q(a, x));
        put(log_p, log_q, ptl_log1m_exp(q < 0.0 ? q : 0.0), q);
    } else {
        const double p = fmin(ptl_log_poisson_term(a, x) + log(series_p(a, x)), 0.0);
        const double q = a < 1.0 ? small_q(a, x) : -expm1(p);
        put(log_p, log_q, q < 0.5 ? log1p(-q) : p, q < 0.5 ? log(q) : ptl_log1m_exp(p));
    }
}

double ptl_gamma_p(double a, double x)
{
    double p = PTL_NAN;
    ptl_log_gamma_pq(&p, NULL, a, x);
    return exp(p);
}

double ptl_gamma_q(double a, double x)
{
    double q = PTL_NAN;
    ptl_log_gamma_pq(NULL, &q, a, x);
    return exp(q);
}

/* In u = log x the density is D a: it has no singularity at zero. */
static void gamma_tails(double *log_p, double *log_q, double *log_density, double u,
                        const double *params)
{
    const double a = params[0], x = exp(u);
    ptl_log_gamma_pq(log_p, log_q, a, x);
    *log_density = log(a) + ptl_log_poisson_term(a, x);
    if (x == 0.0) *log_density = *log_p = a * u - ptl_lgamma_1p(a); /* P ~ x^a / Gamma(1 + a) */
}

/* First guess: Wilson & Hilferty's cube where it is positive, else the leading term of P. */
static double invert(double a, double tail, bool lower)
{
    const double c = 1.0 / (9.0 * a), z = ptl_normal_quantile_std(tail);
    const double root = 1.0 - c + (lower ? z : -z) * sqrt(c);
    double u = ((lower ? log(tail) : log1p(-tail)) + ptl_lgamma_1p(a)) / a;
    if (a >= 0.5 && root > 0.1) u = log(a) + 3.0 * log(root);
    return exp(ptl_tails_invert(tail, lower, u, gamma_tails, &a));
}

double ptl_gamma_p_inverse(double a, double p)
{
    if (!(a > 0.0 && p >= 0.0 && p <= 1.0) || a == PTL_INF) return PTL_NAN;
    if (p == 0.0 || p == 1.0) return p == 0.0 ? 0.0 : PTL_INF;
    return invert(a, p, true);
}

double ptl_gamma_q_inverse(double a, double q)
{
    if (!(a > 0.0 && q >= 0.0 && q <= 1.0) || a == PTL_INF) return PTL_NAN;
    if (q == 0.0 || q == 1.0) return q == 1.0 ? 0.0 : PTL_INF;
    return invert(a, q, false);
}
