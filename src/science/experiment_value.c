/* experiment_value.c: which experiment to run next, if any.
 *
 * The question.   Is there a design whose result is worth more than it costs, and which one most?
 * The quantity.   ENBS = EVSI x D(T, H) / D(0, H) - cost, D(i, j) = sum over weeks i <= t < j of
 *                 (1 + r)^(-t / 52), T the week in which the result is acted on, H the horizon.
 * The model.      Until the result is in, today's best action is in force outside the test's arms;
 *                 what the arms earn less than that, week for week, is part of the cost.
 * The method.     EVSI from experiment_value_rule.c, or in closed form for two actions whose
 *                 difference is normal and observed with normal error.
 * Differences.    None from Raiffa & Schlaifer (1961), ch. 5, whose loss integral is written here
 * so that it keeps its digits for |mu| >> v. Not identified. The sign of ENBS lies within two
 * standard errors of the draws: INACCURATE. Cost.           Designs run in 16 stripes; scratch is
 * cut for each stripe before any starts. */
#include "science/experiment_value_internal.h"

#include <math.h>

#include "portolan/special.h"
#include "portolan/sum.h"

enum { STRIPES = 16 };

/* phi(x) - x Phi(-x) for x >= 0: the mean of max(Z - x, 0). Written as phi(x) (1 - x M(x)) with
 * Mills' ratio M, which by Laplace's continued fraction M = 1/(x + 1/(x + 2/(x + 3/ …))) gives
 * 1 - x M = c / (x + c), c = 1/(x + 2/(x + …)): nothing cancels in the tail. */
static double loss_integral(double x)
{
    const double phi = exp(-0.5 * x * x) / sqrt(2.0 * acos(-1.0));
    if (x < 3.0) return phi - x * 0.5 * erfc(x / sqrt(2.0));
    double c = 0.0;
    /* the fraction's error falls like exp(-2 x sqrt(2 k)): below 2^-53 at x = 3 for k = 60 */
    for (int k = 60; k >= 1; k--) c = (double)k / (x + c);
    return phi * c / (x + c);
}

double ptl_experiment_evsi_normal(double mu, double sigma, double error_sd)
{
    if (!(sigma >= 0.0 && error_sd >= 0.0 && isfinite(mu) && isfinite(sigma))) return PTL_NAN;
    if (sigma == 0.0 || isinf(error_sd)) return 0.0;
    const double v = sigma * (sigma / hypot(sigma, error_sd));
    if (!(v > 0.0)) return 0.0;
    return v * loss_integral(fabs(mu) / v);
}

double ptl_experiment_evpi_normal(double mu, double sigma)
{
    return ptl_experiment_evsi_normal(mu, sigma, 0.0);
}

double ptl_experiment_error_sd(double sd, int64_t n_treated, int64_t n_control, int32_t weeks,
                               double correlation)
{
    if (!(sd >= 0.0) || n_treated < 1 || n_control < 1 || weeks < 1) return PTL_NAN;
    const double inflation = 1.0 + (weeks - 1.0) * correlation;
    if (!(correlation <= 1.0 && inflation >= 0.0)) return PTL_NAN;
    const double per_week = 1.0 / (double)n_treated + 1.0 / (double)n_control;
    return sd * sqrt(per_week * inflation / weeks);
}

ptl_experiment_options ptl_experiment_options_default(void)
{
    return (ptl_experiment_options){.size = (int32_t)sizeof(ptl_experiment_options),
                                    .horizon_weeks = 52,
                                    .discount_annual = 0.10,
                                    .n_outcomes = 512,
                                    .pool = 0,
                                    .level = 0.10,
                                    .effect = PTL_NAN};
}

/* ---- refusals ---- */

