-- one row is: a source, the table it fills, a local day of the span, and how many facts it brought that count today
-- params: $1 day (first), $2 day (last)
SELECT source, table_name, day, n_rows
FROM (
SELECT l.source AS source, c.table_name AS table_name, c.day AS day, sum(c.n_rows)::BIGINT AS n_rows
FROM count_day_known AS c JOIN load AS l ON l.load_id = c.load_id
WHERE c.kind = '' AND c.day BETWEEN $1 AND $2
GROUP BY l.source, c.table_name, c.day
HAVING sum(c.n_rows) > 0
UNION ALL
SELECT l.source, 'spend', f.day, count(*)::BIGINT
FROM spend_known AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $1 AND $2
GROUP BY l.source, f.day
UNION ALL
SELECT l.source, 'subscription', f.day, count(*)::BIGINT
FROM subscription_known AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $1 AND $2
GROUP BY l.source, f.day
UNION ALL
SELECT l.source, 'opportunity', f.day, count(*)::BIGINT
FROM opportunity_known AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $1 AND $2
GROUP BY l.source, f.day
UNION ALL
SELECT l.source, 'opportunity_stage', f.day, count(*)::BIGINT
FROM opportunity_stage_known AS f JOIN load AS l ON l.load_id = f.load_id
WHERE f.day BETWEEN $1 AND $2
GROUP BY l.source, f.day
) AS every_fact
ORDER BY source, table_name, day
