/* software_live.c: companies live (software.h). For company i on day d in scenario s:
 *
 *     a lead        0.0016 · fit_i · demand(d) · (1 + hears_i · rise_s(d)), while they are no
 * customer and nobody talks to them already qualified     0.42 · (1 + [reads] rise_nurture_s(d));
 * accepted by sales 0.55; won 0.2 + 0.12 fit_i renewed       after twelve months, unless 0.17 · (1
 * + 0.35 (m − 2)+) says no, m being the letters of the week to those who read them; grows by a
 * quarter with 0.3 · (1 + rise_repeat)
 *
 * Lead, qualification, deal and contract take weeks to months, so money follows media late. */
#include "simulate/software.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_LEAD 0.0016
enum { STREAM_MOMENTS = 1, STREAM_USE = 2, TERM_MONTHS = 12, LEADS_MAX = 1024, TERMS_MAX = 4096 };

typedef struct moment {
    double day, mark;
} moment;

typedef struct ptl_soft_life {
    ptl_company company;
    moment moments[PTL_SIM_CANDIDATES_MAX];
    int64_t n_moments;
    ptl_soft_lead leads[LEADS_MAX];
    int64_t n_leads;
    ptl_truth_number number; /* of the world as it was, like the states of its contracts */
    ptl_truth_state states[PTL_TRUTH_STATES_MAX];
    int32_t n_states;
} ptl_soft_life;

typedef struct walk { /* one company in one scenario */
    int32_t scenario, recorded, campaign, seats;
    double busy_until;    /* a lead is being worked, or they are a customer          */
    int64_t start, terms; /* of the contract: first day (may lie before 0), renewals */
    int64_t key;          /* of the lead that became the contract                    */
    int64_t n_invoices, worth_micros, signed_day;
    int32_t cohort;
    bool is_customer, ever;
} walk;

/* --- effects --------------------------------------------------------------------------------- */

static double at(const ptl_soft *soft, const double *lift, int32_t scenario, int64_t day)
{
    return lift[scenario * (soft->climate.n_days + 1) + day];
}

static double annoyed(const ptl_soft *soft, int32_t scenario, int64_t day)
{
    const ptl_climate *c = &soft->climate;
    const bool silent =
        scenario == ptl_scenario_off(PTL_SOFT_NURTURE) || scenario == ptl_scenario_none(c);
    if (!soft->life->company.reads || silent || c->options.is_null) return 1.0;
    const double more = scenario == ptl_scenario_more(c, PTL_SOFT_NURTURE) ? 1.1 : 1.0;
    const double m = more * c->messages[day + PTL_SIM_BURN_DAYS];
    return 1.0 + (m > 2.0 ? 0.35 * (m - 2.0) : 0.0);
}

static double rate_of(const ptl_soft *soft, int32_t scenario, int64_t day)
{
    const ptl_company *p = &soft->life->company;
    return RATE_LEAD * p->fit * soft->climate.demand[day + PTL_SIM_BURN_DAYS] *
           (1.0 + p->hears * at(soft, soft->lift, scenario, day));
}

static ptl_status draw_moments(ptl_soft *soft, ptl_error *err)
{
    ptl_soft_life *life = soft->life;
    const ptl_company *p = &life->company;
    const double fastest =
        RATE_LEAD * p->fit * soft->demand_max * (1.0 + p->hears * soft->lift_max);
    const double until = (double)soft->climate.n_days + 0.25;
    ptl_rng rng = ptl_rng_split(&p->rng, STREAM_MOMENTS);
    life->n_moments = life->n_leads = 0;
    for (double day = ptl_rng_exponential(&rng) / fastest; day < until;
         day += ptl_rng_exponential(&rng) / fastest) {
        if (life->n_moments == PTL_SIM_CANDIDATES_MAX)
            return ptl_fail(err, PTL_E_LIMIT, "company %lld has more than %d moments",
                            (long long)p->id, PTL_SIM_CANDIDATES_MAX);
        life->moments[life->n_moments++] = (moment){day, fastest * ptl_rng_uniform(&rng)};
    }
    return PTL_OK;
}

