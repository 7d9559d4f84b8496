/* special_beta.c: the regularised incomplete beta function, as logs.
 *
 * The quantity.  I_x(a, b) = int_0^x t^(a-1) (1-t)^(b-1) dt / B(a, b), and its complement.
 * The method.    The continued fraction DLMF 8.17.22 by Lentz's scheme, on the side where it
 *                converges fast, x <= (a+1)/(a+b+2); the other side by I_x(a,b) = 1 - I_y(b,a),
 *                y = 1 - x. The factor before it, x^a y^b / B(a, b), is written for large a and b
 *                with log1p(u) - u at u = (x(a+b) - a)/a, where the linear terms cancel by algebra
 *                instead of by rounding (as in Loader 2000).
 * Differences.   y is an argument: 1 - x would lose the digits of x near one.
 * Cost.          O(sqrt max(a, b)) terms. */
#include "math/special_internal.h"

static const double TERM_TOL = 0x1p-52;

enum { TERMS_MAX = 1000000 };

double ptl_log_beta_front(double a, double b, double x, double y)
{
    if (a < 10.0 || b < 10.0) {
        const double log_x = x < 0.5 ? log(x) : log1p(-y), log_y = y < 0.5 ? log(y) : log1p(-x);
        return a * log_x + b * log_y - ptl_lbeta(a, b);
    }
    const double n = a + b, shift = x * b - y * a; /* x n - a, without the difference */
    const double u = shift / a, v = -shift / b;
    const double fit_x = fabs(u) < 0.5 ? a * ptl_log1p_minus(u) : a * log(x * (n / a)) - shift;
    const double fit_y = fabs(v) < 0.5 ? b * ptl_log1p_minus(v) : b * log(y * (n / b)) + shift;
    const double errors = ptl_stirling_error(a) + ptl_stirling_error(b) - ptl_stirling_error(n);
    /* a^a b^b / (n^n B(a, b)) = sqrt(a b / (2 pi n)) e^-errors */
    return fit_x + fit_y + 0.5 * (log(a) + log(b) - log(n) - PTL_LOG_2PI) - errors;
}

static double away_from_zero(double x)
{
    return fabs(x) < 1e-300 ? 1e-300 : x;
}

/* a I_x(a, b) / front */
static double fraction(double a, double b, double x)
{
    double c = 1.0, d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)), value = d;
    for (int m = 1; m < TERMS_MAX; m++) {
        const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        const double step = d * c;
        value *= step;
        if (fabs(step - 1.0) <= TERM_TOL) break;
    }
    return value;
}

static double log_lower(double a, double b, double x, double y)
{
    const double log_p = ptl_log_beta_front(a, b, x, y) - log(a) + log(fraction(a, b, x));
    return log_p < 0.0 ? log_p : 0.0;
}

static void put(double *log_p, double *log_q, double p, double q)
{
    if (log_p) *log_p = p;
    if (log_q) *log_q = q;
}

void ptl_log_beta_pq(double *log_p, double *log_q, double a, double b, double x, double y)
{
    if (!(a > 0.0 && b > 0.0 && x >= 0.0 && y >= 0.0 && fabs(x + y - 1.0) <= 4e-16) ||
        a == PTL_INF || b == PTL_INF) {
        put(log_p, log_q, PTL_NAN, PTL_NAN);
    } else if (x == 0.0) {
        put(log_p, log_q, -PTL_INF, 0.0);
    } else if (y == 0.0) {
        put(log_p, log_q, 0.0, -PTL_INF);
    } else if (x * (a + b + 2.0) <= a + 1.0) {
        const double p = log_lower(a, b, x, y);
        put(log_p, log_q, p, ptl_log1m_exp(p));
    } else {
        const double q = log_lower(b, a, y, x);
        put(log_p, log_q, ptl_log1m_exp(q), q);
    }
}

double ptl_beta_p(double a, double b, double x)
{
    double p = PTL_NAN;
    ptl_log_beta_pq(&p, NULL, a, b, x, 1.0 - x);
    return exp(p);
}

/* In u = logit x the density is the front factor itself. */
static void beta_tails(double *log_p, double *log_q, double *log_density, double u,
                       const double *params)
{
    const double a = params[0], b = params[1], x = ptl_expit(u), y = ptl_expit(-u);
    ptl_log_beta_pq(log_p, log_q, a, b, x, y);
    *log_density = ptl_log_beta_front(a, b, x, y);
    if (x == 0.0) *log_density = *log_p = a * u - log(a) - ptl_lbeta(a, b);
    if (y == 0.0) *log_density = *log_q = -b * u - log(b) - ptl_lbeta(a, b);
}

double ptl_beta_p_inverse(double a, double b, double p)
{
    if (!(a > 0.0 && b > 0.0 && p >= 0.0 && p <= 1.0) || a == PTL_INF || b == PTL_INF)
        return PTL_NAN;
    if (p == 0.0 || p == 1.0) return p;
    const double params[2] = {a, b};
    return ptl_expit(ptl_tails_invert(p, true, log(a) - log(b), beta_tails, params));
}
