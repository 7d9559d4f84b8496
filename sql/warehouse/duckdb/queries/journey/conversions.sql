-- one row is: money of a conversion on a day in a currency; its first instant, or that of its goal
-- params: $1 instant (known by), $2 text (account, otherwise person), $3 instant (from), $4 instant (to, not included), $5 text (table of the goal), $6 text (kinds, by unit separators; empty all)
WITH account AS (
  SELECT account_id, min(3 * number + 2) AS unit FROM account_link_as_of($1, $2) GROUP BY account_id
), orders AS ( -- an order converts with its first line that is no refund; refunds lower its worth
  SELECT identifier_id, coalesce(order_id, txn_id) AS conversion, min(occurred_at) AS occurred_at
  FROM txn_as_of($1)
  WHERE $5 = 'txn' AND kind <> 'refund'
    AND ($6 = '' OR list_contains(string_split($6, chr(31)), kind))
  GROUP BY identifier_id, coalesce(order_id, txn_id)
), conversions AS (
  SELECT o.identifier_id, NULL::VARCHAR AS account_id, o.conversion, o.occurred_at, t.day, t.currency,
         t.gross_micros - t.discount_micros - t.tax_micros AS revenue_micros,
         t.variable_cost_micros + t.shipping_micros + t.fees_micros AS variable_micros
  FROM orders AS o JOIN txn_as_of($1) AS t
    ON coalesce(t.order_id, t.txn_id) = o.conversion
   AND t.identifier_id IS NOT DISTINCT FROM o.identifier_id
  UNION ALL
  SELECT identifier_id, NULL, event_id, occurred_at, day, currency, coalesce(value_micros, 0), 0
  FROM event_as_of($1)
  WHERE $5 = 'event' AND ($6 = '' OR list_contains(string_split($6, chr(31)), kind)
                                OR list_contains(string_split($6, chr(31)), name))
  UNION ALL
  SELECT identifier_id, account_id, lead_id, changed_at, day, NULL, 0, 0
  FROM lead_as_of($1)
  WHERE $5 = 'lead' AND ($6 = '' OR list_contains(string_split($6, chr(31)), status))
  UNION ALL
  SELECT identifier_id, account_id, opportunity_id, coalesce(closed_at, opened_at), day, currency,
         coalesce(amount_micros, 0), 0
  FROM opportunity_as_of($1)
  WHERE $5 = 'opportunity' AND won AND ($6 = '' OR list_contains(string_split($6, chr(31)), kind))
  UNION ALL
  SELECT identifier_id, account_id, subscription_id, valid_from, day, currency, mrr_micros, 0
  FROM subscription_as_of($1)
  WHERE $5 = 'subscription' AND ($6 = '' OR list_contains(string_split($6, chr(31)), reason))
)
SELECT
  coalesce(a.unit, u.unit, 3 * c.identifier_id + 1) AS unit,
  c.occurred_at AS occurred_at,
  c.conversion AS conversion,
  c.day AS day,
  coalesce(c.currency, '') AS currency,
  sum(c.revenue_micros)::BIGINT AS revenue_micros,
  sum(c.variable_micros)::BIGINT AS variable_micros
FROM conversions AS c
LEFT JOIN unit_as_of($1, $2) AS u ON u.identifier_id = c.identifier_id
LEFT JOIN account AS a ON a.account_id = c.account_id
WHERE c.occurred_at >= $3 AND c.occurred_at < $4
GROUP BY coalesce(a.unit, u.unit, 3 * c.identifier_id + 1), c.occurred_at, c.conversion, c.day,
         coalesce(c.currency, '')
ORDER BY unit, occurred_at, conversion, day, currency
