-- one row is: a local day, a channel as the platform names it, a campaign, a place, a currency
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT
  day,
  channel,
  campaign,
  geo,
  currency,
  sum(cost_micros)::BIGINT AS cost_micros,
  coalesce(sum(claimed_value_micros), 0)::BIGINT AS claimed_micros
FROM spend_as_of($1)
WHERE day BETWEEN $2 AND $3
GROUP BY day, channel, campaign, geo, currency
ORDER BY day, channel, campaign, geo, currency
