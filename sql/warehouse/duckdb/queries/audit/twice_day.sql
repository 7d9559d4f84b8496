-- one row is: a source, a local day, a currency, and how many of its rows stood there twice
-- params: $1 instant (known by)
-- a row that stands aside has no day of its own: it takes that of the fact before it in its file
WITH doubled AS (
  SELECT l.source AS source, l.table_name AS table_name, q.load_id AS load_id, q.source_row AS source_row
  FROM quarantine AS q
  JOIN load AS l ON l.load_id = q.load_id
  WHERE q.lost_to_load_id = q.load_id AND l.known_at <= $1
    AND NOT EXISTS (FROM load AS n WHERE n.replaces_load_id = l.load_id AND n.known_at <= $1)
)
SELECT source, table_name, day, coalesce(currency, '') AS currency, count(*)::BIGINT AS n_rows,
  sum(micros)::BIGINT AS micros
FROM (
SELECT d.source AS source, d.table_name AS table_name, f.day AS day, f.gross_micros AS micros, f.currency AS currency
FROM doubled AS d
ASOF JOIN txn AS f ON f.load_id = d.load_id AND f.source_row <= d.source_row
WHERE d.table_name = 'txn'
UNION ALL
SELECT d.source AS source, d.table_name AS table_name, f.day AS day, f.cost_micros AS micros, f.currency AS currency
FROM doubled AS d
ASOF JOIN spend AS f ON f.load_id = d.load_id AND f.source_row <= d.source_row
WHERE d.table_name = 'spend'
UNION ALL
SELECT d.source AS source, d.table_name AS table_name, f.day AS day, coalesce(f.value_micros, 0) AS micros, f.currency AS currency
FROM doubled AS d
ASOF JOIN event AS f ON f.load_id = d.load_id AND f.source_row <= d.source_row
WHERE d.table_name = 'event'
) AS placed
GROUP BY source, table_name, day, coalesce(currency, '')
ORDER BY source, table_name, day, coalesce(currency, '')
