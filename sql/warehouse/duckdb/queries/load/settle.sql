-- What a load came to, once its rows are settled.
-- params: $1 int load, $2 text content hash, $3 int read, $4 int loaded, $5 int quarantined,
-- $6 int new identifiers, $7 day first, $8 day last
UPDATE load SET content_hash = $2, rows_read = $3, rows_loaded = $4, rows_quarantined = $5,
                new_identifiers = $6, day_first = $7, day_last = $8
WHERE load_id = $1
