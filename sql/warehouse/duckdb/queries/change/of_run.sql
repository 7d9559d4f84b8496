-- one row is: a part of what a run found changed
-- params: $1 int (run, 0 the newest that asked)
SELECT run_id, name, grain, period_start, period_end, dimension, member, value, exact, low, high,
       probability, unit, kind, grade, verdict
FROM figure
WHERE starts_with(name, 'change.')
  AND run_id = CASE WHEN $1 = 0
               THEN (SELECT max(run_id) FROM figure WHERE name = 'change.asked') ELSE $1 END
ORDER BY dimension, member, name, grade
