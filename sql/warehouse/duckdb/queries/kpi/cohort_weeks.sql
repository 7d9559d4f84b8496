-- one row is: a week in the life of the customers won in a week
-- params: $1 int (run, 0 the newest review), $2 text (channel, empty all), $3 day (won then or later), $4 day (won then or earlier), $5 int (rows at most), $6 int (rows before them)
WITH chosen AS (
  SELECT CASE WHEN $1 = 0 THEN coalesce(max(run_id), 0) ELSE $1 END AS run_id FROM cohort_week
)
SELECT w.run_id, w.cohort_start, w.channel, w.age_weeks, w.customers, w.active_customers, w.orders,
       w.revenue_micros, w.variable_cost_micros, w.mature
FROM cohort_week AS w
INNER JOIN chosen AS c ON c.run_id = w.run_id
WHERE w.channel = $2 AND w.cohort_start BETWEEN $3 AND $4
ORDER BY w.cohort_start, w.age_weeks, w.channel
LIMIT $5 OFFSET $6
