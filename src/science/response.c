/* response.c: carry-over and saturation.
 *
 * The question.   What does a week's spend do in this week and the ones after, and how much less
 *                 does the next euro do than the first?
 * The quantity.   Adstock: A_t = sum_{l<w} w_l x_{t-l}. Saturation: S(x), increasing, S(0) = 0.
 * The method.     Lag weights are written as logarithms, so that a sharply peaked window does not
 *                 underflow before it is normalised; their derivatives are w_l dlog w_l, and with
 *                 the sum s divided out (dw_l - w_l sum dw) / s. Geometric: Broadbent 1979;
 * delayed: Jin et al. 2017, eq. 3 with retention a^((l-d)^2); binomial: Meridian's (1 -
 * l/w)^(1/a-1); Weibull pdf and cdf as in Robyn and PyMC-Marketing. Differences.    The Weibull
 * density is not shifted by its least value first (Robyn's min-max): that makes one lag's weight
 * zero by decree and has a kink in its parameters. tanh(x / c) is PyMC-Marketing's b tanh(x / (b
 * c')) with c = b c'. Not identified. With little variation of spend the half point and the
 * coefficient trade off against each other; that is the model's business (mix.h), not the shape's.
 * Cost.           O(n w) for a path. No allocation. */
#include "portolan/response.h"

typedef struct shape_row {
    const char *word;
    int32_t n;
    const char *param[PTL_RESPONSE_PARAMS_MAX];
} shape_row;

#define SHAPE_ROW(name, word, n, p0, p1) {word, n, {p0, p1}},
static const shape_row adstocks[] = {PTL_ADSTOCK_LIST(SHAPE_ROW)};
static const shape_row saturations[] = {PTL_SATURATION_LIST(SHAPE_ROW)};
#undef SHAPE_ROW

static const shape_row *adstock_row(ptl_adstock_kind kind)
{
    static const shape_row none = {"", 0, {"", ""}};
    const size_t n = sizeof adstocks / sizeof adstocks[0];
    return (size_t)kind < n ? &adstocks[kind] : &none;
}

static const shape_row *saturation_row(ptl_saturation_kind kind)
{
    static const shape_row none = {"", 0, {"", ""}};
    const size_t n = sizeof saturations / sizeof saturations[0];
    return (size_t)kind < n ? &saturations[kind] : &none;
}

const char *ptl_adstock_text(ptl_adstock_kind kind)
{
    return adstock_row(kind)->word;
}
const char *ptl_saturation_text(ptl_saturation_kind kind)
{
    return saturation_row(kind)->word;
}
int32_t ptl_adstock_params(ptl_adstock_kind kind)
{
    return adstock_row(kind)->n;
}
int32_t ptl_saturation_params(ptl_saturation_kind kind)
{
    return saturation_row(kind)->n;
}

const char *ptl_adstock_param_text(ptl_adstock_kind kind, int32_t idx)
{
    return idx >= 0 && idx < PTL_RESPONSE_PARAMS_MAX ? adstock_row(kind)->param[idx] : "";
}

const char *ptl_saturation_param_text(ptl_saturation_kind kind, int32_t idx)
{
    return idx >= 0 && idx < PTL_RESPONSE_PARAMS_MAX ? saturation_row(kind)->param[idx] : "";
}

/* --- checks -------------------------------------------------------------------------------------
 */

static bool adstock_fits(const ptl_adstock *a, int32_t idx)
{
    const double p = a->param[idx];
    if (idx == 1)
        return a->kind == PTL_ADSTOCK_DELAYED ? p >= 0 && p <= a->window_weeks - 1 : p > 0;
    switch (a->kind) {
    case PTL_ADSTOCK_GEOMETRIC:
        return p >= 0.0 && p <= 1.0;
    case PTL_ADSTOCK_BINOMIAL:
        return p > 0.0 && p <= 1.0;
    case PTL_ADSTOCK_DELAYED:
        return p > 0.0 && p < 1.0;
    case PTL_ADSTOCK_WEIBULL_PDF:
    case PTL_ADSTOCK_WEIBULL_CDF:
        return p > 0.0 && p < HUGE_VAL;
    }
    return false;
}

