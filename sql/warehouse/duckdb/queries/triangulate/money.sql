-- one row is: a channel's money in the period, as the newest run that counted money has it
-- params: $1 day (first), $2 day (last)
SELECT
  channel,
  sum(orders)::BIGINT AS orders,
  sum(revenue_micros)::BIGINT AS revenue_micros,
  sum(variable_cost_micros)::BIGINT AS variable_cost_micros,
  sum(media_micros)::BIGINT AS media_micros
FROM day_channel
WHERE run_id = (SELECT max(run_id) FROM day_channel) AND day BETWEEN $1 AND $2
GROUP BY channel
ORDER BY channel
