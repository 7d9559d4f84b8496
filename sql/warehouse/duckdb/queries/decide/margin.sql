-- one row is: revenue and variable cost of the newest money run's last 364 days
-- params: none
SELECT sum(revenue_micros)::BIGINT AS revenue_micros,
       sum(variable_cost_micros)::BIGINT AS variable_cost_micros
FROM day_channel
WHERE run_id = (SELECT max(run_id) FROM day_channel)
  AND day > (SELECT max(day) FROM day_channel WHERE run_id = (SELECT max(run_id) FROM day_channel)) - 364
