-- one row is: a local day and a channel as the platform names it, with its clicks
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT day, channel AS member, sum(clicks)::BIGINT AS clicks
FROM spend_as_of($1)
WHERE day BETWEEN $2 AND $3 AND clicks IS NOT NULL
GROUP BY day, channel
ORDER BY channel, day
