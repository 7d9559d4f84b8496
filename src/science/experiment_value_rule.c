/* experiment_value_rule.c: what seeing one reading is worth, over posterior draws.
 *
 * The question.   By how much does the choice improve if it may wait for the reading y?
 * The quantity.   EVSI = E_y max_a E(u_a | y) - max_a E u_a, y = m + e, e ~ N(0, s^2),
 *                 s^2 = error_sd^2 + bias_sd^2.
 * The model.      The posterior is its draws, equally likely; given a draw, y is normal about its
 *                 m. Given m, y says nothing more about u.
 * The method.     Preposterior analysis (Raiffa & Schlaifer 1961; Ades, Lu & Claxton 2004). Since u
 *                 reaches y through m alone, u may be replaced by E(u | m), taken as a line in m
 *                 over `pool` neighbours (Strong, Oakley & Brennan 2014 give the idea, with
 *                 splines). Then the posterior over draws after y is a weighing by
 *                 phi((y - m)/s), the best action is found at a net of readings spread like y
 *                 itself, the borders between actions are bisected, and the rule thus written out
 *                 is valued exactly: P(y between two borders | m) is a difference of two Phi.
 * Differences.    No reading is simulated, so there is no simulation error on top of the draws'. A
 *                 rule is valued, so the answer never exceeds the EVSI of the pooled draws and
 * falls short by the square of a border's error (1e-12 of the spread of y) unless an action is best
 * only between two neighbouring readings of the net. Holds.          0 <= EVSI <= EVPPI <= EVPI by
 * Jensen at every step, since pooling, error and bias are all garblings. One action throughout
 * gives exactly 0. Not identified. Never; with few draws evsi_se is wide and the verdict says so.
 * Cost.           O(n_outcomes (n_draws + n_pools n_actions)) for one design, no allocation. */
#include "science/experiment_value_internal.h"
#include "science/order_internal.h"

#include <math.h>
#include <string.h>

#include "portolan/special.h"
#include "portolan/sum.h"

enum { HALVINGS = 30 }; /* of a border: to 2^-30 of the distance between two readings of the net */

typedef struct board {
    const ptl_experiment_decision *d;
    const ptl_decision_now *now;
    const double *m;
    double s;
    int64_t n_pools;
    ptl_rule_scratch *w;
} board;

/* Phi(z) - 1/2 keeps no digits in the tails; differences of these do not need them. */
static double normal_cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

/* ---- pools of neighbouring draws ---- */

/* Two numbers for each pool and action: the mean utility, and its slope in m about the pool's mean,
 * 0 where the pool has one m. The line keeps the pool's mean, so no action gains on average. */
static void pool_fit(const board *b, int64_t pool, int64_t from, int64_t to)
{
    const int64_t n_actions = b->d->n_actions, *const order = b->w->order;
    double *const fit = b->w->fit + 2 * pool * n_actions, n = (double)(to - from);
    ptl_sum middle = {0}, spread = {0};
    for (int64_t i = from; i < to; i++) ptl_sum_add(&middle, b->m[order[i]]);
    const double center = ptl_sum_value(&middle) / n;
    for (int64_t i = from; i < to; i++)
        ptl_sum_add(&spread, (b->m[order[i]] - center) * (b->m[order[i]] - center));
    const bool flat = to - from < 3 || b->m[order[from]] == b->m[order[to - 1]];
    for (int64_t a = 0; a < n_actions; a++) {
        ptl_sum mean = {0}, product = {0};
        for (int64_t i = from; i < to; i++) {
            const double u = b->d->utility[order[i] * n_actions + a];
            ptl_sum_add(&mean, u);
            ptl_sum_add(&product, (b->m[order[i]] - center) * u);
        }
        fit[2 * a] = ptl_sum_value(&mean) / n;
        fit[2 * a + 1] = flat ? 0.0 : ptl_sum_value(&product) / ptl_sum_value(&spread);
    }
    for (int64_t i = from; i < to; i++)
        b->w->pool[order[i]] = pool, b->w->off[order[i]] = b->m[order[i]] - center;
}

/* Pools run along m; equal m are never parted, since no reading could part them. */
static void make_pools(board *b, int64_t size)
{
    const int64_t n = b->d->n_draws;
    ptl_order_by(b->w->order, b->m, n, b->w->swap);
    b->n_pools = 0;
    for (int64_t from = 0; from < n;) {
        int64_t to = from + size < n ? from + size : n;
        while (to < n && b->m[b->w->order[to]] == b->m[b->w->order[to - 1]]) to++;
        pool_fit(b, b->n_pools++, from, to);
        from = to;
    }
}

/* E(u_a | m of draw r). */
static double fitted(const board *b, int64_t r, int64_t a)
{
    const double *const fit = b->w->fit + 2 * (b->w->pool[r] * b->d->n_actions + a);
    return fit[0] + fit[1] * b->w->off[r];
}

