-- one row is: a reference that leads nowhere, and how many rows carry it
-- params: $1 instant (known by)
SELECT reference, n_rows, micros
FROM (
  SELECT 'opportunity.lead_id' AS reference, count(*)::BIGINT AS n_rows, sum(coalesce(f.amount_micros, 0))::BIGINT AS micros
  FROM opportunity_as_of($1) AS f
  WHERE f.lead_id IS NOT NULL AND NOT EXISTS (FROM lead_as_of($1) AS l WHERE l.lead_id = f.lead_id)
  UNION ALL
  SELECT 'opportunity_stage.opportunity_id', count(*)::BIGINT, 0::BIGINT
  FROM opportunity_stage_as_of($1) AS f
  WHERE NOT EXISTS (FROM opportunity_as_of($1) AS o WHERE o.opportunity_id = f.opportunity_id)
  UNION ALL
  SELECT 'txn.order_id of refunds', count(*)::BIGINT, sum(abs(f.gross_micros))::BIGINT
  FROM txn_as_of($1) AS f
  WHERE f.kind = 'refund' AND f.order_id IS NOT NULL
    AND NOT EXISTS (FROM txn_as_of($1) AS t WHERE t.order_id = f.order_id AND t.kind <> 'refund')
) AS counted
WHERE n_rows > 0
ORDER BY reference
