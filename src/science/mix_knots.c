/* mix_knots.c: how many turns the baseline takes, and when.
 *
 * The question.   Which weeks does a piecewise linear baseline need as knots?
 * The quantity.   The knots of least AIC among those an adaptive ridge keeps.
 * The method.     Goepp, Bouaziz & Nuel 2018 ("Spline regression with automatic knot selection"),
 *                 with the adaptive ridge of Frommlet & Nuel 2016. One basis coefficient a
 *                 candidate week; for each of 100 penalties lambda, 10^-1 to 10^2 over
 *                 sqrt(geos), minimise sum n_t (y_t - b_t)^2 + lambda sum w_j (b_{j-1} - 2 b_j +
 *                 b_{j+1})^2, w_j = 1 / (second difference_j^2 + 1e-10), warm-started, until w_j
 *                 difference_j^2 settles within 1e-6; a knot is kept where it exceeds 0.99. The
 *                 kept knots are refitted by least squares, and AIC = 2 (knots + 2) + sum r^2 /
 *                 s^2, s^2 the full basis' mean square, is least over sets of at most candidates
 *                 - (channels + controls) knots, the last of equals. First and last week are
 *                 added.
 * Source.         The rule and its constants are those of Meridian 1.8.
 * Differences.    y is centred within geo and summed over geos, so that the fit is one of weeks
 *                 with their numbers of cells: the same normal equations, without a row for each
 *                 cell.
 * Cost.           Banded systems of weeks unknowns, at most 1000 of them. */
#include "science/mix_internal.h"

enum { PENALTIES = 100, ITER_MAX = 1000 };
static const double RIDGE = 1e-10, TOL = 1e-6, KEPT_MIN = 0.99;

/* Everything by basis coefficient, one for each of weeks 0 … T - 3 and one for T - 1: week T - 2
 * lies midway between the last two. */
typedef struct ridge {
    int64_t n, n_weeks;
    double *n_t, *y_t; /* [week] cells, and the sum of centred y        */
    double sum_sq;     /* of centred y over cells                       */
    double n_cells;
    double *b, *rhs, *band; /* [n], [n], [3][n] lower band of the matrix */
    double *weight, *kept;  /* [n - 2] by second difference              */
    double *d, *e;          /* [week]                                    */
    int32_t *knot;
} ridge;

double mix_hat(const int32_t *knot, int64_t n_knots, int64_t k, int64_t week)
{
    const double t = (double)week, at = knot[k];
    if (t == at) return 1.0;
    if (t < at) {
        if (k == 0) return 1.0; /* level before the first */
        const double before = knot[k - 1];
        return t <= before ? 0.0 : (t - before) / (at - before);
    }
    if (k == n_knots - 1) return 1.0; /* and after the last */
    const double after = knot[k + 1];
    return t >= after ? 0.0 : (after - t) / (after - at);
}

static void gather(ridge *r, const ptl_mix_posterior *m)
{
    const int64_t n = m->n_weeks;
    for (int64_t g = 0; g < m->n_geos; g++) {
        double mean = 0.0, count = 0.0;
        for (int64_t t = 0; t < n; t++) {
            mean += m->used[g * n + t] * m->y[g * n + t];
            count += m->used[g * n + t];
        }
        if (count > 0.0) mean /= count;
        for (int64_t t = 0; t < n; t++) {
            if (m->used[g * n + t] == 0.0) continue;
            const double y = m->y[g * n + t] - mean;
            r->n_t[t] += 1.0;
            r->y_t[t] += y;
            r->sum_sq += y * y;
            r->n_cells += 1.0;
        }
    }
}

/* B'B b, B'y with B the basis above: the identity but for week T - 2. A little is added to weeks
 * without a cell, so that the system stays definite. */
