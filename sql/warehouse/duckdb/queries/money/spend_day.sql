-- one row is: a local day, a channel as the platform names it, a currency
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  day,
  channel,
  currency,
  sum(cost_micros)::BIGINT AS cost_micros
FROM spend_as_of($1)
WHERE day BETWEEN $2 AND $3
GROUP BY day, channel, currency
ORDER BY day, channel, currency
