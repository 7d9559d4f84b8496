/* duckdb_internal.h: what the files of this backend share.
 *
 * Invariants.
 *  1. `connection` runs every statement of the one thread that uses the warehouse; `reading` exists
 *     only while a stream is open, so that a stream's callback may write through `connection`. The
 *     stream keeps the snapshot with which it began.
 *  2. Both handles change only under `guard`, because ptl_warehouse_interrupt comes from any
 * thread.
 *  3. While a scope is open every failure on `connection` marks it (ptl_duck_failed).
 *  4. After a fatal engine error `broken` is set; nothing reaches the engine until
 *     ptl_duck_ready has closed and reopened it.
 *  5. One handle owns the engine; those beside it (ptl_warehouse_open_beside) have connections of
 *     their own, and only while they are inside (enter … leave). The owner reopens a broken engine
 *     when nobody is inside, and lets go of their connections first: two engines never stand on
 *     one file. */
#ifndef PTL_STORE_DUCKDB_INTERNAL_H
#define PTL_STORE_DUCKDB_INTERNAL_H

#include "store/warehouse.h"

#include <duckdb.h>
#include <pthread.h>
#include <stdatomic.h>

/* The one engine whose storage format, settings and sums this program was tested with. */
#define PTL_DUCK_VERSION "v1.5.6"

/* The newest migration this program knows is the highest NNNN_ under this folder. */
#define PTL_DUCK_MIGRATIONS "sql/warehouse/duckdb/migrations/"
#define PTL_DUCK_QUERIES "sql/warehouse/duckdb/queries/"

enum {
    PTL_DUCK_STATEMENTS_MAX =
        256,                    /* prepared statements kept; the program has fewer named queries */
    PTL_DUCK_PARAMS_MAX = 32,   /* of one statement */
    PTL_DUCK_COLUMNS_MAX = 512, /* of one result    */
    PTL_DUCK_RESULT_MIB = 256   /* default ceiling of a held result */
};

/* A named query, prepared once per connection. */
typedef struct ptl_duck_statement {
    const char *path; /* of the asset: the key; assets live as long as the program */
    duckdb_prepared_statement prepared;
} ptl_duck_statement;

typedef struct ptl_duck_memo ptl_duck_memo;
typedef struct ptl_duck_append ptl_duck_append;

/* What the handles of one file share. `mutex` guards all but `broken`. */
typedef struct ptl_duck_engine {
    pthread_mutex_t mutex;
    pthread_cond_t left; /* somebody left, or the owner has closed or opened the database */
    duckdb_database database;
    int64_t n_inside;      /* handles beside the owner's that work now */
    bool closing;          /* the owner waits for them: nobody enters */
    bool keeps_log;        /* a copy is made: the file stays as it is */
    _Atomic bool broken;   /* a fatal error was seen: reopen before anything else */
    ptl_warehouse *beside; /* the others, a list */
    ptl_pulse *pulse;      /* counts commits; NULL: nobody asks */
    ptl_pulse facts;       /* of the warehouse alone */
    ptl_duck_memo *memo;   /* of results */
} ptl_duck_engine;

struct ptl_warehouse {
    ptl_duck_engine *engine;
    bool is_owner, reads_only, asks_once;
    bool in_snapshot;    /* of a reader */
    int64_t state;       /* of the facts in it (pulse.h); -1: no one state */
    bool streams;        /* a reader's connection hands out a stream */
    ptl_warehouse *next; /* beside the owner */
    duckdb_connection connection;
    duckdb_connection reading; /* of the stream that is open, else NULL */
    pthread_mutex_t guard;     /* held to change either handle or to interrupt them */
    ptl_scope *scope;          /* the scope that is open, else NULL */
    ptl_duck_append *appends;  /* open in that scope: their rows must not outlive it */
    char *path;
    char *temp_dir;
    ptl_warehouse_options options;
    ptl_arena arena; /* owns the texts above */
    ptl_duck_statement statements[PTL_DUCK_STATEMENTS_MAX];
    int32_t n_statements;
};

/* --- engine.c: open, close, reopen ------------------------------------------------------------ */

/** E_VERSION unless the library loaded is PTL_DUCK_VERSION. Whoever opens an engine asks first. */
PTL_NODISCARD ptl_status ptl_duck_library_check(ptl_error *err);

/** Open the engine again after a fatal error; OK at once where nothing is broken. Every entry of
 * the list calls it first. E_UNAVAILABLE where it cannot be opened, or a scope is still open. */
PTL_NODISCARD ptl_status ptl_duck_ready(ptl_warehouse *warehouse, ptl_error *err);

/** Let the engine go, statements included; the log is moved into the file on the way where the
 * engine can. Needs no open scope. */
void ptl_duck_shut(ptl_warehouse *warehouse);

/** A handle without engine or connection. */
PTL_NODISCARD ptl_status ptl_duck_handle_new(ptl_warehouse **out, const char *path,
                                             const ptl_warehouse_options *options, ptl_error *err);
void ptl_duck_handle_free(ptl_warehouse *warehouse);

