/* truth_kpi_json.c: the key "kpis" of truth.json (docs/simulate.md describes every key). */
#include "simulate/office.h"
#include "simulate/truth_kpi.h"

#include <math.h>

enum { LTV_MONTHS = 24 };
static const char *const grain_names[PTL_TRUTH_GRAINS] = {"month", "quarter", "year", "all"};

/* micros × billionths, divided once, half to even. */
static int64_t rounded(ptl_wide amount)
{
    const ptl_wide billion = 1000000000;
    ptl_wide whole = amount / billion, rest = amount % billion;
    if (rest < 0) {
        rest += billion;
        whole--;
    }
    const bool up = 2 * rest > billion || (2 * rest == billion && whole % 2 != 0);
    return (int64_t)(whole + up);
}

static void put_day(ptl_json *j, const char *key, const ptl_truth *t, int64_t day)
{
    ptl_json_put_day(j, key, t->climate->first + (ptl_day)day);
}

/* Not a number where nothing stands below. */
static void put_ratio(ptl_json *j, const char *key, double above, double below)
{
    ptl_json_put_double(j, key, below != 0.0 ? above / below : PTL_NAN);
}

/* --- customers and acquisition --------------------------------------------------------------- */

typedef struct acquired {
    int64_t won, won_net, media, own, revenue;
} acquired;

bool ptl_truth_is_paid(const ptl_truth *t, int32_t recorded)
{
    for (int32_t k = 0; k < t->climate->n_media; k++)
        if (ptl_truth_recorded_of(t, k) == recorded) return t->climate->media[k].weekly_cents > 0.0;
    return false;
}

/* Of days [from, to] and one recorded channel. */
static acquired acquired_by(const ptl_truth *t, int64_t from, int64_t to, int32_t recorded)
{
    acquired a = {0};
    for (int64_t day = from; day <= to; day++)
        for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++) {
            const int64_t i = (day * t->n_recorded + recorded) * PTL_SIM_CURRENCIES + k;
            a.won += t->kpi->won[i];
            a.won_net += ptl_climate_convert(t->climate, t->kpi->won_net[i], k, day);
        }
    const ptl_truth_money m = ptl_truth_sum(t, from, to, recorded);
    a.media = m.media;
    a.revenue = m.revenue;
    return a;
}

static void add_acquired(acquired *sum, acquired a)
{
    sum->won += a.won;
    sum->won_net += a.won_net;
    sum->media += a.media;
    sum->revenue += a.revenue;
}

/* Marketing's own costs of [from, to], which may begin and end inside months: a month's row falls
 * to its days evenly, what is spread so far being rounded, so that the days add up to the row. */
static int64_t own_costs(const ptl_truth *t, int64_t from, int64_t to)
{
    int64_t sum = 0;
    for (int32_t m = 0; m < ptl_truth_periods(t, PTL_TRUTH_MONTH); m++) {
        const int64_t first = t->kpi->from[PTL_TRUTH_MONTH][m],
                      last = t->kpi->to[PTL_TRUTH_MONTH][m];
        const int64_t low = from > first ? from : first, high = to < last ? to : last;
        if (low > high) continue;
        const int64_t days = last - first + 1;
        for (int i = 0; i < PTL_TRUTH_OWN_COSTS; i++) {
            const ptl_wide row = ptl_office_own_cost(t, i, first, last);
            const ptl_wide scale = 1000000000;
            sum += rounded(row * (high - first + 1) * scale / days) -
                   rounded(row * (low - first) * scale / days);
        }
    }
    return sum;
}