static int32_t some_days(ptl_rng *rng, double mean)
{
    return 1 + (int32_t)(mean * ptl_rng_exponential(rng));
}

/* Whether a company is ready to buy in a half-year is its own affair, whoever of its people asks
 * first: so worlds in which different leads came in meet the same readiness. */
static void fill_readiness(ptl_soft_lead *l, const ptl_company *company, int64_t day)
{
    ptl_rng r = ptl_rng_split(&company->rng, UINT64_C(1) << 41 | (uint64_t)(day / 182));
    l->qualify = ptl_rng_uniform(&r);
    l->accept = ptl_rng_uniform(&r);
    l->win = ptl_rng_uniform(&r);
    const double part = 0.3 + 0.7 * ptl_rng_uniform(&r);
    l->seats = 2 + (int32_t)((double)company->seats * part);
}

static const ptl_soft_lead *lead_of(ptl_soft *soft, int64_t key, int64_t day)
{
    ptl_soft_life *life = soft->life;
    for (int64_t i = 0; i < life->n_leads; i++)
        if (life->leads[i].key == key) return &life->leads[i];
    const int64_t place = life->n_leads < LEADS_MAX ? life->n_leads++ : LEADS_MAX - 1;
    ptl_soft_lead *l = &life->leads[place];
    ptl_rng r = ptl_rng_split(&life->company.rng, (uint64_t)key);
    *l = (ptl_soft_lead){.key = key};
    fill_readiness(l, &life->company, day);
    l->contact = (int32_t)ptl_rng_below(&r, PTL_SOFT_PEOPLE);
    l->second = (int32_t)(28800.0 + 36000.0 * ptl_rng_uniform(&r));
    l->touch = ptl_rng_uniform(&r);
    l->days_mql = some_days(&r, 5.0);
    l->days_sql = some_days(&r, 6.0);
    for (int i = 0; i < PTL_SOFT_STAGES; i++) l->days_stage[i] = some_days(&r, 9.0);
    l->rest = r;
    return l;
}

/* --- money ----------------------------------------------------------------------------------- */

static const double tax_rate[PTL_SIM_CURRENCIES] = {0.19, 0.2, 0.081};
static const double price_factor[PTL_SIM_CURRENCIES] = {1.0, 0.88, 1.06};

static int64_t mrr_of(int32_t seats, int32_t currency)
{
    return seats * (int64_t)llround(3900.0 * price_factor[currency]);
}

static ptl_soft_invoice invoice_of(const ptl_soft *soft, const walk *w, int64_t day, int64_t month)
{
    const ptl_company *p = &soft->life->company;
    ptl_soft_invoice v;
    memset(&v, 0, sizeof v);
    v.at = day * 86400 + 3600 + p->id % 3500; /* billed at night, before clocks change */
    v.company = p->id;
    v.number = v.at << 24 | p->id;
    v.net = mrr_of(w->seats, p->currency);
    v.tax = (int64_t)llround((double)v.net * tax_rate[p->currency]);
    v.cost = v.net * 19 / 100;
    v.fee = 25 + (v.net + v.tax) * 12 / 1000;
    v.kind = (uint8_t)(month == 0 ? PTL_SOFT_FIRST : PTL_SOFT_RENEWAL);
    v.recorded = (uint8_t)w->recorded;
    v.campaign = (int8_t)w->campaign;
    v.plan = (uint8_t)ptl_soft_plan(w->seats);
    v.currency = (uint8_t)p->currency;
    return v;
}

static void count_cell(ptl_soft *soft, const ptl_soft_invoice *v)
{
    const int64_t day = v->at / 86400;
    if (day >= soft->climate.n_days) return;
    ptl_truth_cell *c = ptl_truth_at(&soft->truth, day, v->recorded, v->currency);
    const int64_t sign = v->is_credit ? -1 : 1;
    c->gross += sign * (v->net + v->tax);
    c->tax += sign * v->tax;
    if (v->is_credit) {
        c->refunds++;
        c->refunded += v->net;
        return;
    }
    c->orders++;
    c->customers_new += v->kind == PTL_SOFT_FIRST;
    c->cogs += v->cost;
    c->fees += v->fee;
}

