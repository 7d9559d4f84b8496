/* validation.c: predictions against what came, and shares against the shares before.
 *
 * The question.   Does a chance of 3 % come true three times in a hundred, and do those who
 *                 convert have higher chances than those who do not?
 * The quantities. AUC = P(chance of a converting journey > that of another) + half the ties, by
 *                 ranks (Mann & Whitney 1947). Log loss -mean log p(what came); Brier (1950).
 *                 Calibration: predictions in order, cut into parts of about equal weight, equal
 *                 chances never cut apart; expected and observed conversions of each.
 *                 Stability: total variation between neighbouring periods' shares, and Spearman's
 *                 rank correlation with ties at their mean rank.
 * Not identified. All convert, or none: there is nothing to tell apart.
 * Cost.           One merge sort. */
#include "portolan/validation.h"

#include "science/attribution_internal.h"

#include "portolan/sum.h"

/* ---- order ---- */

/* Merge sort of indices by key: stable, so that equal keys keep their order. */
static void sort_by(int64_t *idx, int64_t *spare, const double *key, int64_t n)
{
    for (int64_t i = 0; i < n; i++) idx[i] = i;
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t from = 0; from < n; from += 2 * width) {
            const int64_t mid = from + width < n ? from + width : n;
            const int64_t to = from + 2 * width < n ? from + 2 * width : n;
            int64_t a = from, b = mid;
            for (int64_t i = from; i < to; i++)
                spare[i] = a < mid && (b >= to || key[idx[a]] <= key[idx[b]]) ? idx[a++] : idx[b++];
        }
        for (int64_t i = 0; i < n; i++) idx[i] = spare[i];
    }
}

static ptl_status order_of(int64_t **idx, const double *key, int64_t n, ptl_arena *arena,
                           ptl_error *err)
{
    int64_t *spare;
    ALLOC(*idx, arena, n, err);
    ALLOC(spare, arena, n, err);
    sort_by(*idx, spare, key, n);
    return PTL_OK;
}

/* ---- calibration ---- */

/* Cuts once a part holds its share of what is left, never between equal chances. */
static void cut(ptl_calibration *out, const int64_t *idx, const double *chance, const double *count,
                const double *expected, const double *observed, int64_t n, int32_t n_bins)
{
    double left = out->n;
    ptl_calibration_bin *b = NULL;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = idx[i];
        if (!(count[at] > 0.0)) continue;
        const bool full = b && b->n >= (left + b->n) / (n_bins - out->n_bins + 1);
        if (!b || (full && out->n_bins < n_bins && chance[at] > b->high)) {
            b = &out->bin[out->n_bins++];
            b->low = chance[at];
        }
        b->high = chance[at];
        b->n += count[at];
        b->expected += expected[at];
        b->observed += observed[at];
        left -= count[at];
    }
}

ptl_status ptl_calibration_make(ptl_calibration *out, const double *chance, const double *count,
                                const double *expected, const double *observed, int64_t n,
                                int32_t n_bins, ptl_arena *arena, ptl_error *err)
{
    int64_t *idx;
    ptl_sum all = {0}, sum = {0}, came = {0};
    if (n_bins < 2 || n_bins > PTL_CALIBRATION_BINS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_bins must be 2 to %d, not %d",
                        PTL_CALIBRATION_BINS_MAX, n_bins);
    *out = (ptl_calibration){.verdict = PTL_NOT_IDENTIFIED, .gap = PTL_NAN};
    ALLOC(out->bin, arena, n_bins, err);
    for (int64_t i = 0; i < n; i++) {
        if (!(count[i] > 0.0)) continue;
        ptl_sum_add(&all, count[i]);
        ptl_sum_add(&sum, expected[i]);
        ptl_sum_add(&came, observed[i]);
    }
    out->n = ptl_sum_value(&all);
    out->expected = ptl_sum_value(&sum);
    out->observed = ptl_sum_value(&came);
    if (!(out->n > 0.0)) return PTL_OK;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    PTL_TRY(order_of(&idx, chance, n, arena, err));
    cut(out, idx, chance, count, expected, observed, n, n_bins);
    ptl_arena_rewind(arena, mark);
    out->gap = 0.0;
    for (int32_t b = 0; b < out->n_bins; b++)
        out->gap += fabs(out->bin[b].observed - out->bin[b].expected) / out->n;
    out->verdict = PTL_CONVERGED;
    return PTL_OK;
}

