-- one row is: a local day, a channel, a currency: what orders come to, and what the books may see differently
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  day,
  coalesce(channel, '') AS channel,
  currency,
  sum(gross_micros - discount_micros - tax_micros)::BIGINT AS revenue_micros,
  sum(variable_cost_micros + shipping_micros + fees_micros)::BIGINT AS variable_micros,
  sum(tax_micros)::BIGINT AS tax_micros,
  sum(CASE WHEN kind = 'refund' THEN gross_micros - discount_micros - tax_micros ELSE 0 END)::BIGINT
    AS refund_micros,
  sum(CASE WHEN occurred_at::DATE < day THEN gross_micros - discount_micros - tax_micros
           ELSE 0 END)::BIGINT AS before_micros,
  sum(CASE WHEN occurred_at::DATE > day THEN gross_micros - discount_micros - tax_micros
           ELSE 0 END)::BIGINT AS after_micros,
  count(*)::BIGINT AS n_rows
FROM txn_as_of($1)
WHERE day BETWEEN $2 AND $3
GROUP BY day, coalesce(channel, ''), currency
ORDER BY day, coalesce(channel, ''), currency
