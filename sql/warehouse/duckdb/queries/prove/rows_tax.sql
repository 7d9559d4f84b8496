-- one row is: a line of money that holds tax
-- params: $1 instant (known by), $2 day (first), $3 day (last), $4 int (rows at most), $5 int (rows before them)
SELECT l.source, l.file, t.source_row, t.txn_id, t.day, t.day AS other_day, t.currency,
       t.tax_micros AS amount_micros
FROM txn_as_of($1) AS t
INNER JOIN load AS l ON l.load_id = t.load_id
WHERE t.day BETWEEN $2 AND $3 AND t.tax_micros <> 0
ORDER BY t.day, l.source, l.file, t.source_row
LIMIT $4 OFFSET $5
