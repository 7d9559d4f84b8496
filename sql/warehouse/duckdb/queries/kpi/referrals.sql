-- one row is: a local day on which customers came because others brought them
-- params: $1 instant (known by), $2 day (first), $3 day (last)
SELECT day, count(*)::BIGINT AS referrals
FROM referral_as_of($1)
WHERE day BETWEEN $2 AND $3
GROUP BY day
ORDER BY day
