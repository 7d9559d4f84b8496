-- one row is: the newest run that put sources about channels side by side
SELECT max(run_id) AS run_id
FROM figure
WHERE starts_with(name, 'triangulate.')
