-- Money by campaign and place, plans beside targets, format 5. Rows that were there before record neither:
-- figures show them as not recorded. A view keeps the columns that its table had when it was made, so the
-- views and macros of both tables are made again.

ALTER TABLE txn ADD COLUMN campaign VARCHAR;
ALTER TABLE txn ADD COLUMN geo VARCHAR;
ALTER TABLE target ADD COLUMN kind VARCHAR DEFAULT 'target';
ALTER TABLE target ALTER COLUMN kind SET NOT NULL;

-- one row is: a day of a vertical or a segment in money
CREATE TABLE day_part (
    run_id                 BIGINT NOT NULL,
    day                    DATE NOT NULL,
    dimension              VARCHAR NOT NULL,
    member                 VARCHAR NOT NULL,
    orders                 BIGINT NOT NULL,
    revenue_micros         BIGINT NOT NULL,
    variable_cost_micros   BIGINT NOT NULL,
    media_micros           BIGINT NOT NULL
);

CREATE OR REPLACE VIEW txn_known AS
SELECT f.* FROM txn AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'txn') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO txn_as_of(t) AS TABLE
SELECT f.* FROM txn AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'txn') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW target_known AS
SELECT f.* FROM target AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'target') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO target_as_of(t) AS TABLE
SELECT f.* FROM target AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'target') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;
