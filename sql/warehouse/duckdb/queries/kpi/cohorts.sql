-- one row is: a cohort of customers: its month, and the channel, product or month of life it is split by
-- params: $1 int (run, 0 the newest review), $2 text (dimension), $3 text (member, empty all), $4 day (won then or later), $5 day (won then or earlier), $6 int (rows at most), $7 int (rows before them)
-- stored values: retention, ltv, ltv_to_cac, payback_months
WITH chosen AS (
  SELECT CASE WHEN $1 = 0 THEN coalesce(max(run_id), 0) ELSE $1 END AS run_id
  FROM figure
  WHERE grain = 'all' AND dimension = ''
)
SELECT
  f.run_id,
  f.period_start,
  f.member,
  max(CASE WHEN f.name = 'cohort.customers' THEN f.exact END) AS customers,
  max(CASE WHEN f.name = 'cohort.active' THEN f.exact END) AS active,
  max(CASE WHEN f.name = 'cohort.orders' THEN f.exact END) AS orders,
  max(CASE WHEN f.name = 'cohort.revenue' THEN f.exact END) AS revenue_micros,
  max(CASE WHEN f.name = 'cohort.cm1' THEN f.exact END) AS cm1_micros,
  max(CASE WHEN f.name = 'cohort.retention' THEN f.value END) AS retention,
  max(CASE WHEN f.name IN ('ltv.observed', 'ltv.cumulative') THEN f.value END) AS ltv,
  max(CASE WHEN f.name = 'ltv_to_cac' THEN f.value END) AS ltv_to_cac,
  max(CASE WHEN f.name = 'payback_months' THEN f.value END) AS payback_months,
  max(CASE WHEN f.name = 'cohort.revenue' THEN f.unit END) AS currency,
  max(CASE WHEN f.name IN ('ltv.observed', 'cohort.active') THEN f.verdict END) AS verdict
FROM figure AS f
INNER JOIN chosen AS c ON c.run_id = f.run_id
WHERE f.grain = 'cohort'
  AND f.dimension = $2
  AND ($3 = '' OR f.member = $3 OR ends_with(f.dimension, '/age') AND starts_with(f.member, $3 || '/'))
  AND f.period_start BETWEEN $4 AND $5
GROUP BY f.run_id, f.period_start, f.member
ORDER BY f.period_start, f.member
LIMIT $6 OFFSET $7
