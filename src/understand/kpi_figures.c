/* kpi_figures.c: sums of days become figures: counts, money, and the ratios between them.
 *
 * One table below lists every KPI: from what it is made, of which facts it needs some, and who has
 * one beside the company: channels, and campaigns, places, segments and verticals. The texts that
 * explain them stand in metric.c under the same names.
 */
#include "understand/kpi_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a period of the company, or of one channel, adds up to. */
typedef struct sums {
    int64_t d[PTL_N_DAILY];
    int64_t own[PTL_N_OWN], active;
    int64_t paid_media, paid_customers, paid_revenue; /* of channels that are paid for */
    int64_t influenced;                               /* revenue of marketing's channels */
    const ptl_contracted *contracts;                  /* NULL: none                    */
    bool is_paid;
} sums;

typedef int64_t (*flow_fn)(const sums *s);
typedef struct ratio {
    double above, below;
} ratio;
typedef ratio (*ratio_fn)(const sums *s);

typedef enum needs {
    NEEDS_MONEY,
    NEEDS_CUSTOMERS,
    NEEDS_COSTS,
    NEEDS_CLAIMS,
    NEEDS_REFERRALS,
    NEEDS_LEADS,
    NEEDS_DEALS,
    NEEDS_CONTRACTS,
    N_NEEDS
} needs;

/* Channels, and the members of cuts: campaigns, places, segments, verticals. */
enum { BY_NONE, BY_CHANNEL = 1, BY_CUT = 2, BY_ALL = 3 };

typedef struct definition {
    const char *name, *unit; /* unit NULL: money */
    flow_fn flow;
    ratio_fn of;
    needs family;
    int by;              /* who has one beside the company                     */
    bool is_stock;       /* not a sum over days: no plan by days               */
    bool is_money_stage; /* weeks, all and the primary KPI are written there */
    const char *kind;
} definition;

/* clang-format off */
#define FLOW(fn, expression) static int64_t fn(const sums *s) { return expression; }
#define RATIO(fn, a, b) static ratio fn(const sums *s) { return (ratio){(double)(a), (double)(b)}; }
FLOW(orders, s->d[PTL_DAILY_ORDERS])
FLOW(revenue, s->d[PTL_DAILY_REVENUE])
FLOW(variable, s->d[PTL_DAILY_VARIABLE])
FLOW(cm1, s->d[PTL_DAILY_REVENUE] - s->d[PTL_DAILY_VARIABLE])
FLOW(media, s->d[PTL_DAILY_MEDIA])
FLOW(cm2, s->d[PTL_DAILY_REVENUE] - s->d[PTL_DAILY_VARIABLE] - s->d[PTL_DAILY_MEDIA])
FLOW(new_customers, s->d[PTL_DAILY_NEW_CUSTOMERS])
FLOW(active, s->active)
FLOW(revenue_new, s->d[PTL_DAILY_REVENUE_NEW])
FLOW(revenue_retention, s->d[PTL_DAILY_REVENUE_RETENTION])
FLOW(revenue_nobody, s->d[PTL_DAILY_REVENUE_NOBODY])
FLOW(revenue_expansion, s->d[PTL_DAILY_REVENUE_EXPANSION])
FLOW(influenced, s->influenced)
FLOW(own_costs, s->d[PTL_DAILY_OWN_COSTS])
FLOW(referrals, s->own[PTL_OWN_REFERRALS])
FLOW(leads, s->d[PTL_DAILY_LEADS])
FLOW(mql, s->d[PTL_DAILY_MQL])
FLOW(accepted, s->d[PTL_DAILY_ACCEPTED])
FLOW(sql, s->d[PTL_DAILY_SQL])
FLOW(rejected, s->d[PTL_DAILY_REJECTED])
FLOW(opened, s->d[PTL_DAILY_OPENED])
FLOW(won, s->d[PTL_DAILY_WON])
FLOW(lost, s->d[PTL_DAILY_LOST])
FLOW(bookings, s->d[PTL_DAILY_BOOKINGS])
FLOW(customers_start, s->contracts->customers)
FLOW(customers_kept, s->contracts->kept)
FLOW(mrr_start, s->contracts->sum.start)
FLOW(mrr_end, s->contracts->sum.end)
FLOW(mrr_new, s->contracts->sum.fresh)
FLOW(mrr_expansion, s->contracts->sum.grown)
FLOW(mrr_contraction, s->contracts->sum.shrunk)
FLOW(mrr_churned, s->contracts->sum.lost)
RATIO(cac_blended, (double)s->d[PTL_DAILY_MEDIA] / 1e6, s->d[PTL_DAILY_NEW_CUSTOMERS])
RATIO(cac_paid, (double)s->paid_media / 1e6, s->paid_customers)
RATIO(cac_loaded, (double)(s->d[PTL_DAILY_MEDIA] + s->d[PTL_DAILY_OWN_COSTS]) / 1e6, s->d[PTL_DAILY_NEW_CUSTOMERS])
RATIO(back_attributed, s->paid_revenue, s->paid_media)
RATIO(back_claimed, s->d[PTL_DAILY_CLAIMED], s->d[PTL_DAILY_CLAIMED] ? s->paid_media : 0)
RATIO(per_customer, (double)s->d[PTL_DAILY_REVENUE] / 1e6, s->active)
RATIO(speed, (double)s->d[PTL_DAILY_ANSWER_SECONDS] / 3600.0, s->d[PTL_DAILY_ANSWERED])
RATIO(win_rate, s->d[PTL_DAILY_WON], s->d[PTL_DAILY_WON] + s->d[PTL_DAILY_LOST])
RATIO(cycle, s->d[PTL_DAILY_CYCLE_DAYS], s->d[PTL_DAILY_WON])
RATIO(deal_size, (double)s->d[PTL_DAILY_BOOKINGS] / 1e6, s->d[PTL_DAILY_WON])
RATIO(logo, s->contracts->kept, s->contracts->customers)
RATIO(churn, s->contracts->customers - s->contracts->kept, s->contracts->customers)
RATIO(gross, s->contracts->sum.kept, s->contracts->sum.start)
RATIO(net, s->contracts->sum.end - s->contracts->sum.fresh, s->contracts->sum.start)

