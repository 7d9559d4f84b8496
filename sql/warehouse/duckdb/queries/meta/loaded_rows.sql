-- Rows that were ever loaded, and so carry days of the calendar.
-- one row is: the warehouse
SELECT coalesce(sum(rows_loaded), 0) AS n_rows FROM load
