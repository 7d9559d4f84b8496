/* test_records.c: the file records live in: settings, migrations, transactions, small values,
 * configuration, and what is said when the file is not what it should be (records.h, 1-4). */
#include "support/expect.h"
#include "support/scratch.h"

#include <fcntl.h>
#include <sqlite3.h>

#include "store/migrate.h"
#include "store/records_internal.h"

static ptl_error err;
static scratch dir;

static ptl_arena own_memory;
static ptl_migration *own; /* the program's own migrations */
static int64_t newest;     /* how many: the version of records that this program writes */

static int setup(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_error_clear(&err);
    return 0;
}

static int find_own(void **state)
{
    (void)state;
    ptl_arena_init(&own_memory, 1 << 20, NULL);
    EXPECT_OK(ptl_migrations_find(&own, &newest, "sql/records/", &own_memory, &err));
    return 0;
}

static int forget_own(void **state)
{
    (void)state;
    ptl_arena_dispose(&own_memory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&dir);
    return 0;
}

static ptl_records *opened(void)
{
    ptl_records *records;
    EXPECT_OK(ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err));
    return records;
}

/* A second, raw connection: what is asked through it, the first cannot fake. */
static int64_t raw_int(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    const int64_t value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return value;
}

static void raw_run(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* --- parsing named statements ----------------------------------------------------------------- */

static void test_blocks(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 20, NULL);
    ptl_sql_block *blocks;
    int64_t n;
    const ptl_text script = PTL_TEXT("-- about\n\n-- name: second\nSELECT 2;\n\n"
                                     "-- name: first\n-- why\nSELECT\n 1;");
    EXPECT_OK(ptl_sql_parse(&blocks, &n, script, &arena, &err));
    EXPECT_INT(n, 2);
    EXPECT_STR(blocks[0].name, "first");
    EXPECT_STR(blocks[0].text, "\n-- why\nSELECT\n 1;");
    EXPECT_STR(blocks[1].name, "second");
    EXPECT_STR(blocks[1].text, "\nSELECT 2;\n\n");
    EXPECT_FAIL(
        ptl_sql_parse(&blocks, &n, PTL_TEXT("SELECT 1;\n-- name: a\nSELECT 2;"), &arena, &err),
        PTL_E_INVALID, "line 1: text before");
    EXPECT_FAIL(
        ptl_sql_parse(&blocks, &n, PTL_TEXT("-- name: a\n-- x\n-- name: b\nS;"), &arena, &err),
        PTL_E_INVALID, "\"a\" has no text");
    EXPECT_FAIL(
        ptl_sql_parse(&blocks, &n, PTL_TEXT("-- name: a\nS;\n-- name: a\nT;"), &arena, &err),
        PTL_E_INVALID, "\"a\" stands there twice");
    EXPECT_FAIL(ptl_sql_parse(&blocks, &n, PTL_TEXT("\n-- name: A b\nS;"), &arena, &err),
                PTL_E_INVALID, "line 2: \"A b\"");
    ptl_arena_dispose(&arena);
}

/* Every statement in the program's own file can be prepared against the program's own schema. */
static void test_statements_prepare(void **state)
{
    (void)state;
    ptl_records *records = opened();
    static const char *const names[] = {"meta_get",
                                        "meta_set",
                                        "run_start",
                                        "run_end",
                                        "run_get",
                                        "run_last",
                                        "run_list",
                                        "run_list_state",
                                        "run_list_operation",
                                        "run_list_state_operation",
                                        "run_find",
                                        "job_add",
                                        "job_update",
                                        "job_get",
                                        "job_last",
                                        "job_list",
                                        "job_settle",
                                        "config_add",
                                        "config_file_add",
                                        "config_point",
                                        "config_in_force",
                                        "config_files",
                                        "config_file_count",
                                        "ledger_add",
                                        "ledger_head_get",
                                        "ledger_head_set",
                                        "ledger_list",
                                        "ledger_all",
                                        "ledger_leaves",
                                        "ledger_size",
                                        "subject_add",
                                        "subject_get",
                                        "subject_get_run",
                                        "subject_overwrite",
                                        "subject_forget"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ptl_statement *s;
        EXPECT_OK(ptl_sql_use(&s, records->sql, names[i], &err));
    }
    ptl_statement *s;
    EXPECT_FAIL(ptl_sql_use(&s, records->sql, "no_such", &err), PTL_E_INTERNAL, "\"no_such\"");
    ptl_records_close(records);
}