static const definition definitions[] = {
    {"orders", "orders", orders, NULL, NEEDS_MONEY, BY_ALL, false, true, NULL},
    {"revenue", NULL, revenue, NULL, NEEDS_MONEY, BY_ALL, false, true, NULL},
    {"variable_cost", NULL, variable, NULL, NEEDS_MONEY, BY_ALL, false, true, NULL},
    {"cm1", NULL, cm1, NULL, NEEDS_MONEY, BY_ALL, false, true, NULL},
    {"media", NULL, media, NULL, NEEDS_MONEY, BY_ALL, false, true, NULL},
    {"cm2", NULL, cm2, NULL, NEEDS_MONEY, BY_ALL, false, true, NULL},
    {"new_customers", "customers", new_customers, NULL, NEEDS_CUSTOMERS, BY_ALL, false, false, NULL},
    {"active_customers", "customers", active, NULL, NEEDS_CUSTOMERS, BY_ALL, true, false, NULL},
    {"revenue.new", NULL, revenue_new, NULL, NEEDS_CUSTOMERS, BY_ALL, false, false, NULL},
    {"revenue.retention", NULL, revenue_retention, NULL, NEEDS_CUSTOMERS, BY_ALL, false, false, NULL},
    {"revenue.unidentified", NULL, revenue_nobody, NULL, NEEDS_CUSTOMERS, BY_ALL, false, false, NULL},
    {"revenue.expansion", NULL, revenue_expansion, NULL, NEEDS_CUSTOMERS, BY_ALL, false, false, NULL},
    {"revenue.influenced", NULL, influenced, NULL, NEEDS_MONEY, BY_ALL, false, false, NULL},
    {"revenue_per_customer", NULL, NULL, per_customer, NEEDS_CUSTOMERS, BY_CUT, false, false, NULL},
    {"own_costs", NULL, own_costs, NULL, NEEDS_COSTS, BY_ALL, false, false, NULL},
    {"cac.blended", NULL, NULL, cac_blended, NEEDS_CUSTOMERS, BY_CUT, false, false, NULL},
    {"cac.paid", NULL, NULL, cac_paid, NEEDS_CUSTOMERS, BY_ALL, false, false, NULL},
    {"cac.fully_loaded", NULL, NULL, cac_loaded, NEEDS_COSTS, BY_CUT, false, false, NULL},
    {"roas_attributed", "times", NULL, back_attributed, NEEDS_MONEY, BY_ALL, false, false, NULL},
    {"roas_platform", "times", NULL, back_claimed, NEEDS_CLAIMS, BY_ALL, false, false, "claimed"},
    {"referrals", "customers", referrals, NULL, NEEDS_REFERRALS, BY_NONE, false, false, NULL},
    {"leads", "leads", leads, NULL, NEEDS_LEADS, BY_ALL, false, false, NULL},
    {"leads.mql", "leads", mql, NULL, NEEDS_LEADS, BY_ALL, false, false, NULL},
    {"leads.accepted", "leads", accepted, NULL, NEEDS_LEADS, BY_ALL, false, false, NULL},
    {"leads.sql", "leads", sql, NULL, NEEDS_LEADS, BY_ALL, false, false, NULL},
    {"leads.rejected", "leads", rejected, NULL, NEEDS_LEADS, BY_ALL, false, false, NULL},
    {"speed_to_lead", "hours", NULL, speed, NEEDS_LEADS, BY_ALL, false, false, NULL},
    {"opportunities", "deals", opened, NULL, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"deals.won", "deals", won, NULL, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"deals.lost", "deals", lost, NULL, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"bookings", NULL, bookings, NULL, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"win_rate", "share", NULL, win_rate, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"cycle_days", "days", NULL, cycle, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"deal_size", NULL, NULL, deal_size, NEEDS_DEALS, BY_ALL, false, false, NULL},
    {"customers.start", "customers", customers_start, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"customers.kept", "customers", customers_kept, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"mrr.start", NULL, mrr_start, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"mrr.end", NULL, mrr_end, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"mrr.new", NULL, mrr_new, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"mrr.expansion", NULL, mrr_expansion, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"mrr.contraction", NULL, mrr_contraction, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"mrr.churned", NULL, mrr_churned, NULL, NEEDS_CONTRACTS, BY_ALL, true, false, NULL},
    {"retention.logo", "share", NULL, logo, NEEDS_CONTRACTS, BY_ALL, false, false, NULL},
    {"churn.logo", "share", NULL, churn, NEEDS_CONTRACTS, BY_ALL, false, false, NULL},
    {"retention.gross", "share", NULL, gross, NEEDS_CONTRACTS, BY_ALL, false, false, NULL},
    {"retention.net", "share", NULL, net, NEEDS_CONTRACTS, BY_ALL, false, false, NULL}};
