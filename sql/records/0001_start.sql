-- Records, version 1: what must never be lost. One transaction applies this file.
-- Times are UTC microseconds since 1970, hashes are 32 bytes, identifiers are never reused.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Whatever computes or changes. `started` is durable before the warehouse is touched.
CREATE TABLE run (
    run_id INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    parameters TEXT NOT NULL,
    inputs_hash BLOB NOT NULL CHECK (length(inputs_hash) = 32),
    warehouse_version INTEGER NOT NULL,
    config_version INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('started', 'done', 'failed', 'cancelled', 'interrupted')),
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    failure TEXT,
    CONSTRAINT run_ended_unless_started CHECK ((state = 'started') = (ended_at IS NULL))
) STRICT;
CREATE INDEX run_by_inputs ON run (inputs_hash, run_id) WHERE state = 'done';
CREATE INDEX run_by_state ON run (state, run_id);
CREATE INDEX run_by_operation ON run (operation, run_id);

-- Long operations, for whoever waits for them.
CREATE TABLE job (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER REFERENCES run (run_id),
    operation TEXT NOT NULL,
    parameters TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
    step TEXT,
    share REAL CONSTRAINT job_share_between_0_and_1 CHECK (share IS NULL OR share BETWEEN 0 AND 1),
    queued_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    failure TEXT,
    CONSTRAINT job_ended_when_over CHECK ((state IN ('queued', 'running')) = (ended_at IS NULL))
) STRICT;
CREATE INDEX job_open ON job (job_id) WHERE state IN ('queued', 'running');

-- What was applied, whole. The version in force is the pointer meta 'config.in_force'.
CREATE TABLE config_version (
    version INTEGER PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    applied_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    difference TEXT NOT NULL
) STRICT;
CREATE TABLE config_file (
    version INTEGER NOT NULL REFERENCES config_version (version),
    path TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (version, path)
) STRICT, WITHOUT ROWID;

-- The Merkle log (RFC 6962). leaf = SHA-256(0x00 followed by the bytes of `stored`).
CREATE TABLE ledger_entry (
    seq INTEGER PRIMARY KEY,
    stored TEXT NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;
-- One row: the head, and the roots of the complete subtrees that make it, largest first. With
-- them an append touches O(log n) hashes and reads no other entry.
CREATE TABLE ledger_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    peaks BLOB NOT NULL CHECK (length(peaks) % 32 = 0)
) STRICT;

-- One key per subject. A NULL key was destroyed: the values it sealed are erased, and the subject
-- gets no other key.
CREATE TABLE subject_key (
    subject_id INTEGER PRIMARY KEY,
    key BLOB CHECK (key IS NULL OR length(key) = 32)
) STRICT;

PRAGMA application_id = 1347701838; -- "PTLN"
PRAGMA user_version = 1;
