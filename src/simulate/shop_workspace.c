/* shop_workspace.c: the workspace that reads the exports' money: orders and media. shop_sources.c
 * has the sources of people and contracts, office_sources.c those of every company. */
#include "simulate/office.h"
#include "simulate/shop.h"

#include <stdio.h>
#include <string.h>

static const ptl_office_file files[] = {
    {"channels.yaml",
     "# The channels people speak of, and what the shop writes down for them.\n"
     "- name: paid_social\n  label: Paid social\n  owner: Daan Visser\n  paid: true\n"
     "  aliases: [facebook / paid_social]\n"
     "- name: generic_search\n  label: Generic search\n  owner: Priya Raman\n  paid: true\n"
     "  aliases: [google / cpc]\n"
     "- name: brand_search\n  label: Brand search\n  owner: Priya Raman\n  paid: true\n"
     "- name: television\n  label: Television\n  owner: Ines Albrecht\n  paid: true\n"
     "- name: affiliates\n  label: Affiliates\n  owner: Daan Visser\n  paid: true\n"
     "  aliases: [awin / affiliate]\n"
     "- name: newsletter\n  label: Newsletter\n  owner: Joris Maas\n"
     "  aliases: [klaviyo / email]\n"
     "- name: organic_search\n  label: Organic search\n  aliases: [google / organic]\n"
     "- name: direct\n  label: Direct\n  marketing: false\n  aliases: [(direct) / (none)]\n"
     "- name: subscription\n  label: Subscription\n  owner: Joris Maas\n  marketing: false\n"
     "  aliases: [recharge / subscription]\n"},
    {"people/verticals.yaml",
     "# The parts of the company that one person each answers for. Lines of an order are cut by\n"
     "# article and country; of media, retargeting sells gifts.\n"
     "- name: gifts\n  label: Gifts\n  owner: Daan Visser\n  products: [\"BOX-*\", \"ACC-*\"]\n"
     "  media: [DE_Retargeting]\n"
     "- name: abroad\n  label: Abroad\n  owner: Priya Raman\n"
     "  geos: [United Kingdom, Switzerland]\n"
     "- name: home\n  label: Germany\n  owner: Ines Albrecht\n  geos: [Germany]\n"},
    {"journeys.yaml",
     "# What journeys lead to. Analytics know cookies and the shop knows customers, so until\n"
     "# identities are resolved the sales that analytics saw are the goal meant first.\n"
     "goals:\n"
     "  - {name: web_order, table: event, kinds: [purchase]}\n"
     "  - {name: first_order, kinds: [new], value: cm1}\n"
     "  - {name: repeat_order, kinds: [renewal], value: cm1}\n"},
    {"sources/orders.yaml",
     "about: Sales by line from the shop, exported every Monday morning\n"
     "owner: Hanna Sund\n"
     "table: txn\n"
     "files: [\"data/shopify/sales_by_line.csv*\"]\n"
     "identifier_kind: customer\n"
     "# The report writes discounts as negatives, and returns as lines of their own.\n"
     "mapping: |\n"
     "  SELECT\n"
     "    sale_id AS txn_id,\n"
     "    order_name AS order_id,\n"
     "    ptl_time(created_at, '%Y-%m-%d %H:%M:%S %z') AS occurred_at,\n"
     "    customer_id AS identifier,\n"
     "    CASE WHEN transaction_type = 'return' THEN 'refund'\n"
     "         WHEN customer_type = 'first-time' THEN 'new' ELSE 'renewal' END AS kind,\n"
     "    CASE WHEN utm_source = '' THEN NULL\n"
     "         WHEN utm_campaign LIKE '%| Brand' THEN 'brand_search'\n"
     "         ELSE utm_source || ' / ' || utm_medium END AS channel,\n"
     "    variant_sku AS product,\n"
     "    nullif(utm_campaign, '') AS campaign,\n"
     "    shipping_country AS geo,\n"
     "    ptl_integer(quantity) AS quantity,\n"
     "    ptl_money(gross_sales) AS gross_micros,\n"
     "    -ptl_money(discounts) AS discount_micros,\n"
     "    ptl_money(taxes) AS tax_micros,\n"
     "    ptl_money(cost_of_goods_sold) AS variable_cost_micros,\n"
     "    ptl_money(shipping_label_cost) AS shipping_micros,\n"
     "    ptl_money(payment_fees) AS fees_micros,\n"
     "    currency\n"
     "  FROM source\n"},
    {"sources/google_ads.yaml",
     "about: Google Ads, campaigns by day\n"
     "owner: Priya Raman\n"
     "table: spend\n"
     "files: [data/google_ads/campaigns.csv]\n"
     "format:\n"
     "  head_row: auto # a title and the period stand above it\n"
     "  totals: [\"Total: *\"]\n"
     "mapping: |\n"
     "  SELECT\n"
     "    ptl_day(\"Day\", '%Y-%m-%d') AS day,\n"
     "    CASE WHEN \"Campaign\" LIKE '%| Brand' THEN 'brand_search' ELSE 'generic_search' END\n"
     "      AS channel,\n"
     "    \"Campaign\" AS campaign,\n"
     "    CASE WHEN \"Campaign\" LIKE 'DE |%' THEN 'Germany' ELSE '' END AS geo,\n"
     "    ptl_money(\"Cost\") AS cost_micros,\n"
     "    \"Currency code\" AS currency,\n"
     "    ptl_integer(\"Impr.\") AS impressions,\n"
     "    ptl_integer(\"Clicks\") AS clicks,\n"
     "    ptl_number(\"Conversions\") AS claimed_conversions,\n"
     "    ptl_money(\"Conv. value\") AS claimed_value_micros\n"
     "  FROM source\n"},
    {"sources/television.yaml", "about: The agency's media plan, as it was broadcast\n"
                                "owner: Ines Albrecht\n"
                                "table: spend\n"
                                "files: [data/agency/tv_mediaplan.csv]\n"
                                "locale: de\n"
                                "format:\n"
                                "  delimiter: \";\"\n"
                                "mapping: |\n"
                                "  SELECT\n"
                                "    ptl_day(\"Datum\", '%d.%m.%Y') AS day,\n"
                                "    'television' AS channel,\n"
                                "    \"Kampagne\" AS campaign,\n"
                                "    'Germany' AS geo,\n"
                                "    ptl_money(\"Kosten netto (EUR)\") AS cost_micros,\n"
                                "    'EUR' AS currency,\n"
                                "    ptl_integer(\"Kontakte\") AS impressions\n"
                                "  FROM source\n"},
    {"sources/affiliates.yaml", "about: Awin, commissions by day\n"
                                "owner: Daan Visser\n"
                                "table: spend\n"
                                "files: [data/awin/performance.csv]\n"
                                "mapping: |\n"
                                "  SELECT\n"
                                "    ptl_day(\"Date\", '%Y-%m-%d') AS day,\n"
                                "    'affiliates' AS channel,\n"
                                "    'always on' AS campaign,\n"
                                "    ptl_money(\"Total commission\") AS cost_micros,\n"
                                "    \"Currency\" AS currency,\n"
                                "    ptl_integer(\"Clicks\") AS clicks,\n"
                                "    ptl_number(\"Sales\") AS claimed_conversions,\n"
                                "    ptl_money(\"Sales value\") AS claimed_value_micros\n"
                                "  FROM source\n"},
    {"sources/ga4.yaml",
     "about: The shop's analytics, as GA4 exports its events to BigQuery\n"
     "owner: Joris Maas\n"
     "table: event\n"
     "files: [\"data/ga4/events.jsonl*\"]\n"
     "identifier_kind: cookie\n"
     "# GA4 numbers no events: what one is, is all that it says of itself. Nested keys are paths.\n"
     "mapping: |\n"
     "  SELECT\n"
     "    md5(concat_ws('|', user_pseudo_id, event_timestamp, event_name, event_params,\n"
     "                  \"ecommerce.transaction_id\", \"geo.country\")) AS event_id,\n"
     "    make_timestamp(ptl_integer(event_timestamp)) AS occurred_at,\n"
     "    user_pseudo_id AS identifier,\n"
     "    CASE event_name WHEN 'session_start' THEN 'visit' WHEN 'view_item' THEN 'view'\n"
     "         WHEN 'purchase' THEN 'purchase' ELSE 'action' END AS kind,\n"
     "    event_name AS name,\n"
     "    CASE WHEN \"traffic_source.name\" LIKE '%| Brand' THEN 'brand_search'\n"
     "         ELSE \"traffic_source.source\" || ' / ' || \"traffic_source.medium\" END AS "
     "channel,\n"
     "    \"traffic_source.source\" AS source,\n"
     "    \"traffic_source.medium\" AS medium,\n"
     "    \"traffic_source.name\" AS campaign,\n"
     "    \"geo.country\" AS geo,\n"
     "    ptl_money(\"ecommerce.purchase_revenue\") AS value_micros,\n"
     "    \"ecommerce.currency\" AS currency,\n"
     "    '{\"session\":' || ptl_param(event_params, 'ga_session_id') || ',\"device\":\"' ||\n"
     "      \"device.category\" || '\"}' AS properties\n"
     "  FROM source\n"}};

