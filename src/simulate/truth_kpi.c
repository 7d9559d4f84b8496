/* truth_kpi.c: the counting behind the KPIs of truth.json (truth_kpi.h). */
#include "simulate/truth_kpi.h"

#include "simulate/limits.h"

#include <string.h>

/* --- periods --------------------------------------------------------------------------------- */

static int32_t months_of(ptl_truth_grain grain)
{
    static const int32_t months[] = {[PTL_TRUTH_MONTH] = 1,
                                     [PTL_TRUTH_QUARTER] = 3,
                                     [PTL_TRUTH_YEAR] = 12,
                                     [PTL_TRUTH_ALL] = 12 * 1000};
    return months[grain];
}

/* Months since the year 0, in steps of the grain. */
static int32_t step_of(ptl_day date, ptl_truth_grain grain)
{
    const ptl_date d = ptl_date_of(date);
    return (12 * d.year + d.month - 1) / months_of(grain);
}

int32_t ptl_truth_period(const ptl_truth *truth, ptl_truth_grain grain, int64_t day)
{
    const ptl_day first = truth->climate->first;
    if (grain == PTL_TRUTH_ALL) return 0;
    return step_of(first + (ptl_day)day, grain) - step_of(first, grain);
}

int32_t ptl_truth_periods(const ptl_truth *truth, ptl_truth_grain grain)
{
    return ptl_truth_period(truth, grain, truth->climate->n_days - 1) + 1;
}

static void fill_periods(ptl_truth_kpi *k, const ptl_truth *truth)
{
    for (int g = 0; g < PTL_TRUTH_GRAINS; g++)
        for (int64_t day = 0; day < truth->climate->n_days; day++) {
            const int32_t period = ptl_truth_period(truth, (ptl_truth_grain)g, day);
            const bool begins =
                day == 0 || ptl_truth_period(truth, (ptl_truth_grain)g, day - 1) != period;
            if (begins) k->from[g][period] = day;
            k->to[g][period] = day;
        }
}

/* --- opening --------------------------------------------------------------------------------- */

ptl_status ptl_truth_kpi_init(ptl_truth_kpi **out, const ptl_truth *truth, ptl_arena *arena,
                              ptl_error *err)
{
    const int64_t n = truth->climate->n_days * truth->n_recorded, m = truth->n_months;
    ptl_truth_kpi *k = ptl_arena_array(arena, 1, sizeof *k, err);
    if (!k) return PTL_E_NO_MEMORY;
    k->won = ptl_arena_array(arena, n * PTL_SIM_CURRENCIES, sizeof *k->won, err);
    k->won_net = ptl_arena_array(arena, n * PTL_SIM_CURRENCIES, sizeof *k->won_net, err);
    k->cohorts = ptl_arena_array(arena, m * m, sizeof *k->cohorts, err);
    k->by_channel = ptl_arena_array(arena, truth->n_recorded * m, sizeof *k->by_channel, err);
    k->by_product = ptl_arena_array(arena, PTL_TRUTH_PRODUCTS * m, sizeof *k->by_product, err);
    k->pipe = ptl_arena_array(arena, n, sizeof *k->pipe, err);
    fill_periods(k, truth);
    *out = k;
    const bool whole =
        k->won && k->won_net && k->cohorts && k->by_channel && k->by_product && k->pipe;
    return whole ? PTL_OK : PTL_E_NO_MEMORY;
}

void ptl_truth_number_init(ptl_truth_number *out)
{
    *out = (ptl_truth_number){.cohort = -1, .recorded = -1, .product = -1, .won_order = -1};
}

/* --- customers ------------------------------------------------------------------------------- */

static int64_t rate_at(const ptl_truth *t, int32_t currency, int64_t day)
{
    return t->climate->rate_e9[currency][day + PTL_SIM_BURN_DAYS];
}

static void add_money(ptl_truth_cohort *c, const ptl_truth *t, const ptl_truth_sale *s)
{
    const ptl_wide rate = rate_at(t, s->currency, s->day);
    c->revenue += rate * (s->net * 10000);
    c->variable += rate * (s->variable * 10000);
    c->orders += !s->is_refund;
}

static void win(ptl_truth *t, ptl_truth_number *n, const ptl_truth_sale *s)
{
    ptl_truth_kpi *k = t->kpi;
    n->cohort = ptl_truth_month(t, s->day);
    n->recorded = s->recorded;
    n->product = s->product;
    n->won_order = s->order;
    k->won[(s->day * t->n_recorded + s->recorded) * PTL_SIM_CURRENCIES + s->currency]++;
    k->cohorts[(int64_t)n->cohort * t->n_months].customers++;
    k->by_channel[(int64_t)s->recorded * t->n_months + n->cohort].customers++;
    if (s->product >= 0) k->by_product[(int64_t)s->product * t->n_months + n->cohort].customers++;
}

static void count_active(ptl_truth *t, ptl_truth_number *n, int64_t day)
{
    for (int g = 0; g < PTL_TRUTH_GRAINS; g++) {
        const int32_t period = ptl_truth_period(t, (ptl_truth_grain)g, day);
        if (n->seen[g] == period + 1) continue;
        n->seen[g] = period + 1;
        t->kpi->active[g][period]++;
    }
}

