-- one row is: a source of media, a currency, a local day
-- params: $1 instant (known by)
SELECT
  l.source AS source,
  f.currency AS currency,
  f.day AS day,
  sum(f.cost_micros)::BIGINT AS cost_micros,
  sum(coalesce(f.clicks, 0))::BIGINT AS clicks
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source, f.currency, f.day
ORDER BY l.source, f.currency, f.day
