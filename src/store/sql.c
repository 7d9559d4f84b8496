/* sql.c: connection, scripts, nested transactions (invariants in sql.h). */
#include "store/limits.h"
#include "store/memory.h"
#include "store/sql_internal.h"

#include <fcntl.h>
#include <unistd.h>

/* --- open and close --------------------------------------------------------------------------- */

/* SQLite makes files readable by everybody; records hold keys. An empty file is an empty database,
 * so it may be made beforehand. What cannot be made is reported by SQLite's own open. */
static void make_private(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
}

static ptl_status statements_init(ptl_sql *sql, ptl_text script, ptl_error *err)
{
    ptl_sql_block *blocks;
    PTL_TRY(ptl_sql_parse(&blocks, &sql->n_statements, script, &sql->arena, err));
    sql->statements = ptl_arena_array(&sql->arena, sql->n_statements, sizeof *sql->statements, err);
    if (!sql->statements && sql->n_statements > 0) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < sql->n_statements; i++)
        sql->statements[i] =
            (ptl_statement){.sql = sql, .name = blocks[i].name, .text = blocks[i].text};
    return PTL_OK;
}

static ptl_status open_file(ptl_sql *sql, bool reads_only, ptl_error *err)
{
    if (!reads_only) make_private(sql->path);
    const int flags =
        (reads_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    const int rc = sqlite3_open_v2(sql->path, &sql->db, flags, NULL);
    if (!sql->db)
        return ptl_fail(err, PTL_E_NO_MEMORY, "records \"%s\": memory is exhausted", sql->path);
    if (rc != SQLITE_OK) return ptl_sql_fail(sql, rc, "open", err);
    if (!reads_only && sqlite3_db_readonly(sql->db, "main") == 1)
        return ptl_sql_words(sql->path, SQLITE_READONLY, 0, "opened for reading only", "open", err);
    return PTL_OK;
}

static ptl_status open_as(ptl_sql **out, const char *path, ptl_text script, bool reads_only,
                          ptl_error *err)
{
    ptl_sql *sql = ptl_object_new(sizeof *sql, "records", err);
    if (!sql) return PTL_E_NO_MEMORY;
    ptl_arena_init(&sql->arena, PTL_SQL_ARENA_MAX, NULL);
    ptl_status st = PTL_OK;
    sql->path = ptl_text_copy(ptl_text_of(path), &sql->arena, err);
    if (!sql->path) st = PTL_E_NO_MEMORY;
    if (st == PTL_OK) st = statements_init(sql, script, err);
    if (st == PTL_OK) st = open_file(sql, reads_only, err);
    if (st != PTL_OK) {
        ptl_sql_close(sql);
        return st;
    }
    *out = sql;
    return PTL_OK;
}

ptl_status ptl_sql_open(ptl_sql **out, const char *path, ptl_text script, ptl_error *err)
{
    return open_as(out, path, script, false, err);
}

ptl_status ptl_sql_open_reader(ptl_sql **out, const ptl_sql *of, ptl_text script, ptl_error *err)
{
    return open_as(out, of->path, script, true, err);
}

void ptl_sql_close(ptl_sql *sql)
{
    if (!sql) return;
    ptl_sql_watch(sql, NULL);
    for (int64_t i = 0; i < sql->n_statements && sql->statements; i++)
        sqlite3_finalize(sql->statements[i].handle);
    sqlite3_close_v2(sql->db);
    ptl_arena_dispose(&sql->arena);
    ptl_object_free(sql, sizeof *sql);
}

const char *ptl_sql_path(const ptl_sql *sql)
{
    return sql->path;
}

void ptl_sql_rest(ptl_sql *sql)
{
    (void)sqlite3_db_release_memory(sql->db);
}

/* --- counting commits ------------------------------------------------------------------------- */

/* SQLite calls this before a commit, and again where the commit was refused and is tried anew. */
static int count_in(void *ctx)
{
    ptl_sql *sql = ctx;
    if (!sql->counted_in) ptl_pulse_begin(sql->pulse);
    sql->counted_in = true;
    return 0;
}

void ptl_sql_count_out(ptl_sql *sql)
{
    if (!sql->counted_in || !sqlite3_get_autocommit(sql->db)) return;
    sql->counted_in = false;
    ptl_pulse_end(sql->pulse);
}

void ptl_sql_watch(ptl_sql *sql, ptl_pulse *pulse)
{
    if (sql->counted_in) ptl_pulse_end(sql->pulse);
    sql->counted_in = false;
    sql->pulse = pulse;
    if (sql->db) (void)sqlite3_commit_hook(sql->db, pulse ? count_in : NULL, sql);
}

/* Invariants 1 and 2: nothing runs in a transaction that will not be committed. */
ptl_status ptl_sql_check(ptl_sql *sql, ptl_error *err)
{
    if (sql->depth == 0) return PTL_OK;
    if (!sql->failed && sqlite3_get_autocommit(sql->db)) {
        sql->failed = true;
        ptl_fail(&sql->first, PTL_E_INTERNAL, "records \"%s\": the transaction ended by itself",
                 sql->path);
    }
    if (!sql->failed) return PTL_OK;
    if (err) *err = sql->first;
    return sql->first.status;
}

/* --- scripts ---------------------------------------------------------------------------------- */

ptl_status ptl_sql_text_run(ptl_sql *sql, const char *terminated, const char *what, ptl_error *err)
{
    PTL_TRY(ptl_sql_check(sql, err));
    const int rc = sqlite3_exec(sql->db, terminated, NULL, NULL, NULL);
    ptl_sql_count_out(sql);
    return rc == SQLITE_OK ? PTL_OK : ptl_sql_fail(sql, rc, what, err);
}

ptl_status ptl_sql_script(ptl_sql *sql, const char *name, ptl_error *err)
{
    ptl_statement *statement;
    PTL_TRY(ptl_sql_find(&statement, sql, name, err));
    return ptl_sql_text_run(sql, statement->text, name, err);
}

/* --- transactions ----------------------------------------------------------------------------- */

/* Run without looking at the transaction's mark: for begin, commit and rollback themselves. */
static ptl_status run_plain(ptl_sql *sql, const char *name, ptl_error *err)
{
    ptl_statement *statement;
    PTL_TRY(ptl_sql_ready(&statement, sql, name, err));
    return ptl_sql_run(statement, err);
}

static ptl_status begin_as(ptl_sql *sql, const char *name, ptl_error *err)
{
    PTL_TRY(ptl_sql_check(sql, err));
    if (sql->depth >= PTL_SQL_DEPTH_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "records \"%s\": more than %d transactions nested",
                        sql->path, PTL_SQL_DEPTH_MAX);
    if (sql->depth == 0) {
        sql->failed = false;
        PTL_TRY(run_plain(sql, name, err));
    }
    sql->depth++;
    return PTL_OK;
}

ptl_status ptl_sql_begin(ptl_sql *sql, ptl_error *err)
{
    return begin_as(sql, "begin", err);
}

ptl_status ptl_sql_begin_reading(ptl_sql *sql, ptl_error *err)
{
    return begin_as(sql, "begin_reading", err);
}

/* Leave the outermost transaction without its changes. After a failed write SQLite may have rolled
 * back already; a rollback that fails leaves nothing either, since nothing was committed. */
static void abandon(ptl_sql *sql)
{
    for (int64_t i = 0; i < sql->n_statements; i++) /* a reader left open would block it */
        if (sql->statements[i].handle) ptl_sql_reset(&sql->statements[i]);
    if (!sqlite3_get_autocommit(sql->db)) {
        const ptl_status ignored = run_plain(sql, "rollback", NULL);
        (void)ignored;
    }
    sql->failed = false;
    sql->log_pending = false;
}

ptl_status ptl_sql_commit(ptl_sql *sql, ptl_error *err)
{
    if (sql->depth == 0)
        return ptl_fail(err, PTL_E_INTERNAL, "records \"%s\": commit without begin", sql->path);
    ptl_status st = ptl_sql_check(sql, err);
    if (sql->depth > 1) {
        sql->depth--;
        return st;
    }
    if (st == PTL_OK) st = run_plain(sql, "commit", err);
    const bool log_pending = sql->log_pending;
    sql->depth = 0;
    sql->log_pending = false;
    if (st != PTL_OK) {
        abandon(sql);
        return st;
    }
    return log_pending ? run_plain(sql, "wal_truncate", err) : PTL_OK;
}

void ptl_sql_rollback(ptl_sql *sql, ptl_status status, const ptl_error *err)
{
    if (sql->depth == 0) return;
    if (!sql->failed) {
        sql->failed = true;
        if (err && err->status != PTL_OK)
            sql->first = *err;
        else
            ptl_fail(&sql->first, status == PTL_OK ? PTL_E_CONFLICT : status,
                     "records \"%s\": a step of the transaction was rolled back", sql->path);
    }
    if (--sql->depth == 0) abandon(sql);
}

ptl_status ptl_sql_end(ptl_sql *sql, ptl_status status, ptl_error *err)
{
    if (status == PTL_OK) return ptl_sql_commit(sql, err);
    ptl_sql_rollback(sql, status, err);
    return status;
}

bool ptl_sql_in_transaction(const ptl_sql *sql)
{
    return sql->depth > 0;
}

ptl_status ptl_sql_forget_log(ptl_sql *sql, ptl_error *err)
{
    sql->log_pending = sql->depth > 0;
    return sql->depth > 0 ? PTL_OK : run_plain(sql, "wal_truncate", err);
}
