-- Records, version 4: who may sign in and with what, and the answers of requests that carry a key.
-- No secret lies here: a password as its argon2id text, an invitation and an API key as SHA-256.

-- A person who signs in. Without a password only the invitation opens the door, once, until its time.
CREATE TABLE access_user (
    user_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CONSTRAINT access_user_once UNIQUE
        CONSTRAINT access_user_has_name CHECK (length(name) BETWEEN 1 AND 64),
    role TEXT NOT NULL,
    password TEXT,
    invite BLOB CHECK (invite IS NULL OR length(invite) = 32),
    invite_until INTEGER,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    CONSTRAINT access_user_invite_ends CHECK ((invite IS NULL) = (invite_until IS NULL))
) STRICT;

-- A key for programs. It ends by time or by being revoked; its row stays, so that its label says who did
-- what.
CREATE TABLE access_key (
    key_id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL CONSTRAINT access_key_once UNIQUE
        CONSTRAINT access_key_has_label CHECK (length(label) BETWEEN 1 AND 64),
    role TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

-- What a request with an Idempotency-Key was answered. http 0: it was begun and its end is not known.
CREATE TABLE kept_answer (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL CHECK (length(request) = 32),
    http INTEGER NOT NULL,
    answer TEXT,
    job_id INTEGER,
    begun_at INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answer_age ON kept_answer (begun_at);

PRAGMA user_version = 4;
