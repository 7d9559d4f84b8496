-- one row is: a measure of a brand on a day, of all places and everybody
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT day, brand, measure, value
FROM brand_as_of($1)
WHERE day BETWEEN $2 AND $3 AND geo = '' AND audience = ''
ORDER BY day, brand, measure
