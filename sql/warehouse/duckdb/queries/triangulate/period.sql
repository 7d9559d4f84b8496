-- one row is: the newest period whose revenue the books have closed, the shortest where several end
-- params: $1 instant (known by)
SELECT period_start, period_end
FROM finance_close_as_of($1)
WHERE book_line = 'revenue'
GROUP BY period_start, period_end
ORDER BY period_end DESC, period_start DESC
LIMIT 1
