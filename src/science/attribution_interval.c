/* attribution_interval.c: intervals from groups of persons.
 *
 * The question.   How far could a credit be off because these persons came, and not others?
 * The quantity.   theta(w), any method's figure with group g counted w_g times; theta(1) is the
 *                 point. The interval is theta(1) -+ t s, s the replicates' standard error.
 * The model.      Persons are independent of each other, their own journeys are not. A person is
 *                 in one group, so groups are independent and, by hash, alike.
 * The method.     There are G = 64 groups, fixed by the hash: a group with nobody in it is a
 *                 group. Jackknife: leave out each in turn, the others weighted by G / (G - 1);
 *                 s^2 = (G - 1)/G sum (theta_g - mean)^2 (Efron & Stein 1981). Bootstrap: w_g ~
 *                 Poisson(1) independently (Hanley & MacGibbon 2006; Chamandy et al. 2012),
 *                 divided by their mean, since the number of groups is no part of the chance:
 *                 totals would otherwise be uncertain by 1/sqrt(G) even if all groups were alike.
 *                 s^2 is the variance of the replicates times G/(G - 1), as resampling shows only
 *                 (G - 1)/G of it. t is Student's quantile; its degrees of freedom are one less
 *                 than the groups seen.
 * Differences.    Percentiles of 200 draws are noisier than their standard deviation by a factor
 *                 of about two at 90 %, so the interval is the studentised normal one, symmetric.
 *                 It may therefore reach below zero for a channel that is nearly absent.
 * Not identified. Fewer than two groups seen, or a jackknife whose rest does not convert: low,
 *                 high and probability are NaN.
 * Cost.           Weights: rows x 64 doubles in the arena. Draw b comes from split b. */
#include "science/attribution_internal.h"

#include "portolan/sum.h"

ptl_interval_options ptl_interval_options_default(void)
{
    return (ptl_interval_options){.size = (int32_t)sizeof(ptl_interval_options),
                                  .method = PTL_INTERVAL_BOOTSTRAP,
                                  .n_replicates = 200,
                                  .probability = 0.90};
}

