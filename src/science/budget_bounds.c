/* budget_bounds.c: from a company's limits to those of the variables, and what contradicts what.
 *
 * A cell's bounds are its channel's, cut to `range` past what was seen or tested; a channel that is
 * held stands where it is. Variables inherit the tightest of their cells. Upper bounds are then
 * tightened by what the others need at least: tables and dual bounds are better for it. */
#include "science/budget_problem.h"

#include <math.h>

static const char *channel_name(const ptl_budget_data *d, int64_t c)
{
    return d->channel[c].name ? d->channel[c].name : "";
}

static ptl_status bound_cell(ptl_problem *p, int64_t i, ptl_error *err)
{
    const ptl_budget_data *const d = p->data;
    const int64_t block = i / d->n_weeks, c = block / d->n_geos;
    const ptl_budget_channel *const x = &d->channel[c];
    double lo = x->cell_min, hi = x->cell_max;
    const double seen_low = d->seen_low ? d->seen_low[block] : PTL_NAN;
    const double seen_high = d->seen_high ? d->seen_high[block] : PTL_NAN;
    if (seen_high >= 0.0) hi = fmin(hi, (1.0 + p->o->range) * seen_high);
    if (seen_low >= 0.0) lo = fmax(lo, (1.0 - p->o->range) * seen_low);
    if (x->hold) lo = hi = d->present[i];
    if (!(lo <= hi)) {
        (void)ptl_fail(err, PTL_E_INVALID,
                       "channel %lld \"%s\", geo %lld, week %lld: at least %g and at most %g",
                       (long long)c, channel_name(d, c), (long long)(block % d->n_geos),
                       (long long)(i % d->n_weeks), lo, hi);
        ptl_error_hint(err,
                       "spend is bounded by %g of the 95th percentile seen; lower cell_min "
                       "or test higher spend first",
                       1.0 + p->o->range);
        return PTL_E_INVALID;
    }
    p->cell_lo[i] = lo, p->cell_hi[i] = hi;
    return PTL_OK;
}

/* ---- variables ---- */

static int64_t variable_of(const ptl_problem *p, int64_t i)
{
    const ptl_budget_data *const d = p->data;
    const int64_t block = i / d->n_weeks, c = block / d->n_geos;
    switch (p->o->grain) {
    case PTL_BUDGET_CELL:
        return i;
    case PTL_BUDGET_WEEK:
        return c * d->n_weeks + i % d->n_weeks;
    case PTL_BUDGET_GEO:
        return block;
    case PTL_BUDGET_CHANNEL:
        return c;
    }
    return i;
}

static int64_t per_channel(const ptl_problem *p)
{
    const ptl_budget_data *const d = p->data;
    switch (p->o->grain) {
    case PTL_BUDGET_CELL:
        return (int64_t)d->n_geos * d->n_weeks;
    case PTL_BUDGET_WEEK:
        return d->n_weeks;
    case PTL_BUDGET_GEO:
        return d->n_geos;
    case PTL_BUDGET_CHANNEL:
        return 1;
    }
    return 1;
}

/* Shares within a variable as at present; even where nothing is spent there at present. */
static ptl_status make_variables(ptl_problem *p, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = p->model.n_vars;
    double *total, *cells;
    BUDGET_ALLOC(total, arena, n);
    BUDGET_ALLOC(cells, arena, n);
    for (int64_t i = 0; i < p->model.n_cells; i++) {
        const int64_t j = variable_of(p, i);
        p->model.var[i] = j;
        total[j] += p->data->present[i];
        cells[j] += 1.0;
    }
    for (int64_t i = 0; i < p->model.n_cells; i++) {
        const int64_t j = p->model.var[i];
        p->model.share[i] = cells[j] == 1.0  ? 1.0
                            : total[j] > 0.0 ? p->data->present[i] / total[j]
                                             : 1.0 / cells[j];
    }
    return PTL_OK;
}

