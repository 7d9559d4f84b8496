/* anomaly.c: which days of a series do not fit the others, and by how much?
 *
 * Quantity. For day d with value y_d: the residual r_d = ln y_d - m_d, m_d the median of ln y on
 * the same weekday in the `weeks` weeks before and after; for a run [a, b] the factor exp(mean r)
 * and the score |mean r| / s_L, s_L = 1.4826 times the median of |mean r| over all runs of L days.
 *
 * Method. Windows of several lengths are scanned by prefix sums; the strongest is taken, its ends
 * are moved to where the residual halves, its days are put aside, and the scan begins again.
 * Medians stand as long as fewer than half of the weeks around are touched (breakdown point 1/2;
 * Rousseeuw and Croux 1993 for the MAD), so runs up to about `weeks` weeks are seen.
 *
 * Not identified where fewer than eight weeks are known: then nothing is said. Cost O(n (weeks +
 * lengths * runs)); memory 4 n doubles. */
#include "portolan/anomaly.h"

#include <math.h>
#include <string.h>

enum { WEEK = 7, AROUND_MAX = 2 * 26, WEEKS_LEAST = 8, GAP_AROUND = 28 };

ptl_anomaly_options ptl_anomaly_options_default(void)
{
    return (ptl_anomaly_options){.size = (int32_t)sizeof(ptl_anomaly_options),
                                 .weeks = 6,
                                 .longest = 28,
                                 .factor_min = 1.6,
                                 .score_min = 8.0,
                                 .chance_max = 1e-6};
}

static ptl_status check(const ptl_anomaly_options *o, int64_t n, ptl_error *err)
{
    if (n < 0 || n > PTL_ANOMALY_DAYS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a series has at most %d days, not %lld",
                        PTL_ANOMALY_DAYS_MAX, (long long)n);
    if (o->weeks < 2 || o->weeks > AROUND_MAX / 2)
        return ptl_fail(err, PTL_E_INVALID, "weeks must lie in [2, 26], not %d", o->weeks);
    if (o->longest < 1 || o->longest > 60)
        return ptl_fail(err, PTL_E_INVALID, "longest must lie in [1, 60], not %d", o->longest);
    if (!(o->factor_min > 1.0))
        return ptl_fail(err, PTL_E_INVALID, "factor_min must be above 1, not %g", o->factor_min);
    if (!(o->score_min > 0.0))
        return ptl_fail(err, PTL_E_INVALID, "score_min must be positive, not %g", o->score_min);
    if (!(o->chance_max > 0.0 && o->chance_max < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "chance_max must lie in (0, 1), not %g", o->chance_max);
    return PTL_OK;
}

/* --- medians ---------------------------------------------------------------------------------- */

/* Hoare's selection: the k-th smallest of x, which is reordered. */
static double select_kth(double *x, int64_t n, int64_t k)
{
    int64_t lo = 0, hi = n - 1;
    while (lo < hi) {
        const double pivot = x[lo + (hi - lo) / 2];
        int64_t i = lo, j = hi;
        while (i <= j) {
            while (x[i] < pivot) i++;
            while (x[j] > pivot) j--;
            if (i > j) break;
            const double t = x[i];
            x[i++] = x[j];
            x[j--] = t;
        }
        if (k <= j)
            hi = j;
        else if (k >= i)
            lo = i;
        else
            break;
    }
    return x[k];
}

static double median(double *x, int64_t n)
{
    if (n == 0) return PTL_NAN;
    const double upper = select_kth(x, n, n / 2);
    if (n % 2 == 1) return upper;
    return 0.5 * (upper + select_kth(x, n, n / 2 - 1));
}

/* --- levels ----------------------------------------------------------------------------------- */

/* r_d, NaN where the day is missing or too few weeks around are known. */
static void residuals(double *r, const double *value, int64_t n, int32_t weeks)
{
    double around[AROUND_MAX];
    for (int64_t d = 0; d < n; d++) {
        int64_t k = 0;
        for (int64_t w = -weeks; w <= weeks; w++) {
            const int64_t at = d + w * WEEK;
            if (w != 0 && at >= 0 && at < n && value[at] > 0) around[k++] = log(value[at]);
        }
        r[d] = value[d] > 0 && k >= weeks / 2 + 1 ? log(value[d]) - median(around, k) : PTL_NAN;
    }
}

typedef struct scan {
    const double *r;
    double *sum;   /* prefix sums of known residuals, n + 1 */
    double *known; /* how many of them, n + 1               */
    double *means; /* scratch, n                            */
    int64_t n;
    double factor_min, score_min;
} scan;

static void prefix(scan *s)
{
    for (int64_t d = 0; d < s->n; d++) {
        const bool is_known = s->r[d] == s->r[d];
        s->sum[d + 1] = s->sum[d] + (is_known ? s->r[d] : 0.0);
        s->known[d + 1] = s->known[d] + (is_known ? 1.0 : 0.0);
    }
}

/* The mean residual of [a, a + length), NaN where less than two thirds of the days are known. */
static double mean_of(const scan *s, int64_t a, int64_t length)
{
    const double k = s->known[a + length] - s->known[a];
    return 3.0 * k >= 2.0 * (double)length ? (s->sum[a + length] - s->sum[a]) / k : PTL_NAN;
}

static double deviation(const scan *s, int64_t length)
{
    int64_t k = 0;
    for (int64_t a = 0; a + length <= s->n; a++) {
        const double m = mean_of(s, a, length);
        if (m == m) s->means[k++] = fabs(m);
    }
    return 1.4826 * median(s->means, k);
}

/* A run as short as a day that is exactly as expected elsewhere has no deviation: a thousandth
 * keeps the score finite and still lets a factor of 1.01 pass by. */
static const double deviation_least = 1e-3;

static bool strongest(ptl_anomaly_run *best, const scan *s, int32_t longest)
{
    static const int32_t lengths[] = {1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 60};
    best->score = 0.0;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths && lengths[i] <= longest; i++) {
        const int64_t length = lengths[i];
        if (s->n < 4 * length) break;
        const double scale = fmax(deviation(s, length), deviation_least);
        for (int64_t a = 0; a + length <= s->n; a++) {
            const double m = mean_of(s, a, length);
            const double score = fabs(m) / scale;
            if (!(score > best->score) || !(fabs(m) >= log(s->factor_min))) continue;
            *best = (ptl_anomaly_run){a, a + length - 1, exp(m), score};
        }
    }
    return best->score >= s->score_min;
}

