-- one row is: an effect measured with grade A, B or C whose period meets a week, as last computed
-- params: $1 day (week's first), $2 day (week's last), $3 text (currency)
SELECT e.name AS name, e.experiment_id AS experiment_id, e.period_start AS period_start,
       e.period_end AS period_end, e.dimension AS dimension, e.member AS member, e.grade AS grade,
       e.value AS value, e.low AS low, e.high AS high, e.probability AS probability
FROM effect AS e
WHERE e.grade IN ('A', 'B', 'C') AND e.verdict = 'converged' AND e.value IS NOT NULL
  AND e.unit = $3 AND e.period_start <= $2 AND e.period_end >= $1
  AND e.run_id = (SELECT max(n.run_id) FROM effect AS n
                  WHERE n.name = e.name AND n.experiment_id = e.experiment_id)
ORDER BY e.dimension, e.member, e.grade, e.name, e.experiment_id, e.period_start
