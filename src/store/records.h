/* records.h: what must never be lost, in SQLite.
 *
 * Invariants. 1. A write that returned OK survives a power cut (WAL, synchronous=FULL). 2. One
 * connection writes at a time, others wait for it; a ptl_records belongs to one thread at a
 * time. 3. Transactions nest: the outermost commits, and a failure inside rolls the whole back. 4.
 * The schema moves forward only, by the files sql/records/NNNN_*.sql, after a back-up of the file;
 * a newer one is refused. */
#ifndef PTL_STORE_RECORDS_H
#define PTL_STORE_RECORDS_H

#include "base/civil.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "store/pulse.h"

typedef struct ptl_records ptl_records;

PTL_NODISCARD ptl_status ptl_records_open(ptl_records **out, const char *path, ptl_error *err);
void ptl_records_close(ptl_records *records);

/** Another handle, for another thread: `reads_only`, or one that writes in its turn (a write waits
 * up to half a minute for another's). */
PTL_NODISCARD ptl_status ptl_records_open_beside(ptl_records **out, const ptl_records *records,
                                                 bool reads_only, ptl_error *err);
/** Let go of pages of the file that are held in memory. */
void ptl_records_rest(ptl_records *records);
/** Count every commit through this handle (pulse.h). */
void ptl_records_watch(ptl_records *records, ptl_pulse *pulse);
/** What is read until ptl_records_commit is one state; the first read chooses it. */
PTL_NODISCARD ptl_status ptl_records_begin_reading(ptl_records *records, ptl_error *err);

PTL_NODISCARD ptl_status ptl_records_begin(ptl_records *records, ptl_error *err);
PTL_NODISCARD ptl_status ptl_records_commit(ptl_records *records, ptl_error *err);
void ptl_records_rollback(ptl_records *records);

/** A consistent copy at `path` (SQLite's online back-up). */
PTL_NODISCARD ptl_status ptl_records_copy(ptl_records *records, const char *path, ptl_error *err);

