/* order.c: a stable merge sort of positions. Science may not call the C library's qsort, whose
 * order of equals differs between machines. */
#include "science/order_internal.h"

#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void merge(int64_t *to, const int64_t *from, int64_t lo, int64_t mid, int64_t hi,
                  const double *key)
{
    int64_t a = lo, b = mid;
    for (int64_t i = lo; i < hi; i++) {
        const bool left = a < mid && (b >= hi || key[from[a]] <= key[from[b]]);
        to[i] = left ? from[a++] : from[b++];
    }
}

void ptl_order_by(int64_t *order, const double *key, int64_t n, int64_t *scratch)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    int64_t *from = order, *to = scratch;
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t lo = 0; lo < n; lo += 2 * width)
            merge(to, from, lo, least(lo + width, n), least(lo + 2 * width, n), key);
        int64_t *const swap = from;
        from = to, to = swap;
    }
    if (from != order) memcpy(order, from, (size_t)n * sizeof *order);
}

double ptl_order_quantile(const double *key, const int64_t *order, int64_t n, double p)
{
    const double at = p * (double)(n - 1);
    const int64_t below = least((int64_t)at, n - 1), above = least(below + 1, n - 1);
    const double share = at - (double)below;
    return key[order[below]] + share * (key[order[above]] - key[order[below]]);
}
