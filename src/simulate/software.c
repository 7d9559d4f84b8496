/* software.c: the software company's channels, its companies, and the order in which it writes. */
#include "simulate/software.h"

#include "simulate/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ptl_soft_recorded_names[PTL_SOFT_RECORDED] = {
    "linkedin", "generic_search", "brand_search", "events",   "review_sites",
    "nurture",  "organic_search", "direct",       "outbound", ""};

/* clang-format off */
static const ptl_media real_media[PTL_SOFT_MEDIA] = {
    {.name = "linkedin", .label = "LinkedIn", .owner = "Mira Okafor", .weekly_cents = 14.0,
     .carry = PTL_CARRY_WEIBULL, .peak = 14.0, .curve = PTL_CURVE_EXPONENTIAL, .half = 1.2,
     .gain_new = 0.5, .gain_repeat = 0.05, .gain_search = 0.3,
     .follows = 0.6, .hears = 0.05, .noise = 0.18},
    {.name = "generic_search", .label = "Generic search", .owner = "Jonas Weber", .weekly_cents = 7.5,
     .carry = PTL_CARRY_GEOMETRIC, .retention = 0.4, .curve = PTL_CURVE_LOG, .half = 0.35,
     .gain_new = 0.45, .gain_search = 0.05,
     .follows = 1.0, .hears = 0.3, .noise = 0.12},
    {.name = "brand_search", .label = "Brand search", .owner = "Jonas Weber", .weekly_cents = 2.5,
     .carry = PTL_CARRY_NONE, .curve = PTL_CURVE_EXPONENTIAL, .half = 0.6,
     .gain_new = 0.03},
    {.name = "events", .label = "Events", .owner = "Lucia Romano", .weekly_cents = 10.0,
     .carry = PTL_CARRY_DELAYED, .retention = 0.998, .peak = 18.0,
     .curve = PTL_CURVE_LOGISTIC, .half = 1.0, .slope = 2.5,
     .gain_new = 0.55, .gain_repeat = 0.08, .gain_search = 0.4,
     .follows = 0.2, .noise = 0.2, .on_weeks = 3, .off_weeks = 7},
    {.name = "review_sites", .label = "Review sites", .owner = "Jonas Weber", .weekly_cents = 3.5,
     .carry = PTL_CARRY_GEOMETRIC, .retention = 0.6, .curve = PTL_CURVE_EXPONENTIAL, .half = 1.6,
     .gain_new = 0.22, .gain_search = 0.05,
     .follows = 0.5, .hears = 0.1, .noise = 0.15},
    {.name = "nurture", .label = "Nurture letters", .owner = "Mira Okafor",
     .carry = PTL_CARRY_GEOMETRIC, .retention = 0.7, .curve = PTL_CURVE_EXPONENTIAL, .half = 1.1,
     .gain_repeat = 0.5}};
/* clang-format on */

static const ptl_campaign campaigns[] = {
    {"DACH - Lead gen - Finance", PTL_SOFT_LINKEDIN, PTL_SIM_EUR, 0.6, PTL_SIM_EUR},
    {"DACH - Thought leadership", PTL_SOFT_LINKEDIN, PTL_SIM_EUR, 0.4, PTL_SIM_EUR},
    {"EU | Search | Generic", PTL_SOFT_GENERIC, PTL_SIM_EUR, 1.0, -1},
    {"EU | Search | Brand", PTL_SOFT_BRAND, PTL_SIM_EUR, 1.0, -1},
    {"Trade fairs", PTL_SOFT_EVENTS, PTL_SIM_EUR, 0.7, -1},
    {"London meet-ups", PTL_SOFT_EVENTS, PTL_SIM_GBP, 0.3, PTL_SIM_GBP},
    {"Category page", PTL_SOFT_REVIEWS, PTL_SIM_EUR, 1.0, -1}};

