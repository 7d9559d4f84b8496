-- one row is: a source, a table, a lag in days, and how many rows became known that long after their day
-- params: $1 instant (known by)
-- a source's first load brings its whole past at once and says nothing of how late rows are
SELECT source, table_name, lag_days::BIGINT AS lag_days, count(*)::BIGINT AS n_rows
FROM (
SELECT l.source AS source, 'event' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'spend' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'txn' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'subscription' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM subscription_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'lead' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM lead_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'ticket' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM ticket_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
UNION ALL
SELECT l.source AS source, 'feedback' AS table_name, l.load_id AS load_id, CAST(f.known_at AS DATE) - f.day AS lag_days
FROM feedback_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id WHERE f.day IS NOT NULL
) AS learnt
WHERE lag_days >= 0
  AND load_id > (SELECT min(o.load_id) FROM load AS o WHERE o.source = learnt.source)
GROUP BY source, table_name, lag_days
ORDER BY source, table_name, lag_days
