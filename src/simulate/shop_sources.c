/* shop_sources.c: how the workspace reads the shop's letters, contracts, support cases and consent.
 *
 * orders_export.csv and payments.csv hold the money of sales_by_line.csv a second and a third time
 * and are left alone; the advertising snapshot is an older state of a file that is read. */
#include "simulate/office.h"
#include "simulate/shop.h"

static const ptl_office_file files[] = {
    {"sources/letters.yaml",
     "about: \"Klaviyo, one row a letter: what it reached costs nothing and counts\"\n"
     "owner: Joris Maas\n"
     "table: spend\n"
     "files: [\"data/klaviyo/campaigns.csv\"]\n"
     "mapping: |\n"
     "  SELECT\n"
     "    ptl_day(\"Send Time\"[1:10], '%Y-%m-%d') AS day,\n"
     "    'newsletter' AS channel,\n"
     "    \"Campaign Name\" AS campaign,\n"
     "    0 AS cost_micros,\n"
     "    ptl_integer(\"Total Recipients\") AS impressions,\n"
     "    ptl_integer(\"Unique Clicks\") AS clicks\n"
     "  FROM source\n"},
    {"sources/subscriptions.yaml",
     "about: Recharge, one row a contract; an order every so many days as money a month\n"
     "owner: Joris Maas\n"
     "table: subscription\n"
     "files: [\"data/recharge/subscriptions.csv*\"]\n"
     "identifier_kind: customer\n"
     "mapping: |\n"
     "  SELECT\n"
     "    subscription_id,\n"
     "    ptl_time(created_at, '%Y-%m-%d') AS valid_from,\n"
     "    ptl_time(cancelled_at, '%Y-%m-%d') AS valid_to,\n"
     "    customer_id AS identifier,\n"
     "    product_title AS plan,\n"
     "    ptl_money(price) * 365 // (12 * ptl_integer(order_interval_frequency)) AS mrr_micros,\n"
     "    'EUR' AS currency,\n"
     "    'new' AS reason\n"
     "  FROM source\n"},
    {"sources/reasons.yaml", "about: \"Recharge again: why contracts were ended\"\n"
                             "owner: Joris Maas\n"
                             "table: feedback\n"
                             "files: [\"data/recharge/subscriptions.csv*\"]\n"
                             "identifier_kind: customer\n"
                             "mapping: |\n"
                             "  SELECT\n"
                             "    subscription_id AS feedback_id,\n"
                             "    ptl_time(cancelled_at, '%Y-%m-%d') AS given_at,\n"
                             "    customer_id AS identifier,\n"
                             "    'churn_reason' AS kind,\n"
                             "    cancellation_reason AS theme,\n"
                             "    product_title AS product\n"
                             "  FROM source\n"
                             "  WHERE cancelled_at IS NOT NULL\n"},
    {"sources/tickets.yaml",
     "about: Zendesk, support cases\n"
     "owner: Joris Maas\n"
     "table: ticket\n"
     "files: [\"data/zendesk/tickets.csv*\"]\n"
     "identifier_kind: email\n"
     "mapping: |\n"
     "  SELECT\n"
     "    \"Id\" AS ticket_id,\n"
     "    ptl_time(\"Created at\", '%Y-%m-%d %H:%M:%S %z') AS opened_at,\n"
     "    ptl_time(\"First reply at\", '%Y-%m-%d %H:%M:%S %z') AS answered_at,\n"
     "    ptl_time(\"Solved at\", '%Y-%m-%d %H:%M:%S %z') AS closed_at,\n"
     "    \"Requester email\" AS identifier,\n"
     "    \"Tags\" AS topic,\n"
     "    \"Priority\" AS severity,\n"
     "    CASE WHEN \"Status\" = 'Solved' THEN 'solved' END AS outcome,\n"
     "    CASE \"Satisfaction\" WHEN 'good' THEN 1.0 WHEN 'bad' THEN 0.0 END AS satisfaction\n"
     "  FROM source\n"},
    {"sources/consent_analytics.yaml",
     "about: \"Decisions about cookies: analytics\"\n"
     "owner: Joris Maas\n"
     "table: consent\n"
     "files: [\"data/cmp/consent_log.csv*\"]\n"
     "identifier_kind: cookie\n"
     "mapping: |\n"
     "  SELECT\n"
     "    user_pseudo_id AS identifier,\n"
     "    'analytics' AS purpose,\n"
     "    ptl_time(\"timestamp\", '%Y-%m-%d %H:%M:%S %z') AS decided_at,\n"
     "    CASE WHEN analytics_storage = 'granted' THEN 'granted' ELSE 'refused' END AS status,\n"
     "    'consent' AS basis,\n"
     "    consent_id AS evidence,\n"
     "    'site' AS place\n"
     "  FROM source\n"
     "  WHERE user_pseudo_id IS NOT NULL -- who refused left no cookie to name\n"},
    {"sources/consent_advertising.yaml",
     "about: \"Decisions about cookies: advertising\"\n"
     "owner: Joris Maas\n"
     "table: consent\n"
     "files: [\"data/cmp/consent_log.csv*\"]\n"
     "identifier_kind: cookie\n"
     "mapping: |\n"
     "  SELECT\n"
     "    user_pseudo_id AS identifier,\n"
     "    'advertising' AS purpose,\n"
     "    ptl_time(\"timestamp\", '%Y-%m-%d %H:%M:%S %z') AS decided_at,\n"
     "    CASE WHEN ad_storage = 'granted' THEN 'granted' ELSE 'refused' END AS status,\n"
     "    'consent' AS basis,\n"
     "    consent_id AS evidence,\n"
     "    'site' AS place\n"
     "  FROM source\n"
     "  WHERE user_pseudo_id IS NOT NULL -- who refused left no cookie to name\n"}};

ptl_status ptl_shop_write_sources(ptl_shop *shop, ptl_error *err)
{
    return ptl_office_write_files(shop->folder, files, sizeof files / sizeof *files, err);
}
