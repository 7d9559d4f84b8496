/* hazard.c: credit by how the rate of conversion rises after a touch and falls again.
 *
 * The question.   When a journey converted, which of its touches was still working?
 * The quantity.   rate(t) = mu + sum over touches i before t of beta_ci w_ci exp(-w_ci (t - t_i)).
 *                 Credit of a touch is its part of the rate at the conversion; the baseline mu has
 *                 its own part, so that not everything is some channel's. They sum to one.
 * The model.      Additive hazard with decaying touch effects (Zhang, Wei & Ren 2014; kernels of
 *                 Hawkes 1971 with touches as given). Journeys are watched from their first touch
 *                 to a conversion or to a day until which none came (censoring); what ends the
 *                 watching otherwise must not depend on what would have come.
 * The method.     Maximum likelihood (hazard_fit.c) from sums over journeys (hazard_data.c).
 * Differences.    The paper has no baseline and one likelihood term a user; here a baseline stops
 *                 channels from being paid for what comes anyway, and journeys may be weighted.
 * Not identified. Nothing touched converts; no time passes. A channel nobody touched has NaN, an
 *                 effect of nothing has no half-life, and one at a bound of its search says so.
 *                 An effect that decays more slowly than journeys are long looks like baseline.
 * Intervals.      Every replicate of the groups is fitted again (attribution_interval.c). At the
 *                 edge, where an effect is nothing, resampling knows no width: there is none.
 * Cost.           (replicates + 1) fits of some 50 evaluations each; replicates side by side. */
#include "science/hazard_internal.h"

/* Share of the conversions below which an effect counts as nothing and has no half-life. */
#define NOTHING 1e-6
/* A half-life within this share, in logs, of its search's ends is at the bound. */
#define AT_BOUND 0.005

ptl_hazard_options ptl_hazard_options_default(void)
{
    ptl_hazard_options o = {.size = (int32_t)sizeof(ptl_hazard_options),
                            .half_life_min_days = 1.0 / 24.0,
                            .half_life_max_days = 90.0,
                            .resolution_days = 1.0 / 1440.0,
                            .iter_max = 2000,
                            .grad_tol = 1e-7,
                            .replicate_grad_tol = 1e-6,
                            .interval = ptl_interval_options_default()};
    o.interval.method = PTL_INTERVAL_JACKKNIFE;
    return o;
}

static ptl_status check(const ptl_hazard_options *o, ptl_error *err)
{
    if (!(o->half_life_min_days > 0.0 && o->half_life_max_days > o->half_life_min_days &&
          o->half_life_max_days <= 3650.0))
        return ptl_fail(err, PTL_E_INVALID,
                        "half-lives from %g to %g days; they lie above 0 and up to 3650, in order",
                        o->half_life_min_days, o->half_life_max_days);
    if (!(o->resolution_days > 0.0 && o->resolution_days <= 30.0))
        return ptl_fail(err, PTL_E_INVALID, "resolution_days must lie above 0 and up to 30, not %g",
                        o->resolution_days);
    if (o->iter_max < 10 || o->iter_max > 100000)
        return ptl_fail(err, PTL_E_INVALID, "iter_max must be 10 to 100000, not %d", o->iter_max);
    if (!(o->grad_tol > 0.0 && o->grad_tol <= 1e-2))
        return ptl_fail(err, PTL_E_INVALID, "grad_tol must lie above 0 and up to 0.01, not %g",
                        o->grad_tol);
    if (!(o->replicate_grad_tol > 0.0 && o->replicate_grad_tol <= 1e-2))
        return ptl_fail(err, PTL_E_INVALID,
                        "replicate_grad_tol must lie above 0 and up to 0.01, not %g",
                        o->replicate_grad_tol);
    return PTL_OK;
}

