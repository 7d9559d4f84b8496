-- one row is: the days with orders, and the newest year of revenue and media, every currency as it is
-- params: $1 instant (known by)
SELECT
  (SELECT coalesce(max(day) - min(day), 0) FROM txn_as_of($1))::BIGINT AS n_days,
  (SELECT coalesce(sum(gross_micros - discount_micros - tax_micros), 0) FROM txn_as_of($1)
   WHERE day > (SELECT max(day) FROM txn_as_of($1)) - 365)::BIGINT AS revenue_micros,
  (SELECT coalesce(sum(cost_micros), 0) FROM spend_as_of($1)
   WHERE day > (SELECT max(day) FROM spend_as_of($1)) - 365)::BIGINT AS media_micros
