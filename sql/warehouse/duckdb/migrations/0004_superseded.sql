-- Which version of a fact counts, format 4: a correction holds only as long as the load that brought it
-- counts. Replacing that load brings the older row back; seen as of an instant before the replacement, the
-- correction still holds.

-- one row is: a row that a later one corrects, where that correction counts today
CREATE VIEW superseded_known AS
SELECT s.table_name, s.load_id, s.source_row FROM superseded AS s
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = s.by_load_id;
CREATE MACRO superseded_as_of(t) AS TABLE
SELECT s.table_name, s.load_id, s.source_row FROM superseded AS s
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = s.by_load_id
WHERE s.superseded_at <= t;

CREATE OR REPLACE VIEW event_known AS
SELECT f.* FROM event AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'event') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO event_as_of(t) AS TABLE
SELECT f.* FROM event AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'event') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW spend_known AS
SELECT f.* FROM spend AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'spend') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO spend_as_of(t) AS TABLE
SELECT f.* FROM spend AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'spend') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

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

CREATE OR REPLACE VIEW subscription_known AS
SELECT f.* FROM subscription AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'subscription') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO subscription_as_of(t) AS TABLE
SELECT f.* FROM subscription AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'subscription') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW lead_known AS
SELECT f.* FROM lead AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'lead') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO lead_as_of(t) AS TABLE
SELECT f.* FROM lead AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'lead') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW opportunity_known AS
SELECT f.* FROM opportunity AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'opportunity') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO opportunity_as_of(t) AS TABLE
SELECT f.* FROM opportunity AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'opportunity') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW opportunity_stage_known AS
SELECT f.* FROM opportunity_stage AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'opportunity_stage') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO opportunity_stage_as_of(t) AS TABLE
SELECT f.* FROM opportunity_stage AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'opportunity_stage') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW usage_day_known AS
SELECT f.* FROM usage_day AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'usage_day') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO usage_day_as_of(t) AS TABLE
SELECT f.* FROM usage_day AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'usage_day') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW ticket_known AS
SELECT f.* FROM ticket AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'ticket') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO ticket_as_of(t) AS TABLE
SELECT f.* FROM ticket AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'ticket') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW feedback_known AS
SELECT f.* FROM feedback AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'feedback') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO feedback_as_of(t) AS TABLE
SELECT f.* FROM feedback AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'feedback') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW consent_known AS
SELECT f.* FROM consent AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'consent') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO consent_as_of(t) AS TABLE
SELECT f.* FROM consent AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'consent') AS s
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

CREATE OR REPLACE VIEW cost_known AS
SELECT f.* FROM cost AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'cost') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO cost_as_of(t) AS TABLE
SELECT f.* FROM cost AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'cost') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW finance_close_known AS
SELECT f.* FROM finance_close AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'finance_close') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO finance_close_as_of(t) AS TABLE
SELECT f.* FROM finance_close AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'finance_close') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW control_series_known AS
SELECT f.* FROM control_series AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'control_series') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO control_series_as_of(t) AS TABLE
SELECT f.* FROM control_series AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'control_series') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW brand_known AS
SELECT f.* FROM brand AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'brand') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO brand_as_of(t) AS TABLE
SELECT f.* FROM brand AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'brand') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW release_known AS
SELECT f.* FROM release AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'release') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO release_as_of(t) AS TABLE
SELECT f.* FROM release AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'release') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW referral_known AS
SELECT f.* FROM referral AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'referral') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO referral_as_of(t) AS TABLE
SELECT f.* FROM referral AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'referral') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW work_log_known AS
SELECT f.* FROM work_log AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'work_log') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO work_log_as_of(t) AS TABLE
SELECT f.* FROM work_log AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'work_log') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW assignment_known AS
SELECT f.* FROM assignment AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'assignment') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO assignment_as_of(t) AS TABLE
SELECT f.* FROM assignment AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'assignment') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW exposure_known AS
SELECT f.* FROM exposure AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'exposure') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO exposure_as_of(t) AS TABLE
SELECT f.* FROM exposure AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'exposure') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW fx_rate_known AS
SELECT f.* FROM fx_rate AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'fx_rate') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO fx_rate_as_of(t) AS TABLE
SELECT f.* FROM fx_rate AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'fx_rate') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW account_known AS
SELECT f.* FROM account AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'account') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO account_as_of(t) AS TABLE
SELECT f.* FROM account AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'account') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW campaign_known AS
SELECT f.* FROM campaign AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'campaign') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO campaign_as_of(t) AS TABLE
SELECT f.* FROM campaign AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'campaign') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW creative_known AS
SELECT f.* FROM creative AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'creative') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO creative_as_of(t) AS TABLE
SELECT f.* FROM creative AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'creative') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW channel_known AS
SELECT f.* FROM channel AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'channel') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO channel_as_of(t) AS TABLE
SELECT f.* FROM channel AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'channel') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE OR REPLACE VIEW geo_known AS
SELECT f.* FROM geo AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_known WHERE table_name = 'geo') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE OR REPLACE MACRO geo_as_of(t) AS TABLE
SELECT f.* FROM geo AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded_as_of(t) WHERE table_name = 'geo') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;
