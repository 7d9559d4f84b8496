-- Records, version 3: the model registry.

-- One fitted model: which run made it, the file that holds its draws, and the settings that read the
-- same data again. Written after the file, so that a row never names a file that is not there.
CREATE TABLE model (
    run_id INTEGER PRIMARY KEY REFERENCES run (run_id),
    kind TEXT NOT NULL CHECK (length(kind) > 0),
    artefact BLOB NOT NULL CHECK (length(artefact) = 32),
    settings TEXT NOT NULL,
    verdict TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX model_newest ON model (kind, run_id);

PRAGMA user_version = 3;
