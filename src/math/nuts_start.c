/* nuts_start.c: where a chain begins, so that none falls off a cliff.
 *
 * The question.  From where will a chain reach the bulk of the posterior? A mode is no answer: a
 *                hierarchical density grows without bound where its scale vanishes, far from all
 *                mass.
 * The method.    Pathfinder (Zhang, Carpenter, Gelman & Vehtari 2022): follow L-BFGS from a random
 *                point towards the mode; at every iterate the inverse Hessian H of the search gives
 *                a normal approximation N(x + H grad, H); take the one with the greatest evidence
 *                bound, ELBO = E log pi + entropy, estimated by a few draws, and start from a draw.
 *                On the way down a cliff the bound falls, since there is no mass.
 * Differences.   H is used in the product form of the last few updates rather than the compact one
 *                (optimise_history.c), and its entropy is exact, so only E log pi is estimated.
 * Not found.     No random point within start_radius has a finite density: E_INVALID.
 * Cost.          At most PATH_ITER steps with ELBO_DRAWS gradients each; work as stated. */
#include "math/nuts_internal.h"

#include <string.h>

#include "math/optimise_internal.h"

/* Zhang et al. 2022, §3: history of 6; 5 draws an ELBO; paths rarely need 100 steps. */
enum { PATH_MEMORY = 6, PATH_ITER = 100, ELBO_DRAWS = 5 };

static ptl_lbfgs_options path_options(void)
{
    ptl_lbfgs_options o = ptl_lbfgs_options_default();
    o.memory = PATH_MEMORY;
    o.iter_max = PATH_ITER;
    o.eval_max = 10 * PATH_ITER;
    o.grad_tol_rel = 1e-6; /* finer digits of the mode do not move the approximation */
    return o;
}

int64_t nuts_start_work_n(int64_t n)
{
    const ptl_lbfgs_options o = path_options();
    return ptl_lbfgs_work_n(n, &o) + (PATH_MEMORY + 5) * n;
}

typedef struct path {
    nuts_chain *c;
    double *at, *centre, *draw, *kept, *grad; /* [n] each                        */
    double *b_s;                              /* [PATH_MEMORY][n], B_k s_k       */
    double *search_work;
    double elbo_best;
} path;

/* L-BFGS goes down: the target, negated. */
static ptl_status descend(double *f, double *g, const double *x, int64_t n, void *payload,
                          ptl_error *err)
{
    (void)err; /* the chain's own record is the caller's */
    PTL_TRY(nuts_evaluate(((path *)payload)->c, f, g, x));
    *f = -*f;
    for (int64_t i = 0; i < n; i++) g[i] = -g[i];
    return PTL_OK;
}

/* The bound at this iterate; where it is the best so far, its last draw is kept. */
static ptl_status look(void *payload, const double *x, const double *grad,
                       const ptl_lbfgs_history *h, ptl_error *err)
{
    path *const t = payload;
    (void)err;
    if (h->count == 0) return PTL_OK;
    ptl_lbfgs_multiply(t->centre, grad, h, h->count);
    for (int64_t i = 0; i < h->n; i++) t->centre[i] = x[i] - t->centre[i];
    double elbo = 0.5 * ptl_lbfgs_log_det(h, t->b_s);
    for (int k = 0; k < ELBO_DRAWS; k++) {
        double lp;
        ptl_lbfgs_draw(t->draw, t->centre, h, &t->c->rng);
        PTL_TRY(nuts_evaluate(t->c, &lp, t->grad, t->draw));
        elbo += lp / ELBO_DRAWS;
    }
    if (!(elbo > t->elbo_best)) return PTL_OK;
    t->elbo_best = elbo;
    memcpy(t->kept, t->draw, sizeof *t->kept * (size_t)h->n);
    return PTL_OK;
}

static bool is_inside(double lp, const double *g, int64_t n)
{
    if (!(lp > -HUGE_VAL)) return false;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(g[i])) return false;
    return true;
}

static ptl_status try_random(nuts_chain *c, double *q, double *lp, double *g, bool *inside)
{
    for (int64_t i = 0; i < c->n; i++)
        q[i] = c->o->start_radius * (2.0 * ptl_rng_uniform(&c->rng) - 1.0);
    PTL_TRY(nuts_evaluate(c, lp, g, q));
    *inside = is_inside(*lp, g, c->n);
    return PTL_OK;
}

/* The best of the random points into c->now; the end's arrays serve as scratch. */
static ptl_status start_random(nuts_chain *c, int32_t n_tries, bool first_will_do)
{
    nuts_point *const trial = &c->end[0];
    bool found = false;
    for (int32_t k = 0; k < n_tries && !(found && first_will_do); k++) {
        bool inside;
        PTL_TRY(try_random(c, trial->q, &trial->lp, trial->g, &inside));
        if (!inside || (found && trial->lp <= c->now.lp)) continue;
        memcpy(c->now.q, trial->q, sizeof *trial->q * (size_t)c->n);
        memcpy(c->now.g, trial->g, sizeof *trial->g * (size_t)c->n);
        c->now.lp = trial->lp;
        found = true;
    }
    if (found) return PTL_OK;
    ptl_fail(c->err, PTL_E_INVALID, "no start: %d random points within %g have no finite density",
             n_tries, c->o->start_radius);
    ptl_error_hint(c->err, "pass x0, or write the model so that all of its variables are free");
    return PTL_E_INVALID;
}

static path path_of(nuts_chain *c)
{
    path t = {.c = c, .elbo_best = -HUGE_VAL};
    double *next = c->start_work;
    double **const vectors[] = {&t.at, &t.centre, &t.draw, &t.kept, &t.grad};
    for (int i = 0; i < 5; i++, next += c->n) *vectors[i] = next;
    t.b_s = next;
    t.search_work = next + PATH_MEMORY * c->n;
    return t;
}

/* One path from c->now; c->now moves to the draw kept, if that is inside. */
static ptl_status follow_path(nuts_chain *c)
{
    path t = path_of(c);
    const ptl_lbfgs_options o = path_options();
    ptl_lbfgs_result r;
    memcpy(t.at, c->now.q, sizeof *t.at * (size_t)c->n);
    PTL_TRY(ptl_lbfgs_observed(&r, t.at, c->n, &o, descend, &t, look, &t, t.search_work, c->err));
    if (!(t.elbo_best > -HUGE_VAL)) return PTL_OK;
    double lp;
    PTL_TRY(nuts_evaluate(c, &lp, t.grad, t.kept));
    if (!is_inside(lp, t.grad, c->n)) return PTL_OK;
    memcpy(c->now.q, t.kept, sizeof *t.kept * (size_t)c->n);
    memcpy(c->now.g, t.grad, sizeof *t.grad * (size_t)c->n);
    c->now.lp = lp;
    return PTL_OK;
}

ptl_status nuts_find_start(nuts_chain *c)
{
    const bool along_path = c->o->start == PTL_NUTS_START_PATHFINDER;
    PTL_TRY(start_random(c, c->o->start_tries, along_path));
    return along_path ? follow_path(c) : PTL_OK;
}
