-- one row is: what one load says of one week's orders or media, in a currency, and while it counts
-- params: $1 instant (known by), $2 day (first), $3 day (last), $4 int (days from Monday to the week's first)
-- Loads that no longer count are read too: what was known of a week, and when, is the question.
WITH valid AS (
  SELECT l.load_id, l.known_at, min(n.known_at) AS replaced_at
  FROM load AS l
  LEFT JOIN load AS n ON n.replaces_load_id = l.load_id AND n.known_at <= $1
  WHERE l.known_at <= $1 AND l.table_name IN ('txn', 'spend')
  GROUP BY l.load_id, l.known_at
), amounts AS (
  SELECT load_id, 'revenue' AS name, day, currency,
         gross_micros - discount_micros - tax_micros AS micros
  FROM txn
  WHERE day BETWEEN $2 AND $3
  UNION ALL
  SELECT load_id, 'media' AS name, day, currency, cost_micros AS micros
  FROM spend
  WHERE day BETWEEN $2 AND $3
)
SELECT
  a.name,
  a.day - ((isodow(a.day) - 1 - $4 + 7) % 7)::INTEGER AS week,
  a.currency,
  v.load_id,
  v.known_at,
  v.replaced_at,
  sum(a.micros)::BIGINT AS micros
FROM amounts AS a
INNER JOIN valid AS v ON v.load_id = a.load_id
GROUP BY a.name, a.day - ((isodow(a.day) - 1 - $4 + 7) % 7)::INTEGER, a.currency, v.load_id,
         v.known_at, v.replaced_at
ORDER BY a.name, week, a.currency, v.load_id
