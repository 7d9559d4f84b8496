-- Records, version 7: proposals, and what became of them.

-- Something that is not in force until whoever holds the right has agreed. `holder` is the role that decides;
-- an owner always may, the author never. `content` names what is proposed: a later draft with the same content
-- is the same proposal. What it is worth, or what it widens, is `details`, a JSON object; `difference` is the
-- text of a change of files. A row without a decision waits until `expires_at`, and then has expired: that is
-- derived, not written.
CREATE TABLE proposal (
    proposal_id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CONSTRAINT proposal_kind CHECK (kind IN ('configuration', 'budget')),
    title TEXT NOT NULL CONSTRAINT proposal_has_title CHECK (length(title) > 0),
    why TEXT NOT NULL,
    holder TEXT NOT NULL CONSTRAINT proposal_has_holder CHECK (length(holder) > 0),
    content BLOB NOT NULL CONSTRAINT proposal_content CHECK (length(content) = 32),
    base_version INTEGER NOT NULL REFERENCES config_version (version),
    details TEXT NOT NULL,
    difference TEXT,
    drafted_at INTEGER NOT NULL,
    drafted_by TEXT NOT NULL,
    by_terminal INTEGER NOT NULL CONSTRAINT proposal_by_terminal CHECK (by_terminal IN (0, 1)),
    run_id INTEGER NOT NULL REFERENCES run (run_id),
    expires_at INTEGER NOT NULL,
    decision TEXT CONSTRAINT proposal_decision
        CHECK (decision IN ('approved', 'rejected', 'withdrawn', 'overtaken')),
    decided_at INTEGER,
    decided_by TEXT,
    reason TEXT,
    decision_run_id INTEGER REFERENCES run (run_id),
    version INTEGER REFERENCES config_version (version),
    CONSTRAINT proposal_expires_later CHECK (expires_at > drafted_at),
    CONSTRAINT proposal_decided_by_somebody
        CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)),
    CONSTRAINT proposal_rejected_says_why CHECK (decision IS NOT 'rejected' OR length(reason) >= 20),
    CONSTRAINT proposal_leads_to_a_version
        CHECK ((version IS NOT NULL) = (kind = 'configuration' AND decision IS 'approved')),
    CONSTRAINT proposal_author_never_approves CHECK (decision IS NOT 'approved' OR decided_by <> drafted_by)
) STRICT;
CREATE INDEX proposal_open ON proposal (content) WHERE decision IS NULL;
CREATE INDEX proposal_run ON proposal (run_id);

-- A file that a change of the configuration would write. content NULL: it would be taken away. `base` is the
-- file in force when it was drafted, NULL: there was none; `beside` the one in the folder then.
CREATE TABLE proposal_file (
    proposal_id INTEGER NOT NULL REFERENCES proposal (proposal_id),
    path TEXT NOT NULL,
    base BLOB CHECK (base IS NULL OR length(base) = 32),
    beside BLOB CHECK (beside IS NULL OR length(beside) = 32),
    content BLOB,
    PRIMARY KEY (proposal_id, path)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 7;