/* clang-format on */
enum { N_DEFINITIONS = sizeof definitions / sizeof *definitions };

/* --- sums ------------------------------------------------------------------------------------- */

/* Figures along one dimension: channels with the company as member -1, or the members of a cut. */
typedef struct book {
    ptl_kpi *k;
    const ptl_cut *cut;        /* NULL: channels */
    int64_t n;                 /* members */
    sums *of;                  /* period * (n + 1) + member + 1 */
    sums *ago;                 /* the same weekdays a year before */
    ptl_contracted *contracts; /* (year before * periods + period) * n + member */
    bool has[N_NEEDS];
} book;

static sums *sums_at(const book *b, sums *of, int64_t period, int64_t member)
{
    return &of[period * (b->n + 1) + member + 1];
}

static const char *member_of(const book *b, int64_t member)
{
    return b->cut ? b->cut->members[member] : b->k->channels[member].member;
}

static void add_days(const book *b, sums *s, ptl_day from, ptl_day to, int64_t member)
{
    const ptl_kpi *k = b->k;
    if (b->cut && b->cut->cells[member])
        for (ptl_day day = from; day <= to; day++) {
            const int64_t *d = b->cut->cells[member][day - k->span.first].d;
            for (int m = 0; m < PTL_N_DAILY; m++) s->d[m] += d[m];
        }
    for (int m = 0; !b->cut && m < PTL_N_DAILY; m++)
        for (ptl_day day = from; day <= to; day++)
            s->d[m] += *ptl_daily_at(k, (ptl_daily)m, day, member);
}

