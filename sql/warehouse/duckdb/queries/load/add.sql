-- One load: a file that became facts.
-- params: $1 int load, $2 text source, $3 text table, $4 text file, $5 text content hash,
-- $6 text mapping hash, $7 int read, $8 int loaded, $9 int quarantined, $10 int new identifiers,
-- $11 instant known, $12 int replaced, $13 int run, $14 day first, $15 day last
INSERT INTO load (load_id, source, table_name, file, content_hash, mapping_hash, rows_read,
                  rows_loaded, rows_quarantined, new_identifiers, known_at, replaces_load_id,
                  run_id, day_first, day_last)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