ptl_status ptl_response_check(const ptl_response *r, ptl_error *err)
{
    const ptl_adstock *const a = &r->adstock;
    const ptl_saturation *const s = &r->saturation;
    if (a->window_weeks < 1 || a->window_weeks > PTL_ADSTOCK_WINDOW_MAX)
        return ptl_fail(err, PTL_E_INVALID, "adstock: window must be 1 to %d weeks, not %d",
                        PTL_ADSTOCK_WINDOW_MAX, a->window_weeks);
    if (adstock_row(a->kind)->n == 0)
        return ptl_fail(err, PTL_E_INVALID, "adstock: no kind has number %d", (int)a->kind);
    if (!*saturation_row(s->kind)->word)
        return ptl_fail(err, PTL_E_INVALID, "saturation: no kind has number %d", (int)s->kind);
    for (int32_t i = 0; i < ptl_adstock_params(a->kind); i++)
        if (!adstock_fits(a, i))
            return ptl_fail(err, PTL_E_INVALID, "%s adstock: %s is out of range: %g",
                            ptl_adstock_text(a->kind), ptl_adstock_param_text(a->kind, i),
                            a->param[i]);
    for (int32_t i = 0; i < ptl_saturation_params(s->kind); i++)
        if (!(s->param[i] > 0.0 && s->param[i] < HUGE_VAL))
            return ptl_fail(err, PTL_E_INVALID, "%s saturation: %s must be positive, not %g",
                            ptl_saturation_text(s->kind), ptl_saturation_param_text(s->kind, i),
                            s->param[i]);
    return PTL_OK;
}

/* --- adstock ------------------------------------------------------------------------------------
 */

/* Powers of zero have no logarithm, so the geometric weights are multiplied up. */
static void geometric(double *w, double *dw, const ptl_adstock *a)
{
    double power = 1.0, before = 0.0; /* a^l, a^(l-1) */
    for (int32_t l = 0; l < a->window_weeks; l++) {
        w[l] = power;
        if (dw) dw[l] = l * before;
        before = power;
        power *= a->param[0];
    }
}

/* log w_l, and its derivatives by the parameters. `sum` carries the running sums of a survival. */
static double log_weight(double d[PTL_RESPONSE_PARAMS_MAX], double sum[3], const ptl_adstock *a,
                         int32_t l)
{
    const double p = a->param[0], q = a->param[1];
    switch (a->kind) {
    case PTL_ADSTOCK_BINOMIAL: {
        const double u = log1p(-(double)l / a->window_weeks);
        d[0] = -u / (p * p);
        return (1.0 / p - 1.0) * u;
    }
    case PTL_ADSTOCK_DELAYED: {
        const double u = l - q, log_p = log(p);
        d[0] = u * u / p;
        d[1] = -2.0 * u * log_p;
        return u * u * log_p;
    }
    case PTL_ADSTOCK_WEIBULL_PDF: {
        const double u = log((l + 1) / q), z = exp(p * u);
        d[0] = 1.0 / p + u - z * u;
        d[1] = p * (z - 1.0) / q;
        return log(p / q) + (p - 1.0) * u - z;
    }
    case PTL_ADSTOCK_WEIBULL_CDF: {
        const double u = l ? log(l / q) : 0.0, z = l ? exp(p * u) : 0.0;
        sum[0] += z;
        sum[1] += z * u;
        d[0] = -sum[1];
        d[1] = sum[0] * p / q;
        return -sum[0];
    }
    case PTL_ADSTOCK_GEOMETRIC:
        break; /* has its own function */
    }
    return PTL_NAN;
}

