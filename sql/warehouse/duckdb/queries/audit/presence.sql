-- one row is: a table of the canonical model, and how many of its rows count
-- params: $1 instant (known by)
SELECT table_name, n_rows
FROM (
SELECT 'event' AS table_name, count(*)::BIGINT AS n_rows FROM event_as_of($1)
UNION ALL
SELECT 'spend' AS table_name, count(*)::BIGINT AS n_rows FROM spend_as_of($1)
UNION ALL
SELECT 'txn' AS table_name, count(*)::BIGINT AS n_rows FROM txn_as_of($1)
UNION ALL
SELECT 'subscription' AS table_name, count(*)::BIGINT AS n_rows FROM subscription_as_of($1)
UNION ALL
SELECT 'lead' AS table_name, count(*)::BIGINT AS n_rows FROM lead_as_of($1)
UNION ALL
SELECT 'opportunity' AS table_name, count(*)::BIGINT AS n_rows FROM opportunity_as_of($1)
UNION ALL
SELECT 'opportunity_stage' AS table_name, count(*)::BIGINT AS n_rows FROM opportunity_stage_as_of($1)
UNION ALL
SELECT 'usage_day' AS table_name, count(*)::BIGINT AS n_rows FROM usage_day_as_of($1)
UNION ALL
SELECT 'ticket' AS table_name, count(*)::BIGINT AS n_rows FROM ticket_as_of($1)
UNION ALL
SELECT 'feedback' AS table_name, count(*)::BIGINT AS n_rows FROM feedback_as_of($1)
UNION ALL
SELECT 'consent' AS table_name, count(*)::BIGINT AS n_rows FROM consent_as_of($1)
UNION ALL
SELECT 'target' AS table_name, count(*)::BIGINT AS n_rows FROM target_as_of($1)
UNION ALL
SELECT 'cost' AS table_name, count(*)::BIGINT AS n_rows FROM cost_as_of($1)
UNION ALL
SELECT 'finance_close' AS table_name, count(*)::BIGINT AS n_rows FROM finance_close_as_of($1)
UNION ALL
SELECT 'control_series' AS table_name, count(*)::BIGINT AS n_rows FROM control_series_as_of($1)
UNION ALL
SELECT 'brand' AS table_name, count(*)::BIGINT AS n_rows FROM brand_as_of($1)
UNION ALL
SELECT 'release' AS table_name, count(*)::BIGINT AS n_rows FROM release_as_of($1)
UNION ALL
SELECT 'referral' AS table_name, count(*)::BIGINT AS n_rows FROM referral_as_of($1)
UNION ALL
SELECT 'work_log' AS table_name, count(*)::BIGINT AS n_rows FROM work_log_as_of($1)
UNION ALL
SELECT 'assignment' AS table_name, count(*)::BIGINT AS n_rows FROM assignment_as_of($1)
UNION ALL
SELECT 'exposure' AS table_name, count(*)::BIGINT AS n_rows FROM exposure_as_of($1)
UNION ALL
SELECT 'campaign' AS table_name, count(*)::BIGINT AS n_rows FROM campaign_as_of($1)
UNION ALL
SELECT 'creative' AS table_name, count(*)::BIGINT AS n_rows FROM creative_as_of($1)
UNION ALL
SELECT 'account' AS table_name, count(*)::BIGINT AS n_rows FROM account_as_of($1)
) AS counted
ORDER BY table_name
