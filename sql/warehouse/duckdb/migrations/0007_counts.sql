-- What loads brought, added up, format 7: pages that say how much there is read these sums, not millions of
-- facts. They are written in the transaction of the load that changes them, by the same words as here, and say
-- what counts today; whoever asks for what was known at an instant counts the facts.

-- one row is: what one load brought on a day under a name
CREATE TABLE count_day (
    load_id                BIGINT NOT NULL,
    table_name             VARCHAR NOT NULL,
    kind                   VARCHAR NOT NULL,
    name                   VARCHAR NOT NULL,
    currency               VARCHAR NOT NULL,
    day                    DATE NOT NULL,
    n_rows                 BIGINT NOT NULL,
    micros_sum             HUGEINT NOT NULL,
    size_sum               HUGEINT NOT NULL
);

-- one row is: a row that something was ever set over, as it stands in count_day
CREATE TABLE count_corrected (
    table_name             VARCHAR NOT NULL,
    load_id                BIGINT NOT NULL,
    source_row             BIGINT NOT NULL,
    day                    DATE NOT NULL,
    channel                VARCHAR,
    campaign               VARCHAR,
    geo                    VARCHAR,
    currency               VARCHAR NOT NULL,
    micros_sum             HUGEINT NOT NULL
);

-- one row is: a currency with everything its orders add up to
CREATE TABLE txn_total (
    currency               VARCHAR NOT NULL,
    n_lines                BIGINT NOT NULL,
    n_orders               BIGINT NOT NULL,
    n_customers            BIGINT NOT NULL,
    gross_sum              HUGEINT NOT NULL,
    revenue_sum            HUGEINT NOT NULL
);

-- one row is: a fact of a table that grows with people, as it is counted
CREATE VIEW counted AS
SELECT 'event' AS table_name, load_id, source_row, day, channel, campaign, geo, coalesce(currency, '') AS currency,
  0::HUGEINT AS micros FROM event
UNION ALL
SELECT 'txn', load_id, source_row, day, channel, NULL, NULL, coalesce(currency, ''),
  coalesce(gross_micros::HUGEINT - discount_micros - tax_micros, 0) FROM txn
UNION ALL
SELECT 'lead', load_id, source_row, day, channel, campaign, NULL, '', 0 FROM lead
UNION ALL
SELECT 'usage_day', load_id, source_row, day, NULL, NULL, NULL, '', 0 FROM usage_day
UNION ALL
SELECT 'ticket', load_id, source_row, day, NULL, NULL, NULL, '', 0 FROM ticket
UNION ALL
SELECT 'feedback', load_id, source_row, day, NULL, NULL, NULL, '', 0 FROM feedback
UNION ALL
SELECT 'consent', load_id, source_row, day, NULL, NULL, NULL, '', 0 FROM consent;

-- the names under which a fact is counted: none (all rows of its day), channel, campaign, place
CREATE MACRO count_names(channel, campaign, geo, currency) AS [
  {'kind': '', 'name': '', 'currency': currency},
  {'kind': 'channel', 'name': channel, 'currency': currency},
  {'kind': 'campaign', 'name': campaign, 'currency': ''},
  {'kind': 'geo', 'name': geo, 'currency': ''}];

-- one row is: what a load that counts brought on a day under a name, or takes away because it was corrected;
-- only sums over both mean something
CREATE VIEW count_day_known AS
SELECT c.load_id, c.table_name, c.kind, c.name, c.currency, c.day, c.n_rows, c.micros_sum, c.size_sum
FROM count_day AS c
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = c.load_id
UNION ALL
SELECT load_id, table_name, u.kind, u.name, u.currency, day, -1, -micros_sum, -abs(micros_sum)
FROM (
  SELECT c.load_id, c.table_name, c.day, c.micros_sum, unnest(count_names(c.channel, c.campaign, c.geo, c.currency)) AS u
  FROM count_corrected AS c
  SEMI JOIN superseded_known AS s
    ON s.table_name = c.table_name AND s.load_id = c.load_id AND s.source_row = c.source_row
  ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
    ON n.replaces_load_id = c.load_id
) AS corrected
WHERE u.kind = '' OR u.name <> '';

INSERT INTO count_day
SELECT load_id, table_name, u.kind, u.name, u.currency, day, sum(n_rows), sum(micros_sum), sum(size_sum)
FROM (
  SELECT load_id, table_name, day, n_rows, micros_sum, size_sum,
    unnest(count_names(channel, campaign, geo, currency)) AS u
  FROM (
    SELECT load_id, table_name, day, channel, campaign, geo, currency, count(*) AS n_rows,
      sum(micros) AS micros_sum, sum(abs(micros)) AS size_sum
    FROM counted
    GROUP BY load_id, table_name, day, channel, campaign, geo, currency
  ) AS wide
) AS named
WHERE u.kind = '' OR u.name <> ''
GROUP BY load_id, table_name, u.kind, u.name, u.currency, day
ORDER BY load_id, table_name, u.kind, u.name, u.currency, day;

INSERT INTO count_corrected
SELECT c.table_name, c.load_id, c.source_row, c.day, c.channel, c.campaign, c.geo, c.currency, c.micros
FROM counted AS c
SEMI JOIN superseded AS s
  ON s.table_name = c.table_name AND s.load_id = c.load_id AND s.source_row = c.source_row
ORDER BY c.table_name, c.load_id, c.source_row;

INSERT INTO txn_total
SELECT currency, count(*), count(DISTINCT coalesce(order_id, txn_id)), count(DISTINCT identifier_id),
  sum(gross_micros), coalesce(sum(gross_micros::HUGEINT - discount_micros - tax_micros), 0)
FROM txn_known
GROUP BY currency
ORDER BY currency;
