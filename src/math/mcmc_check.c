/* mcmc_check.c: what the figures of a fit amount to, as typed checks.
 *
 * Comparisons are written so that NaN fails: a figure that could not be made is no figure to pass
 * on. Thresholds and their sources stand with ptl_mcmc_limits. */
#include "portolan/mcmc.h"

ptl_mcmc_limits ptl_mcmc_limits_default(void)
{
    return (ptl_mcmc_limits){.size = (int32_t)sizeof(ptl_mcmc_limits),
                             .r_hat_pass = 1.01,
                             .r_hat_review = 1.05,
                             .ess_pass = 400.0,
                             .ess_review = 100.0,
                             .divergent_share = 0.001,
                             .saturated_share = 0.01,
                             .e_bfmi_pass = 0.3};
}

static ptl_outcome at_most(double x, double pass, double review)
{
    if (x <= pass) return PTL_PASS;
    return x <= review ? PTL_REVIEW : PTL_FAIL;
}

static ptl_outcome at_least(double x, double pass, double review)
{
    if (x >= pass) return PTL_PASS;
    return x >= review ? PTL_REVIEW : PTL_FAIL;
}

ptl_verdict ptl_mcmc_check(ptl_check *checks, const ptl_mcmc_worst *worst,
                           const ptl_mcmc_limits *limits)
{
    const ptl_mcmc_limits o = limits ? *limits : ptl_mcmc_limits_default();
    const ptl_mcmc_worst *const w = worst;
    const ptl_check all[PTL_MCMC_CHECKS] = {
        {"r_hat_max", at_most(w->r_hat_max, o.r_hat_pass, o.r_hat_review), w->r_hat_max,
         o.r_hat_pass, "chains disagree: run longer, or write the model in variables on one scale"},
        {"ess_bulk_min", at_least(w->ess_bulk_min, o.ess_pass, o.ess_review), w->ess_bulk_min,
         o.ess_pass, "too few effective draws for means: draw more"},
        {"ess_tail_min", at_least(w->ess_tail_min, o.ess_pass, o.ess_review), w->ess_tail_min,
         o.ess_pass, "too few effective draws for intervals: draw more"},
        {"divergent_share", at_most(w->divergent_share, 0.0, o.divergent_share), w->divergent_share,
         0.0,
         "parts of the posterior were not reached: write scale and effect apart (non-centred), or "
         "raise accept_target"},
        {"saturated_share", at_most(w->saturated_share, o.saturated_share, 1.0), w->saturated_share,
         o.saturated_share,
         "trajectories were cut short: raise depth_max, or take the dense metric"},
        {"e_bfmi_min", at_least(w->e_bfmi_min, o.e_bfmi_pass, 0.0), w->e_bfmi_min, o.e_bfmi_pass,
         "the energy is explored slowly, the tails are heavy: write the model in other variables"}};
    ptl_verdict verdict = PTL_CONVERGED;
    for (int i = 0; i < PTL_MCMC_CHECKS; i++) {
        checks[i] = all[i];
        if (all[i].outcome == PTL_FAIL) verdict = PTL_NOT_CONVERGED;
        if (all[i].outcome == PTL_REVIEW && verdict == PTL_CONVERGED) verdict = PTL_INACCURATE;
    }
    return verdict;
}
