/* optimise.c: the minimum of a smooth function of many variables.
 *
 * The question.   For which x is f(x) least, when only f and its gradient can be had?
 * The method.     L-BFGS: the direction is -H g with H the inverse Hessian implied by the last m
 *                 steps (Nocedal & Wright 2006, algorithm 7.4, H_0 = s'y / y'y, eq. 7.20), followed
 *                 by a line search for the strong Wolfe conditions (ibid., algorithms 3.5 and 3.6)
 *                 with cubic interpolation (eq. 3.59) kept off the ends of the bracket.
 * Differences.    A point where f or a gradient is not finite counts as infinitely high: the step
 *                 was too long, and the bracket closes on it. A decrease smaller than the rounding
 *                 of f cannot be judged by f: there, the approximate Wolfe conditions of Hager &
 *                 Zhang (2005, eq. 4.1) judge by the slope. A pair with s'y not clearly positive is
 *                 left out, so H stays positive definite.
 * Not identified. f falls without end: the longest step allowed still goes down at the first slope,
 *                 or f reaches -inf. The answer says UNBOUNDED; x is where the search gave up.
 * Cost.           4 m n multiplications a step beside the function; no allocation: work holds
 *                 (2m + 4) n + 2m doubles. */
#include "math/optimise_internal.h"

#include <float.h>
#include <string.h>

enum { MEMORY_MAX = 100, ITER_LIMIT = 1000000, EVAL_LIMIT = 100000000, SEARCH_MAX = 60 };

ptl_lbfgs_options ptl_lbfgs_options_default(void)
{
    return (ptl_lbfgs_options){.size = (int32_t)sizeof(ptl_lbfgs_options),
                               .memory = 10,
                               .iter_max = 1000,
                               .eval_max = 10000,
                               .grad_tol_rel = 1e-8,
                               .wolfe_f = 1e-4,
                               .wolfe_g = 0.9,
                               .step_max = 1e10};
}

const char *ptl_lbfgs_stop_text(ptl_lbfgs_stop stop)
{
    switch (stop) {
    case PTL_LBFGS_GRADIENT:
        return "the gradient is as small as asked";
    case PTL_LBFGS_ROUNDING:
        return "no step lowers the function by more than its rounding";
    case PTL_LBFGS_ITER:
        return "the steps or evaluations allowed are spent";
    case PTL_LBFGS_STUCK:
        return "no step along the gradient lowers the function";
    case PTL_LBFGS_UNBOUNDED:
        return "the function falls without end";
    }
    return "not a reason to stop";
}

int64_t ptl_lbfgs_work_n(int64_t n, const ptl_lbfgs_options *options)
{
    const int64_t m = options ? options->memory : ptl_lbfgs_options_default().memory;
    return (2 * m + 4) * n + 2 * m;
}

static ptl_status check_options(const ptl_lbfgs_options *o, int64_t n, ptl_error *err)
{
    if (!(n >= 1))
        return ptl_fail(err, PTL_E_INVALID, "n must be at least 1, not %lld", (long long)n);
    if (o->memory < 1 || o->memory > MEMORY_MAX)
        return ptl_fail(err, PTL_E_INVALID, "memory must be 1 to %d, not %d", MEMORY_MAX,
                        o->memory);
    if (o->iter_max < 1 || o->iter_max > ITER_LIMIT)
        return ptl_fail(err, PTL_E_INVALID, "iter_max must be 1 to %d, not %d", ITER_LIMIT,
                        o->iter_max);
    if (o->eval_max < 1 || o->eval_max > EVAL_LIMIT)
        return ptl_fail(err, PTL_E_INVALID, "eval_max must be 1 to %d, not %d", EVAL_LIMIT,
                        o->eval_max);
    if (!(o->grad_tol_rel > 0.0 && o->grad_tol_rel < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "grad_tol_rel must lie between 0 and 1, not %g",
                        o->grad_tol_rel);
    if (!(o->wolfe_f > 0.0 && o->wolfe_f < 0.5 && o->wolfe_g > o->wolfe_f && o->wolfe_g < 1.0))
        return ptl_fail(err, PTL_E_INVALID,
                        "0 < wolfe_f < 1/2 and wolfe_f < wolfe_g < 1 do not hold: "
                        "%g, %g",
                        o->wolfe_f, o->wolfe_g);
    if (!(o->step_max > 0.0))
        return ptl_fail(err, PTL_E_INVALID, "step_max must be positive, not %g", o->step_max);
    return PTL_OK;
}

static double dot(const double *a, const double *b, int64_t n)
{
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) total += a[i] * b[i];
    return total;
}