static void normal_equations(ridge *r)
{
    const int64_t n = r->n;
    memset(r->band, 0, (size_t)(3 * n) * sizeof *r->band);
    for (int64_t t = 0; t < r->n_weeks; t++) {
        if (t == r->n_weeks - 2) {
            const double quarter = 0.25 * r->n_t[t];
            r->band[n - 2] += quarter;
            r->band[n - 1] += quarter;
            r->band[n + n - 2] += quarter; /* (n - 1, n - 2) */
            r->rhs[n - 2] += 0.5 * r->y_t[t];
            r->rhs[n - 1] += 0.5 * r->y_t[t];
            continue;
        }
        const int64_t j = t == r->n_weeks - 1 ? n - 1 : t;
        r->band[j] += r->n_t[t] + 1e-9;
        r->rhs[j] += r->y_t[t];
    }
}

/* LDL' of a symmetric matrix of lower bandwidth 2, and its solution. */
static void solve_band(double *x, double *band, const double *rhs, int64_t n)
{
    double *const d = band, *const l1 = band + n, *const l2 = band + 2 * n;
    for (int64_t j = 0; j < n; j++) {
        if (j > 0) d[j] -= l1[j - 1] * l1[j - 1] * d[j - 1];
        if (j > 1) d[j] -= l2[j - 2] * l2[j - 2] * d[j - 2];
        if (j + 1 < n) {
            if (j > 0) l1[j] -= l2[j - 1] * d[j - 1] * l1[j - 1];
            l1[j] /= d[j];
        }
        if (j + 2 < n) l2[j] /= d[j];
    }
    for (int64_t j = 0; j < n; j++) {
        x[j] = rhs[j];
        if (j > 0) x[j] -= l1[j - 1] * x[j - 1];
        if (j > 1) x[j] -= l2[j - 2] * x[j - 2];
    }
    for (int64_t j = 0; j < n; j++) x[j] /= d[j];
    for (int64_t j = n - 1; j >= 0; j--) {
        if (j + 1 < n) x[j] -= l1[j] * x[j + 1];
        if (j + 2 < n) x[j] -= l2[j] * x[j + 2];
    }
}

/* One weighted ridge; the greatest change of w difference^2 is returned. */
static double ridge_step(ridge *r, const double *plain, double *band, double lambda)
{
    const int64_t n = r->n;
    memcpy(band, plain, (size_t)(3 * n) * sizeof *band);
    for (int64_t j = 0; j + 2 < n; j++) { /* rows (1, -2, 1) */
        const double w = lambda * r->weight[j];
        band[j] += w;
        band[j + 1] += 4.0 * w;
        band[j + 2] += w;
        band[n + j] -= 2.0 * w;
        band[n + j + 1] -= 2.0 * w;
        band[2 * n + j] += w;
    }
    solve_band(r->b, band, r->rhs, n);
    double change = 0.0;
    for (int64_t j = 0; j + 2 < n; j++) {
        const double diff = r->b[j] - 2.0 * r->b[j + 1] + r->b[j + 2], sq = diff * diff;
        r->weight[j] = 1.0 / (sq + RIDGE);
        const double kept = r->weight[j] * sq;
        change = fmax(change, fabs(kept - r->kept[j]));
        r->kept[j] = kept;
    }
    return change;
}

/* Knots kept, between the first and the last week. */
static int64_t collect(ridge *r)
{
    int64_t k = 0;
    r->knot[k++] = 0;
    for (int64_t j = 0; j + 2 < r->n; j++)
        if (r->kept[j] > KEPT_MIN) r->knot[k++] = (int32_t)(j + 1);
    r->knot[k++] = (int32_t)(r->n_weeks - 1);
    return k;
}

/* Residual sum of squares of the least-squares fit on the knots: hat functions overlap with their
 * neighbours only, so the normal equations are tridiagonal. */