typedef struct meta_account {
    const char *name, *about, *file, *currency;
    const char *known_at; /* an instant in SQL; NULL: when it is imported */
} meta_account;

/* One account a currency, and the currency stands in the column's name. */
static ptl_status write_meta(ptl_shop *shop, const meta_account *m, ptl_error *err)
{
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 16, NULL);
    ptl_buffer_printf(&text,
                      "about: Meta Ads, the account in %s%s, campaigns by day\n"
                      "owner: Daan Visser\n"
                      "table: spend\n"
                      "files: [data/%s]\n"
                      "mapping: |\n"
                      "  SELECT\n"
                      "    ptl_day(\"Reporting starts\", '%%Y-%%m-%%d') AS day,\n"
                      "    'paid_social' AS channel,\n"
                      "    \"Campaign name\" AS campaign,\n"
                      "    '%s' AS geo,\n"
                      "    ptl_money(\"Amount spent (%s)\") AS cost_micros,\n"
                      "    '%s' AS currency,\n"
                      "    ptl_integer(\"Impressions\") AS impressions,\n"
                      "    ptl_integer(\"Link clicks\") AS clicks,\n"
                      "    ptl_integer(\"Reach\") AS reach,\n"
                      "    ptl_number(\"Frequency\") AS frequency,\n"
                      "    ptl_number(\"Purchases\") AS claimed_conversions,\n"
                      "    ptl_money(\"Purchases conversion value\") AS claimed_value_micros",
                      m->currency, m->about, m->file,
                      strcmp(m->currency, "GBP") == 0 ? "United Kingdom" : "Germany", m->currency,
                      m->currency);
    if (m->known_at)
        ptl_buffer_printf(&text, ",\n    TIMESTAMP '%s' AS known_at -- when it was exported",
                          m->known_at);
    ptl_buffer_text(&text, "\n  FROM source\n");
    ptl_status st = ptl_buffer_check(&text, m->name, err);
    if (st == PTL_OK) st = ptl_export_write(shop->folder, m->name, ptl_buffer_borrow(&text), err);
    ptl_buffer_dispose(&text);
    return st;
}

