-- one row is: a finding of an audit
-- params: $1 int (run)
SELECT run_id, finding_id, check_name, severity, source, subject_table, field, title, detail, day_first, day_last,
  n_rows, value_micros, effect, advice, owner
FROM finding
WHERE run_id = $1
ORDER BY finding_id
