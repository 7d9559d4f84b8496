-- one row is: what one method says of one channel's part in one outcome
-- params: $1 int (run)
SELECT run_id, name, outcome, period_start, period_end, dimension, member, value, low, high,
       probability, unit, verdict
FROM credit
WHERE run_id = $1
ORDER BY member, outcome, name, dimension
