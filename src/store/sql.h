/* sql.h: an SQLite connection whose statements have names.
 *
 * The text of every statement lies in a .sql file, in blocks `-- name: run_start`. The file is
 * parsed once; a statement is prepared at its first use and kept.
 *
 * Invariants.
 *  1. Transactions nest: begin counts, the outermost end commits. A failure of any statement
 *     inside marks the transaction; the end of a marked one rolls back and returns that failure.
 *  2. Where SQLite rolled back by itself (full disk, failed write) no later statement of the same
 *     transaction runs on its own: it is refused with the first failure.
 *  3. Every failure names the file and says what to do about it.
 *  4. One thread at a time. A statement is used by one caller at a time, and reset before the next.
 */
#ifndef PTL_STORE_SQL_H
#define PTL_STORE_SQL_H

#include "base/hash.h"
#include "base/text.h"
#include "store/pulse.h"

typedef struct ptl_sql ptl_sql;
typedef struct ptl_statement ptl_statement;

/** Cut a script into its named blocks. `names` and `texts` are terminated and lie in the arena,
 * sorted by name. E_INVALID names the line of a text outside a block, an empty block, a name that
 * is not [a-z0-9_]+ or stands there twice. */
typedef struct ptl_sql_block {
    const char *name;
    const char *text;
} ptl_sql_block;
PTL_NODISCARD ptl_status ptl_sql_parse(ptl_sql_block **out, int64_t *n, ptl_text script,
                                       ptl_arena *arena, ptl_error *err);

/** Open or create (0600) the file at `path`, with the statements of `script` (copied). Nothing of
 * the file is read yet. */
PTL_NODISCARD ptl_status ptl_sql_open(ptl_sql **out, const char *path, ptl_text script,
                                      ptl_error *err);
/** Another connection to the file of `of`, with its statements, that changes nothing. */
PTL_NODISCARD ptl_status ptl_sql_open_reader(ptl_sql **out, const ptl_sql *of, ptl_text script,
                                             ptl_error *err);
void ptl_sql_close(ptl_sql *sql);
/** Let go of pages of the file that are held in memory. */
void ptl_sql_rest(ptl_sql *sql);
/** Count every commit of this connection. NULL: no more. */
void ptl_sql_watch(ptl_sql *sql, ptl_pulse *pulse);
const char *ptl_sql_path(const ptl_sql *sql);

/** Run every statement of a block, ignoring rows: settings, migrations. */
PTL_NODISCARD ptl_status ptl_sql_script(ptl_sql *sql, const char *name, ptl_error *err);
/** The same for a text that is no block; `what` names it in failures. */
PTL_NODISCARD ptl_status ptl_sql_text_run(ptl_sql *sql, const char *terminated, const char *what,
                                          ptl_error *err);

/* --- one statement ---------------------------------------------------------------------------- */

/** The statement of this name, reset and without parameters. */
PTL_NODISCARD ptl_status ptl_sql_use(ptl_statement **out, ptl_sql *sql, const char *name,
                                     ptl_error *err);
/* Bind ?1, ?2 … in order. Bytes are borrowed until the statement is reset. Failures are sticky and
 * returned by step. */
void ptl_bind_int(ptl_statement *statement, int64_t value);
void ptl_bind_double(ptl_statement *statement, double value); /* NaN binds null */
void ptl_bind_text(ptl_statement *statement, ptl_text value);
void ptl_bind_string(ptl_statement *statement, const char *terminated); /* NULL binds null */
void ptl_bind_blob(ptl_statement *statement, const void *bytes, size_t len);
void ptl_bind_hash(ptl_statement *statement, const ptl_hash *hash);
void ptl_bind_null(ptl_statement *statement);
void ptl_bind_int_if(ptl_statement *statement, bool is_there, int64_t value); /* or null */

/** Advance: `row` says whether there is one. After the last row, or a failure, it is reset. */
PTL_NODISCARD ptl_status ptl_sql_step(bool *row, ptl_statement *statement, ptl_error *err);
/** Run to the end, ignoring rows. */
PTL_NODISCARD ptl_status ptl_sql_run(ptl_statement *statement, ptl_error *err);
/** The first integer of the first row; `found` (nullable) says whether there was a row. */
PTL_NODISCARD ptl_status ptl_sql_run_int(int64_t *out, bool *found, ptl_statement *statement,
                                         ptl_error *err);
/** Leave early: give up the rows not read. */
void ptl_sql_reset(ptl_statement *statement);

/* Columns of the row, from 0; bytes are borrowed until the next step. */
int64_t ptl_row_int(const ptl_statement *statement, int column);    /* 0 where null   */
double ptl_row_double(const ptl_statement *statement, int column);  /* NaN where null */
ptl_text ptl_row_bytes(const ptl_statement *statement, int column); /* text or blob   */
bool ptl_row_is_null(const ptl_statement *statement, int column);
/** E_CORRUPT unless the column holds 32 bytes. */
PTL_NODISCARD ptl_status ptl_row_hash(ptl_hash *out, const ptl_statement *statement, int column,
                                      ptl_error *err);
/** A terminated copy in the arena; NULL for null. */
PTL_NODISCARD ptl_status ptl_row_string(const char **out, const ptl_statement *statement,
                                        int column, ptl_arena *arena, ptl_error *err);

/* --- transactions ----------------------------------------------------------------------------- */

PTL_NODISCARD ptl_status ptl_sql_begin(ptl_sql *sql, ptl_error *err);
/** A transaction that only reads: what it sees stands still from its first read on. */
PTL_NODISCARD ptl_status ptl_sql_begin_reading(ptl_sql *sql, ptl_error *err);
PTL_NODISCARD ptl_status ptl_sql_commit(ptl_sql *sql, ptl_error *err);
void ptl_sql_rollback(ptl_sql *sql, ptl_status status, const ptl_error *err);
/** Commit where `status` is OK; otherwise roll back and return it. */
PTL_NODISCARD ptl_status ptl_sql_end(ptl_sql *sql, ptl_status status, ptl_error *err);
bool ptl_sql_in_transaction(const ptl_sql *sql);

/** Empty the log after the outermost commit, or now: what was overwritten is gone from disk. */
PTL_NODISCARD ptl_status ptl_sql_forget_log(ptl_sql *sql, ptl_error *err);

/** A consistent copy at `path` (online back-up), complete and durable or not there at all;
 * whatever lay there is replaced. */
PTL_NODISCARD ptl_status ptl_sql_copy(ptl_sql *sql, const char *path, ptl_error *err);

#endif
