-- one row is: a KPI of a period, with the same weekdays a year before
-- params: $1 int (run, 0 the newest review), $2 text (name, empty all), $3 text (grain, empty all), $4 text (dimension), $5 text (member, empty all), $6 day (periods that end then or later), $7 day (periods that begin then or earlier), $8 int (rows at most)
-- stored values: year_ago, plan
WITH chosen AS (
  SELECT CASE WHEN $1 = 0 THEN coalesce(max(run_id), 0) ELSE $1 END AS run_id
  FROM figure
  WHERE grain = 'all' AND dimension = ''
    AND run_id IN (SELECT run_id FROM output
                   WHERE table_name IN ('day_channel', 'cohort_week', 'day_segment'))
)
SELECT f.run_id, f.name, f.grain, f.period_start, f.period_end, f.dimension, f.member, f.value,
       f.exact, f.low, f.high, f.probability, f.unit, f.kind, f.grade, f.verdict,
       coalesce(f.target, t.value) AS target, f.previous, y.value AS year_ago, p.value AS plan
FROM figure AS f
INNER JOIN chosen AS c ON c.run_id = f.run_id
LEFT JOIN figure AS y
  ON y.run_id = f.run_id AND y.name = f.name || '.year_ago' AND y.grain = f.grain
  AND y.period_start = f.period_start AND y.dimension = f.dimension AND y.member = f.member
LEFT JOIN figure AS p
  ON p.run_id = f.run_id AND p.name = f.name || '.plan' AND p.grain = f.grain
  AND p.period_start = f.period_start AND p.dimension = f.dimension AND p.member = f.member
LEFT JOIN figure AS t
  ON t.run_id = f.run_id AND t.name = f.name || '.target' AND t.grain = f.grain
  AND t.period_start = f.period_start AND t.dimension = f.dimension AND t.member = f.member
WHERE ($2 = '' OR f.name = $2)
  AND ($3 = '' OR f.grain = $3)
  AND f.dimension = $4
  AND ($5 = '' OR f.member = CASE WHEN $5 = 'not recorded' THEN '' ELSE $5 END)
  AND f.period_end >= $6
  AND f.period_start <= $7
  AND f.name NOT LIKE '%.year_ago' AND f.name NOT LIKE '%.plan' AND f.name NOT LIKE '%.target' AND f.name NOT LIKE '%.expected'
ORDER BY f.name, f.grain, f.period_start, f.dimension, f.member
LIMIT $8
