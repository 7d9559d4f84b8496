-- The highest load_id, 0 where nothing was loaded.
-- one row is: the warehouse
SELECT coalesce(max(load_id), 0) AS warehouse_version FROM load
