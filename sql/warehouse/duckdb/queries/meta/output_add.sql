-- Say that a run's rows are there, in the transaction that wrote them.
-- params: $1 int, $2 text, $3 int, $4 text, $5 instant
INSERT INTO output (run_id, table_name, rows_written, content_hash, written_at)
VALUES ($1, $2, $3, $4, $5)
