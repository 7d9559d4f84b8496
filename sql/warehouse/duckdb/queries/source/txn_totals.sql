-- one row is: a currency with everything its orders add up to, the newest day included
-- params: $1 instant (known by)
SELECT
  currency,
  count(*)::BIGINT AS n_lines,
  count(DISTINCT coalesce(order_id, txn_id))::BIGINT AS n_orders,
  count(DISTINCT identifier_id)::BIGINT AS n_customers,
  sum(gross_micros)::BIGINT AS gross_micros,
  sum(gross_micros - discount_micros - tax_micros)::BIGINT AS revenue_micros
FROM txn_as_of($1)
GROUP BY currency
ORDER BY currency
