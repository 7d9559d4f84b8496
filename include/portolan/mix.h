/* mix.h: what each channel really returned, from a panel of weeks (Bayesian marketing-mix model).
 *
 * KPI per person = baseline over time + unit intercepts + controls + sum over channels of
 * coefficient x saturated, carried-over media + noise. The unit of the panel is called a geo; it
 * may as well be a product or a brand. One geo is a national model.
 *
 * The linear part is integrated out exactly while the rest is sampled (docs/mix.md); afterwards it
 * is drawn. All memory is taken from the arena and stays valid until the caller rewinds it. Same
 * data, spec, seed: same bytes, on any executor. Call ptl_linalg_init once before (linalg.h).
 *
 * Every figure is a model's: grade C where an experiment holds the channel, D where none does. */
#ifndef PORTOLAN_MIX_H
#define PORTOLAN_MIX_H

#include "portolan/arena.h"
#include "portolan/executor.h"
#include "portolan/nuts.h"
#include "portolan/random.h"
#include "portolan/response.h"
#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_MIX_GEOS_MAX = 1000,      /* units of a panel                                             */
    PTL_MIX_WEEKS_MAX = 1040,     /* 20 years                                                     */
    PTL_MIX_CHANNELS_MAX = 200,   /* more are too few weeks each                                  */
    PTL_MIX_CONTROLS_MAX = 200,   /* likewise                                                     */
    PTL_MIX_KNOTS_MAX = 400,      /* the dense part of the linear block: its factor is a megabyte */
    PTL_MIX_EXPERIMENTS_MAX = 64, /* each costs a refit to say what it moved                      */
    PTL_MIX_CURVE_POINTS = 21 /* of a response curve: 0, 10, … 200 % of the spend             */
};

/* --- data ---------------------------------------------------------------------------------------
 */

/** Borrowed arrays. Cells are laid out [geo][week], weeks running fastest; cubes add a leading
 * index. Media may begin n_lead weeks before the KPI, so that carry-over has its past. */
typedef struct ptl_mix_data {
    int64_t n_geos;
    int64_t n_weeks;
    int64_t n_lead; /* weeks of media before week 0, [0, PTL_ADSTOCK_WINDOW_MAX]            */
    int64_t n_channels;
    int64_t n_controls;
    int64_t n_events;
    const double *kpi;             /* [geo][week], sold units or money                          */
    const double *revenue_per_kpi; /* [geo][week], money; NULL: the KPI is money                 */
    const double *population;      /* [geo], > 0; NULL: one person each                          */
    const double *media;           /* [channel][geo][n_lead + week], >= 0: impressions, clicks,
                                      spend, or reach; the treatment itself if NON_MEDIA          */
    const double *frequency;       /* like media, mean contacts of those reached; NULL where no
                                      channel has reach and frequency                            */
    const double *spend;           /* [channel][geo][week], money, >= 0; zero where not paid      */
    const double *control;         /* [control][geo][week]                                       */
    const double *event;           /* [event][week], 0 or a size, the same in every geo          */
    const bool *held_out;          /* [geo][week], true: not used to fit; NULL: none             */
    const char *const *channel_name; /* for messages and results; NULL: "channel 1" …             */
    const char *const *control_name;
    const char *const *geo_name;
    /* Two levels of pooling: a "geo" is then a pair, such as a brand in a place. A channel's effect
     * in it deviates by its place's and by its brand's part, which add up on the scale of pooling;
     * each has its spread. The intercept and the controls' deviations are the pair's own. */
    int64_t n_places;     /* 0: every geo is a place of its own                                 */
    const int64_t *place; /* [geo], in [0, n_places); NULL with n_places 0                      */
    int64_t n_brands;     /* of brands or products; 0: one                                      */
    const int64_t *brand; /* [geo], in [0, n_brands); NULL with n_brands 0                      */
    const char *const *brand_name; /* [brand], for messages; NULL: "brand 1" …                   */
} ptl_mix_data;

