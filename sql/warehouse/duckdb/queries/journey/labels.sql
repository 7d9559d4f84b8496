-- one row is: a channel or campaign that events carry, as recorded
-- params: $1 instant (known by), $2 text (campaign, otherwise channel)
SELECT DISTINCT label
FROM (SELECT CASE WHEN $2 = 'campaign' THEN campaign ELSE channel END AS label FROM event_as_of($1)) AS e
WHERE label IS NOT NULL AND label <> ''
ORDER BY label
