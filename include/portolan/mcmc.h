/* mcmc.h: whether the draws of a Markov chain may be believed, and how precisely.
 *
 * Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, "Rank-normalization, folding, and
 * localization: an improved R-hat". Needs 4 draws a chain; NaN where that is missing, where a draw
 * is not finite, and for R-hat of a quantity that never moves. */
#ifndef PORTOLAN_MCMC_H
#define PORTOLAN_MCMC_H

#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One quantity's draws, wherever they lie: x[chain * chain_stride + draw * draw_stride]. */
typedef struct ptl_mcmc_view {
    const double *x;
    int64_t n_chains;
    int64_t n_draws;
    int64_t chain_stride;
    int64_t draw_stride;
} ptl_mcmc_view;

/** What is said of one quantity. */
typedef struct ptl_mcmc_summary {
    double mean;
    double sd;
    double r_hat;     /* rank-normalised, split; the larger of bulk and folded (eq. 14)  */
    double ess_bulk;  /* of rank-normalised draws                                        */
    double ess_tail;  /* the lesser of the 5 % and 95 % quantiles' (§4.3)                */
    double mcse_mean; /* sd / sqrt(ESS of the mean)                                      */
} ptl_mcmc_summary;

/** Doubles of work for any function below. */
PTL_API int64_t ptl_mcmc_work_n(int64_t n_chains, int64_t n_draws);

PTL_API double ptl_mcmc_r_hat(const ptl_mcmc_view *draws, double *work);
PTL_API double ptl_mcmc_ess_bulk(const ptl_mcmc_view *draws, double *work);
PTL_API double ptl_mcmc_ess_tail(const ptl_mcmc_view *draws, double *work);
PTL_API double ptl_mcmc_ess_mean(const ptl_mcmc_view *draws, double *work);
PTL_API double ptl_mcmc_ess_quantile(const ptl_mcmc_view *draws, double p, double *work);
PTL_API double ptl_mcmc_mcse_mean(const ptl_mcmc_view *draws, double *work);
PTL_API double ptl_mcmc_mcse_quantile(const ptl_mcmc_view *draws, double p, double *work);

/** Quantile of all chains together, linear between order statistics (Hyndman & Fan's type 7). */
PTL_API double ptl_mcmc_quantile(const ptl_mcmc_view *draws, double p, double *work);
PTL_API ptl_mcmc_summary ptl_mcmc_summarise(const ptl_mcmc_view *draws, double *work);

/** Least E-BFMI over chains (Betancourt 2016): how well momenta refresh the energy. */
PTL_API double ptl_mcmc_e_bfmi(const ptl_mcmc_view *energy);

typedef struct ptl_mcmc_limits {
    int32_t size;           /* sizeof this struct, set by _default()                           */
    double r_hat_pass;      /* (1, inf); default 1.01 (Vehtari et al. 2021, §4)                */
    double r_hat_review;    /* above it is a fail; default 1.05                                */
    double ess_pass;        /* draws, per fit; default 400 (ibid.)                             */
    double ess_review;      /* below it is a fail; default 100                                 */
    double divergent_share; /* of draws; one is a review, more than this share a fail; 0.001   */
    double saturated_share; /* of draws at the greatest depth; above is a review; 0.01         */
    double e_bfmi_pass;     /* default 0.3 (Betancourt 2016)                                   */
} ptl_mcmc_limits;

/** What a whole fit shows, over all its quantities. NaN where it does not apply: a NaN fails. */
typedef struct ptl_mcmc_worst {
    double r_hat_max;
    double ess_bulk_min;
    double ess_tail_min;
    double divergent_share;
    double saturated_share;
    double e_bfmi_min;
} ptl_mcmc_worst;

enum { PTL_MCMC_CHECKS = 6 };

PTL_API ptl_mcmc_limits ptl_mcmc_limits_default(void);

/** Fill checks[PTL_MCMC_CHECKS] and say the verdict they amount to: CONVERGED where all pass,
 * INACCURATE where one asks for review, NOT_CONVERGED where one fails. limits NULL: defaults. */
PTL_API ptl_verdict ptl_mcmc_check(ptl_check *checks, const ptl_mcmc_worst *worst,
                                   const ptl_mcmc_limits *limits);

#ifdef __cplusplus
}
#endif
#endif