static double norm_max(const double *a, int64_t n)
{
    double high = 0.0;
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(a[i]) <= high)) high = fabs(a[i]);
    return high;
}

/* The search's state: the accepted point is x, f, g; the trial is x_try, g_try. */
typedef struct search {
    const ptl_lbfgs_options *o;
    ptl_gradient_fn fn;
    void *payload;
    ptl_error *err;
    int64_t n, n_evaluations;
    double *x, *g, *x_try, *g_try, *direction;
    double f;
    ptl_lbfgs_history h;
} search;

/* A step of the line search: length, value, slope along the direction. */
typedef struct step {
    double t, f, slope;
} step;

/* Evaluate at x + t d. Not finite means infinitely high with no slope to speak of. */
static ptl_status probe(search *s, double t, step *out)
{
    for (int64_t i = 0; i < s->n; i++) s->x_try[i] = s->x[i] + t * s->direction[i];
    out->t = t;
    s->n_evaluations++;
    PTL_TRY(s->fn(&out->f, s->g_try, s->x_try, s->n, s->payload, s->err));
    out->slope = dot(s->g_try, s->direction, s->n);
    const bool bottomless = out->f < 0.0 && isinf(out->f);
    if (!bottomless && !(isfinite(out->f) && isfinite(out->slope))) {
        out->f = HUGE_VAL;
        out->slope = PTL_NAN;
    }
    return PTL_OK;
}

/* Where the cubic through two values and slopes is least (Nocedal & Wright, eq. 3.59), at least a
 * tenth of the bracket away from its ends; the middle where the cubic says nothing. */
static double between(const step *a, const step *b)
{
    const double width = b->t - a->t, middle = a->t + 0.5 * width;
    if (!(isfinite(a->f) && isfinite(b->f) && isfinite(a->slope) && isfinite(b->slope)))
        return middle;
    const double d1 = a->slope + b->slope - 3.0 * (a->f - b->f) / (a->t - b->t);
    const double square = d1 * d1 - a->slope * b->slope;
    if (!(square >= 0.0)) return middle;
    const double d2 = width > 0.0 ? sqrt(square) : -sqrt(square);
    const double t = b->t - width * (b->slope + d2 - d1) / (b->slope - a->slope + 2.0 * d2);
    const double share = (t - a->t) / width;
    if (!(share >= 0.0 && share <= 1.0)) return middle;
    return a->t + width * fmin(fmax(share, 0.1), 0.9);
}

/* Whether a step lowers f enough; within the rounding of f, the slope decides. */
static bool is_decrease(const search *s, const step *start, const step *p)
{
    const double c = s->o->wolfe_f;
    if (p->f <= start->f + c * p->t * start->slope) return true;
    const double rounding = 4.0 * DBL_EPSILON * fabs(start->f); /* of a short sum like f's */
    return p->f <= start->f + rounding && p->slope <= (2.0 * c - 1.0) * start->slope;
}

static bool is_flat(const search *s, const step *start, const step *p)
{
    return fabs(p->slope) <= -s->o->wolfe_g * start->slope;
}

typedef enum found { FOUND, FOUND_NOTHING, FOUND_NO_FLOOR } found;

/* Nocedal & Wright, algorithm 3.6: low has the least f that decreases enough, and the slope there
 * points into the bracket. */
static ptl_status zoom(search *s, const step *start, step low, step high, step *end, found *what)
{
    *what = FOUND_NOTHING;
    for (int i = 0; i < SEARCH_MAX && s->n_evaluations < s->o->eval_max; i++) {
        step p;
        const double t = between(&low, &high);
        if (t == low.t || t == high.t) break;
        PTL_TRY(probe(s, t, &p));
        if (!is_decrease(s, start, &p) || p.f > low.f + 4.0 * DBL_EPSILON * fabs(low.f)) {
            high = p;
            continue;
        }
        if (is_flat(s, start, &p)) {
            *what = FOUND;
            *end = p;
            return PTL_OK;
        }
        if (p.slope * (high.t - low.t) >= 0.0) high = low;
        low = p;
    }
    if (!(low.t > 0.0 && low.f < start->f) || s->n_evaluations >= s->o->eval_max) return PTL_OK;
    /* a decrease without the curvature condition is still a decrease */
    PTL_TRY(probe(s, low.t, end));
    *what = FOUND;
    return PTL_OK;
}