static ptl_status bound_variables(ptl_problem *p, ptl_error *err)
{
    ptl_limits *const l = &p->limits;
    for (int64_t j = 0; j < l->n; j++) l->lo[j] = 0.0, l->hi[j] = HUGE_VAL;
    for (int64_t i = 0; i < p->model.n_cells; i++) {
        const int64_t j = p->model.var[i];
        const double share = p->model.share[i];
        if (share > 0.0) {
            l->lo[j] = fmax(l->lo[j], p->cell_lo[i] / share);
            l->hi[j] = fmin(l->hi[j], p->cell_hi[i] / share);
        } else if (p->cell_lo[i] > 0.0) {
            return ptl_fail(err, PTL_E_INVALID,
                            "channel %lld \"%s\": a geo-week without spend at present cannot be "
                            "raised to %g while the pattern is frozen",
                            (long long)(i / p->per_channel_cells),
                            channel_name(p->data, i / p->per_channel_cells), p->cell_lo[i]);
        }
    }
    for (int64_t j = 0; j < l->n; j++) {
        if (l->lo[j] > l->hi[j] && l->lo[j] <= l->hi[j] * (1.0 + 1e-9)) l->lo[j] = l->hi[j];
        if (!(l->lo[j] <= l->hi[j]))
            return ptl_fail(err, PTL_E_INVALID,
                            "channel %d \"%s\": no total of the frozen pattern lies within all "
                            "bounds of its geo-weeks",
                            l->group[j], channel_name(p->data, l->group[j]));
    }
    return PTL_OK;
}

/* ---- totals ---- */

static ptl_status bound_channel(ptl_problem *p, int64_t c, ptl_error *err)
{
    ptl_limits *const l = &p->limits;
    const ptl_budget_channel *const x = &p->data->channel[c];
    double low = 0.0, high = 0.0;
    for (int64_t j = l->from[c]; j < l->from[c + 1]; j++) low += l->lo[j], high += l->hi[j];
    l->group_lo[c] = x->hold ? low : fmax(x->total_min, low);
    l->group_hi[c] = x->hold ? high : fmin(x->total_max, high);
    if (l->group_lo[c] <= l->group_hi[c]) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID,
                    "channel %lld \"%s\": its total must be at least %g and at most %g",
                    (long long)c, channel_name(p->data, c), l->group_lo[c], l->group_hi[c]);
}

static ptl_status bound_total(ptl_problem *p, ptl_error *err)
{
    ptl_limits *const l = &p->limits;
    const ptl_budget_options *const o = p->o;
    double low = 0.0, high = 0.0, present = 0.0;
    for (int64_t c = 0; c < l->n_groups; c++) low += l->group_lo[c], high += l->group_hi[c];
    for (int64_t i = 0; i < p->model.n_cells; i++) present += p->data->present[i];
    const bool fixed = o->goal == PTL_BUDGET_FIXED;
    l->total_hi = !isnan(o->total_max) ? o->total_max : fixed ? present : high;
    l->total_lo = fixed ? l->total_hi : o->total_min;
    /* a total met by limits to the last cent is met */
    const double hair = 1e-9 * l->total_hi;
    if (low > l->total_hi && low <= l->total_hi + hair) l->total_hi = low;
    if (high < l->total_lo && high >= l->total_lo - hair) l->total_lo = high;
    if (low > l->total_hi)
        return ptl_fail(err, PTL_E_INVALID,
                        "commitments and lower bounds need %g, the total is at most %g", low,
                        l->total_hi);
    if (high < l->total_lo)
        return ptl_fail(err, PTL_E_INVALID, "upper bounds allow %g, the total is at least %g", high,
                        l->total_lo);
    l->total_hi = fmin(l->total_hi, fmax(high, l->total_lo));
    if (!(l->total_hi < HUGE_VAL)) {
        (void)ptl_fail(err, PTL_E_INVALID, "nothing bounds the total from above");
        ptl_error_hint(err, "give total_max, or an upper bound for every channel");
        return PTL_E_INVALID;
    }
    if (fixed) l->total_lo = l->total_hi;
    p->low_total = low;
    return PTL_OK;
}

