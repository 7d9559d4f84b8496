-- one row is: a place and how many people live there
-- params: $1 instant (known by)
SELECT geo, max(population)::BIGINT AS population
FROM geo_as_of($1)
WHERE population > 0
GROUP BY geo
ORDER BY geo
