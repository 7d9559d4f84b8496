/* office.c: what people keep by hand: the books by month, marketing's own costs, exchange
 * rates, targets, what the market was seen to do. */
#include "simulate/office.h"

#include "simulate/truth_kpi.h"

#include <stdio.h>

static int64_t to_cents(int64_t micros)
{
    return (micros + (micros < 0 ? -5000 : 5000)) / 10000;
}

static void put_book(ptl_export *x, const char *month, const char *account, const char *line,
                     int64_t micros)
{
    ptl_export_text(x, month);
    ptl_export_text(x, account);
    ptl_export_text(x, line);
    ptl_export_cents(x, to_cents(micros));
    ptl_export_text(x, "EUR");
    ptl_export_text(x, "yes");
    ptl_export_end(x);
}

/* --- marketing's own costs ------------------------------------------------------------------- */

typedef struct own_cost {
    const char *kind, *payee;
    int32_t currency;
    double weekly_cents; /* a person of the market and week: it grows with the company */
} own_cost;

static const own_cost own_costs[PTL_TRUTH_OWN_COSTS] = {{"salaries", "", PTL_SIM_EUR, 0.9},
                                                        {"agency", "Northlight", PTL_SIM_GBP, 0.3},
                                                        {"tool", "Several", PTL_SIM_EUR, 0.15}};

/* Cents that fall to the days [from, to] of one month. */
static int64_t own_cost_cents(const ptl_truth *truth, int i, int64_t from, int64_t to)
{
    const double people = (double)truth->climate->options.n_persons;
    return llround(own_costs[i].weekly_cents * people * (double)(to - from + 1) / 7.0);
}

int64_t ptl_office_own_cost(const ptl_truth *truth, int i, int64_t from, int64_t to)
{
    return ptl_climate_convert(truth->climate, own_cost_cents(truth, i, from, to),
                               own_costs[i].currency, to);
}

static void put_own_costs(const ptl_truth *truth, ptl_export *x, int64_t from, int64_t to)
{
    const ptl_day first = truth->climate->first;
    for (int i = 0; i < PTL_TRUTH_OWN_COSTS; i++) {
        ptl_export_day(x, first + (ptl_day)from);
        ptl_export_day(x, first + (ptl_day)to);
        ptl_export_text(x, own_costs[i].kind);
        ptl_export_text(x, own_costs[i].payee);
        ptl_export_cents(x, own_cost_cents(truth, i, from, to));
        ptl_export_text(x, ptl_sim_currency[own_costs[i].currency]);
        ptl_export_end(x);
    }
}

/* The last day of the month of `day`, or of the window. */
static int64_t month_end(const ptl_climate *c, int64_t day)
{
    const ptl_day next = ptl_month_add(ptl_month_start(c->first + (ptl_day)day), 1);
    const int64_t end = next - 1 - c->first;
    return end < c->n_days ? end : c->n_days - 1;
}

static ptl_status write_own_costs(const ptl_truth *truth, ptl_export_folder *folder, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, folder, "data/finance/marketing_costs.csv", false, err));
    ptl_export_line(x, "From,To,Kind,Payee,Amount,Currency");
    for (int64_t day = 0, end; day < truth->climate->n_days; day = end + 1) {
        end = month_end(truth->climate, day);
        put_own_costs(truth, x, day, end);
    }
    return ptl_export_close(x, err);
}

/* --- the books ------------------------------------------------------------------------------- */

static void put_month(const ptl_truth *truth, ptl_export *x, int64_t from, int64_t to)
{
    char month[16];
    int64_t own = 0;
    const ptl_truth_money m = ptl_truth_sum(truth, from, to, -1);
    for (int i = 0; i < PTL_TRUTH_OWN_COSTS; i++) own += ptl_office_own_cost(truth, i, from, to);
    ptl_day_format(month, ptl_month_start(truth->climate->first + (ptl_day)from));
    month[7] = 0;
    put_book(x, month, "8400", "Revenue, net of returns and tax", m.revenue);
    put_book(x, month, "3400", "Cost of goods", m.cogs);
    put_book(x, month, "4730", "Outbound shipping", m.shipping);
    put_book(x, month, "4970", "Payment fees", m.fees);
    put_book(x, month, "4610", "Advertising", m.media);
    put_book(x, month, "4110", "Marketing's salaries, agencies, tools", own);
}

static ptl_status write_books(const ptl_truth *truth, ptl_export_folder *folder, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, folder, "data/finance/books.csv", false, err));
    ptl_export_line(x, "Month,Account,Line,Amount,Currency,Audited");
    for (int64_t day = 0, end; day < truth->climate->n_days; day = end + 1) {
        end = month_end(truth->climate, day);
        put_month(truth, x, day, end);
    }
    return ptl_export_close(x, err);
}

/* Working days only, from a week before the first order: a weekend takes Friday's rate. */
static ptl_status write_rates(const ptl_truth *truth, ptl_export_folder *folder, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, folder, "data/finance/fx_rates.csv", false, err));
    ptl_export_line(x, "date,currency,eur_per_unit");
    const ptl_climate *c = truth->climate;
    for (int64_t day = -7; day <= c->n_days; day++) {
        const ptl_day date = c->first + (ptl_day)day;
        if (ptl_weekday(date) > 5) continue;
        for (int32_t k = 1; k < PTL_SIM_CURRENCIES; k++) {
            ptl_export_day(x, date);
            ptl_export_text(x, ptl_sim_currency[k]);
            ptl_export_e5(x, c->rate_e9[k][day + PTL_SIM_BURN_DAYS] / 10000);
            ptl_export_end(x);
        }
    }
    return ptl_export_close(x, err);
}

