/* triangulate.c: what a channel caused, from everything that has something to say about it.
 *
 * The question.   The mix model, journey credit and the platform all give a figure for a channel.
 *                 Which one goes into the books?
 * The quantity.   Incremental CM1 per channel, in one period, geo and slope (triangulate_map.c).
 * The model.      The effect is what the mix model says, experiments inside. Credit is a witness
 *                 with a bias that is learnt on channels of grade A and B (triangulate_bias.c).
 *                 Claims are no witness at all: they stand beside with claim / figure.
 * The rule.       Where credit and effect agree within what the learnt bias allows, one figure from
 *                 both. Where they conflict (p < 0.05) there is none: both stand, and the standard
 *                 error that an experiment needs to tell them apart, |difference| / (z_0.975 +
 *                 z_0.8). Credit lifts no grade: a figure's grade is its effect's.
 * Not identified. No effect: credit alone is never a figure. Its expectation is given where the
 *                 bias rests on enough channels, else nothing is.
 * Cost.           See triangulate_bias.c; 40 KiB an estimand and the result in the arena. */
#include "science/triangulate_internal.h"

#include "portolan/special.h"

#define ALLOC(target, arena, n, err)                                                               \
    do {                                                                                           \
        (target) = ptl_arena_array((arena), (n), sizeof *(target), (err));                         \
        if (!(target)) return (err) ? (err)->status : PTL_E_LIMIT;                                 \
    } while (0)

static const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};

ptl_triangulate_options ptl_triangulate_options_default(void)
{
    return (ptl_triangulate_options){.size = (int32_t)sizeof(ptl_triangulate_options),
                                     .bias_scale = log(4.0),
                                     .spread_scale = log(2.0),
                                     .conflict_p = 0.05,
                                     .learn_min = 3,
                                     .probability = 0.90};
}

