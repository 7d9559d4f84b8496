-- one row is: a source of events, a local day, and how many of its visitors were seen once and never again
-- params: $1 instant (known by)
WITH once AS (
  SELECT identifier_id
  FROM event_as_of($1)
  WHERE identifier_id IS NOT NULL
  GROUP BY identifier_id
  HAVING count(*) = 1
)
SELECT l.source AS source, f.day AS day, count(*)::BIGINT AS n_rows
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
JOIN once AS o ON o.identifier_id = f.identifier_id
GROUP BY l.source, f.day
ORDER BY l.source, f.day
