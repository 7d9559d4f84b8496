-- one row is: a state of a contract, with those of its customer, and where that customer came from
-- params: $1 instant (known by), $2 day (last)
-- The first order of the same person says it, and where orders and contracts name people apart, the
-- first deal that won the account and the account itself. A person is a negative number here, an
-- identifier that nobody has resolved a positive one.
WITH names AS (
  SELECT identifier_id, coalesce(-max(person_id), identifier_id) AS who
  FROM identifier
  WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
  GROUP BY identifier_id
), contracts AS (
  SELECT s.*, n.who
  FROM subscription_as_of($1) AS s
  LEFT JOIN names AS n ON n.identifier_id = s.identifier_id
), ordered AS (
  SELECT
    n.who, t.channel, t.campaign, t.geo,
    row_number() OVER (PARTITION BY n.who
                       ORDER BY t.occurred_at, coalesce(t.order_id, t.txn_id), t.txn_id, t.load_id,
                                t.source_row) AS place
  FROM txn_as_of($1) AS t
  INNER JOIN names AS n ON n.identifier_id = t.identifier_id
  WHERE t.day <= $2 AND n.who IN (SELECT who FROM contracts)
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
FROM contracts AS s
LEFT JOIN ordered AS o ON o.who = s.who AND o.place = 1
LEFT JOIN won AS w ON w.account_id = s.account_id AND w.place = 1
LEFT JOIN named AS a ON a.account_id = s.account_id AND a.place = 1
ORDER BY customer, s.valid_from, s.subscription_id, s.load_id, s.source_row
