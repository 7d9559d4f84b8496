/* budget_table.c: each variable's own curve, tabulated.
 *
 * Node k of n lies at lo + (hi - lo) (k / (n - 1))^3: bounds are often the whole budget, and what
 * matters happens near the lower end. Where a curve is infinitely steep at zero (a Hill slope below
 * one) the power is 6. All variables stand at their k-th node in one evaluation of
 * the model, whose worth by cell then falls to them one by one, since they do not couple. Doubling
 * the nodes measures the error of what was read between them; Hermite's falls sixteenfold with each
 * doubling of smooth curves, eight is counted on. Samples are raised by twice the error where they
 * stand, so that what is concluded from majorants of samples is a bound on the curve itself. */
#include "science/budget_search_internal.h"

#include <math.h>

enum { NODES_FIRST = 17, NODES_MAX = 129, PARTS = 8, TABLE_MAX = 1 << 25 };

static double place(const ptl_table *t, int64_t j, double u)
{
    const ptl_limits *const l = t->l;
    return u >= 1.0 ? l->hi[j] : l->lo[j] + (l->hi[j] - l->lo[j]) * pow(u, t->power);
}

static double unplace(const ptl_table *t, int64_t j, double y)
{
    const ptl_limits *const l = t->l;
    const double range = l->hi[j] - l->lo[j];
    if (!(range > 0.0)) return 0.0;
    const double part = (y - l->lo[j]) / range;
    return part <= 0.0 ? 0.0 : part >= 1.0 ? 1.0 : pow(part, 1.0 / t->power);
}

double ptl_table_at(const ptl_table *t, int64_t j, int32_t sample)
{
    return place(t, j, (double)sample / (t->n_samples - 1.0));
}

int32_t ptl_table_index(const ptl_table *t, int64_t j, double y)
{
    return (int32_t)lround(unplace(t, j, y) * (t->n_samples - 1.0));
}

/* ---- between nodes ---- */

typedef struct reading {
    double value, slope, bend;
} reading;

/* A node keeps its column when others come between. */
static int64_t column(const ptl_table *t, int64_t j, int32_t k)
{
    return j * t->n_columns + k * ((t->n_columns - 1) / (t->n_nodes - 1));
}

static reading read_at(const ptl_table *t, int64_t j, double y)
{
    const double u = unplace(t, j, y) * (t->n_nodes - 1.0);
    int32_t k = (int32_t)u;
    if (k > t->n_nodes - 2) k = t->n_nodes - 2;
    const double a = place(t, j, k / (t->n_nodes - 1.0));
    const double b = place(t, j, (k + 1.0) / (t->n_nodes - 1.0)), h = b - a;
    const int64_t left = column(t, j, k), right = column(t, j, k + 1);
    const double f[2] = {t->value[left], t->value[right]};
    const double g[2] = {t->slope[left], t->slope[right]};
    if (!(h > 0.0)) return (reading){f[0], g[0], 0.0};
    const double x = (y - a) / h, rise = f[1] - f[0];
    const double c2 = 3.0 * rise - h * (2.0 * g[0] + g[1]), c3 = h * (g[0] + g[1]) - 2.0 * rise;
    return (reading){f[0] + x * (h * g[0] + x * (c2 + x * c3)),
                     g[0] + x * (2.0 * c2 + 3.0 * x * c3) / h, (2.0 * c2 + 6.0 * x * c3) / (h * h)};
}

double ptl_table_value(const ptl_table *t, int64_t j, double y)
{
    return read_at(t, j, y).value;
}

double ptl_table_eval(void *ctx, double *slope, double *curvature, const double *y)
{
    const ptl_table *const t = ctx;
    double sum = 0.0;
    for (int64_t j = 0; j < t->l->n; j++) {
        const reading r = read_at(t, j, y[j]);
        sum += r.value;
        if (slope) slope[j] = r.slope, curvature[j] = fabs(r.bend);
    }
    return sum;
}

/* ---- nodes ---- */

/* Values and slopes of all variables at their node k. */
static void tabulate(ptl_table *t, ptl_budget_model *m, double *y, double *work, int32_t k)
{
    double *const slope = work, *const curvature = work + t->l->n;
    for (int64_t j = 0; j < t->l->n; j++) y[j] = place(t, j, k / (t->n_nodes - 1.0));
    (void)ptl_budget_model_eval(m, slope, curvature, y);
    for (int64_t j = 0; j < t->l->n; j++) {
        t->value[column(t, j, k)] = 0.0;
        t->slope[column(t, j, k)] = slope[j];
    }
    for (int64_t i = 0; i < m->n_cells; i++)
        t->value[column(t, m->var[i], k)] +=
            m->cell_worth[i] - m->price * m->share[i] * y[m->var[i]];
}

/* What was missed at a new node is left, an eighth of it, in the halves beside it; next to the
 * lower bound, where a curve may be infinitely steep, all of it. */
static double settle_error(ptl_table *t, int64_t j, int32_t k, double miss)
{
    const double left = k == 1 ? miss : miss / 8.0;
    t->error[column(t, j, k - 1)] = t->error[column(t, j, k)] = left;
    return left;
}