static void by_logarithms(double *w, double *dw, const ptl_adstock *a)
{
    const int32_t n = a->window_weeks, n_params = ptl_adstock_params(a->kind);
    double sum[3] = {0.0, 0.0, 0.0}, top = -HUGE_VAL;
    for (int32_t l = 0; l < n; l++) {
        double d[PTL_RESPONSE_PARAMS_MAX];
        w[l] = log_weight(d, sum, a, l);
        for (int32_t i = 0; dw && i < n_params; i++) dw[i * n + l] = d[i];
        if (w[l] > top) top = w[l];
    }
    const double shift = a->normalised ? top : 0.0; /* divided out again with the sum */
    for (int32_t l = 0; l < n; l++) {
        w[l] = exp(w[l] - shift);
        for (int32_t i = 0; dw && i < n_params; i++)
            dw[i * n + l] = w[l] > 0.0 ? dw[i * n + l] * w[l] : 0.0; /* no 0 x inf */
    }
}

static void normalise(double *w, double *dw, int32_t n, int32_t n_params)
{
    double sum = 0.0;
    for (int32_t l = 0; l < n; l++) sum += w[l];
    for (int32_t l = 0; l < n; l++) w[l] /= sum;
    for (int32_t i = 0; dw && i < n_params; i++) {
        double slope = 0.0;
        for (int32_t l = 0; l < n; l++) slope += dw[i * n + l];
        for (int32_t l = 0; l < n; l++) dw[i * n + l] = (dw[i * n + l] - w[l] * slope) / sum;
    }
}

double ptl_adstock_weights_grad(double *w, double *dw, const ptl_adstock *a)
{
    const int32_t n = a->window_weeks;
    bool fits = true;
    for (int32_t i = 0; i < ptl_adstock_params(a->kind); i++) fits = fits && adstock_fits(a, i);
    if (!fits) {
        for (int32_t l = 0; l < n; l++) w[l] = PTL_NAN;
        for (int32_t l = 0; dw && l < n * ptl_adstock_params(a->kind); l++) dw[l] = PTL_NAN;
        return PTL_NAN;
    }
    if (a->kind == PTL_ADSTOCK_GEOMETRIC)
        geometric(w, dw, a);
    else
        by_logarithms(w, dw, a);
    if (a->normalised) {
        normalise(w, dw, n, ptl_adstock_params(a->kind));
        return 1.0;
    }
    double sum = 0.0;
    for (int32_t l = 0; l < n; l++) sum += w[l];
    return sum;
}

double ptl_adstock_weights(double *w, const ptl_adstock *a)
{
    return ptl_adstock_weights_grad(w, NULL, a);
}

void ptl_adstock_apply(double *out, const double *x, int64_t n, const double *w,
                       int32_t window_weeks)
{
    for (int64_t t = 0; t < n; t++) out[t] = w[0] * x[t];
    for (int32_t l = 1; l < window_weeks && l < n; l++)
        for (int64_t t = l; t < n; t++) out[t] += w[l] * x[t - l];
}

void ptl_adstock_apply_transposed(double *out, const double *g, int64_t n, const double *w,
                                  int32_t window_weeks)
{
    for (int64_t t = 0; t < n; t++) out[t] = w[0] * g[t];
    for (int32_t l = 1; l < window_weeks && l < n; l++)
        for (int64_t t = l; t < n; t++) out[t - l] += w[l] * g[t];
}

/* --- saturation ---------------------------------------------------------------------------------
 */

/* h = x^s / (x^s + k^s); every derivative carries h (1 - h), which holds its digits at both ends
 * where it is taken from the ratio u = (x / k)^s. */
static double hill(double *dx, double *dparam, double half, double slope, double x)
{
    if (!(x > 0.0)) {
        if (dx) *dx = slope > 1.0 ? 0.0 : slope < 1.0 ? HUGE_VAL : 1.0 / half;
        if (dparam) dparam[0] = dparam[1] = 0.0;
        return x == 0.0 ? 0.0 : PTL_NAN;
    }
    const double log_ratio = log(x / half);
    const double u = slope == 1.0 ? x / half : exp(slope * log_ratio);
    const double low = 1.0 / (1.0 + u); /* 1 - h */
    const double h = u < HUGE_VAL ? u * low : 1.0;
    if (dx) *dx = slope * h * low / x;
    if (dparam) {
        dparam[0] = -slope * h * low / half;
        dparam[1] = h * low * log_ratio;
    }
    return h;
}