static void bend(ptl_media *m, int32_t channel, const ptl_sim_options *o)
{
    static const double retention[PTL_SOFT_MEDIA] = {0.85, 0.4, 0.0, 0.9, 0.6, 0.7};
    if (o->setting == PTL_SIM_KIND) {
        m->carry = channel == PTL_SOFT_BRAND ? PTL_CARRY_NONE : PTL_CARRY_GEOMETRIC;
        m->retention = retention[channel];
        m->curve = PTL_CURVE_HILL;
        m->half = m->slope = 1.0;
        m->follows = m->hears = m->gain_search = 0.0;
        m->noise = 0.45;
    }
    if (o->is_harm && channel == PTL_SOFT_LINKEDIN) m->gain_new = m->gain_repeat = -0.3;
    if (o->is_null) m->gain_new = m->gain_repeat = m->gain_search = 0.0;
}

static ptl_status make_climate(ptl_soft *soft, const ptl_sim_options *options, ptl_arena *arena,
                               ptl_error *err)
{
    ptl_media *media = ptl_arena_array(arena, PTL_SOFT_MEDIA, sizeof *media, err);
    if (!media) return PTL_E_NO_MEMORY;
    memcpy(media, real_media, sizeof real_media);
    for (int32_t k = 0; k < PTL_SOFT_MEDIA; k++) bend(&media[k], k, options);
    const ptl_climate_spec spec = {.media = media,
                                   .n_media = PTL_SOFT_MEDIA,
                                   .search = PTL_SOFT_BRAND,
                                   .message = PTL_SOFT_NURTURE,
                                   .campaigns = campaigns,
                                   .n_campaigns = sizeof campaigns / sizeof *campaigns};
    return ptl_climate_make(&soft->climate, options, &spec, arena, err);
}

/* --- companies ------------------------------------------------------------------------------- */

enum { STREAM_COMPANY = 200, STREAM_SELF = 0 };

static double trait(ptl_rng *rng, double deviation)
{
    const double z = ptl_rng_normal(rng);
    return exp(deviation * (z > 3.0 ? 3.0 : z) - 0.5 * deviation * deviation);
}

void ptl_company_make(ptl_company *out, const ptl_climate *climate, int64_t id)
{
    const ptl_rng companies = ptl_rng_split(&climate->root, STREAM_COMPANY);
    const ptl_rng own = ptl_rng_split(&companies, (uint64_t)id);
    ptl_rng r = ptl_rng_split(&own, STREAM_SELF);
    const double where = ptl_rng_uniform(&r);
    *out = (ptl_company){.id = id, .rng = own};
    out->currency = where < 0.66 ? PTL_SIM_EUR : where < 0.86 ? PTL_SIM_GBP : PTL_SIM_CHF;
    out->fit = trait(&r, 0.7);
    out->hears = trait(&r, 0.4);
    out->seats = 3 + (int32_t)(16.0 * trait(&r, 0.9));
    out->was_customer = ptl_rng_uniform(&r) < 0.12;
    out->since_day = -(int64_t)ptl_rng_below(&r, 365);
    out->reads = ptl_rng_uniform(&r) < 0.6;
}

void ptl_company_name(char out[48], int64_t id)
{
    static const char *const first[] = {"Alpen",  "Baltic", "Castor", "Delta", "Elbe",    "Fjord",
                                        "Granit", "Hansa",  "Iris",   "Jura",  "Kestrel", "Linden",
                                        "Merkur", "Nord",   "Orion",  "Pollux"};
    static const char *const last[] = {"Logistik", "Foods", "Werke",   "Systems",
                                       "Pharma",   "Bau",   "Energie", "Media"};
    const uint64_t h = ptl_scramble((uint64_t)id + 5);
    snprintf(out, 48, "%s %s %lld", first[h % 16], last[h / 16 % 8], (long long)id);
}

/* First touch as the form records it; rows are causes, the last is nobody's. */
int32_t ptl_soft_channel(int32_t cause, double touch)
{
    static const double table[PTL_SOFT_MEDIA + 1][PTL_SOFT_RECORDED] = {
        /* linkedin gen. brand events revi. nurt. organ. direct outb. none */
        {0.44, 0.05, 0.12, 0.03, 0.03, 0.02, 0.1, 0.13, 0.04, 0.04},
        {0.02, 0.62, 0.06, 0.02, 0.05, 0.01, 0.12, 0.05, 0.02, 0.03},
        {0.01, 0.03, 0.74, 0.01, 0.02, 0.01, 0.08, 0.06, 0.02, 0.02},
        {0.05, 0.06, 0.16, 0.38, 0.03, 0.02, 0.09, 0.12, 0.06, 0.03},
        {0.02, 0.05, 0.08, 0.01, 0.62, 0.01, 0.09, 0.07, 0.02, 0.03},
        {0.03, 0.03, 0.08, 0.02, 0.02, 0.6, 0.07, 0.1, 0.03, 0.02},
        {0.07, 0.09, 0.14, 0.05, 0.05, 0.05, 0.2, 0.17, 0.15, 0.03}};
    double left = touch;
    for (int32_t r = 0; r < PTL_SOFT_NONE; r++)
        if ((left -= table[cause][r]) < 0.0) return r;
    return PTL_SOFT_NONE;
}

