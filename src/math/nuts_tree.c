/* nuts_tree.c: one transition of the no-U-turn sampler.
 *
 * The quantity.  A draw q' from pi(q) given q, leaving pi invariant, through the Hamiltonian
 *                H(q, p) = -log pi(q) + p' M^-1 p / 2 with p ~ N(0, M).
 * The method.    Multinomial NUTS (Betancourt 2017, "A conceptual introduction to Hamiltonian Monte
 *                Carlo", appendix A): a trajectory of leapfrog steps is doubled, in a random
 *                direction of time, until its ends begin to approach each other. Points weigh
 *                exp(-H); within a new half the draw is by weight, between the old trajectory and
 *                the new half it favours the new (biased progressive, A.3.2).
 *                The ends approach where v_first . rho <= 0 or v_last . rho <= 0, rho the sum of
 *                momenta (A.4.2). The same is asked across the seam of every two halves, with the
 *                neighbouring point of the other half added: without that a trajectory of just the
 *                period of a nearly Gaussian target is not seen to turn (Stan since 2.21).
 * Invariants.    A stretch is joined only if it neither turned nor diverged within. The checks are
 *                symmetric in time, which is what keeps the target invariant.
 * Recursion.     At most depth_max deep, 14 at most. Each level owns one stretch; nothing is
 *                allocated.
 * Cost.          One gradient a leapfrog step and about 20 n flops beside it. */
#include "math/nuts_internal.h"

#include <string.h>

#include "portolan/special.h"

static double dot(const double *a, const double *b, int64_t n)
{
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) total += a[i] * b[i];
    return total;
}

static void copy(double *to, const double *from, int64_t n)
{
    memcpy(to, from, sizeof *to * (size_t)n);
}

bool nuts_is_dense(const nuts_chain *c)
{
    return c->o->metric == PTL_NUTS_DENSE;
}

ptl_status nuts_evaluate(nuts_chain *c, double *lp, double *g, const double *q)
{
    c->n_gradients++;
    PTL_TRY(c->target->fn(lp, g, q, c->n, c->payload, c->err));
    if (!isfinite(*lp)) *lp = -HUGE_VAL;
    return PTL_OK;
}

void nuts_velocity(const nuts_chain *c, double *v, const double *p)
{
    if (!nuts_is_dense(c)) {
        for (int64_t i = 0; i < c->n; i++) v[i] = c->inverse_metric[i] * p[i];
        return;
    }
    memset(v, 0, sizeof *v * (size_t)c->n);
    for (int64_t j = 0; j < c->n; j++) { /* by columns: a fixed order that vectorises */
        const double *const column = c->inverse_metric + j * c->n;
        for (int64_t i = 0; i < c->n; i++) v[i] += column[i] * p[j];
    }
}

/* With M^-1 = L L', p = L'^-1 z has covariance M. */
void nuts_draw_momentum(nuts_chain *c, double *p)
{
    for (int64_t i = 0; i < c->n; i++) p[i] = ptl_rng_normal(&c->rng);
    if (!nuts_is_dense(c)) {
        for (int64_t i = 0; i < c->n; i++) p[i] /= sqrt(c->inverse_metric[i]);
        return;
    }
    for (int64_t i = c->n - 1; i >= 0; i--) {
        const double *const column = c->factor + i * c->n;
        for (int64_t j = i + 1; j < c->n; j++) p[i] -= column[j] * p[j];
        p[i] /= column[i];
    }
}

double nuts_energy(const nuts_chain *c, double lp, const double *p, double *v)
{
    nuts_velocity(c, v, p);
    return -lp + 0.5 * dot(p, v, c->n);
}

ptl_status nuts_leapfrog(nuts_chain *c, nuts_point *at, double step, double *v)
{
    for (int64_t i = 0; i < c->n; i++) at->p[i] += 0.5 * step * at->g[i];
    nuts_velocity(c, v, at->p);
    for (int64_t i = 0; i < c->n; i++) at->q[i] += step * v[i];
    PTL_TRY(nuts_evaluate(c, &at->lp, at->g, at->q));
    for (int64_t i = 0; i < c->n; i++) at->p[i] += 0.5 * step * at->g[i];
    return PTL_OK;
}

/* One leapfrog step as a stretch of one point. */
static ptl_status step_once(nuts_chain *c, nuts_point *at, double step, nuts_stretch *out, bool *ok)
{
    PTL_TRY(nuts_leapfrog(c, at, step, out->v_first));
    c->n_leapfrog++;
    out->energy = nuts_energy(c, at->lp, at->p, out->v_first);
    const double error = out->energy - c->energy_start;
    *ok = error <= c->o->energy_error_max; /* NaN and infinity diverge too */
    if (!*ok) c->divergent = true;
    if (isfinite(error)) c->accept_sum += error > 0.0 ? exp(-error) : 1.0;
    out->log_weight = -error;
    out->lp = at->lp;
    copy(out->q, at->q, c->n);
    copy(out->g, at->g, c->n);
    copy(out->rho, at->p, c->n);
    copy(out->p_first, at->p, c->n);
    copy(out->p_last, at->p, c->n);
    copy(out->v_last, out->v_first, c->n);
    return PTL_OK;
}

