-- one row is: a figure of a run's money that the weekly review speaks of
-- params: $1 int (run), $2 text (metric of the primary KPI)
SELECT run_id, name, grain, period_start, period_end, dimension, member, value, exact, low, high,
       probability, unit, kind, grade, verdict
FROM figure
WHERE run_id = $1
  AND (dimension = '' OR dimension = 'channel')
  AND name IN ('orders', 'revenue', 'variable_cost', 'cm1', 'media', 'cm2', 'cm2.expected',
               'revenue.expected')
  AND (grain IN ('week', 'all') OR (grain = 'kpi' AND dimension = '' AND ($2 = '' OR name = $2)))
ORDER BY name, grain, dimension, member, period_start