static void count_cohort(ptl_soft *soft, walk *w, const ptl_soft_invoice *v, bool back)
{
    ptl_truth *t = &soft->truth;
    const int64_t day = v->at / 86400, net = back ? 0 : v->net;
    const int64_t cm1 =
        ptl_climate_convert(&soft->climate, net - v->cost - v->fee, v->currency, day);
    w->worth_micros += cm1;
    if (v->kind == PTL_SOFT_FIRST) t->cohort_size[w->cohort = ptl_truth_month(t, day)]++;
    if (w->cohort < 0) return;
    const int32_t age = ptl_truth_month(t, day) - w->cohort;
    int64_t *cell = &t->cohorts[((int64_t)w->cohort * t->n_months + age) * 3];
    cell[0]++;
    cell[1] += ptl_climate_convert(&soft->climate, net, v->currency, day);
    cell[2] += cm1;
}

static void count_number(ptl_soft *soft, const ptl_soft_invoice *v)
{
    const ptl_truth_sale s = {
        .day = v->at / 86400,
        .order = v->number,
        .net = v->is_credit ? -v->net : v->net,
        .variable = v->is_credit ? 0 : v->cost + v->fee,
        .recorded = v->recorded,
        .currency = v->currency,
        .product = v->plan,
        .is_first = v->kind == PTL_SOFT_FIRST && !v->is_credit,
        .is_refund = v->is_credit,
        .n_lines = 1,
        .member = {v->campaign, v->currency},
        .lines = {{v->is_credit ? -v->net : v->net, v->is_credit ? 0 : v->cost + v->fee,
                   ptl_soft_vertical(v->plan, v->currency)}}};
    ptl_truth_sale_add(&soft->truth, &soft->life->number, &s);
}

/* A month is billed; one in seventy is credited nine days later. */
static ptl_status bill(ptl_soft *soft, walk *w, int64_t day, int64_t month, ptl_error *err)
{
    const ptl_climate *c = &soft->climate;
    if (day < 0 || day > c->n_days) return PTL_OK;
    const ptl_soft_invoice v = invoice_of(soft, w, day, month);
    const bool credits = ptl_scramble((uint64_t)v.number ^ c->options.seed << 3) % 70 == 0;
    ptl_soft_invoice back = v;
    back.at += 9 * 86400;
    back.is_credit = 1;
    const bool counts = credits && back.at / 86400 < c->n_days;
    w->n_invoices++;
    if (day < c->n_days) {
        ptl_truth_day *d = ptl_truth_day_at(&soft->truth, w->scenario, day, v.currency);
        d->orders++;
        d->fresh += month == 0;
        d->net += v.net;
        d->variable += v.cost + v.fee;
        if (counts)
            ptl_truth_day_at(&soft->truth, w->scenario, back.at / 86400, v.currency)->net -= v.net;
    }
    if (w->scenario != PTL_SIM_FACTUAL) return PTL_OK;
    PTL_TRY(ptl_spill_put(soft->invoices, day / 7, &v, err));
    count_cell(soft, &v);
    count_number(soft, &v);
    if (day < c->n_days) count_cohort(soft, w, &v, counts);
    if (!counts) return PTL_OK;
    count_cell(soft, &back);
    count_number(soft, &back);
    return ptl_spill_put(soft->invoices, back.at / 86400 / 7, &back, err);
}

/* --- contracts ------------------------------------------------------------------------------- */

