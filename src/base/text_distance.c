/* text_distance.c: "did you mean".
 *
 * Optimal string alignment: the fewest insertions, deletions, substitutions and swaps of
 * neighbours that turn one text into the other, no part edited twice. Over three rows of the
 * dynamic programme: D[i][j] needs D[i-1][*], D[i][j-1] and, for a swap, D[i-2][j-2]. */
#include "base/text.h"

#include "base/limits.h"

#include <string.h>

static int32_t min3(int32_t a, int32_t b, int32_t c)
{
    const int32_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

typedef struct rows {
    int32_t before[PTL_DISTANCE_BYTES_MAX + 1];
    int32_t last[PTL_DISTANCE_BYTES_MAX + 1];
    int32_t now[PTL_DISTANCE_BYTES_MAX + 1];
} rows;

static int32_t cell(const rows *r, ptl_text a, ptl_text b, size_t i, size_t j)
{
    const int32_t substitute = r->last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
    int32_t best = min3(r->last[j] + 1, r->now[j - 1] + 1, substitute);
    const bool swapped =
        i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
    if (swapped && r->before[j - 2] + 1 < best) best = r->before[j - 2] + 1;
    return best;
}

int32_t ptl_text_distance(ptl_text a, ptl_text b, int32_t limit)
{
    if (ptl_text_equal(a, b)) return 0;
    if (a.len > PTL_DISTANCE_BYTES_MAX || b.len > PTL_DISTANCE_BYTES_MAX) return limit + 1;
    rows r = {0};
    for (size_t j = 0; j <= b.len; j++) r.last[j] = (int32_t)j;
    for (size_t i = 1; i <= a.len; i++) {
        r.now[0] = (int32_t)i;
        for (size_t j = 1; j <= b.len; j++) r.now[j] = cell(&r, a, b, i, j);
        memcpy(r.before, r.last, sizeof r.before);
        memcpy(r.last, r.now, sizeof r.last);
    }
    return r.last[b.len] <= limit ? r.last[b.len] : limit + 1;
}

/* Near enough is one edit in three bytes: "chanel" finds "channel", "x" finds nothing. */
const char *ptl_text_nearest(ptl_text found, const char *const *candidates, int64_t n_candidates)
{
    const char *nearest = NULL;
    int32_t limit = found.len < PTL_DISTANCE_BYTES_MAX ? (int32_t)(found.len / 3) : 0;
    if (limit == 0 && found.len == 2) limit = 1;
    for (int64_t i = 0; i < n_candidates && limit >= 0; i++) {
        const int32_t distance = ptl_text_distance(found, ptl_text_of(candidates[i]), limit);
        if (distance > limit) continue;
        nearest = candidates[i];
        limit = distance - 1; /* only nearer ones from here: the first wins a tie */
    }
    return nearest;
}
