-- one row is: a series with the days it was measured on
-- params: $1 instant (known by)
SELECT series, min(day) AS day_first, max(day) AS day_last, count(DISTINCT geo)::BIGINT AS n_geos
FROM control_series_as_of($1)
GROUP BY series
ORDER BY series