/* Whether a stretch with these end velocities and sum of momenta a + b goes on. */
static bool goes_on(const double *v_first, const double *v_last, const double *a, const double *b,
                    int64_t n)
{
    double first = 0.0, last = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double rho = a[i] + b[i];
        first += v_first[i] * rho;
        last += v_last[i] * rho;
    }
    return first > 0.0 && last > 0.0;
}

static void take_draw(nuts_stretch *to, const nuts_stretch *from, int64_t n)
{
    copy(to->q, from->q, n);
    copy(to->g, from->g, n);
    to->lp = from->lp;
    to->energy = from->energy;
}

/* Join the stretch b, integrated after a, to a. Returns whether the whole goes on. */
static bool join(nuts_chain *c, nuts_stretch *a, const nuts_stretch *b)
{
    const int64_t n = c->n;
    const double log_weight = ptl_log_add(a->log_weight, b->log_weight);
    if (log(ptl_rng_uniform(&c->rng)) < b->log_weight - log_weight) take_draw(a, b, n);
    a->log_weight = log_weight;
    const bool whole = goes_on(a->v_first, b->v_last, a->rho, b->rho, n) &&
                       goes_on(a->v_first, b->v_first, a->rho, b->p_first, n) &&
                       goes_on(a->v_last, b->v_last, b->rho, a->p_last, n);
    for (int64_t i = 0; i < n; i++) a->rho[i] += b->rho[i];
    copy(a->p_last, b->p_last, n);
    copy(a->v_last, b->v_last, n);
    return whole;
}

/* A stretch of 2^level steps from the point `at`, which moves on. */
static ptl_status build(nuts_chain *c, int32_t level, nuts_point *at, double step,
                        nuts_stretch *out, bool *ok)
{
    if (level == 0) return step_once(c, at, step, out, ok);
    PTL_TRY(build(c, level - 1, at, step, out, ok));
    if (!*ok) return PTL_OK;
    nuts_stretch *const second = &c->stretches[level];
    PTL_TRY(build(c, level - 1, at, step, second, ok));
    if (*ok) *ok = join(c, out, second);
    return PTL_OK;
}

static void set_off(nuts_chain *c)
{
    nuts_draw_momentum(c, c->end[0].p);
    c->energy_start = nuts_energy(c, c->now.lp, c->end[0].p, c->v_end[0]);
    copy(c->end[1].p, c->end[0].p, c->n);
    copy(c->v_end[1], c->v_end[0], c->n);
    copy(c->rho, c->end[0].p, c->n);
    for (int k = 0; k < 2; k++) {
        copy(c->end[k].q, c->now.q, c->n);
        copy(c->end[k].g, c->now.g, c->n);
        c->end[k].lp = c->now.lp;
    }
    c->energy_now = c->energy_start;
    c->accept_sum = 0.0;
    c->n_leapfrog = 0;
    c->divergent = false;
}

/* Double the trajectory once; *ok says whether it may be doubled again. */
static ptl_status double_it(nuts_chain *c, int32_t depth, double *log_weight, bool *ok)
{
    const int64_t n = c->n;
    const int side = ptl_rng_uniform(&c->rng) < 0.5 ? 0 : 1;
    const nuts_stretch *const half = &c->stretches[0];
    const double *const v_far = c->v_end[1 - side];
    copy(c->p_near, c->end[side].p, n);
    copy(c->v_near, c->v_end[side], n);
    PTL_TRY(
        build(c, depth, &c->end[side], side ? c->step_size : -c->step_size, &c->stretches[0], ok));
    if (!*ok) return PTL_OK;
    if (log(ptl_rng_uniform(&c->rng)) < half->log_weight - *log_weight) {
        copy(c->now.q, half->q, n);
        copy(c->now.g, half->g, n);
        c->now.lp = half->lp;
        c->energy_now = half->energy;
    }
    *log_weight = ptl_log_add(*log_weight, half->log_weight);
    *ok = goes_on(v_far, half->v_last, c->rho, half->rho, n) &&
          goes_on(v_far, half->v_first, c->rho, half->p_first, n) &&
          goes_on(c->v_near, half->v_last, half->rho, c->p_near, n);
    for (int64_t i = 0; i < n; i++) c->rho[i] += half->rho[i];
    copy(c->v_end[side], half->v_last, n);
    return PTL_OK;
}

ptl_status nuts_transition(nuts_chain *c, ptl_nuts_step *out)
{
    double log_weight = 0.0;
    bool ok = true;
    int32_t depth = 0;
    set_off(c);
    while (ok && depth < c->o->depth_max) {
        PTL_TRY(double_it(c, depth, &log_weight, &ok));
        depth++;
    }
    *out = (ptl_nuts_step){.log_density = c->now.lp,
                           .energy = c->energy_now,
                           .accept = c->accept_sum / (double)c->n_leapfrog,
                           .n_leapfrog = (int32_t)c->n_leapfrog,
                           .depth = (int16_t)depth,
                           .divergent = c->divergent,
                           .saturated = ok};
    return PTL_OK;
}
