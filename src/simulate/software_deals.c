/* software_deals.c: the pipeline as two tools keep it: people and their stages in one, deals and
 * their history in the other. The tools do not share a key: e-mail and company name join them. */
#include "simulate/software.h"

#include <stdio.h>
#include <string.h>

typedef struct deal_files {
    ptl_soft *soft;
    ptl_export *contacts, *deals, *history;
} deal_files;

static int by_time(const void *a, const void *b)
{
    const ptl_soft_deal *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->lead_id < y->lead_id ? -1 : x->lead_id > y->lead_id;
}

/* A day after the lead, "" where the window ended before. */
static void put_day_after(const deal_files *f, ptl_export *x, const ptl_soft_deal *d, int64_t days,
                          bool happened)
{
    const int64_t day = d->at / 86400 + days;
    if (happened && day < f->soft->climate.n_days)
        ptl_export_day(x, f->soft->climate.first + (ptl_day)day);
    else
        ptl_export_text(x, "");
}

static int64_t person_of(const ptl_soft_deal *d)
{
    return d->company * PTL_SOFT_PEOPLE + d->contact;
}

/* --- people ---------------------------------------------------------------------------------- */

typedef struct source_names {
    const char *original, *drill_down;
} source_names;

static const source_names sources[PTL_SOFT_RECORDED] = {{"PAID_SOCIAL", "LinkedIn"},
                                                        {"PAID_SEARCH", "EU | Search | Generic"},
                                                        {"PAID_SEARCH", "EU | Search | Brand"},
                                                        {"OFFLINE", "Event"},
                                                        {"REFERRALS", "g2.example"},
                                                        {"EMAIL_MARKETING", "nurture"},
                                                        {"ORGANIC_SEARCH", "Google"},
                                                        {"DIRECT_TRAFFIC", ""},
                                                        {"OFFLINE", "Sales"},
                                                        {"", ""}};

const char *const ptl_soft_reasons[PTL_TRUTH_REASONS] = {"no budget", "student", "competitor",
                                                         "wrong region"};

int32_t ptl_soft_reason(const ptl_soft_deal *deal)
{
    return (int32_t)(ptl_scramble((uint64_t)deal->lead_id) % PTL_TRUTH_REASONS);
}

static const char *campaign_of(const deal_files *f, const ptl_soft_deal *d)
{
    return d->campaign < 0 ? "" : f->soft->climate.campaigns[d->campaign].name;
}

static const char *stage_of(const deal_files *f, const ptl_soft_deal *d)
{
    const int64_t age = f->soft->climate.n_days - d->at / 86400;
    if (d->reached >= 2 && age > d->days_mql + d->days_sql) return "opportunity";
    if (d->reached >= 1 && age > d->days_mql) return "marketingqualifiedlead";
    return "lead";
}

static void put_contact(const deal_files *f, const ptl_soft_deal *d)
{
    char text[80], when[40];
    ptl_export *x = f->contacts;
    const uint64_t luck = ptl_scramble((uint64_t)d->lead_id);
    ptl_export_int(x, ptl_person_customer(person_of(d), false));
    ptl_person_email(text, person_of(d), false);
    ptl_export_text(x, text);
    ptl_company_name(text, d->company);
    ptl_export_text(x, text);
    ptl_climate_time(when, &f->soft->climate, d->at);
    ptl_export_text(x, when);
    ptl_export_text(x, stage_of(f, d));
    put_day_after(f, x, d, d->days_mql, d->reached >= 1);
    put_day_after(f, x, d, d->days_mql + d->days_sql, d->reached >= 2);
    ptl_export_text(x, d->reached == 0   ? "UNQUALIFIED"
                       : d->reached == 1 ? "REJECTED"
                                         : "CONNECTED");
    ptl_export_text(x, d->reached < 2 ? ptl_soft_reasons[ptl_soft_reason(d)] : "");
    ptl_export_int(x, 10 + 18 * d->reached + (int64_t)(luck / 4 % 17));
    ptl_export_text(x, sources[d->recorded].original);
    ptl_export_text(x, sources[d->recorded].drill_down);
    ptl_export_text(x, campaign_of(f, d));
    ptl_export_text(x, luck / 77 % 2 ? "Ana Silva" : "Tom Berger");
    ptl_export_end(x);
}

/* --- deals ----------------------------------------------------------------------------------- */

static const char *const stages[PTL_SOFT_STAGES] = {"Discovery", "Demo", "Proposal", "Negotiation"};
const int64_t ptl_soft_chances[PTL_SOFT_STAGES] = {10, 30, 55, 80};

int32_t ptl_soft_stages(const ptl_soft_deal *deal)
{
    return deal->reached == 4 ? PTL_SOFT_STAGES : 1 + (int32_t)(deal->lead_id % 4);
}

int64_t ptl_soft_days_open(const ptl_soft_deal *deal)
{
    int64_t days = 0;
    for (int32_t i = 0; i < ptl_soft_stages(deal); i++) days += deal->days_stage[i];
    return days;
}

static void put_stage(const deal_files *f, const ptl_soft_deal *d, const char *id, int64_t day,
                      const char *stage, const char *before, int64_t chance)
{
    ptl_export *x = f->history;
    char when[40];
    if (day >= f->soft->climate.n_days) return;
    ptl_climate_time(when, &f->soft->climate, day * 86400 + 36000 + d->lead_id % 20000);
    ptl_export_text(x, id);
    ptl_export_text(x, stage);
    ptl_export_text(x, before);
    ptl_export_cents(x, d->mrr_cents * 12);
    ptl_export_text(x, ptl_sim_currency[d->currency]);
    ptl_export_int(x, chance);
    ptl_export_text(x, when);
    ptl_export_end(x);
}

