/* special.h: special functions on doubles, with the accuracy that the tests hold.
 *
 * Every function is pure. Outside its domain, and for NaN, the answer is NaN. "ulp" below is
 * 2^-52 of the answer. Reference values: tests/unit/test_special.c. */
#ifndef PORTOLAN_SPECIAL_H
#define PORTOLAN_SPECIAL_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** log(exp(a) + exp(b)); -inf is an empty sum. 2 ulp, or 1e-16 absolute near zero. */
PTL_API double ptl_log_add(double a, double b);
/** log(exp(a) - exp(b)), a >= b; -inf where they are equal. */
PTL_API double ptl_log_subtract(double a, double b);
/** log of the sum of exp(x[i]), i < n; -inf for n = 0. NaN anywhere comes through. */
PTL_API double ptl_log_sum_exp(const double *x, int64_t n);
/** log(1 - exp(x)), x <= 0: whichever of log1p and expm1 loses nothing (Maechler 2012). */
PTL_API double ptl_log1m_exp(double x);
/** log(1 + exp(x)) without overflow. */
PTL_API double ptl_log1p_exp(double x);
/** log(1 + x) - x, x > -1, to 8 ulp also where the two nearly cancel. */
PTL_API double ptl_log1p_minus(double x);

PTL_API double ptl_logit(double p);     /* log(p / (1 - p)), [0, 1]                  */
PTL_API double ptl_expit(double x);     /* 1 / (1 + exp(-x)), no overflow            */
PTL_API double ptl_log_expit(double x); /* log expit(x); its slope is expit(-x)      */

/** log |Gamma(x)|, thread-safe. libm's: 4 ulp for x > 0, absolute near the zeros at 1 and 2. */
PTL_API double ptl_lgamma(double x);
/** log Gamma(1 + x) for x > -1, to 16 ulp also where 1 + x rounds to one. */
PTL_API double ptl_lgamma_1p(double x);
/** log B(a, b), a, b > 0, 1e-14 relative and without the cancellation of three lgammas. */
PTL_API double ptl_lbeta(double a, double b);
/** Derivatives of log Gamma for x > 0: 1e-15 absolute plus 4 ulp, and 8 ulp. */
PTL_API double ptl_digamma(double x);
PTL_API double ptl_trigamma(double x);
/** lgamma(x) less Stirling's (x - 1/2) log x - x + log(2 pi) / 2, x > 0. */
PTL_API double ptl_stirling_error(double x);

/** a log x - x - lgamma(a + 1): the log of a Poisson probability, free of cancellation (Loader
 * 2000). a >= 0, x >= 0. */
PTL_API double ptl_log_poisson_term(double a, double x);
/** Logs of the regularised incomplete gamma functions P(a, x) (lower) and Q = 1 - P (upper).
 * a > 0, x >= 0. Each to 1e-13 absolute in the log, or relative to it; either pointer may be NULL.
 * Cost O(sqrt a) up to a = 1e5, constant beyond. */
PTL_API void ptl_log_gamma_pq(double *log_p, double *log_q, double a, double x);
PTL_API double ptl_gamma_p(double a, double x);
PTL_API double ptl_gamma_q(double a, double x);
/** x with P(a, x) = p, and with Q(a, x) = q; 1e-12 relative. */
PTL_API double ptl_gamma_p_inverse(double a, double p);
PTL_API double ptl_gamma_q_inverse(double a, double q);

/** Logs of the regularised incomplete beta I_x(a, b) (lower) and 1 - I (upper); y = 1 - x is an
 * argument of its own, so that x near one keeps its digits. a, b > 0; x, y >= 0. 1e-12; where
 * min(a, b) < 1e-3, the larger tail's complement is good to 1e-15 absolute only. */
PTL_API void ptl_log_beta_pq(double *log_p, double *log_q, double a, double b, double x, double y);
PTL_API double ptl_beta_p(double a, double b, double x);
/** x with I_x(a, b) = p; 1e-12 relative to min(x, 1 - x) where that is a normal number. */
PTL_API double ptl_beta_p_inverse(double a, double b, double p);

/** Standard normal: log Phi(z), finite down to z = -1e150; z with Phi(z) = p; z with
 * log Phi(z) = log_p, for tails that no p can say. log Phi is good to 1e-13
 * relative, the quantiles (Wichura's AS 241) to 1e-15. */
PTL_API double ptl_normal_log_phi(double z);
PTL_API double ptl_normal_quantile_std(double p);
PTL_API double ptl_normal_quantile_log(double log_p);

PTL_API double ptl_erf_inverse(double x);  /* (-1, 1), 4 ulp; -1 and 1 give infinities */
PTL_API double ptl_erfc_inverse(double x); /* (0, 2), 4 ulp                            */

#ifdef __cplusplus
}
#endif
#endif
