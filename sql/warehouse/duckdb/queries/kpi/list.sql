-- one row is: a KPI of a period, with the same weekdays a year before; of channels also what one
-- more euro would bring, by the newest mix model, or that there is none that says so
-- params: $1 int (run, 0 the newest review), $2 text (name, empty all), $3 text (grain, empty all), $4 text (dimension), $5 text (member, empty all), $6 day (periods that end then or later), $7 day (periods that begin then or earlier), $8 int (rows at most), $9 int (rows before them)
-- stored values: year_ago, plan
WITH chosen AS (
  SELECT CASE WHEN $1 = 0 THEN coalesce(max(run_id), 0) ELSE $1 END AS run_id
  FROM figure
  WHERE grain = 'all' AND dimension = ''
    AND run_id IN (SELECT run_id FROM output
                   WHERE table_name IN ('day_channel', 'cohort_week', 'day_segment'))
), counted AS (
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
  WHERE f.dimension = $4
    AND ($2 = '' OR f.name = $2)
    AND f.name NOT LIKE '%.year_ago' AND f.name NOT LIKE '%.plan' AND f.name NOT LIKE '%.target' AND f.name NOT LIKE '%.expected'
), model AS (
  SELECT e.*
  FROM effect AS e
  WHERE e.run_id = (SELECT max(run_id) FROM effect WHERE design = 'mix model' AND name = 'miroas')
    AND e.design = 'mix model' AND e.name = 'miroas' AND e.dimension = 'channel'
), paid AS (
  SELECT f.*
  FROM figure AS f
  INNER JOIN chosen AS c ON c.run_id = f.run_id
  WHERE f.name = 'roas_attributed' AND f.grain = 'all' AND f.dimension = 'channel' AND f.value IS NOT NULL
), marginal AS (
  SELECT coalesce(m.run_id, p.run_id) AS run_id, 'miroas' AS name, 'all' AS grain,
         coalesce(m.period_start, p.period_start) AS period_start,
         coalesce(m.period_end, p.period_end) AS period_end, 'channel' AS dimension,
         coalesce(m.member, p.member) AS member, m.value, NULL::BIGINT AS exact, m.low, m.high,
         m.probability, 'times' AS unit, 'estimated' AS kind, coalesce(m.grade, '') AS grade,
         coalesce(m.verdict, 'none') AS verdict, NULL::DOUBLE AS target, NULL::DOUBLE AS previous,
         NULL::DOUBLE AS year_ago, NULL::DOUBLE AS plan
  FROM paid AS p
  FULL JOIN model AS m ON m.member = p.member
  WHERE $4 = 'channel' AND ($2 = '' OR $2 = 'miroas') AND (SELECT run_id FROM chosen) > 0
)
SELECT run_id, name, grain, period_start, period_end, dimension, member, value, exact, low, high,
       probability, unit, kind, grade, verdict, target, previous, year_ago, plan
FROM (FROM counted UNION ALL FROM marginal)
WHERE ($3 = '' OR grain = $3)
  AND ($5 = '' OR member = CASE WHEN $5 = 'not recorded' THEN '' ELSE $5 END)
  AND period_end >= $6
  AND period_start <= $7
ORDER BY name, grain, period_start, dimension, member
LIMIT $8 OFFSET $9
