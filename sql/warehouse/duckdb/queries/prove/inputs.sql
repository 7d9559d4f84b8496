-- one row is: a file whose facts count
-- params: $1 instant (known by)
SELECT l.load_id, l.source, l.table_name, l.file, l.content_hash, l.mapping_hash, l.rows_loaded,
       l.rows_quarantined, l.known_at
FROM load AS l
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= $1) AS n
  ON n.replaces_load_id = l.load_id
WHERE l.known_at <= $1
ORDER BY l.load_id