/* The stages a deal has passed by the end; returns the one it stands in. */
static const char *put_history(const deal_files *f, const ptl_soft_deal *d, const char *id,
                               int64_t opened, int64_t *closed)
{
    const int32_t last = ptl_soft_stages(d);
    const char *now = stages[0], *before = "";
    int64_t day = opened;
    for (int32_t i = 0; i < last; i++) {
        put_stage(f, d, id, day, stages[i], before, ptl_soft_chances[i]);
        if (day < f->soft->climate.n_days) now = stages[i];
        before = stages[i];
        day += d->days_stage[i];
    }
    const char *end = d->reached == 4 ? "Closed Won" : "Closed Lost";
    put_stage(f, d, id, day, end, before, d->reached == 4 ? 100 : 0);
    *closed = day < f->soft->climate.n_days ? day : -1;
    return *closed >= 0 ? end : now;
}

static void put_deal(const deal_files *f, const ptl_soft_deal *d)
{
    static const char *const losses[] = {"price", "no decision", "competitor", "missing feature"};
    const ptl_climate *c = &f->soft->climate;
    char id[40], text[80];
    int64_t closed;
    ptl_export *x = f->deals;
    const int64_t opened = d->at / 86400 + d->days_mql + d->days_sql;
    if (d->reached < 2 || opened >= c->n_days) return;
    snprintf(id, sizeof id, "006%012llx",
             (unsigned long long)ptl_scramble((uint64_t)d->lead_id) >> 16);
    const char *stage = put_history(f, d, id, opened, &closed);
    int64_t expected = opened;
    for (int i = 0; i < PTL_SOFT_STAGES; i++) expected += d->days_stage[i];
    ptl_export_text(x, id);
    snprintf(text, sizeof text, "001%012lld", (long long)d->company);
    ptl_export_text(x, text);
    ptl_company_name(text, d->company);
    ptl_export_text(x, text);
    ptl_person_email(text, person_of(d), false);
    ptl_export_text(x, text);
    ptl_export_text(x, stage);
    ptl_export_cents(x, d->mrr_cents * 12);
    ptl_export_text(x, ptl_sim_currency[d->currency]);
    ptl_export_day(x, c->first + (ptl_day)opened);
    ptl_export_day(x, c->first + (ptl_day)(closed >= 0 ? closed : expected));
    ptl_export_text(x, closed >= 0 ? "true" : "false");
    ptl_export_text(x, closed >= 0 && d->reached == 4 ? "true" : "false");
    ptl_export_text(x, "New Business");
    ptl_export_text(x, ptl_soft_recorded_names[d->recorded]);
    ptl_export_text(x, campaign_of(f, d));
    ptl_export_text(x, closed >= 0 && d->reached == 3 ? losses[d->lead_id % 4] : "");
    ptl_export_end(x);
}

static ptl_status put_weeks(deal_files *f, ptl_progress *progress, ptl_error *err)
{
    const int64_t n_weeks = f->soft->climate.options.n_weeks;
    for (int64_t week = 0; week <= n_weeks; week++) {
        void *records;
        int64_t n;
        PTL_TRY(ptl_progress_check(progress, err));
        ptl_progress_step(progress, "writing the pipeline", week, n_weeks + 1);
        PTL_TRY(ptl_spill_sorted(&records, &n, f->soft->deals, week, by_time, err));
        const ptl_soft_deal *deals = records;
        for (int64_t i = 0; i < n; i++) {
            put_contact(f, &deals[i]);
            put_deal(f, &deals[i]);
        }
    }
    return PTL_OK;
}

ptl_status ptl_soft_write_deals(ptl_soft *soft, ptl_progress *progress, ptl_error *err)
{
    static const char *const names[] = {"data/hubspot/contacts.csv",
                                        "data/salesforce/opportunities.csv",
                                        "data/salesforce/opportunity_history.csv"};
    static const char contacts[] =
        "Record ID,Email,Company name,Create Date,Lifecycle Stage,Became a Marketing Qualified "
        "Lead "
        "Date,Became an Opportunity Date,Lead Status,Unqualified reason,HubSpot Score,Original "
        "Traffic Source,Original Traffic Source Drill-Down 1,Original Traffic Source Drill-Down 2,"
        "Contact owner";
    static const char deals[] =
        "Opportunity ID,Account ID,Account Name,Contact Email,Stage,Amount,Currency,Created Date,"
        "Close Date,Closed,Won,Type,Lead Source,Primary Campaign Source,Loss Reason";
    static const char history[] =
        "Opportunity ID,To Stage,From Stage,Amount,Currency,Probability (%),Last Modified";
    static const char *const heads[] = {contacts, deals, history};
    deal_files f = {.soft = soft};
    ptl_export **const files[] = {&f.contacts, &f.deals, &f.history};
    ptl_status st = PTL_OK;
    for (int i = 0; i < 3 && st == PTL_OK; i++) {
        st = ptl_export_open(files[i], soft->folder, names[i], true, err);
        if (st == PTL_OK) ptl_export_line(*files[i], heads[i]);
    }
    if (st == PTL_OK) st = put_weeks(&f, progress, err);
    for (int i = 0; i < 3; i++) {
        if (st == PTL_OK)
            st = ptl_export_close(*files[i], err);
        else
            ptl_export_drop(*files[i]);
    }
    return st;
}
