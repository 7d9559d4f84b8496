/* software_workspace.c: the workspace that reads this world's money: invoices and media.
 * software_sources.c has the sources of the pipeline and of contracts, office_sources.c those of
 * every company. */
#include "simulate/office.h"
#include "simulate/software.h"

static const ptl_office_file files[] = {
    {"channels.yaml",
     "# The channels people speak of, as the contact form and the platforms write them.\n"
     "- name: linkedin\n  label: LinkedIn\n  owner: Mira Okafor\n  paid: true\n"
     "- name: generic_search\n  label: Generic search\n  owner: Jonas Weber\n  paid: true\n"
     "- name: brand_search\n  label: Brand search\n  owner: Jonas Weber\n  paid: true\n"
     "- name: events\n  label: Events\n  owner: Lucia Romano\n  paid: true\n"
     "- name: review_sites\n  label: Review sites\n  owner: Jonas Weber\n  paid: true\n"
     "- name: nurture\n  label: Nurture letters\n  owner: Mira Okafor\n"
     "- name: organic_search\n  label: Organic search\n"
     "- name: direct\n  label: Direct\n  marketing: false\n"
     "- name: outbound\n  label: Outbound sales\n  owner: Tom Berger\n  marketing: false\n"},
    {"people/verticals.yaml",
     "# The parts of the company that one person each answers for. Invoices are cut by plan and\n"
     "# country, deals by country; of media, trade fairs are for the large.\n"
     "- name: enterprise\n  label: Enterprise\n  owner: Lucia Romano\n  products: [enterprise]\n"
     "  media: [Trade fairs]\n"
     "- name: dach\n  label: DACH\n  owner: Mira Okafor\n  geos: [Germany, Switzerland]\n"
     "- name: britain\n  label: Britain\n  owner: Jonas Weber\n  geos: [United Kingdom]\n"},
    {"sources/invoices.yaml",
     "about: Invoice lines and credit notes from billing\n"
     "owner: Ruth Amsel\n"
     "table: txn\n"
     "files: [\"data/billing/invoice_lines.csv*\"]\n"
     "identifier_kind: account\n"
     "mapping: |\n"
     "  SELECT\n"
     "    line_id AS txn_id,\n"
     "    invoice_number AS order_id,\n"
     "    ptl_time(issued_at, '%Y-%m-%d %H:%M:%S %z') AS occurred_at,\n"
     "    account_id AS identifier,\n"
     "    CASE WHEN document = 'credit note' THEN 'refund' ELSE kind END AS kind,\n"
     "    lead_source AS channel,\n"
     "    plan AS product,\n"
     "    lead_campaign AS campaign,\n"
     "    billing_country AS geo,\n"
     "    ptl_money(total) AS gross_micros,\n"
     "    ptl_money(tax) AS tax_micros,\n"
     "    ptl_money(cost_to_serve) AS variable_cost_micros,\n"
     "    ptl_money(payment_fee) AS fees_micros,\n"
     "    currency\n"
     "  FROM source\n"},
    {"journeys.yaml",
     "# What journeys lead to. The site knows cookies and the pipeline knows addresses, so until\n"
     "# identities are resolved the form that the site saw is the goal meant first.\n"
     "goals:\n"
     "  - {name: demo_request, table: event, kinds: [lead], value: none}\n"
     "  - {name: won_deal, table: opportunity}\n"
     "  - {name: invoice, kinds: [new], value: cm1}\n"},
    {"sources/segment.yaml",
     "about: \"Segment, what people read on the site and do in the product\"\n"
     "owner: Ruth Amsel\n"
     "table: event\n"
     "files: [\"data/segment/events.jsonl*\"]\n"
     "identifier_kind: cookie\n"
     "mapping: |\n"
     "  SELECT\n"
     "    \"messageId\" AS event_id,\n"
     "    ptl_time(\"timestamp\", '%Y-%m-%dT%H:%M:%S%z') AS occurred_at,\n"
     "    \"anonymousId\" AS identifier,\n"
     "    CASE WHEN type = 'page' AND \"context.page.path\" = '/' THEN 'visit'\n"
     "         WHEN type = 'page' THEN 'view' WHEN event = 'Demo Requested' THEN 'lead'\n"
     "         ELSE 'action' END AS kind,\n"
     "    coalesce(event, 'page viewed') AS name,\n"
     "    CASE WHEN type <> 'page' AND event <> 'Demo Requested' THEN NULL\n"
     "         WHEN \"context.campaign.name\" LIKE '%| Brand' THEN 'brand_search'\n"
     "         WHEN \"context.campaign.source\" = 'google' AND \"context.campaign.medium\" = "
     "'cpc'\n"
     "           THEN 'generic_search'\n"
     "         ELSE CASE \"context.campaign.source\" WHEN 'linkedin' THEN 'linkedin'\n"
     "           WHEN 'event' THEN 'events' WHEN 'g2.example' THEN 'review_sites'\n"
     "           WHEN 'hubspot' THEN 'nurture' WHEN 'google' THEN 'organic_search'\n"
     "           WHEN 'outreach' THEN 'outbound' ELSE 'direct' END END AS channel,\n"
     "    nullif(\"context.campaign.source\", '') AS source,\n"
     "    nullif(\"context.campaign.medium\", '') AS medium,\n"
     "    nullif(\"context.campaign.name\", '') AS campaign\n"
     "  FROM source\n"},
    {"sources/linkedin_ads.yaml", "about: LinkedIn Campaign Manager, campaigns by day\n"
                                  "owner: Mira Okafor\n"
                                  "table: spend\n"
                                  "files: [data/linkedin_ads/campaigns.csv]\n"
                                  "mapping: |\n"
                                  "  SELECT\n"
                                  "    ptl_day(\"Start Date (in UTC)\", '%m/%d/%Y') AS day,\n"
                                  "    'linkedin' AS channel,\n"
                                  "    \"Campaign Name\" AS campaign,\n"
                                  "    'Germany' AS geo,\n"
                                  "    ptl_money(\"Total Spent\") AS cost_micros,\n"
                                  "    \"Currency\" AS currency,\n"
                                  "    ptl_integer(\"Impressions\") AS impressions,\n"
                                  "    ptl_integer(\"Clicks\") AS clicks,\n"
                                  "    ptl_number(\"Leads\") AS claimed_conversions\n"
                                  "  FROM source\n"},
    {"sources/google_ads.yaml",
     "about: Google Ads, campaigns by day\n"
     "owner: Jonas Weber\n"
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
     "    ptl_money(\"Cost\") AS cost_micros,\n"
     "    \"Currency code\" AS currency,\n"
     "    ptl_integer(\"Impr.\") AS impressions,\n"
     "    ptl_integer(\"Clicks\") AS clicks,\n"
     "    ptl_number(\"Conversions\") AS claimed_conversions\n"
     "  FROM source\n"},
    {"sources/events.yaml",
     "about: What stands, travel and meet-ups cost, by day\n"
     "owner: Lucia Romano\n"
     "table: spend\n"
     "files: [data/events/costs.csv]\n"
     "mapping: |\n"
     "  SELECT\n"
     "    ptl_day(day, '%Y-%m-%d') AS day,\n"
     "    'events' AS channel,\n"
     "    item AS campaign,\n"
     "    CASE WHEN item LIKE 'London%' THEN 'United Kingdom' ELSE '' END AS geo,\n"
     "    ptl_money(cost) AS cost_micros,\n"
     "    currency\n"
     "  FROM source\n"},
    {"sources/review_sites.yaml", "about: Review sites, spend by day\n"
                                  "owner: Jonas Weber\n"
                                  "table: spend\n"
                                  "files: [data/review_sites/spend.csv]\n"
                                  "mapping: |\n"
                                  "  SELECT\n"
                                  "    ptl_day(day, '%Y-%m-%d') AS day,\n"
                                  "    'review_sites' AS channel,\n"
                                  "    item AS campaign,\n"
                                  "    ptl_money(cost) AS cost_micros,\n"
                                  "    currency\n"
                                  "  FROM source\n"},
    {".gitignore", ".portolan/\n"}};

ptl_status ptl_soft_write_workspace(ptl_soft *soft, ptl_error *err)
{
    PTL_TRY(ptl_office_write_portolan(&soft->truth, soft->folder, "Kontor Software",
                                      "an invented software company", err));
    PTL_TRY(ptl_office_write_files(soft->folder, files, sizeof files / sizeof *files, err));
    PTL_TRY(ptl_office_write_sources(soft->folder, "Ruth Amsel", err));
    return ptl_soft_write_sources(soft, err);
}
