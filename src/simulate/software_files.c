/* software_files.c: invoices with what they cost, support cases and survey answers of those who
 * pay, and what media cost. */
#include "simulate/google.h"
#include "simulate/software.h"

#include <stdio.h>
#include <string.h>

typedef struct invoice_files {
    ptl_soft *soft;
    ptl_export *lines, *tickets, *answers;
} invoice_files;

static int by_time(const void *a, const void *b)
{
    const ptl_soft_invoice *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return (int)x->is_credit - (int)y->is_credit;
}

static void put_line(const invoice_files *f, const ptl_soft_invoice *v)
{
    static const char *const kinds[] = {"new", "renewal", "expansion"};
    const ptl_faults *faults = &f->soft->faults;
    const int64_t day = v->at / 86400, sign = v->is_credit ? -1 : 1;
    const bool slow = ptl_faults_hit(faults, PTL_FAULT_ZONE, day) && v->at >= 32400;
    const bool wrong =
        v->currency == PTL_SIM_CHF && ptl_faults_hit(faults, PTL_FAULT_CURRENCY, day);
    char id[40], when[40];
    ptl_export *x = f->lines;
    snprintf(id, sizeof id, "%s-%lld", v->is_credit ? "CN" : "IN", (long long)v->number);
    ptl_export_text(x, id);
    snprintf(id, sizeof id, "IN-%lld", (long long)v->number);
    ptl_export_text(x, id);
    ptl_climate_time(when, &f->soft->climate, slow ? v->at - 32400 : v->at);
    ptl_export_text(x, when);
    snprintf(id, sizeof id, "001%012lld", (long long)v->company);
    ptl_export_text(x, id);
    ptl_export_text(x, v->is_credit ? "credit note" : "invoice");
    ptl_export_text(x, kinds[v->kind]);
    ptl_export_cents(x, sign * (v->net + v->tax));
    ptl_export_cents(x, sign * v->tax);
    ptl_export_cents(x, v->is_credit ? 0 : v->cost);
    ptl_export_cents(x, v->is_credit ? 0 : v->fee);
    ptl_export_text(x, ptl_sim_currency[wrong ? PTL_SIM_EUR : v->currency]);
    ptl_export_text(x, ptl_soft_recorded_names[v->recorded]);
    ptl_export_text(x, ptl_soft_plans[v->plan]);
    ptl_export_text(x, v->campaign < 0 ? "" : f->soft->climate.campaigns[v->campaign].name);
    ptl_export_text(x, ptl_sim_places[v->currency]);
    ptl_export_end(x);
}

static void count_faults(ptl_soft *soft, const ptl_soft_invoice *v)
{
    static const ptl_fault kinds[] = {PTL_FAULT_TWICE, PTL_FAULT_ZONE, PTL_FAULT_CURRENCY};
    for (int i = 0; i < 3; i++) {
        const bool touched = kinds[i] != PTL_FAULT_CURRENCY || v->currency == PTL_SIM_CHF;
        if (!touched || !ptl_faults_hit(&soft->faults, kinds[i], v->at / 86400)) continue;
        soft->faults.rows[kinds[i]]++;
        soft->faults.cents[kinds[i]] += v->is_credit ? -v->net : v->net;
    }
}

static void put_ticket(const invoice_files *f, const ptl_soft_invoice *v, uint64_t luck)
{
    static const char *const topics[] = {"how to", "bug", "billing", "integration"};
    const ptl_climate *c = &f->soft->climate;
    const int64_t at = v->at + (int64_t)(luck % 2000000),
                  done = at + 3600 + (int64_t)(luck / 7 % 300000);
    char when[40], text[80];
    ptl_export *x = f->tickets;
    if (done >= c->n_days * 86400) return;
    ptl_export_int(x, 200000 + (int64_t)(luck >> 26));
    ptl_climate_time(when, c, at);
    ptl_export_text(x, when);
    ptl_climate_time(when, c, done);
    ptl_export_text(x, when);
    ptl_export_text(x, "Solved");
    ptl_export_text(x, luck / 11 % 6 == 0 ? "High" : "Normal");
    ptl_person_email(text, v->company * PTL_SOFT_PEOPLE + (int64_t)(luck / 13 % 10), false);
    ptl_export_text(x, text);
    ptl_export_text(x, topics[luck / 17 % 4]);
    ptl_export_text(x, luck / 19 % 3 ? "" : luck / 23 % 5 ? "good" : "bad");
    ptl_export_end(x);
}