static void add_paid(const book *b, sums *s, int64_t member)
{
    if (b->cut) {
        s->paid_media = s->d[PTL_DAILY_PAID_MEDIA];
        s->paid_customers = s->d[PTL_DAILY_PAID_CUSTOMERS];
        s->paid_revenue = s->d[PTL_DAILY_PAID_REVENUE];
        s->influenced = s->d[PTL_DAILY_INFLUENCED];
        return;
    }
    if (b->k->channel_marketing[member]) s->influenced = s->d[PTL_DAILY_REVENUE];
    if (b->k->channel_paid[member]) {
        s->paid_media = s->d[PTL_DAILY_MEDIA];
        s->paid_customers = s->d[PTL_DAILY_NEW_CUSTOMERS];
        s->paid_revenue = s->d[PTL_DAILY_REVENUE];
    }
}

static void add_member(sums *company, const sums *channel)
{
    for (int m = 0; m < PTL_N_DAILY; m++) company->d[m] += channel->d[m];
    company->paid_media += channel->paid_media;
    company->paid_customers += channel->paid_customers;
    company->paid_revenue += channel->paid_revenue;
    company->influenced += channel->influenced;
}

/* Days [from, to] of every member, and of the company. */
static void add_members(const book *b, sums *of, int64_t period, ptl_day from, ptl_day to)
{
    for (int64_t c = 0; c < b->n; c++) {
        sums *s = sums_at(b, of, period, c);
        add_days(b, s, from, to, c);
        add_paid(b, s, c);
        add_member(sums_at(b, of, period, -1), s);
    }
    sums *company = sums_at(b, of, period, -1);
    for (int m = 0; m < PTL_N_OWN; m++)
        for (ptl_day day = from; day <= to; day++)
            company->own[m] += b->k->own[m][day - b->k->span.first];
}

static ptl_status contracted_of(ptl_contracted *out, const ptl_contracts_sum *s, ptl_error *err)
{
    const struct {
        int64_t *to;
        ptl_wide from;
    } all[] = {{&out->sum.start, s->start},    {&out->sum.end, s->end},
               {&out->sum.fresh, s->fresh},    {&out->sum.grown, s->grown},
               {&out->sum.shrunk, s->shrunk},  {&out->sum.lost, s->lost},
               {&out->sum.kept, s->kept_money}};
    out->customers = s->customers;
    out->kept = s->kept;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        PTL_TRY(ptl_wide_micros(all[i].to, all[i].from, err));
    return PTL_OK;
}

static const ptl_contracts_sum *contracts_of(const book *b, int64_t member)
{
    return b->cut ? b->cut->contracts[member] : b->k->channel_contracts[member];
}

static int64_t active_of(const book *b, int64_t at, int64_t member)
{
    if (!b->cut) return b->k->channel_active[at * b->n + member];
    return b->cut->active[member] ? b->cut->active[member][at] : 0;
}

/* Customers that bought and contracts of a period, `at` of them or a year before: not sums of
 * days. */
static ptl_status add_stocks(book *b, sums *of, int64_t i, int64_t at, ptl_error *err)
{
    const ptl_kpi *k = b->k;
    const bool is_week = k->periods.items[i].grain == PTL_GRAIN_WEEK;
    sums *company = sums_at(b, of, i, -1);
    company->active = k->active[at];
    if (k->contracts && !is_week) company->contracts = &k->contracts[at].of;
    for (int64_t c = 0; c < b->n; c++) {
        sums *s = sums_at(b, of, i, c);
        s->active = active_of(b, at, c);
        if (!contracts_of(b, c) || is_week) continue;
        ptl_contracted *contracted = &b->contracts[at * b->n + c];
        PTL_TRY(contracted_of(contracted, &contracts_of(b, c)[at], err));
        s->contracts = contracted;
    }
    return PTL_OK;
}

static bool has_year_ago(const ptl_kpi *k, const ptl_period *p)
{
    return p->from - PTL_YEAR_DAYS >= k->span.first;
}

static ptl_status add_period(book *b, int64_t i, ptl_error *err)
{
    const ptl_period *p = &b->k->periods.items[i];
    add_members(b, b->of, i, p->from, p->to);
    PTL_TRY(add_stocks(b, b->of, i, i, err));
    if (!has_year_ago(b->k, p)) return PTL_OK;
    add_members(b, b->ago, i, p->from - PTL_YEAR_DAYS, p->to - PTL_YEAR_DAYS);
    return add_stocks(b, b->ago, i, b->k->periods.n + i, err);
}