/* --- priors -------------------------------------------------------------------------------------
 */

/* Name, word. Parameters a, b; low, high where truncated. `shift` is added to the draw. */
#define PTL_MIX_PRIOR_LIST(X)                                                                      \
    X(FIXED, "fixed")                 /* value a                                             */    \
    X(NORMAL, "normal")               /* mean a, sd b                                        */    \
    X(HALF_NORMAL, "half_normal")     /* sd a                                                */    \
    X(LOGNORMAL, "lognormal")         /* mean a and sd b of the logarithm                    */    \
    X(TRUNCATED, "truncated_normal")  /* mean a, sd b, within (low, high)                    */    \
    X(UNIFORM, "uniform")             /* (low, high)                                         */    \
    X(BETA, "beta")                   /* a, b                                                */    \
    X(GAMMA, "gamma")                 /* shape a, rate b                                     */    \
    X(INVERSE_GAMMA, "inverse_gamma") /* shape a, scale b                                    */    \
    X(EXPONENTIAL, "exponential")     /* rate a                                              */

typedef enum ptl_mix_prior_kind {
#define PTL_MIX_PRIOR_ENUM(name, word) PTL_MIX_PRIOR_##name,
    PTL_MIX_PRIOR_LIST(PTL_MIX_PRIOR_ENUM)
#undef PTL_MIX_PRIOR_ENUM
} ptl_mix_prior_kind;

typedef struct ptl_mix_prior {
    ptl_mix_prior_kind kind;
    double a, b, low, high, shift;
} ptl_mix_prior;

PTL_API const char *ptl_mix_prior_text(ptl_mix_prior_kind kind);
/** x with P(X <= x) = p. NaN outside (0, 1) or for parameters out of range. */
PTL_API double ptl_mix_prior_quantile(const ptl_mix_prior *prior, double p);

/* --- specification ------------------------------------------------------------------------------
 */

typedef enum ptl_mix_kind {
    PTL_MIX_PAID,     /* has spend, so it has an ROI                                   */
    PTL_MIX_ORGANIC,  /* media without spend: contribution only                        */
    PTL_MIX_NON_MEDIA /* a treatment such as price or promotion, standardised, either
                         sign; no carry-over, no saturation                            */
} ptl_mix_kind;

/** What a channel is in the causal story: mediated demand is a choice that somebody makes. */
typedef enum ptl_mix_path {
    PTL_MIX_CAUSE,    /* it causes sales by itself                                              */
    PTL_MIX_MEDIATOR, /* other channels cause it (brand search): left out, so that its sales are
                         credited to what caused it; it has no figure of its own                */
    PTL_MIX_DEMAND    /* it follows demand: enters as a control, and has no figure of its own   */
} ptl_mix_path;

/** What the prior of a channel's effect speaks of. */
typedef enum ptl_mix_prior_on {
    PTL_MIX_ON_ROI,          /* outcome caused / spend (Meridian's ROI)             */
    PTL_MIX_ON_MROI,         /* of the next 1 % of spend                            */
    PTL_MIX_ON_CONTRIBUTION, /* outcome caused / all outcome                        */
    PTL_MIX_ON_COEFFICIENT   /* the coefficient on scaled KPI and saturated media   */
} ptl_mix_prior_on;

typedef enum ptl_mix_pooling {
    PTL_MIX_POOL_LOGNORMAL, /* b_g = b exp(eta e_g): every geo the same sign          */
    PTL_MIX_POOL_NORMAL,    /* b_g = b + eta e_g                                      */
    PTL_MIX_POOL_COMPLETE   /* b_g = b                                                */
} ptl_mix_pooling;