static int64_t best_of_draw(const board *b, int64_t r)
{
    int64_t best = b->now->best;
    double most = fitted(b, r, best);
    for (int64_t a = 0; a < b->d->n_actions; a++) {
        const double u = fitted(b, r, a);
        if (u > most) most = u, best = a;
    }
    return best;
}

/* ---- the choice at one reading ---- */

/* Each pool's weight after reading y, and its weighted distance from the pool's mean of m. */
static void weigh_pools(const board *b, double y)
{
    memset(b->w->weight, 0, 2 * (size_t)b->n_pools * sizeof *b->w->weight);
    /* the nearest draw has weight one, so that a reading far out still tells draws apart */
    double nearest = HUGE_VAL;
    for (int64_t r = 0; r < b->d->n_draws; r++) nearest = fmin(nearest, fabs(y - b->m[r]));
    for (int64_t r = 0; r < b->d->n_draws; r++) {
        const double off = fabs(y - b->m[r]);
        const double z2 = (off - nearest) / b->s * ((off + nearest) / b->s);
        if (z2 >= 1400.0) continue; /* exp(-700): nothing beside one */
        double *const weight = b->w->weight + 2 * b->w->pool[r], w = exp(-0.5 * z2);
        weight[0] += w;
        weight[1] += w * b->w->off[r];
    }
}

/* Weighted sum of u_a - u_now. */
static double advantage(const board *b, int64_t a)
{
    const int64_t n_actions = b->d->n_actions, now = b->now->best;
    double sum = 0.0;
    for (int64_t p = 0; p < b->n_pools; p++) {
        const double *const fit = b->w->fit + 2 * p * n_actions;
        const double *const w = b->w->weight + 2 * p;
        sum += w[0] * (fit[2 * a] - fit[2 * now]) + w[1] * (fit[2 * a + 1] - fit[2 * now + 1]);
    }
    return sum;
}

/* Ties go to the action of today: nothing is changed for nothing. */
static int64_t choice_at(const board *b, double y)
{
    weigh_pools(b, y);
    int64_t best = b->now->best;
    double most = 0.0;
    for (int64_t a = 0; a < b->d->n_actions; a++) {
        const double gain = advantage(b, a);
        if (gain > most) most = gain, best = a;
    }
    return best;
}

/* ---- the rule ---- */

typedef struct rule {
    int64_t n; /* steps in the scratch's border and action */
} rule;

static void rule_push(rule *out, const board *b, double from, int64_t action)
{
    if (out->n > 0 && b->w->action[out->n - 1] == action) return;
    if (out->n == b->w->n_rule_max) return; /* what is written stays a rule, worth a little less */
    b->w->border[out->n] = from, b->w->action[out->n] = action;
    out->n++;
}

/* Halve [lo, hi] until the step from action a to action c is found, `left` times at most. A third
 * action met on the way has a border on either side. */
static void push_borders(rule *out, const board *b, double lo, double hi, int64_t a, int64_t c,
                         int left)
{
    for (; left > 0; left--) {
        const double middle = 0.5 * (lo + hi);
        const int64_t action = choice_at(b, middle);
        if (action != a && action != c) {
            push_borders(out, b, lo, middle, a, action, left - 1);
            push_borders(out, b, middle, hi, action, c, left - 1);
            return;
        }
        if (action == c)
            hi = middle;
        else
            lo = middle;
    }
    rule_push(out, b, 0.5 * (lo + hi), c);
}

/* Readings spread like y: draws in order, each with a normal quantile from van der Corput's
 * sequence, which is even on every stretch of it. */
static double corput(uint64_t i)
{
    double x = 0.0, unit = 0.5;
    for (; i; i >>= 1, unit *= 0.5) x += unit * (double)(i & 1u);
    return x;
}

static void make_outcomes(const board *b, int64_t n)
{
    /* an eighth runs out to eight s beyond the outermost draws: a rare reading may decide too */
    const int64_t n_tail = n / 16, n_body = n - 2 * n_tail;
    const double lowest = b->m[b->w->order[0]], highest = b->m[b->w->order[b->d->n_draws - 1]];
    for (int64_t j = 0; j < n_tail; j++) {
        const double out = 8.0 * b->s * (double)(j + 1) / (double)n_tail;
        b->w->key[n_body + 2 * j] = lowest - out;
        b->w->key[n_body + 2 * j + 1] = highest + out;
    }
    for (int64_t j = 0; j < n_body; j++) {
        const int64_t at = (int64_t)(((double)j + 0.5) / (double)n_body * (double)b->d->n_draws);
        const double p = corput((uint64_t)j + 1);
        b->w->key[j] = b->m[b->w->order[at]] + b->s * ptl_normal_quantile_std(p);
    }
    /* the pools have been made: their order is no longer needed */
    ptl_order_by(b->w->order, b->w->key, n, b->w->swap);
    for (int64_t j = 0; j < n; j++) b->w->outcome[j] = b->w->key[b->w->order[j]];
}

