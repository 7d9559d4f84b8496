-- one row is: a currency with its newest rate
-- params: $1 instant (known by)
WITH ranked AS (
  SELECT currency, rate_e9, row_number() OVER (PARTITION BY currency ORDER BY day DESC, rate_e9) AS place
  FROM fx_rate_as_of($1)
)
SELECT currency, rate_e9
FROM ranked
WHERE place = 1
ORDER BY currency
