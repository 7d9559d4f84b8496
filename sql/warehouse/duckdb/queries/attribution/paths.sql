-- one row is: a path of a run
-- params: $1 int (run), $2 text (conversions, otherwise journeys), $3 int (rows at most), $4 int (rows before)
SELECT path_id, path, steps, journeys, conversions, revenue_micros
FROM journey_path
WHERE run_id = $1
ORDER BY CASE WHEN $2 = 'conversions' THEN conversions ELSE journeys END DESC, path_id
LIMIT $3 OFFSET $4
