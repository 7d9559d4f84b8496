-- one row is: a channel as recorded, what platforms claim for it, and the orders recorded with it
-- params: $1 instant (known by)
-- claimed conversions may be fractions: summed in millionths
SELECT
  coalesce(s.channel, t.channel) AS channel,
  coalesce(s.claimed_micros, 0)::BIGINT AS claimed_micros,
  coalesce(s.cost_micros, 0)::BIGINT AS cost_micros,
  coalesce(t.orders, 0)::BIGINT AS orders
FROM (
  SELECT channel, sum(claimed)::BIGINT AS claimed_micros, sum(cost_micros)::BIGINT AS cost_micros
  FROM (
    SELECT channel, cost_micros, round(coalesce(claimed_conversions, 0) * 1000000)::BIGINT AS claimed
    FROM spend_as_of($1)
  ) AS counted
  GROUP BY channel
) AS s
FULL JOIN (
  SELECT coalesce(channel, '') AS channel, count(DISTINCT coalesce(order_id, txn_id))::BIGINT AS orders
  FROM txn_as_of($1) WHERE kind <> 'refund' GROUP BY coalesce(channel, '')
) AS t ON t.channel = s.channel
ORDER BY coalesce(s.channel, t.channel)