static void find_families(book *b)
{
    const sums *all = sums_at(b, b->of, b->k->periods.first[PTL_GRAIN_ALL], -1);
    b->has[NEEDS_MONEY] = b->k->has_money;
    b->has[NEEDS_CUSTOMERS] = b->k->report->n_customers > 0;
    b->has[NEEDS_COSTS] = all->d[PTL_DAILY_OWN_COSTS] != 0;
    b->has[NEEDS_CLAIMS] = all->d[PTL_DAILY_CLAIMED] != 0;
    b->has[NEEDS_REFERRALS] = all->own[PTL_OWN_REFERRALS] != 0;
    b->has[NEEDS_LEADS] = b->k->report->n_leads > 0;
    b->has[NEEDS_DEALS] = b->k->report->n_deals > 0;
    b->has[NEEDS_CONTRACTS] = b->k->contracts != NULL;
}

/* --- one figure ------------------------------------------------------------------------------- */

static double value_of(const definition *d, const sums *s)
{
    if (d->flow) return (double)d->flow(s) / (d->unit ? 1.0 : 1e6);
    const ratio r = d->of(s);
    return r.below != 0.0 ? r.above / r.below : PTL_NAN;
}

/* The figure of the period before, where both are whole. */
static double previous_of(const book *b, const definition *d, int64_t i, int64_t member)
{
    const ptl_periods *p = &b->k->periods;
    const ptl_period *now = &p->items[i];
    if (i == p->first[now->grain] || !now->is_whole || !p->items[i - 1].is_whole) return PTL_NAN;
    const sums *before = sums_at(b, b->of, i - 1, member);
    if (d->family == NEEDS_CONTRACTS && !before->contracts) return PTL_NAN;
    return value_of(d, before);
}

static ptl_target_of target_of(const book *b, const definition *d, const ptl_period *p,
                               int64_t member)
{
    return ptl_kpi_target(b->k, d->name,
                          member < 0 ? NULL
                          : b->cut   ? b->cut->dimension
                                     : "channel",
                          member < 0 ? NULL : member_of(b, member), p, d->flow && !d->is_stock);
}

static ptl_figure_row row_of(const book *b, const definition *d, int64_t i, int64_t member)
{
    const ptl_period *p = &b->k->periods.items[i];
    const sums *s = sums_at(b, b->of, i, member);
    ptl_figure_row row = ptl_figure_row_empty();
    row.name = d->name;
    row.grain = ptl_grain_name(p->grain);
    row.from = p->from;
    row.to = p->to;
    row.dimension = member < 0 ? NULL : b->cut ? b->cut->dimension : "channel";
    row.member = member < 0 ? NULL : member_of(b, member);
    row.unit = d->unit;
    row.has_exact = d->flow != NULL;
    if (d->flow) row.exact = d->flow(s);
    row.value = value_of(d, s);
    row.kind = d->kind;
    /* What a channel is said to have brought is what was recorded: credit, of grade E. A place and
     * a segment are the customer's own. */
    const bool is_credit = member >= 0 && (!b->cut || b->cut == &b->k->cuts[PTL_CUT_CAMPAIGN]);
    row.grade = (is_credit && d->flow != media) || d->kind ? "E" : "";
    row.verdict = isnan(row.value) ? ptl_verdict_text(PTL_NOT_IDENTIFIED)
                  : p->is_whole    ? "counted"
                                   : "partial";
    row.previous = previous_of(b, d, i, member);
    return row;
}

/* A figure beside another: the year before, the plan, or a target where the figure itself is
 * another stage's. */
static ptl_status put_beside(book *b, const definition *d, const ptl_figure_row *now,
                             const char *suffix, double value, int64_t exact, bool has_exact,
                             ptl_error *err)
{
    char name[80];
    ptl_figure_row row = *now;
    (void)snprintf(name, sizeof name, "%s%s", d->name, suffix);
    row.name = name;
    row.has_exact = has_exact;
    row.exact = exact;
    row.value = value;
    row.verdict = now->verdict;
    row.target = row.previous = PTL_NAN;
    return ptl_figure_rows_put(&b->k->rows, &row, err);
}

