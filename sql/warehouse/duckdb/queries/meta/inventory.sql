-- How many tables there are, and whether one of them is ours.
-- one row is: the whole file
SELECT count(*) AS n_tables,
       count(*) FILTER (WHERE table_name = 'meta') AS n_meta
FROM duckdb_tables()
WHERE NOT internal
