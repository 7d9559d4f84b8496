/* mix_carry.c: carry-over, saturation and their gradients over all geos of a channel.
 *
 * The quantity.   a_gt = sum_l w_l x_g,t-l and s = a / (a + half); backwards, with D the gradient
 *                 by s: by a D (1 - s)^2 / half, by half -D s (1 - s) / half, and by the weight of
 *                 lag l the correlation sum_gt d_gt x_g,t-l. No weight's gradient needs a second
 *                 convolution, and a need not be kept, for s says it.
 * The method.     A geo's weeks lie between zeros (mix_pad), so that no lag has an edge, and are
 *                 taken eight at a time. Sums run in eight fixed lanes, whatever the registers, and
 *                 nothing is contracted: the same digits on every machine.
 * Cost.           2 window flops a cell either way; no memory but the arrays named. */
#include "science/mix_internal.h"
#include "science/wide_internal.h"

enum {
    ROW_MAX =
        2 * PTL_ADSTOCK_WINDOW_MAX + PTL_MIX_WEEKS_MAX + LANES, /* zeros, lead, weeks, zeros */
    WEEKS_ROOM = PTL_MIX_WEEKS_MAX + LANES
};

/* One geo's media between zeros: row[at + t] is week t. */
typedef struct padded {
    const double *row;
    int64_t at, n, lead;
    int32_t window; /* no longer than there are weeks to carry from */
} padded;

static inline padded pad(const ptl_mix_posterior *m, int32_t window)
{
    const int64_t all = m->n_weeks + m->n_lead;
    const int32_t used = window < all ? window : (int32_t)all;
    return (padded){.at = used - 1 + m->n_lead, .n = m->n_weeks, .lead = m->n_lead, .window = used};
}

int64_t mix_padded_n(const ptl_mix_posterior *m, int32_t window)
{
    const padded p = pad(m, window);
    return p.at + p.n + LANES;
}

/* Geo g of x[geo][lead + week] between zeros; those after the last week stay as they are. */
static inline void pad_fill(double *row, const padded *p, const double *x, int64_t g)
{
    const int64_t n = p->n + p->lead;
    memset(row, 0, (size_t)(p->window - 1) * sizeof(double));
    memcpy(row + p->window - 1, x + g * n, (size_t)n * sizeof(double));
}

void mix_pad(double *out, const ptl_mix_posterior *m, const double *x, int32_t window)
{
    const padded p = pad(m, window);
    for (int64_t g = 0; g < m->n_geos; g++) pad_fill(out + g * mix_padded_n(m, window), &p, x, g);
}

/* Eight weeks from `t`, fewer at the end: the rest is zero, or stays as it was. */
static inline void take(lanes *v, const double *x, int64_t t, int64_t n)
{
    if (n - t >= LANES) {
        memcpy(v, x + t, sizeof *v);
        return;
    }
    *v = (lanes){0.0};
    for (int64_t k = 0; k < n - t; k++) (*v)[k] = x[t + k];
}

static inline void give(double *x, const lanes *v, int64_t t, int64_t n)
{
    if (n - t >= LANES) {
        memcpy(x + t, v, sizeof *v);
        return;
    }
    for (int64_t k = 0; k < n - t; k++) x[t + k] = (*v)[k];
}

static inline void carry_eight(lanes *out, const padded *p, const double *w, int64_t t)
{
    const double *const from = p->row + p->at + t;
    lanes x, even, odd = {0.0};
    memcpy(&x, from, sizeof x);
    even = w[0] * x;
    int32_t l = 1;
    for (; l + 1 < p->window; l += 2) {
        memcpy(&x, from - l, sizeof x);
        odd += w[l] * x;
        memcpy(&x, from - l - 1, sizeof x);
        even += w[l + 1] * x;
    }
    if (l < p->window) {
        memcpy(&x, from - l, sizeof x);
        odd += w[l] * x;
    }
    *out = even + odd;
}

PTL_WIDE static void convolve_wide(double *out, const ptl_mix_posterior *m, const double *x,
                                   const double *w, int32_t window)
{
    padded p = pad(m, window);
    double own[ROW_MAX] = {0.0};
    p.row = own;
    for (int64_t g = 0; g < m->n_geos; g++) {
        pad_fill(own, &p, x, g);
        for (int64_t t = 0; t < p.n; t += LANES) {
            lanes a;
            carry_eight(&a, &p, w, t);
            give(out + g * p.n, &a, t, p.n);
        }
    }
}

PTL_WIDE static void saturated_wide(double *s, double *total, const ptl_mix_posterior *m,
                                    const double *x, const double *w, int32_t window, double half)
{
    padded p = pad(m, window);
    const int64_t stride = p.at + p.n + LANES;
    for (int64_t g = 0; g < m->n_geos; g++) {
        lanes sum = {0.0};
        p.row = x + g * stride;
        for (int64_t t = 0; t < p.n; t += LANES) {
            lanes a, o;
            carry_eight(&a, &p, w, t);
            a = a / (a + half);
            give(s + g * p.n, &a, t, p.n);
            take(&o, m->outcome + g * p.n, t, p.n);
            sum += a * o;
        }
        total[g] = sum_of(&sum);
    }
}

