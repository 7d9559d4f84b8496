-- one row is: an event that may be a touch
-- order: in C, by person or account, instant and place, range of units by range (journey_events.c)
-- params: $1 instant (known by), $2 text (account, otherwise person), $3 instant (from), $4 instant (to, not included), $5 text (labels, by unit separators), $6 text (campaign, otherwise channel), $7 text (kinds, by unit separators; empty all), $8 int (identifier from), $9 int (to, included), $10 int (unit from), $11 int (to, not included)
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
LEFT JOIN unit_as_of($1, $2) AS u ON u.identifier_id = e.identifier_id
WHERE e.label IS NOT NULL AND e.label <> ''
  AND coalesce(u.unit, 3 * e.identifier_id + 1) >= $10 AND coalesce(u.unit, 3 * e.identifier_id + 1) < $11
