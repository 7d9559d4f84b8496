/* alarm.c: which of many daily series left what their weekdays led one to expect.
 *
 * The question.   Did something break yesterday?
 * The quantity.   y_n - c_n for each series, and the chance of a miss this large with nothing
 * wrong. The model.      Three expectations are tried on the past, and the one with the least
 * squared misses is used: the mean of the same weekday in the six weeks before; that, times what
 * the seven days before were to the sevens before those weekdays (plus, where a series can be
 * negative); and the same weekday a year before times the growth of the last four weeks over
 * theirs. The method.     A miss is judged by those made before (ptl_surprise). A series raises an
 * alarm where its chance is at most false_week / (7 n): by linearity the number of false alarms
 * expected in a week is then at most false_week, however the series hang together. Not identified.
 * Fewer than 28 past misses: 49 days to expect from, and 28 more. Cost.           O(series ·
 * misses), no allocation. */
#include "portolan/alarm.h"
#include "portolan/change.h"

enum {
    WEEK = 7,
    SAME_DAYS = 6,                  /* the same weekday in so many weeks before */
    FIRST = WEEK * (SAME_DAYS + 1), /* days an expectation looks back           */
    YEAR = 364,
    GROWTH_DAYS = 28,
    MISSES_MIN = 28,
    N_RULES = 3
};

ptl_alarm_options ptl_alarm_options_default(void)
{
    return (ptl_alarm_options){
        .size = (int32_t)sizeof(ptl_alarm_options), .misses = 182, .false_week = 0.5};
}

int64_t ptl_alarm_work_n(const ptl_alarm_options *options)
{
    const ptl_alarm_options o = options ? *options : ptl_alarm_options_default();
    return (int64_t)N_RULES * o.misses;
}

static ptl_status check(const double *const *series, int64_t n_series, int64_t n_days,
                        const ptl_alarm_options *o, ptl_error *err)
{
    if (o->misses < MISSES_MIN || o->misses > 1000)
        return ptl_fail(err, PTL_E_INVALID, "misses must be %d to 1000, not %d", MISSES_MIN,
                        o->misses);
    if (!(o->false_week > 0.0 && o->false_week <= 7.0))
        return ptl_fail(err, PTL_E_INVALID, "false_week must lie between 0 and 7, not %g",
                        o->false_week);
    if (n_series < 0 || n_series > PTL_ALARM_SERIES_MAX || n_days < 0 ||
        n_days > PTL_ALARM_DAYS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "%lld series of %lld days: at most %d of %d",
                        (long long)n_series, (long long)n_days, PTL_ALARM_SERIES_MAX,
                        PTL_ALARM_DAYS_MAX);
    for (int64_t i = 0; i < n_series; i++)
        for (int64_t t = 0; t < n_days; t++)
            if (!isfinite(series[i][t]))
                return ptl_fail(err, PTL_E_INVALID, "series %lld, day %lld is not a finite number",
                                (long long)i + 1, (long long)t + 1);
    return PTL_OK;
}

static double sum_before(const double *y, int64_t t, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 1; i <= n; i++) sum += y[t - i];
    return sum;
}

static double same_weekday(const double *y, int64_t t)
{
    double sum = 0.0;
    for (int64_t k = 1; k <= SAME_DAYS; k++) sum += y[t - WEEK * k];
    return sum / SAME_DAYS;
}

/* The mean of the sevens before those weekdays. */
static double level_then(const double *y, int64_t t)
{
    double sum = 0.0;
    for (int64_t k = 1; k <= SAME_DAYS; k++) sum += sum_before(y, t - WEEK * k, WEEK);
    return sum / (SAME_DAYS * WEEK);
}

static double expect_by(int rule, const double *y, int64_t t, bool relative)
{
    if (rule == 0) return same_weekday(y, t);
    if (rule == 1) {
        const double level = sum_before(y, t, WEEK) / WEEK, then = level_then(y, t);
        if (!relative) return same_weekday(y, t) + level - then;
        return then > 0.0 ? same_weekday(y, t) * level / then : same_weekday(y, t);
    }
    const double now = sum_before(y, t, GROWTH_DAYS), then = sum_before(y, t - YEAR, GROWTH_DAYS);
    return then > 0.0 ? y[t - YEAR] * now / then : same_weekday(y, t);
}

typedef struct trial {
    double *misses;
    int64_t m;
    double expected, square;
} trial;

static void try_rule(trial *out, int rule, const double *y, int64_t n, bool relative,
                     const ptl_alarm_options *o)
{
    const int64_t last = n - 1;
    int64_t first = rule < 2 ? FIRST : YEAR + GROWTH_DAYS;
    if (first < last - o->misses) first = last - o->misses;
    double squares = 0.0;
    for (int64_t t = first; t < last; t++) {
        const double c = expect_by(rule, y, t, relative);
        if (relative && !(c > 0.0)) continue;
        const double miss = relative ? (y[t] - c) / c : y[t] - c;
        out->misses[out->m++] = miss;
        squares += miss * miss;
    }
    if (out->m < MISSES_MIN) return;
    out->square = squares / (double)out->m;
    out->expected = expect_by(rule, y, last, relative);
}

static bool never_negative(const double *y, int64_t n)
{
    for (int64_t t = 0; t < n; t++)
        if (!(y[t] >= 0.0)) return false;
    return true;
}

static void answer(ptl_alarm_answer *out, const double *y, int64_t n, double limit,
                   const ptl_alarm_options *o, double *work)
{
    const bool relative = never_negative(y, n);
    trial best = {.square = (double)INFINITY};
    *out = (ptl_alarm_answer){{PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN}, PTL_NAN, false};
    for (int rule = 0; rule < N_RULES; rule++) {
        trial t = {.misses = work + (int64_t)rule * o->misses, .square = (double)INFINITY};
        try_rule(&t, rule, y, n, relative, o);
        if (t.square < best.square) best = t;
    }
    if (!isfinite(best.square) || (relative && !(best.expected > 0.0))) return;
    const double scale = relative ? best.expected : 1.0;
    const double half = scale * ptl_surprise_quantile(limit, best.misses, best.m);
    out->expected =
        (ptl_estimate){best.expected, best.expected - half, best.expected + half, 1.0 - limit};
    out->chance = ptl_surprise((y[n - 1] - best.expected) / scale, best.misses, best.m);
    out->raised = out->chance <= limit;
}

ptl_status ptl_alarm_find(ptl_alarm_answer *answers, int64_t *n_raised, const double *const *series,
                          int64_t n_series, int64_t n_days, const ptl_alarm_options *options,
                          double *work, ptl_error *err)
{
    const ptl_alarm_options o = options ? *options : ptl_alarm_options_default();
    *n_raised = 0;
    PTL_TRY(check(series, n_series, n_days, &o, err));
    const double limit = o.false_week / (7.0 * (double)(n_series > 0 ? n_series : 1));
    for (int64_t i = 0; i < n_series; i++) {
        answer(&answers[i], series[i], n_days, limit, &o, work);
        *n_raised += answers[i].raised;
    }
    return PTL_OK;
}
