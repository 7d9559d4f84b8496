-- Every statement the program runs on records, by name. A block begins at its `-- name:` line and
-- ends before the next. Parameters are ?1, ?2 … in the order in which C binds them.

-- name: open_checks
-- Trusts nothing a schema could smuggle in; waits for another connection's change, which is
-- short. Run before anything of the file is read.
PRAGMA trusted_schema = OFF;
PRAGMA busy_timeout = 30000;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;

-- name: open_reader
PRAGMA query_only = ON;
PRAGMA cache_size = -1024;

-- name: open_durable
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 67108864;

-- name: application_id
SELECT application_id FROM pragma_application_id;

-- name: user_version
SELECT user_version FROM pragma_user_version;

-- name: table_count
SELECT count(*) FROM sqlite_schema WHERE type = 'table';

-- name: begin
BEGIN IMMEDIATE;

-- name: begin_reading
BEGIN DEFERRED;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: wal_truncate
-- What was overwritten must not live on in the log.
PRAGMA wal_checkpoint(TRUNCATE);

-- name: meta_get
SELECT value FROM meta WHERE key = ?1;

-- name: meta_set
INSERT INTO meta (key, value) VALUES (?1, ?2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: run_start
INSERT INTO run (operation, parameters, inputs_hash, warehouse_version, config_version, seed,
                 fingerprint, actor, state, started_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'started', ?9)
RETURNING run_id;

-- name: run_end
UPDATE run SET state = ?2, outcome = ?3, failure = ?4, ended_at = ?5
WHERE run_id = ?1 AND state = 'started'
RETURNING run_id;

-- name: run_get
SELECT run_id, operation, parameters, inputs_hash, warehouse_version, config_version, seed,
       fingerprint, actor, state, started_at, ended_at, outcome, failure
FROM run WHERE run_id = ?1;

-- name: run_last
SELECT coalesce(max(run_id), 0) FROM run;

-- name: run_list
SELECT run_id, operation, parameters, inputs_hash, warehouse_version, config_version, seed,
       fingerprint, actor, state, started_at, ended_at, outcome, failure
FROM run WHERE run_id < ?4
ORDER BY run_id DESC LIMIT ?1;

-- name: run_list_state
SELECT run_id, operation, parameters, inputs_hash, warehouse_version, config_version, seed,
       fingerprint, actor, state, started_at, ended_at, outcome, failure
FROM run WHERE state = ?2 AND run_id < ?4
ORDER BY run_id DESC LIMIT ?1;

-- name: run_list_operation
SELECT run_id, operation, parameters, inputs_hash, warehouse_version, config_version, seed,
       fingerprint, actor, state, started_at, ended_at, outcome, failure
FROM run WHERE operation = ?3 AND run_id < ?4
ORDER BY run_id DESC LIMIT ?1;

-- name: run_list_state_operation
SELECT run_id, operation, parameters, inputs_hash, warehouse_version, config_version, seed,
       fingerprint, actor, state, started_at, ended_at, outcome, failure
FROM run WHERE state = ?2 AND operation = ?3 AND run_id < ?4
ORDER BY run_id DESC LIMIT ?1;

-- name: run_find
SELECT run_id, operation, parameters, inputs_hash, warehouse_version, config_version, seed,
       fingerprint, actor, state, started_at, ended_at, outcome, failure
FROM run WHERE inputs_hash = ?1 AND state = 'done'
ORDER BY run_id DESC LIMIT 1;

-- name: job_add
INSERT INTO job (run_id, operation, parameters, state, step, share, queued_at, started_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
RETURNING job_id;

-- name: job_update
UPDATE job
SET run_id = ?2, state = ?3, step = ?4, share = ?5, started_at = ?6, ended_at = ?7, failure = ?8
WHERE job_id = ?1 AND (state = 'running' OR (state = 'queued' AND ?3 <> 'done'))
      AND NOT (state = 'running' AND ?3 = 'queued')
RETURNING job_id;

-- name: job_get
SELECT job_id, run_id, operation, parameters, state, step, share, queued_at, started_at, ended_at,
       failure
FROM job WHERE job_id = ?1;

-- name: job_last
SELECT coalesce(max(job_id), 0) FROM job;

-- name: job_list
SELECT job_id, run_id, operation, parameters, state, step, share, queued_at, started_at, ended_at,
       failure
FROM job WHERE job_id < ?2
ORDER BY job_id DESC LIMIT ?1;

-- name: job_settle
-- A job whose run is done is done; any other that was running died with its process.
UPDATE job
SET state = CASE WHEN run_id IN (SELECT run_id FROM run WHERE state = 'done')
                 THEN 'done' ELSE 'interrupted' END,
    ended_at = max(?1, coalesce(started_at, queued_at))
WHERE state = 'running'
RETURNING job_id, run_id, state;

-- name: config_add
INSERT INTO config_version (version, hash, applied_at, actor, difference)
SELECT coalesce(max(version), 0) + 1, ?1, ?2, ?3, ?4 FROM config_version
RETURNING version;

-- name: config_file_add
INSERT INTO config_file (version, path, content) VALUES (?1, ?2, ?3);

-- name: config_point
INSERT INTO meta (key, value) VALUES ('config.in_force', CAST(CAST(?1 AS TEXT) AS BLOB))
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: config_in_force
SELECT version, hash, applied_at, actor, difference FROM config_version
WHERE version = (SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE key = 'config.in_force');

-- name: config_files
SELECT path, content FROM config_file WHERE version = ?1 ORDER BY path;

-- name: config_file_count
SELECT count(*) FROM config_file WHERE version = ?1;

-- name: ledger_add
INSERT INTO ledger_entry (seq, stored, leaf) VALUES (?1, ?2, ?3);

-- name: ledger_head_get
SELECT size, root, peaks FROM ledger_head WHERE id = 1;

-- name: ledger_head_set
INSERT INTO ledger_head (id, size, root, peaks) VALUES (1, ?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, peaks = excluded.peaks;

-- name: ledger_list
SELECT seq, stored, leaf FROM ledger_entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2;

-- name: ledger_of_run
SELECT seq FROM ledger_entry
WHERE json_extract(stored, '$.run_id') = ?1 AND json_extract(stored, '$.kind') = ?2
ORDER BY seq DESC LIMIT 1;

-- name: ledger_all
SELECT seq, stored, leaf FROM ledger_entry ORDER BY seq;

-- name: ledger_leaves
SELECT seq, leaf FROM ledger_entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq;

-- name: subject_add
INSERT INTO subject_key (subject_id, key) VALUES (?1, ?2) ON CONFLICT (subject_id) DO NOTHING;

-- name: subject_get
SELECT key FROM subject_key WHERE subject_id = ?1;

-- name: subject_get_run
SELECT subject_id, key FROM subject_key WHERE subject_id >= ?1 AND subject_id < ?2
ORDER BY subject_id;

-- name: subject_overwrite
UPDATE subject_key SET key = zeroblob(32) WHERE subject_id = ?1 RETURNING subject_id;

-- name: subject_forget
UPDATE subject_key SET key = NULL WHERE subject_id = ?1;

-- name: ledger_size
SELECT coalesce(max(seq) + 1, 0) FROM ledger_entry;

-- name: minute_add
INSERT INTO minute (kind, what, owner, due_on, met_on, opened_at, opened_by, run_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
RETURNING minute_id;

-- name: minute_close
UPDATE minute SET closed_at = ?2, closed_by = ?3, outcome = ?4
WHERE minute_id = ?1 AND closed_at IS NULL
RETURNING minute_id;

-- name: minute_last
SELECT coalesce(max(minute_id), 0) FROM minute;

-- name: minute_outcome_is
-- 1 where it is closed with this very outcome, 0 where with another.
SELECT outcome = ?2 FROM minute WHERE minute_id = ?1;

-- name: minute_list
-- As they stood at ?1: what was opened later is not there, what was closed later is open. Open ones
-- first, by their day; ?2 = 1 keeps to those that were open or were opened on or after day ?3.
SELECT minute_id, kind, what, owner, due_on, met_on, opened_at, opened_by, run_id,
       CASE WHEN closed_at <= ?1 THEN closed_at END,
       CASE WHEN closed_at <= ?1 THEN closed_by END,
       CASE WHEN closed_at <= ?1 THEN outcome END
FROM minute
WHERE opened_at <= ?1
  AND (?2 = 0 OR (kind = 'action' AND (closed_at IS NULL OR closed_at > ?1)) OR met_on >= ?3)
ORDER BY closed_at IS NOT NULL AND closed_at <= ?1, due_on IS NULL, due_on, minute_id
LIMIT ?4;

-- name: challenge_add
INSERT INTO challenge (figure, what, figure_run_id, question, asked_at, asked_by, run_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
RETURNING challenge_id;

-- name: challenge_answer
UPDATE challenge SET answered_at = ?2, answered_by = ?3, answer = ?4
WHERE challenge_id = ?1 AND answered_at IS NULL
RETURNING challenge_id;

-- name: challenge_last
SELECT coalesce(max(challenge_id), 0) FROM challenge;

-- name: challenge_answer_is
-- 1 where it is answered with these very words, 0 where with others.
SELECT answer = ?2 FROM challenge WHERE challenge_id = ?1;

-- name: challenge_list
-- Open ones first, then the newest; ?1 NULL: of every figure; ?2 = 1: answered ones too.
SELECT challenge_id, figure, what, figure_run_id, question, asked_at, asked_by, run_id,
       answered_at, answered_by, answer
FROM challenge
WHERE (?1 IS NULL OR figure = ?1) AND (?2 = 1 OR answered_at IS NULL)
ORDER BY answered_at IS NOT NULL, challenge_id DESC
LIMIT ?3;

-- name: alarm_add
INSERT INTO alarm (run_id, day, metric, dimension, member, unit, value, expected, low, high, chance,
                   raised_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (day, metric, dimension, member) DO NOTHING
RETURNING alarm_id;

-- name: alarm_last
SELECT coalesce(max(alarm_id), 0) FROM alarm;

-- name: alarm_list
SELECT alarm_id, run_id, day, metric, dimension, member, unit, value, expected, low, high, chance,
       raised_at
FROM alarm
WHERE day >= ?1 AND raised_at <= ?2
ORDER BY day DESC, chance, alarm_id
LIMIT ?3;

-- name: model_add
INSERT INTO model (run_id, kind, artefact, settings, verdict, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
RETURNING run_id;

-- name: model_find
SELECT run_id, artefact, settings, verdict, made_at FROM model
WHERE kind = ?1 AND (?2 = 0 OR run_id = ?2)
ORDER BY run_id DESC LIMIT 1;

-- name: access_user_add
INSERT INTO access_user (name, role, invite, invite_until, added_at, added_by, verticals)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = NULL, invite = excluded.invite,
    invite_until = excluded.invite_until, verticals = excluded.verticals
RETURNING user_id;

-- name: access_user_claim
-- The invitation opens once: with the password it goes.
UPDATE access_user SET password = ?2, invite = NULL, invite_until = NULL
WHERE invite = ?1 AND invite_until > ?3
RETURNING user_id;

-- name: access_user_last
SELECT coalesce(max(user_id), 0) FROM access_user;

-- name: access_user_list
SELECT user_id, name, role, password, invite, invite_until, added_at, added_by, verticals
FROM access_user ORDER BY user_id LIMIT ?1;

-- name: access_user_remove
DELETE FROM access_user WHERE name = ?1 RETURNING user_id;

-- name: access_key_add
INSERT INTO access_key (label, role, hash, added_at, added_by, expires_at, verticals, operations)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (label) DO UPDATE SET role = excluded.role, hash = excluded.hash,
    added_at = excluded.added_at, added_by = excluded.added_by, expires_at = excluded.expires_at,
    revoked_at = NULL, verticals = excluded.verticals, operations = excluded.operations
RETURNING key_id;

-- name: access_key_last
SELECT coalesce(max(key_id), 0) FROM access_key;

-- name: access_key_list
SELECT key_id, label, role, hash, added_at, added_by, expires_at, revoked_at, verticals, operations
FROM access_key ORDER BY key_id LIMIT ?1;

-- name: access_key_revoke
UPDATE access_key SET revoked_at = ?2 WHERE label = ?1 AND revoked_at IS NULL RETURNING key_id;

-- name: kept_answer_begin
INSERT INTO kept_answer (actor, key, request, http, begun_at) VALUES (?1, ?2, ?3, 0, ?4)
RETURNING begun_at;

-- name: kept_answer_get
SELECT request, http, answer, job_id FROM kept_answer WHERE actor = ?1 AND key = ?2;

-- name: kept_answer_end
UPDATE kept_answer SET http = ?3, answer = ?4, job_id = ?5 WHERE actor = ?1 AND key = ?2
RETURNING http;

-- name: kept_answer_drop
DELETE FROM kept_answer WHERE actor = ?1 AND key = ?2;

-- name: kept_answer_forget
DELETE FROM kept_answer WHERE begun_at < ?1;

-- name: proposal_add
INSERT INTO proposal (kind, title, why, holder, content, base_version, details, difference, drafted_at,
                      drafted_by, by_terminal, run_id, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
RETURNING proposal_id;

-- name: proposal_file_add
INSERT INTO proposal_file (proposal_id, path, base, beside, content) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: proposal_files
SELECT path, base, beside, content FROM proposal_file WHERE proposal_id = ?1 ORDER BY path;

-- name: proposal_file_count
SELECT count(*) FROM proposal_file WHERE proposal_id = ?1;

-- name: proposal_last
SELECT coalesce(max(proposal_id), 0) FROM proposal;

-- name: proposal_open_count
SELECT count(*) FROM proposal WHERE decision IS NULL AND expires_at > ?1;

-- name: proposal_waiting
-- The open proposal of this very content.
SELECT proposal_id FROM proposal
WHERE content = ?1 AND decision IS NULL AND expires_at > ?2
ORDER BY proposal_id DESC LIMIT 1;

-- name: proposal_newest_of
-- The newest proposal of this content, whatever became of it.
SELECT proposal_id FROM proposal WHERE content = ?1 AND base_version = ?2
ORDER BY proposal_id DESC LIMIT 1;

-- name: proposal_get
SELECT proposal_id, kind, title, why, holder, content, base_version, details, difference, drafted_at,
       drafted_by, by_terminal, run_id, expires_at, decision, decided_at, decided_by, reason,
       decision_run_id, version
FROM proposal WHERE proposal_id = ?1;

-- name: proposal_list
-- Newest first, without their differences; ?1 = 1: decided and expired ones too.
SELECT proposal_id, kind, title, why, holder, content, base_version, details, NULL, drafted_at,
       drafted_by, by_terminal, run_id, expires_at, decision, decided_at, decided_by, reason,
       decision_run_id, version
FROM proposal
WHERE proposal_id < ?2 AND (?1 = 1 OR (decision IS NULL AND expires_at > ?3))
ORDER BY proposal_id DESC LIMIT ?4;

-- name: proposal_of_run
SELECT proposal_id, kind, title, why, holder, content, base_version, details, difference, drafted_at,
       drafted_by, by_terminal, run_id, expires_at, decision, decided_at, decided_by, reason,
       decision_run_id, version
FROM proposal WHERE run_id = ?1
ORDER BY proposal_id DESC LIMIT 1;

-- name: proposal_overtaken_by
-- Open ones of the same author and kind, of which the newest becomes overtaken.
UPDATE proposal
SET decision = 'overtaken', decided_at = ?4, decided_by = ?1, decision_run_id = ?5
WHERE proposal_id = (SELECT max(proposal_id) FROM proposal
                     WHERE drafted_by = ?1 AND kind = ?2 AND proposal_id < ?3 AND decision IS NULL
                       AND expires_at > ?4)
RETURNING proposal_id;

-- name: proposal_later
-- A later draft of the same author and kind; 0 where there is none.
SELECT coalesce(max(later.proposal_id), 0)
FROM proposal AS this JOIN proposal AS later
  ON later.drafted_by = this.drafted_by AND later.kind = this.kind AND later.proposal_id > this.proposal_id
WHERE this.proposal_id = ?1;

-- name: proposal_decide
UPDATE proposal
SET decision = ?2, decided_at = ?3, decided_by = ?4, reason = ?5, decision_run_id = ?6, version = ?7
WHERE proposal_id = ?1 AND decision IS NULL AND (expires_at > ?3 OR ?2 = 'withdrawn')
RETURNING proposal_id;

-- name: proposal_reopen
UPDATE proposal
SET decision = NULL, decided_at = NULL, decided_by = NULL, reason = NULL, decision_run_id = NULL
WHERE proposal_id = ?1 AND decision = ?2
RETURNING proposal_id;