static double refit(ridge *r, int64_t n_knots, double *band)
{
    memset(band, 0, (size_t)(3 * n_knots) * sizeof *band);
    memset(r->d, 0, (size_t)n_knots * sizeof *r->d);
    int64_t k = 0;
    for (int64_t t = 0; t < r->n_weeks; t++) {
        while (k + 2 < n_knots && t >= r->knot[k + 1]) k++;
        const double right = mix_hat(r->knot, n_knots, k + 1, t), left = 1.0 - right;
        band[k] += r->n_t[t] * left * left + 1e-9;
        band[k + 1] += r->n_t[t] * right * right + 1e-9;
        band[n_knots + k] += r->n_t[t] * left * right;
        r->d[k] += left * r->y_t[t];
        r->d[k + 1] += right * r->y_t[t];
    }
    solve_band(r->e, band, r->d, n_knots);
    double sum = r->sum_sq;
    k = 0;
    for (int64_t t = 0; t < r->n_weeks; t++) {
        while (k + 2 < n_knots && t >= r->knot[k + 1]) k++;
        const double right = mix_hat(r->knot, n_knots, k + 1, t);
        const double fit = (1.0 - right) * r->e[k] + right * r->e[k + 1];
        sum += fit * (r->n_t[t] * fit - 2.0 * r->y_t[t]);
    }
    return sum;
}

static double full_mean_square(ridge *r, double *band)
{
    int64_t k = 0;
    for (int64_t t = 0; t < r->n_weeks; t++)
        if (t != r->n_weeks - 2) r->knot[k++] = (int32_t)t;
    return refit(r, k, band) / r->n_cells;
}

static ptl_status ridge_new(ridge *r, const ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = m->n_weeks;
    *r = (ridge){.n = n - 1, .n_weeks = n};
    MIX_ALLOC(r->n_t, arena, n, err);
    MIX_ALLOC(r->y_t, arena, n, err);
    MIX_ALLOC(r->b, arena, n, err);
    MIX_ALLOC(r->rhs, arena, n, err);
    MIX_ALLOC(r->band, arena, 3 * n, err);
    MIX_ALLOC(r->weight, arena, n, err);
    MIX_ALLOC(r->kept, arena, n, err);
    MIX_ALLOC(r->d, arena, n, err);
    MIX_ALLOC(r->e, arena, n, err);
    MIX_ALLOC(r->knot, arena, n, err);
    return PTL_OK;
}

ptl_status mix_knots_choose(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    ridge r;
    double *band;
    int32_t *best;
    MIX_ALLOC(best, arena, m->n_weeks, err);
    const ptl_arena_mark mark = ptl_arena_save(arena);
    PTL_TRY(ridge_new(&r, m, arena, err));
    MIX_ALLOC(band, arena, 3 * m->n_weeks, err);
    gather(&r, m);
    normal_equations(&r);
    for (int64_t j = 0; j < r.n; j++) r.weight[j] = r.kept[j] = 1.0;
    const double mean_square = full_mean_square(&r, band);
    const int64_t inner_max = (r.n - 2) - m->n_channels - m->data.n_controls - m->data.n_events;
    double aic_best = HUGE_VAL;
    int64_t iter = 0;
    m->n_knots = 0;
    for (int p = 0; p < PENALTIES && iter < ITER_MAX; p++) {
        const double lambda =
            pow(10.0, -1.0 + 3.0 * p / (PENALTIES - 1.0)) / sqrt((double)m->n_geos);
        double change = HUGE_VAL;
        while (change >= TOL && iter++ < ITER_MAX) change = ridge_step(&r, r.band, band, lambda);
        const int64_t n_knots = collect(&r), inner = n_knots - 2;
        const double aic = 2.0 * (double)(inner + 2) + refit(&r, n_knots, band) / mean_square;
        if ((inner > inner_max && inner > 0) || n_knots > PTL_MIX_KNOTS_MAX || !(aic <= aic_best))
            continue;
        aic_best = aic;
        m->n_knots = n_knots;
        memcpy(best, r.knot, (size_t)n_knots * sizeof *best);
    }
    if (m->n_knots == 0) { /* no set was small enough: a straight line */
        best[0] = 0;
        best[1] = (int32_t)(m->n_weeks - 1);
        m->n_knots = 2;
    }
    m->knot = best;
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}
