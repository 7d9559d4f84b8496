-- one row is: a line of money, with those of its customer, in order of time
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  identifier_id,
  day,
  coalesce(kind, 'new') AS kind,
  coalesce(channel, '') AS channel,
  coalesce(product, '') AS product,
  coalesce(campaign, '') AS campaign,
  coalesce(geo, '') AS geo,
  coalesce(order_id, txn_id) AS order_key,
  currency,
  gross_micros - discount_micros - tax_micros AS revenue_micros,
  variable_cost_micros + shipping_micros + fees_micros AS variable_micros
FROM txn_as_of($1)
WHERE day BETWEEN $2 AND $3
ORDER BY identifier_id, occurred_at, coalesce(order_id, txn_id), txn_id, load_id, source_row
