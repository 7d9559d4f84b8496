-- one row is: the newest run that shared out this outcome
-- params: $1 text (outcome), $2 text (dimension: channel or campaign)
SELECT max(run_id) AS run_id
FROM credit
WHERE outcome = $1 AND dimension = $2
