/* shop_media.c: what the platforms and the agency report: money, impressions, clicks, and what they
 * claim. Costs of the newest days are restated later: the snapshot of four weeks before the end, as
 * it was exported then, lies beside the final report. */
#include "simulate/google.h"
#include "simulate/shop.h"

#include <stdio.h>
#include <string.h>

/* What a channel's money buys. */
typedef struct reach {
    double cpm_cents, click_rate;
} reach;
static const reach reaches[PTL_SHOP_MEDIA] = {{820, 0.011}, {3100, 0.062}, {1900, 0.21},
                                              {1400, 0.0},  {2600, 0.045}, {1, 0.0}};

static int64_t impressions_of(int32_t channel, int64_t cents, int64_t day)
{
    const double wobble =
        0.9 + 0.2 * (double)(ptl_scramble((uint64_t)(day * 8 + channel)) % 1000) / 1e3;
    return (int64_t)((double)cents / reaches[channel].cpm_cents * 1000.0 * wobble);
}

static int64_t clicks_of(int32_t channel, int64_t impressions)
{
    return (int64_t)((double)impressions * reaches[channel].click_rate);
}

/* A campaign's part of what the platform claims for the channel; whole conversions, the remainder
 * with the first campaign. */
static int64_t part(const ptl_climate *c, int32_t campaign, int64_t whole)
{
    const ptl_campaign *p = &c->campaigns[campaign];
    const bool is_first = campaign == 0 || c->campaigns[campaign - 1].channel != p->channel;
    if (!is_first) return (int64_t)(p->share * (double)whole);
    int64_t others = 0;
    for (int32_t i = campaign + 1; i < c->n_campaigns && c->campaigns[i].channel == p->channel; i++)
        others += (int64_t)(c->campaigns[i].share * (double)whole);
    return whole - others;
}

static const ptl_truth_claim *claim_at(const ptl_shop *shop, int32_t channel, int64_t day)
{
    return &shop->truth.claims[channel * shop->climate.n_days + day];
}

/* --- Google ---------------------------------------------------------------------------------- */

static void put_google(ptl_shop *shop, ptl_google *g, int32_t campaign, int64_t day)
{
    const ptl_climate *c = &shop->climate;
    const ptl_campaign *p = &c->campaigns[campaign];
    const int64_t cents = ptl_climate_campaign_cents(c, campaign, day);
    const int64_t seen = impressions_of(p->channel, cents, day);
    const bool wrong = ptl_faults_hit(&shop->faults, PTL_FAULT_UNIT, day);
    const ptl_truth_claim *claim = claim_at(shop, p->channel, day);
    if (cents == 0) return;
    const ptl_google_row row = {.cents = wrong ? cents * 100 : cents,
                                .seen = seen,
                                .clicks = clicks_of(p->channel, seen),
                                .conversions = part(c, campaign, claim->conversions),
                                .value_cents = part(c, campaign, claim->value_cents)};
    ptl_google_put(g, c->first + (ptl_day)day, p->name, ptl_sim_currency[p->currency], &row);
    shop->faults.rows[PTL_FAULT_UNIT] += wrong;
    shop->faults.cents[PTL_FAULT_UNIT] += wrong ? cents * 99 : 0;
}

static ptl_status write_google(ptl_shop *shop, ptl_error *err)
{
    const ptl_climate *c = &shop->climate;
    ptl_google g = {.has_value = true};
    PTL_TRY(ptl_export_open(&g.x, shop->folder, "data/google_ads/campaigns.csv", false, err));
    ptl_google_head(&g, c->first, c->first + (ptl_day)c->n_days - 1);
    for (int64_t day = 0; day < c->n_days; day++)
        for (int32_t i = 0; i < c->n_campaigns; i++) {
            const int32_t channel = c->campaigns[i].channel;
            if (channel == PTL_SHOP_GENERIC || channel == PTL_SHOP_BRAND)
                put_google(shop, &g, i, day);
        }
    ptl_google_totals(&g);
    return ptl_export_close(g.x, err);
}

