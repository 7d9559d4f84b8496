-- one row is: a governed campaign, creative or geo with the other names it goes by
-- params: $1 instant (known by)
SELECT kind, name, aliases
FROM (
  SELECT 'campaign' AS kind, campaign AS name, coalesce(aliases, '[]') AS aliases FROM campaign_as_of($1)
  UNION ALL
  SELECT 'creative', creative, coalesce(aliases, '[]') FROM creative_as_of($1)
  UNION ALL
  SELECT 'geo', geo, coalesce(aliases, '[]') FROM geo_as_of($1)
) AS governed
ORDER BY kind, name, aliases