static int64_t rule_of_readings(const board *b, int64_t n_outcomes)
{
    make_outcomes(b, n_outcomes);
    rule r = {0};
    int64_t before = choice_at(b, b->w->outcome[0]);
    rule_push(&r, b, -HUGE_VAL, before);
    for (int64_t j = 1; j < n_outcomes; j++) {
        const int64_t action = choice_at(b, b->w->outcome[j]);
        if (action != before)
            push_borders(&r, b, b->w->outcome[j - 1], b->w->outcome[j], before, action, HALVINGS);
        before = action;
    }
    return r.n;
}

/* A reading without error names the draw's pool: borders lie between neighbours in m. */
static int64_t rule_without_error(const board *b)
{
    rule out = {0};
    double before = -HUGE_VAL;
    for (int64_t i = 0; i < b->d->n_draws; i++) {
        const int64_t r = b->w->order[i];
        const double from = isfinite(before) ? before + 0.5 * (b->m[r] - before) : before;
        rule_push(&out, b, from, best_of_draw(b, r));
        before = b->m[r];
    }
    return out.n;
}

/* ---- its value ---- */

static double reaches(const board *b, double border, double m)
{
    if (b->s > 0.0) return normal_cdf((m - border) / b->s);
    return m >= border ? 1.0 : 0.0;
}

/* What draw r gains under the rule over today's action: by its fitted utilities, by its own, and
 * how likely the rule leaves today's action. */
typedef struct draw_gain {
    double fitted, own, change;
} draw_gain;

static draw_gain gain_of_draw(const board *b, int64_t n_rule, int64_t r)
{
    const int64_t now = b->now->best;
    const double *const u = b->d->utility + r * b->d->n_actions;
    const double today = fitted(b, r, now);
    draw_gain g = {0};
    double above = 1.0;
    for (int64_t i = 0; i < n_rule; i++) {
        const double next = i + 1 < n_rule ? reaches(b, b->w->border[i + 1], b->m[r]) : 0.0;
        const double chance = fmax(above - next, 0.0);
        const int64_t action = b->w->action[i];
        above = next;
        if (action == now) continue;
        g.fitted += chance * (fitted(b, r, action) - today);
        g.own += chance * (u[action] - u[now]);
        g.change += chance;
    }
    return g;
}

static double value_perfect(const board *b)
{
    ptl_sum sum = {0};
    for (int64_t r = 0; r < b->d->n_draws; r++)
        ptl_sum_add(&sum, fitted(b, r, best_of_draw(b, r)) - fitted(b, r, b->now->best));
    return ptl_sum_value(&sum) / (double)b->d->n_draws;
}

static void value_rule(ptl_experiment_value *out, const board *b, int64_t n_rule)
{
    const int64_t n = b->d->n_draws;
    ptl_sum gain = {0}, change = {0};
    for (int64_t r = 0; r < n; r++) {
        const draw_gain g = gain_of_draw(b, n_rule, r);
        ptl_sum_add(&gain, g.fitted);
        ptl_sum_add(&change, g.change);
        b->w->gain[r] = g.own;
    }
    const double ess = b->d->ess > 0.0 ? b->d->ess : (double)n;
    out->evsi = fmin(fmax(ptl_sum_value(&gain) / (double)n, 0.0), out->evppi);
    out->evsi_se = sqrt(ptl_sum_variance(b->w->gain, n) / ess);
    out->p_change = fmin(ptl_sum_value(&change) / (double)n, 1.0);
}

void ptl_experiment_rule(ptl_experiment_value *out, const ptl_experiment_decision *decision,
                         const ptl_decision_now *now, const ptl_experiment_design *design,
                         const ptl_experiment_options *o, ptl_rule_scratch *scratch)
{
    board b = {.d = decision, .now = now, .m = design->measured, .w = scratch};
    b.s = hypot(design->error_sd, design->bias_sd);
    const int64_t automatic = (int64_t)ceil(sqrt((double)decision->n_draws));
    make_pools(&b, o->pool > 0 ? o->pool : automatic);
    out->evppi = fmin(fmax(value_perfect(&b), 0.0), out->evpi);
    const int64_t n_rule = b.s > 0.0 ? rule_of_readings(&b, o->n_outcomes) : rule_without_error(&b);
    value_rule(out, &b, n_rule);
    out->n_rule = n_rule > INT32_MAX ? INT32_MAX : (int32_t)n_rule;
    for (int32_t i = 0; i < out->n_rule && i < PTL_EXPERIMENT_RULE_MAX; i++)
        out->rule_action[i] = b.w->action[i], out->rule_from[i] = b.w->border[i];
}
