/* shop.c: the shop's channels, what it opens, and the order in which it writes. */
#include "simulate/office.h"
#include "simulate/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ptl_shop_recorded_names[PTL_SHOP_RECORDED] = {
    "paid_social", "generic_search", "brand_search", "television",   "affiliates",
    "newsletter",  "organic_search", "direct",       "subscription", ""};

const ptl_shop_utm ptl_shop_utms[PTL_SHOP_RECORDED] = {
    {"facebook", "paid_social", "DE_Prospecting"},
    {"google", "cpc", "DE | Search | Generic"},
    {"google", "cpc", "DE | Search | Brand"},
    {"", "", ""},
    {"awin", "affiliate", "always on"},
    {"klaviyo", "email", "weekly letter"},
    {"google", "organic", ""},
    {"(direct)", "(none)", ""},
    {"recharge", "subscription", ""},
    {"", "", ""}};

/* The real world: nobody's carry-over is geometric and nobody's saturation a Hill curve. */
/* clang-format off */
static const ptl_media real_media[PTL_SHOP_MEDIA] = {
    {.name = "paid_social", .label = "Paid social", .owner = "Daan Visser", .weekly_cents = 1.5,
     .carry = PTL_CARRY_WEIBULL, .peak = 5.0, .curve = PTL_CURVE_EXPONENTIAL, .half = 1.3,
     .gain_new = 0.34, .gain_repeat = 0.07, .gain_search = 0.22,
     .follows = 0.7, .hears = 0.04, .noise = 0.2},
    {.name = "generic_search", .label = "Generic search", .owner = "Priya Raman", .weekly_cents = 1.0,
     .carry = PTL_CARRY_GEOMETRIC, .retention = 0.35, .curve = PTL_CURVE_LOG, .half = 0.35,
     .gain_new = 0.4, .gain_repeat = 0.06, .gain_search = 0.05,
     .follows = 1.1, .hears = 0.3, .noise = 0.12},
    {.name = "brand_search", .label = "Brand search", .owner = "Priya Raman", .weekly_cents = 0.45,
     .carry = PTL_CARRY_NONE, .curve = PTL_CURVE_EXPONENTIAL, .half = 0.6,
     .gain_new = 0.03, .gain_repeat = 0.012},
    {.name = "television", .label = "Television", .owner = "Ines Albrecht", .weekly_cents = 1.0,
     .carry = PTL_CARRY_DELAYED, .retention = 0.994, .peak = 9.0,
     .curve = PTL_CURVE_LOGISTIC, .half = 0.9, .slope = 3.0,
     .gain_new = 0.3, .gain_repeat = 0.07, .gain_search = 0.55,
     .follows = 0.3, .noise = 0.15, .on_weeks = 7, .off_weeks = 6},
    {.name = "affiliates", .label = "Affiliates", .owner = "Daan Visser", .weekly_cents = 0.4,
     .carry = PTL_CARRY_GEOMETRIC, .retention = 0.5, .curve = PTL_CURVE_EXPONENTIAL, .half = 1.8,
     .gain_new = 0.13, .gain_repeat = 0.03, .gain_search = 0.02,
     .follows = 0.9, .hears = 0.1, .noise = 0.2},
    {.name = "newsletter", .label = "Newsletter", .owner = "Joris Maas",
     .carry = PTL_CARRY_GEOMETRIC, .retention = 0.45, .curve = PTL_CURVE_EXPONENTIAL, .half = 1.1,
     .gain_repeat = 0.4}};
/* clang-format on */

static const ptl_campaign campaigns[] = {
    {"DE_Prospecting", PTL_SHOP_SOCIAL, PTL_SIM_EUR, 0.52, PTL_SIM_EUR},
    {"DE_Retargeting", PTL_SHOP_SOCIAL, PTL_SIM_EUR, 0.27, PTL_SIM_EUR},
    {"UK_Prospecting", PTL_SHOP_SOCIAL, PTL_SIM_GBP, 0.21, PTL_SIM_GBP},
    {"DE | Search | Generic", PTL_SHOP_GENERIC, PTL_SIM_EUR, 0.58, PTL_SIM_EUR},
    {"DE | Shopping", PTL_SHOP_GENERIC, PTL_SIM_EUR, 0.42, PTL_SIM_EUR},
    {"DE | Search | Brand", PTL_SHOP_BRAND, PTL_SIM_EUR, 1.0, PTL_SIM_EUR},
    {"Vorabend", PTL_SHOP_TV, PTL_SIM_EUR, 0.64, PTL_SIM_EUR},
    {"Wochenende", PTL_SHOP_TV, PTL_SIM_EUR, 0.36, PTL_SIM_EUR},
    {"always on", PTL_SHOP_AFFILIATES, PTL_SIM_EUR, 1.0, -1}};

