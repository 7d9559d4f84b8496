/* budget_majorant.c: the least concave function above a curve, where the curve can be at all.
 *
 * The question.   How much could an S-shaped channel bring at most, as something that a climb can
 *                 maximise for certain?
 * The quantity.   For each draw, block and week the least concave majorant of coefficient * S on
 *                 [lo, hi], the media that limits and history leave possible there, carry-over
 *                 included: a line up to a point, the curve from there.
 * The method.     Positive coefficient, S convex up to its inflection and concave beyond: the line
 *                 leaves (lo, S(lo)) and touches S at b, found by halving between the inflection
 *                 and hi. The tangent at b passes above (lo, S(lo)) exactly where b is at or beyond
 *                 the touching point; the halving keeps that side, so what it returns is a concave
 *                 majorant after any number of halvings. Where b would lie beyond hi: the chord.
 *                 Negative coefficient: the chord of a concave S, the least value of an S-shaped
 *                 one. Range is what makes the bound tight: lower bounds on spend, and what
 *                 history and neighbours carry over, cut off the part in which S is convex.
 * Differences.    Where the ranges of all weeks do not fit in memory, those from zero to the most
 *                 that any week may have serve for all: a looser bound, and still one.
 * Cost.           HALVINGS evaluations of the model, once; three doubles a draw, block and week.
 */
#include "science/budget_internal.h"

#include <math.h>

enum { HALVINGS = 12, RANGES_MAX = 1 << 22 };

/* A line for all x: what is below `upto` lies on it. */
typedef struct ray {
    double upto, line, base;
} ray;

static ray chord_of(const ptl_saturation *s, double lo, double hi)
{
    const double from = ptl_saturation_value(s, lo), to = ptl_saturation_value(s, hi);
    const double line = hi > lo ? (to - from) / (hi - lo) : 0.0;
    return (ray){HUGE_VAL, line, to - line * hi};
}

/* From zero to the most of any week. */
static ray ray_from_zero(const ptl_curve *c, double most, bool negative)
{
    if (negative)
        return c->knee > 0.0 ? (ray){HUGE_VAL, 0.0, 0.0} : chord_of(&c->saturation, 0.0, most);
    if (!(c->knee > 0.0)) return (ray){-1.0, 0.0, 0.0};
    if (most < c->knee) return chord_of(&c->saturation, 0.0, most);
    return (ray){c->knee, c->knee_slope, 0.0};
}

void ptl_majorant_apply(const ptl_points *p, const ptl_budget_model *m, const ptl_block *b,
                        const double *x, double most, int64_t from, int64_t n, double *room)
{
    if (b->lean) {
        const double *const at = b->lean + from;
        ptl_curve_lean(p, x, at, at + m->n_path, at + 2 * m->n_path, m->majorant, n);
        return;
    }
    const ray r = ray_from_zero(b->curve, most, b->coefficient < 0.0);
    for (int64_t t = 0; t < n; t++)
        room[t] = r.upto, room[n + t] = r.line, room[2 * n + t] = r.base;
    ptl_curve_lean(p, x, room, room + n, room + 2 * n, m->majorant, n);
}

/* ---- ranges ---- */

typedef struct ranger {
    const ptl_saturation *s;
    double *lo, *hi, *left, *right, *middle, *floor; /* n_path each; floor: S(lo) */
    ptl_points p;
    double *upto, *line, *base; /* the result */
    int64_t n;
} ranger;

static void put(const ranger *r, int64_t t, ray x)
{
    r->upto[t] = x.upto, r->line[t] = x.line, r->base[t] = x.base;
}

/* Whether the tangent at x, whose point is in p, passes above (lo, S(lo)). */
static bool passes_above(const ranger *r, int64_t t, double x)
{
    return r->p.value[t] + r->p.slope[t] * (r->lo[t] - x) >= r->floor[t];
}

