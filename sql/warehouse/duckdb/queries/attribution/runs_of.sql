-- one row is: a run that shared out a goal
-- params: $1 text (its figure), $2 text (dimension: channel or campaign)
SELECT DISTINCT run_id
FROM figure
WHERE name = $1 AND dimension = $2
ORDER BY run_id
