-- one row is: a state of a contract, with those of its customer, and where that customer came from
-- params: $1 instant (known by)
-- The first order of the customer says it, and where orders and contracts name customers apart, the
-- first deal that won the account and the account itself.
WITH ordered AS (
  SELECT
    identifier_id, channel, campaign, geo,
    row_number() OVER (PARTITION BY identifier_id
                       ORDER BY occurred_at, coalesce(order_id, txn_id), txn_id, load_id, source_row) AS place
  FROM txn_as_of($1)
  WHERE identifier_id IN (SELECT identifier_id FROM subscription_as_of($1))
), won AS (
  SELECT
    account_id, channel, campaign,
    row_number() OVER (PARTITION BY account_id ORDER BY closed_at, opportunity_id, load_id, source_row) AS place
  FROM opportunity_as_of($1)
  WHERE won AND account_id IS NOT NULL
), named AS (
  SELECT
    account_id, geo,
    row_number() OVER (PARTITION BY account_id ORDER BY load_id DESC, source_row) AS place
  FROM account_as_of($1)
)
SELECT
  CASE WHEN s.account_id IS NOT NULL THEN 'a ' || s.account_id
       WHEN s.identifier_id IS NOT NULL THEN 'i ' || s.identifier_id
       ELSE 's ' || s.subscription_id END AS customer,
  s.valid_from,
  s.valid_to,
  s.mrr_micros,
  s.currency,
  coalesce(w.channel, o.channel, '') AS channel,
  coalesce(w.campaign, o.campaign, '') AS campaign,
  coalesce(a.geo, o.geo, '') AS geo,
  s.plan
FROM subscription_as_of($1) AS s
LEFT JOIN ordered AS o ON o.identifier_id = s.identifier_id AND o.place = 1
LEFT JOIN won AS w ON w.account_id = s.account_id AND w.place = 1
LEFT JOIN named AS a ON a.account_id = s.account_id AND a.place = 1
ORDER BY customer, s.valid_from, s.subscription_id, s.load_id, s.source_row
