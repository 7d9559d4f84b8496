-- one row is: the newest run before this one to write what a review writes or reads, and its figures of money and KPIs
-- params: $1 int (before this run)
WITH newest AS (
  SELECT coalesce(max(run_id), 0) AS run_id
  FROM output
  WHERE table_name IN ('day_channel', 'cohort_week', 'day_segment', 'forecast', 'effect') AND run_id < $1
)
SELECT n.run_id AS run_id,
       (SELECT count(*) FROM figure AS f
        WHERE f.run_id = (SELECT run_id FROM newest) AND NOT starts_with(f.name, 'change.'))::BIGINT AS figures
FROM newest AS n
