-- one row is: the days with orders, and the newest year of revenue and media, every currency as it is
WITH sold AS (
  SELECT day, sum(micros_sum) AS micros
  FROM count_day_known
  WHERE table_name = 'txn' AND kind = ''
  GROUP BY day
  HAVING sum(n_rows) > 0
)
SELECT
  (SELECT coalesce(max(day) - min(day), 0) FROM sold)::BIGINT AS n_days,
  (SELECT coalesce(sum(micros), 0) FROM sold WHERE day > (SELECT max(day) FROM sold) - 365)::BIGINT AS revenue_micros,
  (SELECT coalesce(sum(cost_micros), 0) FROM spend_known
   WHERE day > (SELECT max(day) FROM spend_known) - 365)::BIGINT AS media_micros