/* --- Meta ------------------------------------------------------------------------------------ */

static void put_meta(const ptl_shop *shop, ptl_export *x, int32_t campaign, int64_t day, bool then)
{
    const ptl_climate *c = &shop->climate;
    const ptl_campaign *p = &c->campaigns[campaign];
    const ptl_truth_claim *claim = claim_at(shop, p->channel, day);
    const int64_t snapshot = c->n_days - 29;
    int64_t cents = ptl_climate_campaign_cents(c, campaign, day);
    if (then && day > snapshot - 5) cents += cents * 3 / 100; /* not yet cleaned of false clicks */
    const int64_t seen = impressions_of(p->channel, cents, day);
    const int64_t reached = (int64_t)((double)seen / 1.42);
    if (cents == 0) return;
    ptl_export_day(x, c->first + (ptl_day)day);
    ptl_export_day(x, c->first + (ptl_day)day);
    ptl_export_text(x, p->name);
    ptl_export_text(x, "active");
    ptl_export_cents(x, cents);
    ptl_export_int(x, seen);
    ptl_export_int(x, reached);
    ptl_export_cents(x, reached > 0 ? seen * 100 / reached : 0);
    ptl_export_int(x, clicks_of(p->channel, seen));
    ptl_export_int(x, part(c, campaign, then ? claim->conversions_then : claim->conversions));
    ptl_export_cents(x, part(c, campaign, then ? claim->value_then : claim->value_cents));
    ptl_export_text(x, "7-day click or 1-day view");
    ptl_export_end(x);
}

static ptl_status write_meta(ptl_shop *shop, const char *name, int32_t currency, bool then,
                             ptl_error *err)
{
    ptl_export *x = NULL;
    char head[400];
    PTL_TRY(ptl_export_open(&x, shop->folder, name, false, err));
    snprintf(head, sizeof head,
             "Reporting starts,Reporting ends,Campaign name,Campaign delivery,Amount spent (%s),"
             "Impressions,Reach,Frequency,Link clicks,Purchases,Purchases conversion value,"
             "Attribution setting",
             ptl_sim_currency[currency]);
    ptl_export_line(x, head);
    const int64_t until = then ? shop->climate.n_days - 28 : shop->climate.n_days;
    for (int64_t day = 0; day < until; day++) {
        const bool missing =
            !then && currency == PTL_SIM_EUR && ptl_faults_hit(&shop->faults, PTL_FAULT_GAP, day);
        for (int32_t i = 0; i < shop->climate.n_campaigns; i++) {
            const ptl_campaign *p = &shop->climate.campaigns[i];
            if (p->channel != PTL_SHOP_SOCIAL || p->currency != currency) continue;
            if (!missing) put_meta(shop, x, i, day, then);
            shop->faults.rows[PTL_FAULT_GAP] += missing;
            if (missing)
                shop->faults.cents[PTL_FAULT_GAP] +=
                    ptl_climate_campaign_cents(&shop->climate, i, day);
        }
    }
    return ptl_export_close(x, err);
}

/* --- agency and partners --------------------------------------------------------------------- */

static ptl_status write_television(ptl_shop *shop, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, shop->folder, "data/agency/tv_mediaplan.csv", false, err));
    ptl_export_german(x);
    ptl_export_line(x, "Datum;Kampagne;Sender;Spots;Kontakte;Kosten netto (EUR)");
    const ptl_climate *c = &shop->climate;
    for (int64_t day = 0; day < c->n_days; day++)
        for (int32_t i = 0; i < c->n_campaigns; i++) {
            const int64_t cents = ptl_climate_campaign_cents(c, i, day);
            if (c->campaigns[i].channel != PTL_SHOP_TV || cents == 0) continue;
            const ptl_date d = ptl_date_of(c->first + (ptl_day)day);
            char date[16];
            snprintf(date, sizeof date, "%02d.%02d.%04d", d.day % 100, d.month % 100,
                     d.year % 10000);
            ptl_export_text(x, date);
            ptl_export_text(x, c->campaigns[i].name);
            ptl_export_text(x, "Sendergruppe Nord");
            ptl_export_int(x, 1 + cents / 18000);
            ptl_export_int(x, impressions_of(PTL_SHOP_TV, cents, day));
            ptl_export_cents(x, cents);
            ptl_export_end(x);
        }
    return ptl_export_close(x, err);
}

