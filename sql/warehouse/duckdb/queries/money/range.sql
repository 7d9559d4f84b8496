-- one row is: the span of the facts that money is counted from
-- params: $1 instant (known by)
SELECT
  least(t.first_day, s.first_day) AS first_day,
  greatest(t.newest_day, s.newest_day) AS newest_day,
  t.newest_day AS newest_order_day
FROM
  (SELECT min(day) AS first_day, max(day) AS newest_day FROM txn_as_of($1)) AS t,
  (SELECT min(day) AS first_day, max(day) AS newest_day FROM spend_as_of($1)) AS s