/* Add one geo's correlations: four lags a pass over its weeks, which lie in d between zeros. */
static inline void correlate_row(lanes *by_lag, const padded *p, const double *d)
{
    const double *const from = p->row + p->at;
    int32_t l = 0;
    for (; l + 3 < p->window; l += 4) {
        lanes sum0 = by_lag[l], sum1 = by_lag[l + 1], sum2 = by_lag[l + 2], sum3 = by_lag[l + 3];
        for (int64_t t = 0; t < p->n; t += LANES) {
            lanes v, x;
            memcpy(&v, d + t, sizeof v);
            memcpy(&x, from + t - l, sizeof x);
            sum0 += v * x;
            memcpy(&x, from + t - l - 1, sizeof x);
            sum1 += v * x;
            memcpy(&x, from + t - l - 2, sizeof x);
            sum2 += v * x;
            memcpy(&x, from + t - l - 3, sizeof x);
            sum3 += v * x;
        }
        by_lag[l] = sum0;
        by_lag[l + 1] = sum1;
        by_lag[l + 2] = sum2;
        by_lag[l + 3] = sum3;
    }
    for (; l < p->window; l++)
        for (int64_t t = 0; t < p->n; t += LANES) {
            lanes v, x;
            memcpy(&v, d + t, sizeof v);
            memcpy(&x, from + t - l, sizeof x);
            by_lag[l] += v * x;
        }
}

static inline void finish_lags(double *out, const lanes *by_lag, const padded *p, int32_t window)
{
    for (int32_t l = 0; l < window; l++) out[l] = l < p->window ? sum_of(&by_lag[l]) : 0.0;
}

PTL_WIDE static void correlate_wide(double *out, const ptl_mix_posterior *m, const double *d,
                                    const double *x, int32_t window)
{
    padded p = pad(m, window);
    double row[WEEKS_ROOM] = {0.0}, own[ROW_MAX] = {0.0};
    lanes by_lag[PTL_ADSTOCK_WINDOW_MAX];
    memset(by_lag, 0, (size_t)p.window * sizeof *by_lag);
    p.row = own;
    for (int64_t g = 0; g < m->n_geos; g++) {
        pad_fill(own, &p, x, g);
        memcpy(row, d + g * p.n, (size_t)p.n * sizeof *row);
        correlate_row(by_lag, &p, row);
    }
    finish_lags(out, by_lag, &p, window);
}

PTL_WIDE static double back_wide(double *by_weight, const ptl_mix_posterior *m, const mix_back *k,
                                 const double *x, int32_t window, double half)
{
    padded p = pad(m, window);
    double row[WEEKS_ROOM];
    lanes by_lag[PTL_ADSTOCK_WINDOW_MAX], by_half = {0.0};
    const double inv = 1.0 / half;
    const int64_t stride = p.at + p.n + LANES;
    memset(by_lag, 0, (size_t)p.window * sizeof *by_lag);
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double b = k->b[g], by_d = k->by_d[g];
        p.row = x + g * stride;
        for (int64_t t = 0; t < p.n; t += LANES) {
            lanes u, o, s, d;
            take(&u, k->u + g * p.n, t, p.n);
            take(&o, m->outcome + g * p.n, t, p.n);
            take(&s, k->s + g * p.n, t, p.n);
            d = b * u + by_d * o;
            if (k->begun) {
                take(&o, k->begun + g * p.n, t, p.n);
                d += o;
            }
            d *= 1.0 - s;
            by_half -= d * s;
            d *= inv * (1.0 - s);
            memcpy(row + t, &d, sizeof d); /* past the last week u, o and s are zero */
        }
        correlate_row(by_lag, &p, row);
    }
    finish_lags(by_weight, by_lag, &p, window);
    return inv * sum_of(&by_half);
}

PTL_WIDE static void dots_wide(double *out, const ptl_mix_posterior *m, const double *x,
                               const double *y)
{
    const int64_t n = m->n_weeks;
    for (int64_t g = 0; g < m->n_geos; g++) {
        lanes sum = {0.0};
        for (int64_t t = 0; t < n; t += LANES) {
            lanes a, b;
            take(&a, x + g * n, t, n);
            take(&b, y + g * n, t, n);
            sum += a * b;
        }
        out[g] += sum_of(&sum);
    }
}

PTL_WIDE static void subtract_wide(double *r, const ptl_mix_posterior *m, const double *s,
                                   const double *b)
{
    const int64_t n = m->n_weeks;
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t t = 0; t < n; t++) r[g * n + t] -= b[g] * s[g * n + t];
}

/* The copies for each width are the file's own: what other files call are these. */
void mix_convolve(double *out, const ptl_mix_posterior *m, const double *x, const double *w,
                  int32_t window)
{
    convolve_wide(out, m, x, w, window);
}

void mix_carry_saturate(double *s, double *total, const ptl_mix_posterior *m, const double *x,
                        const double *w, int32_t window, double half)
{
    saturated_wide(s, total, m, x, w, window, half);
}

void mix_correlate(double *by_weight, const ptl_mix_posterior *m, const double *d, const double *x,
                   int32_t window)
{
    correlate_wide(by_weight, m, d, x, window);
}

double mix_carry_saturate_back(double *by_weight, const ptl_mix_posterior *m, const mix_back *k,
                               const double *x, int32_t window, double half)
{
    return back_wide(by_weight, m, k, x, window, half);
}

void mix_geo_dots(double *out, const ptl_mix_posterior *m, const double *x, const double *y)
{
    dots_wide(out, m, x, y);
}

void mix_geo_subtract(double *r, const ptl_mix_posterior *m, const double *s, const double *b)
{
    subtract_wide(r, m, s, b);
}