typedef struct ptl_mix_channel {
    ptl_mix_kind kind;
    ptl_mix_path path;
    bool has_frequency; /* media is reach: adstock(reach x saturation(frequency))        */
    ptl_response shape; /* kinds, window, order; its parameters are starting values      */
    ptl_mix_prior adstock_prior[PTL_RESPONSE_PARAMS_MAX];
    ptl_mix_prior saturation_prior[PTL_RESPONSE_PARAMS_MAX];
    ptl_mix_prior_on effect_on;
    ptl_mix_prior effect_prior;
    ptl_mix_pooling pooling;
    ptl_mix_prior eta_prior;       /* of the spread between geos (places, where data name them)  */
    ptl_mix_prior brand_eta_prior; /* of the spread between brands; fixed at 0: they share */
    int32_t n_effect_knots;        /* 0: the effect is constant; J >= 2: log effect moves linearly
                                      between J knots with deviations N(0, drift^2)              */
    ptl_mix_prior drift_prior;
} ptl_mix_channel;

typedef enum ptl_mix_kpi_scale {
    PTL_MIX_KPI_PER_PERSON, /* (y / population - mean) / sd                               */
    PTL_MIX_KPI_MAX         /* y / max |y|                                                */
} ptl_mix_kpi_scale;

typedef enum ptl_mix_media_scale {
    PTL_MIX_MEDIA_MEDIAN, /* x / population / median of the non-zero                      */
    PTL_MIX_MEDIA_MAX     /* x / max x                                                    */
} ptl_mix_media_scale;

typedef enum ptl_mix_likelihood { PTL_MIX_NORMAL, PTL_MIX_STUDENT_T } ptl_mix_likelihood;

typedef struct ptl_mix_spec {
    int32_t size; /* sizeof this struct, set by the presets                                  */
    int64_t n_channels;
    const ptl_mix_channel *channel; /* [n_channels], in the order of the data                 */
    ptl_mix_kpi_scale kpi_scale;
    ptl_mix_media_scale media_scale;
    bool controls_standardised;
    /* the baseline */
    int32_t n_knots;        /* 0: chosen from the data; 1: a level; K: evenly spaced        */
    const int32_t *knot;    /* weeks of n_knots knots, ascending; NULL: as above            */
    double knot_sd;         /* > 0; default 5                                               */
    double trend_sd;        /* of a straight line over the weeks, from -1 to 1; 0: none     */
    int32_t n_fourier;      /* pairs of sine and cosine, [0, 26]                            */
    double fourier_weeks;   /* period; default 365.25 / 7                                   */
    bool fourier_laplace;   /* coefficients Laplace(0, fourier_sd), else normal             */
    double fourier_sd;      /* > 0                                                          */
    double event_sd;        /* > 0                                                          */
    double geo_sd;          /* of geo intercepts against the largest geo's zero; default 5  */
    double control_sd;      /* of a control's coefficient; default 5                        */
    bool controls_pooled;   /* coefficients vary by geo, with spread xi                     */
    ptl_mix_prior xi_prior; /* default half normal 5                                        */
    ptl_mix_likelihood likelihood;
    double student_nu;         /* of STUDENT_T: degrees of freedom, > 2; default 4             */
    ptl_mix_prior sigma_prior; /* default half normal 5                                        */
    bool sigma_per_geo;
} ptl_mix_spec;

/** Meridian's model and priors: channel[n_channels] is filled, kinds as given in kind[] (NULL: all
 * paid). Google, Meridian 1.8 documentation and source; differences in docs/mix.md. */
PTL_API ptl_mix_spec ptl_mix_preset_meridian(ptl_mix_channel *channel, const ptl_mix_kind *kind,
                                             int64_t n_channels);

/** PyMC-Marketing's default MMM: max-scaled, geometric adstock, logistic saturation, coefficients,
 * Laplace Fourier terms of yearly_order pairs. */
PTL_API ptl_mix_spec ptl_mix_preset_pymc(ptl_mix_channel *channel, const ptl_mix_kind *kind,
                                         int64_t n_channels, int32_t yearly_order);