/* The kind world speaks the estimators' language; the null world hears nothing. */
static void bend(ptl_media *m, int32_t channel, const ptl_sim_options *o)
{
    static const double retention[PTL_SHOP_MEDIA] = {0.6, 0.3, 0.0, 0.8, 0.4, 0.4};
    if (o->setting == PTL_SIM_KIND) {
        m->carry = channel == PTL_SHOP_BRAND ? PTL_CARRY_NONE : PTL_CARRY_GEOMETRIC;
        m->retention = retention[channel];
        m->curve = PTL_CURVE_HILL;
        m->half = 1.0;
        m->slope = 1.0;
        m->follows = m->hears = 0.0;
        m->noise = 0.45;
        m->gain_search = 0.0;
    }
    if (o->is_harm && channel == PTL_SHOP_SOCIAL) m->gain_new = m->gain_repeat = -0.25;
    if (o->is_null) m->gain_new = m->gain_repeat = m->gain_search = 0.0;
}

static ptl_status make_climate(ptl_shop *shop, const ptl_sim_options *options, ptl_arena *arena,
                               ptl_error *err)
{
    ptl_media *media = ptl_arena_array(arena, PTL_SHOP_MEDIA, sizeof *media, err);
    if (!media) return PTL_E_NO_MEMORY;
    memcpy(media, real_media, sizeof real_media);
    for (int32_t k = 0; k < PTL_SHOP_MEDIA; k++) bend(&media[k], k, options);
    const ptl_climate_spec spec = {.media = media,
                                   .n_media = PTL_SHOP_MEDIA,
                                   .search = PTL_SHOP_BRAND,
                                   .message = PTL_SHOP_EMAIL,
                                   .campaigns = campaigns,
                                   .n_campaigns = sizeof campaigns / sizeof *campaigns};
    return ptl_climate_make(&shop->climate, options, &spec, arena, err);
}

/* --- what everybody looks up ----------------------------------------------------------------- */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The newsletter moves subscribers only, so its share of the rise is kept apart. */
static void fill_lifts(ptl_shop *shop)
{
    const ptl_climate *c = &shop->climate;
    for (int32_t s = 0; s < c->n_scenarios; s++)
        for (int64_t day = 0; day <= c->n_days; day++) {
            const int64_t i = s * (c->n_days + 1) + day;
            const double message = c->media[PTL_SHOP_EMAIL].gain_repeat *
                                   ptl_climate_response(c, s, PTL_SHOP_EMAIL, day);
            shop->lift_new[i] = ptl_climate_lift_new(c, s, day);
            shop->lift_message[i] = message;
            shop->lift_repeat[i] = ptl_climate_lift_repeat(c, s, day) - message;
            shop->lift_new_max = larger(shop->lift_new_max, shop->lift_new[i]);
            shop->lift_repeat_max = larger(shop->lift_repeat_max, shop->lift_repeat[i]);
            shop->lift_message_max = larger(shop->lift_message_max, message);
        }
    for (int64_t day = 0; day <= c->n_days; day++)
        shop->demand_max = larger(shop->demand_max, c->demand[day + PTL_SIM_BURN_DAYS]);
}

static ptl_status take_lifts(ptl_shop *shop, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = shop->climate.n_scenarios * (shop->climate.n_days + 1);
    double **const arrays[] = {&shop->lift_new, &shop->lift_repeat, &shop->lift_message};
    for (int i = 0; i < 3; i++)
        if (!(*arrays[i] = ptl_arena_array(arena, n, sizeof(double), err))) return PTL_E_NO_MEMORY;
    fill_lifts(shop);
    shop->life = ptl_shop_life_new();
    return shop->life ? PTL_OK : ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a person's life");
}

/* --- opening and closing --------------------------------------------------------------------- */

static ptl_status open_files(ptl_shop *shop, ptl_error *err)
{
    ptl_export_folder *f = shop->folder;
    PTL_TRY(ptl_export_open(&shop->identity, f, "truth_identity.csv", true, err));
    ptl_export_line(shop->identity, "person,kind,value,first_day");
    PTL_TRY(ptl_export_open(&shop->contracts, f, "data/recharge/subscriptions.csv", true, err));
    ptl_export_line(shop->contracts,
                    "subscription_id,customer_id,customer_email,product_title,sku,price,"
                    "order_interval_frequency,order_interval_unit,status,created_at,cancelled_at,"
                    "cancellation_reason");
    PTL_TRY(ptl_export_open(&shop->consents, f, "data/cmp/consent_log.csv", true, err));
    ptl_export_line(shop->consents, "consent_id,user_pseudo_id,timestamp,analytics_storage,"
                                    "ad_storage,ad_user_data,ad_personalization");
    return PTL_OK;
}

