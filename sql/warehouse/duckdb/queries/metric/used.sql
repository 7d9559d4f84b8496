-- one row is: the use of a metric: the figures of it in the newest review, and the targets set for it
-- params: $1 text (name), $2 instant (known by)
SELECT
  (SELECT coalesce(max(run_id), 0) FROM figure WHERE name = $1) AS run_id,
  (SELECT count(*) FROM figure
   WHERE name = $1 AND run_id = (SELECT max(run_id) FROM figure WHERE name = $1))::BIGINT AS figures,
  (SELECT count(*) FROM target_as_of($2) WHERE kpi = $1)::BIGINT AS targets,
  (SELECT count(*) FROM forecast WHERE name = $1)::BIGINT AS forecasts
