-- Records, version 5: questions about figures, and what was answered.

-- A doubt about one figure, put by a person, kept with its answer. The figure is named by the page and its
-- key there ("today/one"), and by the run whose figure it was.
CREATE TABLE challenge (
    challenge_id INTEGER PRIMARY KEY AUTOINCREMENT,
    figure TEXT NOT NULL CONSTRAINT challenge_names_a_figure CHECK (length(figure) > 0),
    what TEXT,
    figure_run_id INTEGER REFERENCES run (run_id),
    question TEXT NOT NULL CONSTRAINT challenge_asks_something CHECK (length(question) > 0),
    asked_at INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES run (run_id),
    answered_at INTEGER,
    answered_by TEXT,
    answer TEXT,
    CONSTRAINT challenge_answered_says_what
        CHECK ((answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL))
) STRICT;
CREATE INDEX challenge_figure ON challenge (figure, challenge_id);
CREATE INDEX challenge_open ON challenge (challenge_id) WHERE answered_at IS NULL;

PRAGMA user_version = 5;