/* The snapshot was known the morning after its last day; what the later export says counts today,
 * and an "as of" before it gives the snapshot's figures. */
static ptl_status write_all_meta(ptl_shop *shop, ptl_error *err)
{
    char then[48], day[16];
    ptl_day_format(day, shop->climate.first + (ptl_day)shop->climate.n_days - 28);
    snprintf(then, sizeof then, "%s 06:00:00", day);
    const meta_account accounts[] = {
        {"sources/meta_ads_eur.yaml", "", "meta_ads/account_eur.csv", "EUR", NULL},
        {"sources/meta_ads_gbp.yaml", "", "meta_ads/account_gbp.csv", "GBP", NULL},
        {"sources/meta_ads_eur_then.yaml", ", as it was exported four weeks earlier",
         "meta_ads_snapshot/account_eur.csv", "EUR", then}};
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
        PTL_TRY(write_meta(shop, &accounts[i], err));
    return PTL_OK;
}

ptl_status ptl_shop_write_workspace(ptl_shop *shop, ptl_error *err)
{
    PTL_TRY(ptl_office_write_portolan(&shop->truth, shop->folder, "Lindqvist Tea",
                                      "an invented shop", err));
    PTL_TRY(ptl_office_write_files(shop->folder, files, sizeof files / sizeof *files, err));
    PTL_TRY(ptl_office_write_sources(shop->folder, "Hanna Sund", err));
    PTL_TRY(ptl_shop_write_sources(shop, err));
    PTL_TRY(write_all_meta(shop, err));
    return ptl_export_write(shop->folder, ".gitignore", PTL_TEXT(".portolan/\n"), err);
}