/** Give a channel of a preset another carry-over and saturation, with priors for their parameters:
 * a peak truncated normal(0, 2) within the window, Weibull shape lognormal(0, 0.5) and scale
 * lognormal(0.7, 0.7) weeks, Hill half normal(0.8, 0.8; 0.1, 10) with slope one, likewise the
 * scales of Michaelis-Menten and tanh, logistic rate gamma(3, 1). A parameter that old and new have
 * in common keeps its prior. Non-media treatments, and reach and frequency, stay as they are. */
PTL_API void ptl_mix_channel_shape(ptl_mix_channel *channel, ptl_adstock_kind adstock,
                                   ptl_saturation_kind saturation);

/* --- experiments --------------------------------------------------------------------------------
 */

/** What an experiment measured about one channel: outcome with the media as they were, less outcome
 * with the media of weeks [week_from, week_to) multiplied by media_factor, in the geos named,
 * counted over weeks [week_from, measured_to). A holdout has factor 0; one that raised spend
 * by 50 % has factor 1 / 1.5. The estimate may be negative. */
typedef struct ptl_mix_experiment {
    int64_t channel_idx;
    int64_t week_from, week_to; /* media differed                                          */
    int64_t measured_to;        /* >= week_to: cool-down counts the carry-over             */
    const bool *geo;            /* [geo] took part; NULL: all                              */
    double media_factor;        /* [0, inf) but 1                                          */
    double estimate;            /* outcome, in money                                       */
    double sd;                  /* its standard error, > 0                                 */
    char grade;                 /* 'A' randomised or 'B' quasi-experiment                  */
} ptl_mix_experiment;

/* --- options and results ------------------------------------------------------------------------
 */

typedef struct ptl_mix_options {
    int32_t size;               /* sizeof this struct, set by _default()                          */
    ptl_nuts_options nuts;      /* default 4 chains of 1000 + 1000, target 0.85                   */
    double probability;         /* of intervals, (0, 1); default 0.9                              */
    double silent_share;        /* posterior over prior variance of log ROI above which the data did
                                   not speak, (0, 1]; default 0.8                                 */
    double break_even_roi;      /* sensitivity is told against it; default 1                      */
    double conflict_z;          /* an experiment this many sds from the model alone conflicts, and
                                   then rules; default 2                                          */
    int32_t n_path_draws;       /* draws behind weekly paths and curves, [50, 1e5]; default 500   */
    bool experiments_explained; /* refit without each, to say what it moved; default true        */
    bool centring_automatic;    /* per channel, from the data; false: never centred; default true */
} ptl_mix_options;

typedef struct ptl_mix_channel_result {
    ptl_verdict verdict; /* NOT_IDENTIFIED: the data did not speak, estimates are NaN            */
    char grade;          /* 'C' held by an experiment, 'D' model alone                           */
    double spend;        /* money                                                                */
    ptl_estimate contribution; /* outcome caused, money                                          */
    ptl_estimate share;        /* of all outcome                                                 */
    ptl_estimate roi;          /* contribution / spend; NaN where not paid                       */
    ptl_estimate mroi;         /* of the next 1 %                                                */
    ptl_estimate cpa;          /* spend / KPI caused                                             */
    double prior_variance;     /* of log ROI; of the share itself where it may be negative       */
    double posterior_variance;
    double sensitivity; /* grade D: share of what is left unexplained, of this channel's pressure
                           and of the KPI alike, that a hidden driver would have to explain to bring
                           the channel to break-even (Cinelli & Hazlett 2020); 0: it is there    */
    bool centred;       /* how its geo effects were sampled                             */
    const ptl_estimate *week;  /* [week] contribution                                          */
    const ptl_estimate *curve; /* [PTL_MIX_CURVE_POINTS] contribution at 0 … 200 % of media    */
    const ptl_estimate *adstock; /* [window] weight of each lag                                  */
} ptl_mix_channel_result;

typedef struct ptl_mix_move {
    double mean_without, sd_without; /* contribution of the channel without the experiment       */
    double mean_with, sd_with;
} ptl_mix_move;

