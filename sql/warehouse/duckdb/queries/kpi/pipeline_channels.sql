-- one row is: a channel as leads or deals record it
-- params: $1 instant (known by)
SELECT DISTINCT channel
FROM (SELECT coalesce(channel, '') AS channel FROM lead_as_of($1)
      UNION ALL
      SELECT coalesce(channel, '') AS channel FROM opportunity_as_of($1)) AS c
ORDER BY channel
