-- one row is: a local day, a channel as the platform names it, a place, a currency
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  day,
  channel,
  geo,
  currency,
  sum(cost_micros)::BIGINT AS cost_micros,
  sum(coalesce(impressions, 0))::BIGINT AS impressions,
  sum(coalesce(clicks, 0))::BIGINT AS clicks
FROM spend_as_of($1)
WHERE day BETWEEN $2 AND $3
GROUP BY day, channel, geo, currency
ORDER BY channel, geo, day, currency
