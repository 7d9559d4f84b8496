-- one row is: a state of a contract, with those of its customer
-- params: $1 instant (known by)
SELECT
  CASE WHEN account_id IS NOT NULL THEN 'a ' || account_id
       WHEN identifier_id IS NOT NULL THEN 'i ' || identifier_id
       ELSE 's ' || subscription_id END AS customer,
  valid_from,
  valid_to,
  mrr_micros,
  currency
FROM subscription_as_of($1)
ORDER BY customer, valid_from, subscription_id, load_id, source_row
