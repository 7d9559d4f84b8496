/* budget_search.c: the global optimum of variables that do not couple, S-shaped or not.
 *
 * The question.   Which plan is best of all, where each variable's own curve may first rise steeper
 *                 and then flatten, so that a climb may end on the wrong side of a threshold?
 * The quantity.   max sum_j F_j(y_j) within nested limits; F_j the mean over draws of variable j's
 *                 own worth, less the price of its spend.
 * The method.     Each F_j is tabulated with its slope at nodes denser near the lower bound, and
 * read between them by cubic Hermite polynomials. Relaxation: each F_j is replaced by the least
 * concave function above it, whose sum the prices of the limits solve exactly; with one total, all
 * variables but one lie where that function touches F_j, so the root's gap is about one variable's
 * (Shapley & Folkman; Aubin & Ekeland 1976). Branch and bound (Falk & Soland 1969): the variable
 * that lies farthest below its majorant is split where it lies, which tightens both halves; least
 * bounds first are dropped. Candidates are climbed on the tables before they are compared. The
 * bound.      The dual of the relaxation, plus twice the tables' measured error. Differences. Nodes
 * are few for large problems: their gap is one cell's in thousands and is printed. Equal variables
 * are not recognised as such. Not identified. - Cost.           A table is 17 to 65 evaluations of
 * the model; a node some 60 sweeps. */
#include "science/budget_search_internal.h"

#include <math.h>
#include <string.h>

enum { EFFORT_MAX = 150000, CLIMB_EFFORT_MAX = 40000, CLIMB_STEPS = 60 };

typedef struct node {
    int32_t parent;
    int64_t var;
    int32_t lo, hi; /* samples that the variable may take here */
    double bound;
} node;

typedef struct tree {
    ptl_table *t;
    const ptl_limits *l;
    ptl_prices prices;
    node *nodes;
    int32_t n_nodes, n_node_max;
    bool *open;
    ptl_hull *hull; /* n: in force at the node being looked at */
    int32_t *extra; /* storage for hulls of split variables */
    int64_t n_extra, n_extra_max;
    double *y, *best;
    double value, bound, tol;
    double *work; /* of an ascent */
    double root_lambda;
    int64_t n_climbs;
} tree;

/* ---- relaxation ---- */

static double respond_hull(void *ctx, int64_t j, double price)
{
    tree *const k = ctx;
    const ptl_hull *const h = &k->hull[j];
    const double *const f = k->t->sample + j * k->t->n_samples;
    int32_t lo = 0, hi = h->n - 1; /* the last vertex reached by a segment steeper than the price */
    while (lo < hi) {
        const int32_t middle = (lo + hi + 1) / 2;
        const int32_t a = h->vertex[middle - 1], b = h->vertex[middle];
        const double rise = f[b] - f[a];
        const double run = ptl_table_at(k->t, j, b) - ptl_table_at(k->t, j, a);
        if (rise > price * run)
            lo = middle;
        else
            hi = middle - 1;
    }
    return ptl_table_at(k->t, j, h->vertex[lo]);
}

/* max over y of F_j(y) - price y: at a sample, and a little more between it and its neighbours. */
static double conjugate(tree *k, int64_t j, double price)
{
    const double *const f = k->t->sample + j * k->t->n_samples;
    const ptl_hull *const h = &k->hull[j];
    const double at = respond_hull(k, j, price);
    const int32_t s = ptl_table_index(k->t, j, at);
    const double here = f[s] - price * at;
    if (s <= h->vertex[0] || s >= h->vertex[h->n - 1]) return here;
    const double left = ptl_table_at(k->t, j, s - 1), right = ptl_table_at(k->t, j, s + 1);
    const double down = (f[s] - f[s - 1]) / (at - left) - price;
    const double up = (f[s + 1] - f[s]) / (right - at) - price;
    /* the chords' slopes change sign around the peak of a parabola through the three points */
    if (!(down > 0.0 && up < 0.0)) return here;
    const double bend = (down - up) / (0.5 * (right - left)), slope = 0.5 * (down + up);
    return here + 0.5 * slope * slope / bend;
}