static void put_acquired(ptl_json *j, const ptl_truth *t, int64_t from, int64_t to)
{
    acquired all = {0}, paid = {0};
    for (int32_t r = 0; r < t->n_recorded; r++) {
        const acquired a = acquired_by(t, from, to, r);
        add_acquired(&all, a);
        if (ptl_truth_is_paid(t, r)) add_acquired(&paid, a);
    }
    const int64_t own = own_costs(t, from, to);
    int64_t influenced = 0;
    for (int32_t r = 0; r < t->n_recorded; r++)
        if (!(t->kpi->not_marketing >> r & 1u)) influenced += acquired_by(t, from, to, r).revenue;
    ptl_json_put_micros(j, "revenue_influenced", influenced);
    ptl_json_put_int(j, "new_customers", all.won);
    ptl_json_put_micros(j, "revenue_new", all.won_net);
    ptl_json_put_micros(j, "revenue_retention", all.revenue - all.won_net);
    ptl_json_put_micros(j, "own_costs", own);
    put_ratio(j, "cac_blended", (double)all.media / 1e6, (double)all.won);
    put_ratio(j, "cac_paid", (double)paid.media / 1e6, (double)paid.won);
    put_ratio(j, "cac_fully_loaded", (double)(all.media + own) / 1e6, (double)all.won);
    put_ratio(j, "roas_attributed", (double)paid.revenue, (double)paid.media);
}

/* --- contracts ------------------------------------------------------------------------------- */

static void put_contracts(ptl_json *j, const ptl_truth *t, const ptl_truth_contracts *c,
                          int64_t eve)
{
    ptl_truth_mrr sum = {0};
    for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++) {
        const ptl_wide rate = t->climate->rate_e9[k][eve + PTL_SIM_BURN_DAYS];
        const ptl_truth_mrr *m = &c->mrr[k];
        sum.start += rounded(rate * m->start);
        sum.end += rounded(rate * m->end);
        sum.fresh += rounded(rate * m->fresh);
        sum.grown += rounded(rate * m->grown);
        sum.shrunk += rounded(rate * m->shrunk);
        sum.lost += rounded(rate * m->lost);
        sum.kept += rounded(rate * m->kept);
    }
    ptl_json_put_int(j, "customers_start", c->customers);
    ptl_json_put_int(j, "customers_kept", c->kept);
    ptl_json_put_micros(j, "mrr_start", sum.start);
    ptl_json_put_micros(j, "mrr_end", sum.end);
    ptl_json_put_micros(j, "mrr_new", sum.fresh);
    ptl_json_put_micros(j, "mrr_expansion", sum.grown);
    ptl_json_put_micros(j, "mrr_contraction", sum.shrunk);
    ptl_json_put_micros(j, "mrr_churned", sum.lost);
    put_ratio(j, "retention_logo", (double)c->kept, (double)c->customers);
    put_ratio(j, "retention_gross", (double)sum.kept, (double)sum.start);
    put_ratio(j, "retention_net", (double)(sum.end - sum.fresh), (double)sum.start);
}

/* Contracts of a country, by where their customers are. */
static void put_places(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "contracts_by_geo");
    ptl_json_array(j);
    for (int32_t place = 0; place < PTL_SIM_CURRENCIES; place++)
        for (int g = 0; g < PTL_TRUTH_GRAINS; g++)
            for (int32_t p = 0; p < ptl_truth_periods(t, (ptl_truth_grain)g); p++) {
                ptl_json_object(j);
                ptl_json_put_string(j, "member", ptl_sim_places[place]);
                ptl_json_put_string(j, "grain", grain_names[g]);
                put_day(j, "from", t, t->kpi->from[g][p]);
                put_contracts(j, t, &t->kpi->places[place][g][p], t->kpi->from[g][p] - 1);
                ptl_json_object_end(j);
            }
    ptl_json_array_end(j);
}

/* --- the pipeline ---------------------------------------------------------------------------- */

static ptl_truth_pipe pipe_of(const ptl_truth *t, int64_t from, int64_t to, int32_t recorded)
{
    ptl_truth_pipe sum = {0};
    for (int64_t day = from; day <= to; day++)
        for (int32_t r = 0; r < t->n_recorded; r++) {
            const ptl_truth_pipe *p = &t->kpi->pipe[day * t->n_recorded + r];
            if (recorded >= 0 && recorded != r) continue;
            sum.leads += p->leads;
            sum.mql += p->mql;
            sum.sql += p->sql;
            sum.rejected += p->rejected;
            sum.opened += p->opened;
            sum.won += p->won;
            sum.lost += p->lost;
            sum.cycle_days += p->cycle_days;
            sum.lead_passed += p->lead_passed;
            sum.lead_lost += p->lead_lost;
            sum.mql_passed += p->mql_passed;
            sum.mql_lost += p->mql_lost;
            sum.deal_won += p->deal_won;
            sum.deal_lost += p->deal_lost;
            sum.deal_bookings += p->deal_bookings;
        }
    return sum;
}

