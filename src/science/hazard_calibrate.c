/* hazard_calibrate.c: did as many convert as the rates had added up to?
 *
 * The question.   Among stretches of journeys with the same prospects, are observed and expected
 *                 conversions equal?
 * The quantity.   For the stretch behind touch i: expected = integral of the rate from touch i to
 *                 the next touch, the conversion or the end of watching; observed = whether it
 *                 ended in a conversion. Stretches are sorted by the chance within a horizon as it
 *                 stood right after touch i.
 * Why so.         Conversions less the integrated rate are a martingale (Aalen 1978), and the order
 *                 uses only what was known when the stretch began: so each part's expectation is
 *                 right if the model is, however watching ends. Judging whole journeys by their
 *                 last touch instead would not be: that no further touch came is known only later.
 * Cost.           Three doubles a touch of every path with cells, and a sort. */
#include "science/attribution_internal.h"

#include "portolan/hazard.h"

static int64_t n_stretches(const ptl_paths *x)
{
    int64_t n = 0;
    for (int64_t c = 0; c < x->n_cells; c++)
        n += x->offsets[x->cell_path[c] + 1] - x->offsets[x->cell_path[c]];
    return n;
}

/* Rate's integral from touch i over `days`; the horizon's chance is 1 - exp(-integral over it). */
static double burden(const ptl_paths *x, int64_t from, int64_t i, double days,
                     const ptl_hazard_params *p)
{
    double age = 0.0, sum = p->baseline * days;
    for (int64_t j = i; j >= from; j--) {
        const int32_t k = x->touches[j];
        if (j < i) age += x->gap_days ? x->gap_days[j] : 1.0;
        sum -= p->effect[k] * exp(-p->rate[k] * age) * expm1(-p->rate[k] * days);
    }
    return sum;
}

typedef struct stretches {
    double *chance, *count, *expected, *observed;
    int64_t n;
} stretches;

static void add_cell(stretches *s, const ptl_paths *x, int64_t c, double horizon,
                     const ptl_hazard_params *p)
{
    const int64_t from = x->offsets[x->cell_path[c]], to = x->offsets[x->cell_path[c] + 1];
    const double n = (double)(x->cell_converting[c] + x->cell_null[c]);
    if (n == 0.0) return;
    for (int64_t i = from; i < to; i++, s->n++) {
        const double days = x->gap_days ? x->gap_days[i] : 1.0;
        s->chance[s->n] = -expm1(-burden(x, from, i, horizon, p));
        s->count[s->n] = n;
        s->expected[s->n] = n * burden(x, from, i, days, p);
        s->observed[s->n] = i == to - 1 ? (double)x->cell_converting[c] : 0.0;
    }
}

static ptl_status check(const ptl_paths *x, const ptl_hazard_params *p, double horizon,
                        ptl_error *err)
{
    if (!p || !(p->baseline >= 0.0))
        return ptl_fail(err, PTL_E_INVALID, "parameters are missing, or no model was found");
    if (p->n_channels != x->n_channels)
        return ptl_fail(err, PTL_E_INVALID, "parameters of %d channels, paths of %d", p->n_channels,
                        x->n_channels);
    if (!(horizon > 0.0 && isfinite(horizon)))
        return ptl_fail(err, PTL_E_INVALID, "horizon_days must be positive, not %g", horizon);
    return PTL_OK;
}

static ptl_status solve(ptl_calibration *out, const ptl_paths *x, const ptl_hazard_params *p,
                        double horizon, int32_t n_bins, ptl_arena *arena, ptl_error *err)
{
    stretches s = {0};
    const int64_t n = n_stretches(x);
    ALLOC(s.chance, arena, n, err);
    ALLOC(s.count, arena, n, err);
    ALLOC(s.expected, arena, n, err);
    ALLOC(s.observed, arena, n, err);
    for (int64_t c = 0; c < x->n_cells; c++) add_cell(&s, x, c, horizon, p);
    return ptl_calibration_make(out, s.chance, s.count, s.expected, s.observed, s.n, n_bins, arena,
                                err);
}

ptl_status ptl_hazard_calibrate(ptl_calibration *out, const ptl_paths *paths,
                                const ptl_hazard_params *params, double horizon_days,
                                int32_t n_bins, const ptl_attribution_work *work, ptl_error *err)
{
    ptl_attribution_total total;
    PTL_TRY(ptl_attribution_check(work, 0, 0, "calibration", err));
    PTL_TRY(ptl_paths_total(&total, paths, err));
    PTL_TRY(check(paths, params, horizon_days, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve(out, paths, params, horizon_days, n_bins, work->arena, err),
                           work->arena, mark);
}
