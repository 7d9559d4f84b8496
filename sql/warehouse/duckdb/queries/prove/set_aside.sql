-- one row is: a source of a table whose rows were set aside, and how many no mapping left out
-- params: $1 instant (known by)
SELECT l.source, l.table_name, count(*)::BIGINT AS n_rows
FROM quarantine AS q
INNER JOIN load AS l ON l.load_id = q.load_id
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= $1) AS n
  ON n.replaces_load_id = q.load_id
WHERE l.known_at <= $1
  AND l.table_name IN ('txn', 'spend')
  AND q.reason <> 'left out by the mapping'
GROUP BY l.source, l.table_name
ORDER BY l.source, l.table_name
