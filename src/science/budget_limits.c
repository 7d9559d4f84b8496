/* budget_limits.c: allocation within nested limits, by prices.
 *
 * The question.   Which y maximises a sum of concave terms f_j(y_j), where each y_j has bounds, the
 *                 variables of a channel have a total within bounds, and so has the whole?
 * The quantity.   lambda, the price of the whole's total, and mu_c on top of it for a channel whose
 *                 own total binds: y_j maximises f_j(y) - (lambda + mu_c) y.
 * The method.     The limits are nested (laminar), so a channel's total at a price is its free
 * total cut to its bounds, and the whole's total falls monotonically with lambda: bisection on
 * lambda, then on each cut channel's price. At the last bisection the two neighbouring prices
 * differ only where a term is flat; those are filled up in the order of their index. The dual. For
 * any prices, max sum g_j y_j <= sum_j max over [lo, hi] of (g_j - lambda - mu_c) y + lambda *
 * (total_hi or total_lo by its sign) + mu_c * (likewise). Rounding in the prices loosens the bound,
 * and never breaks it. Cost.           About 60 sweeps over the variables; no allocation. */
#include "science/budget_internal.h"

#include <math.h>

enum { HALVINGS = 80 }; /* more than the bits of a double's mantissa: the bracket stops before */

typedef struct sweep {
    const ptl_limits *l;
    ptl_respond_fn respond;
    void *ctx;
    double *at_low;             /* n: answers at the lower of two prices; y holds the higher's */
    double *sum_low, *sum_high; /* n_groups */
} sweep;

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Answers of one channel's variables at a price; their sum. */
static double answers(const sweep *s, double *y, double price, int64_t c)
{
    double sum = 0.0;
    for (int64_t j = s->l->from[c]; j < s->l->from[c + 1]; j++) {
        y[j] = clamp(s->respond(s->ctx, j, price), s->l->lo[j], s->l->hi[j]);
        sum += y[j];
    }
    return sum;
}

static double total_at(const sweep *s, double *y, double *sum, double price)
{
    double total = 0.0;
    for (int64_t c = 0; c < s->l->n_groups; c++) {
        sum[c] = answers(s, y, price, c);
        total += clamp(sum[c], s->l->group_lo[c], s->l->group_hi[c]);
    }
    return total;
}

/* Narrow [lo, hi] around the price at which the total crosses target: total(lo) >= target >=
 * total(hi). group < 0: the whole, else that group's free sum. */
static void bracket(const sweep *s, double *lo, double *hi, double target, int64_t group)
{
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = 0.5 * (*lo + *hi);
        if (!(middle > *lo && middle < *hi)) break;
        const double sum = group < 0 ? total_at(s, s->at_low, s->sum_low, middle)
                                     : answers(s, s->at_low, middle, group);
        if (sum == target) {
            *lo = *hi = middle;
            break;
        }
        if (sum > target)
            *lo = middle;
        else
            *hi = middle;
    }
}

/* Raise group c from at_high towards at_low until its sum is `target`. */
static void fill(const sweep *s, double *y, int64_t c, double target)
{
    double missing = target - s->sum_high[c];
    for (int64_t j = s->l->from[c]; j < s->l->from[c + 1] && missing > 0.0; j++) {
        const double room = s->at_low[j] - y[j];
        if (!(room > 0.0)) continue;
        const double add = room < missing ? room : missing;
        y[j] += add;
        missing -= add;
    }
    s->sum_high[c] = target - missing;
}

/* A channel whose free sum at the price lies outside its own bounds gets a price of its own. */
static double settle_group(const sweep *s, double *y, int64_t c, double lambda, double target,
                           double price_lo, double price_hi)
{
    double lo = target < s->sum_high[c] ? lambda : price_lo;
    double hi = target < s->sum_high[c] ? price_hi : lambda;
    bracket(s, &lo, &hi, target, c);
    s->sum_low[c] = answers(s, s->at_low, lo, c);
    s->sum_high[c] = answers(s, y, hi, c);
    fill(s, y, c, target);
    return hi - lambda;
}

