-- one row is: a source, the table it fills, a local day of the span, and how many facts it brought
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT source, table_name, day, n_rows
FROM (
SELECT l.source AS source, 'event' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'spend' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'txn' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'subscription' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM subscription_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'lead' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM lead_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'opportunity_stage' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM opportunity_stage_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'usage_day' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM usage_day_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'ticket' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM ticket_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'feedback' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM feedback_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
UNION ALL
SELECT l.source AS source, 'consent' AS table_name, f.day AS day, count(*)::BIGINT AS n_rows
FROM consent_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $2 AND $3
GROUP BY l.source, f.day
) AS every_fact
ORDER BY source, table_name, day