static double dual_bound(tree *k)
{
    double sum = ptl_limits_dual_constant(k->l, &k->prices);
    for (int64_t j = 0; j < k->l->n; j++)
        sum += conjugate(k, j, k->prices.lambda + k->prices.mu[k->l->group[j]]);
    return sum;
}

static bool feasible(const tree *k)
{
    double low = 0.0, high = 0.0;
    for (int64_t c = 0; c < k->l->n_groups; c++) {
        double lo = 0.0, hi = 0.0;
        for (int64_t j = k->l->from[c]; j < k->l->from[c + 1]; j++) {
            lo += ptl_table_at(k->t, j, k->hull[j].vertex[0]);
            hi += ptl_table_at(k->t, j, k->hull[j].vertex[k->hull[j].n - 1]);
        }
        if (lo > k->l->group_hi[c] || hi < k->l->group_lo[c]) return false;
        low += fmax(lo, k->l->group_lo[c]);
        high += fmin(hi, k->l->group_hi[c]);
    }
    return low <= k->l->total_hi && high >= k->l->total_lo;
}

/* ---- nodes ---- */

static void root_hulls(tree *k)
{
    for (int64_t j = 0; j < k->l->n; j++) k->hull[j] = k->t->root[j];
    k->n_extra = 0;
}

/* Hulls in force at a node: the root's, but for the variables split on the way to it. */
static bool enter(tree *k, int32_t at)
{
    root_hulls(k);
    for (int32_t i = at; i > 0; i = k->nodes[i].parent) {
        const node *const x = &k->nodes[i];
        if (k->hull[x->var].vertex != k->t->root[x->var].vertex) continue; /* tighter already */
        if (k->n_extra + k->t->n_samples > k->n_extra_max) return false;
        k->hull[x->var].vertex = k->extra + k->n_extra;
        ptl_table_hull(&k->hull[x->var], k->t, x->var, x->lo, x->hi);
        k->n_extra += k->t->n_samples;
    }
    return true;
}

static void consider(tree *k, const double *y)
{
    const double value = ptl_table_eval(k->t, NULL, NULL, y);
    if (!(value > k->value)) return;
    k->value = value;
    memcpy(k->best, y, (size_t)k->l->n * sizeof *y);
}

/* The relaxed point, and where a climb from it ends. */
static void try_point(tree *k)
{
    consider(k, k->y);
    if (k->n_climbs * k->l->n > CLIMB_EFFORT_MAX) return;
    k->n_climbs++;
    const ptl_objective f = {.eval = ptl_table_eval, .ctx = k->t, .concave = false};
    double *const y = k->work + ptl_ascent_work_n(k->l->n);
    memcpy(y, k->y, (size_t)k->l->n * sizeof *y);
    (void)ptl_ascent_run(y, k->l, &f, 0.1 * k->tol, CLIMB_STEPS, &k->prices, k->work);
    consider(k, y);
}

/* The variable that lies farthest below its majorant at the relaxed point. */
static int64_t widest(const tree *k, int32_t *split)
{
    int64_t worst = -1;
    double most = 0.0;
    for (int64_t j = 0; j < k->l->n; j++) {
        const ptl_hull *const h = &k->hull[j];
        const int32_t first = h->vertex[0], last = h->vertex[h->n - 1];
        if (last - first < 2) continue;
        const int32_t nearest = ptl_table_index(k->t, j, k->y[j]);
        const int32_t s = nearest <= first ? first + 1 : nearest >= last ? last - 1 : nearest;
        const double below =
            ptl_hull_value(h, k->t, j, k->y[j]) - ptl_table_value(k->t, j, k->y[j]);
        if (below > most) most = below, worst = j, *split = s;
    }
    return worst;
}

static void push(tree *k, int32_t parent, int64_t var, int32_t lo, int32_t hi, double bound)
{
    if (k->n_nodes == k->n_node_max) return;
    k->open[k->n_nodes] = true;
    k->nodes[k->n_nodes++] = (node){parent, var, lo, hi, bound};
}

