-- one row is: revenue that the books close for exactly this period, by what they split it by
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  dimension,
  currency,
  sum(amount_micros)::BIGINT AS amount_micros,
  bool_and(audited) AS audited
FROM finance_close_as_of($1)
WHERE book_line = 'revenue' AND period_start = $2 AND period_end = $3
GROUP BY dimension, currency
ORDER BY dimension, currency
