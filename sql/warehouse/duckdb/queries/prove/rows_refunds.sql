-- one row is: a refund that moves between the period and another, by the order's day
-- params: $1 instant (known by), $2 day (first), $3 day (last), $4 int (rows at most), $5 int (rows before them)
WITH ordered AS (
  SELECT order_id, min(day) AS order_day
  FROM txn_as_of($1)
  WHERE kind <> 'refund' AND order_id IS NOT NULL
  GROUP BY order_id
)
SELECT l.source, l.file, r.source_row, r.txn_id, r.day, o.order_day AS other_day, r.currency,
       r.gross_micros - r.discount_micros - r.tax_micros AS amount_micros
FROM txn_as_of($1) AS r
INNER JOIN ordered AS o ON o.order_id = r.order_id
INNER JOIN load AS l ON l.load_id = r.load_id
WHERE r.kind = 'refund'
  AND (r.day BETWEEN $2 AND $3) <> (o.order_day BETWEEN $2 AND $3)
ORDER BY r.day, l.source, l.file, r.source_row
LIMIT $4 OFFSET $5
