-- one row is: a run that counted what a review shows, and the last day of its newest whole week; of all its days where no week is whole
SELECT f.run_id,
       coalesce(max(f.period_end) FILTER (WHERE f.grain = 'week'), max(f.period_end)) AS period_end
FROM figure AS f
WHERE f.dimension = '' AND f.grain IN ('week', 'all') AND f.verdict <> 'partial'
  AND f.name NOT LIKE '%.year_ago' AND f.name NOT LIKE '%.plan' AND f.name NOT LIKE '%.target' AND f.name NOT LIKE '%.expected'
  AND f.run_id IN (SELECT run_id FROM output
                   WHERE table_name IN ('day_channel', 'cohort_week', 'day_segment'))
GROUP BY f.run_id
ORDER BY f.run_id
