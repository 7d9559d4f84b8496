-- one row is: money of a conversion on a day in a currency; its first instant, or that of its goal
-- params: $1 instant (known by), $2 text (account, otherwise person), $3 instant (from), $4 instant (to, not included), $5 text (table of the goal), $6 text (kinds, by unit separators; empty all)
WITH link AS (
  SELECT identifier_id, min(person_id) AS person_id
  FROM identifier
  WHERE person_id IS NOT NULL AND valid_from <= $1 AND coalesce(valid_to > $1, true)
  GROUP BY identifier_id
), company AS ( -- who works where, of what names both; nothing where persons are asked for
  SELECT identifier_id, account_id FROM lead_as_of($1)
  WHERE $2 = 'account' AND identifier_id IS NOT NULL AND account_id IS NOT NULL
  UNION
  SELECT identifier_id, account_id FROM opportunity_as_of($1)
  WHERE $2 = 'account' AND identifier_id IS NOT NULL AND account_id IS NOT NULL
  UNION
  SELECT identifier_id, account_id FROM subscription_as_of($1)
  WHERE $2 = 'account' AND identifier_id IS NOT NULL AND account_id IS NOT NULL
  UNION
  SELECT l.identifier_id, p.account_id FROM link AS l JOIN person AS p ON p.person_id = l.person_id
  WHERE $2 = 'account' AND p.account_id IS NOT NULL AND p.known_at <= $1
), numbered AS (
  SELECT identifier_id, account_id, dense_rank() OVER (ORDER BY account_id) AS number FROM company
), person_number AS ( -- a person's cookie belongs where one of their other identifiers does
  SELECT l.person_id, min(n.number) AS number
  FROM link AS l JOIN numbered AS n ON n.identifier_id = l.identifier_id
  GROUP BY l.person_id
), unit AS ( -- three kinds of units in one space of numbers: 0 person, 1 identifier, 2 account
  SELECT l.identifier_id, coalesce(3 * p.number + 2, 3 * l.person_id) AS unit
  FROM link AS l LEFT JOIN person_number AS p ON p.person_id = l.person_id
  UNION ALL
  SELECT n.identifier_id, min(3 * n.number + 2)
  FROM numbered AS n ANTI JOIN link AS l ON l.identifier_id = n.identifier_id
  GROUP BY n.identifier_id
), account_number AS (
  SELECT account_id, min(number) AS number FROM numbered GROUP BY account_id
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
  coalesce(3 * a.number + 2, u.unit, 3 * c.identifier_id + 1) AS unit,
  c.occurred_at AS occurred_at,
  c.conversion AS conversion,
  c.day AS day,
  coalesce(c.currency, '') AS currency,
  sum(c.revenue_micros)::BIGINT AS revenue_micros,
  sum(c.variable_micros)::BIGINT AS variable_micros
FROM conversions AS c
LEFT JOIN unit AS u ON u.identifier_id = c.identifier_id
LEFT JOIN account_number AS a ON a.account_id = c.account_id
WHERE c.occurred_at >= $3 AND c.occurred_at < $4
GROUP BY coalesce(3 * a.number + 2, u.unit, 3 * c.identifier_id + 1), c.occurred_at, c.conversion, c.day,
         coalesce(c.currency, '')
ORDER BY unit, occurred_at, conversion, day, currency
