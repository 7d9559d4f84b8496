/* warehouse.h: facts in bulk, behind a short written list of operations.
 *
 * Invariants.
 *  1. Nothing is visible to a reader unless its load or output row is: both are written in one
 *     transaction with the rows they describe.
 *  2. A fact is never updated. A newer load names the load it replaces; a corrected row is a new
 *     row, and `superseded` names the one it replaces. Views `<table>_known` hide what is replaced.
 *  3. Transactions are scopes. The first failure of any kind marks the scope; the end of a marked
 *     scope rolls back and returns that first failure.
 *  4. A named query returns integers, texts, times; no floating aggregate runs in SQL; several rows
 *     come in the order of a unique key, or the query's head says how C orders them. Same data,
 * same bytes, on any number of threads.
 *  5. A fatal engine error (full disk at a checkpoint) closes the engine, reopens it at the next
 *     call and answers E_UNAVAILABLE meanwhile. What was committed is there afterwards.
 *
 * Threads: a ptl_warehouse may be used from one thread at a time, except ptl_warehouse_interrupt.
 *
 * A backend is a folder that implements this list: see duckdb/README.md. */
#ifndef PTL_STORE_WAREHOUSE_H
#define PTL_STORE_WAREHOUSE_H

#include "base/progress.h"
#include "store/canon.h"
#include "store/pulse.h"
#include "store/table.h"

typedef struct ptl_warehouse ptl_warehouse;

typedef struct ptl_warehouse_options {
    int32_t size;
    int32_t n_threads; /* threads of the engine, [1, 256]; default one per core             */
    int64_t memory_bytes_max; /* of the engine's buffers, >= 64 MiB; default 1 GiB. Not a ceiling
                                 for the process: a third of what the workspace allows (DESIGN) */
    const char *temp_dir; /* spill files; default `path` + ".tmp"                              */
} ptl_warehouse_options;

ptl_warehouse_options ptl_warehouse_options_default(void);

/** Open or create, and migrate forward. A newer format than this program knows is E_VERSION with
 * both versions named; a file of another engine version likewise. */
PTL_NODISCARD ptl_status ptl_warehouse_open(ptl_warehouse **out, const char *path,
                                            const ptl_warehouse_options *options, ptl_error *err);

/* --- handles beside the first ------------------------------------------------------------------
 */

/** Another handle on the open engine, for another thread: one that only reads, or one that writes
 * beside others (rows that two of them change at once are a conflict for the later). It works
 * between enter and leave alone. Closed before the first. */
PTL_NODISCARD ptl_status ptl_warehouse_open_beside(ptl_warehouse **out, ptl_warehouse *first,
                                                   bool reads_only, ptl_error *err);
/** E_UNAVAILABLE while the engine is broken: the first handle's next call reopens it, once everyone
 * has left. Of a reader: what is read until it leaves is one state, chosen here; streams and
 * queries of it take turns, a query inside a stream's callback is refused. */
PTL_NODISCARD ptl_status ptl_warehouse_enter(ptl_warehouse *beside, ptl_error *err);
void ptl_warehouse_leave(ptl_warehouse *beside);
/** Of a reader: nobody is expected to ask the same again, so no commit counts it anew. */
void ptl_warehouse_ask_once(ptl_warehouse *beside);
/** Whether the engine is broken, or its owner waits for everyone to leave. */
bool ptl_warehouse_must_leave(const ptl_warehouse *beside);
/** Let go of the engine and what it holds in memory, once everyone has left; the next call of the
 * first handle opens it again, until then nobody enters. Nothing happens inside a scope. */
void ptl_warehouse_rest(ptl_warehouse *first);
/** Count every commit, through any handle (pulse.h). */
void ptl_warehouse_watch(ptl_warehouse *first, ptl_pulse *pulse);

/** Checkpoint and close; of a handle beside the first: only close. NULL is accepted. */
void ptl_warehouse_close(ptl_warehouse *warehouse);

/** Engine name and version, part of a run's numeric fingerprint: "DuckDB v1.5.6". */
const char *ptl_warehouse_engine(void);

/** Cancel what runs now, from any thread. The call interrupted returns E_CANCELLED. */
void ptl_warehouse_interrupt(ptl_warehouse *warehouse);

/** One parameter of a named query, bound as $1, $2 … */
typedef struct ptl_value {
    ptl_type type;
    bool is_null;
    int64_t integer; /* INT, BOOL, INSTANT, DAY */
    double real;
    ptl_text text; /* TEXT, BLOB */
} ptl_value;

