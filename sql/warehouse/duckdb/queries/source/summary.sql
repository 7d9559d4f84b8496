-- one row is: a source and table with what its loads in force brought
-- params: $1 instant (known by)
SELECT
  source,
  table_name,
  count(*)::BIGINT AS n_files,
  sum(rows_loaded)::BIGINT AS rows_loaded,
  sum(rows_quarantined)::BIGINT AS rows_quarantined,
  min(day_first) AS day_first,
  max(day_last) AS day_last
FROM load_as_of($1)
GROUP BY source, table_name
ORDER BY source, table_name