/* --- opening, writing, closing --------------------------------------------------------------- */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static void fill_lifts(ptl_soft *soft)
{
    const ptl_climate *c = &soft->climate;
    for (int32_t s = 0; s < c->n_scenarios; s++)
        for (int64_t day = 0; day <= c->n_days; day++) {
            const int64_t i = s * (c->n_days + 1) + day;
            soft->lift[i] = ptl_climate_lift_new(c, s, day);
            soft->lift_nurture[i] = c->media[PTL_SOFT_NURTURE].gain_repeat *
                                    ptl_climate_response(c, s, PTL_SOFT_NURTURE, day);
            soft->lift_repeat[i] = ptl_climate_lift_repeat(c, s, day) - soft->lift_nurture[i];
            soft->lift_max = larger(soft->lift_max, soft->lift[i]);
            soft->demand_max = larger(soft->demand_max, c->demand[day + PTL_SIM_BURN_DAYS]);
        }
}

static ptl_status take_lifts(ptl_soft *soft, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = soft->climate.n_scenarios * (soft->climate.n_days + 1);
    double **const arrays[] = {&soft->lift, &soft->lift_repeat, &soft->lift_nurture};
    for (int i = 0; i < 3; i++)
        if (!(*arrays[i] = ptl_arena_array(arena, n, sizeof(double), err))) return PTL_E_NO_MEMORY;
    fill_lifts(soft);
    soft->life = ptl_soft_life_new();
    return soft->life ? PTL_OK : ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a company's life");
}

static ptl_status open_files(ptl_soft *soft, ptl_error *err)
{
    ptl_export_folder *f = soft->folder;
    PTL_TRY(ptl_export_open(&soft->identity, f, "truth_identity.csv", true, err));
    ptl_export_line(soft->identity, "person,kind,value,first_day");
    PTL_TRY(ptl_export_open(&soft->accounts, f, "data/salesforce/accounts.csv", true, err));
    ptl_export_line(soft->accounts,
                    "Account ID,Account Name,Website,Industry,Billing Country,Employees,Type");
    PTL_TRY(ptl_export_open(&soft->subscriptions, f, "data/stripe/subscriptions.csv", true, err));
    ptl_export_line(soft->subscriptions, "id,Customer ID,Plan,Quantity,Interval,Amount (per month),"
                                         "Currency,Start (UTC),Ended At (UTC),Change reason,"
                                         "account_id (metadata)");
    PTL_TRY(ptl_export_open(&soft->usage, f, "data/product/usage_weekly.csv", true, err));
    ptl_export_line(soft->usage, "account_id,week_start,active_users,sessions,actions");
    return PTL_OK;
}

const char *const ptl_soft_plans[PTL_SOFT_PLANS] = {"starter", "team", "enterprise"};

int32_t ptl_soft_plan(int32_t seats)
{
    return seats > 25 ? 2 : seats > 8 ? 1 : 0;
}

int32_t ptl_soft_vertical(int32_t plan, int32_t currency)
{
    if (plan == 2) return PTL_SOFT_ENTERPRISE;
    return currency == PTL_SIM_GBP ? PTL_SOFT_BRITAIN : PTL_SOFT_DACH;
}

static int32_t vertical_of_media(const ptl_campaign *p)
{
    if (strcmp(p->name, "Trade fairs") == 0) return PTL_SOFT_ENTERPRISE;
    return p->place < 0 ? -1 : p->place == PTL_SIM_GBP ? PTL_SOFT_BRITAIN : PTL_SOFT_DACH;
}