/* Columns of the draws of one row. */
typedef struct draws {
    double *baseline;        /* n_rows              */
    double *effect, *decay;  /* [n_rows x n_channels]; decay: log half-life      */
    ptl_credit_draws credit; /* [n_rows x (n_channels + 1)] */
    bool *failed;            /* n_rows */
} draws;

typedef struct problem {
    const ptl_hazard_options *o;
    ptl_replicates r;
    ptl_hazard_data d;
    ptl_hazard_fit whole;
    ptl_hazard_fit fit[TASKS];
    ptl_hazard_work work[TASKS];
    draws draw;
} problem;

static bool is_nothing(const problem *q, const ptl_hazard_fit *fit, int32_t k)
{
    double all = 0.0;
    for (int32_t c = 0; c <= q->d.n_channels; c++) all += fit->at_end[c];
    return !(fit->at_end[k] > NOTHING * all);
}

static void keep(problem *q, int64_t row, const ptl_hazard_fit *fit)
{
    const int32_t n = q->d.n_channels;
    const bool failed = fit->verdict != PTL_CONVERGED && fit->verdict != PTL_INACCURATE;
    q->draw.failed[row] = failed;
    q->draw.baseline[row] = failed ? PTL_NAN : fit->baseline;
    for (int32_t k = 0; k < n; k++) {
        const bool known = !failed && q->d.seen[k];
        q->draw.effect[row * n + k] = known ? fit->effect[k] : PTL_NAN;
        q->draw.decay[row * n + k] =
            known && !is_nothing(q, fit, k) ? log(log(2.0) / fit->rate[k]) : PTL_NAN;
    }
    for (int32_t k = 0; k <= n; k++) {
        q->draw.credit.credit[row * (n + 1) + k] = failed ? PTL_NAN : fit->at_end[k];
        q->draw.credit.value[row * (n + 1) + k] = failed ? PTL_NAN : fit->at_end_value[k];
    }
}

static ptl_status replicate_task(void *payload, int64_t task, ptl_error *err)
{
    problem *const q = payload;
    for (int64_t row = 1 + task; row < q->r.n_rows; row += TASKS) {
        PTL_TRY(ptl_hazard_maximise(&q->fit[task], &q->d, q->r.weight + row * GROUPS, &q->whole,
                                    q->o, &q->work[task], err));
        keep(q, row, &q->fit[task]);
    }
    return PTL_OK;
}

static ptl_status alloc(problem *q, ptl_arena *arena, ptl_error *err)
{
    const int64_t rows = q->r.n_rows, n = q->d.n_channels;
    ALLOC(q->draw.baseline, arena, rows, err);
    ALLOC(q->draw.effect, arena, rows * n, err);
    ALLOC(q->draw.decay, arena, rows * n, err);
    ALLOC(q->draw.credit.credit, arena, rows * (n + 1), err);
    ALLOC(q->draw.credit.value, arena, rows * (n + 1), err);
    ALLOC(q->draw.failed, arena, rows, err);
    PTL_TRY(ptl_hazard_fit_alloc(&q->whole, &q->d, arena, err));
    for (int t = 0; t < TASKS && (t == 0 || t < rows - 1); t++) {
        PTL_TRY(ptl_hazard_fit_alloc(&q->fit[t], &q->d, arena, err));
        PTL_TRY(ptl_hazard_work_alloc(&q->work[t], &q->d, q->o, arena, err));
    }
    return PTL_OK;
}

static bool near_bound(double rate, const ptl_hazard_options *o)
{
    const double span = log(o->half_life_max_days / o->half_life_min_days);
    const double at = log(log(2.0) / rate / o->half_life_min_days) / span;
    return at < AT_BOUND || at > 1.0 - AT_BOUND;
}

static ptl_estimate exponentiated(ptl_estimate e)
{
    return (ptl_estimate){exp(e.point), exp(e.low), exp(e.high), e.probability};
}

