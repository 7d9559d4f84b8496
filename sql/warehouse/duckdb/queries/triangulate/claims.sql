-- one row is: what platforms claim to have brought on a day, by channel as recorded and currency
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  day,
  channel,
  currency,
  sum(claimed_value_micros)::BIGINT AS claimed_micros
FROM spend_as_of($1)
WHERE day BETWEEN $2 AND $3 AND claimed_value_micros IS NOT NULL
GROUP BY day, channel, currency
ORDER BY day, channel, currency
