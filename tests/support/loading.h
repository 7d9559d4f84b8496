/* loading.h: a workspace's stores in a fresh folder, files to load into them, and questions. */
#ifndef PTL_TESTS_LOADING_H
#define PTL_TESTS_LOADING_H

#include "base/clock.h"
#include "base/file.h"
#include "store/duckdb/duckdb_internal.h"
#include "store/load.h"
#include "support/expect.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct loading {
    char dir[64];
    char data[96]; /* the source folder */
    ptl_records *records;
    ptl_seal *seal;
    ptl_warehouse *warehouse;
    ptl_zone *zone;
} loading;

static inline void loading_open_stores(loading *f)
{
    ptl_error err = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/records.sqlite", f->dir);
    EXPECT_OK(ptl_records_open(&f->records, path, &err));
    EXPECT_OK(ptl_seal_open(&f->seal, f->records, &err));
    (void)snprintf(path, sizeof path, "%s/warehouse.duckdb", f->dir);
    EXPECT_OK(ptl_warehouse_open(&f->warehouse, path, NULL, &err));
}

static inline void loading_close_stores(loading *f)
{
    ptl_warehouse_close(f->warehouse);
    ptl_seal_close(f->seal);
    ptl_records_close(f->records);
}

static inline void loading_open(loading *f, const char *zone)
{
    ptl_error err = {0};
    memset(f, 0, sizeof *f);
    const char *base = getenv("TMPDIR");
    (void)snprintf(f->dir, sizeof f->dir, "%s/ptl_load_XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(f->dir)) fail_msg("no folder under %s", base ? base : "/tmp");
    (void)snprintf(f->data, sizeof f->data, "%s/data", f->dir);
    if (mkdir(f->data, 0700) != 0) fail_msg("no folder %s", f->data);
    EXPECT_OK(ptl_zone_open(&f->zone, zone, &err));
    loading_open_stores(f);
}

static inline void loading_close(loading *f)
{
    loading_close_stores(f);
    ptl_zone_close(f->zone);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    if (system(command) != 0) fail_msg("cannot remove %s", f->dir);
}

/* Write `bytes` as data/<name>; returns its path, good until the next call. */
static inline const char *loading_file(const loading *f, const char *name, const void *bytes,
                                       size_t len)
{
    static char path[256];
    ptl_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", f->data, name);
    EXPECT_OK(ptl_file_write(path, (ptl_text){bytes, len}, 0600, &err));
    return path;
}

static inline const char *loading_text(const loading *f, const char *name, const char *text)
{
    return loading_file(f, name, text, strlen(text));
}

/* A txn source of the folder; name, file and mapping are the test's. */
static inline ptl_load_spec loading_spec(loading *f, const char *file, const char *mapping)
{
    static char paths[8][256];
    static const char *folders[8][1];
    static int32_t turn;
    turn = (turn + 1) % 8;
    (void)snprintf(paths[turn], sizeof paths[turn], "%s/%s", f->data, file);
    folders[turn][0] = f->data;
    return (ptl_load_spec){.size = sizeof(ptl_load_spec),
                           .source = "orders",
                           .table = "txn",
                           .path = paths[turn],
                           .file = file,
                           .mapping = mapping,
                           .identifier_kind = "customer",
                           .currency = "EUR",
                           .zone = f->zone,
                           .folders = folders[turn],
                           .n_folders = 1,
                           .run_id = 1,
                           .known_at = INT64_C(1700000000000000)};
}

/* Load and hold invariant 3. */
static inline ptl_load_report loading_run(loading *f, const ptl_load_spec *spec)
{
    ptl_error err = {0};
    ptl_load_report report;
    EXPECT_OK(ptl_load_run(&report, f->warehouse, f->seal, spec, NULL, &err));
    EXPECT_INT(report.rows_read, report.rows + report.quarantined);
    return report;
}

/* The only cell of a query's only row, as text in `out`; "NULL" where it is missing. */
static inline void loading_ask_text(loading *f, char *out, size_t size, const char *sql)
{
    ptl_error err = {0};
    ptl_scope scope;
    ptl_table table;
    EXPECT_OK(ptl_scope_begin(&scope, f->warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(&table, &scope, sql, NULL, 0, 0, "test", &err));
    EXPECT_INT(table.n_rows, 1);
    const ptl_column *c = &table.columns[0];
    if (!ptl_column_present(c, 0))
        (void)snprintf(out, size, "NULL");
    else if (c->type == PTL_TYPE_TEXT || c->type == PTL_TYPE_BLOB)
        (void)snprintf(out, size, "%.*s", (int)ptl_column_text(c, 0).len,
                       ptl_column_text(c, 0).ptr);
    else
        (void)snprintf(out, size, "%lld", (long long)ptl_column_int(c, 0));
    ptl_table_dispose(&table);
    ptl_scope_rollback(&scope);
}

static inline int64_t loading_ask(loading *f, const char *sql)
{
    char text[64];
    loading_ask_text(f, text, sizeof text, sql);
    return strtoll(text, NULL, 10);
}

static inline void loading_expect(loading *f, const char *sql, const char *expected)
{
    char text[4096];
    loading_ask_text(f, text, sizeof text, sql);
    if (strcmp(text, expected) != 0)
        fail_msg("%s gave \"%s\", expected \"%s\"", sql, text, expected);
}

#endif