/* Hill with a slope above one and a positive coefficient. */
static void touch(const ranger *r)
{
    const double bend = ptl_saturation_inflection(r->s);
    ptl_curve_values(&r->p, r->s, r->lo, r->n);
    for (int64_t t = 0; t < r->n; t++) {
        r->floor[t] = r->p.value[t];
        r->left[t] = fmax(r->lo[t], bend), r->right[t] = fmax(r->hi[t], r->left[t]);
    }
    for (int i = 0; i < HALVINGS; i++) {
        for (int64_t t = 0; t < r->n; t++) r->middle[t] = 0.5 * (r->left[t] + r->right[t]);
        ptl_curve_points(&r->p, r->s, r->middle, r->n);
        for (int64_t t = 0; t < r->n; t++)
            *(passes_above(r, t, r->middle[t]) ? &r->right[t] : &r->left[t]) = r->middle[t];
    }
    ptl_curve_points(&r->p, r->s, r->right, r->n);
    for (int64_t t = 0; t < r->n; t++) {
        const double b = r->right[t];
        if (r->lo[t] >= bend)
            put(r, t, (ray){-1.0, 0.0, 0.0});
        else if (r->hi[t] > bend && passes_above(r, t, b))
            put(r, t, (ray){b, r->p.slope[t], r->p.value[t] - r->p.slope[t] * b});
        else
            put(r, t, chord_of(r->s, r->lo[t], r->hi[t]));
    }
}

static void find_rays(const ranger *r, const ptl_curve *c, bool negative)
{
    if (!negative && c->knee > 0.0) {
        touch(r);
        return;
    }
    for (int64_t t = 0; t < r->n; t++) {
        const double least = ptl_saturation_value(r->s, r->lo[t]);
        put(r, t,
            !negative       ? (ray){-1.0, 0.0, 0.0}
            : c->knee > 0.0 ? (ray){HUGE_VAL, 0.0, least}
                            : chord_of(r->s, r->lo[t], r->hi[t]));
    }
}

/* A hair wider: sums of carry-over are rounded in another order. */
static void widen(const ranger *r)
{
    for (int64_t t = 0; t < r->n; t++)
        r->lo[t] = fmax(r->lo[t] * (1.0 - 1e-9), 0.0), r->hi[t] *= 1.0 + 1e-9;
}

static void range_block(ptl_budget_model *m, ranger *r, const double *low, const double *high,
                        int64_t block)
{
    for (int64_t s = 0; s < m->n_draws; s++) {
        const int64_t at = s * m->data->n_channels + block / m->data->n_geos;
        const int64_t k = s * m->n_blocks + block;
        const ptl_curve *const c = &m->curve[at];
        const double *const lag = m->lag + at * m->window_max;
        const int32_t window = c->order == PTL_SATURATION_FIRST ? 1 : c->window;
        const double one = 1.0;
        ptl_adstock_apply(r->lo, low, r->n, window == 1 && c->window > 1 ? &one : lag, window);
        ptl_adstock_apply(r->hi, high, r->n, window == 1 && c->window > 1 ? &one : lag, window);
        widen(r);
        r->s = &c->saturation;
        r->upto = m->lean + k * 3 * r->n, r->line = r->upto + r->n, r->base = r->line + r->n;
        find_rays(r, c, m->coefficient[k] < 0.0);
    }
}

ptl_status ptl_majorant_range(ptl_budget_model *m, const double *lo, const double *hi,
                              ptl_arena *arena, ptl_error *err)
{
    const int64_t n = m->n_path;
    if (m->n_draws * m->n_blocks > RANGES_MAX / n) return PTL_OK;
    double *w;
    BUDGET_ALLOC(m->lean, arena, m->n_draws * m->n_blocks * 3 * n);
    BUDGET_ALLOC(w, arena, 11 * n);
    ranger r = {.lo = w,
                .hi = w + n,
                .left = w + 2 * n,
                .right = w + 3 * n,
                .middle = w + 4 * n,
                .floor = w + 5 * n,
                .p = {w + 6 * n, w + 7 * n, w + 8 * n},
                .n = n};
    for (int64_t block = 0; block < m->n_blocks; block++) {
        ptl_budget_variables_path(w + 9 * n, m, block, lo);
        ptl_budget_variables_path(w + 10 * n, m, block, hi);
        range_block(m, &r, w + 9 * n, w + 10 * n, block);
    }
    return PTL_OK;
}