static void put_pipe(ptl_json *j, const ptl_truth *t, int64_t from, int64_t to, int32_t recorded)
{
    const ptl_truth_pipe p = pipe_of(t, from, to, recorded);
    if (!t->kpi->reason_names) return;
    ptl_json_put_int(j, "leads", p.leads);
    ptl_json_put_int(j, "leads_mql", p.mql);
    ptl_json_put_int(j, "leads_sql", p.sql);
    ptl_json_put_int(j, "leads_rejected", p.rejected);
    ptl_json_put_int(j, "opportunities", p.opened);
    ptl_json_put_int(j, "deals_won", p.won);
    ptl_json_put_int(j, "deals_lost", p.lost);
    ptl_json_put_micros(j, "bookings", ptl_truth_bookings(t, from, to, recorded));
    put_ratio(j, "win_rate", (double)p.won, (double)(p.won + p.lost));
    put_ratio(j, "cycle_days", (double)p.cycle_days, (double)p.won);
}

static void put_step(ptl_json *j, const char *step, int64_t entered, int64_t passed, int64_t lost,
                     double worth_passed)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "step", step);
    ptl_json_put_int(j, "entered", entered);
    ptl_json_put_int(j, "passed", passed);
    ptl_json_put_int(j, "lost", lost);
    ptl_json_put_double(j, "leak", lost == 0 ? 0.0 : (double)lost * worth_passed);
    ptl_json_object_end(j);
}

/* What a deal won brought, and what those who pass an earlier step are worth: that times the
 * chance of each step in between, among those whose fate is known. */
static void put_funnel(ptl_json *j, const ptl_truth *t, int64_t from, int64_t to)
{
    const ptl_truth_pipe p = pipe_of(t, from, to, -1);
    if (!t->kpi->reason_names) return;
    const double won = (double)rounded(p.deal_bookings) / 1e6 / (double)p.deal_won;
    const double deal = won * (double)p.deal_won / (double)(p.deal_won + p.deal_lost);
    const double mql = deal * (double)p.mql_passed / (double)(p.mql_passed + p.mql_lost);
    ptl_json_key(j, "funnel");
    ptl_json_array(j);
    put_step(j, "lead", p.leads, p.lead_passed, p.lead_lost, mql);
    put_step(j, "mql", p.lead_passed, p.mql_passed, p.mql_lost, deal);
    put_step(j, "opportunity", p.opened, p.deal_won, p.deal_lost, won);
    ptl_json_array_end(j);
}

/* --- periods --------------------------------------------------------------------------------- */

static void put_period(ptl_json *j, const ptl_truth *t, int g, int32_t p)
{
    const int64_t from = t->kpi->from[g][p], to = t->kpi->to[g][p];
    ptl_json_object(j);
    ptl_json_put_string(j, "grain", grain_names[g]);
    put_day(j, "from", t, from);
    put_day(j, "to", t, to);
    put_acquired(j, t, from, to);
    ptl_json_put_int(j, "active_customers", t->kpi->active[g][p]);
    put_contracts(j, t, &t->kpi->contracts[g][p], from - 1);
    put_pipe(j, t, from, to, -1);
    put_funnel(j, t, from, to);
    ptl_json_object_end(j);
}

static void put_periods(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "periods");
    ptl_json_array(j);
    for (int g = 0; g < PTL_TRUTH_GRAINS; g++)
        for (int32_t p = 0; p < ptl_truth_periods(t, (ptl_truth_grain)g); p++)
            put_period(j, t, g, p);
    ptl_json_array_end(j);
}

static void put_channel_period(ptl_json *j, const ptl_truth *t, int32_t r, int g, int32_t p)
{
    const int64_t from = t->kpi->from[g][p], to = t->kpi->to[g][p];
    const acquired a = acquired_by(t, from, to, r);
    ptl_json_object(j);
    ptl_json_put_string(j, "channel", t->recorded[r]);
    ptl_json_put_string(j, "grain", grain_names[g]);
    put_day(j, "from", t, from);
    put_day(j, "to", t, to);
    ptl_json_put_int(j, "new_customers", a.won);
    ptl_json_put_micros(j, "revenue_new", a.won_net);
    ptl_json_put_micros(j, "revenue_retention", a.revenue - a.won_net);
    if (ptl_truth_is_paid(t, r)) put_ratio(j, "cac_paid", (double)a.media / 1e6, (double)a.won);
    put_pipe(j, t, from, to, r);
    ptl_json_object_end(j);
}

