-- one row is: what a method of attribution credits a channel with; of the newest run of the goal that
-- speaks of the period, else of the newest run
-- params: $1 text (method), $2 text (goal; empty is the newest run's), $3 day (first), $4 day (last)
SELECT run_id, outcome, period_start, period_end, member, value, low, high, probability, unit,
       verdict
FROM (
  SELECT
    *,
    max(CASE WHEN period_start = $3 AND period_end = $4 THEN run_id END) OVER () AS fitting,
    max(run_id) OVER () AS newest
  FROM credit
  WHERE name = $1 AND dimension = 'channel' AND ($2 = '' OR starts_with(outcome, $2 || '.'))
)
WHERE run_id = coalesce(fitting, newest)
ORDER BY member, outcome, period_start, period_end