static ptl_status cut_truth(ptl_soft *soft, ptl_arena *arena, ptl_error *err)
{
    static const char *const verticals[] = {"enterprise", "dach", "britain"};
    const ptl_truth_cut_spec spec = {verticals, PTL_SOFT_VERTICALS, NULL, 0, vertical_of_media};
    return ptl_truth_cut_init(&soft->truth, &spec, arena, err);
}

ptl_status ptl_soft_open(ptl_soft *soft, const ptl_sim_options *options, ptl_export_folder *folder,
                         ptl_arena *arena, ptl_error *err)
{
    *soft = (ptl_soft){.folder = folder};
    PTL_TRY(make_climate(soft, options, arena, err));
    PTL_TRY(ptl_truth_init(&soft->truth, &soft->climate, ptl_soft_recorded_names, PTL_SOFT_RECORDED,
                           arena, err));
    soft->truth.kpi->reason_names = ptl_soft_reasons;
    soft->truth.kpi->not_marketing =
        1u << PTL_SOFT_DIRECT | 1u << PTL_SOFT_OUTBOUND | 1u << PTL_SOFT_NONE;
    for (int i = 0; i < PTL_SOFT_PLANS; i++) soft->truth.kpi->product_names[i] = ptl_soft_plans[i];
    PTL_TRY(cut_truth(soft, arena, err));
    PTL_TRY(take_lifts(soft, arena, err));
    ptl_faults_plant(&soft->faults, &soft->climate);
    PTL_TRY(open_files(soft, err));
    PTL_TRY(
        ptl_spill_new(&soft->deals, folder->dir, options->n_weeks + 1, sizeof(ptl_soft_deal), err));
    PTL_TRY(ptl_spill_new(&soft->visits, folder->dir, options->n_weeks + 1, sizeof(ptl_soft_visit),
                          err));
    return ptl_spill_new(&soft->invoices, folder->dir, options->n_weeks + 1,
                         sizeof(ptl_soft_invoice), err);
}

void ptl_soft_close(ptl_soft *soft)
{
    ptl_export *const open[] = {soft->identity, soft->accounts, soft->subscriptions, soft->usage};
    for (int i = 0; i < 4; i++) ptl_export_drop(open[i]);
    ptl_spill_free(soft->deals);
    ptl_spill_free(soft->invoices);
    ptl_spill_free(soft->visits);
    free(soft->life);
    if (soft->climate.zone) ptl_climate_dispose(&soft->climate);
}

static ptl_status close_one(ptl_export **x, ptl_error *err)
{
    ptl_export *closing = *x;
    *x = NULL;
    return ptl_export_close(closing, err);
}

static const char *const fault_files[PTL_FAULT_KINDS] = {
    [PTL_FAULT_TWICE] = "data/billing/invoice_lines.csv",
    [PTL_FAULT_GAP] = "data/linkedin_ads/campaigns.csv",
    [PTL_FAULT_LATE] = "data/review_sites/spend.csv",
    [PTL_FAULT_UNIT] = "data/google_ads/campaigns.csv",
    [PTL_FAULT_DOUBLE] = "data/linkedin_ads/campaigns.csv",
    [PTL_FAULT_ZONE] = "data/billing/invoice_lines.csv",
    [PTL_FAULT_CURRENCY] = "data/billing/invoice_lines.csv"};

ptl_status ptl_soft_write(ptl_soft *soft, ptl_progress *progress, ptl_error *err)
{
    PTL_TRY(close_one(&soft->identity, err));
    PTL_TRY(close_one(&soft->accounts, err));
    PTL_TRY(close_one(&soft->subscriptions, err));
    PTL_TRY(close_one(&soft->usage, err));
    PTL_TRY(ptl_soft_write_deals(soft, progress, err));
    PTL_TRY(ptl_soft_write_invoices(soft, err));
    PTL_TRY(ptl_soft_write_visits(soft, err));
    PTL_TRY(ptl_progress_check(progress, err));
    PTL_TRY(ptl_soft_write_media(soft, err));
    PTL_TRY(ptl_office_write(&soft->truth, soft->folder, err));
    PTL_TRY(ptl_soft_write_workspace(soft, err));
    ptl_faults_admit(&soft->truth, &soft->faults, fault_files);
    return ptl_truth_write(&soft->truth, soft->folder, err);
}
