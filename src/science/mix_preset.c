/* mix_preset.c: the default models of two peers, written in our specification.
 *
 * Meridian 1.8.   KPI per person standardised, media per person over the median, geometric
 *                 adstock of 9 weeks normalised, then Hill with slope one; ROI lognormal(0.2,
 *                 0.9), contribution Beta(1, 99) for organic media, truncated normal(0, 0.1; -1,
 *                 1) for non-media treatments; knots, intercepts and controls normal(0, 5).
 * PyMC-Marketing. KPI and media over their maximum, geometric adstock of 8 weeks normalised, then
 *                 logistic saturation with coefficient half normal(2); intercept and controls
 *                 normal(0, 2), Laplace(0, 1) Fourier terms. */
#include "science/mix_internal.h"

static ptl_mix_prior prior(ptl_mix_prior_kind kind, double a, double b)
{
    return (ptl_mix_prior){.kind = kind, .a = a, .b = b};
}

static ptl_mix_prior within(ptl_mix_prior_kind kind, double a, double b, double low, double high)
{
    return (ptl_mix_prior){.kind = kind, .a = a, .b = b, .low = low, .high = high};
}

static void treatment(ptl_mix_channel *c)
{
    c->shape.adstock = (ptl_adstock){PTL_ADSTOCK_GEOMETRIC, 1, true, {0.0, 0.0}};
    c->shape.saturation.kind = PTL_SATURATION_NONE;
    c->adstock_prior[0] = prior(PTL_MIX_PRIOR_FIXED, 0.0, 0.0);
    c->effect_on = PTL_MIX_ON_CONTRIBUTION;
    c->effect_prior = within(PTL_MIX_PRIOR_TRUNCATED, 0.0, 0.1, -1.0, 1.0);
    c->pooling = PTL_MIX_POOL_NORMAL;
}

static ptl_mix_channel meridian_channel(ptl_mix_kind kind)
{
    ptl_mix_channel c = {.kind = kind,
                         .path = PTL_MIX_CAUSE,
                         .pooling = PTL_MIX_POOL_LOGNORMAL,
                         .eta_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 1.0, 0.0),
                         .brand_eta_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 1.0, 0.0),
                         .drift_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 0.5, 0.0)};
    c.shape.adstock = (ptl_adstock){PTL_ADSTOCK_GEOMETRIC, 9, true, {0.5, 0.0}};
    c.shape.saturation = (ptl_saturation){PTL_SATURATION_HILL, {0.8, 1.0}};
    c.shape.order = PTL_ADSTOCK_FIRST;
    c.adstock_prior[0] = within(PTL_MIX_PRIOR_UNIFORM, 0.0, 0.0, 0.0, 1.0);
    c.saturation_prior[0] = within(PTL_MIX_PRIOR_TRUNCATED, 0.8, 0.8, 0.1, 10.0);
    c.saturation_prior[1] = prior(PTL_MIX_PRIOR_FIXED, 1.0, 0.0);
    c.effect_on = kind == PTL_MIX_PAID ? PTL_MIX_ON_ROI : PTL_MIX_ON_CONTRIBUTION;
    c.effect_prior = kind == PTL_MIX_PAID ? prior(PTL_MIX_PRIOR_LOGNORMAL, 0.2, 0.9)
                                          : prior(PTL_MIX_PRIOR_BETA, 1.0, 99.0);
    if (kind == PTL_MIX_NON_MEDIA) treatment(&c);
    return c;
}

ptl_mix_spec ptl_mix_preset_meridian(ptl_mix_channel *channel, const ptl_mix_kind *kind,
                                     int64_t n_channels)
{
    for (int64_t i = 0; i < n_channels; i++)
        channel[i] = meridian_channel(kind ? kind[i] : PTL_MIX_PAID);
    return (ptl_mix_spec){.size = (int32_t)sizeof(ptl_mix_spec),
                          .n_channels = n_channels,
                          .channel = channel,
                          .kpi_scale = PTL_MIX_KPI_PER_PERSON,
                          .media_scale = PTL_MIX_MEDIA_MEDIAN,
                          .controls_standardised = true,
                          .knot_sd = 5.0,
                          .fourier_weeks = 365.25 / 7.0,
                          .fourier_sd = 1.0,
                          .event_sd = 5.0,
                          .geo_sd = 5.0,
                          .control_sd = 5.0,
                          .controls_pooled = true,
                          .xi_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 5.0, 0.0),
                          .likelihood = PTL_MIX_NORMAL,
                          .student_nu = 4.0,
                          .sigma_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 5.0, 0.0)};
}

