-- one row is: what an earlier run said of a week that is over
-- params: $1 int (run now), $2 day (last complete day)
SELECT run_id, name, as_of, period_start, period_end, value, low, high, probability
FROM forecast
WHERE grain = 'week' AND dimension = '' AND run_id < $1 AND as_of < period_start
  AND period_end <= $2
ORDER BY period_start, as_of, run_id, name