typedef struct ptl_mix_experiment_result {
    ptl_estimate predicted;       /* by the model with all experiments                            */
    ptl_estimate predicted_alone; /* by the model without any                                    */
    double z;                     /* (estimate - alone) over the sd of both                       */
    bool conflict;                /* |z| beyond conflict_z: the experiment rules its channel      */
    const ptl_mix_move *move;     /* [channel]; NULL where not explained                          */
} ptl_mix_experiment_result;

typedef struct ptl_mix_posterior ptl_mix_posterior; /* draws and the prepared model */

typedef struct ptl_mix_result {
    ptl_verdict verdict; /* of the sampling, over every parameter                                */
    ptl_check checks[PTL_MCMC_CHECKS];
    double r_hat_max, ess_bulk_min, ess_tail_min; /* over every parameter, linear ones included  */
    int64_t n_divergent, n_gradients;
    double outcome;  /* sum over cells fitted or not, money                        */
    double r2, mape; /* of the mean fit, over cells used                           */
    double r2_national, mape_national;
    ptl_estimate baseline_share; /* of all outcome                                             */
    double baseline_negative;    /* posterior probability that the baseline sums below zero    */
    const ptl_mix_channel_result *channel;       /* [channel]                                    */
    const ptl_mix_experiment_result *experiment; /* [experiment]                                 */
    const ptl_estimate *baseline; /* [week], money                                              */
    const ptl_estimate *expected; /* [week], money: mean of what the model expects              */
    const ptl_mix_posterior *posterior;
} ptl_mix_result;

PTL_API ptl_mix_options ptl_mix_options_default(void);

/** Fit. rng is not advanced. options NULL: the defaults.
 *
 * E_INVALID names the array, row and column: NaN or negative values, a channel or control that
 * never varies, two columns that tell the same story, a geo without population, fewer cells than
 * the linear part has coefficients, an experiment outside the weeks. E_LIMIT, E_NO_MEMORY: the
 * arena's. E_CANCELLED and others: from options.nuts.progress. */
PTL_NODISCARD PTL_API ptl_status ptl_mix_solve(
    ptl_mix_result *out, const ptl_mix_data *data, const ptl_mix_spec *spec,
    const ptl_mix_experiment *experiment, int64_t n_experiments, const ptl_rng *rng,
    const ptl_mix_options *options, const ptl_executor *executor, ptl_arena *arena, ptl_error *err);

/** The checks of data and specification alone, which ptl_mix_solve runs first. */
PTL_NODISCARD PTL_API ptl_status ptl_mix_check(const ptl_mix_data *data, const ptl_mix_spec *spec,
                                               const ptl_mix_experiment *experiment,
                                               int64_t n_experiments, ptl_arena *arena,
                                               ptl_error *err);

/* --- draws --------------------------------------------------------------------------------------
 */

/* What a parameter is. Name, word. */
#define PTL_MIX_PARAM_LIST(X)                                                                      \
    X(EFFECT, "effect")             /* ROI, mROI, contribution or coefficient of a channel     */  \
    X(ADSTOCK, "adstock")           /* its idx-th adstock parameter                            */  \
    X(SATURATION, "saturation")     /* its idx-th saturation parameter                         */  \
    X(ETA, "eta")                   /* spread of its effect between geos                       */  \
    X(GEO_EFFECT, "geo_effect")     /* its deviation in geo (or place) idx, standardised       */  \
    X(BRAND_ETA, "brand_eta")       /* spread of its effect between brands                     */  \
    X(BRAND_EFFECT, "brand_effect") /* its deviation in brand idx, standardised            */      \
    X(DRIFT, "drift")               /* sd of its effect's movement                             */  \
    X(DRIFT_KNOT, "drift_knot")     /* its idx-th knot, standardised                           */  \
    X(SIGMA, "sigma")               /* noise, of geo idx where per geo                         */  \
    X(WEIGHT, "weight") /* of week idx: one over its share of the variance, Student-t */           \
    X(XI, "xi")         /* spread of control idx between geos                      */              \
    X(LAPLACE, "laplace_variance") /* mixing variance of Fourier column idx                   */   \
    X(BASELINE, "baseline")        /* coefficient of baseline column idx                      */   \
    X(CONTROL, "control")          /* coefficient of control idx                              */   \
    X(CONFOUNDER, "confounder")    /* of what hides behind a channel that an experiment rules */   \
    X(GEO_INTERCEPT, "geo_intercept")                                                              \
    X(GEO_CONTROL, "geo_control") /* of control idx in a geo, deviation from CONTROL         */    \
    X(BLOCK, "block") /* Student-t panels: coefficient idx of the linear part, in units of mix.md  \
                       */