/* What people/verticals.yaml says of media: gifts have a campaign, the others their countries. */
static int32_t vertical_of_media(const ptl_campaign *p)
{
    if (strcmp(p->name, "DE_Retargeting") == 0) return PTL_SHOP_GIFTS;
    return p->place < 0 ? -1 : p->place == PTL_SIM_EUR ? PTL_SHOP_HOME : PTL_SHOP_ABROAD;
}

static ptl_status cut_truth(ptl_shop *shop, ptl_arena *arena, ptl_error *err)
{
    static const char *const verticals[] = {"gifts", "abroad", "home"};
    static const char *const letters[] = {"weekly letter"};
    const ptl_truth_cut_spec spec = {verticals, PTL_SHOP_VERTICALS, letters, 1, vertical_of_media};
    return ptl_truth_cut_init(&shop->truth, &spec, arena, err);
}

ptl_status ptl_shop_open(ptl_shop *shop, const ptl_sim_options *options, ptl_export_folder *folder,
                         ptl_arena *arena, ptl_error *err)
{
    *shop = (ptl_shop){.folder = folder};
    PTL_TRY(make_climate(shop, options, arena, err));
    PTL_TRY(ptl_truth_init(&shop->truth, &shop->climate, ptl_shop_recorded_names, PTL_SHOP_RECORDED,
                           arena, err));
    shop->truth.kpi->not_marketing =
        1u << PTL_SHOP_DIRECT | 1u << PTL_SHOP_SUBSCRIPTION | 1u << PTL_SHOP_NONE;
    for (int i = 0; i < PTL_SHOP_PRODUCTS; i++)
        shop->truth.kpi->product_names[i] = ptl_shop_products[i].sku;
    PTL_TRY(cut_truth(shop, arena, err));
    PTL_TRY(take_lifts(shop, arena, err));
    ptl_faults_plant(&shop->faults, &shop->climate);
    PTL_TRY(open_files(shop, err));
    PTL_TRY(
        ptl_spill_new(&shop->sales, folder->dir, options->n_weeks + 1, sizeof(ptl_shop_sale), err));
    return ptl_spill_new(&shop->visits, folder->dir, options->n_weeks + 1, sizeof(ptl_shop_visit),
                         err);
}

void ptl_shop_close(ptl_shop *shop)
{
    ptl_export_drop(shop->identity);
    ptl_export_drop(shop->contracts);
    ptl_export_drop(shop->consents);
    ptl_spill_free(shop->sales);
    ptl_spill_free(shop->visits);
    free(shop->life);
    if (shop->climate.zone) ptl_climate_dispose(&shop->climate);
}

static ptl_status close_one(ptl_export **x, ptl_error *err)
{
    ptl_export *closing = *x;
    *x = NULL;
    return ptl_export_close(closing, err);
}

static const char *const fault_files[PTL_FAULT_KINDS] = {
    [PTL_FAULT_TWICE] = "data/shopify/sales_by_line.csv",
    [PTL_FAULT_GAP] = "data/meta_ads/account_eur.csv",
    [PTL_FAULT_LATE] = "data/awin/performance.csv",
    [PTL_FAULT_UNIT] = "data/google_ads/campaigns.csv",
    [PTL_FAULT_DOUBLE] = "data/ga4/events.jsonl",
    [PTL_FAULT_ZONE] = "data/shopify/sales_by_line.csv",
    [PTL_FAULT_CURRENCY] = "data/shopify/sales_by_line.csv",
    [PTL_FAULT_BOTS] = "data/ga4/events.jsonl"};

ptl_status ptl_shop_write(ptl_shop *shop, ptl_progress *progress, ptl_error *err)
{
    PTL_TRY(close_one(&shop->identity, err));
    PTL_TRY(close_one(&shop->contracts, err));
    PTL_TRY(close_one(&shop->consents, err));
    PTL_TRY(ptl_shop_write_sales(shop, progress, err));
    PTL_TRY(ptl_shop_write_visits(shop, err));
    PTL_TRY(ptl_progress_check(progress, err));
    PTL_TRY(ptl_shop_write_media(shop, err));
    PTL_TRY(ptl_office_write(&shop->truth, shop->folder, err));
    PTL_TRY(ptl_shop_write_workspace(shop, err));
    ptl_faults_admit(&shop->truth, &shop->faults, fault_files);
    return ptl_truth_write(&shop->truth, shop->folder, err);
}
