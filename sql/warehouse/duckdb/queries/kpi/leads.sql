-- one row is: a lead and when it first had each status
-- params: $1 instant (known by)
SELECT
  lead_id,
  coalesce(min(created_at), min(changed_at)) AS created_at,
  coalesce(min(channel), '') AS channel,
  coalesce(min(campaign), '') AS campaign,
  min(CASE WHEN status = 'mql' THEN changed_at END) AS mql_at,
  min(CASE WHEN status = 'accepted' THEN changed_at END) AS accepted_at,
  min(CASE WHEN status = 'sql' THEN changed_at END) AS sql_at,
  min(CASE WHEN status = 'rejected' THEN changed_at END) AS rejected_at,
  coalesce(min(CASE WHEN status = 'rejected' THEN reason END), '') AS reason
FROM lead_as_of($1)
GROUP BY lead_id
ORDER BY lead_id