static ptl_mix_channel pymc_channel(ptl_mix_kind kind)
{
    ptl_mix_channel c = meridian_channel(kind);
    if (kind == PTL_MIX_NON_MEDIA) return c;
    c.pooling = PTL_MIX_POOL_COMPLETE;
    c.shape.adstock = (ptl_adstock){PTL_ADSTOCK_GEOMETRIC, 8, true, {0.25, 0.0}};
    c.shape.saturation = (ptl_saturation){PTL_SATURATION_LOGISTIC, {3.0, 0.0}};
    c.adstock_prior[0] = prior(PTL_MIX_PRIOR_BETA, 1.0, 3.0);
    c.saturation_prior[0] = prior(PTL_MIX_PRIOR_GAMMA, 3.0, 1.0);
    c.effect_on = PTL_MIX_ON_COEFFICIENT;
    c.effect_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 2.0, 0.0);
    return c;
}

ptl_mix_spec ptl_mix_preset_pymc(ptl_mix_channel *channel, const ptl_mix_kind *kind,
                                 int64_t n_channels, int32_t yearly_order)
{
    ptl_mix_spec s = ptl_mix_preset_meridian(channel, kind, n_channels);
    for (int64_t i = 0; i < n_channels; i++)
        channel[i] = pymc_channel(kind ? kind[i] : PTL_MIX_PAID);
    s.kpi_scale = PTL_MIX_KPI_MAX;
    s.media_scale = PTL_MIX_MEDIA_MAX;
    s.controls_standardised = false;
    s.n_knots = 1;
    s.knot_sd = 2.0;
    s.n_fourier = yearly_order;
    s.fourier_laplace = true;
    s.event_sd = s.geo_sd = s.control_sd = 2.0;
    s.controls_pooled = false;
    s.sigma_prior = prior(PTL_MIX_PRIOR_HALF_NORMAL, 2.0, 0.0);
    return s;
}

static void give_adstock(ptl_mix_channel *c, ptl_adstock_kind kind)
{
    ptl_mix_prior *const p = c->adstock_prior;
    const double last = c->shape.adstock.window_weeks - 1.0;
    const bool was_weibull = c->shape.adstock.kind >= PTL_ADSTOCK_WEIBULL_PDF;
    if (kind >= PTL_ADSTOCK_WEIBULL_PDF && !was_weibull) {
        p[0] = prior(PTL_MIX_PRIOR_LOGNORMAL, 0.0, 0.5);
        p[1] = prior(PTL_MIX_PRIOR_LOGNORMAL, 0.7, 0.7);
    } else if (kind < PTL_ADSTOCK_WEIBULL_PDF && was_weibull)
        p[0] = within(PTL_MIX_PRIOR_UNIFORM, 0.0, 0.0, 0.0, 1.0);
    if (kind == PTL_ADSTOCK_DELAYED)
        p[1] = within(PTL_MIX_PRIOR_TRUNCATED, 0.0, 2.0, 0.0, last > 0.0 ? last : 1.0);
    c->shape.adstock.kind = kind;
}

static void give_saturation(ptl_mix_channel *c, ptl_saturation_kind kind)
{
    ptl_mix_prior *const p = c->saturation_prior;
    if (kind == c->shape.saturation.kind) return;
    p[0] = kind == PTL_SATURATION_LOGISTIC ? prior(PTL_MIX_PRIOR_GAMMA, 3.0, 1.0)
                                           : within(PTL_MIX_PRIOR_TRUNCATED, 0.8, 0.8, 0.1, 10.0);
    p[1] = prior(PTL_MIX_PRIOR_FIXED, 1.0, 0.0);
    c->shape.saturation = (ptl_saturation){kind, {0.8, 1.0}};
}

void ptl_mix_channel_shape(ptl_mix_channel *c, ptl_adstock_kind adstock,
                           ptl_saturation_kind saturation)
{
    if (c->kind == PTL_MIX_NON_MEDIA || c->has_frequency) return;
    give_adstock(c, adstock);
    give_saturation(c, saturation);
}
