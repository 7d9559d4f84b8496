-- one row is: a table of the canonical model, and how many of its rows count today
SELECT table_name, n_rows
FROM (
SELECT t.table_name, coalesce(sum(c.n_rows), 0)::BIGINT AS n_rows
FROM (VALUES ('event'), ('txn'), ('lead'), ('usage_day'), ('ticket'), ('feedback'), ('consent')) AS t(table_name)
LEFT JOIN count_day_known AS c ON c.table_name = t.table_name AND c.kind = ''
GROUP BY t.table_name
UNION ALL
SELECT 'spend', count(*)::BIGINT FROM spend_known
UNION ALL
SELECT 'subscription', count(*)::BIGINT FROM subscription_known
UNION ALL
SELECT 'opportunity', count(*)::BIGINT FROM opportunity_known
UNION ALL
SELECT 'opportunity_stage', count(*)::BIGINT FROM opportunity_stage_known
UNION ALL
SELECT 'target', count(*)::BIGINT FROM target_known
UNION ALL
SELECT 'cost', count(*)::BIGINT FROM cost_known
UNION ALL
SELECT 'finance_close', count(*)::BIGINT FROM finance_close_known
UNION ALL
SELECT 'control_series', count(*)::BIGINT FROM control_series_known
UNION ALL
SELECT 'brand', count(*)::BIGINT FROM brand_known
UNION ALL
SELECT 'release', count(*)::BIGINT FROM release_known
UNION ALL
SELECT 'referral', count(*)::BIGINT FROM referral_known
UNION ALL
SELECT 'work_log', count(*)::BIGINT FROM work_log_known
UNION ALL
SELECT 'assignment', count(*)::BIGINT FROM assignment_known
UNION ALL
SELECT 'exposure', count(*)::BIGINT FROM exposure_known
UNION ALL
SELECT 'campaign', count(*)::BIGINT FROM campaign_known
UNION ALL
SELECT 'creative', count(*)::BIGINT FROM creative_known
UNION ALL
SELECT 'account', count(*)::BIGINT FROM account_known
) AS counted
ORDER BY table_name
