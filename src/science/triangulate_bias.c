/* triangulate_bias.c: how far credit is off, learnt where the effect is known.
 *
 * The question.   Credit says 1.3 and the effect is 4.0. How much is credit worth elsewhere?
 * The quantity.   For channel k: theta_k = log effect, c_k = log credit, x_k the log effect as
 *                 measured. b is the common log ratio of credit to effect, tau its spread.
 * The model.      x_k | theta_k ~ N(theta_k, s_k^2), and c_k | theta_k ~ N(theta_k + b, tau^2 +
 *                 u_k^2): log(credit / effect) = b + delta_k, delta_k ~ N(0, tau^2). b ~ N(0, B^2),
 *                 tau ~ half-normal(S). theta_k has no prior of its own: what a prior on effects
 *                 had to say was said in the mix model, once.
 * The method.     d_k = c_k - x_k ~ N(b, tau^2 + v_k), v_k = s_k^2 + u_k^2, on channels of grade A
 *                 or B. Given tau, b is normal with precision P = 1/B^2 + sum 1/(tau^2 + v_k) and
 *                 mean M/P, and integrates out:
 *                     -2 log p(d | tau) = sum log(tau^2 + v_k) + log(B^2 P)
 *                                         + sum (d_k - M/P)^2 / (tau^2 + v_k) + (M/P)^2 / B^2.
 *                 What is left is one integral over tau, by the trapezoidal rule after tau = S
 *                 exp(y - exp(-y)) (Takahasi & Mori 1974), which squares the number of right digits
 *                 with every halving and resolves tau from 1e-40 S to 13 S. So every posterior here
 *                 is a finite mixture of normals, and its quantiles are found by bisection.
 * A channel.      is held against the bias learnt on the others: credit alone lets its log effect
 *                 be expected as N(c - M/P, 1/P + tau^2 + u^2), mixed over tau. The measured effect
 *                 then weighs in by Bayes, mixture weights included: a channel whose own two
 *                 sources disagree believes more in a large tau, and so less in its credit.
 * Why not pool by precision. Credit's own error is its sampling error, which with a million
 *                 journeys is nothing. Its bias is not sampling error and does not shrink; tau
 *                 keeps it in the denominator however precise credit is.
 * Conflict.       The measured effect under the mixture that credit lets expect (Box 1980): two
 *                 sided, p = 2 min(F, 1 - F).
 * An effect whose interval reaches zero is normal, not log-normal: its likelihood in theta is taken
 *                 on a grid. It teaches nothing about the bias, since its log has no error.
 * Cost.           513 nodes x channels. No allocation. */
#include "science/triangulate_internal.h"

#include "portolan/special.h"

/* Half width of y: at -4 tau is 1e-25 S, below any error of a source; at 2.7 it is 14 S. */
#define Y_LOW (-4.0)
#define Y_HIGH 2.7

static void weigh_node(ptl_bias *out, int32_t i, const ptl_pair *pairs, int32_t n, int32_t without,
                       const ptl_triangulate_options *o)
{
    const double y = Y_LOW + (Y_HIGH - Y_LOW) * i / (PTL_BIAS_NODES - 1.0);
    const double tau = o->spread_scale * exp(y - exp(-y)), t = tau / o->spread_scale;
    const double prior = 1.0 / (o->bias_scale * o->bias_scale);
    double precision = prior, sum = 0.0, deviance = 0.0;
    for (int32_t k = 0; k < n; k++) {
        if (k == without || !ptl_pair_teaches(&pairs[k])) continue;
        const double v = tau * tau + pairs[k].error * pairs[k].error +
                         pairs[k].credit_error * pairs[k].credit_error;
        precision += 1.0 / v;
        sum += (pairs[k].log_credit - pairs[k].centre) / v;
        deviance += log(v);
    }
    const double mean = sum / precision;
    for (int32_t k = 0; k < n; k++) {
        if (k == without || !ptl_pair_teaches(&pairs[k])) continue;
        const double v = tau * tau + pairs[k].error * pairs[k].error +
                         pairs[k].credit_error * pairs[k].credit_error;
        const double off = pairs[k].log_credit - pairs[k].centre - mean;
        deviance += off * off / v;
    }
    deviance += log(precision / prior) + mean * mean * prior + t * t;
    out->tau[i] = tau;
    out->mean[i] = mean;
    out->variance[i] = 1.0 / precision;
    out->weight[i] = -0.5 * deviance + log(t) + log1p(exp(-y)); /* log, with d tau / d y */
}

/* Weights from their logs. Those that no sum of doubles would notice are nothing. */
static void normalise(double *weight, int32_t n)
{
    const double all = ptl_log_sum_exp(weight, n);
    for (int32_t i = 0; i < n; i++) weight[i] = exp(weight[i] - all);
}

void ptl_bias_learn(ptl_bias *out, const ptl_pair *pairs, int32_t n, int32_t without,
                    const ptl_triangulate_options *o)
{
    out->n_learnt = 0;
    for (int32_t k = 0; k < n; k++) out->n_learnt += k != without && ptl_pair_teaches(&pairs[k]);
    for (int32_t i = 0; i < PTL_BIAS_NODES; i++) weigh_node(out, i, pairs, n, without, o);
    normalise(out->weight, PTL_BIAS_NODES);
}

/* ---- mixtures of normals ---- */

