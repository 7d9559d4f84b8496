/* warehouse.h: a warehouse in a folder of its own, and rows for it. */
#ifndef PTL_TESTS_WAREHOUSE_H
#define PTL_TESTS_WAREHOUSE_H

#include "base/file.h"
#include "store/duckdb/duckdb_internal.h"
#include "support/expect.h"

#include <stdlib.h>

/* A fresh folder under $TMPDIR; `out` receives "<folder>/warehouse.duckdb". */
static inline void warehouse_path(char out[512])
{
    const char *base = getenv("TMPDIR");
    char folder[400];
    snprintf(folder, sizeof folder, "%s/ptl-warehouse-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder)) fail_msg("no temporary folder: %s", folder);
    snprintf(out, 512, "%s/warehouse.duckdb", folder);
}

static inline void warehouse_remove(const char *path)
{
    char command[700];
    snprintf(command, sizeof command, "rm -rf \"$(dirname '%s')\"", path);
    if (system(command) != 0) fail_msg("cannot remove %s", path);
}

static inline ptl_warehouse_options small_engine(int32_t n_threads)
{
    ptl_warehouse_options options = ptl_warehouse_options_default();
    options.n_threads = n_threads;
    options.memory_bytes_max = INT64_C(512) << 20;
    return options;
}

/* Run SQL in a scope of its own and commit. */
static inline void warehouse_exec(ptl_warehouse *warehouse, const char *sql)
{
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, sql, &err));
    EXPECT_OK(ptl_scope_commit(&scope, &err));
}

/* The one number of a query of one row and column. */
static inline int64_t warehouse_number(ptl_warehouse *warehouse, const char *sql)
{
    ptl_error err = {0};
    ptl_scope scope;
    ptl_table table;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(&table, &scope, sql, NULL, 0, 0, "number", &err));
    EXPECT_INT(table.n_rows, 1);
    const int64_t number = ptl_column_int(&table.columns[0], 0);
    ptl_table_dispose(&table);
    ptl_scope_rollback(&scope);
    return number;
}

#endif
