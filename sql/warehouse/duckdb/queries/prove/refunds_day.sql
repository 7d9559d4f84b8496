-- one row is: refunds of a local day for orders of another, in a currency
-- params: $1 instant (known by), $2 day (first), $3 day (last)
WITH refunds AS (
  SELECT day, order_id, currency, gross_micros - discount_micros - tax_micros AS net_micros
  FROM txn_as_of($1)
  WHERE kind = 'refund' AND order_id IS NOT NULL AND day BETWEEN $2 AND $3
), ordered AS (
  SELECT t.order_id, min(t.day) AS order_day
  FROM txn_as_of($1) AS t
  SEMI JOIN refunds AS r ON r.order_id = t.order_id
  WHERE t.kind <> 'refund'
  GROUP BY t.order_id
)
SELECT r.day, o.order_day, r.currency, sum(r.net_micros)::BIGINT AS net_micros
FROM refunds AS r
INNER JOIN ordered AS o ON o.order_id = r.order_id
WHERE o.order_day <> r.day
GROUP BY r.day, o.order_day, r.currency
ORDER BY r.day, o.order_day, r.currency
