/* kpi_periods.c: the periods that figures are about, cut to the span's days.
 *
 * Weeks are given where all of them lies in the span; months, quarters and years also where the
 * span begins or ends inside them, which is said. Quarters and years are the fiscal ones. */
#include "understand/kpi_internal.h"

const char *ptl_grain_name(ptl_kpi_grain grain)
{
    static const char *const names[PTL_N_GRAINS] = {"week", "month", "quarter",
                                                    "year", "kpi",   "all"};
    return names[grain];
}

/* First day of the period of `months` months, counted from the fiscal year's first, that holds the
 * day. */
static ptl_day month_block(ptl_day day, int32_t months, int32_t fiscal_month)
{
    const ptl_date d = ptl_date_of(day);
    const int32_t since = (d.month - fiscal_month + 12) % 12 % months;
    return ptl_month_add(ptl_month_start(day), -since);
}

static ptl_day start_of(ptl_kpi_grain grain, ptl_day day, const ptl_workspace *w)
{
    switch (grain) {
    case PTL_GRAIN_WEEK:
        return ptl_week_start(day, w->week_start);
    case PTL_GRAIN_MONTH:
        return ptl_month_start(day);
    case PTL_GRAIN_QUARTER:
        return month_block(day, 3, w->fiscal_year_month);
    default:
        return month_block(day, 12, w->fiscal_year_month);
    }
}

static ptl_day next_of(ptl_kpi_grain grain, ptl_day start)
{
    static const int32_t months[PTL_N_GRAINS] = {0, 1, 3, 12, 0, 0};
    return grain == PTL_GRAIN_WEEK ? start + 7 : ptl_month_add(start, months[grain]);
}

static void add(ptl_periods *out, ptl_kpi_grain grain, ptl_day from, ptl_day to, bool is_whole)
{
    for (ptl_day day = from; day <= to; day++)
        out->at[grain][day - out->first_day] = (int32_t)out->n;
    out->items[out->n++] = (ptl_period){grain, from, to, is_whole};
    out->count[grain]++;
}

static void add_grain(ptl_periods *out, ptl_kpi_grain grain, const ptl_span *span,
                      const ptl_workspace *w)
{
    for (ptl_day start = start_of(grain, span->first, w), next; start <= span->last; start = next) {
        next = next_of(grain, start);
        const bool is_whole = start >= span->first && next - 1 <= span->last;
        if (grain == PTL_GRAIN_WEEK && !is_whole) continue;
        add(out, grain, start < span->first ? span->first : start,
            next - 1 > span->last ? span->last : next - 1, is_whole);
    }
}

static void add_kpi(ptl_periods *out, const ptl_span *span, const ptl_kpi_config *kpi)
{
    const ptl_day from = kpi->starts > span->first ? kpi->starts : span->first;
    const ptl_day to = kpi->due < span->last ? kpi->due : span->last;
    if (kpi->has_target && from <= to)
        add(out, PTL_GRAIN_KPI, from, to, from == kpi->starts && to == kpi->due);
}

ptl_status ptl_periods_make(ptl_periods *out, const ptl_span *span, const ptl_workspace *workspace,
                            ptl_arena *arena, ptl_error *err)
{
    const int64_t n_days = span->last - span->first + 1;
    *out = (ptl_periods){.first_day = span->first};
    out->items = ptl_arena_array(arena, n_days / 7 + n_days / 28 * 2 + 40, sizeof *out->items, err);
    if (!out->items) return PTL_E_NO_MEMORY;
    for (int g = 0; g < PTL_N_GRAINS; g++) {
        out->at[g] = ptl_arena_array(arena, n_days, sizeof *out->at[g], err);
        if (!out->at[g]) return PTL_E_NO_MEMORY;
        for (int64_t i = 0; i < n_days; i++) out->at[g][i] = -1;
    }
    for (int g = 0; g < PTL_N_GRAINS; g++) {
        out->first[g] = out->n;
        if (g <= PTL_GRAIN_YEAR) add_grain(out, (ptl_kpi_grain)g, span, workspace);
        if (g == PTL_GRAIN_KPI) add_kpi(out, span, &workspace->kpi);
        if (g == PTL_GRAIN_ALL) add(out, PTL_GRAIN_ALL, span->first, span->last, true);
    }
    return PTL_OK;
}
