-- one row is: what marketing paid beside media for a period
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT period_start, period_end, kind, payee, coalesce(vertical, '') AS vertical, coalesce(channel, '') AS channel, currency, cost_micros
FROM cost_as_of($1)
WHERE period_end >= $2 AND period_start <= $3
ORDER BY period_start, period_end, kind, payee, coalesce(vertical, ''), coalesce(channel, ''), load_id,
         source_row