/* ---- one judgement ---- */

/* Sums over ties: each converting journey beats all null ones below, and half of those beside. */
static double auc_of(const int64_t *idx, const double *chance, const double *won,
                     const double *null, int64_t n)
{
    double below = 0.0, pairs = 0.0, all = 0.0;
    for (int64_t i = 0; i < n;) {
        double tied_won = 0.0, tied_null = 0.0;
        const double own = chance[idx[i]];
        for (; i < n && chance[idx[i]] == own; i++) {
            tied_won += won[idx[i]];
            tied_null += null[idx[i]];
        }
        pairs += tied_won * (below + 0.5 * tied_null);
        below += tied_null;
        all += tied_won;
    }
    return pairs / (all * below);
}

static ptl_status check_chances(const double *chance, const double *won, const double *null,
                                int64_t n, ptl_error *err)
{
    if (n < 0 || (n > 0 && !(chance && won && null)))
        return ptl_fail(err, PTL_E_INVALID, "%lld predictions", (long long)n);
    for (int64_t i = 0; i < n; i++) {
        if (!(chance[i] >= 0.0 && chance[i] <= 1.0))
            return ptl_fail(err, PTL_E_INVALID, "prediction %lld is a chance of %g", (long long)i,
                            chance[i]);
        if (!(won[i] >= 0.0 && null[i] >= 0.0 && isfinite(won[i] + null[i])))
            return ptl_fail(err, PTL_E_INVALID, "prediction %lld stands for %g and %g journeys",
                            (long long)i, won[i], null[i]);
    }
    return PTL_OK;
}

/* n log p, and nothing where n is nothing, whatever p. */
static double n_log(double n, double p)
{
    return n > 0.0 ? n * log(p) : 0.0;
}

static void judge(ptl_prediction_result *out, const int64_t *idx, const double *chance,
                  const double *won, const double *null, int64_t n)
{
    ptl_sum loss = {0}, square = {0}, all_won = {0}, all_null = {0};
    for (int64_t i = 0; i < n; i++) {
        ptl_sum_add(&loss, -n_log(won[i], chance[i]) - n_log(null[i], 1.0 - chance[i]));
        ptl_sum_add(&square, won[i] * (1.0 - chance[i]) * (1.0 - chance[i]) +
                                 null[i] * chance[i] * chance[i]);
        ptl_sum_add(&all_won, won[i]);
        ptl_sum_add(&all_null, null[i]);
    }
    const double w = ptl_sum_value(&all_won), z = ptl_sum_value(&all_null);
    if (!(w > 0.0 && z > 0.0)) return;
    out->verdict = PTL_CONVERGED;
    out->auc = auc_of(idx, chance, won, null, n);
    out->log_loss = ptl_sum_value(&loss) / (w + z);
    out->log_loss_base = -(n_log(w, w / (w + z)) + n_log(z, z / (w + z))) / (w + z);
    out->brier = ptl_sum_value(&square) / (w + z);
}

ptl_status ptl_prediction_judge(ptl_prediction_result *out, const double *chance,
                                const double *n_converting, const double *n_null, int64_t n,
                                int32_t n_bins, ptl_arena *arena, ptl_error *err)
{
    double *count, *expected;
    int64_t *idx;
    PTL_TRY(check_chances(chance, n_converting, n_null, n, err));
    *out = (ptl_prediction_result){.verdict = PTL_NOT_IDENTIFIED,
                                   .auc = PTL_NAN,
                                   .log_loss = PTL_NAN,
                                   .log_loss_base = PTL_NAN,
                                   .brier = PTL_NAN};
    ALLOC(count, arena, n, err);
    ALLOC(expected, arena, n, err);
    PTL_TRY(order_of(&idx, chance, n, arena, err));
    for (int64_t i = 0; i < n; i++) {
        count[i] = n_converting[i] + n_null[i];
        expected[i] = chance[i] * count[i];
    }
    judge(out, idx, chance, n_converting, n_null, n);
    return ptl_calibration_make(&out->calibration, chance, count, expected, n_converting, n, n_bins,
                                arena, err);
}

