-- one row is: a local day of the company in money, as a run counted it
-- params: $1 int (run)
SELECT
  day,
  sum(orders)::BIGINT AS orders,
  sum(revenue_micros)::BIGINT AS revenue_micros,
  sum(variable_cost_micros)::BIGINT AS variable_cost_micros,
  sum(media_micros)::BIGINT AS media_micros
FROM day_channel
WHERE run_id = $1
GROUP BY day
ORDER BY day