/* Nocedal & Wright, algorithm 3.5. On FOUND, x_try, g_try and *end hold the new point. */
static ptl_status line_search(search *s, double first, double longest, step *end, found *what)
{
    const step start = {0.0, s->f, dot(s->g, s->direction, s->n)};
    step before = start;
    double t = fmin(first, longest);
    *what = FOUND_NOTHING;
    while (s->n_evaluations < s->o->eval_max) {
        step p;
        PTL_TRY(probe(s, t, &p));
        if (p.f < 0.0 && isinf(p.f)) {
            *what = FOUND_NO_FLOOR;
            return PTL_OK;
        }
        if (!is_decrease(s, &start, &p) || (before.t > 0.0 && p.f > before.f))
            return zoom(s, &start, before, p, end, what);
        if (is_flat(s, &start, &p)) {
            *what = FOUND;
            *end = p;
            return PTL_OK;
        }
        if (p.slope >= 0.0) return zoom(s, &start, p, before, end, what);
        if (t >= longest) {
            *what = FOUND_NO_FLOOR;
            return PTL_OK;
        }
        before = p;
        t = fmin(4.0 * t, longest);
    }
    return PTL_OK;
}

/* Keep the pair of the step just taken, if it shows positive curvature beyond rounding. */
static void remember(search *s)
{
    ptl_lbfgs_history *h = &s->h;
    const int32_t at = h->count < h->memory ? ptl_lbfgs_slot(h, h->count) : h->first;
    double *const ds = h->s + at * s->n, *const dy = h->y + at * s->n;
    for (int64_t i = 0; i < s->n; i++) {
        ds[i] = s->x_try[i] - s->x[i];
        dy[i] = s->g_try[i] - s->g[i];
    }
    const double sy = dot(ds, dy, s->n), yy = dot(dy, dy, s->n), ss = dot(ds, ds, s->n);
    if (!(sy > DBL_EPSILON * sqrt(ss) * sqrt(yy)) || !isfinite(yy)) {
        if (h->count == h->memory) { /* its slot is overwritten: the oldest pair is gone */
            h->first = ptl_lbfgs_slot(h, 1);
            h->count--;
        }
        return;
    }
    h->rho[at] = 1.0 / sy;
    h->gamma = sy / yy;
    if (h->count < h->memory)
        h->count++;
    else
        h->first = ptl_lbfgs_slot(h, 1);
}

static void accept(search *s, double f)
{
    remember(s);
    memcpy(s->x, s->x_try, sizeof *s->x * (size_t)s->n);
    memcpy(s->g, s->g_try, sizeof *s->g * (size_t)s->n);
    s->f = f;
}

/* Direction of the next step, and the length to try first. */
static double aim(search *s)
{
    ptl_lbfgs_multiply(s->direction, s->g, &s->h, s->h.count);
    for (int64_t i = 0; i < s->n; i++) s->direction[i] = -s->direction[i];
    if (s->h.count > 0) return 1.0;
    return 1.0 / fmax(1.0, sqrt(dot(s->g, s->g, s->n))); /* no scale known: not beyond length 1 */
}

static bool is_small(const search *s)
{
    return norm_max(s->g, s->n) <= s->o->grad_tol_rel * fmax(1.0, fabs(s->f));
}

/* The line search found nothing: from the plain gradient once more, then give up. Near the least
 * f, where any decrease left is below its rounding, giving up is no failure. */
static bool restart(search *s, ptl_lbfgs_stop *stop)
{
    if (s->h.count > 0) {
        s->h.count = 0;
        s->h.gamma = 1.0;
        return true;
    }
    const double step_size = norm_max(s->g, s->n);
    *stop = step_size <= sqrt(DBL_EPSILON) * fmax(1.0, fabs(s->f)) ? PTL_LBFGS_ROUNDING
                                                                   : PTL_LBFGS_STUCK;
    return false;
}

