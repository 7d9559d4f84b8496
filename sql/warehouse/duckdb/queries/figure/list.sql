-- one row is: a figure, of one run or of the newest review, or else of the newest run that wrote figures
-- params: $1 int (run, 0 the newest), $2 text (name, empty all), $3 text (grain, empty all), $4 text (member, empty all), $5 int (rows at most), $6 int (rows before)
SELECT run_id, name, grain, period_start, period_end, dimension, member, value, exact, low, high,
       probability, unit, kind, grade, verdict
FROM figure
WHERE run_id = CASE WHEN $1 = 0 THEN (SELECT coalesce(max(CASE WHEN grain = 'all' THEN run_id END), max(run_id))
                                    FROM figure) ELSE $1 END
  AND ($2 = '' OR name = $2)
  AND ($3 = '' OR grain = $3)
  AND ($4 = '' OR member = $4)
ORDER BY name, grain, dimension, member, period_start
LIMIT $5 OFFSET $6
