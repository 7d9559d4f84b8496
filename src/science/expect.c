/* expect.c: what the periods before lead one to expect of the next.
 *
 * The question.   Was this week unusual, judged only by the weeks before it?
 * The quantity.   For t: c_t = median(y_{t-w} … y_{t-1}), and an interval [c_t + a_t, c_t + b_t]
 *                 that holds y_t with probability p.
 * The model.      None for y. The misses r_s = y_s - c_s are taken as exchangeable with r_t.
 * The method.     Split conformal prediction, one tail at a time (Vovk, Gammerman & Shafer 2005,
 *                 §4.2; Romano, Patterson & Candès 2019, eq. 8 without the fitted quantiles): with
 *                 m past misses in order, b is the k-th smallest for k = ceil((m + 1)(1 + p)/2) and
 *                 a the k-th largest. Each tail then misses with probability at most (1 - p)/2,
 *                 whatever the distribution.
 * Differences.    The misses of a moving median overlap in their windows, so they are only nearly
 *                 exchangeable; the recovery test measures the coverage that is left. Only the
 *                 newest `misses_max` count, so that the width follows a change of scale.
 * Not identified. Fewer than w + ceil(2/(1-p)) - 1 periods before t: k would exceed m, and no
 *                 finite interval keeps the promise. The band is NaN, not a guess.
 * Cost.           O(n (w log w + m)), no allocation: work holds w + m doubles. */
#include "portolan/expect.h"

#include <math.h>

enum { WINDOW_MAX = 104, MISSES_MAX = 10000 };

ptl_expect_options ptl_expect_options_default(void)
{
    return (ptl_expect_options){.size = (int32_t)sizeof(ptl_expect_options),
                                .window = 8,
                                .misses_max = 104,
                                .probability = 0.80};
}

int64_t ptl_expect_work_n(int64_t n, const ptl_expect_options *options)
{
    const ptl_expect_options o = options ? *options : ptl_expect_options_default();
    const int64_t n_misses = n < o.misses_max ? n : o.misses_max;
    return o.window + n_misses;
}

static ptl_status check(const double *y, int64_t n, const ptl_expect_options *o, ptl_error *err)
{
    if (o->window < 1 || o->window > WINDOW_MAX)
        return ptl_fail(err, PTL_E_INVALID, "window must be 1 to %d periods, not %d", WINDOW_MAX,
                        o->window);
    if (o->misses_max < 9 || o->misses_max > MISSES_MAX)
        return ptl_fail(err, PTL_E_INVALID, "misses_max must be 9 to %d, not %d", MISSES_MAX,
                        o->misses_max);
    if (!(o->probability > 0.0 && o->probability < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "probability must lie between 0 and 1, not %g",
                        o->probability);
    if (n < 0) return ptl_fail(err, PTL_E_INVALID, "n must not be negative");
    for (int64_t t = 0; t < n; t++)
        if (!isfinite(y[t]))
            return ptl_fail(err, PTL_E_INVALID, "period %lld is not a finite number",
                            (long long)t + 1);
    return PTL_OK;
}

/* Insertion into x[0..n), ascending: windows and miss lists are short, and order is all we need. */
static void insert_sorted(double *x, int64_t n, double value)
{
    int64_t i = n;
    for (; i > 0 && x[i - 1] > value; i--) x[i] = x[i - 1];
    x[i] = value;
}

static void remove_sorted(double *x, int64_t n, double value)
{
    int64_t i = 0;
    while (i < n - 1 && x[i] < value) i++;
    for (; i < n - 1; i++) x[i] = x[i + 1];
}

static double median_before(const double *y, int64_t t, int32_t window, double *sorted)
{
    for (int32_t i = 0; i < window; i++) insert_sorted(sorted, i, y[t - window + i]);
    const int32_t half = window / 2;
    return window % 2 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}

/* The band around `center` from m sorted misses, or NaN where no finite band keeps the promise. */
static ptl_estimate band(double center, const double *misses, int64_t m, double probability)
{
    const double rank = ceil(((double)m + 1.0) * (1.0 + probability) / 2.0);
    if (!(rank <= (double)m)) return (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    const int64_t k = (int64_t)rank;
    return (ptl_estimate){center, center + misses[m - k], center + misses[k - 1], probability};
}

ptl_status ptl_expect_solve(ptl_expect_result *result, ptl_estimate *out, const double *y,
                            int64_t n, const ptl_expect_options *options, double *work,
                            ptl_error *err)
{
    const ptl_expect_options o = options ? *options : ptl_expect_options_default();
    PTL_TRY(check(y, n, &o, err));
    double *const sorted = work;
    double *const misses = work + o.window;
    int64_t m = 0;
    result->first = n;
    ptl_estimate last = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    double centers_at = PTL_NAN;
    for (int64_t t = 0; t <= n; t++) {
        last = (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
        if (t >= o.window) {
            centers_at = median_before(y, t, o.window, sorted);
            last = band(centers_at, misses, m, o.probability);
        }
        if (t == n) break;
        out[t] = last;
        if (last.low <= last.high && result->first == n) result->first = t;
        if (t < o.window) continue;
        if (m == o.misses_max) {
            const int64_t oldest = t - m;
            const double gone = y[oldest] - median_before(y, oldest, o.window, sorted);
            remove_sorted(misses, m--, gone);
        }
        insert_sorted(misses, m++, y[t] - centers_at);
    }
    result->next = last;
    result->verdict = result->first < n ? PTL_CONVERGED : PTL_NOT_IDENTIFIED;
    return PTL_OK;
}
