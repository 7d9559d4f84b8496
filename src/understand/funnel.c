/* funnel.c: leads and deals, each read once: counted by the day of each step, and followed by the
 * day on which the lead came or the deal was opened.
 *
 * A lead has passed to MQL where it ever had that status, and from there to sales where it was
 * accepted or became an SQL. It is lost where it was turned away and did not pass. A deal is passed
 * where it was won, lost where it was lost by the last day. Everything else waits. */
#include "understand/kpi_internal.h"

#include "portolan/sum.h"

#include <math.h>

/* --- leads ------------------------------------------------------------------------------------ */

typedef struct lead {
    ptl_instant created_at;
    ptl_day created, mql, accepted, sql, rejected; /* INT32_MAX: not by the last day */
    ptl_instant answered_at;                       /* by sales; PTL_INSTANT_EVER: not */
    int64_t channel;
    ptl_cut_place place;
} lead;

static ptl_day day_or_never(const ptl_kpi *k, const ptl_column *column, int64_t i)
{
    if (!ptl_column_present(column, i)) return INT32_MAX;
    const ptl_day day = ptl_zone_day(k->workspace->zone, ptl_column_int(column, i));
    return day <= k->span.last ? day : INT32_MAX;
}

static void add_at(ptl_kpi *k, ptl_daily measure, ptl_day day, int64_t channel,
                   const ptl_cut_place *place, int64_t n)
{
    if (!ptl_kpi_holds(k, day)) return;
    *ptl_daily_at(k, measure, day, channel) += n;
    ptl_cut_count(k, place, day, measure, n);
}

static void count_at(ptl_kpi *k, ptl_daily measure, ptl_day day, int64_t channel,
                     const ptl_cut_place *place)
{
    add_at(k, measure, day, channel, place, 1);
}

/* Accepted is who was accepted or went straight to a deal. */
static ptl_day taken_on(const lead *l)
{
    return l->accepted < l->sql ? l->accepted : l->sql;
}

static ptl_status follow(ptl_kpi *k, int step, ptl_day day, int64_t channel,
                         const ptl_cut_place *place, const ptl_step *what, ptl_error *err)
{
    ptl_step *at = &k->steps[step][(int64_t)(day - k->span.first) * k->n_channels + channel];
    at->entered += what->entered;
    at->passed += what->passed;
    at->lost += what->lost;
    at->worth += what->worth;
    return ptl_cut_step(k, place, day, step, what, err);
}

static ptl_status follow_lead(ptl_kpi *k, const lead *l, ptl_error *err)
{
    const bool is_lost = l->rejected != INT32_MAX, is_taken = taken_on(l) != INT32_MAX;
    const bool is_mql = l->mql != INT32_MAX || is_taken;
    const ptl_step first = {1, is_mql, !is_mql && is_lost, 0};
    const ptl_step next = {1, is_taken, !is_taken && is_lost, 0};
    PTL_TRY(follow(k, PTL_STEP_LEAD, l->created, l->channel, &l->place, &first, err));
    if (!is_mql) return PTL_OK;
    return follow(k, PTL_STEP_MQL, l->created, l->channel, &l->place, &next, err);
}

static ptl_status count_lead(ptl_kpi *k, const lead *l, ptl_error *err)
{
    count_at(k, PTL_DAILY_LEADS, l->created, l->channel, &l->place);
    count_at(k, PTL_DAILY_MQL, l->mql, l->channel, &l->place);
    count_at(k, PTL_DAILY_ACCEPTED, taken_on(l), l->channel, &l->place);
    count_at(k, PTL_DAILY_SQL, l->sql, l->channel, &l->place);
    count_at(k, PTL_DAILY_REJECTED, l->rejected, l->channel, &l->place);
    if (!ptl_kpi_holds(k, l->created)) return PTL_OK;
    PTL_TRY(follow_lead(k, l, err));
    if (l->answered_at == PTL_INSTANT_EVER || l->answered_at <= l->created_at) return PTL_OK;
    count_at(k, PTL_DAILY_ANSWERED, l->created, l->channel, &l->place);
    add_at(k, PTL_DAILY_ANSWER_SECONDS, l->created, l->channel, &l->place,
           (l->answered_at - l->created_at) / PTL_MICROS_PER_SECOND);
    return PTL_OK;
}

static ptl_status count_split(ptl_kpi *k, const char *name, const char *dimension, ptl_text member,
                              ptl_day day, const char *unit, int64_t value, ptl_error *err)
{
    ptl_split *split;
    if (member.len == 0 || !ptl_kpi_holds(k, day)) return PTL_OK;
    PTL_TRY(ptl_kpi_split(&split, k, name, unit, dimension, member, err));
    if (split) split->by_day[day - k->span.first] += value;
    return PTL_OK;
}

typedef struct lead_columns {
    const ptl_column *created, *channel, *campaign, *mql, *accepted, *sql, *rejected, *reason;
} lead_columns;

