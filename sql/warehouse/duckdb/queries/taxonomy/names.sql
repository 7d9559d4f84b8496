-- one row is: a name that facts carry today, the table they lie in, a currency, and what lies there
WITH spent AS (
  SELECT currency, abs(cost_micros) AS micros, day, unnest([
    {'kind': 'channel', 'name': channel}, {'kind': 'campaign', 'name': campaign},
    {'kind': 'creative', 'name': creative}, {'kind': 'geo', 'name': geo}]) AS u
  FROM spend_known
)
SELECT kind, name, table_name, currency, sum(n_rows)::BIGINT AS n_rows, sum(micros)::BIGINT AS micros,
  min(day) AS day_first, max(day) AS day_last
FROM (
  SELECT kind, name, table_name, currency, day, sum(n_rows) AS n_rows, sum(size_sum) AS micros
  FROM count_day_known
  WHERE kind <> ''
  GROUP BY kind, name, table_name, currency, day
  HAVING sum(n_rows) > 0
  UNION ALL
  SELECT u.kind, u.name, 'spend', currency, day, 1, micros FROM spent WHERE u.name <> ''
  UNION ALL
  SELECT 'channel', channel, 'opportunity', coalesce(currency, ''), day, 1, abs(coalesce(amount_micros, 0))
  FROM opportunity_known WHERE channel <> ''
) AS named
GROUP BY kind, name, table_name, currency
ORDER BY kind, name, table_name, currency