static void put_state(ptl_soft *soft, const walk *w, int64_t from, int64_t to, const char *reason)
{
    const ptl_climate *c = &soft->climate;
    const ptl_company *p = &soft->life->company;
    ptl_export *x = soft->subscriptions;
    char text[40];
    if (w->scenario != PTL_SIM_FACTUAL) return;
    snprintf(text, sizeof text, "sub_%06llx%04llx", (unsigned long long)p->id,
             (unsigned long long)(w->key & 0xffff));
    ptl_export_text(x, text);
    snprintf(text, sizeof text, "cus_%08llx",
             (unsigned long long)p->id * 2654435761u % 4294967296u);
    ptl_export_text(x, text);
    ptl_export_text(x, ptl_soft_plans[ptl_soft_plan(w->seats)]);
    ptl_export_int(x, w->seats);
    ptl_export_text(x, "month");
    ptl_export_cents(x, mrr_of(w->seats, p->currency));
    ptl_export_text(x, ptl_sim_currency[p->currency]);
    ptl_export_day(x, c->first + (ptl_day)from);
    if (to <= c->n_days)
        ptl_export_day(x, c->first + (ptl_day)to);
    else
        ptl_export_text(x, "");
    ptl_export_text(x, reason);
    snprintf(text, sizeof text, "001%012lld", (long long)p->id);
    ptl_export_text(x, text);
    ptl_export_end(x);
    ptl_soft_life *life = soft->life;
    if (life->n_states < PTL_TRUTH_STATES_MAX)
        life->states[life->n_states++] =
            (ptl_truth_state){.from = from,
                              .to = to <= c->n_days ? to : INT64_MAX,
                              .mrr_micros = mrr_of(w->seats, p->currency) * 10000};
}

static int64_t month_after(const ptl_soft *soft, int64_t start, int64_t months)
{
    const ptl_day first = soft->climate.first;
    return ptl_month_add(first + (ptl_day)start, (int32_t)months) - first;
}

/* Whether the contract goes on at the end of its term, and with how many seats. */
static bool renews(ptl_soft *soft, walk *w, int64_t day, int64_t term, const char **reason)
{
    const int64_t inside = day < 0 ? 0 : day > soft->climate.n_days ? soft->climate.n_days : day;
    ptl_rng r = ptl_rng_split(&soft->life->company.rng, UINT64_C(1) << 40 | (uint64_t)term);
    if (ptl_rng_uniform(&r) < 0.17 * annoyed(soft, w->scenario, inside)) return false;
    const double grows = 0.3 * (1.0 + at(soft, soft->lift_repeat, w->scenario, inside));
    *reason = "renewal";
    if (ptl_rng_uniform(&r) < grows) {
        w->seats += 1 + w->seats / 4;
        *reason = "upgrade";
    }
    return true;
}

/* From its first day on: months are billed, terms end, until it is cancelled or the window ends. */
static ptl_status run_contract(ptl_soft *soft, walk *w, ptl_error *err)
{
    const int64_t n = soft->climate.n_days;
    const char *reason = "new";
    w->is_customer = w->ever = true;
    for (int64_t term = 0; term < TERMS_MAX; term++) {
        const int64_t from = month_after(soft, w->start, TERM_MONTHS * term);
        const int64_t to = month_after(soft, w->start, TERM_MONTHS * (term + 1));
        if (from > n) return PTL_OK;
        put_state(soft, w, from, to, reason);
        for (int64_t k = 0; k < TERM_MONTHS; k++) {
            const int64_t month = TERM_MONTHS * term + k;
            PTL_TRY(bill(soft, w, month_after(soft, w->start, month), month, err));
        }
        w->terms++;
        if (to <= n && renews(soft, w, to, term, &reason)) continue;
        w->busy_until = to <= n ? (double)to + 180.0 : 2.0 * (double)n + 400.0;
        w->is_customer = to > n;
        return PTL_OK;
    }
    return PTL_OK;
}

/* --- leads ----------------------------------------------------------------------------------- */

static void claim(ptl_soft *soft, ptl_rng *rng, int32_t cause, int32_t recorded, int64_t day)
{
    static const struct {
        int32_t channel;
        double recorded, caused, other;
    } platforms[] = {{PTL_SOFT_LINKEDIN, 0.97, 0.85, 0.16},
                     {PTL_SOFT_GENERIC, 0.97, 0.7, 0.05},
                     {PTL_SOFT_BRAND, 0.97, 0.6, 0.07},
                     {PTL_SOFT_REVIEWS, 0.98, 0.6, 0.04}};
    const bool kind = soft->climate.options.setting == PTL_SIM_KIND;
    for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++) {
        const double u = ptl_rng_uniform(rng), lag = ptl_rng_exponential(rng);
        const int32_t c = platforms[i].channel;
        const double chance = kind            ? (cause == c ? 1.0 : 0.0)
                              : recorded == c ? platforms[i].recorded
                              : cause == c    ? platforms[i].caused
                                              : platforms[i].other;
        const int64_t clicked = day - (int64_t)(4.0 * lag);
        if (u < chance && clicked >= 0 && day < soft->climate.n_days)
            soft->truth.claims[c * soft->climate.n_days + clicked].conversions++;
    }
}

