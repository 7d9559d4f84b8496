-- one row is: a source and table with what its loads in force brought
-- params: $1 instant (known by)
SELECT
  l.source AS source,
  l.table_name AS table_name,
  count(*)::BIGINT AS n_files,
  sum(l.rows_loaded)::BIGINT AS rows_loaded,
  sum(l.rows_quarantined)::BIGINT AS rows_quarantined,
  min(l.day_first) AS day_first,
  max(l.day_last) AS day_last
FROM load AS l
WHERE l.known_at <= $1
  AND NOT EXISTS (FROM load AS n WHERE n.replaces_load_id = l.load_id AND n.known_at <= $1)
GROUP BY l.source, l.table_name
ORDER BY l.source, l.table_name