/* tanh z and its slope from one exponential; expm1 keeps the digits of a small z. */
static double hyperbolic(double *dz, double z)
{
    const double less = expm1(-2.0 * z), e = 1.0 + less; /* e = exp(-2z) */
    *dz = 4.0 * e / ((1.0 + e) * (1.0 + e));
    return -less / (1.0 + e);
}

double ptl_saturation_grad(double *dx, double *dparam, const ptl_saturation *s, double x)
{
    const double p = s->param[0];
    double dz, v;
    switch (s->kind) {
    case PTL_SATURATION_NONE:
        if (dx) *dx = 1.0;
        return x;
    case PTL_SATURATION_HILL:
        return hill(dx, dparam, p, s->param[1], x);
    case PTL_SATURATION_LOGISTIC:
        v = hyperbolic(&dz, 0.5 * p * x);
        if (dx) *dx = 0.5 * p * dz;
        if (dparam) dparam[0] = 0.5 * x * dz;
        return v;
    case PTL_SATURATION_MICHAELIS_MENTEN:
        if (dx) *dx = p / ((p + x) * (p + x));
        if (dparam) dparam[0] = -x / ((p + x) * (p + x));
        return x / (p + x);
    case PTL_SATURATION_TANH:
        v = hyperbolic(&dz, x / p);
        if (dx) *dx = dz / p;
        if (dparam) dparam[0] = -x * dz / (p * p);
        return v;
    }
    return PTL_NAN;
}

double ptl_saturation_value(const ptl_saturation *s, double x)
{
    return ptl_saturation_grad(NULL, NULL, s, x);
}

double ptl_saturation_inflection(const ptl_saturation *s)
{
    const double slope = s->param[1];
    if (s->kind != PTL_SATURATION_HILL || !(slope > 1.0)) return 0.0;
    return s->param[0] * pow((slope - 1.0) / (slope + 1.0), 1.0 / slope);
}

/* --- both ---------------------------------------------------------------------------------------
 */

double ptl_response_steady(double *slope, const ptl_response *r, double x)
{
    double w[PTL_ADSTOCK_WINDOW_MAX], dx;
    const double sum = ptl_adstock_weights(w, &r->adstock);
    const bool outside = r->order == PTL_SATURATION_FIRST;
    const double value = ptl_saturation_grad(&dx, NULL, &r->saturation, outside ? x : x * sum);
    if (slope) *slope = sum * dx; /* the same product in either order */
    return outside ? sum * value : value;
}

void ptl_response_path(double *out, const ptl_response *r, const double *x, int64_t n, double *work)
{
    double w[PTL_ADSTOCK_WINDOW_MAX];
    (void)ptl_adstock_weights(w, &r->adstock);
    const int32_t window = r->adstock.window_weeks;
    if (r->order == PTL_SATURATION_FIRST) {
        for (int64_t t = 0; t < n; t++) work[t] = ptl_saturation_value(&r->saturation, x[t]);
        ptl_adstock_apply(out, work, n, w, window);
        return;
    }
    ptl_adstock_apply(out, x, n, w, window);
    for (int64_t t = 0; t < n; t++) out[t] = ptl_saturation_value(&r->saturation, out[t]);
}

void ptl_response_path_grad(double *grad, const ptl_response *r, const double *x,
                            const double *weight, int64_t n, double *work)
{
    double w[PTL_ADSTOCK_WINDOW_MAX], dx;
    double *const carried = work, *const g = work + n;
    (void)ptl_adstock_weights(w, &r->adstock);
    const int32_t window = r->adstock.window_weeks;
    const bool outside = r->order == PTL_SATURATION_FIRST;
    if (!outside) ptl_adstock_apply(carried, x, n, w, window);
    for (int64_t t = 0; t < n; t++) {
        g[t] = weight ? weight[t] : 1.0;
        if (outside) continue;
        (void)ptl_saturation_grad(&dx, NULL, &r->saturation, carried[t]);
        g[t] *= dx;
    }
    ptl_adstock_apply_transposed(grad, g, n, w, window);
    for (int64_t t = 0; outside && t < n; t++) {
        (void)ptl_saturation_grad(&dx, NULL, &r->saturation, x[t]);
        grad[t] *= dx;
    }
}