static int32_t cause_of(const ptl_soft *soft, const moment *m, double rate)
{
    const ptl_climate *c = &soft->climate;
    double parts[PTL_SOFT_MEDIA], total = 1.0;
    for (int32_t k = 0; k < PTL_SOFT_MEDIA; k++) {
        const double part = c->media[k].gain_new * soft->life->company.hears *
                            ptl_climate_response(c, PTL_SIM_FACTUAL, k, (int64_t)m->day);
        parts[k] = part > 0.0 ? part : 0.0;
        total += parts[k];
    }
    double left = m->mark / rate * total - 1.0;
    for (int32_t k = 0; left >= 0.0 && k < PTL_SOFT_MEDIA; k++)
        if ((left -= parts[k]) < 0.0) return k;
    return PTL_SOFT_MEDIA;
}

/* How far a lead goes that comes in on `day`. */
static uint8_t fate_of(const ptl_soft *soft, int32_t scenario, const ptl_soft_lead *l, int64_t day)
{
    const ptl_company *p = &soft->life->company;
    const double nurtured = p->reads ? at(soft, soft->lift_nurture, scenario, day) : 0.0;
    if (!(l->qualify < 0.42 * (1.0 + nurtured))) return 0;
    if (!(l->accept < 0.55)) return 1;
    const double win = 0.2 + 0.12 * p->fit;
    return l->win < (win < 0.6 ? win : 0.6) ? 4 : 3;
}

static int64_t days_to_close(const ptl_soft_lead *l)
{
    int64_t days = l->days_mql + l->days_sql;
    for (int i = 0; i < PTL_SOFT_STAGES; i++) days += l->days_stage[i];
    return days;
}

static void put_identity(ptl_soft *soft, int64_t person, int64_t day)
{
    char text[80];
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            snprintf(text, sizeof text, "%lld", (long long)ptl_person_customer(person, false));
        else
            ptl_person_email(text, person, false);
        ptl_export_int(soft->identity, person);
        ptl_export_text(soft->identity, i == 0 ? "contact" : "email");
        ptl_export_text(soft->identity, text);
        ptl_export_day(soft->identity, soft->climate.first + (ptl_day)day);
        ptl_export_end(soft->identity);
    }
}

static int64_t day_or_none(const ptl_soft *soft, int64_t day, bool happens)
{
    return happens && day < soft->climate.n_days ? day : -1;
}

/* What the two tools of the pipeline show of it when the exports are made. */
static void count_deal(ptl_soft *soft, const ptl_soft_deal *d)
{
    const int64_t lead = d->at / 86400, mql = lead + d->days_mql, sql = mql + d->days_sql;
    ptl_truth_deal t = {.lead_day = lead,
                        .mql_day = day_or_none(soft, mql, d->reached >= 1),
                        .sql_day = day_or_none(soft, sql, d->reached >= 2),
                        .closed_day =
                            day_or_none(soft, sql + ptl_soft_days_open(d), d->reached >= 2),
                        .rejected = d->reached < 2,
                        .won = d->reached == 4,
                        .reason = ptl_soft_reason(d),
                        .recorded = d->recorded,
                        .currency = d->currency,
                        .campaign = d->campaign,
                        .vertical = ptl_soft_vertical(-1, d->currency),
                        .cents = d->mrr_cents * 12};
    int64_t day = sql;
    for (int32_t i = 0; i < ptl_soft_stages(d) && day < soft->climate.n_days; i++) {
        t.chance = (int32_t)ptl_soft_chances[i];
        day += d->days_stage[i];
    }
    ptl_truth_deal_add(&soft->truth, &t);
}

