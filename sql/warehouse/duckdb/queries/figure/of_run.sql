-- one row is: a figure a run wrote
-- params: $1 int (run)
SELECT run_id, name, grain, period_start, period_end, dimension, member, value, exact, low, high,
       probability, unit, kind, grade, verdict
FROM figure
WHERE run_id = $1
ORDER BY name, grain, dimension, member, period_start
