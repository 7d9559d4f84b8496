-- one row is: the newest run that shared out a goal
-- params: $1 text (its figure), $2 text (dimension: channel or campaign)
SELECT max(run_id) AS run_id
FROM figure
WHERE name = $1 AND dimension = $2