/* The same weekdays a year before, 364 days earlier, where the facts reach back so far. */
static ptl_status put_year_ago(book *b, const definition *d, const ptl_figure_row *now, int64_t i,
                               int64_t member, ptl_error *err)
{
    if (!has_year_ago(b->k, &b->k->periods.items[i])) return PTL_OK;
    const sums *ago = sums_at(b, b->ago, i, member);
    if (d->family == NEEDS_CONTRACTS && !ago->contracts) return PTL_OK;
    const double value = value_of(d, ago);
    const int64_t exact = d->flow ? d->flow(ago) : 0;
    if (isnan(value) || (member >= 0 && value == 0.0)) return PTL_OK;
    return put_beside(b, d, now, ".year_ago", value, exact, d->flow != NULL, err);
}

/* The primary KPI's own figure, and money by week and in all, are the money stage's. */
static bool is_written(const book *b, const definition *d, const ptl_period *p, int64_t member)
{
    if (!d->is_money_stage || b->cut) return false;
    if (p->grain == PTL_GRAIN_WEEK || p->grain == PTL_GRAIN_ALL) return true;
    return p->grain == PTL_GRAIN_KPI && member < 0 &&
           strcmp(b->k->workspace->kpi.metric, d->name) == 0;
}

/* Cost fully loaded where own costs are recorded for the member, blended where media are. */
static bool can_say(const book *b, const definition *d, int64_t i, int64_t member)
{
    const sums *s = sums_at(b, b->of, i, member);
    const int by = b->cut ? BY_CUT : BY_CHANNEL;
    if (member >= 0 && !(d->by & by)) return false;
    if (d->family == NEEDS_CONTRACTS)
        return s->contracts && (member < 0 || s->contracts->customers || s->contracts->sum.end);
    if (b->cut && d->of == cac_paid) return s->paid_media != 0;
    if (member >= 0 && d->of == cac_loaded) return s->d[PTL_DAILY_OWN_COSTS] != 0;
    if (member >= 0 && d->of == cac_blended) return s->d[PTL_DAILY_MEDIA] != 0;
    return true;
}

static ptl_status put(book *b, const definition *d, int64_t i, int64_t member, ptl_error *err)
{
    const ptl_period *p = &b->k->periods.items[i];
    if (!b->has[d->family] || !can_say(b, d, i, member)) return PTL_OK;
    ptl_figure_row row = row_of(b, d, i, member);
    const ptl_target_of target = target_of(b, d, p, member);
    const bool is_nothing = row.has_exact ? row.exact == 0 : isnan(row.value);
    const bool had_nothing =
        b->cut ? !(row.previous < 0.0 || row.previous > 0.0) : !(row.previous != 0.0);
    const bool says_nothing = member >= 0 && is_nothing && had_nothing;
    const bool written = is_written(b, d, p, member);
    row.target = target.target;
    if (!written && !(says_nothing && isnan(target.target) && isnan(target.plan)))
        PTL_TRY(ptl_figure_rows_put(&b->k->rows, &row, err));
    if (written && !isnan(target.target) && p->grain != PTL_GRAIN_KPI)
        PTL_TRY(put_beside(b, d, &row, ".target", target.target, 0, false, err));
    if (!isnan(target.plan)) PTL_TRY(put_beside(b, d, &row, ".plan", target.plan, 0, false, err));
    return put_year_ago(b, d, &row, i, member, err);
}

/* Weeks of cuts are given for the newest half-year. */
static bool is_given(const book *b, int64_t i)
{
    const ptl_periods *p = &b->k->periods;
    if (!b->cut || p->items[i].grain != PTL_GRAIN_WEEK) return true;
    const int64_t end = p->first[PTL_GRAIN_WEEK] + p->count[PTL_GRAIN_WEEK];
    return i >= end - PTL_KPI_CUT_WEEKS;
}

static ptl_status write_book(ptl_kpi *k, const ptl_cut *cut, ptl_error *err)
{
    book b = {.k = k, .cut = cut, .n = cut ? cut->n : k->n_channels};
    const ptl_arena_mark mark = ptl_arena_save(k->arena);
    const int64_t n = k->periods.n * (b.n + 1);
    b.of = ptl_arena_array(k->arena, n, sizeof *b.of, err);
    b.ago = ptl_arena_array(k->arena, n, sizeof *b.ago, err);
    b.contracts = ptl_arena_array(k->arena, 2 * n, sizeof *b.contracts, err);
    if (!b.of || !b.ago || !b.contracts) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < k->periods.n; i++)
        if (is_given(&b, i) || is_given(&b, i + 1)) PTL_TRY(add_period(&b, i, err));
    find_families(&b);
    for (int d = 0; d < N_DEFINITIONS; d++)
        for (int64_t i = 0; i < k->periods.n; i++)
            for (int64_t c = cut ? 0 : -1; is_given(&b, i) && c < b.n; c++)
                PTL_TRY(put(&b, &definitions[d], i, c, err));
    ptl_arena_rewind(k->arena, mark);
    return PTL_OK;
}

