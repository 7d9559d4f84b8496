-- one row is: the days that a run's figures cover
-- params: $1 int (run)
SELECT min(period_start) AS first_day, max(period_end) AS last_day
FROM figure
WHERE run_id = $1 AND grain = 'all' AND dimension = ''