/* --- settings --------------------------------------------------------------------------------- */

static void test_settings(void **state)
{
    (void)state;
    ptl_records *records = opened();
    const char *path = scratch_path(&dir, "records.sqlite");
    EXPECT_INT(raw_int(path, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    EXPECT_INT(raw_int(path, "SELECT application_id FROM pragma_application_id"), 0x50544c4e);
    EXPECT_INT(raw_int(path, "SELECT user_version FROM pragma_user_version"), newest);
    EXPECT_INT(raw_int(path, "SELECT count(*) FROM pragma_table_list "
                             "WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict"),
               0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    EXPECT_INT(st.st_mode & 0777, 0600);
    /* a foreign key is held, on this connection */
    ptl_job job = {.run_id = 99, .operation = "x", .parameters = "{}", .state = PTL_JOB_QUEUED};
    EXPECT_FAIL(ptl_job_add(&job, records, &err), PTL_E_INVALID, "FOREIGN KEY");
    ptl_records_close(records);
}

/* --- small values ----------------------------------------------------------------------------- */

static void test_meta(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 20, NULL);
    ptl_records *records = opened();
    ptl_text value;
    EXPECT_OK(ptl_records_get(&value, records, "zone", &arena, &err));
    assert_null(value.ptr);
    EXPECT_OK(ptl_records_set(records, "zone", PTL_TEXT("Europe/Berlin"), &err));
    EXPECT_OK(ptl_records_set(records, "zone", PTL_TEXT("Asia/Kathmandu"), &err));
    EXPECT_OK(ptl_records_set(records, "none", (ptl_text){NULL, 0}, &err));
    ptl_records_close(records);
    records = opened();
    EXPECT_OK(ptl_records_get(&value, records, "zone", &arena, &err));
    assert_true(ptl_text_equal(value, PTL_TEXT("Asia/Kathmandu")));
    EXPECT_OK(ptl_records_get(&value, records, "none", &arena, &err));
    assert_non_null(value.ptr); /* there, and empty */
    EXPECT_INT(value.len, 0);
    ptl_records_close(records);
    ptl_arena_dispose(&arena);
}

/* --- transactions ----------------------------------------------------------------------------- */

static bool has(ptl_records *records, const char *key)
{
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 20, NULL);
    ptl_text value;
    EXPECT_OK(ptl_records_get(&value, records, key, &arena, &err));
    const bool there = value.ptr != NULL;
    ptl_arena_dispose(&arena);
    return there;
}

static void test_nested_commit(void **state)
{
    (void)state;
    ptl_records *records = opened();
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_records_set(records, "outer", PTL_TEXT("1"), &err));
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_records_set(records, "inner", PTL_TEXT("1"), &err));
    EXPECT_OK(ptl_records_commit(records, &err));
    const char *path = scratch_path(&dir, "records.sqlite");
    EXPECT_INT(raw_int(path, "SELECT count(*) FROM meta"), 0); /* not yet for anybody else */
    EXPECT_OK(ptl_records_commit(records, &err));
    EXPECT_INT(raw_int(path, "SELECT count(*) FROM meta"), 2);
    EXPECT_FAIL(ptl_records_commit(records, &err), PTL_E_INTERNAL, "commit without begin");
    ptl_records_close(records);
}

