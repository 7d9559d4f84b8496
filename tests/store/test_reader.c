/* The isolated reader: what a mapping may not do, and what it is told (store/duckdb/reader.h). */
#include "support/loading.h"

static const char *const two_columns = "id,amount\na,1\nb,2\n";

/* Check `mapping` over a small file; the test's folder holds secret.txt outside of the source's. */
static ptl_status check(const char *mapping, ptl_error *err)
{
    static loading f;
    const char *base = getenv("TMPDIR");
    (void)snprintf(f.dir, sizeof f.dir, "%s/ptl_reader_XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(f.dir)) fail_msg("no folder for the test");
    (void)snprintf(f.data, sizeof f.data, "%s/data", f.dir);
    if (mkdir(f.data, 0700) != 0) fail_msg("no folder %s", f.data);
    if (ptl_zone_open(&f.zone, "UTC", err) != PTL_OK) fail_msg("no UTC");
    (void)loading_text(&f, "small.csv", two_columns);
    (void)loading_text(&f, "lookup.csv", "id,name\na,Anna\n");
    ptl_load_spec spec = loading_spec(&f, "small.csv", mapping);
    ptl_error_clear(err);
    const ptl_status st = ptl_load_check(&spec, err);
    ptl_zone_close(f.zone);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f.dir);
    if (system(command) != 0) fail_msg("cannot remove %s", f.dir);
    return st;
}

#define GOOD                                                                                       \
    "SELECT id AS txn_id, ptl_time('2024-01-01', '%Y-%m-%d') AS occurred_at, "                     \
    "ptl_money(amount) AS gross_micros FROM source"

static void test_good(void **state)
{
    (void)state;
    ptl_error err = {0};
    EXPECT_OK(check(GOOD, &err));
    EXPECT_OK(check(GOOD ";", &err));
    EXPECT_OK(check("WITH s AS (" GOOD ") SELECT * FROM s", &err));
    EXPECT_OK(check("SELECT x.* FROM (" GOOD ") AS x WHERE x.gross_micros > 0", &err));
    EXPECT_OK(check(GOOD " WHERE id = 'a' UNION ALL " GOOD " WHERE id <> 'a'", &err));
}

/* One statement, and a SELECT: whatever else is said is refused before anything runs. */
static void test_other_statements(void **state)
{
    (void)state;
    static const char *const mappings[] = {
        "COPY source TO '/tmp/ptl_stolen.csv'",
        "COPY (SELECT 1) TO '/tmp/ptl_stolen.csv'",
        "ATTACH '/tmp/ptl_other.db'",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 9",
        "RESET threads",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO source VALUES (1)",
        "UPDATE source SET id = 1",
        "DELETE FROM source",
        "DROP VIEW source",
        "EXPORT DATABASE '/tmp/ptl_stolen'",
        "EXPLAIN SELECT 1",
        "CALL pragma_version()",
        "VACUUM",
        "BEGIN",
        "EXPLAIN ANALYZE SELECT * FROM source",
        GOOD "; " GOOD,
        GOOD "; COPY source TO '/tmp/ptl_stolen.csv'",
        "",
        "  -- nothing",
    };
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
        const ptl_status st = check(mappings[i], &err);
        if (st == PTL_OK) fail_msg("\"%s\" was let through", mappings[i]);
        if (!strstr(err.message, "mapping of orders"))
            fail_msg("\"%s\": message \"%s\" names no mapping", mappings[i], err.message);
    }
    if (access("/tmp/ptl_stolen.csv", F_OK) == 0) fail_msg("a mapping wrote a file");
    EXPECT_FAIL(check(GOOD "; " GOOD, &err), PTL_E_INVALID, "2 statements");
    EXPECT_FAIL(check("SET threads = 9", &err), PTL_E_INVALID, "not a SELECT");
}

/* No other file, no network: the engine refuses, and we say what may be read. */
static void test_other_files(void **state)
{
    (void)state;
    static const char *const froms[] = {
        "read_text('/etc/passwd')",
        "read_csv('/etc/passwd', header = false)",
        "read_blob('/etc/hostname')",
        "'/etc/passwd.csv'",
        "read_parquet('/tmp/*.parquet')",
        "glob('/etc/*')",
        "read_csv('http://127.0.0.1:9/x.csv')",
        "read_csv('https://127.0.0.1:9/x.csv')",
        "read_csv('s3://bucket/x.csv')",
    };
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof froms / sizeof *froms; i++) {
        char mapping[512];
        (void)snprintf(mapping, sizeof mapping, "SELECT id AS txn_id, o.* FROM source, %s AS o",
                       froms[i]);
        EXPECT_FAIL(check(mapping, &err), PTL_E_DENIED, "may read the source folders only");
    }
}

