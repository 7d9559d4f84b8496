-- one row is: a figure of the newest reconciliation, or of the one asked for
-- params: $1 int (run, 0 the newest), $2 day (periods that end then or later), $3 day (periods that begin then or earlier)
SELECT run_id, name, grain, period_start, period_end, dimension, member, value, exact, low, high,
       probability, unit, kind, grade, verdict
FROM figure
WHERE run_id = CASE WHEN $1 = 0
                    THEN (SELECT coalesce(max(run_id), 0) FROM figure WHERE grain = 'close')
                    ELSE $1 END
  AND grain = 'close'
  AND period_end >= $2 AND period_start <= $3
ORDER BY period_start, period_end, name, dimension, member, run_id