static bool belongs(const scan *s, int64_t d, double half)
{
    return d >= 0 && d < s->n && s->r[d] == s->r[d] && (half > 0 ? s->r[d] > half : s->r[d] < half);
}

/* Ends where the residual falls to half of the run's. */
static void trim(ptl_anomaly_run *run, const scan *s)
{
    const double half = 0.5 * log(run->factor);
    while (run->first < run->last && !belongs(s, run->first, half)) run->first++;
    while (run->last > run->first && !belongs(s, run->last, half)) run->last--;
    while (belongs(s, run->first - 1, half)) run->first--;
    while (belongs(s, run->last + 1, half)) run->last++;
    const double k = s->known[run->last + 1] - s->known[run->first];
    if (k > 0) run->factor = exp((s->sum[run->last + 1] - s->sum[run->first]) / k);
}

static int64_t count_known(const double *r, int64_t n)
{
    int64_t k = 0;
    for (int64_t d = 0; d < n; d++) k += r[d] == r[d];
    return k;
}

ptl_status ptl_anomaly_level(ptl_anomaly_runs *out, const double *value, int64_t n,
                             const ptl_anomaly_options *options, ptl_arena *arena, ptl_error *err)
{
    const ptl_anomaly_options defaults = ptl_anomaly_options_default();
    const ptl_anomaly_options *o = options ? options : &defaults;
    out->n = 0;
    PTL_TRY(check(o, n, err));
    for (int64_t d = 0; d < n; d++)
        if (value[d] < 0)
            return ptl_fail(err, PTL_E_INVALID, "day %lld of the series is negative: %g",
                            (long long)d, value[d]);
    const ptl_arena_mark mark = ptl_arena_save(arena);
    double *r = ptl_arena_array(arena, 4 * n + 3, sizeof *r, err);
    if (!r) return PTL_E_NO_MEMORY;
    scan s = {r, r + n, r + 2 * n + 1, r + 3 * n + 2, n, o->factor_min, o->score_min};
    residuals(r, value, n, o->weeks);
    ptl_anomaly_run run = {0};
    while (out->n < PTL_ANOMALY_RUNS_MAX && count_known(r, n) >= WEEKS_LEAST * WEEK) {
        s.sum[0] = s.known[0] = 0.0;
        prefix(&s);
        if (!strongest(&run, &s, o->longest)) break;
        trim(&run, &s);
        out->run[out->n++] = run;
        for (int64_t d = run.first; d <= run.last; d++) r[d] = PTL_NAN;
    }
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* --- gaps ------------------------------------------------------------------------------------- */

static bool next_gap(int64_t *first, int64_t *last, const int64_t *rows, int64_t n, int64_t from)
{
    int64_t a = from;
    while (a < n && rows[a] > 0) a++;
    if (a == n) return false;
    int64_t b = a;
    while (b + 1 < n && rows[b + 1] == 0) b++;
    *first = a;
    *last = b;
    return true;
}

static int64_t start_of(const int64_t *rows, int64_t n)
{
    int64_t a = 0;
    while (a < n && rows[a] == 0) a++;
    return a;
}

/* Gaps other than the one at `self` that are at least two thirds as long. */
static int64_t alike(const int64_t *rows, int64_t n, int64_t self, int64_t length)
{
    int64_t k = 0, a, b;
    for (int64_t at = start_of(rows, n); next_gap(&a, &b, rows, n, at); at = b + 1)
        k += a != self && 3 * (b - a + 1) >= 2 * length;
    return k;
}

static double share_around(const int64_t *rows, int64_t n, int64_t first, int64_t last,
                           int64_t start)
{
    int64_t days = 0, with = 0;
    for (int64_t d = first - GAP_AROUND; d <= last + GAP_AROUND; d++) {
        if (d < start || d >= n || (d >= first && d <= last)) continue;
        days++;
        with += rows[d] > 0;
    }
    const double most = 1.0 - 1.0 / (2 * GAP_AROUND);
    return days == 0 ? 0.0 : fmin(most, (double)with / (double)days);
}

ptl_status ptl_anomaly_gaps(ptl_anomaly_runs *out, const int64_t *rows, int64_t n,
                            const ptl_anomaly_options *options, ptl_error *err)
{
    const ptl_anomaly_options defaults = ptl_anomaly_options_default();
    const ptl_anomaly_options *o = options ? options : &defaults;
    out->n = 0;
    PTL_TRY(check(o, n, err));
    const int64_t start = start_of(rows, n);
    int64_t a, b;
    for (int64_t at = start; next_gap(&a, &b, rows, n, at); at = b + 1) {
        const double p = share_around(rows, n, a, b, start);
        const double score = -(double)(b - a + 1) * log1p(-p);
        if (score < -log(o->chance_max) || alike(rows, n, a, b - a + 1) >= 2) continue;
        if (out->n < PTL_ANOMALY_RUNS_MAX) out->run[out->n++] = (ptl_anomaly_run){a, b, 0.0, score};
    }
    return PTL_OK;
}

/* --- shifts ----------------------------------------------------------------------------------- */

ptl_status ptl_anomaly_shift(int32_t *shift, double *gain, const int64_t *reference,
                             const int64_t *window, int32_t n_bins, ptl_error *err)
{
    *shift = 0;
    *gain = 0.0;
    if (n_bins < 2 || n_bins > 1440)
        return ptl_fail(err, PTL_E_INVALID, "n_bins must lie in [2, 1440], not %d", n_bins);
    for (int32_t h = 0; h < n_bins; h++) {
        if (reference[h] < 0 || window[h] < 0)
            return ptl_fail(err, PTL_E_INVALID, "bin %d holds a negative count", h);
    }
    for (int32_t k = 1; k < n_bins; k++) { /* half a count each, so that no bin is impossible */
        double g = 0.0;
        for (int32_t h = 0; h < n_bins; h++) {
            const int32_t from = (h - k + n_bins) % n_bins;
            if (window[h] == 0) continue;
            g += (double)window[h] *
                 log(((double)reference[from] + 0.5) / ((double)reference[h] + 0.5));
        }
        if (!(g > *gain)) continue;
        *gain = g;
        *shift = k <= n_bins / 2 ? k : k - n_bins;
    }
    return PTL_OK;
}