/* The whole's price: 0 where the free total is allowed, else where it meets the nearer bound. */
static double whole_target(const sweep *s, double *lo, double *hi)
{
    const double unbound = total_at(s, s->at_low, s->sum_low, 0.0);
    if (unbound >= s->l->total_lo && unbound <= s->l->total_hi) {
        *lo = *hi = 0.0;
        return unbound;
    }
    const double target = unbound > s->l->total_hi ? s->l->total_hi : s->l->total_lo;
    bracket(s, lo, hi, target, -1);
    return target;
}

void ptl_limits_allocate(double *y, ptl_prices *prices, const ptl_limits *limits,
                         ptl_respond_fn respond, void *ctx, double price_lo, double price_hi)
{
    const int64_t n = limits->n, g = limits->n_groups;
    double *const w = limits->scratch;
    const sweep s = {limits, respond, ctx, w, w + n, w + n + g};
    double lo = fmin(price_lo, 0.0), hi = fmax(price_hi, 0.0);
    const double bottom = lo, top = hi;
    const double target = whole_target(&s, &lo, &hi);
    (void)total_at(&s, y, s.sum_high, hi);
    prices->lambda = hi;
    double total = 0.0;
    for (int64_t c = 0; c < g; c++) {
        const double want = clamp(s.sum_high[c], limits->group_lo[c], limits->group_hi[c]);
        prices->mu[c] = 0.0;
        if (want != s.sum_high[c]) prices->mu[c] = settle_group(&s, y, c, hi, want, bottom, top);
        total += s.sum_high[c];
    }
    (void)total_at(&s, s.at_low, s.sum_low, lo);
    for (int64_t c = 0; c < g && total < target; c++) {
        const double before = s.sum_high[c], missing = target - total;
        const double most = fmin(fmin(s.sum_low[c], limits->group_hi[c]), before + missing);
        if (most > before) fill(&s, y, c, most);
        total += s.sum_high[c] - before;
    }
}

double ptl_limits_dual_constant(const ptl_limits *l, const ptl_prices *p)
{
    double sum = 0.0; /* no price, no term: a limit may be infinite */
    if (p->lambda != 0.0) sum = p->lambda * (p->lambda > 0.0 ? l->total_hi : l->total_lo);
    for (int64_t c = 0; c < l->n_groups; c++)
        if (p->mu[c] != 0.0) sum += p->mu[c] * (p->mu[c] > 0.0 ? l->group_hi[c] : l->group_lo[c]);
    return sum;
}

double ptl_limits_dual(const ptl_limits *l, const double *g, const ptl_prices *p)
{
    double sum = ptl_limits_dual_constant(l, p);
    for (int64_t j = 0; j < l->n; j++) {
        const double net = g[j] - p->lambda - p->mu[l->group[j]];
        if (net != 0.0) sum += net * (net > 0.0 ? l->hi[j] : l->lo[j]);
    }
    return sum;
}

/* ---- projection ---- */

typedef struct nearest {
    const ptl_limits *l;
    const double *from;
} nearest;

static double range_of(const ptl_limits *l, int64_t j)
{
    const double range = l->hi[j] - l->lo[j];
    return range > 0.0 ? range : 1.0;
}

static double respond_nearest(void *ctx, int64_t j, double price)
{
    const nearest *const p = ctx;
    return p->from[j] - price * range_of(p->l, j);
}

void ptl_limits_project(double *y, ptl_prices *prices, const ptl_limits *limits)
{
    double *const from = limits->scratch + limits->n + 2 * limits->n_groups;
    double most = 1.0;
    for (int64_t j = 0; j < limits->n; j++) {
        from[j] = y[j];
        const double range = range_of(limits, j);
        most = fmax(most, fmax(fabs(y[j] - limits->lo[j]), fabs(y[j] - limits->hi[j])) / range);
    }
    nearest p = {limits, from};
    ptl_limits_allocate(y, prices, limits, respond_nearest, &p, -most - 1.0, most + 1.0);
}
