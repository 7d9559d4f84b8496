-- one row is: a table, a channel as recorded, a currency, and what lies there
-- params: $1 instant (known by)
SELECT table_name, channel, currency, count(*)::BIGINT AS n_rows, sum(micros)::BIGINT AS micros
FROM (
SELECT 'txn' AS table_name, coalesce(f.channel, '') AS channel, coalesce(f.currency, '') AS currency, f.gross_micros - f.discount_micros - f.tax_micros AS micros
FROM txn_as_of($1) AS f
UNION ALL
SELECT 'spend' AS table_name, coalesce(f.channel, '') AS channel, coalesce(f.currency, '') AS currency, f.cost_micros AS micros
FROM spend_as_of($1) AS f
UNION ALL
SELECT 'lead' AS table_name, coalesce(f.channel, '') AS channel, coalesce('', '') AS currency, 0 AS micros
FROM lead_as_of($1) AS f
UNION ALL
SELECT 'opportunity' AS table_name, coalesce(f.channel, '') AS channel, coalesce(f.currency, '') AS currency, coalesce(f.amount_micros, 0) AS micros
FROM opportunity_as_of($1) AS f
) AS placed
GROUP BY table_name, channel, currency
ORDER BY table_name, channel, currency
