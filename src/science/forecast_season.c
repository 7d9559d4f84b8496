/* forecast_season.c: does the series repeat itself, and by how much.
 *
 * The test is that of Theta and of the M3 competition's Naive2: the autocorrelation at the season's
 * lag against 1.645 of its own standard error, sqrt((1 + 2 sum r_i^2) / n), Bartlett's formula.
 * The indices are those of classical decomposition: what each period is to the centred moving
 * average over a season, averaged over the years, then scaled to mean 1 (or shifted to mean 0), and
 * drawn towards it by the share of their variance that is noise. */
#include "science/forecast_internal.h"

static double mean_of(const double *x, int64_t n)
{
    double sum = 0.0;
    for (int64_t t = 0; t < n; t++) sum += x[t];
    return sum / (double)n;
}

static double lagged(const double *y, int64_t n, double mean, int64_t lag)
{
    double sum = 0.0;
    for (int64_t t = lag; t < n; t++) sum += (y[t] - mean) * (y[t - lag] - mean);
    return sum;
}

static bool holds_two(int64_t n, int32_t season)
{
    return season >= 2 && n >= 2 * (int64_t)season + 1;
}

bool ptl_season_visible(const double *y, int64_t n, int32_t season)
{
    if (!holds_two(n, season)) return false;
    const double z = 1.6448536269514722; /* the normal's 95 % quantile: 90 % two-sided */
    const double mean = mean_of(y, n);
    const double variance = lagged(y, n, mean, 0);
    if (!(variance > 0.0)) return false;
    double squares = 0.0;
    for (int32_t lag = 1; lag < season; lag++) {
        const double r = lagged(y, n, mean, lag) / variance;
        squares += r * r;
    }
    const double limit = z * sqrt((1.0 + 2.0 * squares) / (double)n);
    return fabs(lagged(y, n, mean, season) / variance) > limit;
}

/* The centred moving average over one season at t, half <= t < n - half. */
static double average_at(const double *y, int64_t t, int32_t season)
{
    const int64_t half = season / 2;
    if (season % 2) return mean_of(y + t - half, season);
    double sum = 0.5 * (y[t - half] + y[t + half]);
    for (int64_t i = t - half + 1; i < t + half; i++) sum += y[i];
    return sum / (double)season;
}

static bool all_positive(const double *y, int64_t n)
{
    for (int64_t t = 0; t < n; t++)
        if (!(y[t] > 0.0)) return false;
    return true;
}

static double ratio_at(const double *y, int64_t t, int32_t season, bool multiply)
{
    const double trend = average_at(y, t, season);
    return multiply ? y[t] / trend : y[t] - trend;
}

/* How much of the indices' variance is not the noise they were averaged from: James & Stein's
 * factor for many means (Miller & Williams 2003, section 2.2). */
static double kept_share(const double *index, const double *y, int64_t n, int32_t season,
                         bool multiply, double mean)
{
    const int64_t half = season / 2;
    double within = 0.0, between = 0.0;
    for (int64_t t = half; t < n - half; t++) {
        const double miss = ratio_at(y, t, season, multiply) - index[t % season];
        within += miss * miss;
    }
    for (int32_t s = 0; s < season; s++) between += (index[s] - mean) * (index[s] - mean);
    const int64_t used = n - 2 * half;
    if (season < 4 || used <= season || !(between > 0.0)) return 1.0;
    const double noise = within / (double)(used - season) * (double)season / (double)used;
    const double share = 1.0 - (double)(season - 3) * noise / between;
    return share > 0.0 ? share : 0.0;
}

static void indices(double *index, const double *y, int64_t n, int32_t season, bool multiply,
                    bool shrink)
{
    const int64_t half = season / 2;
    for (int32_t s = 0; s < season; s++) {
        double sum = 0.0;
        int64_t count = 0;
        for (int64_t t = s; t < n - half; t += season) {
            if (t < half) continue;
            sum += ratio_at(y, t, season, multiply);
            count++;
        }
        index[s] = sum / (double)count;
    }
    const double mean = mean_of(index, season);
    const double kept = shrink ? kept_share(index, y, n, season, multiply, mean) : 1.0;
    for (int32_t s = 0; s < season; s++)
        index[s] = multiply ? 1.0 + kept * (index[s] / mean - 1.0) : kept * (index[s] - mean);
}

ptl_forecast_season ptl_season_find(double *index, const double *y, int64_t n, int32_t season,
                                    bool shrink)
{
    if (!holds_two(n, season)) return PTL_SEASON_NONE;
    const bool multiply = all_positive(y, n);
    indices(index, y, n, season, multiply, shrink);
    if (!multiply) return PTL_SEASON_ADDITIVE;
    for (int32_t s = 0; s < season; s++) /* dividing by nearly nothing would blow a period up */
        if (!(index[s] > 1e-3)) {
            indices(index, y, n, season, false, shrink);
            return PTL_SEASON_ADDITIVE;
        }
    return PTL_SEASON_MULTIPLICATIVE;
}

double ptl_season_remove(ptl_forecast_season kind, const double *index, int32_t season, int64_t t,
                         double value)
{
    if (kind == PTL_SEASON_NONE) return value;
    return kind == PTL_SEASON_ADDITIVE ? value - index[t % season] : value / index[t % season];
}

double ptl_season_restore(ptl_forecast_season kind, const double *index, int32_t season, int64_t t,
                          double value)
{
    if (kind == PTL_SEASON_NONE) return value;
    return kind == PTL_SEASON_ADDITIVE ? value + index[t % season] : value * index[t % season];
}