typedef enum ptl_mix_param_kind {
#define PTL_MIX_PARAM_ENUM(name, word) PTL_MIX_PARAM_##name,
    PTL_MIX_PARAM_LIST(PTL_MIX_PARAM_ENUM)
#undef PTL_MIX_PARAM_ENUM
} ptl_mix_param_kind;

PTL_API const char *ptl_mix_param_text(ptl_mix_param_kind kind);

typedef struct ptl_mix_param {
    ptl_mix_param_kind kind;
    int64_t channel_idx; /* -1 where it has none                             */
    int64_t geo_idx;     /* likewise                                         */
    int64_t idx;
    ptl_mcmc_summary summary; /* of its value                                */
} ptl_mix_param;

PTL_API int64_t ptl_mix_n_params(const ptl_mix_posterior *p);
PTL_API int64_t ptl_mix_n_chains(const ptl_mix_posterior *p);
PTL_API int64_t ptl_mix_n_draws(const ptl_mix_posterior *p);
PTL_API ptl_mix_param ptl_mix_param_at(const ptl_mix_posterior *p, int64_t param_idx);
/** The values of one draw into value[ptl_mix_n_params]. */
PTL_API void ptl_mix_draw(double *value, const ptl_mix_posterior *p, int64_t chain_idx,
                          int64_t draw_idx);

/** One channel in one draw, ready to be planned with. Outcome in money of geo g in week t is
 *     coefficient[g] x outcome_scale[g][t] x drift[t] x S(A(media / media_scale[g])),
 * in the order shape.order says (reach x S(frequency) carried over, where it has frequency). */
typedef struct ptl_mix_channel_draw {
    ptl_response shape;
    double roi, mroi, contribution; /* over the data; roi and mroi NaN where not paid          */
    const double *media_scale;      /* [geo]                                                  */
    const double *outcome_scale;    /* [geo][week]                                            */
} ptl_mix_channel_draw;

/** coefficient: [geo]; drift: [week], both filled. work: ptl_mix_work_n doubles. A channel that is
 * no CAUSE gives NaN and zero coefficients. */
PTL_API void ptl_mix_channel_draw_at(ptl_mix_channel_draw *out, double *coefficient, double *drift,
                                     const ptl_mix_posterior *p, int64_t channel_idx,
                                     int64_t chain_idx, int64_t draw_idx, double *work);
PTL_API int64_t ptl_mix_work_n(const ptl_mix_posterior *p);

/* --- artefact -----------------------------------------------------------------------------------
 */

/** The posterior as bytes: specification and parameter draws, nothing that can be computed from
 * them. Little-endian, the same bytes for the same fit. *bytes lies in the arena. */
PTL_NODISCARD PTL_API ptl_status ptl_mix_save(uint8_t **bytes, size_t *n_bytes,
                                              const ptl_mix_posterior *p, ptl_arena *arena,
                                              ptl_error *err);

/** Read it back beside the data it was fitted on, and compute every result again.
 * E_CORRUPT where the bytes are not what was saved; E_CONFLICT where the data are not the same. */
PTL_NODISCARD PTL_API ptl_status ptl_mix_load(ptl_mix_result *out, const uint8_t *bytes,
                                              size_t n_bytes, const ptl_mix_data *data,
                                              const ptl_mix_options *options, ptl_arena *arena,
                                              ptl_error *err);