/** Let go of a handle's statements and connection; the engine stays. */
void ptl_duck_disconnect(ptl_warehouse *warehouse);
/* Give back to the system what the allocator of the engine holds for this thread, and for all. */
void ptl_duck_trim(void);

/** Close a handle beside the owner's (beside.c). */
void ptl_duck_beside_close(ptl_warehouse *warehouse);

/** Whether a fatal error was seen and the engine was not reopened since. */
bool ptl_duck_is_broken(const ptl_warehouse *warehouse);

/** Run SQL outside of any scope: settings, checkpoints, BEGIN and COMMIT themselves. */
PTL_NODISCARD ptl_status ptl_duck_run(ptl_warehouse *warehouse, const char *sql, const char *what,
                                      ptl_error *err);

/* --- migrate.c: the schema moves forward by files --------------------------------------------- */

typedef struct ptl_duck_migration {
    int32_t version;  /* the NNNN of its name, counted from 1 without gaps */
    const char *name; /* "0001_tables.sql" */
    const char *sql;
} ptl_duck_migration;

/** The migrations that travel in the program, in order. */
PTL_NODISCARD ptl_status ptl_duck_migrations(const ptl_duck_migration **out, int64_t *n,
                                             ptl_arena *arena, ptl_error *err);

/** Bring the open engine to the last of `migrations`, each in a scope of its own, after a copy of
 * the file `<path>.before-NNNN` where it holds anything. E_VERSION where it is newer than all. */
PTL_NODISCARD ptl_status ptl_duck_migrate(ptl_warehouse *warehouse,
                                          const ptl_duck_migration *migrations, int64_t n,
                                          ptl_error *err);

/* --- copy.c ----------------------------------------------------------------------------------- */

/** What a file at `path` is, before the engine sees it: OK where there is none or it may be ours,
 * E_CORRUPT or E_VERSION with what it is. */
PTL_NODISCARD ptl_status ptl_duck_file_check(const char *path, ptl_error *err);

/** Rename and sync the folder: durable on return. */
PTL_NODISCARD ptl_status ptl_duck_file_rename(const char *from, const char *to, ptl_error *err);

/* --- failure.c: the engine's words and ours --------------------------------------------------- */

/** Turn an engine's failure into `err`: "<what>: <first line of the engine's message>". Interrupt →
 * E_CANCELLED, full disk → E_IO with a hint, out of memory → E_NO_MEMORY, fatal or internal →
 * E_UNAVAILABLE, anything about the statement itself → E_INVALID. `type` may be
 * DUCKDB_ERROR_INVALID: then it is read from the message's own prefix ("IO Error: …"). Needs no
 * warehouse: a reader's isolated engine uses it too. */
ptl_status ptl_duck_error(ptl_error *err, duckdb_error_type type, const char *message,
                          const char *what);

/** As above with the result's own type and message; destroys nothing. */
ptl_status ptl_duck_result_error(ptl_error *err, duckdb_result *result, const char *what);

/** As above for an appender. */
ptl_status ptl_duck_appender_error(ptl_error *err, duckdb_appender appender, const char *what);

/** Bookkeeping of a failure on this warehouse: remembers a broken engine, marks the open scope.
 * Returns `status`, so that a failure stays one line. `err` must hold it. */
ptl_status ptl_duck_failed(ptl_warehouse *warehouse, ptl_status status, const ptl_error *err);

/* --- column.c: engine vectors and our columns ------------------------------------------------- */

/** Columns of a result: our names and types, checked (a type we have no column for is E_INTERNAL,
 * naming the column). Texts live in the arena. */
typedef struct ptl_duck_shape {
    int64_t n_columns;
    const char **names;
    ptl_type *types;
    duckdb_type *engine_types;
} ptl_duck_shape;

PTL_NODISCARD ptl_status ptl_duck_shape_of(ptl_duck_shape *out, duckdb_result *result,
                                           ptl_arena *arena, const char *what, ptl_error *err);

/** One chunk as a table whose columns live in `arena` (out->arena stays empty). HUGEINT and
 * DECIMAL(_, 0) become INT: E_LIMIT names the column and row where a value leaves 64 bits. */
PTL_NODISCARD ptl_status ptl_duck_chunk(ptl_table *out, const ptl_duck_shape *shape,
                                        duckdb_data_chunk chunk, ptl_arena *arena, ptl_error *err);

/** All remaining chunks of a (streaming or held) result as one table that owns its memory. The
 * ceiling is bytes_max (0: PTL_DUCK_RESULT_MIB); passing it is E_LIMIT. Does not destroy `result`.
 */
PTL_NODISCARD ptl_status ptl_duck_gather(ptl_table *out, duckdb_result *result, size_t bytes_max,
                                         const char *what, ptl_error *err);

/** Rows [first, first + n) of a table into an empty chunk whose column types are `types`;
 * n <= duckdb_vector_size(). `column_of[i]` is the table's column for chunk column i. */
PTL_NODISCARD ptl_status ptl_duck_fill(duckdb_data_chunk chunk, const duckdb_type *types,
                                       const ptl_table *table, const int64_t *column_of,
                                       int64_t n_columns, int64_t first, int64_t n, ptl_error *err);

