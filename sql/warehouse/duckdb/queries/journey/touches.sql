-- one row is: an event that may be a touch
-- order: in C, by person or account, instant and place, range of units by range (journey_events.c)
-- params: $1 instant (known by), $2 text (account, otherwise person), $3 instant (from), $4 instant (to, not included), $5 text (labels, by unit separators), $6 text (campaign, otherwise channel), $7 text (kinds, by unit separators; empty all), $8 int (identifier from), $9 int (to, included), $10 int (unit from), $11 int (to, not included)
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
)
SELECT
  coalesce(u.unit, 3 * e.identifier_id + 1) AS unit,
  e.occurred_at AS occurred_at,
  1099511627776 * e.load_id + e.source_row AS place, -- load and row in one number
  coalesce(list_position(string_split($5, chr(31)), e.label), 0)::INTEGER AS label
FROM (
  SELECT identifier_id, occurred_at, load_id, source_row,
         CASE WHEN $6 = 'campaign' THEN campaign ELSE channel END AS label
  FROM event_as_of($1)
  WHERE identifier_id >= $8 AND identifier_id <= $9 AND occurred_at >= $3 AND occurred_at < $4
    AND ($7 = '' OR list_contains(string_split($7, chr(31)), kind))
) AS e
LEFT JOIN unit AS u ON u.identifier_id = e.identifier_id
WHERE e.label IS NOT NULL AND e.label <> ''
  AND coalesce(u.unit, 3 * e.identifier_id + 1) >= $10 AND coalesce(u.unit, 3 * e.identifier_id + 1) < $11