double ptl_mixture_cdf(const ptl_mixture *m, double x)
{
    double sum = 0.0;
    for (int32_t i = 0; i < m->n; i++)
        if (m->weight[i] > 0.0)
            sum += m->weight[i] * 0.5 * erfc((m->mean[i] - x) / m->sd[i] * sqrt(0.5));
    return sum;
}

double ptl_mixture_density(const ptl_mixture *m, double x)
{
    const double root_two_pi = sqrt(2.0 * acos(-1.0));
    double sum = 0.0;
    for (int32_t i = 0; i < m->n; i++) {
        const double z = (x - m->mean[i]) / m->sd[i];
        if (m->weight[i] > 0.0) sum += m->weight[i] * exp(-0.5 * z * z) / (m->sd[i] * root_two_pi);
    }
    return sum;
}

double ptl_mixture_quantile(const ptl_mixture *m, double p)
{
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    for (int32_t i = 0; i < m->n; i++) { /* no component has a quantile outside */
        const double at = m->mean[i] + m->sd[i] * ptl_normal_quantile_std(p);
        if (m->weight[i] > 0.0 && at < lo) lo = at;
        if (m->weight[i] > 0.0 && at > hi) hi = at;
    }
    for (int step = 0; step < 60 && hi - lo > 1e-13 * (1.0 + fabs(lo)); step++) {
        const double middle = 0.5 * (lo + hi);
        if (ptl_mixture_cdf(m, middle) < p)
            lo = middle;
        else
            hi = middle;
    }
    return 0.5 * (lo + hi);
}

void ptl_bias_predict(ptl_mixture *out, const ptl_bias *bias, const ptl_pair *pair)
{
    out->n = PTL_BIAS_NODES;
    for (int32_t i = 0; i < PTL_BIAS_NODES; i++) {
        out->weight[i] = bias->weight[i];
        out->mean[i] = pair->log_credit - bias->mean[i];
        out->sd[i] = sqrt(bias->variance[i] + bias->tau[i] * bias->tau[i] +
                          pair->credit_error * pair->credit_error);
    }
}

static double two_sided(double below)
{
    return 2.0 * fmax(0.0, fmin(below, 1.0 - below));
}

/* ---- both sources, log-normal: closed form within a node ---- */

static void pool_log_normal(ptl_mixture *m, double *p, const ptl_pair *pair)
{
    const double s2 = pair->error * pair->error;
    double below = 0.0;
    for (int32_t i = 0; i < m->n; i++) {
        const double q = m->sd[i] * m->sd[i], all = q + s2,
                     z = (pair->centre - m->mean[i]) / sqrt(all);
        below += m->weight[i] * 0.5 * erfc(-z * sqrt(0.5));
        m->weight[i] = log(m->weight[i]) - 0.5 * (log(all) + z * z);
        m->mean[i] = (pair->centre * q + m->mean[i] * s2) / all;
        m->sd[i] = sqrt(q * s2 / all);
    }
    normalise(m->weight, m->n);
    *p = two_sided(below);
}

/* ---- both sources, normal: theta on a grid ---- */

/* Log posterior at points from lo to hi, each a component of half a cell, so that quantiles
 * interpolate between them. Returns P(an effect below the one measured) over this range. */
static double lay_grid(ptl_mixture *m, const ptl_mixture *expected, const ptl_pair *pair, double lo,
                       double hi)
{
    const double step = (hi - lo) / (PTL_BIAS_NODES - 1.0);
    double below = 0.0;
    m->n = PTL_BIAS_NODES;
    for (int32_t i = 0; i < m->n; i++) {
        const double theta = lo + step * i, z = (pair->centre - exp(theta)) / pair->error;
        const double density = ptl_mixture_density(expected, theta);
        below += density * step * 0.5 * erfc(-z * sqrt(0.5));
        m->mean[i] = theta;
        m->sd[i] = 0.5 * step;
        m->weight[i] = log(density) - 0.5 * z * z;
    }
    return below;
}

/* Twice: over all that credit lets expect, then over what of it is left with the effect. */
static void pool_normal(ptl_mixture *m, double *p, const ptl_pair *pair)
{
    const ptl_mixture expected = *m;
    const double tail = 1e-9, nothing = -16.0; /* of weight: a millionth of the peak */
    const double lo = ptl_mixture_quantile(&expected, tail);
    /* beyond, the likelihood is below exp(-32) of its peak */
    const double hi =
        fmin(ptl_mixture_quantile(&expected, 1.0 - tail), log(pair->centre + 8.0 * pair->error));
    *p = two_sided(lay_grid(m, &expected, pair, lo, hi));
    double most = -HUGE_VAL;
    for (int32_t i = 0; i < m->n; i++) most = fmax(most, m->weight[i]);
    int32_t first = 0, last = m->n - 1;
    while (first < last - 1 && !(m->weight[first + 1] > most + nothing)) first++;
    while (last > first + 1 && !(m->weight[last - 1] > most + nothing)) last--;
    lay_grid(m, &expected, pair, m->mean[first], m->mean[last]);
    normalise(m->weight, m->n);
}

void ptl_bias_pool(ptl_mixture *out, double *p, const ptl_bias *bias, const ptl_pair *pair)
{
    ptl_bias_predict(out, bias, pair);
    if (pair->log_normal)
        pool_log_normal(out, p, pair);
    else
        pool_normal(out, p, pair);
}
