-- one row is: a source, a column at fault, and how many rows stand aside for it
-- params: $1 instant (known by)
-- rows that a mapping leaves out on purpose and rows that stand twice are not faults of this kind
SELECT
  l.source AS source,
  l.table_name AS table_name,
  coalesce(q.column_name, '') AS column_name,
  min(q.reason) AS reason,
  count(*)::BIGINT AS n_rows
FROM quarantine AS q
JOIN load AS l ON l.load_id = q.load_id
WHERE q.lost_to_load_id IS NULL AND q.reason <> 'left out by the mapping' AND l.known_at <= $1
  AND NOT EXISTS (FROM load AS n WHERE n.replaces_load_id = l.load_id AND n.known_at <= $1)
GROUP BY l.source, l.table_name, coalesce(q.column_name, '')
ORDER BY l.source, l.table_name, coalesce(q.column_name, '')
