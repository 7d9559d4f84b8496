/* nuts_adapt.c: step size and metric, learnt during warm-up and then held.
 *
 * The method.    Three phases (Stan reference manual, "HMC algorithm parameters"; the constants are
 *                theirs): 75 transitions to reach the bulk, windows of 25, 50, 100 … that each
 *                learn the metric afresh from their own draws, 50 to settle the step size. Short
 *                warm-ups keep the shares 15 %, 75 %, 10 %. Throughout, the step size follows
 *                Nesterov's dual averaging towards the accept_target (Hoffman & Gelman 2014, eq. 6,
 *                gamma 0.05, t0 10, kappa 0.75), restarted at 10 times a first guess (§3.2.1).
 *                Metric: the window's variances, or covariance, shrunk by 5 pseudo-draws towards
 *                10^-3 of the identity, so that a short window stays positive definite.
 * Cost.          n a draw for the diagonal, n^2 for the dense, n^3/3 at a window's end. */
#include "math/nuts_internal.h"

#include <string.h>

#include "portolan/linalg.h"

/* Transitions of the three phases; shares of a warm-up shorter than their sum. */
enum { FIRST = 75, WINDOW = 25, LAST = 50 };

static nuts_windows plan(int64_t n_warmup)
{
    int64_t first = FIRST, last = LAST, window = WINDOW;
    if (n_warmup < FIRST + WINDOW + LAST) {
        first = n_warmup * 15 / 100;
        last = n_warmup / 10;
        window = n_warmup - first - last;
    }
    return (nuts_windows){first, n_warmup - last, first + window, window};
}

/* The next window is twice as long; one after which no twice longer one fits takes all that is
 * left. */
static void next_window(nuts_windows *w)
{
    w->length *= 2;
    const int64_t end = w->end + w->length;
    w->end = end + 2 * w->length > w->last ? w->last : end;
}

static void average_from(nuts_averaging *a, double step_size)
{
    *a = (nuts_averaging){.centre = log(10.0 * step_size), .log_step = log(step_size)};
}

static double average(nuts_averaging *a, double accept, double target)
{
    const double gamma = 0.05, t0 = 10.0, kappa = 0.75;
    const double m = (double)++a->count, weight = 1.0 / (m + t0);
    a->miss = (1.0 - weight) * a->miss + weight * (target - accept);
    a->log_step = a->centre - a->miss * sqrt(m) / gamma;
    const double share = pow(m, -kappa);
    a->log_step_mean = share * a->log_step + (1.0 - share) * a->log_step_mean;
    return exp(a->log_step);
}

/* Energy error of one leapfrog step from the draw, with a momentum of its own. */
static ptl_status one_step_error(nuts_chain *c, double *error)
{
    nuts_point *const at = &c->end[0];
    double *const v = c->v_end[0];
    memcpy(at->q, c->now.q, sizeof *at->q * (size_t)c->n);
    memcpy(at->g, c->now.g, sizeof *at->g * (size_t)c->n);
    nuts_draw_momentum(c, at->p);
    const double before = nuts_energy(c, c->now.lp, at->p, v);
    PTL_TRY(nuts_leapfrog(c, at, c->step_size, v));
    *error = nuts_energy(c, at->lp, at->p, v) - before;
    return PTL_OK;
}

/* Double or halve the step size until a single step's acceptance crosses the target (Hoffman &
 * Gelman 2014, algorithm 4). 2^±50 about one is beyond any scale that a start can have. */
static ptl_status guess_step_size(nuts_chain *c)
{
    const double goal = -log(c->o->accept_target);
    double error;
    PTL_TRY(one_step_error(c, &error));
    const bool grow = error < goal;
    for (int i = 0; i < 50; i++) {
        c->step_size *= grow ? 2.0 : 0.5;
        PTL_TRY(one_step_error(c, &error));
        if ((error < goal) != grow) break;
    }
    average_from(&c->averaging, c->step_size);
    return PTL_OK;
}

static void forget(nuts_chain *c)
{
    const int64_t size = nuts_is_dense(c) ? c->n * c->n : c->n;
    memset(c->mean, 0, sizeof *c->mean * (size_t)c->n);
    memset(c->moment, 0, sizeof *c->moment * (size_t)size);
    c->n_seen = 0;
}

/* Welford's update with the draw; the step from the old mean is kept in v_near. */
static void learn(nuts_chain *c)
{
    const int64_t n = c->n;
    const double count = (double)++c->n_seen;
    double *const away = c->v_near;
    for (int64_t i = 0; i < n; i++) {
        away[i] = c->now.q[i] - c->mean[i];
        c->mean[i] += away[i] / count;
    }
    const double share = (count - 1.0) / count;
    if (!nuts_is_dense(c)) {
        for (int64_t i = 0; i < n; i++) c->moment[i] += share * away[i] * away[i];
        return;
    }
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++) c->moment[i + j * n] += share * away[j] * away[i];
}

static ptl_status set_metric(nuts_chain *c)
{
    const int64_t n = c->n, size = nuts_is_dense(c) ? n * n : n;
    const double count = (double)c->n_seen;
    const double scale = count / (count + 5.0) / (count - 1.0), ridge = 1e-3 * 5.0 / (count + 5.0);
    for (int64_t i = 0; i < size; i++) c->inverse_metric[i] = scale * c->moment[i];
    for (int64_t i = 0; i < n; i++) c->inverse_metric[nuts_is_dense(c) ? i * (n + 1) : i] += ridge;
    if (!nuts_is_dense(c)) return PTL_OK;
    memcpy(c->factor, c->inverse_metric, sizeof *c->factor * (size_t)size);
    return ptl_cholesky(c->factor, n, n, c->err);
}

ptl_status nuts_adapt_begin(nuts_chain *c)
{
    const int64_t n = c->n;
    const bool dense = nuts_is_dense(c);
    for (int64_t i = 0; i < (dense ? n * n : n); i++) c->inverse_metric[i] = dense ? 0.0 : 1.0;
    for (int64_t i = 0; dense && i < n; i++) c->inverse_metric[i * (n + 1)] = 1.0;
    if (dense) memcpy(c->factor, c->inverse_metric, sizeof *c->factor * (size_t)(n * n));
    c->windows = plan(c->o->n_warmup);
    c->step_size = 1.0;
    forget(c);
    return guess_step_size(c);
}

ptl_status nuts_adapt(nuts_chain *c, int64_t iter, double accept)
{
    nuts_windows *const w = &c->windows;
    c->step_size = average(&c->averaging, accept, c->o->accept_target);
    if (iter < w->first || iter >= w->last) return PTL_OK;
    learn(c);
    if (iter + 1 != w->end) return PTL_OK;
    if (c->n_seen >= 2) {
        PTL_TRY(set_metric(c));
        PTL_TRY(guess_step_size(c));
    }
    forget(c);
    next_window(w);
    return PTL_OK;
}

void nuts_adapt_end(nuts_chain *c)
{
    if (c->averaging.count > 0) c->step_size = exp(c->averaging.log_step_mean);
}
