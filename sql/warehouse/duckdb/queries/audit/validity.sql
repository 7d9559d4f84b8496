-- one row is: a rule that facts break, and how many of them do
-- params: $1 instant (known by), $2 day (last complete)
SELECT rule, n_rows, micros
FROM (
  SELECT 'spend: negative cost' AS rule, count(*)::BIGINT AS n_rows, sum(abs(cost_micros))::BIGINT AS micros
  FROM spend_as_of($1) WHERE cost_micros < 0
  UNION ALL
  SELECT 'spend: more clicks than impressions', count(*)::BIGINT, sum(cost_micros)::BIGINT
  FROM spend_as_of($1) WHERE clicks > impressions AND impressions > 0
  UNION ALL
  SELECT 'txn: refund that is not negative', count(*)::BIGINT, sum(abs(gross_micros))::BIGINT
  FROM txn_as_of($1) WHERE kind = 'refund' AND gross_micros > 0
  UNION ALL
  SELECT 'txn: dated after the last complete day by more than a week', count(*)::BIGINT, sum(abs(gross_micros))::BIGINT
  FROM txn_as_of($1) WHERE day > $2 + 7
  UNION ALL
  SELECT 'opportunity: closed before it was opened', count(*)::BIGINT, sum(coalesce(amount_micros, 0))::BIGINT
  FROM opportunity_as_of($1) WHERE closed_at < opened_at
  UNION ALL
  SELECT 'ticket: closed before it was opened', count(*)::BIGINT, 0::BIGINT
  FROM ticket_as_of($1) WHERE closed_at < opened_at
) AS counted
WHERE n_rows > 0
ORDER BY rule
