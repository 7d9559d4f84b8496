/* budget_ascent.c: climbing to a local optimum within limits, with a bound on the way.
 *
 * The question.   Which plan near this one is best, and how far is it from the best of all?
 * The quantity.   max F(y) over the limits; F smooth, with slope g and a diagonal D that majorises
 *                 the curvature.
 * The method.     Spectral projected gradient (Birgin, Martinez & Raydan 2000) in the metric D: the
 *                 direction is y+ - y, where y+ maximises g (y+ - y) - D (y+ - y)^2 / (2 alpha)
 * within the limits, which is one allocation by prices; alpha follows Barzilai and Borwein. Where
 * variables do not couple D is exact and this is Newton's method on the limits. A step is taken if
 * it does not fall below the worst of the last eight. The bound.      F concave: F(z) <= F(y) + g
 * (z - y), and the maximum of the right side is at most the dual at the prices of the step. Kept is
 * the least seen. Differences.    The step's metric changes with y, so alpha stays near one. Cost.
 * One evaluation of F a step, as a rule. */
#include "science/budget_internal.h"

#include <math.h>
#include <string.h>

enum { MEMORY = 8, BACKTRACKS = 30, PATIENCE = 20 };

typedef struct climb {
    const ptl_limits *l;
    const ptl_objective *f;
    double *y, *g, *d; /* n each: where we are */
    double *to, *g_to, *d_to;
    double *best;
    double value, lift, alpha, recent[MEMORY];
    int32_t iter;
} climb;

int64_t ptl_ascent_work_n(int64_t n)
{
    return 6 * n;
}

static double lift_of(const climb *c)
{
    return c->f->lift ? *c->f->lift : 0.0;
}

/* Bends too little to limit a step are given one that the range of the variable limits. */
static void floor_curvature(const climb *c)
{
    double steepest = 0.0;
    for (int64_t j = 0; j < c->l->n; j++) steepest = fmax(steepest, fabs(c->g[j]));
    for (int64_t j = 0; j < c->l->n; j++) {
        const double range = c->l->hi[j] - c->l->lo[j];
        const double least = range > 0.0 ? 1e-3 * steepest / range : 1.0;
        c->d[j] = fmin(fmax(c->d[j], fmax(least, 1e-300)), 1e300);
    }
}

static double respond_step(void *ctx, int64_t j, double price)
{
    const climb *const c = ctx;
    return c->y[j] + c->alpha * (c->g[j] - price) / c->d[j];
}

static void propose(climb *c, ptl_prices *prices)
{
    double lo = 0.0, hi = 0.0;
    for (int64_t j = 0; j < c->l->n; j++) {
        const double stiff = c->d[j] / c->alpha;
        hi = fmax(hi, c->g[j] + stiff * (c->y[j] - c->l->lo[j]));
        lo = fmin(lo, c->g[j] - stiff * (c->l->hi[j] - c->y[j]));
    }
    /* a hair beyond, where all variables stand at a bound */
    ptl_limits_allocate(c->to, prices, c->l, respond_step, c, lo - 1e-9 * (hi - lo),
                        hi + 1e-9 * (hi - lo));
}

static double dot(const double *a, const double *b, int64_t n)
{
    double sum = 0.0;
    for (int64_t j = 0; j < n; j++) sum += a[j] * b[j];
    return sum;
}

/* Move along the step until the value does not fall below the worst of late; false: nowhere. On
 * success y, g, d and value are of the new place and alpha is ready for the next step. */
static bool advance(climb *c, int64_t *n_eval)
{
    const int64_t n = c->l->n;
    double gain = 0.0, worst = c->value;
    for (int64_t j = 0; j < n; j++) gain += c->g[j] * (c->to[j] - c->y[j]);
    if (!(gain > 0.0)) return false;
    for (int i = 0; i < MEMORY && i < c->iter; i++) worst = fmin(worst, c->recent[i]);
    for (int k = 0; k < BACKTRACKS; k++) {
        const double value = c->f->eval(c->f->ctx, c->g_to, c->d_to, c->to);
        ++*n_eval;
        if (value >= worst + 1e-4 * gain) {
            double sds = 0.0, sr = 0.0;
            for (int64_t j = 0; j < n; j++) {
                const double step = c->to[j] - c->y[j];
                sds += step * step * c->d[j];
                sr += step * (c->g[j] - c->g_to[j]);
            }
            c->alpha = sr > 0.0 ? fmin(fmax(sds / sr, 0.05), 50.0) : 2.0;
            memcpy(c->y, c->to, (size_t)n * sizeof *c->y);
            memcpy(c->g, c->g_to, (size_t)n * sizeof *c->g);
            memcpy(c->d, c->d_to, (size_t)n * sizeof *c->d);
            c->value = value;
            c->lift = lift_of(c);
            return true;
        }
        /* the parabola through both values and the slope, kept within [0.1, 0.5] */
        const double curve = c->value + gain - value;
        const double t = curve > 0.0 ? fmin(fmax(0.5 * gain / curve, 0.1), 0.5) : 0.5;
        for (int64_t j = 0; j < n; j++) c->to[j] = c->y[j] + t * (c->to[j] - c->y[j]);
        gain *= t;
    }
    return false;
}

ptl_ascent ptl_ascent_run(double *y, const ptl_limits *limits, const ptl_objective *objective,
                          double tol, int32_t iter_max, ptl_prices *prices, double *work)
{
    const int64_t n = limits->n;
    climb c = {.l = limits, .f = objective, .y = work, .g = work + n, .d = work + 2 * n};
    c.to = work + 3 * n, c.g_to = work + 4 * n, c.d_to = work + 5 * n, c.best = y, c.alpha = 1.0;
    memcpy(c.y, y, (size_t)n * sizeof *y);
    c.value = objective->eval(objective->ctx, c.g, c.d, c.y);
    c.lift = lift_of(&c);
    ptl_ascent out = {.value = c.value, .bound = HUGE_VAL, .n_eval = 1};
    double then = -HUGE_VAL;
    for (; c.iter < iter_max; c.iter++) {
        if (c.iter % PATIENCE == 0) {
            if (!objective->concave && !(out.value > then + tol)) break; /* no bound to wait for */
            then = out.value;
        }
        floor_curvature(&c);
        propose(&c, prices);
        const double lift = c.lift, slack = ptl_limits_dual(limits, c.g, prices) - dot(c.g, c.y, n);
        if (objective->concave && c.value + lift + slack < out.bound)
            out.bound = c.value + lift + slack;
        out.lambda = prices->lambda;
        if (slack <= tol || out.bound - out.value <= tol) break;
        c.recent[c.iter % MEMORY] = c.value;
        if (!advance(&c, &out.n_eval)) break;
        if (c.value > out.value) {
            out.value = c.value;
            memcpy(y, c.y, (size_t)n * sizeof *y);
        }
    }
    return out;
}
