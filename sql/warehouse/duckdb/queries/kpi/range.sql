-- one row is: the span of leads, deals and contracts, for companies whose money is not here
-- params: $1 instant (known by)
SELECT
  least(l.first_day, o.first_day) AS first_day,
  greatest(l.newest_day, o.newest_day) AS newest_day,
  o.newest_at AS newest_at
FROM
  (SELECT min(day) AS first_day, max(day) AS newest_day FROM lead_as_of($1)) AS l,
  (SELECT min(day) AS first_day, max(day) AS newest_day, max(closed_at) AS newest_at
   FROM opportunity_as_of($1)) AS o
