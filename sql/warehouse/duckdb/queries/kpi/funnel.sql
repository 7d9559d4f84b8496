-- one row is: a step of the funnel in a period
-- params: $1 int (run, 0 the newest review), $2 text (grain), $3 text (dimension: channel, campaign, geo, vertical; empty the company), $4 text (its member)
-- stored values: conversion, leak
WITH chosen AS (
  SELECT CASE WHEN $1 = 0 THEN coalesce(max(run_id), 0) ELSE $1 END AS run_id
  FROM figure
  WHERE grain = 'all' AND dimension = ''
)
SELECT
  f.run_id,
  f.period_start,
  f.period_end,
  f.member,
  max(CASE WHEN f.name = 'funnel.entered' THEN f.exact END) AS entered,
  max(CASE WHEN f.name = 'funnel.passed' THEN f.exact END) AS passed,
  max(CASE WHEN f.name = 'funnel.lost' THEN f.exact END) AS lost,
  max(CASE WHEN f.name = 'funnel.waiting' THEN f.exact END) AS waiting,
  max(CASE WHEN f.name = 'funnel.conversion' THEN f.value END) AS conversion,
  max(CASE WHEN f.name = 'funnel.leak' THEN f.value END) AS leak,
  max(CASE WHEN f.name = 'funnel.leak' THEN f.unit END) AS currency
FROM figure AS f
INNER JOIN chosen AS c ON c.run_id = f.run_id
WHERE f.grain = CASE WHEN $2 = '' THEN 'all' ELSE $2 END
  AND f.name LIKE 'funnel.%'
  AND f.dimension = CASE WHEN $3 = '' THEN 'step' ELSE $3 || '/step' END
  AND ($3 = '' OR f.member IN ($4 || '/lead', $4 || '/mql', $4 || '/opportunity'))
GROUP BY f.run_id, f.period_start, f.period_end, f.member
ORDER BY f.period_start, f.period_end, f.member, f.run_id
