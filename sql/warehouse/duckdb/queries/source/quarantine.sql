-- one row is: a row of a source that stands aside, and why
-- params: $1 text (source), $2 int (rows at most), $3 int (load of the row before, 0 none), $4 int (its line), $5 int (rows of that line before)
SELECT
  q.load_id AS load_id,
  l.file AS file,
  q.source_row AS source_row,
  coalesce(q.column_name, '') AS column_name,
  q.reason AS reason,
  q.lost_to_load_id AS lost_to_load_id
FROM quarantine AS q
JOIN load AS l ON l.load_id = q.load_id
WHERE l.source = $1
  AND (q.load_id > $3 OR (q.load_id = $3 AND q.source_row >= $4))
  AND NOT EXISTS (FROM load AS n WHERE n.replaces_load_id = l.load_id)
ORDER BY q.load_id, q.source_row, coalesce(q.column_name, ''), q.reason
LIMIT $2 OFFSET $5
