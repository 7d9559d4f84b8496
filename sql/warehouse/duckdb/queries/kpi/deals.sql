-- one row is: a deal, with the stage it stood in and the place of its company
-- params: $1 instant (known by), $2 instant (end of the last day)
WITH standing AS (
  SELECT
    opportunity_id,
    win_probability,
    row_number() OVER (PARTITION BY opportunity_id
                       ORDER BY entered_at DESC, stage, load_id, source_row) AS place
  FROM opportunity_stage_as_of($1)
  WHERE entered_at < $2
), named AS (
  SELECT
    account_id,
    geo,
    row_number() OVER (PARTITION BY account_id ORDER BY load_id DESC, source_row) AS place
  FROM account_as_of($1)
)
SELECT
  o.opportunity_id,
  o.opened_at,
  o.closed_at,
  o.won,
  coalesce(o.channel, '') AS channel,
  coalesce(o.campaign, '') AS campaign,
  coalesce(o.product, '') AS product,
  coalesce(a.geo, '') AS geo,
  coalesce(o.loss_reason, '') AS loss_reason,
  o.currency,
  o.amount_micros,
  s.win_probability
FROM opportunity_as_of($1) AS o
LEFT JOIN standing AS s ON s.opportunity_id = o.opportunity_id AND s.place = 1
LEFT JOIN named AS a ON a.account_id = o.account_id AND a.place = 1
ORDER BY o.opportunity_id
