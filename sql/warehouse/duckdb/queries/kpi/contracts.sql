-- one row is: a state of a contract, with those of its customer, and where that customer came from
-- params: $1 instant (known by), $2 day (last)
-- The first order of the same person says it, and where orders and contracts name people apart, the
-- first deal that won the account and the account itself. A person is a negative number here, an
-- identifier that nobody has resolved a positive one.
WITH valid AS (
  SELECT identifier_id, coalesce(-person_id, identifier_id) AS who
  FROM identifier
  WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
), contracts AS (
  SELECT s.*, n.who
  FROM subscription_as_of($1) AS s
  LEFT JOIN (SELECT identifier_id, min(who) AS who FROM valid
             WHERE identifier_id IN (SELECT identifier_id FROM subscription_as_of($1))
             GROUP BY identifier_id) AS n ON n.identifier_id = s.identifier_id
), names AS (
  SELECT identifier_id, min(who) AS who
  FROM valid
  WHERE who IN (SELECT who FROM contracts)
  GROUP BY identifier_id
), ordered AS (
  SELECT
    n.who, t.channel, t.campaign, t.geo,
    max(CASE WHEN coalesce(t.kind, 'new') = 'new' THEN 1 ELSE 0 END)
      OVER (PARTITION BY n.who, t.day) AS has_new,
    row_number() OVER (PARTITION BY n.who
                       ORDER BY t.occurred_at, coalesce(t.order_id, t.txn_id), t.txn_id, t.load_id,
                                t.source_row) AS place
  FROM txn_as_of($1) AS t
  INNER JOIN names AS n ON n.identifier_id = t.identifier_id
  WHERE t.day <= $2
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
  CASE WHEN o.has_new = 0 THEN 'returning'
       WHEN o.has_new = 1 OR w.account_id IS NOT NULL THEN 'new' ELSE '' END AS segment,
  s.plan
FROM contracts AS s
LEFT JOIN ordered AS o ON o.who = s.who AND o.place = 1
LEFT JOIN won AS w ON w.account_id = s.account_id AND w.place = 1
LEFT JOIN named AS a ON a.account_id = s.account_id AND a.place = 1
ORDER BY customer, s.valid_from, s.subscription_id, s.load_id, s.source_row