/* Bound a node, try its point, split it. */
static void visit(tree *k, int32_t at)
{
    const bool room = enter(k, at);
    k->open[at] = false;
    if (!feasible(k)) return;
    k->open[at] = true;
    if (!room) return; /* its bound stands */
    ptl_limits_allocate(k->y, &k->prices, k->l, respond_hull, k, k->t->price_lo, k->t->price_hi);
    const double bound = fmin(dual_bound(k), k->nodes[at].bound);
    if (at == 0) k->root_lambda = k->prices.lambda;
    k->nodes[at].bound = bound;
    int32_t split = 0;
    const int64_t var = widest(k, &split);
    const ptl_hull h = k->hull[var < 0 ? 0 : var];
    const int32_t lo = h.vertex[0], hi = h.vertex[h.n - 1];
    try_point(k);
    if (bound > k->value + k->tol) {
        if (var < 0 || k->n_nodes + 2 > k->n_node_max) return; /* cannot be split: stays open */
        push(k, at, var, lo, split, bound);
        push(k, at, var, split, hi, bound);
    }
    k->open[at] = false;
}

/* The open node with the greatest bound; -1: none. */
static int32_t greatest(const tree *k)
{
    int32_t best = -1;
    for (int32_t i = 0; i < k->n_nodes; i++)
        if (k->open[i] && (best < 0 || k->nodes[i].bound > k->nodes[best].bound)) best = i;
    return best;
}

static int32_t grow(tree *k, int32_t visits_max)
{
    int32_t n = 0;
    k->nodes[0] = (node){-1, -1, 0, 0, HUGE_VAL};
    k->open[0] = true, k->n_nodes = 1;
    int32_t at = 0, before = -1;
    for (; n < visits_max && at >= 0 && at != before; n++) {
        if (n > 0 && k->nodes[at].bound <= k->value + k->tol) break;
        visit(k, at);
        before = k->open[at] ? at : -1; /* one that stays open would come back for ever */
        at = greatest(k);
    }
    k->bound = k->value;
    for (int32_t i = 0; i < k->n_nodes; i++)
        if (k->open[i]) k->bound = fmax(k->bound, k->nodes[i].bound);
    return n;
}

static ptl_status cut_tree(tree *k, const ptl_budget_options *o, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = k->l->n;
    k->n_node_max = 2 * o->node_max + 1;
    k->n_extra_max = 64 * (int64_t)k->t->n_samples;
    BUDGET_ALLOC(k->nodes, arena, k->n_node_max);
    BUDGET_ALLOC(k->open, arena, k->n_node_max);
    BUDGET_ALLOC(k->hull, arena, n);
    BUDGET_ALLOC(k->extra, arena, k->n_extra_max);
    BUDGET_ALLOC(k->y, arena, n);
    BUDGET_ALLOC(k->best, arena, n);
    BUDGET_ALLOC(k->prices.mu, arena, k->l->n_groups);
    BUDGET_ALLOC(k->work, arena, ptl_ascent_work_n(n) + n);
    return PTL_OK;
}

ptl_status ptl_budget_search_run(ptl_budget_search *out, double *y, ptl_budget_model *m,
                                 const ptl_limits *limits, const ptl_budget_options *o, double tol,
                                 ptl_arena *arena, ptl_error *err)
{
    ptl_table table;
    PTL_TRY(ptl_table_make(&table, m, limits, tol, arena, err));
    tree k = {.t = &table, .l = limits, .tol = tol, .value = -HUGE_VAL};
    PTL_TRY(cut_tree(&k, o, arena, err));
    consider(&k, y);
    memcpy(k.best, y, (size_t)limits->n * sizeof *y);
    const int64_t affordable = EFFORT_MAX / (limits->n + 1) + 8;
    const int32_t visits = grow(&k, affordable < o->node_max ? (int32_t)affordable : o->node_max);
    memcpy(y, k.best, (size_t)limits->n * sizeof *y);
    *out = (ptl_budget_search){
        .value = k.value, .bound = k.bound, .lambda = k.root_lambda, .n_nodes = visits};
    return PTL_OK;
}
