/* response.h: how spend turns into effect over weeks (carry-over) and with size (saturation).
 *
 * The shared vocabulary of the mix model and of what is planned with it. Everything is a plain
 * struct and a pure function; nothing allocates, nothing fails but the checks. Weeks stand for
 * whatever period the data have. A coefficient is not part of a shape: effect = coefficient x
 * shape, so every saturation but NONE lies in [0, 1).
 *
 * Formulas stand beside each kind below; sources in src/science/response.c. */
#ifndef PORTOLAN_RESPONSE_H
#define PORTOLAN_RESPONSE_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_ADSTOCK_WINDOW_MAX = 104, /* weeks: two years, past which carry-over is a trend           */
    PTL_RESPONSE_PARAMS_MAX = 2   /* of an adstock, and of a saturation                           */
};

/* Weights of lags l = 0 … w - 1, before normalisation. Name, word, number of parameters, the
 * parameters in order.
 *   GEOMETRIC    a^l                             a in [0, 1]
 *   BINOMIAL     (1 - l / w)^(1/a - 1)           a in (0, 1]; reaches zero at the window's end
 *   DELAYED      a^((l - d)^2)                   a in (0, 1), peak at d in [0, w - 1]
 *   WEIBULL_PDF  density at l + 1                shape k > 0, scale s > 0
 *   WEIBULL_CDF  product over j <= l of exp(-(j / s)^k)   survival multiplied up; k, s > 0 */
#define PTL_ADSTOCK_LIST(X)                                                                        \
    X(GEOMETRIC, "geometric", 1, "retention", "")                                                  \
    X(BINOMIAL, "binomial", 1, "retention", "")                                                    \
    X(DELAYED, "delayed", 2, "retention", "peak_weeks")                                            \
    X(WEIBULL_PDF, "weibull_pdf", 2, "shape", "scale_weeks")                                       \
    X(WEIBULL_CDF, "weibull_cdf", 2, "shape", "scale_weeks")

typedef enum ptl_adstock_kind {
#define PTL_ADSTOCK_ENUM(name, word, n, p0, p1) PTL_ADSTOCK_##name,
    PTL_ADSTOCK_LIST(PTL_ADSTOCK_ENUM)
#undef PTL_ADSTOCK_ENUM
} ptl_adstock_kind;

/* Saturations of x >= 0.
 *   NONE               x
 *   HILL               x^s / (x^s + h^s)         half point h > 0, slope s > 0 (S-shaped if s > 1)
 *   LOGISTIC           tanh(r x / 2)             rate r > 0; (1 - e^-rx) / (1 + e^-rx)
 *   MICHAELIS_MENTEN   x / (h + x)               half point h > 0
 *   TANH               tanh(x / c)               scale c > 0 */
#define PTL_SATURATION_LIST(X)                                                                     \
    X(NONE, "none", 0, "", "")                                                                     \
    X(HILL, "hill", 2, "half", "slope")                                                            \
    X(LOGISTIC, "logistic", 1, "rate", "")                                                         \
    X(MICHAELIS_MENTEN, "michaelis_menten", 1, "half", "")                                         \
    X(TANH, "tanh", 1, "scale", "")

typedef enum ptl_saturation_kind {
#define PTL_SATURATION_ENUM(name, word, n, p0, p1) PTL_SATURATION_##name,
    PTL_SATURATION_LIST(PTL_SATURATION_ENUM)
#undef PTL_SATURATION_ENUM
} ptl_saturation_kind;

typedef enum ptl_response_order {
    PTL_ADSTOCK_FIRST,   /* the carried-over pressure saturates (the usual choice)       */
    PTL_SATURATION_FIRST /* each week's spend saturates by itself, its effect is carried */
} ptl_response_order;

typedef struct ptl_adstock {
    ptl_adstock_kind kind;
    int32_t window_weeks; /* lags 0 … window - 1, [1, PTL_ADSTOCK_WINDOW_MAX]         */
    bool normalised;      /* weights divided by their sum: a steady spend stays as is */
    double param[PTL_RESPONSE_PARAMS_MAX];
} ptl_adstock;

typedef struct ptl_saturation {
    ptl_saturation_kind kind;
    double param[PTL_RESPONSE_PARAMS_MAX];
} ptl_saturation;

/** The shape of one channel: what a unit of scaled media does, before its coefficient. */
typedef struct ptl_response {
    ptl_adstock adstock;
    ptl_saturation saturation;
    ptl_response_order order;
} ptl_response;

PTL_API const char *ptl_adstock_text(ptl_adstock_kind kind);
PTL_API const char *ptl_saturation_text(ptl_saturation_kind kind);
/** Number of parameters, and the name of each ("" beyond). */
PTL_API int32_t ptl_adstock_params(ptl_adstock_kind kind);
PTL_API int32_t ptl_saturation_params(ptl_saturation_kind kind);
PTL_API const char *ptl_adstock_param_text(ptl_adstock_kind kind, int32_t idx);
PTL_API const char *ptl_saturation_param_text(ptl_saturation_kind kind, int32_t idx);

/** E_INVALID naming the parameter, or the window, that is out of its range. */
PTL_NODISCARD PTL_API ptl_status ptl_response_check(const ptl_response *r, ptl_error *err);

/** Weights into w[window_weeks]; their sum is returned (1 where normalised). NaN where a parameter
 * is out of its range. */
PTL_API double ptl_adstock_weights(double *w, const ptl_adstock *a);

/** Likewise, and their derivatives by the parameters into dw[params][window_weeks]. */
PTL_API double ptl_adstock_weights_grad(double *w, double *dw, const ptl_adstock *a);

/** out[t] = sum over l of w[l] x[t - l], t in [0, n); what lies before x[0] counts as zero. out and
 * x must not overlap. */
PTL_API void ptl_adstock_apply(double *out, const double *x, int64_t n, const double *w,
                               int32_t window_weeks);

/** The transpose: out[t] = sum over l of w[l] g[t + l]. Takes the gradient by the carried-over
 * series to the gradient by the series itself. */
PTL_API void ptl_adstock_apply_transposed(double *out, const double *g, int64_t n, const double *w,
                                          int32_t window_weeks);

/** Value at x >= 0. */
PTL_API double ptl_saturation_value(const ptl_saturation *s, double x);

/** Value, and derivatives by x (*dx) and by the parameters (dparam[params]); either may be NULL.
 * At x = 0 a Hill slope below one has *dx = inf. */
PTL_API double ptl_saturation_grad(double *dx, double *dparam, const ptl_saturation *s, double x);

/** Where the curve turns from convex to concave: 0 for all that are concave from the start. */
PTL_API double ptl_saturation_inflection(const ptl_saturation *s);

/** Weekly response of a constant weekly x kept up for ever, and its slope (nullable): for
 * ADSTOCK_FIRST S(x sum w), for SATURATION_FIRST sum w S(x). */
PTL_API double ptl_response_steady(double *slope, const ptl_response *r, double x);

/** Response of every week of a path x[n] into out[n]; work: n doubles. x is not negative. */
PTL_API void ptl_response_path(double *out, const ptl_response *r, const double *x, int64_t n,
                               double *work);

/** Gradient of sum_t weight[t] out[t] by x into grad[n]; work: 2 n doubles. weight NULL: ones. */
PTL_API void ptl_response_path_grad(double *grad, const ptl_response *r, const double *x,
                                    const double *weight, int64_t n, double *work);

#ifdef __cplusplus
}
#endif
#endif