static void test_inner_rollback_rolls_all_back(void **state)
{
    (void)state;
    ptl_records *records = opened();
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_records_set(records, "outer", PTL_TEXT("1"), &err));
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_records_set(records, "inner", PTL_TEXT("1"), &err));
    ptl_records_rollback(records);
    EXPECT_FAIL(ptl_records_set(records, "late", PTL_TEXT("1"), &err), PTL_E_CONFLICT,
                "rolled back");
    EXPECT_FAIL(ptl_records_commit(records, &err), PTL_E_CONFLICT, "rolled back");
    assert_false(has(records, "outer"));
    assert_false(has(records, "inner"));
    EXPECT_OK(ptl_records_set(records, "after", PTL_TEXT("1"), &err)); /* usable again */
    assert_true(has(records, "after"));
    ptl_records_close(records);
}

static void test_failed_statement_marks(void **state)
{
    (void)state;
    ptl_records *records = opened();
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_records_set(records, "kept", PTL_TEXT("1"), &err));
    ptl_job job = {.operation = "x", .parameters = "{}", .state = PTL_JOB_QUEUED, .share = 1.5};
    EXPECT_FAIL(ptl_job_add(&job, records, &err), PTL_E_INVALID, "job_share_between_0_and_1");
    EXPECT_FAIL(ptl_records_commit(records, &err), PTL_E_INVALID, "job_share_between_0_and_1");
    assert_false(has(records, "kept"));
    ptl_records_close(records);
}

/* --- migrations ------------------------------------------------------------------------------- */

/* The program's own, and one that a newer program would have, which sets `version`. */
static ptl_migration *migrations(const char *sql, int64_t version)
{
    static char next[256];
    snprintf(next, sizeof next, "%s PRAGMA user_version = %" PRId64 ";", sql, version);
    ptl_migration *list = ptl_arena_array(&own_memory, newest + 1, sizeof *list, &err);
    assert_non_null(list);
    memcpy(list, own, (size_t)newest * sizeof *own);
    list[newest] = (ptl_migration){newest + 1, "next_test.sql", next};
    return list;
}

/* A file of every older version, with a row in it, becomes one of this version. */
static void test_migrate_from_every_version(void **state)
{
    (void)state;
    for (int64_t old = 1; old < newest; old++) {
        const char *path = scratch_path(&dir, "records.sqlite");
        remove(path);
        for (int64_t k = 0; k < old; k++) raw_run(path, own[k].text);
        raw_run(path, "INSERT INTO meta VALUES ('old', x'31')");
        ptl_records *records = opened();
        assert_true(has(records, "old"));
        ptl_records_close(records);
        EXPECT_INT(raw_int(path, "SELECT user_version FROM pragma_user_version"), newest);
        EXPECT_INT(raw_int(path, "SELECT count(*) FROM minute"), 0);
        EXPECT_INT(raw_int(path, "SELECT count(*) FROM alarm"), 0);
        EXPECT_INT(raw_int(path, "SELECT count(*) FROM model"), 0);
    }
}

static void test_migrate_forward(void **state)
{
    (void)state;
    const ptl_migration *list = migrations(
        "CREATE TABLE extra (x INTEGER) STRICT; INSERT INTO extra VALUES (7);", newest + 1);
    ptl_records *records = opened();
    EXPECT_OK(ptl_records_set(records, "old", PTL_TEXT("1"), &err));
    EXPECT_OK(ptl_migrate(records->sql, list, newest + 1, &err));
    assert_true(has(records, "old"));
    ptl_records_close(records);
    char words[64];
    snprintf(words, sizeof words, "records.sqlite.v%" PRId64 ".bak", newest);
    const char *bak = scratch_path(&dir, words);
    EXPECT_INT(raw_int(bak, "SELECT user_version FROM pragma_user_version"), newest);
    EXPECT_INT(raw_int(bak, "SELECT count(*) FROM meta"), 1);
    const char *path = scratch_path(&dir, "records.sqlite");
    EXPECT_INT(raw_int(path, "SELECT x FROM extra"), 7);
    /* and now this program, which knows no such version, refuses it, changing nothing */
    ptl_records *none = NULL;
    snprintf(words, sizeof words, "version %" PRId64 ", this program knows up to %" PRId64,
             newest + 1, newest);
    EXPECT_FAIL(ptl_records_open(&none, path, &err), PTL_E_VERSION, words);
    assert_null(none);
}

