-- Whether a run left a load or an output.
-- params: $1 int
-- one row is: the run
SELECT (SELECT count(*) FROM load WHERE run_id = $1)
     + (SELECT count(*) FROM output WHERE run_id = $1) AS n_landed
