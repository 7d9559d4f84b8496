-- one row is: a source, a local day, a currency that customers did not otherwise use, and the one they did
-- params: $1 instant (known by)
-- a customer's usual currency is that of most of their lines, three at least
WITH used AS (
  SELECT identifier_id, currency, count(*) AS n_lines
  FROM txn_as_of($1)
  WHERE identifier_id IS NOT NULL
  GROUP BY identifier_id, currency
), ranked AS (
  SELECT identifier_id, currency, n_lines,
    row_number() OVER (PARTITION BY identifier_id ORDER BY n_lines DESC, currency) AS place
  FROM used
)
SELECT
  l.source AS source,
  f.day AS day,
  f.currency AS currency,
  u.currency AS usual,
  count(*)::BIGINT AS n_rows,
  sum(f.gross_micros)::BIGINT AS gross_micros
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
JOIN ranked AS u ON u.identifier_id = f.identifier_id AND u.place = 1 AND u.n_lines >= 3
WHERE f.currency <> u.currency
GROUP BY l.source, f.day, f.currency, u.currency
ORDER BY l.source, f.currency, u.currency, f.day
