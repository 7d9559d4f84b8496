/* heuristic.c: credit by a fixed rule over the touches of each journey.
 *
 * The question.   What does the rule everybody knows say?
 * The quantity.   For a journey of touches c_1 … c_n weights u_1 … u_n, u_i >= 0, sum u = 1; the
 *                 credit of channel k is sum over converting journeys of sum_i u_i [c_i = k].
 * The model.      None. A rule is a convention: it cannot be wrong or right, only different.
 * The method.     first u_1 = 1 · last u_n = 1 · last non-direct: the last i with c_i not direct,
 *                 the last touch where all are direct · linear u_i = 1/n · position: u_1 = f, u_n
 *                 = l, (1 - f - l)/(n - 2) between; n = 2: f : l (halves where both are 0); n =
 *                 1: all · time decay: u_i proportional to 2^(-age_i/half-life), age_i the days
 *                 from touch i to the conversion. Every touch counts, repeated channels included.
 * Differences.    Where gaps are absent each step counts as one day, so the half-life is in
 *                 steps; the last touch then has age 1, which cancels.
 * Not identified. No touched journey converts.
 * Cost.           O(touches of converting cells); 64 x channels sums in the arena. */
#include "science/attribution_internal.h"

ptl_heuristic_options ptl_heuristic_options_default(void)
{
    return (ptl_heuristic_options){.size = (int32_t)sizeof(ptl_heuristic_options),
                                   .rule = PTL_HEURISTIC_LAST,
                                   .first_weight = 0.4,
                                   .last_weight = 0.4,
                                   .half_life_days = 7.0,
                                   .interval = ptl_interval_options_default()};
}

static ptl_status check(const ptl_heuristic_options *o, ptl_error *err)
{
    if (o->size != (int32_t)sizeof *o)
        return ptl_fail(err, PTL_E_VERSION,
                        "heuristic options are %d bytes, not %zu: use the _default()", o->size,
                        sizeof *o);
    if ((int)o->rule < 0 || o->rule > PTL_HEURISTIC_TIME_DECAY)
        return ptl_fail(err, PTL_E_INVALID, "rule %d is not in the list", (int)o->rule);
    if (!(o->first_weight >= 0.0 && o->last_weight >= 0.0 &&
          o->first_weight + o->last_weight <= 1.0))
        return ptl_fail(err, PTL_E_INVALID,
                        "first_weight %g and last_weight %g must be 0 or more and 1 together",
                        o->first_weight, o->last_weight);
    if (!(o->half_life_days > 0.0 && isfinite(o->half_life_days)))
        return ptl_fail(err, PTL_E_INVALID, "half_life_days must be positive, not %g",
                        o->half_life_days);
    return PTL_OK;
}

static void weigh_one(double *u, int64_t n, int64_t at)
{
    for (int64_t i = 0; i < n; i++) u[i] = 0.0;
    u[at] = 1.0;
}

static int64_t last_non_direct(const int32_t *touches, int64_t n, int32_t direct)
{
    for (int64_t i = n - 1; i >= 0; i--)
        if (touches[i] != direct) return i;
    return n - 1;
}

static void weigh_position(double *u, int64_t n, double first, double last)
{
    const double ends = first + last;
    if (n == 1) {
        u[0] = 1.0;
    } else if (n == 2) {
        u[0] = ends > 0.0 ? first / ends : 0.5;
        u[1] = 1.0 - u[0];
    } else {
        for (int64_t i = 1; i < n - 1; i++) u[i] = (1.0 - ends) / (double)(n - 2);
        u[0] = first;
        u[n - 1] = last;
    }
}

/* Ages are counted from the last touch, whose own gap to the end is common to all and cancels: the
 * largest weight is then 1 before scaling, so that no journey underflows to nothing. */
static void weigh_decay(double *u, const double *gap_days, int64_t n, double half_life)
{
    double age = 0.0, total = 0.0;
    for (int64_t i = n - 1; i >= 0; i--) {
        u[i] = exp2(-age / half_life);
        total += u[i];
        if (i > 0) age += gap_days ? gap_days[i - 1] : 1.0;
    }
    for (int64_t i = 0; i < n; i++) u[i] /= total;
}

