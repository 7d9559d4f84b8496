-- one row is: a source, a field that may be empty, and how many of its rows hold one
-- params: $1 instant (known by)
SELECT source, table_name, field, n_rows, n_filled
FROM (
SELECT l.source AS source, 'spend' AS table_name, 'impressions' AS field, count(*)::BIGINT AS n_rows, count(f.impressions)::BIGINT AS n_filled
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'spend' AS table_name, 'clicks' AS field, count(*)::BIGINT AS n_rows, count(f.clicks)::BIGINT AS n_filled
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'spend' AS table_name, 'claimed_conversions' AS field, count(*)::BIGINT AS n_rows, count(f.claimed_conversions)::BIGINT AS n_filled
FROM spend_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'txn' AS table_name, 'channel' AS field, count(*)::BIGINT AS n_rows, count(f.channel)::BIGINT AS n_filled
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'txn' AS table_name, 'product' AS field, count(*)::BIGINT AS n_rows, count(f.product)::BIGINT AS n_filled
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'txn' AS table_name, 'identifier_id' AS field, count(*)::BIGINT AS n_rows, count(f.identifier_id)::BIGINT AS n_filled
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'txn' AS table_name, 'order_id' AS field, count(*)::BIGINT AS n_rows, count(f.order_id)::BIGINT AS n_filled
FROM txn_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'event' AS table_name, 'channel' AS field, count(*)::BIGINT AS n_rows, count(f.channel)::BIGINT AS n_filled
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'event' AS table_name, 'campaign' AS field, count(*)::BIGINT AS n_rows, count(f.campaign)::BIGINT AS n_filled
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'event' AS table_name, 'identifier_id' AS field, count(*)::BIGINT AS n_rows, count(f.identifier_id)::BIGINT AS n_filled
FROM event_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'lead' AS table_name, 'channel' AS field, count(*)::BIGINT AS n_rows, count(f.channel)::BIGINT AS n_filled
FROM lead_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'lead' AS table_name, 'source' AS field, count(*)::BIGINT AS n_rows, count(f.source)::BIGINT AS n_filled
FROM lead_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'lead' AS table_name, 'identifier_id' AS field, count(*)::BIGINT AS n_rows, count(f.identifier_id)::BIGINT AS n_filled
FROM lead_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, 'channel' AS field, count(*)::BIGINT AS n_rows, count(f.channel)::BIGINT AS n_filled
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, 'source' AS field, count(*)::BIGINT AS n_rows, count(f.source)::BIGINT AS n_filled
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, 'lead_id' AS field, count(*)::BIGINT AS n_rows, count(f.lead_id)::BIGINT AS n_filled
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, 'amount_micros' AS field, count(*)::BIGINT AS n_rows, count(f.amount_micros)::BIGINT AS n_filled
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'opportunity' AS table_name, 'close_expected_on' AS field, count(*)::BIGINT AS n_rows, count(f.close_expected_on)::BIGINT AS n_filled
FROM opportunity_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'subscription' AS table_name, 'identifier_id' AS field, count(*)::BIGINT AS n_rows, count(f.identifier_id)::BIGINT AS n_filled
FROM subscription_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'subscription' AS table_name, 'reason' AS field, count(*)::BIGINT AS n_rows, count(f.reason)::BIGINT AS n_filled
FROM subscription_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'ticket' AS table_name, 'topic' AS field, count(*)::BIGINT AS n_rows, count(f.topic)::BIGINT AS n_filled
FROM ticket_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'ticket' AS table_name, 'answered_at' AS field, count(*)::BIGINT AS n_rows, count(f.answered_at)::BIGINT AS n_filled
FROM ticket_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'ticket' AS table_name, 'closed_at' AS field, count(*)::BIGINT AS n_rows, count(f.closed_at)::BIGINT AS n_filled
FROM ticket_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'feedback' AS table_name, 'score' AS field, count(*)::BIGINT AS n_rows, count(f.score)::BIGINT AS n_filled
FROM feedback_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
UNION ALL
SELECT l.source AS source, 'feedback' AS table_name, 'identifier_id' AS field, count(*)::BIGINT AS n_rows, count(f.identifier_id)::BIGINT AS n_filled
FROM feedback_as_of($1) AS f JOIN load AS l ON l.load_id = f.load_id
GROUP BY l.source
) AS counted
ORDER BY source, table_name, field
