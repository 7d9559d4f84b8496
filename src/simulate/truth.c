/* truth.c: the sums behind truth.json (truth.h). truth_json.c writes them. */
#include "simulate/truth_kpi.h"

#include <string.h>

int32_t ptl_truth_month(const ptl_truth *truth, int64_t day)
{
    const ptl_date first = ptl_date_of(truth->climate->first);
    const ptl_date date = ptl_date_of(truth->climate->first + (ptl_day)day);
    return 12 * (date.year - first.year) + date.month - first.month;
}

ptl_status ptl_truth_init(ptl_truth *out, const ptl_climate *climate, const char *const *recorded,
                          int32_t n_recorded, ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_truth){.climate = climate, .recorded = recorded, .n_recorded = n_recorded};
    const int64_t n = climate->n_days, k = PTL_SIM_CURRENCIES;
    out->n_months = ptl_truth_month(out, n - 1) + 1;
    const int64_t months = out->n_months;
    out->cells = ptl_arena_array(arena, n * n_recorded * k, sizeof *out->cells, err);
    out->days = ptl_arena_array(arena, climate->n_scenarios * n * k, sizeof *out->days, err);
    out->claims = ptl_arena_array(arena, climate->n_media * n, sizeof *out->claims, err);
    out->causes = ptl_arena_array(arena, (climate->n_media + 1) * n_recorded, 8, err);
    out->cohorts = ptl_arena_array(arena, months * months * 3, sizeof *out->cohorts, err);
    const bool whole = out->cells && out->days && out->claims && out->causes && out->cohorts;
    if (!whole) return PTL_E_NO_MEMORY;
    return ptl_truth_kpi_init(&out->kpi, out, arena, err);
}

void ptl_truth_fault_add(ptl_truth *truth, ptl_truth_fault fault)
{
    if (truth->n_faults < PTL_TRUTH_FAULTS_MAX) truth->faults[truth->n_faults++] = fault;
}

int32_t ptl_truth_recorded_of(const ptl_truth *truth, int32_t channel)
{
    for (int32_t r = 0; r < truth->n_recorded; r++)
        if (strcmp(truth->recorded[r], truth->climate->media[channel].name) == 0) return r;
    return -1;
}

static void add_cell(ptl_truth_money *sum, const ptl_truth *t, int64_t day, int32_t recorded,
                     int32_t currency)
{
    const ptl_climate *c = t->climate;
    const ptl_truth_cell *cell = ptl_truth_at(t, day, recorded, currency);
    const int64_t variable = cell->cogs + cell->shipping + cell->fees;
    sum->orders += cell->orders;
    sum->customers_new += cell->customers_new;
    sum->refunds += cell->refunds;
    sum->revenue += ptl_climate_convert(c, cell->gross - cell->discount - cell->tax, currency, day);
    sum->variable += ptl_climate_convert(c, variable, currency, day);
    sum->cogs += ptl_climate_convert(c, cell->cogs, currency, day);
    sum->shipping += ptl_climate_convert(c, cell->shipping, currency, day);
    sum->fees += ptl_climate_convert(c, cell->fees, currency, day);
    sum->refunded += ptl_climate_convert(c, cell->refunded, currency, day);
}

ptl_truth_money ptl_truth_sum(const ptl_truth *truth, int64_t from, int64_t to, int32_t recorded)
{
    ptl_truth_money sum = {0};
    const ptl_climate *c = truth->climate;
    for (int64_t day = from; day <= to; day++)
        for (int32_t r = 0; r < truth->n_recorded; r++)
            if (recorded < 0 || recorded == r)
                for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++) add_cell(&sum, truth, day, r, k);
    for (int32_t k = 0; k < c->n_media; k++)
        if (recorded < 0 || recorded == ptl_truth_recorded_of(truth, k))
            for (int64_t day = from; day <= to; day++)
                sum.media += ptl_climate_media_micros(c, k, day);
    return sum;
}

ptl_truth_outcome ptl_truth_of(const ptl_truth *truth, int32_t scenario, int64_t from, int64_t to)
{
    ptl_truth_outcome sum = {0};
    for (int64_t day = from; day <= to; day++)
        for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++) {
            const ptl_truth_day *d = ptl_truth_day_at(truth, scenario, day, k);
            sum.orders += d->orders;
            sum.fresh += d->fresh;
            sum.leads += d->leads;
            sum.revenue += ptl_climate_convert(truth->climate, d->net, k, day);
            sum.cm1 += ptl_climate_convert(truth->climate, d->net - d->variable, k, day);
        }
    return sum;
}
