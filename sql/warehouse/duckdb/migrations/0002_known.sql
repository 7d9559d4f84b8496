-- What is known, format 2: for every fact and name table a view of the rows that count today, and a
-- macro of the rows that counted at an instant.
--
-- Loads that no longer count, and rows that no longer count, as far as t. A replaced load stays
-- replaced even where its successor was replaced in turn.

CREATE VIEW event_known AS
SELECT f.* FROM event AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'event') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO event_as_of(t) AS TABLE
SELECT f.* FROM event AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'event' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW spend_known AS
SELECT f.* FROM spend AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'spend') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO spend_as_of(t) AS TABLE
SELECT f.* FROM spend AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'spend' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW txn_known AS
SELECT f.* FROM txn AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'txn') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO txn_as_of(t) AS TABLE
SELECT f.* FROM txn AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'txn' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW subscription_known AS
SELECT f.* FROM subscription AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'subscription') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO subscription_as_of(t) AS TABLE
SELECT f.* FROM subscription AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'subscription' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW lead_known AS
SELECT f.* FROM lead AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'lead') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO lead_as_of(t) AS TABLE
SELECT f.* FROM lead AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'lead' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW opportunity_known AS
SELECT f.* FROM opportunity AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'opportunity') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO opportunity_as_of(t) AS TABLE
SELECT f.* FROM opportunity AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'opportunity' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW opportunity_stage_known AS
SELECT f.* FROM opportunity_stage AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'opportunity_stage') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO opportunity_stage_as_of(t) AS TABLE
SELECT f.* FROM opportunity_stage AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'opportunity_stage' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW usage_day_known AS
SELECT f.* FROM usage_day AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'usage_day') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO usage_day_as_of(t) AS TABLE
SELECT f.* FROM usage_day AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'usage_day' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW ticket_known AS
SELECT f.* FROM ticket AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'ticket') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO ticket_as_of(t) AS TABLE
SELECT f.* FROM ticket AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'ticket' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW feedback_known AS
SELECT f.* FROM feedback AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'feedback') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO feedback_as_of(t) AS TABLE
SELECT f.* FROM feedback AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'feedback' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW consent_known AS
SELECT f.* FROM consent AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'consent') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO consent_as_of(t) AS TABLE
SELECT f.* FROM consent AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'consent' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW target_known AS
SELECT f.* FROM target AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'target') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO target_as_of(t) AS TABLE
SELECT f.* FROM target AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'target' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW cost_known AS
SELECT f.* FROM cost AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'cost') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO cost_as_of(t) AS TABLE
SELECT f.* FROM cost AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'cost' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW finance_close_known AS
SELECT f.* FROM finance_close AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'finance_close') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO finance_close_as_of(t) AS TABLE
SELECT f.* FROM finance_close AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'finance_close' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW control_series_known AS
SELECT f.* FROM control_series AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'control_series') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO control_series_as_of(t) AS TABLE
SELECT f.* FROM control_series AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'control_series' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW brand_known AS
SELECT f.* FROM brand AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'brand') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO brand_as_of(t) AS TABLE
SELECT f.* FROM brand AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'brand' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW release_known AS
SELECT f.* FROM release AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'release') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO release_as_of(t) AS TABLE
SELECT f.* FROM release AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'release' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW referral_known AS
SELECT f.* FROM referral AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'referral') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO referral_as_of(t) AS TABLE
SELECT f.* FROM referral AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'referral' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW work_log_known AS
SELECT f.* FROM work_log AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'work_log') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO work_log_as_of(t) AS TABLE
SELECT f.* FROM work_log AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'work_log' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW assignment_known AS
SELECT f.* FROM assignment AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'assignment') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO assignment_as_of(t) AS TABLE
SELECT f.* FROM assignment AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'assignment' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW exposure_known AS
SELECT f.* FROM exposure AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'exposure') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO exposure_as_of(t) AS TABLE
SELECT f.* FROM exposure AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'exposure' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW fx_rate_known AS
SELECT f.* FROM fx_rate AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'fx_rate') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO fx_rate_as_of(t) AS TABLE
SELECT f.* FROM fx_rate AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'fx_rate' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW account_known AS
SELECT f.* FROM account AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'account') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO account_as_of(t) AS TABLE
SELECT f.* FROM account AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'account' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW campaign_known AS
SELECT f.* FROM campaign AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'campaign') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO campaign_as_of(t) AS TABLE
SELECT f.* FROM campaign AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'campaign' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW creative_known AS
SELECT f.* FROM creative AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'creative') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO creative_as_of(t) AS TABLE
SELECT f.* FROM creative AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'creative' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW channel_known AS
SELECT f.* FROM channel AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'channel') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO channel_as_of(t) AS TABLE
SELECT f.* FROM channel AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'channel' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;

CREATE VIEW geo_known AS
SELECT f.* FROM geo AS f
ANTI JOIN (SELECT replaces_load_id FROM load WHERE replaces_load_id IS NOT NULL) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded WHERE table_name = 'geo') AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row;
CREATE MACRO geo_as_of(t) AS TABLE
SELECT f.* FROM geo AS f
ANTI JOIN (SELECT replaces_load_id FROM load
           WHERE replaces_load_id IS NOT NULL AND known_at <= t) AS n
  ON n.replaces_load_id = f.load_id
ANTI JOIN (SELECT load_id, source_row FROM superseded
           WHERE table_name = 'geo' AND superseded_at <= t) AS s
  ON s.load_id = f.load_id AND s.source_row = f.source_row
WHERE f.known_at <= t;
