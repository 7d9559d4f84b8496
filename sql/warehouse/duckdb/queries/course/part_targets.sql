-- one row is: a target of a part of the company whose period holds a day: of several the longest
-- params: $1 instant (known by), $2 text (KPI), $3 day (the day)
WITH held AS (
  SELECT
    scope, period_start, period_end, value_to,
    row_number() OVER (PARTITION BY scope
                       ORDER BY period_end - period_start DESC, period_start, load_id DESC, source_row) AS place
  FROM target_as_of($1)
  WHERE kind = 'target' AND scope <> 'company' AND kpi = $2 AND period_start <= $3 AND period_end >= $3
)
SELECT scope, period_start, period_end, value_to
FROM held
WHERE place = 1
ORDER BY scope
