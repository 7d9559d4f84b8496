-- one row is: what a model or an experiment says a channel caused, or the baseline; of each design
-- the newest run that speaks of the period, else the newest run
-- params: $1 day (first), $2 day (last)
SELECT run_id, name, design, experiment_id, period_start, period_end, dimension, member, grade,
       value, low, high, probability, unit, verdict
FROM (
  SELECT
    *,
    max(CASE WHEN period_start = $1 AND period_end = $2 THEN run_id END)
      OVER (PARTITION BY design, experiment_id) AS fitting,
    max(run_id) OVER (PARTITION BY design, experiment_id) AS newest
  FROM effect
  WHERE dimension IN ('channel', 'baseline')
)
WHERE run_id = coalesce(fitting, newest)
  AND (fitting IS NULL OR (period_start = $1 AND period_end = $2))
ORDER BY member, dimension, design, experiment_id, name, period_start, period_end, run_id
