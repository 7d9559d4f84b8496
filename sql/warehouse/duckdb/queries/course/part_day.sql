-- one row is: a local day of a part of the company in money, as a run counted it
-- params: $1 int (run), $2 text (dimension), $3 text (member)
SELECT day, revenue_micros, variable_cost_micros, media_micros
FROM day_part
WHERE run_id = $1 AND dimension = $2 AND member = $3
ORDER BY day