static void test_migrate_half_is_nothing(void **state)
{
    (void)state;
    ptl_records *records = opened();
    const ptl_migration *list =
        migrations("CREATE TABLE extra (x INTEGER); INSERT INTO nowhere VALUES (1);", newest + 1);
    EXPECT_FAIL(ptl_migrate(records->sql, list, newest + 1, &err), PTL_E_INTERNAL,
                "statement failed");
    assert_non_null(strstr(err.detail, "nowhere"));
    char words[64];
    snprintf(words, sizeof words, "sets version %" PRId64, newest + 2);
    list = migrations("CREATE TABLE extra (x INTEGER);", newest + 2);
    EXPECT_FAIL(ptl_migrate(records->sql, list, newest + 1, &err), PTL_E_INTERNAL, words);
    ptl_records_close(records);
    const char *path = scratch_path(&dir, "records.sqlite");
    EXPECT_INT(raw_int(path, "SELECT user_version FROM pragma_user_version"), newest);
    EXPECT_INT(raw_int(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
    ptl_records_close(opened());
}

/* --- files that are not what they should be --------------------------------------------------- */

static void test_not_a_database(void **state)
{
    (void)state;
    const char *path = scratch_path(&dir, "records.sqlite");
    char text[5000];
    memset(text, 'x', sizeof text);
    scratch_write(path, text, sizeof text);
    ptl_records *records = NULL;
    EXPECT_FAIL(ptl_records_open(&records, path, &err), PTL_E_CORRUPT, "not a records database");
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.hint, "restore"));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    EXPECT_INT(st.st_size, sizeof text); /* and it is left as it was */
}

static void test_other_program(void **state)
{
    (void)state;
    const char *path = scratch_path(&dir, "records.sqlite");
    raw_run(path, "CREATE TABLE someone_elses (x)");
    ptl_records *records = NULL;
    EXPECT_FAIL(ptl_records_open(&records, path, &err), PTL_E_CORRUPT, "another program");
    EXPECT_INT(raw_int(path, "SELECT journal_mode = 'delete' FROM pragma_journal_mode"), 1);
}

/* Each of the 100 bytes of the header, flipped: opened or refused with words, never a crash, and
 * never taken for an empty file. */
