-- one row is: a series, a place, a local day, and what was measured
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT series, geo, day, value
FROM control_series_as_of($1)
WHERE day BETWEEN $2 AND $3
ORDER BY series, geo, day, load_id, source_row
