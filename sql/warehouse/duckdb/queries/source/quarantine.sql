-- one row is: a reason for which rows of a source stand aside, with the first of them
-- params: $1 text (source), $2 int (rows at most)
SELECT
  l.file AS file,
  q.source_row AS source_row,
  coalesce(q.column_name, '') AS column_name,
  q.reason AS reason,
  q.lost_to_load_id AS lost_to_load_id
FROM quarantine AS q
JOIN load_known AS l ON l.load_id = q.load_id
WHERE l.source = $1
ORDER BY q.load_id, q.source_row, coalesce(q.column_name, ''), q.reason
LIMIT $2