/* ---- stability ---- */

static void rank(double *out, const int64_t *idx, const double *x, int32_t n)
{
    for (int32_t i = 0; i < n;) {
        int32_t to = i;
        while (to < n && x[idx[to]] == x[idx[i]]) to++;
        for (int32_t j = i; j < to; j++) out[idx[j]] = 0.5 * (i + to - 1);
        i = to;
    }
}

static double correlation(const double *a, const double *b, int32_t n)
{
    const double mean = 0.5 * (n - 1);
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (int32_t i = 0; i < n; i++) {
        ab += (a[i] - mean) * (b[i] - mean);
        aa += (a[i] - mean) * (a[i] - mean);
        bb += (b[i] - mean) * (b[i] - mean);
    }
    return aa > 0.0 && bb > 0.0 ? ab / sqrt(aa * bb) : PTL_NAN;
}

static bool has_shares(const double *share, int32_t n)
{
    for (int32_t k = 0; k < n; k++)
        if (!isfinite(share[k])) return false;
    return true;
}

typedef struct walk {
    double *rank[2], *restless;
    int64_t *idx, *spare;
} walk;

static void step(ptl_stability *out, walk *w, const double *before, const double *after, int32_t n,
                 int32_t at)
{
    double moved = 0.0;
    for (int32_t k = 0; k < n; k++) {
        moved += 0.5 * fabs(after[k] - before[k]);
        w->restless[k] += fabs(after[k] - before[k]);
        if (w->restless[k] > w->restless[out->restless]) out->restless = k;
    }
    sort_by(w->idx, w->spare, before, n);
    rank(w->rank[0], w->idx, before, n);
    sort_by(w->idx, w->spare, after, n);
    rank(w->rank[1], w->idx, after, n);
    out->rank += correlation(w->rank[0], w->rank[1], n);
    out->moved += moved;
    if (out->n_steps++ == 0 || moved > out->moved_max) {
        out->moved_max = moved;
        out->moved_max_at = at;
    }
}

ptl_status ptl_stability_solve(ptl_stability *out, const double *share, int32_t n_periods,
                               int32_t n_channels, ptl_arena *arena, ptl_error *err)
{
    walk w;
    if (n_periods < 0 || n_channels < 1 || !share || !arena)
        return ptl_fail(err, PTL_E_INVALID, "shares of %d channels in %d periods", n_channels,
                        n_periods);
    const ptl_arena_mark mark = ptl_arena_save(arena);
    ALLOC(w.rank[0], arena, n_channels, err);
    ALLOC(w.rank[1], arena, n_channels, err);
    ALLOC(w.restless, arena, n_channels, err);
    ALLOC(w.idx, arena, n_channels, err);
    ALLOC(w.spare, arena, n_channels, err);
    ptl_stability s = {.verdict = PTL_NOT_IDENTIFIED};
    for (int32_t t = 1; t < n_periods; t++) {
        const double *const before = share + (int64_t)(t - 1) * n_channels;
        const double *const after = share + (int64_t)t * n_channels;
        if (has_shares(before, n_channels) && has_shares(after, n_channels))
            step(&s, &w, before, after, n_channels, t);
    }
    ptl_arena_rewind(arena, mark);
    if (s.n_steps > 0) s.verdict = PTL_CONVERGED;
    s.moved = s.n_steps > 0 ? s.moved / s.n_steps : PTL_NAN;
    s.rank = s.n_steps > 0 ? s.rank / s.n_steps : PTL_NAN;
    if (s.n_steps == 0) s.moved_max = PTL_NAN;
    *out = s;
    return PTL_OK;
}
