/* mix_prior.c: priors of single numbers, seen from a free variable.
 *
 * The sampler moves in all of R^n. A value with a lower bound is low + exp(u), one between two
 * bounds low + (high - low) expit(u), a lognormal exp(a + b u), a normal a + b u; the log density
 * of u is that of the value plus the log of the Jacobian. Lognormal and normal are scaled so that u
 * is standard normal under the prior: the sampler starts at the right size. */
#include "science/mix_internal.h"

#include "portolan/distribution.h"
#include "portolan/special.h"

#define PRIOR_WORD(name, word) word,
static const char *const words[] = {PTL_MIX_PRIOR_LIST(PRIOR_WORD)};
#undef PRIOR_WORD

const char *ptl_mix_prior_text(ptl_mix_prior_kind kind)
{
    return (size_t)kind < sizeof words / sizeof words[0] ? words[kind] : "";
}

bool mix_prior_is_free(const ptl_mix_prior *prior)
{
    return prior->kind != PTL_MIX_PRIOR_FIXED;
}

bool mix_prior_is_positive(const ptl_mix_prior *p)
{
    switch (p->kind) {
    case PTL_MIX_PRIOR_FIXED:
        return p->a + p->shift >= 0.0;
    case PTL_MIX_PRIOR_NORMAL:
        return false;
    case PTL_MIX_PRIOR_TRUNCATED:
    case PTL_MIX_PRIOR_UNIFORM:
        return p->low + p->shift >= 0.0;
    default:
        return p->shift >= 0.0;
    }
}

typedef enum support { REAL, POSITIVE, LOGNORMAL, BETWEEN } support;

static support support_of(const ptl_mix_prior *p)
{
    switch (p->kind) {
    case PTL_MIX_PRIOR_NORMAL:
        return REAL;
    case PTL_MIX_PRIOR_LOGNORMAL:
        return LOGNORMAL;
    case PTL_MIX_PRIOR_TRUNCATED:
        return p->low > -HUGE_VAL ? (p->high < HUGE_VAL ? BETWEEN : POSITIVE) : REAL;
    case PTL_MIX_PRIOR_UNIFORM:
    case PTL_MIX_PRIOR_BETA:
        return BETWEEN;
    default:
        return POSITIVE;
    }
}

static double low_of(const ptl_mix_prior *p)
{
    return p->kind == PTL_MIX_PRIOR_TRUNCATED || p->kind == PTL_MIX_PRIOR_UNIFORM ? p->low : 0.0;
}

static double width_of(const ptl_mix_prior *p)
{
    return p->kind == PTL_MIX_PRIOR_BETA ? 1.0 : p->high - p->low;
}

double mix_prior_value(const ptl_mix_prior *p, double u)
{
    if (p->kind == PTL_MIX_PRIOR_FIXED) return p->a + p->shift;
    switch (support_of(p)) {
    case REAL:
        return p->a + p->b * u + p->shift;
    case LOGNORMAL:
        return exp(p->a + p->b * u) + p->shift;
    case POSITIVE:
        return low_of(p) + exp(u) + p->shift;
    case BETWEEN:
        return low_of(p) + width_of(p) * ptl_expit(u) + p->shift;
    }
    return PTL_NAN;
}

double mix_prior_unvalue(const ptl_mix_prior *p, double value)
{
    const double x = value - p->shift;
    switch (support_of(p)) {
    case REAL:
        return (x - p->a) / p->b;
    case LOGNORMAL:
        return (log(x) - p->a) / p->b;
    case POSITIVE:
        return log(x - low_of(p));
    case BETWEEN:
        return ptl_logit((x - low_of(p)) / width_of(p));
    }
    return PTL_NAN;
}

