-- one row is: a source of media, a currency, and its spend with and without a campaign
-- params: $1 instant (known by)
SELECT
  l.source AS source,
  f.currency AS currency,
  sum(f.cost_micros)::BIGINT AS cost_micros,
  sum(CASE WHEN f.campaign = '' THEN f.cost_micros ELSE 0 END)::BIGINT AS nameless_micros,
  sum(CASE WHEN f.campaign = '' THEN 1 ELSE 0 END)::BIGINT AS n_nameless
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source, f.currency
ORDER BY l.source, f.currency
