-- one row is: a channel's day in money, as a run counted it
-- params: $1 int (run), $2 day (first), $3 day (last)
SELECT day, channel AS member, orders, orders AS customers, revenue_micros, variable_cost_micros,
       media_micros
FROM day_channel
WHERE run_id = $1 AND day BETWEEN $2 AND $3
ORDER BY channel, day