static ptl_status report(ptl_hazard_result *out, problem *q, const ptl_paths *paths,
                         const ptl_attribution_total *total, ptl_arena *arena, ptl_error *err)
{
    const int32_t n = q->d.n_channels;
    const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    ptl_paths with_baseline = *paths;
    with_baseline.n_channels = n + 1;
    out->baseline = ptl_replicates_estimate(&q->r, q->draw.baseline, 1, 0.0);
    for (int32_t k = 0; k < n; k++) {
        const double effect = q->draw.effect[k], decay = q->draw.decay[k];
        out->effect[k] =
            isnan(effect) ? nothing : ptl_replicates_estimate(&q->r, q->draw.effect + k, n, 0.0);
        if (isnan(decay)) out->effect[k] = (ptl_estimate){effect, PTL_NAN, PTL_NAN, PTL_NAN};
        out->half_life_days[k] =
            isnan(decay) ? nothing
                         : exponentiated(ptl_replicates_estimate(&q->r, q->draw.decay + k, n, 0.0));
        out->at_bound[k] = !isnan(decay) && near_bound(q->whole.rate[k], q->o);
    }
    for (int64_t row = 1; row < q->r.n_rows; row++) out->n_failed += q->draw.failed[row];
    PTL_TRY(ptl_credit_estimate(&out->credit, &with_baseline, total, &q->r, &q->draw.credit, NULL,
                                arena, err));
    out->params = (ptl_hazard_params){.n_channels = n,
                                      .baseline = q->whole.baseline,
                                      .effect = q->whole.effect,
                                      .rate = q->whole.rate,
                                      .resolution_days = q->o->resolution_days};
    out->log_likelihood = q->whole.log_likelihood;
    out->n_evaluations = q->whole.n_evaluations;
    out->verdict = out->credit.verdict = q->whole.verdict;
    return PTL_OK;
}

/* Nothing converts, or no time passes: every figure is NaN. */
static ptl_status say_nothing(ptl_hazard_result *out, const ptl_attribution_total *total,
                              ptl_arena *arena, ptl_error *err)
{
    const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    const int32_t n = out->n_channels;
    double *none;
    ALLOC(none, arena, 2 * n, err);
    out->baseline = nothing;
    out->credit = (ptl_attribution_result){
        .verdict = PTL_NOT_IDENTIFIED, .n_channels = n + 1, .total = *total};
    ALLOC(out->credit.credit, arena, n + 1, err);
    ALLOC(out->credit.share, arena, n + 1, err);
    ALLOC(out->credit.value, arena, n + 1, err);
    for (int32_t k = 0; k <= n; k++)
        out->credit.credit[k] = out->credit.share[k] = out->credit.value[k] = nothing;
    for (int32_t k = 0; k < n; k++) {
        out->effect[k] = out->half_life_days[k] = nothing;
        none[k] = none[n + k] = PTL_NAN;
    }
    out->params =
        (ptl_hazard_params){.n_channels = n, .baseline = PTL_NAN, .effect = none, .rate = none + n};
    out->log_likelihood = PTL_NAN;
    return PTL_OK;
}

static ptl_status solve(ptl_hazard_result *out, const ptl_paths *paths, const ptl_hazard_options *o,
                        const ptl_attribution_work *work, ptl_error *err)
{
    ptl_arena *const arena = work->arena;
    ptl_attribution_total total;
    ptl_groups groups;
    problem *q;
    PTL_TRY(ptl_paths_total(&total, paths, err));
    *out = (ptl_hazard_result){.verdict = PTL_NOT_IDENTIFIED, .n_channels = paths->n_channels};
    ALLOC(out->effect, arena, paths->n_channels, err);
    ALLOC(out->half_life_days, arena, paths->n_channels, err);
    ALLOC(out->at_bound, arena, paths->n_channels, err);
    if (total.n_converting == 0) return say_nothing(out, &total, arena, err);
    ALLOC(q, arena, 1, err);
    q->o = o;
    ptl_paths_groups(&groups, paths);
    PTL_TRY(ptl_replicates_make(&q->r, &o->interval, &groups, work, err));
    PTL_TRY(ptl_hazard_gather(&q->d, paths, o, arena, err));
    PTL_TRY(alloc(q, arena, err));
    PTL_TRY(ptl_hazard_maximise(&q->whole, &q->d, q->r.weight, NULL, o, &q->work[0], err));
    keep(q, 0, &q->whole);
    PTL_TRY(ptl_executor_run(work->executor, TASKS, replicate_task, q, err));
    return report(out, q, paths, &total, arena, err);
}

