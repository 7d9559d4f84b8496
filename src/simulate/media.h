/* media.h: what a channel's money does, and when: carry-over and saturation, as the world has them.
 *
 * x is a day's spend as a multiple of the channel's mean plan, so that 1 is an ordinary day.
 * Carry-over spreads it over the days after (weights add up to 1), saturation bends the sum:
 *     response(d) = curve( Σ_lag weight(lag) · x(d − lag) )
 * Demand then rises by gain × response. Written for the worlds alone: estimators have their own. */
#ifndef PTL_SIMULATE_MEDIA_H
#define PTL_SIMULATE_MEDIA_H

#include "simulate/limits.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum ptl_carry {
    PTL_CARRY_NONE,      /* all on the day                                         */
    PTL_CARRY_GEOMETRIC, /* retention^lag                                          */
    PTL_CARRY_DELAYED,   /* retention^((lag − peak)²): builds up before it fades   */
    PTL_CARRY_WEIBULL    /* density of a Weibull of shape 1.6 and scale `peak`     */
} ptl_carry;

typedef enum ptl_curve {
    PTL_CURVE_HILL,        /* a^slope ⁄ (a^slope + half^slope)                       */
    PTL_CURVE_EXPONENTIAL, /* 1 − exp(−a ⁄ half)                                     */
    PTL_CURVE_LOGISTIC,    /* an S: little happens below a threshold at `half`       */
    PTL_CURVE_LOG          /* ln(1 + a ⁄ half) ⁄ 3: never quite full                 */
} ptl_curve;

typedef struct ptl_media {
    const char *name, *label, *owner;
    double weekly_cents; /* mean plan, for a person of the market and a week; 0: not bought */
    ptl_carry carry;
    double retention, peak; /* days */
    ptl_curve curve;
    double half, slope;
    double gain_new;             /* rise of first orders at full response  */
    double gain_repeat;          /* rise of later orders at full response  */
    double gain_search;          /* rise of searches for the brand         */
    double follows;              /* exponent with which spend follows recorded demand           */
    double hears;                /* exponent with which spend follows the unrecorded driver     */
    double noise;                /* deviation of the log of a week's plan                       */
    int32_t on_weeks, off_weeks; /* flights; 0: always on */
} ptl_media;

/** Weights of lags 0 … PTL_SIM_LAGS − 1; they add up to 1. */
void ptl_media_weights(double out[PTL_SIM_LAGS], const ptl_media *media);

/** Response to a carried-over level, 0 at 0, below 1 for the first three curves. */
double ptl_media_curve(const ptl_media *media, double level);

/** "weibull", "logistic" */
const char *ptl_carry_name(ptl_carry carry);
const char *ptl_curve_name(ptl_curve curve);

#endif