static void test_damaged_header(void **state)
{
    (void)state;
    ptl_records *records = opened();
    EXPECT_OK(ptl_records_set(records, "kept", PTL_TEXT("1"), &err));
    ptl_records_close(records);
    const char *path = scratch_path(&dir, "records.sqlite");
    int n_refused = 0;
    for (off_t at = 0; at < 100; at++) {
        const int fd = open(path, O_RDWR | O_CLOEXEC);
        uint8_t byte;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        const uint8_t flipped = byte ^ 0xff;
        assert_int_equal(pwrite(fd, &flipped, 1, at), 1);
        records = NULL;
        ptl_error_clear(&err);
        const ptl_status st = ptl_records_open(&records, path, &err);
        if (st == PTL_OK) {
            ptl_arena arena;
            ptl_arena_init(&arena, 1 << 20, NULL);
            ptl_text value;
            if (ptl_records_get(&value, records, "kept", &arena, &err) == PTL_OK)
                assert_true(ptl_text_equal(value, PTL_TEXT("1")));
            ptl_arena_dispose(&arena);
        } else {
            n_refused++;
            if (st != PTL_E_CORRUPT && st != PTL_E_VERSION && st != PTL_E_DENIED)
                fail_msg("header byte %d: %s: %s (%s)", (int)at, ptl_status_name(st), err.message,
                         err.detail);
            assert_true(strlen(err.message) > 0);
        }
        ptl_records_close(records);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
    if (n_refused < 20) fail_msg("only %d damaged headers were refused", n_refused);
}

static void test_no_folder(void **state)
{
    (void)state;
    ptl_records *records = NULL;
    EXPECT_FAIL(ptl_records_open(&records, scratch_path(&dir, "none/records.sqlite"), &err),
                PTL_E_NOT_FOUND, "none/records.sqlite");
    assert_non_null(strstr(err.detail, "No such file"));
}

/* --- copies ----------------------------------------------------------------------------------- */

static void test_copy(void **state)
{
    (void)state;
    ptl_records *records = opened();
    EXPECT_OK(ptl_records_set(records, "kept", PTL_TEXT("1"), &err));
    const char *path = scratch_path(&dir, "copy.sqlite");
    EXPECT_OK(ptl_records_copy(records, path, &err));
    EXPECT_OK(ptl_records_set(records, "later", PTL_TEXT("1"), &err));
    EXPECT_INT(raw_int(path, "SELECT count(*) FROM meta"), 1);
    EXPECT_FAIL(ptl_records_copy(records, scratch_path(&dir, "none/copy.sqlite"), &err),
                PTL_E_NOT_FOUND, "none/copy.sqlite");
    ptl_records_close(records);
}

/* --- configuration ---------------------------------------------------------------------------- */

static void test_config(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 20, NULL);
    ptl_records *records = opened();
    ptl_config_version in_force;
    EXPECT_OK(ptl_config_in_force(&in_force, records, &arena, &err));
    EXPECT_INT(in_force.version, 0);
    const ptl_config_file first[] = {{"portolan.yaml", PTL_TEXT("company: Acme\n")},
                                     {"channels.yaml", PTL_TEXT("")}};
    ptl_config_version v = {.hash = ptl_hash_bytes("one", 3),
                            .applied_at = 1763273520000001,
                            .actor = "ada",
                            .difference = "+company: Acme\n"};
    EXPECT_OK(ptl_config_add(&v, records, first, 2, &err));
    EXPECT_INT(v.version, 1);
    v.hash = ptl_hash_bytes("two", 3);
    EXPECT_OK(ptl_config_add(&v, records, first, 1, &err));
    EXPECT_INT(v.version, 2);
    EXPECT_OK(ptl_config_in_force(&in_force, records, &arena, &err));
    EXPECT_INT(in_force.version, 2);
    assert_true(ptl_hash_equal(in_force.hash, ptl_hash_bytes("two", 3)));
    EXPECT_INT(in_force.applied_at, 1763273520000001);
    EXPECT_STR(in_force.actor, "ada");
    ptl_config_file *files;
    int64_t n;
    EXPECT_OK(ptl_config_files(&files, &n, records, 1, &arena, &err));
    EXPECT_INT(n, 2);
    EXPECT_STR(files[0].path, "channels.yaml");
    EXPECT_INT(files[0].content.len, 0);
    assert_true(ptl_text_equal(files[1].content, first[0].content));
    EXPECT_FAIL(ptl_config_files(&files, &n, records, 3, &arena, &err), PTL_E_NOT_FOUND,
                "version 3");
    /* a path twice: the whole version is refused and version 2 stays in force */
    const ptl_config_file twice[] = {first[0], first[0]};
    EXPECT_FAIL(ptl_config_add(&v, records, twice, 2, &err), PTL_E_INVALID, "portolan.yaml");
    EXPECT_INT(v.version, 2);
    EXPECT_OK(ptl_config_in_force(&in_force, records, &arena, &err));
    EXPECT_INT(in_force.version, 2);
    EXPECT_FAIL(ptl_config_add(&v, records, first, 0, &err), PTL_E_INVALID, "1 to");
    ptl_records_close(records);
    ptl_arena_dispose(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_blocks),
        TEST(test_statements_prepare),
        TEST(test_settings),
        TEST(test_meta),
        TEST(test_nested_commit),
        TEST(test_inner_rollback_rolls_all_back),
        TEST(test_failed_statement_marks),
        TEST(test_migrate_from_every_version),
        TEST(test_migrate_forward),
        TEST(test_migrate_half_is_nothing),
        TEST(test_not_a_database),
        TEST(test_other_program),
        TEST(test_damaged_header),
        TEST(test_no_folder),
        TEST(test_copy),
        TEST(test_config),
    };
    return cmocka_run_group_tests(tests, find_own, forget_own);
}