/* --- validation ---------------------------------------------------------------------------------
 */

/* Checks of ptl_mix_validate: name, id, pass at, fail beyond, advice. */
#define PTL_MIX_CHECK_LIST(X)                                                                      \
    X(HOLDOUT_MAPE, "holdout_mape", 0.15, 0.30,                                                    \
      "add what moved the KPI after the fit ended, or forecast with wider intervals")              \
    X(HOLDOUT_COVERAGE, "holdout_coverage", 0.15, 0.30,                                            \
      "intervals miss too often out of time: allow more knots or a longer-tailed likelihood")      \
    X(ROLLING_MAPE, "rolling_mape", 0.15, 0.30,                                                    \
      "the model predicts some months badly: look for missing seasons, events or controls")        \
    X(REFRESH_CHANGE, "refresh_change", 0.15, 0.35,                                                \
      "returns change when a few weeks are added: do not act on them before an experiment")        \
    X(PERTURBATION_CHANGE, "perturbation_change", 0.08, 0.20,                                      \
      "small errors in media move returns: channels are nearly collinear or barely seen")          \
    X(PLACEBO, "placebo", 0.5, 0.8,                                                                \
      "a channel that cannot work is given effect: the baseline leaves demand to the media")       \
    X(PPC_SD, "predictive_sd", 0.1, 0.02,                                                          \
      "replicated KPIs spread differently from the real one: look at scale or outliers")           \
    X(PPC_AUTOCORRELATION, "predictive_autocorrelation", 0.1, 0.02,                                \
      "what is left over follows itself: intervals are too narrow; add knots or seasons")          \
    X(PPC_EXTREMES, "predictive_extremes", 0.1, 0.02,                                              \
      "extreme weeks are not reproduced: mark events or use the Student-t likelihood")             \
    X(BASELINE_NEGATIVE, "baseline_negative", 0.2, 0.8,                                            \
      "sales without media come out negative: media take credit for demand; add controls")

typedef enum ptl_mix_check_id {
#define PTL_MIX_CHECK_ENUM(name, id, pass, fail, advice) PTL_MIX_CHECK_##name,
    PTL_MIX_CHECK_LIST(PTL_MIX_CHECK_ENUM)
#undef PTL_MIX_CHECK_ENUM
        PTL_MIX_CHECKS
} ptl_mix_check_id;

typedef struct ptl_mix_validate_options {
    int32_t size;          /* sizeof this struct, set by _default()                              */
    ptl_nuts_options nuts; /* of every refit; default 2 chains of 300 + 300                      */
    int32_t holdout_weeks; /* [1, weeks / 3]; default 8                                          */
    int32_t n_folds;       /* origins of the rolling check, [1, 12]; default 3                   */
    int32_t refresh_weeks; /* left off the end, [1, weeks / 3]; default 4                        */
    double perturbation;   /* sd of the log of noise on media, (0, 1); default 0.05              */
} ptl_mix_validate_options;

typedef struct ptl_mix_validate_result {
    ptl_verdict verdict; /* CONVERGED where all pass, INACCURATE: review, NOT_CONVERGED: a fail   */
    ptl_check checks[PTL_MIX_CHECKS];
    int64_t n_fits;
} ptl_mix_validate_result;

PTL_API ptl_mix_validate_options ptl_mix_validate_options_default(void);

/** Refit on parts and variations of the data, and look at replicated data. `fitted` is the result
 * of ptl_mix_solve on the same data and specification. */
PTL_NODISCARD PTL_API ptl_status ptl_mix_validate(
    ptl_mix_validate_result *out, const ptl_mix_result *fitted, const ptl_mix_data *data,
    const ptl_mix_spec *spec, const ptl_rng *rng, const ptl_mix_validate_options *options,
    const ptl_executor *executor, ptl_arena *arena, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