/* --- figures of splits, and of the pipeline that is open ---------------------------------------
 */

static ptl_status put_split(ptl_kpi *k, const ptl_split *split, const ptl_period *p, ptl_error *err)
{
    ptl_figure_row row = ptl_figure_row_empty();
    if (p->grain == PTL_GRAIN_WEEK) return PTL_OK;
    for (ptl_day day = p->from; day <= p->to; day++)
        row.exact += split->by_day[day - k->span.first];
    if (row.exact == 0) return PTL_OK;
    row.name = split->name;
    row.grain = ptl_grain_name(p->grain);
    row.from = p->from;
    row.to = p->to;
    row.dimension = split->dimension;
    row.member = split->member;
    row.unit = split->unit;
    row.has_exact = true;
    row.verdict = p->is_whole ? "counted" : "partial";
    return ptl_figure_rows_put(&k->rows, &row, err);
}

static ptl_status put_now(ptl_kpi *k, const char *name, const char *unit, bool has_exact,
                          int64_t exact, double value, ptl_error *err)
{
    ptl_figure_row row = ptl_figure_row_empty();
    row.name = name;
    row.grain = "day";
    row.from = row.to = k->span.last;
    row.unit = unit;
    row.has_exact = has_exact;
    row.exact = exact;
    row.value = value;
    row.verdict = has_exact || isfinite(value) ? "counted" : ptl_verdict_text(PTL_NOT_IDENTIFIED);
    return ptl_figure_rows_put(&k->rows, &row, err);
}

static int64_t sum_since(const ptl_kpi *k, ptl_daily measure, ptl_day from)
{
    int64_t sum = 0;
    for (ptl_day day = from > k->span.first ? from : k->span.first; day <= k->span.last; day++)
        for (int64_t c = 0; c < k->n_channels; c++) sum += *ptl_daily_at(k, measure, day, c);
    return sum;
}

/* Coverage is against what is left of the target for bookings or, without one, for revenue. */
static ptl_status put_coverage(ptl_kpi *k, ptl_error *err)
{
    double target;
    ptl_day from;
    const bool is_bookings = ptl_kpi_target_now(&target, &from, k, "bookings");
    if (!is_bookings && !ptl_kpi_target_now(&target, &from, k, "revenue")) return PTL_OK;
    const ptl_daily measure = is_bookings ? PTL_DAILY_BOOKINGS : PTL_DAILY_REVENUE;
    const int64_t left = llround(target * 1e6) - sum_since(k, measure, from);
    const double coverage = left > 0 ? (double)k->pipeline.weighted_micros / (double)left : PTL_NAN;
    PTL_TRY(put_now(k, "pipeline.target_left", NULL, true, left, PTL_NAN, err));
    return put_now(k, "pipeline.coverage", "times", false, 0, coverage, err);
}

static ptl_status put_pipeline(ptl_kpi *k, ptl_error *err)
{
    const ptl_open_pipeline *p = &k->pipeline;
    if (k->report->n_deals == 0) return PTL_OK;
    PTL_TRY(put_now(k, "pipeline.deals", "deals", true, p->n, PTL_NAN, err));
    PTL_TRY(put_now(k, "pipeline.open", NULL, true, p->open_micros, PTL_NAN, err));
    PTL_TRY(put_now(k, "pipeline.weighted", NULL, true, p->weighted_micros, PTL_NAN, err));
    return put_coverage(k, err);
}

ptl_status ptl_kpi_write_figures(ptl_kpi *k, ptl_error *err)
{
    ptl_cuts_close(k);
    PTL_TRY(write_book(k, NULL, err));
    for (int i = 0; i < PTL_N_CUTS; i++) PTL_TRY(write_book(k, &k->cuts[i], err));
    for (int64_t s = 0; s < k->n_splits; s++)
        for (int64_t i = 0; i < k->periods.n; i++)
            PTL_TRY(put_split(k, &k->splits[s], &k->periods.items[i], err));
    return put_pipeline(k, err);
}