static double density(double *slope, const ptl_mix_prior *p, double x)
{
    double d[5] = {PTL_NAN}, lp = PTL_NAN;
    switch (p->kind) {
    case PTL_MIX_PRIOR_HALF_NORMAL:
        lp = ptl_half_normal_lpdf_grad(d, x, p->a);
        break;
    case PTL_MIX_PRIOR_TRUNCATED:
        lp = ptl_truncated_normal_lpdf_grad(d, x, p->a, p->b, p->low, p->high);
        break;
    case PTL_MIX_PRIOR_UNIFORM:
        lp = ptl_uniform_lpdf_grad(d, x, p->low, p->high);
        break;
    case PTL_MIX_PRIOR_BETA:
        lp = ptl_beta_lpdf_grad(d, x, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_GAMMA:
        lp = ptl_gamma_lpdf_grad(d, x, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_INVERSE_GAMMA:
        lp = ptl_inverse_gamma_lpdf_grad(d, x, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_EXPONENTIAL:
        lp = ptl_exponential_lpdf_grad(d, x, p->a);
        break;
    case PTL_MIX_PRIOR_NORMAL:
    case PTL_MIX_PRIOR_LOGNORMAL:
    case PTL_MIX_PRIOR_FIXED:
        break; /* standard normal in u, or no density */
    }
    *slope = d[0];
    return lp;
}

mix_free mix_prior_free(const ptl_mix_prior *p, double u)
{
    mix_free r = {.value = mix_prior_value(p, u)};
    if (p->kind == PTL_MIX_PRIOR_NORMAL || p->kind == PTL_MIX_PRIOR_LOGNORMAL) {
        r.dvalue = p->b * (p->kind == PTL_MIX_PRIOR_NORMAL ? 1.0 : r.value - p->shift);
        r.lp = ptl_normal_lpdf(u, 0.0, 1.0);
        r.dlp = -u;
        return r;
    }
    double slope;
    const double lp = density(&slope, p, r.value - p->shift);
    switch (support_of(p)) {
    case REAL:
        r.dvalue = p->b;
        r.lp = lp + log(p->b);
        r.dlp = slope * r.dvalue;
        break;
    case BETWEEN:
        r.dvalue = width_of(p) * ptl_expit(u) * ptl_expit(-u);
        r.lp = lp + log(width_of(p)) + ptl_log_expit(u) + ptl_log_expit(-u);
        r.dlp = slope * r.dvalue + ptl_expit(-u) - ptl_expit(u);
        break;
    case POSITIVE:
    case LOGNORMAL:
        r.dvalue = exp(u);
        r.lp = lp + u;
        r.dlp = slope * r.dvalue + 1.0;
        break;
    }
    return r;
}

double ptl_mix_prior_quantile(const ptl_mix_prior *p, double prob)
{
    double x = PTL_NAN;
    if (!(prob > 0.0 && prob < 1.0)) return x;
    switch (p->kind) {
    case PTL_MIX_PRIOR_FIXED:
        x = p->a;
        break;
    case PTL_MIX_PRIOR_NORMAL:
        x = ptl_normal_quantile(prob, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_HALF_NORMAL:
        x = ptl_half_normal_quantile(prob, p->a);
        break;
    case PTL_MIX_PRIOR_LOGNORMAL:
        x = ptl_lognormal_quantile(prob, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_TRUNCATED:
        x = ptl_truncated_normal_quantile(prob, p->a, p->b, p->low, p->high);
        break;
    case PTL_MIX_PRIOR_UNIFORM:
        x = ptl_uniform_quantile(prob, p->low, p->high);
        break;
    case PTL_MIX_PRIOR_BETA:
        x = ptl_beta_quantile(prob, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_GAMMA:
        x = ptl_gamma_quantile(prob, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_INVERSE_GAMMA:
        x = ptl_inverse_gamma_quantile(prob, p->a, p->b);
        break;
    case PTL_MIX_PRIOR_EXPONENTIAL:
        x = ptl_exponential_quantile(prob, p->a);
        break;
    }
    return x + p->shift;
}

ptl_status mix_prior_check(const ptl_mix_prior *p, const char *what, ptl_error *err)
{
    const double median = ptl_mix_prior_quantile(p, 0.5);
    const double low = ptl_mix_prior_quantile(p, 0.25), high = ptl_mix_prior_quantile(p, 0.75);
    if (p->kind == PTL_MIX_PRIOR_FIXED && isfinite(median)) return PTL_OK;
    if (low < median && median < high) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "%s: a %s prior has no such parameters: %g, %g", what,
                    ptl_mix_prior_text(p->kind), p->a, p->b);
}