/* Twice the nodes; returns the sum over variables of the greatest error left. */
static double refine(ptl_table *t, ptl_budget_model *m, double *y, double *work)
{
    const int32_t old = t->n_nodes, wide = 2 * old - 1;
    double *const guess = work + 2 * t->l->n; /* n x (old - 1) */
    for (int64_t j = 0; j < t->l->n; j++)
        for (int32_t k = 1; k < wide; k += 2)
            guess[j * (old - 1) + k / 2] = read_at(t, j, place(t, j, k / (wide - 1.0))).value;
    t->n_nodes = wide;
    for (int32_t k = 1; k < wide; k += 2) tabulate(t, m, y, work, k);
    double sum = 0.0;
    for (int64_t j = 0; j < t->l->n; j++) {
        double most = 0.0;
        for (int32_t k = 1; k < wide; k += 2) {
            const double miss = fabs(guess[j * (old - 1) + k / 2] - t->value[column(t, j, k)]);
            most = fmax(most, settle_error(t, j, k, miss));
        }
        sum += most;
    }
    return sum;
}

/* ---- majorants ---- */

void ptl_table_hull(ptl_hull *h, const ptl_table *t, int64_t j, int32_t lo, int32_t hi)
{
    const double *const f = t->sample + j * t->n_samples;
    h->n = 0;
    for (int32_t s = lo; s <= hi; s++) {
        const double at = ptl_table_at(t, j, s);
        while (h->n >= 2) {
            const int32_t a = h->vertex[h->n - 2], b = h->vertex[h->n - 1];
            const double ya = ptl_table_at(t, j, a), yb = ptl_table_at(t, j, b);
            if ((f[b] - f[a]) * (at - yb) > (f[s] - f[b]) * (yb - ya)) break;
            h->n--;
        }
        h->vertex[h->n++] = s;
        if (!(t->l->hi[j] > t->l->lo[j])) break; /* one point */
    }
}

double ptl_hull_value(const ptl_hull *h, const ptl_table *t, int64_t j, double y)
{
    const double *const f = t->sample + j * t->n_samples;
    int32_t lo = 0, hi = h->n - 1;
    while (hi - lo > 1) {
        const int32_t middle = (lo + hi) / 2;
        if (ptl_table_at(t, j, h->vertex[middle]) <= y)
            lo = middle;
        else
            hi = middle;
    }
    const int32_t a = h->vertex[lo], b = h->vertex[hi];
    const double ya = ptl_table_at(t, j, a), run = ptl_table_at(t, j, b) - ya;
    if (!(run > 0.0)) return f[a];
    return f[a] + (f[b] - f[a]) * (y - ya) / run;
}

/* Of the intervals that touch a sample, the larger error. */
static double error_near(const ptl_table *t, int64_t j, int32_t s)
{
    const int32_t per = (t->n_samples - 1) / (t->n_nodes - 1), last = t->n_nodes - 2;
    const int32_t right = s / per < last ? s / per : last;
    const int32_t left = s > 0 ? (s - 1) / per : 0;
    return fmax(t->error[column(t, j, left)], t->error[column(t, j, right)]);
}

static ptl_status make_samples(ptl_table *t, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = t->l->n;
    t->n_samples = PARTS * (t->n_nodes - 1) + 1;
    if (n * t->n_samples > TABLE_MAX) t->n_samples = t->n_nodes;
    int32_t *vertex;
    BUDGET_ALLOC(t->sample, arena, n * t->n_samples);
    BUDGET_ALLOC(t->root, arena, n);
    BUDGET_ALLOC(vertex, arena, n * t->n_samples);
    t->price_lo = HUGE_VAL, t->price_hi = -HUGE_VAL;
    for (int64_t j = 0; j < n; j++) {
        double *const f = t->sample + j * t->n_samples;
        for (int32_t s = 0; s < t->n_samples; s++) {
            const double y = ptl_table_at(t, j, s);
            f[s] = ptl_table_value(t, j, y) + 2.0 * error_near(t, j, s);
            const double run = s > 0 ? y - ptl_table_at(t, j, s - 1) : 0.0;
            if (!(run > 0.0)) continue;
            t->price_lo = fmin(t->price_lo, (f[s] - f[s - 1]) / run);
            t->price_hi = fmax(t->price_hi, (f[s] - f[s - 1]) / run);
        }
        t->root[j].vertex = vertex + j * t->n_samples;
        ptl_table_hull(&t->root[j], t, j, 0, t->n_samples - 1);
    }
    if (!(t->price_lo <= t->price_hi)) t->price_lo = t->price_hi = 0.0; /* nothing is free */
    const double hair = 1e-9 * (fabs(t->price_lo) + fabs(t->price_hi)) + 1e-300;
    t->price_lo -= hair, t->price_hi += hair;
    return PTL_OK;
}

ptl_status ptl_table_make(ptl_table *t, ptl_budget_model *m, const ptl_limits *l, double tol,
                          ptl_arena *arena, ptl_error *err)
{
    *t = (ptl_table){.l = l, .n_nodes = NODES_FIRST, .power = m->steep ? 6.0 : 3.0};
    int32_t most = NODES_MAX;
    while (most > NODES_FIRST && l->n * most > TABLE_MAX / 4) most = (most + 1) / 2;
    t->n_columns = most;
    double *y, *work, error;
    BUDGET_ALLOC(t->error, arena, l->n * most);
    BUDGET_ALLOC(t->value, arena, l->n * most);
    BUDGET_ALLOC(t->slope, arena, l->n * most);
    BUDGET_ALLOC(y, arena, l->n);
    BUDGET_ALLOC(work, arena, l->n * (2 + most / 2));
    for (int32_t k = 0; k < NODES_FIRST; k++) tabulate(t, m, y, work, k);
    do error = refine(t, m, y, work);
    while (error > 0.25 * tol && t->n_nodes < most);
    return make_samples(t, arena, err);
}
