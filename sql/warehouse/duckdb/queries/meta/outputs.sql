-- What a run wrote.
-- params: $1 int
-- one row is: a table the run wrote to
SELECT table_name, rows_written, content_hash, written_at
FROM output
WHERE run_id = $1
ORDER BY table_name, content_hash, rows_written, written_at
