/* attribution.c: the journeys that every method starts from, and credit from a method's draws.
 *
 * The question.   Which channels did the journeys that converted pass through, and how are their
 *                 conversions to be shared out?
 * The quantity.   For channel k a credit a_k with sum_k a_k = conversions with at least one touch.
 *                 What converted without a touch is a line of its own and is credited to nobody.
 * The model.      None here. A method turns sums over groups of persons into credit; the same
 *                 method on reweighted groups gives the replicates, and these the intervals.
 * Not identified. No touched journey converts: every share would be 0/0 and is NaN. A total value
 *                 of zero leaves value NaN, and credit as it is.
 * Cost.           One pass over paths and cells. Arrays of the result come from the arena. */
#include "science/attribution_internal.h"

#include "portolan/sum.h"

static ptl_status check_path(const ptl_paths *x, int64_t p, ptl_error *err)
{
    if (x->offsets[p + 1] < x->offsets[p])
        return ptl_fail(err, PTL_E_INVALID, "path %lld ends at %lld, before its start at %lld",
                        (long long)p, (long long)x->offsets[p + 1], (long long)x->offsets[p]);
    for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++) {
        const long long at = i - x->offsets[p];
        if (x->touches[i] < 0 || x->touches[i] >= x->n_channels)
            return ptl_fail(err, PTL_E_INVALID,
                            "path %lld, touch %lld: channel %d is not in 0 to %d", (long long)p, at,
                            x->touches[i], x->n_channels - 1);
        if (x->gap_days && !(x->gap_days[i] >= 0.0 && isfinite(x->gap_days[i])))
            return ptl_fail(err, PTL_E_INVALID, "path %lld, touch %lld: gap of %g days",
                            (long long)p, at, x->gap_days[i]);
    }
    return PTL_OK;
}

static ptl_status check_cell(const ptl_paths *x, int64_t c, ptl_error *err)
{
    const long long at = c;
    if (x->cell_path[c] < 0 || x->cell_path[c] >= x->n_paths)
        return ptl_fail(err, PTL_E_INVALID, "cell %lld: path %lld is not in 0 to %lld", at,
                        (long long)x->cell_path[c], (long long)x->n_paths - 1);
    if (x->cell_group[c] < 0 || x->cell_group[c] >= GROUPS)
        return ptl_fail(err, PTL_E_INVALID, "cell %lld: group %d is not in 0 to %d", at,
                        x->cell_group[c], GROUPS - 1);
    if (x->cell_converting[c] < 0 || x->cell_null[c] < 0)
        return ptl_fail(err, PTL_E_INVALID, "cell %lld: %lld converting and %lld null journeys", at,
                        (long long)x->cell_converting[c], (long long)x->cell_null[c]);
    if (!x->cell_value) return PTL_OK;
    if (!(x->cell_value[c] >= 0.0 && isfinite(x->cell_value[c]))) {
        ptl_fail(err, PTL_E_INVALID, "cell %lld: value of %g", at, x->cell_value[c]);
        ptl_error_hint(err, "net refunds against the sale they belong to before attribution");
        return PTL_E_INVALID;
    }
    if (x->cell_value[c] > 0.0 && x->cell_converting[c] == 0)
        return ptl_fail(err, PTL_E_INVALID, "cell %lld: value of %g without a conversion", at,
                        x->cell_value[c]);
    return PTL_OK;
}

static ptl_status check_shape(const ptl_paths *x, ptl_error *err)
{
    if (!x) return ptl_fail(err, PTL_E_INVALID, "paths are missing");
    if (x->n_channels < 1)
        return ptl_fail(err, PTL_E_INVALID, "paths have %d channels; one is the least",
                        x->n_channels);
    if (x->n_channels > PTL_ATTRIBUTION_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "paths have %d channels; the ceiling is %d",
                        x->n_channels, PTL_ATTRIBUTION_CHANNELS_MAX);
    if (x->direct < -1 || x->direct >= x->n_channels)
        return ptl_fail(err, PTL_E_INVALID, "direct is channel %d, which is not in -1 to %d",
                        x->direct, x->n_channels - 1);
    if (x->n_paths < 0 || x->n_cells < 0 || !x->offsets || x->offsets[0] != 0)
        return ptl_fail(err, PTL_E_INVALID, "paths: %lld paths and %lld cells, offsets from %lld",
                        (long long)x->n_paths, (long long)x->n_cells,
                        x->offsets ? (long long)x->offsets[0] : -1LL);
    if (x->n_cells > 0 && !(x->cell_path && x->cell_group && x->cell_converting && x->cell_null))
        return ptl_fail(err, PTL_E_INVALID, "paths: an array of cells is missing");
    return PTL_OK;
}

/* Counts above 2^53 would no longer be whole as doubles. */
static ptl_status add_count(int64_t *sum, int64_t n, ptl_error *err)
{
    const int64_t whole_max = INT64_C(1) << 53;
    if (n > whole_max - *sum)
        return ptl_fail(err, PTL_E_LIMIT, "paths hold more than %lld journeys",
                        (long long)whole_max);
    *sum += n;
    return PTL_OK;
}

