-- one row is: the newest run that audited, or the run asked for if it did
-- params: $1 int (run; 0: the newest)
SELECT max(run_id)::BIGINT AS run_id
FROM output
WHERE table_name = 'finding' AND ($1 = 0 OR run_id = $1)
HAVING count(*) > 0
