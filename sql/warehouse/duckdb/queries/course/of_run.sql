-- one row is: a figure before its period, or the record of such figures, as a run wrote it
-- params: $1 int (run, 0 the newest that wrote any)
SELECT run_id, name, as_of, grain, period_start, period_end, dimension, member, value, low, high,
       probability, unit, verdict
FROM forecast
WHERE run_id = CASE WHEN $1 = 0 THEN (SELECT max(run_id) FROM forecast) ELSE $1 END
ORDER BY grain, name, dimension, member, period_start, period_end
