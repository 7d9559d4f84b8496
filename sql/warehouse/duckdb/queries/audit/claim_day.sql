-- one row is: a source of media, a local day, a number of conversions, and how many rows claim just that
-- params: $1 instant (known by)
-- claimed conversions may be fractions: in millionths
SELECT source, day, claimed_micros, count(*)::BIGINT AS n_rows
FROM (
  SELECT l.source AS source, f.day AS day, round(f.claimed_conversions * 1000000)::BIGINT AS claimed_micros
  FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
  WHERE f.claimed_conversions > 0
) AS claims
GROUP BY source, day, claimed_micros
ORDER BY source, day, claimed_micros