static void weigh(double *u, const int32_t *touches, const double *gap_days, int64_t n,
                  int32_t direct, const ptl_heuristic_options *o)
{
    if (n == 0) return;
    switch (o->rule) {
    case PTL_HEURISTIC_FIRST:
        weigh_one(u, n, 0);
        break;
    case PTL_HEURISTIC_LAST:
        weigh_one(u, n, n - 1);
        break;
    case PTL_HEURISTIC_LAST_NON_DIRECT:
        weigh_one(u, n, last_non_direct(touches, n, direct));
        break;
    case PTL_HEURISTIC_LINEAR:
        for (int64_t i = 0; i < n; i++) u[i] = 1.0 / (double)n;
        break;
    case PTL_HEURISTIC_POSITION:
        weigh_position(u, n, o->first_weight, o->last_weight);
        break;
    case PTL_HEURISTIC_TIME_DECAY:
        weigh_decay(u, gap_days, n, o->half_life_days);
        break;
    }
}

ptl_status ptl_heuristic_journey(double *weight, const int32_t *touches, const double *gap_days,
                                 int64_t n, int32_t direct, const ptl_heuristic_options *options,
                                 ptl_error *err)
{
    const ptl_heuristic_options o = options ? *options : ptl_heuristic_options_default();
    PTL_TRY(check(&o, err));
    if (n < 0) return ptl_fail(err, PTL_E_INVALID, "a journey of %lld touches", (long long)n);
    for (int64_t i = 0; gap_days && i < n; i++)
        if (!(gap_days[i] >= 0.0 && isfinite(gap_days[i])))
            return ptl_fail(err, PTL_E_INVALID, "touch %lld: gap of %g days", (long long)i,
                            gap_days[i]);
    weigh(weight, touches, gap_days, n, direct, &o);
    return PTL_OK;
}

static int64_t longest(const ptl_paths *x)
{
    int64_t n = 0;
    for (int64_t p = 0; p < x->n_paths; p++)
        if (x->offsets[p + 1] - x->offsets[p] > n) n = x->offsets[p + 1] - x->offsets[p];
    return n;
}

/* Sums per group; a path's weights are made once for a run of its cells. */
static void add_up(double *credit, double *value, double *u, const ptl_paths *x,
                   const ptl_heuristic_options *o)
{
    int64_t current = -1;
    for (int64_t c = 0; c < x->n_cells; c++) {
        if (x->cell_converting[c] == 0) continue;
        const int64_t p = x->cell_path[c], from = x->offsets[p], n = x->offsets[p + 1] - from;
        if (p != current)
            weigh(u, x->touches + from, x->gap_days ? x->gap_days + from : NULL, n, x->direct, o);
        current = p;
        const int64_t row = (int64_t)x->cell_group[c] * x->n_channels;
        const double n_converting = (double)x->cell_converting[c];
        const double worth = x->cell_value ? x->cell_value[c] : 0.0;
        for (int64_t i = 0; i < n; i++) {
            credit[row + x->touches[from + i]] += n_converting * u[i];
            value[row + x->touches[from + i]] += worth * u[i];
        }
    }
}

static ptl_status solve(ptl_attribution_result *out, const ptl_paths *x,
                        const ptl_heuristic_options *o, const ptl_attribution_work *work,
                        ptl_error *err)
{
    ptl_attribution_total total;
    ptl_replicates r;
    ptl_credit_draws draws;
    ptl_groups groups;
    double *credit, *value, *u;
    PTL_TRY(ptl_paths_total(&total, x, err));
    ptl_paths_groups(&groups, x);
    PTL_TRY(ptl_replicates_make(&r, &o->interval, &groups, work, err));
    ALLOC(credit, work->arena, (int64_t)GROUPS * x->n_channels, err);
    ALLOC(value, work->arena, (int64_t)GROUPS * x->n_channels, err);
    ALLOC(u, work->arena, longest(x), err);
    add_up(credit, value, u, x, o);
    PTL_TRY(ptl_credit_draw(&draws, &r, x->n_channels, credit, value, work->arena, err));
    return ptl_credit_estimate(out, x, &total, &r, &draws, NULL, work->arena, err);
}

ptl_status ptl_heuristic_solve(ptl_attribution_result *out, const ptl_paths *paths,
                               const ptl_heuristic_options *options,
                               const ptl_attribution_work *work, ptl_error *err)
{
    const ptl_heuristic_options o = options ? *options : ptl_heuristic_options_default();
    PTL_TRY(ptl_attribution_check(work, o.size, (int32_t)sizeof o, "heuristic", err));
    PTL_TRY(check(&o, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    return attribution_end(solve(out, paths, &o, work, err), work->arena, mark);
}
