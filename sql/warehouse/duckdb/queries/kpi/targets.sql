-- one row is: a target of a KPI for a period
-- params: $1 instant (known by)
SELECT scope, kind, kpi, period_start, period_end, value_to
FROM target_as_of($1)
ORDER BY scope, kind, kpi, period_start, period_end, load_id, source_row