/* --- query.c: statements ---------------------------------------------------------------------- */

PTL_NODISCARD ptl_status ptl_duck_bind(duckdb_prepared_statement prepared, const ptl_value *params,
                                       int64_t n_params, const char *what, ptl_error *err);
/** Run a bound statement that changes rows; `n_rows` (nullable) receives how many. */
PTL_NODISCARD ptl_status ptl_duck_run_prepared(int64_t *n_rows, duckdb_prepared_statement prepared,
                                               const char *what, ptl_error *err);

/* SQL as text, for what cannot be a named query because its words depend on a mapping or on
 * canon.h. Inside a scope only: failures mark it. `what` names the step in messages, e.g. "resolve
 * duplicates of txn". */

/** Every statement of `sql` in turn. */
PTL_NODISCARD ptl_status ptl_duck_exec(ptl_scope *scope, const char *sql, ptl_error *err);

/** One statement with parameters $1 …; `n_rows` (nullable) receives how many rows it changed. */
PTL_NODISCARD ptl_status ptl_duck_exec_params(int64_t *n_rows, ptl_scope *scope, const char *sql,
                                              const ptl_value *params, int64_t n_params,
                                              const char *what, ptl_error *err);

/** One statement whose rows are held in `out`. */
PTL_NODISCARD ptl_status ptl_duck_query_text(ptl_table *out, ptl_scope *scope, const char *sql,
                                             const ptl_value *params, int64_t n_params,
                                             size_t bytes_max, const char *what, ptl_error *err);

/** One statement whose rows are handed over chunk by chunk, in order, inside the scope: its
 * connection must not be used for anything else until it returns. */
PTL_NODISCARD ptl_status ptl_duck_stream_text(ptl_scope *scope, const char *sql,
                                              const ptl_value *params, int64_t n_params,
                                              ptl_batch_fn fn, void *ctx, ptl_progress *progress,
                                              const char *what, ptl_error *err);

/* --- memo.c: results held for readers ----------------------------------------------------------
 */

PTL_NODISCARD ptl_status ptl_duck_memo_new(ptl_duck_memo **out, ptl_arena *arena, ptl_error *err);
void ptl_duck_memo_dispose(ptl_duck_memo *memo);
void ptl_duck_memo_clear(ptl_duck_memo *memo);
/** Let go of all but a few results of this state. */
void ptl_duck_memo_rest(ptl_duck_memo *memo, int64_t state);
ptl_hash ptl_duck_memo_key(const char *name, const ptl_value *params, int64_t n_params);
/** A copy of the result for this state of the facts; false: there is none. */
bool ptl_duck_memo_take(ptl_table *out, ptl_duck_memo *memo, ptl_hash key, int64_t state,
                        bool is_asked);

/* A named query and its parameters. */
typedef struct ptl_duck_question {
    const char *name;
    const ptl_value *params;
    int64_t n_params;
} ptl_duck_question;

enum { PTL_DUCK_MEMO_MAX = 128 };

/** Hold a copy, where that is worth it. */
void ptl_duck_memo_give(ptl_duck_memo *memo, const ptl_duck_question *question, int64_t state,
                        const ptl_table *table, int64_t took_ms, bool is_asked);
/** What readers asked in this state and took so long; copied into the arena. */
int64_t ptl_duck_memo_asked(ptl_duck_question *out, int64_t n_max, ptl_duck_memo *memo,
                            int64_t state, int64_t took_ms_min, ptl_arena *arena);
/** Results of queries that `stays` names are those of another state too. */
void ptl_duck_memo_move(ptl_duck_memo *memo, int64_t from, int64_t to,
                        bool (*stays)(const char *name));

/* --- carry.c ---------------------------------------------------------------------------------- */

/** Before the scope's COMMIT, whose first state is `scope->state`. */
void ptl_duck_carry(ptl_scope *scope);
/** Rows of the table are written in the scope. */
void ptl_duck_note_table(ptl_scope *scope, const char *table);

/* --- append.c: rows in bulk ------------------------------------------------------------------- */

/* An appender inside a scope, batch after batch: `_new` … `_rows` … `_close`. The table may be a
 * temporary one. ptl_scope_append is these three for one table of rows. */
PTL_NODISCARD ptl_status ptl_duck_append_open(ptl_duck_append **out, ptl_scope *scope,
                                              const char *table, const char *const *columns,
                                              int64_t n_columns, ptl_error *err);
PTL_NODISCARD ptl_status ptl_duck_append_rows(ptl_duck_append *append, const ptl_table *rows,
                                              ptl_error *err);
/** Flush and free; NULL is accepted. After a failure it only frees. Call it before the scope ends:
 * a commit with an append still open fails, a rollback throws its rows away. */
PTL_NODISCARD ptl_status ptl_duck_append_close(ptl_duck_append *append, ptl_error *err);

/** End what is open in the scope, inside its transaction, so that no row outlives the rollback. */
void ptl_duck_append_abandon(ptl_warehouse *warehouse);

#endif
