-- one row is: conversions that no touch preceded, as the run that shared out the others counted them
-- params: $1 int (run)
SELECT name, exact
FROM figure
WHERE run_id = $1 AND dimension = '' AND ends_with(name, '.conversions_untouched')
ORDER BY name, period_start, period_end, grain
