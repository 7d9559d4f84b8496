/* attribution_frequency.c: what to do with the statistics of paths.
 *
 * Frequency. The question: up to how many touches of a channel do journeys that had more of them
 *            convert more often? The quantity: conversion rate by touches with Wilson's (1927)
 *            interval, and the first f from which it no longer rises, after pooling neighbours
 *            that are out of order by noise alone (isotonic regression; Ayer et al. 1955). Who is
 *            met often is no random choice: the curve describes, and does not promise.
 * Sequences. Telling runs of touches (attribution_paths.c) as removals for a chain (markov.c): a
 *            lift says that journeys with it convert more often, a removal effect how much of all
 *            conversions passes through it. */
#include "science/attribution_internal.h"

enum { F = PTL_PATH_FREQUENCY_MAX };

ptl_status ptl_path_removals(ptl_removal *removal, int32_t *idx, int32_t *n,
                             const ptl_path_result *paths, int32_t order, ptl_error *err)
{
    if (order < 1 || order > PTL_ATTRIBUTION_ORDER_MAX)
        return ptl_fail(err, PTL_E_INVALID, "order must be 1 to %d, not %d",
                        PTL_ATTRIBUTION_ORDER_MAX, order);
    *n = 0;
    for (int32_t i = 0; i < paths->n_sequences; i++) {
        const ptl_path_sequence *const s = &paths->sequence[i];
        if (s->n > order + 1) continue;
        idx[*n] = i;
        removal[(*n)++] = (ptl_removal){.sequence = true, .n = s->n, .channels = s->channels};
    }
    return PTL_OK;
}

static void wilson(double *low, double *high, double won, double n)
{
    const double z = 1.6448536269514722, z2 = z * z; /* 90 % */
    const double p = won / n, middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    const double half = z / (1.0 + z2 / n) * sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
    *low = fmax(0.0, middle - half);
    *high = fmin(1.0, middle + half);
}

/* Where the rising regression of rates on touches reaches its top: the first member of the last
 * block that pooling leaves. */
static int32_t top_of(const int64_t *won, const int64_t *all)
{
    double sum[F], n[F];
    int32_t first[F], blocks = 0;
    for (int32_t f = 0; f < F; f++) {
        if (all[f] == 0) continue;
        sum[blocks] = (double)won[f];
        n[blocks] = (double)all[f];
        first[blocks++] = f + 1;
        while (blocks > 1 && sum[blocks - 2] * n[blocks - 1] >= sum[blocks - 1] * n[blocks - 2]) {
            sum[blocks - 2] += sum[blocks - 1];
            n[blocks - 2] += n[blocks - 1];
            blocks--;
        }
    }
    return blocks > 0 ? first[blocks - 1] : 0;
}

ptl_status ptl_path_frequency(ptl_frequency_curve *out, const ptl_path_result *paths,
                              int32_t channel, ptl_error *err)
{
    if (channel < 0 || channel >= paths->n_channels)
        return ptl_fail(err, PTL_E_INVALID, "channel %d is not in 0 to %d", channel,
                        paths->n_channels - 1);
    const int64_t *const won = paths->frequency_converting + (int64_t)channel * F;
    const int64_t *const all = paths->frequency_journeys + (int64_t)channel * F;
    for (int32_t f = 0; f < F; f++) {
        const double n = (double)all[f];
        out->rate[f] = n > 0.0 ? (double)won[f] / n : PTL_NAN;
        out->low[f] = out->high[f] = PTL_NAN;
        if (n > 0.0) wilson(&out->low[f], &out->high[f], (double)won[f], n);
        out->added[f] = f > 0 ? out->rate[f] - out->rate[f - 1] : PTL_NAN;
    }
    out->best = top_of(won, all);
    return PTL_OK;
}