static void put_answer(const invoice_files *f, const ptl_soft_invoice *v, uint64_t luck)
{
    static const char *const themes[] = {"usability", "price", "support", "reports", "speed"};
    char when[40], text[80];
    ptl_export *x = f->answers;
    snprintf(text, sizeof text, "r%015llx", (unsigned long long)(luck >> 4));
    ptl_export_text(x, text);
    ptl_climate_time(when, &f->soft->climate, v->at);
    ptl_export_text(x, when);
    ptl_person_email(text, v->company * PTL_SOFT_PEOPLE + (int64_t)(luck / 13 % 10), false);
    ptl_export_text(x, text);
    ptl_export_text(x, "How likely are you to recommend us?");
    ptl_export_int(x, 4 + (int64_t)(luck % 7));
    ptl_export_text(x, themes[luck / 19 % 5]);
    ptl_export_end(x);
}

static void put_invoice(const invoice_files *f, const ptl_soft_invoice *v)
{
    const uint64_t luck = ptl_scramble((uint64_t)v->number ^ f->soft->climate.options.seed << 1);
    put_line(f, v);
    if (ptl_faults_hit(&f->soft->faults, PTL_FAULT_TWICE, v->at / 86400)) put_line(f, v);
    count_faults(f->soft, v);
    if (v->is_credit) return;
    if (luck % 100 < 30) put_ticket(f, v, ptl_scramble(luck));
    if (luck / 100 % 100 < 7) put_answer(f, v, ptl_scramble(luck + 1));
}

static ptl_status put_weeks(invoice_files *f, ptl_error *err)
{
    for (int64_t week = 0; week <= f->soft->climate.options.n_weeks; week++) {
        void *records;
        int64_t n;
        PTL_TRY(ptl_spill_sorted(&records, &n, f->soft->invoices, week, by_time, err));
        const ptl_soft_invoice *invoices = records;
        for (int64_t i = 0; i < n; i++) put_invoice(f, &invoices[i]);
    }
    return PTL_OK;
}

ptl_status ptl_soft_write_invoices(ptl_soft *soft, ptl_error *err)
{
    static const char *const names[] = {"data/billing/invoice_lines.csv",
                                        "data/zendesk/tickets.csv", "data/survey/nps.csv"};
    static const char lines[] =
        "line_id,invoice_number,issued_at,account_id,document,kind,total,tax,cost_to_serve,"
        "payment_fee,currency,lead_source,plan,lead_campaign,billing_country";
    static const char tickets[] =
        "Id,Created at,Solved at,Status,Priority,Requester email,Tags,Satisfaction";
    static const char answers[] = "Response ID,Submitted at,Email,Question,Score,Theme";
    static const char *const heads[] = {lines, tickets, answers};
    invoice_files f = {.soft = soft};
    ptl_export **const files[] = {&f.lines, &f.tickets, &f.answers};
    ptl_status st = PTL_OK;
    for (int i = 0; i < 3 && st == PTL_OK; i++) {
        st = ptl_export_open(files[i], soft->folder, names[i], true, err);
        if (st == PTL_OK) ptl_export_line(*files[i], heads[i]);
    }
    if (st == PTL_OK) st = put_weeks(&f, err);
    for (int i = 0; i < 3; i++) {
        if (st == PTL_OK)
            st = ptl_export_close(*files[i], err);
        else
            ptl_export_drop(*files[i]);
    }
    return st;
}

/* --- media ----------------------------------------------------------------------------------- */

typedef void (*put_row_fn)(ptl_soft *soft, ptl_export *x, int32_t campaign, int64_t day,
                           int64_t cents);

/* One row a campaign and day of the channels in [from, to]. */
static ptl_status write_media(ptl_soft *soft, const char *name, const char *head, int32_t from,
                              int32_t to, put_row_fn put_row, ptl_error *err)
{
    ptl_export *x = NULL;
    const ptl_climate *c = &soft->climate;
    PTL_TRY(ptl_export_open(&x, soft->folder, name, false, err));
    ptl_export_line(x, head);
    for (int64_t day = 0; day < c->n_days; day++)
        for (int32_t i = 0; i < c->n_campaigns; i++) {
            const int32_t channel = c->campaigns[i].channel;
            const int64_t cents = ptl_climate_campaign_cents(c, i, day);
            if (channel >= from && channel <= to && cents > 0) put_row(soft, x, i, day, cents);
        }
    return ptl_export_close(x, err);
}

static int64_t claimed(const ptl_soft *soft, int32_t campaign, int64_t day)
{
    const ptl_campaign *p = &soft->climate.campaigns[campaign];
    const int64_t whole = soft->truth.claims[p->channel * soft->climate.n_days + day].conversions;
    const bool is_first = campaign == 0 || p[-1].channel != p->channel;
    const int64_t rest = (int64_t)((is_first ? 1.0 - p->share : p->share) * (double)whole);
    return is_first ? whole - rest : rest;
}