static ptl_status check_options(const ptl_triangulate_options *o, ptl_error *err)
{
    if (o->size != (int32_t)sizeof *o)
        return ptl_fail(err, PTL_E_VERSION,
                        "triangulate options are %d bytes, not %zu: use the _default()", o->size,
                        sizeof *o);
    if (!(o->bias_scale > 0.0 && o->bias_scale <= 10.0))
        return ptl_fail(err, PTL_E_INVALID, "bias_scale must lie above 0 and up to 10, not %g",
                        o->bias_scale);
    if (!(o->spread_scale > 0.0 && o->spread_scale <= 10.0))
        return ptl_fail(err, PTL_E_INVALID, "spread_scale must lie above 0 and up to 10, not %g",
                        o->spread_scale);
    if (!(o->conflict_p > 0.0 && o->conflict_p < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "conflict_p must lie between 0 and 1, not %g",
                        o->conflict_p);
    if (o->learn_min < 1 || o->learn_min > PTL_TRIANGULATE_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "learn_min must be 1 to %d, not %d",
                        PTL_TRIANGULATE_CHANNELS_MAX, o->learn_min);
    if (!(o->probability > 0.0 && o->probability < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "probability must lie between 0 and 1, not %g",
                        o->probability);
    return PTL_OK;
}

static ptl_status check_estimand(const ptl_estimand *e, const ptl_source *sources,
                                 int32_t n_sources, const ptl_arena *arena, ptl_error *err)
{
    if (!e || !arena) return ptl_fail(err, PTL_E_INVALID, "the estimand or the arena is missing");
    if (e->n_channels < 1)
        return ptl_fail(err, PTL_E_INVALID, "an estimand of %d channels", e->n_channels);
    if (e->n_channels > PTL_TRIANGULATE_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "an estimand of %d channels; the ceiling is %d",
                        e->n_channels, PTL_TRIANGULATE_CHANNELS_MAX);
    if (n_sources < 0 || (n_sources > 0 && !sources))
        return ptl_fail(err, PTL_E_INVALID, "%d sources", n_sources);
    if (n_sources > PTL_TRIANGULATE_SOURCES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%d sources; the ceiling is %d", n_sources,
                        PTL_TRIANGULATE_SOURCES_MAX);
    if (e->period_to < e->period_from)
        return ptl_fail(err, PTL_E_INVALID, "an estimand from day %lld to day %lld",
                        (long long)e->period_from, (long long)e->period_to);
    for (int32_t k = 0; e->spend && k < e->n_channels; k++)
        if (!(e->spend[k] >= 0.0 && isfinite(e->spend[k])))
            return ptl_fail(err, PTL_E_INVALID, "channel %d: spend of %g", k, e->spend[k]);
    return PTL_OK;
}

static ptl_estimate estimate_of(const ptl_mixture *log_effect, double probability)
{
    const double tail = 0.5 * (1.0 - probability);
    return (ptl_estimate){exp(ptl_mixture_quantile(log_effect, 0.5)),
                          exp(ptl_mixture_quantile(log_effect, tail)),
                          exp(ptl_mixture_quantile(log_effect, 1.0 - tail)), probability};
}

/* claim / figure. A figure that may be zero puts no bound on it from above. */
static ptl_estimate over_claim(double claim, ptl_estimate figure)
{
    if (!(isfinite(claim) && figure.point > 0.0)) return nothing;
    const double high = figure.low > 0.0 ? claim / figure.low : HUGE_VAL;
    return (ptl_estimate){claim / figure.point, claim / figure.high, high, figure.probability};
}

/* What a solve carries along. */
typedef struct problem {
    const ptl_triangulate_options *o;
    int32_t n;
    ptl_pair *pair;
    ptl_bias *bias;
    ptl_mixture *mixture;
    ptl_source_use *use;
} problem;

static void settle(ptl_triangulated *out)
{
    /* power 0.8 of a two-sided test at 5 % */
    const double z = ptl_normal_quantile_std(0.975) + ptl_normal_quantile_std(0.8);
    out->conflict = true;
    out->figure = nothing;
    out->settle_error = fabs(out->effect.point - out->from_credit.point) / z;
}

static void compare(ptl_triangulated *out, const problem *q, const ptl_pair *pair)
{
    ptl_bias_predict(q->mixture, q->bias, pair);
    out->from_credit = estimate_of(q->mixture, q->o->probability);
    ptl_bias_pool(q->mixture, &out->p, q->bias, pair);
    out->figure = estimate_of(q->mixture, q->o->probability);
    if (out->p < q->o->conflict_p) settle(out);
}

/* Credit alone: an expectation where enough channels taught its bias, and a reason otherwise. */
static void expect_alone(ptl_triangulated *out, const problem *q, const ptl_pair *pair)
{
    const bool none = pair->effect < 0;
    q->use[pair->credit] = none ? PTL_SOURCE_NO_EFFECT : PTL_SOURCE_NOT_POSITIVE;
    if (!none || out->prior_speaks) return;
    ptl_bias_predict(q->mixture, q->bias, pair);
    out->from_credit = estimate_of(q->mixture, q->o->probability);
}

static void solve_channel(ptl_triangulated *out, const problem *q, int32_t k)
{
    const ptl_pair *const pair = &q->pair[k];
    *out = (ptl_triangulated){.verdict = pair->effect >= 0 ? PTL_CONVERGED : PTL_NOT_IDENTIFIED,
                              .grade = pair->grade,
                              .effect = pair->effect_figure,
                              .credit = pair->credit_figure,
                              .from_credit = nothing,
                              .figure = pair->effect_figure,
                              .p = PTL_NAN,
                              .settle_error = PTL_NAN,
                              .claim = pair->claim_figure};
    ptl_bias_learn(q->bias, q->pair, q->n, k, q->o);
    out->n_learnt = q->bias->n_learnt;
    out->prior_speaks = q->bias->n_learnt < q->o->learn_min;
    if (ptl_pair_compares(pair))
        compare(out, q, pair);
    else if (pair->credit >= 0)
        expect_alone(out, q, pair);
    out->over_claim = over_claim(out->claim, out->conflict ? out->effect : out->figure);
}

/* b and tau over all channels that teach. tau is a mixture of points: its quantile is the node
 * where the weights add up. */
static void describe_bias(ptl_triangulate_result *out, const problem *q)
{
    ptl_bias *const b = q->bias;
    ptl_bias_learn(b, q->pair, q->n, -1, q->o);
    out->n_learnt = b->n_learnt;
    out->prior_speaks = b->n_learnt < q->o->learn_min;
    q->mixture->n = PTL_BIAS_NODES;
    for (int32_t i = 0; i < PTL_BIAS_NODES; i++) {
        q->mixture->weight[i] = b->weight[i];
        q->mixture->mean[i] = b->mean[i];
        q->mixture->sd[i] = sqrt(b->variance[i]);
    }
    out->bias = estimate_of(q->mixture, q->o->probability);
    const double tail = 0.5 * (1.0 - q->o->probability), at[3] = {0.5, tail, 1.0 - tail};
    double found[3] = {PTL_NAN, PTL_NAN, PTL_NAN};
    for (int j = 0; j < 3; j++) {
        double sum = 0.0;
        for (int32_t i = 0; i < PTL_BIAS_NODES && !(sum >= at[j]); i++) {
            const double before = sum;
            sum += b->weight[i];
            if (!(sum >= at[j])) continue;
            const double from = i > 0 ? 0.5 * (b->tau[i - 1] + b->tau[i]) : 0.0;
            const double to =
                i + 1 < PTL_BIAS_NODES ? 0.5 * (b->tau[i] + b->tau[i + 1]) : b->tau[i];
            found[j] = from + (at[j] - before) / b->weight[i] * (to - from);
        }
    }
    out->spread = (ptl_estimate){exp(found[0]), exp(found[1]), exp(found[2]), q->o->probability};
}

static ptl_status solve(ptl_triangulate_result *out, const ptl_estimand *e,
                        const ptl_source *sources, int32_t n_sources,
                        const ptl_triangulate_options *o, ptl_arena *arena, ptl_error *err)
{
    problem q = {.o = o, .n = e->n_channels};
    *out = (ptl_triangulate_result){.verdict = PTL_NOT_IDENTIFIED,
                                    .n_channels = e->n_channels,
                                    .n_sources = n_sources,
                                    .settle_first = -1};
    ALLOC(out->channel, arena, e->n_channels, err);
    ALLOC(out->use, arena, n_sources, err);
    ALLOC(q.pair, arena, e->n_channels, err);
    ALLOC(q.bias, arena, 1, err);
    ALLOC(q.mixture, arena, 1, err);
    q.use = out->use;
    PTL_TRY(ptl_sources_map(q.pair, out->use, e, sources, n_sources, err));
    double most = 0.0;
    for (int32_t k = 0; k < q.n; k++) {
        ptl_triangulated *const c = &out->channel[k];
        solve_channel(c, &q, k);
        if (c->verdict == PTL_CONVERGED) out->verdict = PTL_CONVERGED;
        out->n_conflicts += c->conflict;
        const double stake = c->conflict ? fabs(c->effect.point - c->from_credit.point) : 0.0;
        if (stake > most) out->settle_first = k;
        most = fmax(most, stake);
    }
    describe_bias(out, &q);
    return PTL_OK;
}

ptl_status ptl_triangulate_solve(ptl_triangulate_result *out, const ptl_estimand *estimand,
                                 const ptl_source *sources, int32_t n_sources,
                                 const ptl_triangulate_options *options, ptl_arena *arena,
                                 ptl_error *err)
{
    const ptl_triangulate_options o = options ? *options : ptl_triangulate_options_default();
    PTL_TRY(check_options(&o, err));
    PTL_TRY(check_estimand(estimand, sources, n_sources, arena, err));
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const ptl_status st = solve(out, estimand, sources, n_sources, &o, arena, err);
    if (st != PTL_OK) ptl_arena_rewind(arena, mark);
    return st;
}
