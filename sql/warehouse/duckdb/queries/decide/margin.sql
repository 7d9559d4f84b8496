-- one row is: revenue and variable cost of the last 364 days of the newest run that counted money
WITH newest AS (
    SELECT run_id, max(day) AS last_day
    FROM day_channel
    GROUP BY run_id
    ORDER BY run_id DESC
    LIMIT 1
)
SELECT newest.run_id,
       sum(day_channel.revenue_micros)::BIGINT AS revenue_micros,
       sum(day_channel.variable_cost_micros)::BIGINT AS variable_cost_micros
FROM day_channel JOIN newest ON day_channel.run_id = newest.run_id
WHERE day_channel.day > newest.last_day - 364
GROUP BY newest.run_id
ORDER BY newest.run_id