static ptl_status bind_leads(lead_columns *c, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->created, rows, "created_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->channel, rows, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->campaign, rows, "campaign", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->mql, rows, "mql_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->accepted, rows, "accepted_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->sql, rows, "sql_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->rejected, rows, "rejected_at", PTL_TYPE_INSTANT, err));
    return ptl_table_column(&c->reason, rows, "reason", PTL_TYPE_TEXT, err);
}

/* The first of sales' steps that is there by the last day. */
static ptl_instant answered_at(const lead_columns *c, const lead *l, int64_t i)
{
    const ptl_column *const steps[] = {c->accepted, c->sql, c->rejected};
    const ptl_day days[] = {l->accepted, l->sql, l->rejected};
    ptl_instant first = PTL_INSTANT_EVER;
    for (int s = 0; s < 3; s++) {
        const ptl_instant at = ptl_column_int(steps[s], i);
        if (days[s] != INT32_MAX && at < first) first = at;
    }
    return first;
}

static ptl_status take_leads(void *ctx, const ptl_table *rows, ptl_error *err)
{
    ptl_kpi *k = ctx;
    lead_columns c;
    const uint64_t no_product = ptl_cut_product(k, PTL_TEXT(""));
    PTL_TRY(bind_leads(&c, rows, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        lead l = {.created_at = ptl_column_int(c.created, i),
                  .created = day_or_never(k, c.created, i),
                  .mql = day_or_never(k, c.mql, i),
                  .accepted = day_or_never(k, c.accepted, i),
                  .sql = day_or_never(k, c.sql, i),
                  .rejected = day_or_never(k, c.rejected, i),
                  .channel = ptl_kpi_channel(k, ptl_column_text(c.channel, i))};
        l.answered_at = answered_at(&c, &l, i);
        if (l.created == INT32_MAX) continue;
        PTL_TRY(ptl_cut_member(&l.place.member[PTL_CUT_CAMPAIGN], k, PTL_CUT_CAMPAIGN,
                               ptl_column_text(c.campaign, i), err));
        ptl_cut_settle(k, &l.place, l.channel, no_product, false);
        PTL_TRY(count_lead(k, &l, err));
        PTL_TRY(count_split(k, "leads.rejected", "reason", ptl_column_text(c.reason, i), l.rejected,
                            "leads", 1, err));
        k->report->n_leads++;
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_leads(ptl_kpi *k, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(k->span.known_by);
    return ptl_warehouse_stream(k->store->warehouse, "kpi/leads", &known, 1, take_leads, k,
                                k->progress, err);
}

/* --- deals ------------------------------------------------------------------------------------ */

typedef struct deal_columns {
    const ptl_column *opened, *closed, *won, *channel, *geo, *loss, *currency, *amount, *chance,
        *campaign, *product;
} deal_columns;

typedef struct deal {
    ptl_day opened, closed;
    bool is_won;
    int64_t channel, amount_micros, rate_e9;
    ptl_text currency, loss;
    ptl_cut_place place;
} deal;

typedef struct deal_reader {
    ptl_kpi *k;
    int64_t *bookings[PTL_KPI_CURRENCIES_MAX]; /* day * n_channels + channel, in the currency */
} deal_reader;

static ptl_status bind_deals(deal_columns *c, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->opened, rows, "opened_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->closed, rows, "closed_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->won, rows, "won", PTL_TYPE_BOOL, err));
    PTL_TRY(ptl_table_column(&c->channel, rows, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->geo, rows, "geo", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->campaign, rows, "campaign", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->product, rows, "product", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->loss, rows, "loss_reason", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->currency, rows, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->amount, rows, "amount_micros", PTL_TYPE_INT, err));
    return ptl_table_column(&c->chance, rows, "win_probability", PTL_TYPE_DOUBLE, err);
}

/* Value of what is open, and weighted by the chance its stage is given; without one it weighs
 * nothing. */
static ptl_status add_open(ptl_kpi *k, const deal *d, double chance, ptl_error *err)
{
    int64_t currency;
    PTL_TRY(ptl_kpi_currency(&currency, k, d->currency, err));
    k->pipeline.n++;
    k->pipeline.open[currency] += d->amount_micros;
    if (chance > 0.0 && chance <= 1.0)
        k->pipeline.weighted[currency] += (ptl_wide)d->amount_micros * llround(chance * 1e6);
    return PTL_OK;
}

static ptl_status add_won(deal_reader *r, const deal *d, ptl_wide *worth, ptl_error *err)
{
    ptl_kpi *k = r->k;
    int64_t currency, rate;
    const int64_t at = (int64_t)(d->closed - k->span.first) * k->n_channels + d->channel;
    PTL_TRY(ptl_kpi_currency(&currency, k, d->currency, err));
    PTL_TRY(ptl_kpi_rate(&rate, k, d->currency, d->closed, k->span.first, err));
    *worth = (ptl_wide)d->amount_micros * rate;
    if (!ptl_kpi_holds(k, d->closed)) return PTL_OK;
    int64_t **sums = &r->bookings[currency];
    if (!*sums && !(*sums = ptl_arena_array(k->arena, k->n_days * k->n_channels, 8, err)))
        return PTL_E_NO_MEMORY;
    (*sums)[at] += d->amount_micros;
    ptl_cut_add(k, &d->place, d->closed, PTL_DAILY_BOOKINGS,
                ptl_cut_money_of(d->amount_micros, rate));
    add_at(k, PTL_DAILY_CYCLE_DAYS, d->closed, d->channel, &d->place, d->closed - d->opened);
    return PTL_OK;
}

static ptl_status close_deal(deal_reader *r, const deal *d, ptl_wide *worth, ptl_error *err)
{
    ptl_kpi *k = r->k;
    count_at(k, d->is_won ? PTL_DAILY_WON : PTL_DAILY_LOST, d->closed, d->channel, &d->place);
    if (d->is_won) return add_won(r, d, worth, err);
    return count_split(k, "deals.lost", "reason", d->loss, d->closed, "deals", 1, err);
}

static ptl_status take_deal(deal_reader *r, const deal *d, double chance, ptl_error *err)
{
    ptl_kpi *k = r->k;
    const bool is_closed = d->closed != INT32_MAX;
    ptl_step what = {1, is_closed && d->is_won, is_closed && !d->is_won, 0};
    count_at(k, PTL_DAILY_OPENED, d->opened, d->channel, &d->place);
    k->report->n_deals++;
    if (is_closed)
        PTL_TRY(close_deal(r, d, &what.worth, err));
    else
        PTL_TRY(add_open(k, d, chance, err));
    if (!ptl_kpi_holds(k, d->opened)) return PTL_OK;
    return follow(k, PTL_STEP_DEAL, d->opened, d->channel, &d->place, &what, err);
}

static ptl_status take_deals(void *ctx, const ptl_table *rows, ptl_error *err)
{
    deal_reader *r = ctx;
    deal_columns c;
    PTL_TRY(bind_deals(&c, rows, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        deal d = {.opened = day_or_never(r->k, c.opened, i),
                  .closed = day_or_never(r->k, c.closed, i),
                  .is_won = ptl_column_int(c.won, i) == 1,
                  .channel = ptl_kpi_channel(r->k, ptl_column_text(c.channel, i)),
                  .amount_micros = ptl_column_int(c.amount, i),
                  .currency = ptl_column_text(c.currency, i),
                  .loss = ptl_column_text(c.loss, i)};
        if (d.opened == INT32_MAX) continue;
        int32_t *member = d.place.member;
        PTL_TRY(ptl_cut_member(&member[PTL_CUT_CAMPAIGN], r->k, PTL_CUT_CAMPAIGN,
                               ptl_column_text(c.campaign, i), err));
        PTL_TRY(ptl_cut_member(&member[PTL_CUT_GEO], r->k, PTL_CUT_GEO, ptl_column_text(c.geo, i),
                               err));
        ptl_cut_settle(r->k, &d.place, d.channel,
                       ptl_cut_product(r->k, ptl_column_text(c.product, i)), false);
        PTL_TRY(take_deal(r, &d, ptl_column_double(c.chance, i), err));
    }
    return PTL_OK;
}

static ptl_status convert_bookings(deal_reader *r, ptl_error *err)
{
    ptl_kpi *k = r->k;
    for (int64_t c = 0; c < k->n_currencies; c++)
        for (int64_t at = 0; r->bookings[c] && at < k->n_days * k->n_channels; at++) {
            int64_t rate, micros;
            if (r->bookings[c][at] == 0) continue;
            PTL_TRY(ptl_rates_at(&rate, &k->rates, ptl_text_of(k->currencies[c]),
                                 k->span.first + (ptl_day)(at / k->n_channels), err));
            PTL_TRY(ptl_muldiv(&micros, r->bookings[c][at], rate, INT64_C(1000000000), err));
            k->daily[PTL_DAILY_BOOKINGS][at] += micros;
        }
    return PTL_OK;
}

static ptl_status convert_pipeline(ptl_kpi *k, ptl_error *err)
{
    ptl_open_pipeline *p = &k->pipeline;
    for (int64_t c = 0; c < k->n_currencies; c++) {
        int64_t rate, open, weighted;
        if (p->open[c] == 0) continue;
        PTL_TRY(ptl_rates_at(&rate, &k->rates, ptl_text_of(k->currencies[c]), k->span.last, err));
        PTL_TRY(ptl_wide_micros(&open, p->open[c] * rate, err));
        PTL_TRY(ptl_wide_micros(&weighted, p->weighted[c] / 1000000 * rate, err));
        p->open_micros += open;
        p->weighted_micros += weighted;
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_deals(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {
        ptl_value_instant(k->span.known_by),
        ptl_value_instant(ptl_zone_day_start(k->workspace->zone, k->span.last + 1))};
    deal_reader r = {.k = k};
    PTL_TRY(ptl_warehouse_stream(k->store->warehouse, "kpi/deals", params, 2, take_deals, &r,
                                 k->progress, err));
    PTL_TRY(convert_bookings(&r, err));
    return convert_pipeline(k, err);
}
