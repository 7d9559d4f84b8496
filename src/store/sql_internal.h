/* sql_internal.h: what the files of sql.h share. */
#ifndef PTL_STORE_SQL_INTERNAL_H
#define PTL_STORE_SQL_INTERNAL_H

#include "store/sql.h"

#include <sqlite3.h>

struct ptl_statement {
    ptl_sql *sql;
    const char *name;
    const char *text;
    sqlite3_stmt *handle; /* NULL until first used          */
    int n_bound;          /* parameters bound so far        */
    int bind_rc;          /* the first failure of a binding */
};

struct ptl_sql {
    sqlite3 *db;
    char *path;
    ptl_statement *statements; /* sorted by name */
    int64_t n_statements;
    int32_t depth;    /* transactions open, nested ones counted   */
    bool failed;      /* the transaction is marked                */
    bool log_pending; /* empty the log after the outermost commit */
    ptl_error first;  /* why it is marked                         */
    ptl_pulse *pulse; /* counts commits; NULL: nobody asks        */
    bool counted_in;  /* a commit began and its end is not counted */
    ptl_arena arena;  /* owns path, statements and their texts    */
};

/** The statement of this name, unprepared. */
ptl_status ptl_sql_find(ptl_statement **out, const ptl_sql *sql, const char *name, ptl_error *err);
/** Prepared and reset, whatever the state of the transaction. */
ptl_status ptl_sql_ready(ptl_statement **out, ptl_sql *sql, const char *name, ptl_error *err);
/** Count out a commit that has ended, whether it changed anything or not. After every step. */
void ptl_sql_count_out(ptl_sql *sql);
/** The first failure, where the open transaction will not be committed. */
ptl_status ptl_sql_check(ptl_sql *sql, ptl_error *err);

/** Turn an SQLite result into words: file, cause, what to do. Marks the open transaction. */
ptl_status ptl_sql_fail(ptl_sql *sql, int rc, const char *doing, ptl_error *err);

/** The same for any connection: `errmsg` is SQLite's text, `system_errno` 0 where not known. */
ptl_status ptl_sql_words(const char *path, int rc, int system_errno, const char *errmsg,
                         const char *doing, ptl_error *err);

#endif