static ptl_status check_options(const ptl_experiment_options *o, ptl_error *err)
{
    if (o->size != (int32_t)sizeof *o)
        return ptl_fail(err, PTL_E_VERSION,
                        "experiment options are %d bytes, not %zu: use _default()", o->size,
                        sizeof *o);
    if (o->horizon_weeks < 1 || o->horizon_weeks > 520)
        return ptl_fail(err, PTL_E_INVALID, "horizon_weeks must be 1 to 520, not %d",
                        o->horizon_weeks);
    if (!(o->discount_annual >= 0.0 && o->discount_annual <= 10.0))
        return ptl_fail(err, PTL_E_INVALID, "discount_annual must be 0 to 10, not %g",
                        o->discount_annual);
    if (o->n_outcomes < 16 || o->n_outcomes > 65536)
        return ptl_fail(err, PTL_E_INVALID, "n_outcomes must be 16 to 65536, not %d",
                        o->n_outcomes);
    if (o->pool < 0)
        return ptl_fail(err, PTL_E_INVALID, "pool must not be negative, it is %d", o->pool);
    if (!(o->level > 0.0 && o->level < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "level must lie between 0 and 1, not %g", o->level);
    return PTL_OK;
}

static ptl_status check_decision(const ptl_experiment_decision *d, int32_t idx, ptl_error *err)
{
    if (d->n_draws < 2 || d->n_draws > PTL_EXPERIMENT_DRAWS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "decision %d: n_draws must be 2 to %d, not %lld", idx,
                        PTL_EXPERIMENT_DRAWS_MAX, (long long)d->n_draws);
    if (d->n_actions < 1 || d->n_actions > PTL_EXPERIMENT_ACTIONS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "decision %d: n_actions must be 1 to %d, not %lld", idx,
                        PTL_EXPERIMENT_ACTIONS_MAX, (long long)d->n_actions);
    if (!(d->ess >= 0.0 && d->ess <= (double)d->n_draws))
        return ptl_fail(err, PTL_E_INVALID, "decision %d: ess %g must lie in 0 to its %lld draws",
                        idx, d->ess, (long long)d->n_draws);
    if (!d->utility) return ptl_fail(err, PTL_E_INVALID, "decision %d: utility is missing", idx);
    for (int64_t i = 0; i < d->n_draws * d->n_actions; i++)
        if (!isfinite(d->utility[i]))
            return ptl_fail(
                err, PTL_E_INVALID, "decision %d: utility of draw %lld, action %lld is %g", idx,
                (long long)(i / d->n_actions), (long long)(i % d->n_actions), d->utility[i]);
    return PTL_OK;
}

static ptl_status check_arm(const ptl_experiment_arm *arm, const char *what, int64_t n_actions,
                            ptl_error *err)
{
    if (!(arm->share >= 0.0 && arm->share <= 1.0))
        return ptl_fail(err, PTL_E_INVALID, "%s: share must be 0 to 1, not %g", what, arm->share);
    if (arm->action < 0 || arm->action >= n_actions)
        return ptl_fail(err, PTL_E_INVALID, "%s: action %lld is not among %lld", what,
                        (long long)arm->action, (long long)n_actions);
    return PTL_OK;
}

static ptl_status check_numbers(const ptl_experiment_design *x, ptl_error *err)
{
    if (x->weeks < 1 || x->weeks > 520)
        return ptl_fail(err, PTL_E_INVALID, "weeks must be 1 to 520, not %d", x->weeks);
    if (x->weeks_to_read < 0 || x->weeks_to_read > 520)
        return ptl_fail(err, PTL_E_INVALID, "weeks_to_read must be 0 to 520, not %d",
                        x->weeks_to_read);
    if (!(x->error_sd >= 0.0 && isfinite(x->error_sd)))
        return ptl_fail(err, PTL_E_INVALID, "error_sd must be finite and not negative, not %g",
                        x->error_sd);
    if (!(x->bias_sd >= 0.0 && isfinite(x->bias_sd)))
        return ptl_fail(err, PTL_E_INVALID, "bias_sd must be finite and not negative, not %g",
                        x->bias_sd);
    if (!(x->cost >= 0.0 && isfinite(x->cost)))
        return ptl_fail(err, PTL_E_INVALID, "cost must be finite and not negative, not %g",
                        x->cost);
    return PTL_OK;
}

static ptl_status check_design(const ptl_experiment_design *x,
                               const ptl_experiment_decision *decisions, int32_t n_decisions,
                               ptl_error *err)
{
    if (x->decision < 0 || x->decision >= n_decisions)
        return ptl_fail(err, PTL_E_INVALID, "decision %d is not among %d", x->decision,
                        n_decisions);
    PTL_TRY(check_numbers(x, err));
    const ptl_experiment_decision *const d = &decisions[x->decision];
    PTL_TRY(check_arm(&x->control, "control", d->n_actions, err));
    PTL_TRY(check_arm(&x->treatment, "treatment", d->n_actions, err));
    if (!(x->control.share + x->treatment.share <= 1.0))
        return ptl_fail(err, PTL_E_INVALID, "shares of control and treatment exceed 1: %g + %g",
                        x->control.share, x->treatment.share);
    if (!x->measured) return ptl_fail(err, PTL_E_INVALID, "measured is missing");
    for (int64_t s = 0; s < d->n_draws; s++)
        if (!isfinite(x->measured[s]))
            return ptl_fail(err, PTL_E_INVALID, "measured is %g in draw %lld", x->measured[s],
                            (long long)s);
    return PTL_OK;
}

/* ---- the decision before anything is measured ---- */

static void decide_now(ptl_decision_now *now, double *mean, const ptl_experiment_decision *d)
{
    now->best = 0, now->mean = mean;
    for (int64_t a = 0; a < d->n_actions; a++) {
        ptl_sum sum = {0};
        for (int64_t s = 0; s < d->n_draws; s++)
            ptl_sum_add(&sum, d->utility[s * d->n_actions + a]);
        mean[a] = ptl_sum_value(&sum) / (double)d->n_draws;
        if (mean[a] > mean[now->best]) now->best = a;
    }
    now->value = mean[now->best];
    ptl_sum gain = {0};
    for (int64_t s = 0; s < d->n_draws; s++) {
        const double *const u = d->utility + s * d->n_actions;
        double most = u[now->best];
        for (int64_t a = 0; a < d->n_actions; a++) most = fmax(most, u[a]);
        ptl_sum_add(&gain, most - u[now->best]);
    }
    now->evpi = ptl_sum_value(&gain) / (double)d->n_draws;
}

/* ---- one design ---- */

typedef struct ranking {
    ptl_experiment_value *values;
    const ptl_experiment_decision *decisions;
    const ptl_decision_now *now;
    const ptl_experiment_design *designs;
    int64_t n_designs;
    const ptl_experiment_options *o;
    ptl_rule_scratch scratch[STRIPES];
} ranking;

/* D(from, to) / D(0, horizon). */
static double horizon_share(const ptl_experiment_options *o, int32_t from, int32_t to)
{
    double part = 0.0, whole = 0.0;
    for (int32_t t = 0; t < o->horizon_weeks; t++) {
        const double weight = exp(-log1p(o->discount_annual) * t / 52.0);
        whole += weight;
        if (t >= from && t < to) part += weight;
    }
    return part / whole;
}

/* Chance that a reading about m with sd s differs from zero at the level. */
static double chance_to_tell(double m, double s, double level)
{
    if (!(s > 0.0)) return m == 0.0 ? level : 1.0;
    const double z = -ptl_normal_quantile_std(0.5 * level);
    return 0.5 * (erfc((z - m / s) / sqrt(2.0)) + erfc((z + m / s) / sqrt(2.0)));
}

static void fill_power(ptl_experiment_value *v, const ranking *k, const ptl_experiment_design *x)
{
    const double s = hypot(x->error_sd, x->bias_sd);
    const int64_t n = k->decisions[x->decision].n_draws;
    ptl_sum sum = {0};
    for (int64_t i = 0; i < n; i++)
        ptl_sum_add(&sum, chance_to_tell(x->measured[i], s, k->o->level));
    v->assurance = ptl_sum_value(&sum) / (double)n;
    v->power = isfinite(k->o->effect) ? chance_to_tell(k->o->effect, s, k->o->level) : PTL_NAN;
}

static void value_design(const ranking *k, int64_t idx, ptl_rule_scratch *scratch)
{
    const ptl_experiment_design *const x = &k->designs[idx];
    const ptl_decision_now *const now = &k->now[x->decision];
    ptl_experiment_value *const v = &k->values[idx];
    *v =
        (ptl_experiment_value){.evpi = now->evpi, .action_now = now->best, .value_now = now->value};
    ptl_experiment_rule(v, &k->decisions[x->decision], now, x, k->o, scratch);
    fill_power(v, k, x);
    const double testing = horizon_share(k->o, 0, x->weeks);
    v->share_left = horizon_share(k->o, x->weeks + x->weeks_to_read, k->o->horizon_weeks);
    v->margin_forgone =
        testing * (x->control.share * (now->value - now->mean[x->control.action]) +
                   x->treatment.share * (now->value - now->mean[x->treatment.action]));
    v->cost = x->cost + v->margin_forgone;
    v->enbs = v->evsi * v->share_left - v->cost;
    const bool clear = fabs(v->enbs) >= 2.0 * v->evsi_se * v->share_left;
    v->verdict = clear ? PTL_CONVERGED : PTL_INACCURATE;
}

static ptl_status stripe(void *payload, int64_t task_idx, ptl_error *err)
{
    (void)err;
    ranking *const k = payload;
    for (int64_t i = task_idx; i < k->n_designs; i += STRIPES)
        value_design(k, i, &k->scratch[task_idx]);
    return PTL_OK;
}

/* ---- many designs ---- */

#define ALLOC(target, n)                                                                           \
    do {                                                                                           \
        (target) = ptl_arena_array(arena, (n), sizeof *(target), err);                             \
        if (!(target)) return err ? err->status : PTL_E_LIMIT;                                     \
    } while (0)

typedef struct extent {
    int64_t n_draws, n_cells; /* the largest decision's */
} extent;

static ptl_status cut_scratch(ptl_rule_scratch *s, const extent *e, int64_t n_outcomes,
                              ptl_arena *arena, ptl_error *err)
{
    const int64_t n_order = e->n_draws > n_outcomes ? e->n_draws : n_outcomes;
    ALLOC(s->order, n_order);
    ALLOC(s->swap, n_order);
    ALLOC(s->pool, e->n_draws);
    ALLOC(s->fit, 2 * e->n_cells);
    ALLOC(s->off, e->n_draws);
    ALLOC(s->weight, 2 * e->n_draws);
    ALLOC(s->gain, e->n_draws);
    ALLOC(s->outcome, n_outcomes);
    ALLOC(s->key, n_outcomes);
    s->n_rule_max = n_order;
    ALLOC(s->border, n_order);
    ALLOC(s->action, n_order);
    return PTL_OK;
}

static ptl_status prepare(ranking *k, int32_t n_decisions, ptl_arena *arena, ptl_error *err)
{
    extent e = {0};
    ptl_decision_now *now;
    ALLOC(now, n_decisions);
    for (int32_t i = 0; i < n_decisions; i++) {
        const ptl_experiment_decision *const d = &k->decisions[i];
        double *mean;
        ALLOC(mean, d->n_actions);
        decide_now(&now[i], mean, d);
        if (d->n_draws > e.n_draws) e.n_draws = d->n_draws;
        if (d->n_draws * d->n_actions > e.n_cells) e.n_cells = d->n_draws * d->n_actions;
    }
    k->now = now;
    for (int64_t i = 0; i < STRIPES && i < k->n_designs; i++)
        PTL_TRY(cut_scratch(&k->scratch[i], &e, k->o->n_outcomes, arena, err));
    return PTL_OK;
}

static ptl_status check_all(const ranking *k, int32_t n_decisions, ptl_error *err)
{
    PTL_TRY(check_options(k->o, err));
    if (n_decisions < 1) return ptl_fail(err, PTL_E_INVALID, "there is no decision");
    if (k->n_designs < 0 || k->n_designs > PTL_EXPERIMENT_DESIGNS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "n_designs must be 0 to %d, not %lld",
                        PTL_EXPERIMENT_DESIGNS_MAX, (long long)k->n_designs);
    for (int32_t i = 0; i < n_decisions; i++) PTL_TRY(check_decision(&k->decisions[i], i, err));
    for (int64_t i = 0; i < k->n_designs; i++) {
        const ptl_experiment_design *const x = &k->designs[i];
        const ptl_status st = check_design(x, k->decisions, n_decisions, err);
        if (st != PTL_OK)
            return ptl_error_prefix(err, st, "design %lld \"%s\"", (long long)i,
                                    x->name ? x->name : "");
    }
    return PTL_OK;
}

ptl_status ptl_experiment_solve(ptl_experiment_choice *out, ptl_experiment_value *values,
                                const ptl_experiment_decision *decisions, int32_t n_decisions,
                                const ptl_experiment_design *designs, int64_t n_designs,
                                const ptl_experiment_options *options,
                                const ptl_experiment_work *work, ptl_error *err)
{
    const ptl_experiment_options o = options ? *options : ptl_experiment_options_default();
    ranking k = {.values = values,
                 .decisions = decisions,
                 .designs = designs,
                 .n_designs = n_designs,
                 .o = &o};
    PTL_TRY(check_all(&k, n_decisions, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    ptl_status st = prepare(&k, n_decisions, work->arena, err);
    if (st == PTL_OK) {
        const int64_t n_tasks = n_designs < STRIPES ? n_designs : STRIPES;
        st = n_tasks > 0 ? ptl_executor_run(work->executor, n_tasks, stripe, &k, err) : PTL_OK;
    }
    ptl_arena_rewind(work->arena, mark);
    if (st != PTL_OK) return st;
    *out = (ptl_experiment_choice){.best = -1};
    for (int64_t i = 0; i < n_designs; i++) {
        if (values[i].enbs > 0.0) out->n_positive++;
        if (values[i].enbs > out->enbs) out->best = i, out->enbs = values[i].enbs;
    }
    return PTL_OK;
}