/* Targets are set before the year: a tenth above the year that ends here, in whole hundreds. */
static int64_t target_micros(const ptl_truth *truth)
{
    const ptl_truth_money m = ptl_truth_sum(truth, 0, truth->climate->n_days - 1, -1);
    const int64_t year = (m.revenue - m.variable - m.media) * 365 / truth->climate->n_days;
    return year * 11 / 10 / 100000000 * 100000000;
}

static void put_target(ptl_export *x, int32_t year, const char *scope, const char *kpi,
                       const char *kind, int64_t micros)
{
    ptl_export_text(x, scope);
    ptl_export_text(x, kpi);
    ptl_export_day(x, ptl_day_of((ptl_date){year, 1, 1}));
    ptl_export_day(x, ptl_day_of((ptl_date){year, 12, 31}));
    ptl_export_cents(x, to_cents(micros));
    ptl_export_text(x, "EUR");
    ptl_export_text(x, "Ines Albrecht");
    ptl_export_text(x, kind);
    ptl_export_end(x);
}

/* Every vertical has its own tenth more, and what the year was planned to bring stands beside. */
static void put_parts(const ptl_truth *truth, ptl_export *x, int32_t year)
{
    const ptl_truth_cut *c = &truth->kpi->cuts[PTL_TRUTH_VERTICAL];
    const int64_t days = truth->climate->n_days;
    char scope[80];
    for (int32_t i = 0; i + 1 < c->n; i++) {
        const int64_t a_year = ptl_truth_cut_cm2(truth, PTL_TRUTH_VERTICAL, i) / days * 365;
        snprintf(scope, sizeof scope, "vertical/%s", c->members[i]);
        put_target(x, year, scope, "cm2", "target", a_year * 11 / 10 / 100000000 * 100000000);
    }
    const ptl_truth_money m = ptl_truth_sum(truth, 0, days - 1, -1);
    put_target(x, year, "company", "revenue", "plan",
               m.revenue / days * 365 / 100000000 * 100000000);
}

static ptl_status write_targets(const ptl_truth *truth, ptl_export_folder *folder, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, folder, "data/finance/targets.csv", false, err));
    ptl_export_line(x, "scope,kpi,from,to,value,currency,set by,kind");
    const ptl_date last = ptl_date_of(truth->climate->options.ends);
    put_target(x, last.year, "company", "cm2", "target", target_micros(truth));
    if (truth->kpi->reason_names)
        put_target(x, last.year, "company", "bookings", "target", ptl_truth_bookings_target(truth));
    put_parts(truth, x, last.year);
    return ptl_export_close(x, err);
}

static ptl_status write_market(const ptl_truth *truth, ptl_export_folder *folder, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, folder, "data/market/competitor_index.csv", false, err));
    ptl_export_line(x, "week,competitor price index");
    const ptl_climate *c = truth->climate;
    for (int64_t day = 0; day < c->n_days; day += 7) {
        double sum = 0.0;
        for (int64_t i = day; i < day + 7; i++) sum += c->competitor[i + PTL_SIM_BURN_DAYS];
        ptl_export_day(x, c->first + (ptl_day)day);
        ptl_export_cents(x, (int64_t)llround(sum / 7.0 * 100.0));
        ptl_export_end(x);
    }
    return ptl_export_close(x, err);
}

ptl_status ptl_office_write(const ptl_truth *truth, ptl_export_folder *folder, ptl_error *err)
{
    PTL_TRY(write_books(truth, folder, err));
    PTL_TRY(write_own_costs(truth, folder, err));
    PTL_TRY(write_rates(truth, folder, err));
    PTL_TRY(write_targets(truth, folder, err));
    return write_market(truth, folder, err);
}

/* The one number: contribution of the calendar year, from the year before to a tenth more. */
ptl_status ptl_office_write_portolan(const ptl_truth *truth, ptl_export_folder *folder,
                                     const char *company, const char *what, ptl_error *err)
{
    const ptl_truth_money m = ptl_truth_sum(truth, 0, truth->climate->n_days - 1, -1);
    const int64_t year =
        (m.revenue - m.variable - m.media) / 1000000 * 365 / truth->climate->n_days / 100 * 100;
    const int32_t of = ptl_date_of(truth->climate->options.ends).year;
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 16, NULL);
    ptl_buffer_printf(&text,
                      "# %s, %s whose truth is known: see truth.json.\n"
                      "company: %s\n"
                      "currency: EUR\n"
                      "zone: Europe/Berlin\n"
                      "locale: en-GB\n"
                      "week_start: monday\n"
                      "\n"
                      "kpi:\n"
                      "  metric: cm2\n"
                      "  label: Contribution after marketing\n"
                      "  owner: Ines Albrecht\n"
                      "  from: %lld\n"
                      "  to: %lld\n"
                      "  starts: %d-01-01\n"
                      "  by: %d-12-31\n",
                      company, what, company, (long long)year, (long long)(year * 11 / 10), (int)of,
                      (int)of);
    ptl_status st = ptl_buffer_check(&text, "portolan.yaml", err);
    if (st == PTL_OK) st = ptl_export_write(folder, "portolan.yaml", ptl_buffer_borrow(&text), err);
    ptl_buffer_dispose(&text);
    return st;
}