static void put_linkedin(ptl_soft *soft, ptl_export *x, int32_t campaign, int64_t day,
                         int64_t cents)
{
    ptl_faults *f = &soft->faults;
    const bool missing = ptl_faults_hit(f, PTL_FAULT_GAP, day);
    const bool doubles = ptl_faults_hit(f, PTL_FAULT_DOUBLE, day);
    const int64_t leads = claimed(soft, campaign, day), seen = cents * 1000 / 3900;
    f->rows[PTL_FAULT_GAP] += missing;
    f->cents[PTL_FAULT_GAP] += missing ? cents : 0;
    f->rows[PTL_FAULT_DOUBLE] += doubles;
    if (missing) return;
    const ptl_date d = ptl_date_of(soft->climate.first + (ptl_day)day);
    char date[16];
    snprintf(date, sizeof date, "%d/%d/%d", (int)d.month, (int)d.day, (int)d.year);
    ptl_export_text(x, date);
    ptl_export_text(x, soft->climate.campaigns[campaign].name);
    ptl_export_text(x, "EUR");
    ptl_export_grouped(x, cents);
    ptl_export_int(x, seen);
    ptl_export_int(x, seen * 6 / 1000);
    ptl_export_int(x, doubles ? 2 * leads : leads);
    ptl_export_end(x);
}

static void put_google(ptl_soft *soft, ptl_google *g, int32_t campaign, int64_t day, int64_t cents)
{
    ptl_faults *f = &soft->faults;
    const bool wrong = ptl_faults_hit(f, PTL_FAULT_UNIT, day);
    const int64_t clicks = 1 + cents / 420;
    const ptl_google_row row = {.cents = wrong ? 100 * cents : cents,
                                .seen = clicks * 17,
                                .clicks = clicks,
                                .conversions = claimed(soft, campaign, day)};
    ptl_google_put(g, soft->climate.first + (ptl_day)day, soft->climate.campaigns[campaign].name,
                   "EUR", &row);
    f->rows[PTL_FAULT_UNIT] += wrong;
    f->cents[PTL_FAULT_UNIT] += wrong ? 99 * cents : 0;
}

static ptl_status write_google(ptl_soft *soft, ptl_error *err)
{
    const ptl_climate *c = &soft->climate;
    ptl_google g = {0};
    PTL_TRY(ptl_export_open(&g.x, soft->folder, "data/google_ads/campaigns.csv", false, err));
    ptl_google_head(&g, c->first, c->first + (ptl_day)c->n_days - 1);
    for (int64_t day = 0; day < c->n_days; day++)
        for (int32_t i = 0; i < c->n_campaigns; i++) {
            const int32_t channel = c->campaigns[i].channel;
            const int64_t cents = ptl_climate_campaign_cents(c, i, day);
            if (channel >= PTL_SOFT_GENERIC && channel <= PTL_SOFT_BRAND && cents > 0)
                put_google(soft, &g, i, day, cents);
        }
    ptl_google_totals(&g);
    return ptl_export_close(g.x, err);
}

static void put_plain(ptl_soft *soft, ptl_export *x, int32_t campaign, int64_t day, int64_t cents)
{
    const ptl_campaign *p = &soft->climate.campaigns[campaign];
    const bool late =
        p->channel == PTL_SOFT_REVIEWS && ptl_faults_hit(&soft->faults, PTL_FAULT_LATE, day);
    soft->faults.rows[PTL_FAULT_LATE] += late;
    soft->faults.cents[PTL_FAULT_LATE] += late ? cents : 0;
    if (late) return;
    ptl_export_day(x, soft->climate.first + (ptl_day)day);
    ptl_export_text(x, p->name);
    ptl_export_cents(x, cents);
    ptl_export_text(x, ptl_sim_currency[p->currency]);
    ptl_export_end(x);
}

ptl_status ptl_soft_write_media(ptl_soft *soft, ptl_error *err)
{
    static const char plain[] = "day,item,cost,currency";
    PTL_TRY(write_media(soft, "data/linkedin_ads/campaigns.csv",
                        "Start Date (in UTC),Campaign Name,Currency,Total Spent,Impressions,Clicks,"
                        "Leads",
                        PTL_SOFT_LINKEDIN, PTL_SOFT_LINKEDIN, put_linkedin, err));
    PTL_TRY(write_google(soft, err));
    PTL_TRY(write_media(soft, "data/events/costs.csv", plain, PTL_SOFT_EVENTS, PTL_SOFT_EVENTS,
                        put_plain, err));
    return write_media(soft, "data/review_sites/spend.csv", plain, PTL_SOFT_REVIEWS,
                       PTL_SOFT_REVIEWS, put_plain, err);
}