static void put_channels(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "channels");
    ptl_json_array(j);
    for (int32_t r = 0; r < t->n_recorded; r++)
        for (int g = PTL_TRUTH_QUARTER; g < PTL_TRUTH_GRAINS; g++)
            for (int32_t p = 0; p < ptl_truth_periods(t, (ptl_truth_grain)g); p++)
                put_channel_period(j, t, r, g, p);
    ptl_json_array_end(j);
}

/* --- cohorts --------------------------------------------------------------------------------- */

static void put_series(ptl_json *j, const char *key, const ptl_truth_cohort *c, int32_t n,
                       int64_t (*of)(const ptl_truth_cohort *), bool is_money)
{
    ptl_json_key(j, key);
    ptl_json_array(j);
    for (int32_t age = 0; age < n; age++) {
        if (is_money)
            ptl_json_double(j, (double)of(&c[age]) / 1e6);
        else
            ptl_json_int(j, of(&c[age]));
    }
    ptl_json_array_end(j);
}

static int64_t active_of(const ptl_truth_cohort *c)
{
    return c->active;
}
static int64_t orders_of(const ptl_truth_cohort *c)
{
    return c->orders;
}
static int64_t revenue_of(const ptl_truth_cohort *c)
{
    return rounded(c->revenue);
}
static int64_t cm1_of(const ptl_truth_cohort *c)
{
    return rounded(c->revenue) - rounded(c->variable);
}

/* LTV: CM1 by month of life at 10 % a year; payback: the month in which CM1 of one customer,
 * added up plainly, has come to what one customer cost. */
static void put_worth(ptl_json *j, const ptl_truth *t, int32_t month, const ptl_truth_cohort *c,
                      int32_t n)
{
    const int64_t from = t->kpi->from[PTL_TRUTH_MONTH][month];
    const int64_t to = t->kpi->to[PTL_TRUTH_MONTH][month];
    const double customers = (double)c->customers;
    const double cost = (double)(ptl_truth_sum(t, from, to, -1).media + own_costs(t, from, to));
    double ltv = 0.0;
    int64_t sum = 0, payback = -1;
    for (int32_t age = 0; age < n && age < LTV_MONTHS; age++) {
        sum += cm1_of(&c[age]);
        ltv += (double)cm1_of(&c[age]) / 1e6 * pow(1.1, -(double)age / 12.0);
        if (payback < 0 && (double)sum >= cost) payback = age;
    }
    put_ratio(j, "ltv_observed", ltv, customers);
    put_ratio(j, "ltv_to_cac", ltv, cost / 1e6);
    ptl_json_put_bool(j, "mature", n > LTV_MONTHS);
    if (payback >= 0 && c->customers > 0) ptl_json_put_int(j, "payback_months", payback);
}

