-- one row is: a name that facts carry, the table they lie in, a currency, and what lies there
-- params: $1 instant (known by)
SELECT kind, name, table_name, currency, count(*)::BIGINT AS n_rows, sum(abs(micros))::BIGINT AS micros,
  min(day) AS day_first, max(day) AS day_last
FROM (
SELECT 'channel' AS kind, 'spend' AS table_name, f.channel AS name, coalesce(f.currency, '') AS currency, f.cost_micros AS micros, f.day AS day
FROM spend_as_of($1) AS f WHERE f.channel <> ''
UNION ALL
SELECT 'channel' AS kind, 'txn' AS table_name, f.channel AS name, coalesce(f.currency, '') AS currency, f.gross_micros - f.discount_micros - f.tax_micros AS micros, f.day AS day
FROM txn_as_of($1) AS f WHERE f.channel <> ''
UNION ALL
SELECT 'channel' AS kind, 'event' AS table_name, f.channel AS name, coalesce(f.currency, '') AS currency, 0::BIGINT AS micros, f.day AS day
FROM event_as_of($1) AS f WHERE f.channel <> ''
UNION ALL
SELECT 'channel' AS kind, 'opportunity' AS table_name, f.channel AS name, coalesce(f.currency, '') AS currency, coalesce(f.amount_micros, 0) AS micros, f.day AS day
FROM opportunity_as_of($1) AS f WHERE f.channel <> ''
UNION ALL
SELECT 'channel' AS kind, 'lead' AS table_name, f.channel AS name, '' AS currency, 0::BIGINT AS micros, f.day AS day
FROM lead_as_of($1) AS f WHERE f.channel <> ''
UNION ALL
SELECT 'campaign' AS kind, 'spend' AS table_name, f.campaign AS name, f.currency AS currency, f.cost_micros AS micros, f.day AS day
FROM spend_as_of($1) AS f WHERE f.campaign <> ''
UNION ALL
SELECT 'campaign' AS kind, 'event' AS table_name, f.campaign AS name, '' AS currency, 0::BIGINT AS micros, f.day AS day
FROM event_as_of($1) AS f WHERE f.campaign <> ''
UNION ALL
SELECT 'campaign' AS kind, 'lead' AS table_name, f.campaign AS name, '' AS currency, 0::BIGINT AS micros, f.day AS day
FROM lead_as_of($1) AS f WHERE f.campaign <> ''
UNION ALL
SELECT 'creative' AS kind, 'spend' AS table_name, f.creative AS name, f.currency AS currency, f.cost_micros AS micros, f.day AS day
FROM spend_as_of($1) AS f WHERE f.creative <> ''
UNION ALL
SELECT 'geo' AS kind, 'spend' AS table_name, f.geo AS name, f.currency AS currency, f.cost_micros AS micros, f.day AS day
FROM spend_as_of($1) AS f WHERE f.geo <> ''
UNION ALL
SELECT 'geo' AS kind, 'event' AS table_name, f.geo AS name, '' AS currency, 0::BIGINT AS micros, f.day AS day
FROM event_as_of($1) AS f WHERE f.geo <> ''
) AS named
GROUP BY kind, name, table_name, currency
ORDER BY kind, name, table_name, currency