static ptl_status record(ptl_soft *soft, walk *w, const ptl_soft_lead *l, const moment *m,
                         uint8_t fate, int32_t cause, ptl_error *err)
{
    const ptl_company *p = &soft->life->company;
    const int64_t day = (int64_t)m->day;
    ptl_rng rest = l->rest;
    ptl_soft_deal d;
    memset(&d, 0, sizeof d);
    const bool is_morning = day >= soft->climate.n_days;
    d.at = day * 86400 + (is_morning ? l->second / 3 : l->second);
    d.company = p->id;
    d.lead_id = d.at << 24 | p->id;
    d.contact = l->contact;
    d.seats = l->seats;
    d.mrr_cents = mrr_of(l->seats, p->currency);
    d.days_mql = l->days_mql;
    d.days_sql = l->days_sql;
    memcpy(d.days_stage, l->days_stage, sizeof d.days_stage);
    d.reached = fate;
    d.recorded = (uint8_t)w->recorded;
    w->campaign = ptl_climate_campaign_of(&soft->climate, w->recorded, (uint64_t)d.lead_id);
    d.campaign = (int8_t)w->campaign;
    d.currency = (uint8_t)p->currency;
    if (day < soft->climate.n_days) soft->truth.causes[cause * PTL_SOFT_RECORDED + w->recorded]++;
    claim(soft, &rest, cause, w->recorded, day);
    count_deal(soft, &d);
    put_identity(soft, p->id * PTL_SOFT_PEOPLE + l->contact, day);
    PTL_TRY(ptl_soft_visit_lead(soft, p, &d, err));
    return ptl_spill_put(soft->deals, day / 7, &d, err);
}

static ptl_status meet(ptl_soft *soft, walk *w, int64_t i, ptl_error *err)
{
    const moment *m = &soft->life->moments[i];
    const int64_t day = (int64_t)m->day;
    if (m->day < w->busy_until) return PTL_OK;
    const double rate = rate_of(soft, w->scenario, day);
    if (!(m->mark < rate)) return PTL_OK;
    const ptl_soft_lead *l = lead_of(soft, i + 16, day);
    const uint8_t fate = fate_of(soft, w->scenario, l, day);
    const int64_t closes = day + days_to_close(l);
    if (day < soft->climate.n_days)
        ptl_truth_day_at(&soft->truth, w->scenario, day, soft->life->company.currency)->leads++;
    w->busy_until = fate == 0 ? m->day + 30.0 : fate < 3 ? m->day + 60.0 : (double)closes + 90.0;
    if (w->scenario == PTL_SIM_FACTUAL) {
        const int32_t cause = cause_of(soft, m, rate);
        w->recorded = ptl_soft_channel(cause, l->touch);
        PTL_TRY(record(soft, w, l, m, fate, cause, err));
    }
    if (fate < 4 || closes > soft->climate.n_days) return PTL_OK;
    w->start = w->signed_day = closes;
    w->seats = l->seats;
    w->key = l->key;
    return run_contract(soft, w, err);
}

/* --- a life ---------------------------------------------------------------------------------- */

static void put_account(ptl_soft *soft, const walk *w)
{
    static const char *const countries[] = {"Germany", "United Kingdom", "Switzerland"};
    static const char *const industries[] = {"Logistics", "Food",   "Manufacturing",
                                             "Software",  "Health", "Construction",
                                             "Energy",    "Media"};
    const ptl_company *p = &soft->life->company;
    char name[48], text[64];
    ptl_export *x = soft->accounts;
    ptl_company_name(name, p->id);
    snprintf(text, sizeof text, "001%012lld", (long long)p->id);
    ptl_export_text(x, text);
    ptl_export_text(x, name);
    snprintf(text, sizeof text, "company%lld.example", (long long)p->id);
    ptl_export_text(x, text);
    ptl_export_text(x, industries[ptl_scramble((uint64_t)p->id + 5) / 16 % 8]);
    ptl_export_text(x, countries[p->currency]);
    ptl_export_int(x, p->seats * 9);
    ptl_export_text(x, w->is_customer ? "Customer" : w->ever ? "Former customer" : "Prospect");
    ptl_export_end(x);
}

