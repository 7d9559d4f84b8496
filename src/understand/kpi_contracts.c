/* kpi_contracts.c: recurring revenue and who stayed, between the eve and the last day of a period,
 * and between those of the same weekdays a year before.
 *
 * A state of a contract holds from its first local day to the day before its last instant's. All
 * states of a customer count together, so that a change of contract is no loss. Money of both ends
 * is converted at the eve's rate: a currency that moved is neither growth nor loss.
 *
 * By channel and in the cuts a customer stands where its first order stood, or the deal that won
 * its account; its plan is its product. */
#include "understand/kpi_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct state {
    ptl_day from, to; /* [from, to) */
    int64_t currency, mrr_micros;
} state;

enum { STATES_MAX = 4096, CUSTOMER_BYTES_MAX = 512 };

typedef struct reader {
    ptl_kpi *k;
    state states[STATES_MAX]; /* of the customer that is being read */
    int64_t n;
    char customer[CUSTOMER_BYTES_MAX];
    size_t customer_len;
    int64_t before[PTL_KPI_CURRENCIES_MAX], after[PTL_KPI_CURRENCIES_MAX];
    ptl_cut_place place; /* of that customer */
    int64_t channel;     /* that won it      */
    ptl_error *err;
    ptl_status status; /* of the customer that ended last */
} reader;

static void count_currency(ptl_mrr *m, int64_t before, int64_t after)
{
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

/* Sums of the customer's member of a dimension; of its channel where that is PTL_N_CUTS. */
static ptl_contracts_sum *sum_at(reader *r, int dimension, int64_t period)
{
    ptl_kpi *k = r->k;
    ptl_contracts_sum **sums = dimension == PTL_N_CUTS
                                   ? &k->channel_contracts[r->channel]
                                   : &k->cuts[dimension].contracts[r->place.member[dimension]];
    if (!*sums) *sums = ptl_arena_array(k->arena, 2 * k->periods.n, sizeof **sums, r->err);
    return *sums ? &(*sums)[period] : NULL;
}

static void add_wide(ptl_contracts_sum *s, int64_t before, int64_t after, int64_t rate)
{
    const ptl_wide was = (ptl_wide)before * rate, is = (ptl_wide)after * rate;
    s->start += was;
    s->end += is;
    s->kept_money += before < after ? was : is;
    if (before == 0)
        s->fresh += is;
    else if (after == 0)
        s->lost += was;
    else if (after > before)
        s->grown += is - was;
    else
        s->shrunk += was - is;
}

/* The days between which a period's contracts are compared: its eve and its last. */
typedef struct span_of {
    int64_t at; /* of the sums: periods, then the same a year before */
    ptl_day eve, last;
} span_of;

static ptl_status cut_span(reader *r, const span_of *p, bool was, bool is)
{
    ptl_kpi *k = r->k;
    for (int d = 0; d <= PTL_N_CUTS; d++) {
        ptl_contracts_sum *s = sum_at(r, d, p->at);
        if (!s) return PTL_E_NO_MEMORY;
        s->customers += was;
        s->kept += was && is;
        for (int64_t i = 0; i < k->n_currencies; i++) {
            int64_t rate;
            if (!r->before[i] && !r->after[i]) continue;
            PTL_TRY(
                ptl_kpi_rate(&rate, k, ptl_text_of(k->currencies[i]), p->eve, p->eve + 1, r->err));
            add_wide(s, r->before[i], r->after[i], rate);
        }
    }
    return PTL_OK;
}

static ptl_status count_span(reader *r, const span_of *p)
{
    ptl_contracts *c = &r->k->contracts[p->at];
    int64_t before = 0, after = 0;
    for (int64_t i = 0; i < r->k->n_currencies; i++) r->before[i] = r->after[i] = 0;
    for (int64_t i = 0; i < r->n; i++) {
        const state *s = &r->states[i];
        if (s->from <= p->eve && p->eve < s->to) r->before[s->currency] += s->mrr_micros;
        if (s->from <= p->last && p->last < s->to) r->after[s->currency] += s->mrr_micros;
    }
    for (int64_t i = 0; i < r->k->n_currencies; i++) {
        before += r->before[i];
        after += r->after[i];
        if (r->before[i] || r->after[i]) count_currency(&c->in[i], r->before[i], r->after[i]);
    }
    c->of.customers += before > 0;
    c->of.kept += before > 0 && after > 0;
    if (before == 0 && after == 0) return PTL_OK;
    return cut_span(r, p, before > 0, after > 0);
}

static ptl_status count_period(reader *r, int64_t period)
{
    const ptl_period *p = &r->k->periods.items[period];
    const ptl_day shift = PTL_YEAR_DAYS;
    const span_of now = {period, p->from - 1, p->to},
                  ago = {r->k->periods.n + period, p->from - 1 - shift, p->to - shift};
    PTL_TRY(count_span(r, &now));
    return p->from - shift >= r->k->span.first ? count_span(r, &ago) : PTL_OK;
}

static void end_customer(reader *r)
{
    const ptl_periods *periods = &r->k->periods;
    if (r->n == 0) return;
    for (int64_t p = 0; p < periods->n && r->status == PTL_OK; p++)
        if (periods->items[p].grain != PTL_GRAIN_WEEK) r->status = count_period(r, p);
    r->k->report->n_contracts++;
    r->n = 0;
}

static ptl_status start_customer(reader *r, ptl_text customer, ptl_error *err)
{
    if (customer.len > CUSTOMER_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "an account's number is longer than %d bytes",
                        CUSTOMER_BYTES_MAX);
    memcpy(r->customer, customer.ptr, customer.len);
    r->customer_len = customer.len;
    return PTL_OK;
}

typedef struct place_columns {
    const ptl_column *channel, *campaign, *geo, *plan, *segment;
} place_columns;

static ptl_status bind_place(place_columns *c, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->channel, rows, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->campaign, rows, "campaign", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->geo, rows, "geo", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->segment, rows, "segment", PTL_TYPE_TEXT, err));
    return ptl_table_column(&c->plan, rows, "plan", PTL_TYPE_TEXT, err);
}

