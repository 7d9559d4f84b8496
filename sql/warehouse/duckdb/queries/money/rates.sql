-- one row is: what one unit of a currency was worth on a day, in billionths
-- params: $1 instant (known by)
SELECT currency, day, rate_e9
FROM fx_rate_as_of($1)
ORDER BY currency, day