static ptl_status descend(search *s, ptl_lbfgs_stop *stop, int64_t *iter,
                          ptl_lbfgs_observer observer, void *observer_payload)
{
    *stop = PTL_LBFGS_ITER;
    for (*iter = 0; *iter < s->o->iter_max && s->n_evaluations < s->o->eval_max;) {
        if (is_small(s)) break;
        const double first = aim(s);
        const double length = sqrt(dot(s->direction, s->direction, s->n));
        step end = {0};
        found what;
        PTL_TRY(line_search(s, first, fmax(s->o->step_max / length, DBL_MIN), &end, &what));
        if (what == FOUND_NO_FLOOR) {
            *stop = PTL_LBFGS_UNBOUNDED;
            return PTL_OK;
        }
        if (what == FOUND_NOTHING) {
            if (s->n_evaluations >= s->o->eval_max || restart(s, stop)) continue;
            return PTL_OK;
        }
        (*iter)++;
        accept(s, end.f);
        if (observer) PTL_TRY(observer(observer_payload, s->x, s->g, &s->h, s->err));
    }
    if (is_small(s)) *stop = PTL_LBFGS_GRADIENT;
    return PTL_OK;
}

static ptl_verdict verdict_of(ptl_lbfgs_stop stop)
{
    switch (stop) {
    case PTL_LBFGS_GRADIENT:
        return PTL_CONVERGED;
    case PTL_LBFGS_ROUNDING:
        return PTL_INACCURATE;
    case PTL_LBFGS_UNBOUNDED:
        return PTL_NOT_IDENTIFIED;
    case PTL_LBFGS_ITER:
    case PTL_LBFGS_STUCK:
        break;
    }
    return PTL_NOT_CONVERGED;
}

static search search_over(double *x, int64_t n, const ptl_lbfgs_options *o, double *work)
{
    search s = {.o = o, .n = n, .x = x};
    double **const vectors[] = {&s.g, &s.x_try, &s.g_try, &s.direction};
    for (int i = 0; i < 4; i++, work += n) *vectors[i] = work;
    s.h = (ptl_lbfgs_history){.n = n, .memory = o->memory, .gamma = 1.0};
    s.h.s = work;
    s.h.y = s.h.s + o->memory * n;
    s.h.rho = s.h.y + o->memory * n;
    s.h.alpha = s.h.rho + o->memory;
    return s;
}

static ptl_status check_start(search *s)
{
    for (int64_t i = 0; i < s->n; i++)
        if (!isfinite(s->x[i]))
            return ptl_fail(s->err, PTL_E_INVALID, "start: variable %lld is %g", (long long)i,
                            s->x[i]);
    s->n_evaluations = 1;
    PTL_TRY(s->fn(&s->f, s->g, s->x, s->n, s->payload, s->err));
    if (!isfinite(s->f))
        return ptl_fail(s->err, PTL_E_INVALID, "the function is %g at the start", s->f);
    for (int64_t i = 0; i < s->n; i++)
        if (!isfinite(s->g[i]))
            return ptl_fail(s->err, PTL_E_INVALID,
                            "the gradient by variable %lld is %g at the start", (long long)i,
                            s->g[i]);
    return PTL_OK;
}

ptl_status ptl_lbfgs_observed(ptl_lbfgs_result *out, double *x, int64_t n,
                              const ptl_lbfgs_options *options, ptl_gradient_fn fn, void *payload,
                              ptl_lbfgs_observer observer, void *observer_payload, double *work,
                              ptl_error *err)
{
    const ptl_lbfgs_options o = options ? *options : ptl_lbfgs_options_default();
    PTL_TRY(check_options(&o, n, err));
    search s = search_over(x, n, &o, work);
    s.fn = fn;
    s.payload = payload;
    s.err = err;
    PTL_TRY(check_start(&s));
    PTL_TRY(descend(&s, &out->stop, &out->iter, observer, observer_payload));
    out->verdict = verdict_of(out->stop);
    out->f = s.f;
    out->grad_norm = norm_max(s.g, n);
    out->n_evaluations = s.n_evaluations;
    return PTL_OK;
}

ptl_status ptl_lbfgs_solve(ptl_lbfgs_result *out, double *x, int64_t n,
                           const ptl_lbfgs_options *options, ptl_gradient_fn fn, void *payload,
                           double *work, ptl_error *err)
{
    return ptl_lbfgs_observed(out, x, n, options, fn, payload, NULL, NULL, work, err);
}
