-- one row is: a currency with everything its orders add up to today, the newest day included
SELECT
  currency,
  n_lines,
  n_orders,
  n_customers,
  gross_sum::BIGINT AS gross_micros,
  revenue_sum::BIGINT AS revenue_micros
FROM txn_total
ORDER BY currency