ptl_status ptl_hazard_solve(ptl_hazard_result *out, const ptl_paths *paths,
                            const ptl_hazard_options *options, const ptl_attribution_work *work,
                            ptl_error *err)
{
    const ptl_hazard_options o = options ? *options : ptl_hazard_options_default();
    PTL_TRY(ptl_attribution_check(work, o.size, (int32_t)sizeof o, "hazard", err));
    PTL_TRY(check(&o, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve(out, paths, &o, work, err), work->arena, mark);
}

/* ---- one journey ---- */

static ptl_status check_journey(const int32_t *touches, const double *gap_days, int64_t n,
                                const ptl_hazard_params *p, ptl_error *err)
{
    if (n < 0) return ptl_fail(err, PTL_E_INVALID, "a journey of %lld touches", (long long)n);
    if (!p || !(p->baseline >= 0.0))
        return ptl_fail(err, PTL_E_INVALID, "parameters are missing, or no model was found");
    for (int64_t i = 0; i < n; i++) {
        if (touches[i] < 0 || touches[i] >= p->n_channels)
            return ptl_fail(err, PTL_E_INVALID, "touch %lld: channel %d is not in 0 to %d",
                            (long long)i, touches[i], p->n_channels - 1);
        if (gap_days && !(gap_days[i] >= 0.0 && isfinite(gap_days[i])))
            return ptl_fail(err, PTL_E_INVALID, "touch %lld: gap of %g days", (long long)i,
                            gap_days[i]);
    }
    return PTL_OK;
}

ptl_status ptl_hazard_journey(double *weight, const int32_t *touches, const double *gap_days,
                              int64_t n, const ptl_hazard_params *p, ptl_error *err)
{
    PTL_TRY(check_journey(touches, gap_days, n, p, err));
    double age = 0.0, rate = p->baseline;
    weight[n] = p->baseline;
    for (int64_t i = n - 1; i >= 0; i--) {
        const int32_t k = touches[i];
        age += gap_days ? gap_days[i] : 1.0;
        weight[i] =
            p->effect[k] * p->rate[k] * exp(-p->rate[k] * ptl_hazard_age(age, p->resolution_days));
        rate += weight[i];
    }
    if (!(rate > 0.0)) weight[n] = rate = 1.0;
    for (int64_t i = 0; i <= n; i++) weight[i] /= rate;
    return PTL_OK;
}

ptl_status ptl_hazard_predict(double *chance, const int32_t *touches, const double *gap_days,
                              int64_t n, double horizon_days, const ptl_hazard_params *p,
                              ptl_error *err)
{
    PTL_TRY(check_journey(touches, gap_days, n, p, err));
    if (!(horizon_days > 0.0 && isfinite(horizon_days)))
        return ptl_fail(err, PTL_E_INVALID, "horizon_days must be positive, not %g", horizon_days);
    double age = 0.0, burden = p->baseline * horizon_days;
    for (int64_t i = n - 1; i >= 0; i--) {
        const double w = p->rate[touches[i]];
        if (i < n - 1) age += gap_days ? gap_days[i] : 1.0; /* the last gap is the future */
        burden -= p->effect[touches[i]] * exp(-w * age) * expm1(-w * horizon_days);
    }
    *chance = -expm1(-burden);
    return PTL_OK;
}
