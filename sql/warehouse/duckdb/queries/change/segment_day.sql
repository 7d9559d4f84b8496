-- one row is: a segment's day in money, as a run counted it
-- params: $1 int (run), $2 day (first), $3 day (last)
SELECT day, segment AS member, orders, customers, revenue_micros, variable_cost_micros,
       0::BIGINT AS media_micros
FROM day_segment
WHERE run_id = $1 AND day BETWEEN $2 AND $3
ORDER BY segment, day