ptl_status ptl_paths_total(ptl_attribution_total *out, const ptl_paths *x, ptl_error *err)
{
    PTL_TRY(check_shape(x, err));
    for (int64_t p = 0; p < x->n_paths; p++) PTL_TRY(check_path(x, p, err));
    ptl_attribution_total t = {0};
    ptl_sum value = {0}, value_untouched = {0};
    bool seen[GROUPS] = {false};
    for (int64_t c = 0; c < x->n_cells; c++) {
        PTL_TRY(check_cell(x, c, err));
        const int64_t p = x->cell_path[c];
        const bool touched = x->offsets[p + 1] > x->offsets[p];
        const bool weighs = x->cell_converting[c] > 0 || x->cell_null[c] > 0;
        PTL_TRY(add_count(touched ? &t.n_converting : &t.n_untouched, x->cell_converting[c], err));
        PTL_TRY(add_count(touched ? &t.n_null : &t.n_empty_null, x->cell_null[c], err));
        if (x->cell_value) ptl_sum_add(touched ? &value : &value_untouched, x->cell_value[c]);
        if (touched && weighs) seen[x->cell_group[c]] = true;
    }
    for (int g = 0; g < GROUPS; g++) t.n_groups += seen[g];
    t.value = ptl_sum_value(&value);
    t.value_untouched = ptl_sum_value(&value_untouched);
    if (!isfinite(t.value + t.value_untouched))
        return ptl_fail(err, PTL_E_INVALID, "values of cells add up to %g",
                        t.value + t.value_untouched);
    *out = t;
    return PTL_OK;
}

void ptl_paths_groups(ptl_groups *out, const ptl_paths *x)
{
    *out = (ptl_groups){0};
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c];
        if (x->offsets[p + 1] == x->offsets[p]) continue;
        if (x->cell_converting[c] > 0) out->converts[x->cell_group[c]] = true;
        if (x->cell_converting[c] > 0 || x->cell_null[c] > 0) out->seen[x->cell_group[c]] = true;
    }
}

ptl_status ptl_attribution_check(const ptl_attribution_work *work, int32_t size,
                                 int32_t size_expected, const char *what, ptl_error *err)
{
    if (!work || !work->arena) return ptl_fail(err, PTL_E_INVALID, "%s: work has no arena", what);
    if (size != size_expected)
        return ptl_fail(err, PTL_E_VERSION, "%s options are %d bytes, not %d: use the _default()",
                        what, size, size_expected);
    return PTL_OK;
}

/* draw[row, k] = sum_g weight[row, g] sum[g, k], groups in order. */
static void draw_rows(double *draw, const ptl_replicates *r, int32_t n_channels, const double *sum)
{
    for (int64_t row = 0; row < r->n_rows; row++)
        for (int g = 0; g < GROUPS; g++) {
            const double w = r->weight[row * GROUPS + g];
            if (w == 0.0) continue;
            double *const to = draw + row * n_channels;
            const double *const from = sum + (int64_t)g * n_channels;
            for (int32_t k = 0; k < n_channels; k++) to[k] += w * from[k];
        }
}

ptl_status ptl_credit_draw(ptl_credit_draws *out, const ptl_replicates *r, int32_t n_channels,
                           const double *credit_sum, const double *value_sum, ptl_arena *arena,
                           ptl_error *err)
{
    ALLOC(out->credit, arena, r->n_rows * n_channels, err);
    ALLOC(out->value, arena, r->n_rows * n_channels, err);
    draw_rows(out->credit, r, n_channels, credit_sum);
    draw_rows(out->value, r, n_channels, value_sum);
    return PTL_OK;
}

/* Shares of each row. A row that sums to nothing has none: NaN, which the estimates carry on. */
static void share_rows(double *share, const double *draw, int64_t n_rows, int32_t n)
{
    for (int64_t row = 0; row < n_rows; row++) {
        const double total = ptl_sum_array(draw + row * n, n);
        for (int32_t k = 0; k < n; k++)
            share[row * n + k] = total > 0.0 ? draw[row * n + k] / total : PTL_NAN;
    }
}

static void estimate_all(ptl_estimate *out, const ptl_replicates *r, const double *draw, int32_t n,
                         const double *sampling, double scale, bool known)
{
    const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    for (int32_t k = 0; k < n; k++) {
        const double extra = sampling ? sampling[k] * scale * scale : 0.0;
        out[k] = known ? ptl_replicates_estimate(r, draw + k, n, extra) : nothing;
    }
}

ptl_status ptl_credit_estimate(ptl_attribution_result *out, const ptl_paths *paths,
                               const ptl_attribution_total *total, const ptl_replicates *r,
                               const ptl_credit_draws *d, const double *sampling, ptl_arena *arena,
                               ptl_error *err)
{
    const int32_t n = paths->n_channels;
    double *share;
    ALLOC(out->credit, arena, n, err);
    ALLOC(out->share, arena, n, err);
    ALLOC(out->value, arena, n, err);
    ALLOC(share, arena, r->n_rows * n, err);
    share_rows(share, d->credit, r->n_rows, n);
    const bool converts = total->n_converting > 0;
    estimate_all(out->credit, r, d->credit, n, sampling, (double)total->n_converting, converts);
    estimate_all(out->share, r, share, n, sampling, 1.0, converts);
    estimate_all(out->value, r, d->value, n, NULL, 0.0, total->value > 0.0);
    out->n_channels = n;
    out->total = *total;
    out->verdict = converts ? PTL_CONVERGED : PTL_NOT_IDENTIFIED;
    return PTL_OK;
}
