-- one row is: what the books say of a line for a period: the whole, or the sum of its first split
-- params: $1 instant (known by)
WITH lines AS (
  SELECT *, min(dimension) OVER (PARTITION BY period_start, period_end, book_line) AS split_by
  FROM finance_close_as_of($1)
)
SELECT
  period_start,
  period_end,
  book_line,
  currency,
  sum(amount_micros)::BIGINT AS amount_micros,
  coalesce(min(dated_by), '') AS dated_by,
  bool_and(coalesce(audited, false)) AS audited
FROM lines
WHERE dimension = split_by
GROUP BY period_start, period_end, book_line, currency
ORDER BY period_start, period_end, book_line, currency
