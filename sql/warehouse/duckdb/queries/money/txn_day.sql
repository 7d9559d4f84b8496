-- one row is: a local day, a channel as recorded with the order, a currency
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  day,
  coalesce(channel, '') AS channel,
  currency,
  -- a refund on a later day is no second order
  count(DISTINCT CASE WHEN kind <> 'refund' THEN coalesce(order_id, txn_id) END)::BIGINT AS orders,
  sum(gross_micros - discount_micros - tax_micros)::BIGINT AS revenue_micros,
  sum(variable_cost_micros + shipping_micros + fees_micros)::BIGINT AS variable_micros
FROM txn_as_of($1)
WHERE day BETWEEN $2 AND $3
GROUP BY day, coalesce(channel, ''), currency
ORDER BY day, coalesce(channel, ''), currency