static void put_cohorts(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "cohorts");
    ptl_json_array(j);
    for (int32_t m = 0; m < t->n_months; m++) {
        const ptl_truth_cohort *c = &t->kpi->cohorts[(int64_t)m * t->n_months];
        const int32_t n = t->n_months - m;
        ptl_json_object(j);
        put_day(j, "from", t, t->kpi->from[PTL_TRUTH_MONTH][m]);
        ptl_json_put_int(j, "customers", c->customers);
        put_series(j, "active", c, n, active_of, false);
        put_series(j, "orders", c, n, orders_of, false);
        put_series(j, "revenue", c, n, revenue_of, true);
        put_series(j, "cm1", c, n, cm1_of, true);
        put_worth(j, t, m, c, n);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

/* Cohorts of a channel or a product, to the end of the window. */
static void put_split(ptl_json *j, const ptl_truth *t, const char *key,
                      const ptl_truth_cohort *cohorts, int32_t member)
{
    for (int32_t m = 0; m < t->n_months; m++) {
        const ptl_truth_cohort *c = &cohorts[(int64_t)member * t->n_months + m];
        if (c->customers == 0) continue;
        ptl_json_object(j);
        const bool is_channel = cohorts == t->kpi->by_channel;
        ptl_json_put_string(j, key,
                            is_channel ? t->recorded[member] : t->kpi->product_names[member]);
        put_day(j, "from", t, t->kpi->from[PTL_TRUTH_MONTH][m]);
        ptl_json_put_int(j, "customers", c->customers);
        ptl_json_put_int(j, "orders", c->orders);
        ptl_json_put_micros(j, "revenue", rounded(c->revenue));
        ptl_json_put_micros(j, "cm1", cm1_of(c));
        ptl_json_object_end(j);
    }
}

static void put_splits(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "cohorts_by_channel");
    ptl_json_array(j);
    for (int32_t r = 0; r < t->n_recorded; r++) put_split(j, t, "channel", t->kpi->by_channel, r);
    ptl_json_array_end(j);
    ptl_json_key(j, "cohorts_by_product");
    ptl_json_array(j);
    for (int32_t p = 0; p < PTL_TRUTH_PRODUCTS; p++)
        put_split(j, t, "product", t->kpi->by_product, p);
    ptl_json_array_end(j);
}

/* --- together -------------------------------------------------------------------------------- */

/* What is open on the last day, at that day's rates. */
static void put_open(ptl_json *j, const ptl_truth *t)
{
    const ptl_truth_kpi *k = t->kpi;
    const int64_t last = t->climate->n_days - 1;
    const int32_t year = ptl_truth_periods(t, PTL_TRUTH_YEAR) - 1;
    const int64_t so_far = ptl_truth_bookings(t, k->from[PTL_TRUTH_YEAR][year], last, -1);
    const int64_t left = ptl_truth_bookings_target(t) - so_far;
    int64_t open = 0, weighted = 0;
    if (!k->reason_names) return;
    for (int32_t c = 0; c < PTL_SIM_CURRENCIES; c++) {
        const ptl_wide rate = t->climate->rate_e9[c][last + PTL_SIM_BURN_DAYS];
        open += rounded(rate * k->open_cents[c] * 10000);
        weighted += rounded(rate * k->weighted[c] * 100);
    }
    ptl_json_key(j, "pipeline");
    ptl_json_object(j);
    ptl_json_put_int(j, "open_deals", k->open_deals);
    ptl_json_put_micros(j, "open", open);
    ptl_json_put_micros(j, "weighted", weighted);
    ptl_json_put_micros(j, "target_left", left);
    if (left > 0) put_ratio(j, "coverage", (double)weighted, (double)left);
    ptl_json_key(j, "rejected_because");
    ptl_json_object(j);
    for (int i = 0; i < PTL_TRUTH_REASONS; i++)
        ptl_json_put_int(j, k->reason_names[i], k->reasons[i]);
    ptl_json_object_end(j);
    ptl_json_object_end(j);
}

/* The books, month by month, less what the company's own records add up to: nothing, in cents. */
static void put_books(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "books");
    ptl_json_array(j);
    for (int32_t m = 0; m < ptl_truth_periods(t, PTL_TRUTH_MONTH); m++) {
        const int64_t from = t->kpi->from[PTL_TRUTH_MONTH][m], to = t->kpi->to[PTL_TRUTH_MONTH][m];
        const ptl_truth_money sum = ptl_truth_sum(t, from, to, -1);
        ptl_json_object(j);
        put_day(j, "from", t, from);
        put_day(j, "to", t, to);
        ptl_json_put_micros(j, "revenue", sum.revenue);
        ptl_json_put_micros(j, "variable_cost", sum.variable);
        ptl_json_put_micros(j, "media", sum.media);
        ptl_json_put_micros(j, "cost", own_costs(t, from, to));
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

void ptl_truth_kpi_write(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "kpis");
    ptl_json_object(j);
    put_periods(j, t);
    put_channels(j, t);
    put_cohorts(j, t);
    put_splits(j, t);
    put_open(j, t);
    put_books(j, t);
    ptl_truth_cut_write(j, t);
    put_places(j, t);
    ptl_json_object_end(j);
}