static ptl_status check(const ptl_interval_options *o, ptl_error *err)
{
    if (o->size != (int32_t)sizeof *o)
        return ptl_fail(err, PTL_E_VERSION,
                        "interval options are %d bytes, not %zu: use _default()", o->size,
                        sizeof *o);
    if (o->method != PTL_INTERVAL_NONE && o->method != PTL_INTERVAL_JACKKNIFE &&
        o->method != PTL_INTERVAL_BOOTSTRAP)
        return ptl_fail(err, PTL_E_INVALID, "interval method %d is not in the list",
                        (int)o->method);
    if (o->n_replicates < 20 || o->n_replicates > PTL_ATTRIBUTION_REPLICATES_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_replicates must be 20 to %d, not %d",
                        PTL_ATTRIBUTION_REPLICATES_MAX, o->n_replicates);
    if (!(o->probability > 0.0 && o->probability < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "probability must lie between 0 and 1, not %g",
                        o->probability);
    return PTL_OK;
}

/* P(|T| <= t) for whole degrees of freedom, by the finite series of Abramowitz & Stegun 26.7.3 and
 * 26.7.4 in theta = atan(t / sqrt(n)), whose cosine is 1 / sqrt(1 + t^2/n). */
static double t_within(double t, int32_t n)
{
    const double tangent = t / sqrt((double)n), theta = atan(tangent);
    const double c = 1.0 / hypot(1.0, tangent), s = tangent * c;
    const bool odd = n % 2 != 0;
    double term = odd ? c : 1.0, sum = n == 1 ? 0.0 : term;
    for (int32_t j = odd ? 3 : 2; j <= n - 2; j += 2) {
        term *= c * c * (j - 1.0) / j;
        sum += term;
    }
    return odd ? (theta + s * sum) * 2.0 / acos(-1.0) : s * sum;
}

/* t with P(|T| <= t) = p: bisection, since the series is monotone and 64 halvings are exact. */
double ptl_student_t(double p, int32_t n)
{
    double lo = 0.0, hi = 1.0;
    while (t_within(hi, n) < p && hi < 1e12) hi *= 2.0;
    for (int i = 0; i < 64; i++) {
        const double middle = 0.5 * (lo + hi);
        if (t_within(middle, n) < p)
            lo = middle;
        else
            hi = middle;
    }
    return 0.5 * (lo + hi);
}

/* Inversion by counting up: with mean 1 about two comparisons a draw. */
static double poisson_one(ptl_rng *rng)
{
    const double u = ptl_rng_uniform(rng);
    double p = exp(-1.0), below = p;
    int n = 0;
    for (; u > below && n < 40; below += p) p /= ++n;
    return n;
}

/* A draw that leaves out every group that converts has no credit to share, and is drawn again: with
 * n such groups that is once in e^n, so the others' distribution hardly changes. */
static void draw_weights(double weight[GROUPS], const ptl_groups *groups, ptl_rng rng)
{
    double converting = 0.0, sum = 0.0;
    for (int attempt = 0; attempt < 1000 && converting == 0.0; attempt++) {
        sum = 0.0;
        for (int g = 0; g < GROUPS; g++) {
            weight[g] = poisson_one(&rng);
            sum += weight[g];
            if (groups->converts[g]) converting += weight[g];
        }
    }
    for (int g = 0; g < GROUPS && sum > 0.0; g++) weight[g] *= GROUPS / sum;
}

static void leave_out(double weight[GROUPS], int64_t out)
{
    for (int g = 0; g < GROUPS; g++) weight[g] = g == out ? 0.0 : GROUPS / (GROUPS - 1.0);
}

ptl_status ptl_replicates_make(ptl_replicates *out, const ptl_interval_options *o,
                               const ptl_groups *groups, const ptl_attribution_work *work,
                               ptl_error *err)
{
    PTL_TRY(check(o, err));
    int32_t n_seen = 0;
    for (int g = 0; g < GROUPS; g++) n_seen += groups->seen[g];
    *out = (ptl_replicates){.n_rows = 1, .t = PTL_NAN, .probability = PTL_NAN};
    const bool jackknife = o->method == PTL_INTERVAL_JACKKNIFE;
    if (o->method != PTL_INTERVAL_NONE && n_seen >= 2) {
        out->n_rows = 1 + (jackknife ? GROUPS : o->n_replicates);
        out->t = ptl_student_t(o->probability, n_seen - 1);
        out->probability = o->probability;
        out->spread_factor =
            jackknife ? (GROUPS - 1.0) / GROUPS : GROUPS / (GROUPS - 1.0) / (o->n_replicates - 1.0);
    }
    ALLOC(out->weight, work->arena, out->n_rows * GROUPS, err);
    for (int g = 0; g < GROUPS; g++) out->weight[g] = 1.0;
    for (int64_t row = 1; row < out->n_rows; row++) {
        if (jackknife)
            leave_out(out->weight + row * GROUPS, row - 1);
        else
            draw_weights(out->weight + row * GROUPS, groups,
                         ptl_rng_split(&work->rng, (uint64_t)row));
    }
    return PTL_OK;
}

ptl_estimate ptl_replicates_estimate(const ptl_replicates *r, const double *draw, int64_t stride,
                                     double extra_variance)
{
    const ptl_estimate point_only = {draw[0], PTL_NAN, PTL_NAN, PTL_NAN};
    if (r->n_rows < 2) return point_only;
    ptl_sum sum = {0}, squares = {0};
    for (int64_t row = 1; row < r->n_rows; row++) ptl_sum_add(&sum, draw[row * stride]);
    const double mean = ptl_sum_value(&sum) / (double)(r->n_rows - 1);
    for (int64_t row = 1; row < r->n_rows; row++) {
        const double off = draw[row * stride] - mean;
        ptl_sum_add(&squares, off * off);
    }
    const double variance = r->spread_factor * ptl_sum_value(&squares) + extra_variance;
    if (!(variance >= 0.0 && isfinite(draw[0]))) return point_only;
    const double half = r->t * sqrt(variance);
    return (ptl_estimate){draw[0], draw[0] - half, draw[0] + half, r->probability};
}
