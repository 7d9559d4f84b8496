-- one row is: the span of the events that journeys are made of
-- params: $1 instant (known by)
SELECT min(day) AS first_day, max(day) AS last_day, max(occurred_at) AS newest, count(*)::BIGINT AS n,
       coalesce(max(identifier_id), 0) AS last_identifier
FROM event_as_of($1)
