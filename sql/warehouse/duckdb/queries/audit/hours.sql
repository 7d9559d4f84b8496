-- one row is: a source of orders or events, a local day, an hour of it, and how many facts lie there
-- params: $1 instant (known by)
SELECT source, table_name, day, hour_of_day, count(*)::BIGINT AS n_rows
FROM (
SELECT l.source AS source, 'txn' AS table_name, f.day AS day, least(23, date_diff('hour', c.starts_at, f.occurred_at))::BIGINT AS hour_of_day
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
JOIN calendar AS c ON c.day = f.day
UNION ALL
SELECT l.source AS source, 'event' AS table_name, f.day AS day, least(23, date_diff('hour', c.starts_at, f.occurred_at))::BIGINT AS hour_of_day
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
JOIN calendar AS c ON c.day = f.day
) AS placed
GROUP BY source, table_name, day, hour_of_day
ORDER BY source, table_name, day, hour_of_day