static ptl_status take_place(reader *r, const place_columns *c, int64_t i, ptl_error *err)
{
    ptl_kpi *k = r->k;
    int32_t *member = r->place.member;
    const int64_t recorded = ptl_kpi_channel(k, ptl_column_text(c->channel, i));
    r->place = (ptl_cut_place){0};
    PTL_TRY(ptl_cut_member(&member[PTL_CUT_CAMPAIGN], k, PTL_CUT_CAMPAIGN,
                           ptl_column_text(c->campaign, i), err));
    PTL_TRY(ptl_cut_member(&member[PTL_CUT_GEO], k, PTL_CUT_GEO, ptl_column_text(c->geo, i), err));
    PTL_TRY(ptl_cut_member(&member[PTL_CUT_SEGMENT], k, PTL_CUT_SEGMENT,
                           ptl_column_text(c->segment, i), err));
    r->channel = recorded >= 0 ? recorded : ptl_kpi_channel(k, PTL_TEXT(""));
    ptl_cut_settle(k, &r->place, r->channel, ptl_cut_product(k, ptl_column_text(c->plan, i)),
                   false);
    return PTL_OK;
}

static ptl_status take_contracts(void *ctx, const ptl_table *rows, ptl_error *err)
{
    reader *r = ctx;
    ptl_kpi *k = r->k;
    const ptl_column *customer, *from, *to, *mrr, *currency;
    PTL_TRY(ptl_table_column(&customer, rows, "customer", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&from, rows, "valid_from", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&to, rows, "valid_to", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&mrr, rows, "mrr_micros", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&currency, rows, "currency", PTL_TYPE_TEXT, err));
    place_columns places;
    PTL_TRY(bind_place(&places, rows, err));
    r->err = err;
    if (!k->contracts)
        k->contracts = ptl_arena_array(k->arena, 2 * k->periods.n, sizeof *k->contracts, err);
    if (!k->contracts) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const ptl_text who = ptl_column_text(customer, i);
        if (!ptl_text_equal(who, (ptl_text){r->customer, r->customer_len})) {
            end_customer(r);
            PTL_TRY(r->status);
            PTL_TRY(start_customer(r, who, err));
            PTL_TRY(take_place(r, &places, i, err));
        }
        if (r->n == STATES_MAX)
            return ptl_fail(err, PTL_E_LIMIT,
                            "customer \"%.*s\" has more than %d states of a "
                            "contract",
                            (int)(who.len < 80 ? who.len : 80), who.ptr, STATES_MAX);
        state *s = &r->states[r->n++];
        s->from = ptl_zone_day(k->workspace->zone, ptl_column_int(from, i));
        s->to = ptl_column_present(to, i) ? ptl_zone_day(k->workspace->zone, ptl_column_int(to, i))
                                          : INT32_MAX;
        s->mrr_micros = ptl_column_int(mrr, i);
        PTL_TRY(ptl_kpi_currency(&s->currency, k, ptl_column_text(currency, i), err));
    }
    return PTL_OK;
}

static ptl_status add_converted(int64_t *into, int64_t micros, int64_t rate_e9, ptl_error *err)
{
    int64_t converted;
    PTL_TRY(ptl_wide_micros(&converted, (ptl_wide)micros * rate_e9, err));
    *into += converted;
    return PTL_OK;
}

/* At the rates of the eve. */
static ptl_status convert_period(ptl_kpi *k, ptl_day eve, ptl_contracts *c, ptl_error *err)
{
    for (int64_t i = 0; i < k->n_currencies; i++) {
        const ptl_mrr *m = &c->in[i];
        int64_t rate;
        if (m->start == 0 && m->end == 0) continue;
        PTL_TRY(ptl_kpi_rate(&rate, k, ptl_text_of(k->currencies[i]), eve, eve + 1, err));
        PTL_TRY(add_converted(&c->of.sum.start, m->start, rate, err));
        PTL_TRY(add_converted(&c->of.sum.end, m->end, rate, err));
        PTL_TRY(add_converted(&c->of.sum.fresh, m->fresh, rate, err));
        PTL_TRY(add_converted(&c->of.sum.grown, m->grown, rate, err));
        PTL_TRY(add_converted(&c->of.sum.shrunk, m->shrunk, rate, err));
        PTL_TRY(add_converted(&c->of.sum.lost, m->lost, rate, err));
        PTL_TRY(add_converted(&c->of.sum.kept, m->kept, rate, err));
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_contracts(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.last)};
    reader *r = ptl_arena_array(k->arena, 1, sizeof *r, err);
    if (!r) return PTL_E_NO_MEMORY;
    r->k = k;
    PTL_TRY(ptl_warehouse_stream(k->store->warehouse, "kpi/contracts", params, 2, take_contracts, r,
                                 k->progress, err));
    r->err = err;
    end_customer(r);
    PTL_TRY(r->status);
    for (int64_t p = 0; k->contracts && p < k->periods.n; p++) {
        const ptl_day eve = k->periods.items[p].from - 1;
        PTL_TRY(convert_period(k, eve, &k->contracts[p], err));
        PTL_TRY(convert_period(k, eve - PTL_YEAR_DAYS, &k->contracts[k->periods.n + p], err));
    }
    return PTL_OK;
}
