-- The workspace's local days, within a span.
-- params: $1 day, $2 day
-- one row is: a local day
SELECT day, starts_at, ends_at
FROM calendar
WHERE day BETWEEN $1 AND $2
ORDER BY day
