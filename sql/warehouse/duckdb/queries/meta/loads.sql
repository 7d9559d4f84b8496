-- The newest loads, with whether they still count.
-- params: $1 int
-- one row is: a load
SELECT l.load_id, l.source, l.table_name, l.file, l.content_hash, l.mapping_hash, l.rows_read,
       l.rows_loaded, l.rows_quarantined, l.new_identifiers, l.known_at, l.replaces_load_id,
       l.run_id, l.day_first, l.day_last,
       l.load_id IN (SELECT n.replaces_load_id FROM load AS n
                     WHERE n.replaces_load_id IS NOT NULL) AS is_replaced
FROM load AS l
ORDER BY l.load_id DESC
LIMIT $1