/* The file itself must lie in a source folder, also behind a link or dots. */
static void test_folders(void **state)
{
    (void)state;
    ptl_error err = {0};
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "small.csv", two_columns);
    ptl_load_spec spec = loading_spec(&f, "small.csv", GOOD);
    spec.path = "/etc/passwd";
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_DENIED, "outside the source folders");
    char path[256];
    (void)snprintf(path, sizeof path, "%s/link.csv", f.data);
    if (symlink("/etc/passwd", path) != 0) fail_msg("no link");
    spec.path = path;
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_DENIED, "outside the source folders");
    char dots[256];
    (void)snprintf(dots, sizeof dots, "%s/../../../../../../../../etc/passwd", f.data);
    spec.path = dots;
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_DENIED, "outside the source folders");
    loading_close(&f);
}

/* Words with line and column, and what was probably meant. */
static void test_words(void **state)
{
    (void)state;
    ptl_error err = {0};
    EXPECT_FAIL(
        check("SELECT id AS txn_id,\n  ptl_money(amuont) AS gross_micros FROM source", &err),
        PTL_E_INVALID, "line 2, column 13: the file has no column \"amuont\"");
    EXPECT_STR(err.hint, "did you mean \"amount\"?");
    EXPECT_FAIL(check("SELECT id AS txn_id,\n ptl_mony(amount) AS gross_micros FROM source", &err),
                PTL_E_INVALID, "line 2, column 2: there is no function ptl_mony");
    EXPECT_FAIL(check("SELECT id AS txn_id FROM sorce", &err), PTL_E_INVALID,
                "there is no table sorce");
    EXPECT_FAIL(check("SELECT id AS txn_id, FROM WHERE source", &err), PTL_E_INVALID, "line 1");
    EXPECT_FAIL(check("SELECT ptl_money(amount, 'xx') AS gross_micros, id AS txn_id, "
                      "now()::TIMESTAMP AS occurred_at FROM source",
                      &err),
                PTL_E_INVALID, "asks for the time or for chance");
}

/* One row of the file, one row or none. */
static void test_form(void **state)
{
    (void)state;
    ptl_error err = {0};
    EXPECT_FAIL(check("SELECT id AS txn_id, count(*) AS quantity FROM source GROUP BY id", &err),
                PTL_E_INVALID, "GROUP BY");
    EXPECT_FAIL(check("SELECT DISTINCT id AS txn_id FROM source", &err), PTL_E_INVALID, "DISTINCT");
    EXPECT_FAIL(check(GOOD " LIMIT 1", &err), PTL_E_INVALID, "LIMIT");
    EXPECT_FAIL(check("SELECT 'x' AS txn_id", &err), PTL_E_INVALID, "does not read source");
    EXPECT_FAIL(check("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) "
                      "SELECT id AS txn_id FROM source, r",
                      &err),
                PTL_E_INVALID, "recursive");
}

/* Every fault at once, one a line. */
static void test_columns(void **state)
{
    (void)state;
    ptl_error err = {0};
    EXPECT_FAIL(check("SELECT id AS txn_idd, amount AS gross_micros, id AS quantity, "
                      "1 AS identifier FROM source",
                      &err),
                PTL_E_INVALID, "mapping of orders: ");
    static const char *const lines[] = {
        "column txn_id is missing: txn needs it",
        "column occurred_at is missing",
        "column gross_micros is text; wrap it in ptl_money(…)",
        "column quantity is text; wrap it in ptl_integer(…)",
        "column identifier is a whole number; give it as text",
        "table txn has no column txn_idd; did you mean txn_id?",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(err.detail, lines[i])) fail_msg("\"%s\" lacks \"%s\"", err.detail, lines[i]);
    EXPECT_FAIL(check("SELECT id AS txn_id, CAST('2024-01-01' AS DATE) AS occurred_at, "
                      "CAST(amount AS DOUBLE) AS gross_micros FROM source",
                      &err),
                PTL_E_INVALID, "column occurred_at is a day; wrap it in ptl_time");
    if (!strstr(err.detail, "gross_micros is a floating number; wrap it in ptl_money"))
        fail_msg("a floating price passed: %s", err.detail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),        cmocka_unit_test(test_other_statements),
        cmocka_unit_test(test_other_files), cmocka_unit_test(test_folders),
        cmocka_unit_test(test_words),       cmocka_unit_test(test_form),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