static void tighten(ptl_problem *p)
{
    ptl_limits *const l = &p->limits;
    for (int64_t c = 0; c < l->n_groups; c++) {
        double low = 0.0;
        for (int64_t j = l->from[c]; j < l->from[c + 1]; j++) low += l->lo[j];
        const double others = p->low_total - l->group_lo[c];
        l->group_hi[c] = fmin(l->group_hi[c], fmax(l->total_hi - others, l->group_lo[c]));
        for (int64_t j = l->from[c]; j < l->from[c + 1]; j++)
            l->hi[j] = fmin(l->hi[j], fmax(l->group_hi[c] - (low - l->lo[j]), l->lo[j]));
    }
}

static ptl_status alloc_bounds(ptl_problem *p, ptl_arena *arena, ptl_error *err)
{
    ptl_limits *const l = &p->limits;
    const int64_t n = p->model.n_vars;
    int32_t *group;
    int64_t *from;
    BUDGET_ALLOC(p->cell_lo, arena, p->model.n_cells);
    BUDGET_ALLOC(p->cell_hi, arena, p->model.n_cells);
    BUDGET_ALLOC(p->model.var, arena, p->model.n_cells);
    BUDGET_ALLOC(p->model.share, arena, p->model.n_cells);
    BUDGET_ALLOC(p->model.media_max, arena, p->model.n_blocks);
    BUDGET_ALLOC(group, arena, n);
    BUDGET_ALLOC(from, arena, l->n_groups + 1);
    BUDGET_ALLOC(l->lo, arena, n);
    BUDGET_ALLOC(l->hi, arena, n);
    BUDGET_ALLOC(l->group_lo, arena, l->n_groups);
    BUDGET_ALLOC(l->group_hi, arena, l->n_groups);
    BUDGET_ALLOC(l->scratch, arena, 2 * n + 2 * l->n_groups);
    for (int64_t j = 0; j < n; j++) group[j] = (int32_t)(j / per_channel(p));
    for (int64_t c = 0; c <= l->n_groups; c++) from[c] = c * per_channel(p);
    l->group = group, l->from = from;
    return PTL_OK;
}

static void find_media_max(ptl_problem *p)
{
    const ptl_budget_data *const d = p->data;
    for (int64_t b = 0; b < p->model.n_blocks; b++) {
        double most = 0.0;
        for (int64_t t = 0; d->history && t < d->n_history; t++)
            most = fmax(most, d->history[b * d->n_history + t]);
        for (int64_t t = 0; t < d->n_weeks; t++) {
            const int64_t i = b * d->n_weeks + t;
            const double money = p->model.share[i] * p->limits.hi[p->model.var[i]];
            most = fmax(most, d->rate[i] * money);
        }
        p->model.media_max[b] = most;
    }
}

ptl_status ptl_problem_bound(ptl_problem *p, ptl_arena *arena, ptl_error *err)
{
    const ptl_budget_data *const d = p->data;
    p->per_channel_cells = (int64_t)d->n_geos * d->n_weeks;
    p->model.n_blocks = (int64_t)d->n_channels * d->n_geos;
    p->model.n_cells = p->per_channel_cells * d->n_channels;
    p->model.n_vars = per_channel(p) * d->n_channels;
    p->limits.n = p->model.n_vars, p->limits.n_groups = d->n_channels;
    PTL_TRY(alloc_bounds(p, arena, err));
    for (int64_t i = 0; i < p->model.n_cells; i++) PTL_TRY(bound_cell(p, i, err));
    PTL_TRY(make_variables(p, arena, err));
    PTL_TRY(bound_variables(p, err));
    for (int64_t c = 0; c < d->n_channels; c++) PTL_TRY(bound_channel(p, c, err));
    PTL_TRY(bound_total(p, err));
    tighten(p);
    find_media_max(p);
    return PTL_OK;
}
