/* sql_statement.c: statements by name, their parameters, rows and columns (sql.h). */
#include "store/sql_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int name_compare(const void *key, const void *item)
{
    return strcmp(key, ((const ptl_statement *)item)->name);
}

ptl_status ptl_sql_find(ptl_statement **out, const ptl_sql *sql, const char *name, ptl_error *err)
{
    *out = sql->n_statements == 0 ? NULL
                                  : bsearch(name, sql->statements, (size_t)sql->n_statements,
                                            sizeof *sql->statements, name_compare);
    if (*out) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "records \"%s\": no statement is named \"%s\"", sql->path,
                    name);
}

static ptl_status prepare(ptl_statement *statement, ptl_error *err)
{
    if (statement->handle) return PTL_OK;
    const int rc = sqlite3_prepare_v3(statement->sql->db, statement->text, -1,
                                      SQLITE_PREPARE_PERSISTENT, &statement->handle, NULL);
    return rc == SQLITE_OK ? PTL_OK : ptl_sql_fail(statement->sql, rc, statement->name, err);
}

ptl_status ptl_sql_ready(ptl_statement **out, ptl_sql *sql, const char *name, ptl_error *err)
{
    PTL_TRY(ptl_sql_find(out, sql, name, err));
    PTL_TRY(prepare(*out, err));
    ptl_sql_reset(*out);
    return PTL_OK;
}

ptl_status ptl_sql_use(ptl_statement **out, ptl_sql *sql, const char *name, ptl_error *err)
{
    PTL_TRY(ptl_sql_check(sql, err));
    return ptl_sql_ready(out, sql, name, err);
}

void ptl_sql_reset(ptl_statement *statement)
{
    sqlite3_reset(statement->handle);
    ptl_sql_count_out(statement->sql); /* leaving a change with RETURNING early commits it here */
    sqlite3_clear_bindings(statement->handle);
    statement->n_bound = 0;
    statement->bind_rc = SQLITE_OK;
}

static void bound(ptl_statement *statement, int rc)
{
    if (statement->bind_rc == SQLITE_OK) statement->bind_rc = rc;
}

void ptl_bind_int(ptl_statement *statement, int64_t value)
{
    bound(statement, sqlite3_bind_int64(statement->handle, ++statement->n_bound, value));
}

void ptl_bind_double(ptl_statement *statement, double value)
{
    if (isnan(value))
        ptl_bind_null(statement);
    else
        bound(statement, sqlite3_bind_double(statement->handle, ++statement->n_bound, value));
}

void ptl_bind_text(ptl_statement *statement, ptl_text value)
{
    bound(statement,
          sqlite3_bind_text64(statement->handle, ++statement->n_bound, value.ptr ? value.ptr : "",
                              value.len, SQLITE_STATIC, SQLITE_UTF8));
}

void ptl_bind_string(ptl_statement *statement, const char *terminated)
{
    if (terminated)
        ptl_bind_text(statement, ptl_text_of(terminated));
    else
        ptl_bind_null(statement);
}

void ptl_bind_blob(ptl_statement *statement, const void *bytes, size_t len)
{
    bound(statement, sqlite3_bind_blob64(statement->handle, ++statement->n_bound,
                                         bytes ? bytes : "", len, SQLITE_STATIC));
}

void ptl_bind_hash(ptl_statement *statement, const ptl_hash *hash)
{
    ptl_bind_blob(statement, hash->bytes, PTL_HASH_BYTES);
}

void ptl_bind_null(ptl_statement *statement)
{
    bound(statement, sqlite3_bind_null(statement->handle, ++statement->n_bound));
}

void ptl_bind_int_if(ptl_statement *statement, bool is_there, int64_t value)
{
    if (is_there)
        ptl_bind_int(statement, value);
    else
        ptl_bind_null(statement);
}

ptl_status ptl_sql_step(bool *row, ptl_statement *statement, ptl_error *err)
{
    *row = false;
    int rc = statement->bind_rc;
    if (rc == SQLITE_OK) rc = sqlite3_step(statement->handle);
    *row = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW) return PTL_OK;
    ptl_sql_count_out(statement->sql);
    /* The words come from the connection, so they are taken before the reset clears them. */
    const ptl_status st =
        rc == SQLITE_DONE ? PTL_OK : ptl_sql_fail(statement->sql, rc, statement->name, err);
    ptl_sql_reset(statement);
    return st;
}

ptl_status ptl_sql_run(ptl_statement *statement, ptl_error *err)
{
    bool row = true;
    while (row) PTL_TRY(ptl_sql_step(&row, statement, err));
    return PTL_OK;
}

ptl_status ptl_sql_run_int(int64_t *out, bool *found, ptl_statement *statement, ptl_error *err)
{
    bool row;
    PTL_TRY(ptl_sql_step(&row, statement, err));
    if (found) *found = row;
    *out = 0;
    if (!row) return PTL_OK;
    const int64_t value = ptl_row_int(statement, 0);
    /* A change with RETURNING is committed only when it has been stepped to its end. */
    PTL_TRY(ptl_sql_run(statement, err));
    *out = value;
    return PTL_OK;
}

/* --- columns ---------------------------------------------------------------------------------- */

bool ptl_row_is_null(const ptl_statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

int64_t ptl_row_int(const ptl_statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

double ptl_row_double(const ptl_statement *statement, int column)
{
    return ptl_row_is_null(statement, column) ? PTL_NAN
                                              : sqlite3_column_double(statement->handle, column);
}

ptl_text ptl_row_bytes(const ptl_statement *statement, int column)
{
    const void *bytes = sqlite3_column_blob(statement->handle, column);
    return (ptl_text){bytes, (size_t)sqlite3_column_bytes(statement->handle, column)};
}

ptl_status ptl_row_hash(ptl_hash *out, const ptl_statement *statement, int column, ptl_error *err)
{
    const ptl_text bytes = ptl_row_bytes(statement, column);
    if (bytes.len != PTL_HASH_BYTES)
        return ptl_fail(err, PTL_E_CORRUPT, "records \"%s\": a hash of %zu bytes in %s",
                        statement->sql->path, bytes.len, statement->name);
    memcpy(out->bytes, bytes.ptr, PTL_HASH_BYTES);
    return PTL_OK;
}

ptl_status ptl_row_string(const char **out, const ptl_statement *statement, int column,
                          ptl_arena *arena, ptl_error *err)
{
    *out = NULL;
    if (ptl_row_is_null(statement, column)) return PTL_OK;
    *out = ptl_text_copy(ptl_row_bytes(statement, column), arena, err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}
