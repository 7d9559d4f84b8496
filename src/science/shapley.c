/* shapley.c: the Shapley value of a game, exact.
 *
 * The question.   Players 0 … n-1 can earn worth(S) as a group S. What is each one's fair part?
 * The quantity.   phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (worth(S + i) -
 *                 worth(S)), the mean gain that i brings when players arrive in random order.
 * The method.     Shapley (1953), summed over all 2^(n-1) groups a player; equal group sizes
 *                 share one weight, so gains are first added up by size, and no difference of
 *                 differences is taken: errors stay near eps times the largest worth. Interaction
 *                 index of Grabisch & Roubens (1999), pairs only: I_ij = sum over S without i, j
 *                 of |S|! (n - |S| - 2)! / (n - 1)! (worth(S + ij) - worth(S + i) - worth(S + j)
 *                 + worth(S)). Subset sums by Yates (1937): one bit at a time, n 2^n additions
 *                 instead of 3^n.
 * Not identified. Never: any finite table of worths has a value.
 * Cost.           n 2^(n-1) and n^2 2^(n-3) gains. No allocation. */
#include "portolan/attribution.h"

#include "portolan/sum.h"

static ptl_status check(const double *x, int32_t n, int32_t n_min, ptl_error *err)
{
    if (n < n_min || n > PTL_SHAPLEY_PLAYERS_MAX)
        return ptl_fail(err, n > PTL_SHAPLEY_PLAYERS_MAX ? PTL_E_LIMIT : PTL_E_INVALID,
                        "a game has %d to %d players, not %d", n_min, PTL_SHAPLEY_PLAYERS_MAX, n);
    for (int64_t s = 0; s < INT64_C(1) << n; s++)
        if (!isfinite(x[s]))
            return ptl_fail(err, PTL_E_INVALID, "worth of group %lld is %g", (long long)s, x[s]);
    return PTL_OK;
}

/* s! (n - s - 1)! / n! = 1 / (n C(n - 1, s)) for s in [0, n). */
static void weights(double *w, int32_t n)
{
    double binomial = 1.0;
    for (int32_t s = 0; s < n; s++) {
        w[s] = 1.0 / (n * binomial);
        binomial *= (double)(n - 1 - s) / (s + 1);
    }
}

static int size_of(int64_t group)
{
    uint64_t x = (uint64_t)group; /* at most 24 bits: sums of bits in pairs, fours, eights */
    x = (x & 0x555555) + (x >> 1 & 0x555555);
    x = (x & 0x333333) + (x >> 2 & 0x333333);
    x = (x & 0x0F0F0F) + (x >> 4 & 0x0F0F0F);
    return (int)((x & 0xFF) + (x >> 8 & 0xFF) + (x >> 16));
}

ptl_status ptl_shapley_game(double *phi, const double *worth, int32_t n, ptl_error *err)
{
    PTL_TRY(check(worth, n, 1, err));
    double w[PTL_SHAPLEY_PLAYERS_MAX];
    weights(w, n);
    for (int32_t i = 0; i < n; i++) {
        ptl_sum gain[PTL_SHAPLEY_PLAYERS_MAX] = {{0.0, 0.0}}, all = {0.0, 0.0};
        const int64_t bit = INT64_C(1) << i;
        for (int64_t high = 0; high < INT64_C(1) << n; high += 2 * bit)
            for (int64_t s = high; s < high + bit; s++)
                ptl_sum_add(&gain[size_of(s)], worth[s + bit] - worth[s]);
        for (int32_t s = 0; s < n; s++) ptl_sum_add(&all, w[s] * ptl_sum_value(&gain[s]));
        phi[i] = ptl_sum_value(&all);
    }
    return PTL_OK;
}

/* Group number s of those without players i < j: its bits spread around the two gaps. */
static int64_t without(int64_t s, int32_t i, int32_t j)
{
    const int64_t low = s & ((INT64_C(1) << i) - 1);
    s = (s >> i) << (i + 1);
    s |= low;
    const int64_t below = s & ((INT64_C(1) << j) - 1);
    return (s >> j) << (j + 1) | below;
}

static double interaction(const double *worth, const double *w, int32_t n, int32_t i, int32_t j)
{
    const int64_t bi = INT64_C(1) << i, bj = INT64_C(1) << j;
    ptl_sum sum = {0.0, 0.0};
    for (int64_t number = 0; number < INT64_C(1) << (n - 2); number++) {
        const int64_t s = without(number, i, j);
        ptl_sum_add(&sum, w[size_of(s)] *
                              ((worth[s | bi | bj] - worth[s | bi]) - (worth[s | bj] - worth[s])));
    }
    return ptl_sum_value(&sum);
}

ptl_status ptl_shapley_interaction(double *index, const double *worth, int32_t n, ptl_error *err)
{
    PTL_TRY(check(worth, n, 1, err));
    double w[PTL_SHAPLEY_PLAYERS_MAX];
    if (n > 1) weights(w, n - 1);
    for (int32_t i = 0; i < n; i++) {
        index[i * n + i] = 0.0;
        for (int32_t j = i + 1; j < n; j++)
            index[i * n + j] = index[j * n + i] = interaction(worth, w, n, i, j);
    }
    return PTL_OK;
}

static void over_subsets(double *x, int32_t n, double sign)
{
    for (int32_t i = 0; i < n; i++) {
        const int64_t bit = INT64_C(1) << i;
        for (int64_t high = 0; high < INT64_C(1) << n; high += 2 * bit)
            for (int64_t s = high; s < high + bit; s++) x[s + bit] += sign * x[s];
    }
}

ptl_status ptl_subset_sum(double *x, int32_t n, ptl_error *err)
{
    PTL_TRY(check(x, n, 0, err));
    over_subsets(x, n, 1.0);
    return PTL_OK;
}

ptl_status ptl_subset_difference(double *x, int32_t n, ptl_error *err)
{
    PTL_TRY(check(x, n, 0, err));
    over_subsets(x, n, -1.0);
    return PTL_OK;
}