void ptl_truth_sale_add(ptl_truth *t, ptl_truth_number *n, const ptl_truth_sale *s)
{
    ptl_truth_kpi *k = t->kpi;
    if (s->day >= t->climate->n_days) return;
    const bool wins = s->is_first && !n->known;
    if (wins) win(t, n, s);
    ptl_truth_cut_sale(t, s, wins, n->won_order == s->order);
    n->known = true;
    if (!s->is_refund) count_active(t, n, s->day);
    if (n->won_order == s->order)
        k->won_net[(s->day * t->n_recorded + s->recorded) * PTL_SIM_CURRENCIES + s->currency] +=
            s->net;
    if (n->cohort < 0) return;
    const int32_t age = ptl_truth_month(t, s->day) - n->cohort;
    ptl_truth_cohort *c = &k->cohorts[(int64_t)n->cohort * t->n_months + age];
    add_money(c, t, s);
    if (!s->is_refund && n->age_seen != age + 1) c->active++;
    if (!s->is_refund) n->age_seen = age + 1;
    add_money(&k->by_channel[(int64_t)n->recorded * t->n_months + n->cohort], t, s);
    if (n->product >= 0)
        add_money(&k->by_product[(int64_t)n->product * t->n_months + n->cohort], t, s);
}

/* --- contracts ------------------------------------------------------------------------------- */

static int64_t mrr_on(const ptl_truth_state *states, int32_t n, int64_t day)
{
    for (int32_t i = 0; i < n; i++)
        if (states[i].from <= day && day < states[i].to) return states[i].mrr_micros;
    return 0;
}

static void count_contract(ptl_truth_contracts *c, int64_t before, int64_t after, int32_t currency)
{
    ptl_truth_mrr *m = &c->mrr[currency];
    c->customers += before > 0;
    c->kept += before > 0 && after > 0;
    m->start += before;
    m->end += after;
    m->kept += before < after ? before : after;
    if (before == 0)
        m->fresh += after;
    else if (after == 0)
        m->lost += before;
    else if (after > before)
        m->grown += after - before;
    else
        m->shrunk += before - after;
}

void ptl_truth_contract_add(ptl_truth *t, const ptl_truth_state *states, int32_t n,
                            int32_t currency, int32_t place)
{
    for (int g = 0; g < PTL_TRUTH_GRAINS; g++)
        for (int32_t p = 0; p < ptl_truth_periods(t, (ptl_truth_grain)g); p++) {
            const int64_t before = mrr_on(states, n, t->kpi->from[g][p] - 1);
            const int64_t after = mrr_on(states, n, t->kpi->to[g][p]);
            count_contract(&t->kpi->contracts[g][p], before, after, currency);
            if (place >= 0) count_contract(&t->kpi->places[place][g][p], before, after, currency);
        }
}

/* --- the pipeline ---------------------------------------------------------------------------- */

static void count_lead(ptl_truth *t, const ptl_truth_deal *d)
{
    ptl_truth_pipe *const days = t->kpi->pipe;
    ptl_truth_pipe *lead = &days[d->lead_day * t->n_recorded + d->recorded];
    lead->leads++;
    if (d->mql_day >= 0) {
        days[d->mql_day * t->n_recorded + d->recorded].mql++;
        lead->lead_passed++;
        lead->mql_passed += d->sql_day >= 0;
        lead->mql_lost += d->sql_day < 0 && d->rejected;
    }
    if (d->sql_day >= 0) days[d->sql_day * t->n_recorded + d->recorded].sql++;
    if (!d->rejected) return;
    lead->lead_lost += d->mql_day < 0;
    const int64_t day = d->mql_day >= 0 ? d->mql_day : d->lead_day;
    days[day * t->n_recorded + d->recorded].rejected++;
    t->kpi->reasons[d->reason]++;
}

static void count_deal(ptl_truth *t, const ptl_truth_deal *d)
{
    ptl_truth_pipe *const days = t->kpi->pipe;
    ptl_truth_pipe *opened = &days[d->sql_day * t->n_recorded + d->recorded];
    opened->opened++;
    if (d->closed_day < 0) {
        t->kpi->open_deals++;
        t->kpi->open_cents[d->currency] += d->cents;
        t->kpi->weighted[d->currency] += d->cents * d->chance;
        return;
    }
    ptl_truth_pipe *closed = &days[d->closed_day * t->n_recorded + d->recorded];
    closed->won += d->won;
    closed->lost += !d->won;
    opened->deal_won += d->won;
    opened->deal_lost += !d->won;
    if (!d->won) return;
    closed->cycle_days += d->closed_day - d->sql_day;
    closed->bookings[d->currency] += d->cents;
    opened->deal_bookings += (ptl_wide)rate_at(t, d->currency, d->closed_day) * (d->cents * 10000);
}

void ptl_truth_deal_add(ptl_truth *t, const ptl_truth_deal *d)
{
    if (d->lead_day >= t->climate->n_days) return;
    count_lead(t, d);
    ptl_truth_cut_deal(t, d);
    if (d->sql_day >= 0) count_deal(t, d);
}

int64_t ptl_truth_bookings(const ptl_truth *t, int64_t from, int64_t to, int32_t recorded)
{
    int64_t micros = 0;
    for (int64_t day = from; day <= to; day++)
        for (int32_t r = 0; r < t->n_recorded; r++)
            if (recorded < 0 || recorded == r)
                for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++)
                    micros += ptl_climate_convert(
                        t->climate, t->kpi->pipe[day * t->n_recorded + r].bookings[k], k, day);
    return micros;
}

/* A tenth above what a year brought, in whole hundreds. */
int64_t ptl_truth_bookings_target(const ptl_truth *t)
{
    const int64_t n = t->climate->n_days;
    const int64_t year = ptl_truth_bookings(t, 0, n - 1, -1) / n * 365;
    return year / 10 * 11 / 100000000 * 100000000;
}