ptl_value ptl_value_int(int64_t value);
ptl_value ptl_value_day(ptl_day value);
ptl_value ptl_value_instant(ptl_instant value);
ptl_value ptl_value_text(ptl_text value);
ptl_value ptl_value_string(const char *terminated); /* NULL binds null */
ptl_value ptl_value_double(double value);

/** Run the query sql/warehouse/<engine>/queries/<name>.sql ("money/day_channel") and hold its
 * result, at most `bytes_max` (0: 256 MiB), in `out`. */
PTL_NODISCARD ptl_status ptl_warehouse_query(ptl_table *out, ptl_warehouse *warehouse,
                                             const char *name, const ptl_value *params,
                                             int64_t n_params, size_t bytes_max, ptl_error *err);

/** The same, batch by batch in order, without holding the result. A batch is borrowed for the
 * call. A failure returned by `fn` ends the stream and is returned. */
typedef ptl_status (*ptl_batch_fn)(void *ctx, const ptl_table *batch, ptl_error *err);
PTL_NODISCARD ptl_status ptl_warehouse_stream(ptl_warehouse *warehouse, const char *name,
                                              const ptl_value *params, int64_t n_params,
                                              ptl_batch_fn fn, void *ctx, ptl_progress *progress,
                                              ptl_error *err);

/* --- scopes ----------------------------------------------------------------------------------- */

typedef struct ptl_scope {
    ptl_warehouse *warehouse;
    bool open;
    ptl_status first; /* the first failure inside the scope, or OK */
    ptl_error error;  /* its words                                 */
    int64_t state;    /* of the facts where it began (pulse.h), -1: no one state */
    bool on_facts;    /* it changes what loads write               */
} ptl_scope;

PTL_NODISCARD ptl_status ptl_scope_begin(ptl_scope *scope, ptl_warehouse *warehouse,
                                         ptl_error *err);
/** Mark the scope by a failure outside the warehouse. */
void ptl_scope_mark(ptl_scope *scope, ptl_status status, const ptl_error *err);
/** Commit, or roll back and return the first failure where the scope is marked. */
PTL_NODISCARD ptl_status ptl_scope_commit(ptl_scope *scope, ptl_error *err);
/** Roll back; allowed at any time, also after commit (then nothing happens). */
void ptl_scope_rollback(ptl_scope *scope);

/** Run a named statement that changes rows; `n_rows` (nullable) receives how many. */
PTL_NODISCARD ptl_status ptl_scope_execute(int64_t *n_rows, ptl_scope *scope, const char *name,
                                           const ptl_value *params, int64_t n_params,
                                           ptl_error *err);
/** Query inside the scope, seeing its own changes. */
PTL_NODISCARD ptl_status ptl_scope_query(ptl_table *out, ptl_scope *scope, const char *name,
                                         const ptl_value *params, int64_t n_params, ptl_error *err);
/** Append rows by column name; columns of the table that are not in `rows` are null. */
PTL_NODISCARD ptl_status ptl_scope_append(ptl_scope *scope, const char *table,
                                          const ptl_table *rows, ptl_error *err);

/* --- what models and reviews write ------------------------------------------------------------ */

/** Replace nothing, add: rows of `table` (a FIGURE or MODEL table of canon.h) for `run_id`, and in
 * the same scope one `output` row (run_id, table, rows, hash). */
PTL_NODISCARD ptl_status ptl_scope_output(ptl_scope *scope, int64_t run_id, const char *table,
                                          const ptl_table *rows, ptl_error *err);

/** Whether `run_id` left a load or an output: what settles a run that was still started. */
PTL_NODISCARD ptl_status ptl_warehouse_run_landed(bool *out, ptl_warehouse *warehouse,
                                                  int64_t run_id, ptl_error *err);

/** The highest load_id, 0 where nothing was loaded: names the data with the configuration's hash.
 */
PTL_NODISCARD ptl_status ptl_warehouse_version(int64_t *out, ptl_warehouse *warehouse,
                                               ptl_error *err);

/** Write the workspace's calendar (one row a local day: day, starts_at, ends_at in UTC) where it
 * is missing, [1970-01-01, 2100-01-01). E_CONFLICT where another zone's calendar is there and
 * loads used it. */
PTL_NODISCARD ptl_status ptl_warehouse_calendar(ptl_warehouse *warehouse, const ptl_zone *zone,
                                                ptl_error *err);

/** A consistent copy of the whole warehouse at `path`, made by the engine while open. */
PTL_NODISCARD ptl_status ptl_warehouse_copy(ptl_warehouse *warehouse, const char *path,
                                            ptl_progress *progress, ptl_error *err);

#endif