static ptl_status write_affiliates(ptl_shop *shop, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, shop->folder, "data/awin/performance.csv", false, err));
    ptl_export_line(x, "Date,Advertiser,Clicks,Sales,Sales value,Total commission,Currency");
    const ptl_climate *c = &shop->climate;
    for (int64_t day = 0; day < c->n_days; day++)
        for (int32_t i = 0; i < c->n_campaigns; i++) {
            const int64_t cents = ptl_climate_campaign_cents(c, i, day);
            if (c->campaigns[i].channel != PTL_SHOP_AFFILIATES || cents == 0) continue;
            if (ptl_faults_hit(&shop->faults, PTL_FAULT_LATE, day)) {
                shop->faults.rows[PTL_FAULT_LATE]++;
                shop->faults.cents[PTL_FAULT_LATE] += cents;
                continue;
            }
            const ptl_truth_claim *claim = claim_at(shop, PTL_SHOP_AFFILIATES, day);
            const int64_t seen = impressions_of(PTL_SHOP_AFFILIATES, cents, day);
            ptl_export_day(x, c->first + (ptl_day)day);
            ptl_export_text(x, "Lindqvist Tea");
            ptl_export_int(x, clicks_of(PTL_SHOP_AFFILIATES, seen));
            ptl_export_int(x, claim->conversions);
            ptl_export_cents(x, claim->value_cents);
            ptl_export_cents(x, cents);
            ptl_export_text(x, "EUR");
            ptl_export_end(x);
        }
    return ptl_export_close(x, err);
}

/* The letters: one row a letter, sent in the mornings of the week. */
static ptl_status write_letters(ptl_shop *shop, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, shop->folder, "data/klaviyo/campaigns.csv", false, err));
    ptl_export_line(x, "Campaign Name,Send Time,Total Recipients,Unique Opens,Unique Clicks,"
                       "Unsubscribes,Tags");
    const ptl_climate *c = &shop->climate;
    const int64_t subscribers = c->options.n_persons * 46 / 100;
    for (int64_t day = 0; day < c->n_days; day++) {
        const int64_t letters = (int64_t)c->messages[day + PTL_SIM_BURN_DAYS];
        if (day % 7 >= letters) continue;
        char name[64], when[40];
        const uint64_t luck = ptl_scramble((uint64_t)day + 31);
        snprintf(name, sizeof name, "Letter %lld", (long long)day);
        ptl_climate_time(when, &shop->climate, day * 86400 + 28800);
        ptl_export_text(x, name);
        ptl_export_text(x, when);
        ptl_export_int(x, subscribers);
        ptl_export_int(x, subscribers * (int64_t)(28 + luck % 9) / 100);
        ptl_export_int(x, subscribers * (int64_t)(15 + luck % 11) / 1000);
        ptl_export_int(x, subscribers * letters * letters / 6000);
        ptl_export_text(x, "letter");
        ptl_export_end(x);
    }
    return ptl_export_close(x, err);
}

ptl_status ptl_shop_write_media(ptl_shop *shop, ptl_error *err)
{
    PTL_TRY(write_google(shop, err));
    PTL_TRY(write_meta(shop, "data/meta_ads/account_eur.csv", PTL_SIM_EUR, false, err));
    PTL_TRY(write_meta(shop, "data/meta_ads/account_gbp.csv", PTL_SIM_GBP, false, err));
    PTL_TRY(write_meta(shop, "data/meta_ads_snapshot/account_eur.csv", PTL_SIM_EUR, true, err));
    PTL_TRY(write_television(shop, err));
    PTL_TRY(write_affiliates(shop, err));
    return write_letters(shop, err);
}
