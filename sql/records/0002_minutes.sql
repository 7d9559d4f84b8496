-- Records, version 2: what a review decided and who does it by when; alarms that were raised.
-- Days are counted from 1970 like everywhere.

-- A decision or an action. An action is open, and carried from review to review, until it is closed.
CREATE TABLE minute (
    minute_id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('decision', 'action')),
    what TEXT NOT NULL CONSTRAINT minute_says_something CHECK (length(what) > 0),
    owner TEXT,
    due_on INTEGER,
    met_on INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES run (run_id),
    closed_at INTEGER,
    closed_by TEXT,
    outcome TEXT,
    CONSTRAINT minute_action_has_owner_and_day
        CHECK (kind = 'decision' OR (owner IS NOT NULL AND due_on IS NOT NULL)),
    CONSTRAINT minute_closed_says_how
        CHECK ((closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL))
) STRICT;
CREATE INDEX minute_open ON minute (due_on, minute_id) WHERE closed_at IS NULL;

-- A metric that left its weekdays' band on a day: raised once, by the first run that saw it.
CREATE TABLE alarm (
    alarm_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (run_id),
    day INTEGER NOT NULL,
    metric TEXT NOT NULL,
    dimension TEXT NOT NULL,
    member TEXT NOT NULL,
    unit TEXT NOT NULL,
    value REAL NOT NULL,
    expected REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    chance REAL NOT NULL,
    raised_at INTEGER NOT NULL,
    CONSTRAINT alarm_once UNIQUE (day, metric, dimension, member)
) STRICT;

PRAGMA user_version = 2;