/** Small values by name ("workspace_id", "zone"): get into the arena, NULL where absent. */
PTL_NODISCARD ptl_status ptl_records_get(ptl_text *out, ptl_records *records, const char *key,
                                         ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_records_set(ptl_records *records, const char *key, ptl_text value,
                                         ptl_error *err);

/* --- runs: one row for whatever computes or changes ------------------------------------------- */

#define PTL_RUN_STATES(X)                                                                          \
    X(STARTED, "started")         /* durable before the warehouse is touched          */           \
    X(DONE, "done")               /* its load or output row is there, or it needed none */         \
    X(FAILED, "failed")           /* it said why                                      */           \
    X(CANCELLED, "cancelled")     /* somebody stopped it                              */           \
    X(INTERRUPTED, "interrupted") /* the process died; nothing of it is visible       */

typedef enum ptl_run_state {
#define PTL_RUN_ENUM(name, text) PTL_RUN_##name,
    PTL_RUN_STATES(PTL_RUN_ENUM)
#undef PTL_RUN_ENUM
} ptl_run_state;

const char *ptl_run_state_text(ptl_run_state state);

typedef struct ptl_run {
    int64_t run_id;
    const char *operation;  /* "source.import"                                                  */
    const char *parameters; /* canonical JSON                                                   */
    ptl_hash inputs_hash;   /* operation, parameters, warehouse version, configuration, seed     */
    int64_t warehouse_version;
    int64_t config_version;
    uint64_t seed;
    const char *fingerprint; /* CPU, BLAS, libm, engine, program                                 */
    const char *actor;       /* who ran it: the system's user in a terminal                      */
    ptl_run_state state;
    ptl_instant started_at, ended_at; /* ended_at 0 while started */
    const char *outcome; /* JSON: what it returned; NULL while started                       */
    const char *failure; /* message where it failed, or NULL                                 */
} ptl_run;

/** Insert as started, durable on return; sets run->run_id. */
PTL_NODISCARD ptl_status ptl_run_start(ptl_run *run, ptl_records *records, ptl_error *err);
PTL_NODISCARD ptl_status ptl_run_end(ptl_records *records, int64_t run_id, ptl_run_state state,
                                     const char *outcome, const char *failure, ptl_instant ended_at,
                                     ptl_error *err);
/** E_NOT_FOUND names the highest run there is. Texts are copied to the arena. */
PTL_NODISCARD ptl_status ptl_run_get(ptl_run *out, ptl_records *records, int64_t run_id,
                                     ptl_arena *arena, ptl_error *err);
/** Newest first, at most `limit`, optionally only one state (-1: all) and one operation (NULL). */
PTL_NODISCARD ptl_status ptl_run_list(ptl_run **out, int64_t *n, ptl_records *records,
                                      int32_t state, const char *operation, int64_t limit,
                                      ptl_arena *arena, ptl_error *err);
/** Of them, those with a number below `before`. */
PTL_NODISCARD ptl_status ptl_run_list_before(ptl_run **out, int64_t *n, ptl_records *records,
                                             int32_t state, const char *operation, int64_t before,
                                             int64_t limit, ptl_arena *arena, ptl_error *err);
/** The number of the newest run, whatever became of it; 0 where there is none. */
PTL_NODISCARD ptl_status ptl_run_last(int64_t *run_id, ptl_records *records, ptl_error *err);

/** The newest done run of these inputs, run_id 0 where there is none. */
PTL_NODISCARD ptl_status ptl_run_find(ptl_run *out, ptl_records *records, ptl_hash inputs_hash,
                                      ptl_arena *arena, ptl_error *err);

/* --- jobs: long operations, their progress and end -------------------------------------------- */

#define PTL_JOB_STATES(X)                                                                          \
    X(QUEUED, "queued")                                                                            \
    X(RUNNING, "running")                                                                          \
    X(DONE, "done")                                                                                \
    X(FAILED, "failed")                                                                            \
    X(CANCELLED, "cancelled")                                                                      \
    X(INTERRUPTED, "interrupted")

typedef enum ptl_job_state {
#define PTL_JOB_ENUM(name, text) PTL_JOB_##name,
    PTL_JOB_STATES(PTL_JOB_ENUM)
#undef PTL_JOB_ENUM
} ptl_job_state;

const char *ptl_job_state_text(ptl_job_state state);

typedef struct ptl_job {
    int64_t job_id;
    int64_t run_id; /* 0 until it runs */
    const char *operation;
    const char *parameters;
    ptl_job_state state;
    const char *step; /* "reading orders.csv" */
    double share;     /* [0, 1] or NaN        */
    ptl_instant queued_at, started_at, ended_at;
    const char *failure;
} ptl_job;

PTL_NODISCARD ptl_status ptl_job_add(ptl_job *job, ptl_records *records, ptl_error *err);
PTL_NODISCARD ptl_status ptl_job_update(ptl_records *records, const ptl_job *job, ptl_error *err);
/** E_NOT_FOUND names the highest job there is. Texts are copied to the arena. */
PTL_NODISCARD ptl_status ptl_job_get(ptl_job *out, ptl_records *records, int64_t job_id,
                                     ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_job_list(ptl_job **out, int64_t *n, ptl_records *records,
                                      int64_t limit, ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_job_list_before(ptl_job **out, int64_t *n, ptl_records *records,
                                             int64_t before, int64_t limit, ptl_arena *arena,
                                             ptl_error *err);
/** Running jobs of a process that is gone become interrupted; their number in n. */
PTL_NODISCARD ptl_status ptl_job_settle(int64_t *n, ptl_records *records, ptl_instant now,
                                        ptl_error *err);

/* --- versions of the configuration ------------------------------------------------------------ */

typedef struct ptl_config_version {
    int64_t version; /* 1, 2, … ; 0: nothing applied yet */
    ptl_hash hash;   /* over the files' names and bytes  */
    ptl_instant applied_at;
    const char *actor;
    const char *difference; /* unified text, file by file */
} ptl_config_version;

typedef struct ptl_config_file {
    const char *path; /* relative to the workspace */
    ptl_text content;
} ptl_config_file;

/** Store files and difference, swap the pointer to what is in force. */
PTL_NODISCARD ptl_status ptl_config_add(ptl_config_version *version, ptl_records *records,
                                        const ptl_config_file *files, int64_t n_files,
                                        ptl_error *err);
PTL_NODISCARD ptl_status ptl_config_in_force(ptl_config_version *out, ptl_records *records,
                                             ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_config_files(ptl_config_file **out, int64_t *n, ptl_records *records,
                                          int64_t version, ptl_arena *arena, ptl_error *err);

#endif
