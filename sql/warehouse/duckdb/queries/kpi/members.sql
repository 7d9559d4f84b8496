-- one row is: a campaign or a place that facts record, a currency, and the money recorded there
-- params: $1 instant (known by), $2 day (first), $3 day (last)
WITH facts AS (
  SELECT coalesce(campaign, '') AS campaign, coalesce(geo, '') AS geo, currency,
         sum(abs(gross_micros))::BIGINT AS micros
  FROM txn_as_of($1)
  WHERE day BETWEEN $2 AND $3
  GROUP BY ALL
  UNION ALL
  SELECT coalesce(campaign, ''), coalesce(geo, ''), currency, sum(abs(cost_micros))::BIGINT
  FROM spend_as_of($1)
  WHERE day BETWEEN $2 AND $3
  GROUP BY ALL
  UNION ALL
  SELECT coalesce(campaign, ''), '', currency, sum(abs(amount_micros))::BIGINT
  FROM opportunity_as_of($1)
  GROUP BY ALL
  UNION ALL
  SELECT DISTINCT coalesce(campaign, ''), '', '', 0 FROM lead_as_of($1)
  UNION ALL
  SELECT DISTINCT '', coalesce(geo, ''), '', 0 FROM account_as_of($1)
), members AS (
  SELECT 'campaign' AS dimension, campaign AS member, currency, micros FROM facts
  UNION ALL
  SELECT 'geo', geo, currency, micros FROM facts
)
SELECT dimension, member, currency, sum(micros)::BIGINT AS micros
FROM members
WHERE member <> ''
GROUP BY dimension, member, currency
ORDER BY dimension, member, currency
