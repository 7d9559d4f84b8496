/* forecast_smooth.c: exponential smoothing, fitted by least squares.
 *
 * The damped trend in error-correction form (Hyndman, Koehler, Ord & Snyder 2008, ETS(A,Ad,N)):
 *     forecast_t = l + phi b,  e_t = x_t - forecast_t,
 *     l <- forecast_t + alpha e_t,  b <- phi b + alpha beta e_t
 * Every error is linear in the first state (l0, b0), so for given alpha, beta, phi the best first
 * state is a two-column least squares, solved in the same pass: the search is left with three
 * bounded parameters, and no start value has to be guessed. Simple smoothing is b = 0.
 *
 * The search is a compass: from the best point of a coarse grid, try a step either way in each
 * parameter, halve the step where nothing is better. It needs no derivative, cannot leave the box
 * and always ends. The series is centred first, which keeps the sums well conditioned. */
#include "science/forecast_internal.h"

#define SHARE_MIN                                                                                  \
    1e-4 /* of alpha and beta: below, a parameter no longer shows in 10,000 periods                \
          */
#define SHARE_MAX 0.9999
#define PHI_MIN 0.80 /* below, a trend is gone in a few periods and is not told from none */
#define PHI_MAX 0.98 /* above, it is not told from a straight line                         */

#define STEP_FIRST 1e-6
#define STEP_AGAIN 2e-3 /* a series that is nearly the same: only its errors are wanted */

enum { N_PARAMS = 3 };

typedef struct series {
    const double *x;
    int64_t n;
    double mean;
} series;

/* The errors' sums of products with what one unit of the first level and trend adds to them. */
typedef struct sums {
    double ee, e1, e2, s11, s12, s22;
} sums;

static void first_state(double *level, double *trend, const sums *s)
{
    const double det = s->s11 * s->s22 - s->s12 * s->s12;
    if (det > 1e-10 * s->s11 * s->s22) {
        *level = (s->s12 * s->e2 - s->s22 * s->e1) / det;
        *trend = (s->s12 * s->e1 - s->s11 * s->e2) / det;
    } else {
        *level = -s->e1 / s->s11;
        *trend = 0.0;
    }
}

/* out->alpha, beta, phi are given; level, trend and sse are found. */
static void run(ptl_smooth *out, const series *y)
{
    const double a = out->alpha, ab = out->alpha * out->beta, phi = out->phi;
    double l = 0.0, b = 0.0, l1 = 1.0, b1 = 0.0, l2 = 0.0, b2 = 1.0;
    sums s = {0};
    for (int64_t t = 0; t < y->n; t++) {
        const double f = l + phi * b, f1 = l1 + phi * b1, f2 = l2 + phi * b2;
        const double e = y->x[t] - y->mean - f;
        s.ee += e * e;
        s.e1 -= e * f1;
        s.e2 -= e * f2;
        s.s11 += f1 * f1;
        s.s12 += f1 * f2;
        s.s22 += f2 * f2;
        l = f + a * e;
        b = phi * b + ab * e;
        l1 = f1 - a * f1;
        b1 = phi * b1 - ab * f1;
        l2 = f2 - a * f2;
        b2 = phi * b2 - ab * f2;
    }
    double level, trend;
    first_state(&level, &trend, &s);
    const double sse = s.ee + level * (2.0 * s.e1 + level * s.s11 + 2.0 * trend * s.s12) +
                       trend * (2.0 * s.e2 + trend * s.s22);
    out->sse = sse > 0.0 ? sse : 0.0;
    out->level = y->mean + l + level * l1 + trend * l2;
    out->trend = b + level * b1 + trend * b2;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static ptl_smooth at(const double *p, const series *y)
{
    ptl_smooth s = {.alpha = clamp(p[0], SHARE_MIN, SHARE_MAX),
                    .beta = clamp(p[1], SHARE_MIN, SHARE_MAX),
                    .phi = clamp(p[2], PHI_MIN, PHI_MAX)};
    run(&s, y);
    return s;
}

static ptl_smooth simple_at(double alpha, const series *y)
{
    ptl_smooth s = {.alpha = clamp(alpha, SHARE_MIN, SHARE_MAX)};
    run(&s, y);
    return s;
}

static ptl_smooth compass(const ptl_smooth *start, double step, double step_min, int n_params,
                          const series *y)
{
    static const double scale[N_PARAMS] = {1.0, 1.0, 0.2}; /* phi's box is a fifth as wide */
    ptl_smooth best = *start;
    while (step > step_min) {
        bool better = false;
        for (int i = 0; i < 2 * n_params; i++) {
            double p[N_PARAMS] = {best.alpha, best.beta, best.phi};
            p[i / 2] += (i % 2 ? -step : step) * scale[i / 2];
            const ptl_smooth s = n_params == 1 ? simple_at(p[0], y) : at(p, y);
            if (!(s.sse < best.sse)) continue;
            best = s;
            better = true;
        }
        if (!better) step *= 0.5;
    }
    return best;
}

static series centred(const double *x, int64_t n)
{
    double sum = 0.0;
    for (int64_t t = 0; t < n; t++) sum += x[t];
    return (series){x, n, sum / (double)n};
}

void ptl_smooth_simple(ptl_smooth *out, const double *x, int64_t n, const ptl_smooth *start)
{
    static const double alphas[] = {0.05, 0.15, 0.3, 0.5, 0.7, 0.9};
    const series y = centred(x, n);
    ptl_smooth best = simple_at(start ? start->alpha : 0.1, &y);
    for (size_t i = 0; !start && i < sizeof alphas / sizeof *alphas; i++) {
        const ptl_smooth s = simple_at(alphas[i], &y);
        if (s.sse < best.sse) best = s;
    }
    *out = compass(&best, start ? 0.05 : 0.1, start ? STEP_AGAIN : STEP_FIRST, 1, &y);
}

void ptl_smooth_damped(ptl_smooth *out, const double *x, int64_t n, const ptl_smooth *start)
{
    static const double alphas[] = {0.1, 0.3, 0.6, 0.9}, betas[] = {0.01, 0.1, 0.4},
                        phis[] = {0.85, 0.95};
    const series y = centred(x, n);
    const double first[N_PARAMS] = {start ? start->alpha : 0.2, start ? start->beta : 0.05,
                                    start ? start->phi : 0.9};
    ptl_smooth best = at(first, &y);
    for (int i = 0; !start && i < 24; i++) {
        const double p[N_PARAMS] = {alphas[i % 4], betas[i / 4 % 3], phis[i / 12]};
        const ptl_smooth s = at(p, &y);
        if (s.sse < best.sse) best = s;
    }
    *out = compass(&best, start ? 0.05 : 0.1, start ? STEP_AGAIN : STEP_FIRST, N_PARAMS, &y);
}

double ptl_smooth_weight(const ptl_smooth *s, int64_t j)
{
    if (!(s->beta > 0.0)) return s->alpha;
    const double kept = s->phi * (1.0 - pow(s->phi, (double)j)) / (1.0 - s->phi);
    return s->alpha * (1.0 + s->beta * kept);
}

double ptl_line_slope(const double *x, int64_t n)
{
    const double middle = 0.5 * (double)(n - 1);
    double num = 0.0, den = 0.0;
    for (int64_t t = 0; t < n; t++) {
        const double u = (double)t - middle;
        num += u * x[t];
        den += u * u;
    }
    return den > 0.0 ? num / den : 0.0;
}
