-- one row is: a line of money in another currency
-- params: $1 instant (known by), $2 day (first), $3 day (last), $4 int (rows at most), $5 int (rows before them), $6 text (the reporting currency)
SELECT l.source, l.file, t.source_row, t.txn_id, t.day, t.day AS other_day, t.currency,
       t.gross_micros - t.discount_micros - t.tax_micros AS amount_micros
FROM txn_as_of($1) AS t
INNER JOIN load AS l ON l.load_id = t.load_id
WHERE t.day BETWEEN $2 AND $3 AND t.currency <> $6
ORDER BY t.day, l.source, l.file, t.source_row
LIMIT $4 OFFSET $5
