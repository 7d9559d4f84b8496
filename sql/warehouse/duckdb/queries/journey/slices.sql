-- one row is: a slice of units and how many events that may be touches its persons, or accounts, have
-- params: $1 instant (known by), $2 text (account, otherwise person), $3 instant (from), $4 instant (to, not included), $5 text (campaign, otherwise channel), $6 text (kinds, by unit separators; empty all), $7 int (units of a slice)
SELECT
  coalesce(u.unit, 3 * e.identifier_id + 1) // $7 AS slice,
  count(*)::BIGINT AS n,
  min(e.identifier_id) AS first_identifier,
  max(e.identifier_id) AS last_identifier
FROM (
  SELECT identifier_id, CASE WHEN $5 = 'campaign' THEN campaign ELSE channel END AS label
  FROM event_as_of($1)
  WHERE identifier_id IS NOT NULL AND occurred_at >= $3 AND occurred_at < $4
    AND ($6 = '' OR list_contains(string_split($6, chr(31)), kind))
) AS e
LEFT JOIN unit_as_of($1, $2) AS u ON u.identifier_id = e.identifier_id
WHERE e.label IS NOT NULL AND e.label <> ''
GROUP BY slice
ORDER BY slice