/* Weekly use of the product: who is about to leave uses it less and less. */
static ptl_status put_usage(ptl_soft *soft, const walk *w, int64_t from, int64_t to, ptl_error *err)
{
    const ptl_company *p = &soft->life->company;
    ptl_rng r = ptl_rng_split(&p->rng, STREAM_USE);
    char account[24];
    snprintf(account, sizeof account, "001%012lld", (long long)p->id);
    for (int64_t day = from < 0 ? 0 : (from + 6) / 7 * 7; day < to && day < soft->climate.n_days;
         day += 7) {
        const double left = w->is_customer ? 1.0 : (double)(to - day) / 90.0;
        const double share = (left < 1.0 ? left : 1.0) * (0.55 + 0.3 * ptl_rng_uniform(&r));
        const int64_t active = (int64_t)(share * (double)w->seats);
        ptl_export_text(soft->usage, account);
        ptl_export_day(soft->usage, soft->climate.first + (ptl_day)day);
        ptl_export_int(soft->usage, active);
        ptl_export_int(soft->usage, active * 4);
        ptl_export_int(soft->usage, active * (int64_t)(30 + ptl_rng_below(&r, 40)));
        ptl_export_end(soft->usage);
        PTL_TRY(ptl_soft_visit_use(soft, p, day, active, err));
    }
    return PTL_OK;
}

static ptl_status finish(ptl_soft *soft, const walk *w, ptl_error *err)
{
    ptl_truth *t = &soft->truth;
    put_account(soft, w);
    if (!w->ever) return PTL_OK;
    ptl_truth_contract_add(&soft->truth, soft->life->states, soft->life->n_states,
                           soft->life->company.currency, soft->life->company.currency);
    PTL_TRY(put_usage(soft, w, w->start, month_after(soft, w->start, TERM_MONTHS * w->terms), err));
    if (w->n_invoices == 0) return PTL_OK;
    const int64_t bin = w->worth_micros / 10000000;
    t->customers++;
    t->lapsed += !w->is_customer;
    t->subscribers++;
    t->subscribers_lost += !w->is_customer;
    t->worth_micros += w->worth_micros;
    t->worth[bin < 0 ? 0 : bin >= PTL_TRUTH_BINS ? PTL_TRUTH_BINS - 1 : bin]++;
    return PTL_OK;
}

static ptl_status walk_through(ptl_soft *soft, walk *w, ptl_error *err)
{
    const ptl_company *p = &soft->life->company;
    if (p->was_customer) {
        w->start = p->since_day;
        w->seats = p->seats;
        w->recorded = PTL_SOFT_OUTBOUND;
        w->campaign = -1;
        PTL_TRY(run_contract(soft, w, err));
    }
    for (int64_t i = 0; i < soft->life->n_moments; i++) PTL_TRY(meet(soft, w, i, err));
    return PTL_OK;
}

static ptl_status live_one(ptl_soft *soft, int64_t id, ptl_error *err)
{
    ptl_company_make(&soft->life->company, &soft->climate, id);
    ptl_truth_number_init(&soft->life->number);
    soft->life->n_states = 0;
    soft->n_known = 0;
    PTL_TRY(draw_moments(soft, err));
    for (int32_t s = 0; s < soft->climate.n_scenarios; s++) {
        walk w = {.scenario = s, .cohort = -1};
        PTL_TRY(walk_through(soft, &w, err));
        if (s == PTL_SIM_FACTUAL) PTL_TRY(finish(soft, &w, err));
    }
    return ptl_soft_visit_browse(soft, &soft->life->company, err);
}

ptl_status ptl_soft_live(ptl_soft *soft, ptl_progress *progress, ptl_error *err)
{
    const int64_t n = 1 + (soft->climate.options.n_persons - 1) / PTL_SOFT_PEOPLE;
    for (int64_t id = 0; id < n; id++) {
        if (id % 64 == 0) {
            PTL_TRY(ptl_progress_check(progress, err));
            ptl_progress_step(progress, "companies live", id, n);
        }
        PTL_TRY(live_one(soft, id, err));
    }
    return PTL_OK;
}

struct ptl_soft_life *ptl_soft_life_new(void)
{
    return calloc(1, sizeof(ptl_soft_life));
}
