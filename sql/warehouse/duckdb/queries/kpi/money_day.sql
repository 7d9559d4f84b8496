-- one row is: a day and a channel of a run's money
-- params: $1 int (run)
SELECT day, channel, orders, revenue_micros, variable_cost_micros, media_micros
FROM day_channel
WHERE run_id = $1
ORDER BY day, channel
