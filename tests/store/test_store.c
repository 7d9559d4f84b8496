/* test_store.c: both stores together: opening, settlement, artefacts, back-up and restore. */
#include "support/expect.h"
#include "support/scratch.h"
#include "support/warehouse.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>

#include "portolan/random.h"
#include "store/store.h"

static ptl_error err;
static scratch dir;
static ptl_arena arena;

static int setup(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_error_clear(&err);
    ptl_arena_init(&arena, 64 << 20, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ptl_arena_dispose(&arena);
    scratch_remove(&dir);
    return 0;
}

static ptl_store_options small(void)
{
    ptl_store_options options = ptl_store_options_default();
    options.doing = "test";
    options.now = 1763273520000001;
    options.warehouse = small_engine(1);
    return options;
}

static void open_store(ptl_store *store, const char *name)
{
    const ptl_store_options options = small();
    EXPECT_OK(ptl_store_open(store, scratch_path(&dir, name), &options, &err));
}

static int64_t start(ptl_store *store, const char *operation)
{
    ptl_run run = {.operation = operation,
                   .parameters = "{}",
                   .fingerprint = "test",
                   .actor = "ada",
                   .started_at = 1763273520000000};
    EXPECT_OK(ptl_run_start(&run, store->records, &err));
    return run.run_id;
}

static void land(ptl_store *store, int64_t run_id)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "INSERT INTO output VALUES (%lld, 'figure', 3, 'x', TIMESTAMP '2026-11-16 06:12:00')",
             (long long)run_id);
    warehouse_exec(store->warehouse, sql);
}

static void expect_states(ptl_store *store, const ptl_run_state *states, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        ptl_run run;
        EXPECT_OK(ptl_run_get(&run, store->records, i + 1, &arena, &err));
        EXPECT_STR(ptl_run_state_text(run.state), ptl_run_state_text(states[i]));
    }
}

static void expect_ledger_holds(ptl_store *store, int64_t size)
{
    ptl_ledger_verdict verdict;
    EXPECT_OK(ptl_ledger_verify(&verdict, store->records, NULL, &err));
    assert_true(verdict.holds);
    EXPECT_INT(verdict.n_entries, size);
}

/* --- open ------------------------------------------------------------------------------------- */

static void test_open_makes_everything(void **state)
{
    (void)state;
    ptl_store store, second;
    open_store(&store, "acme/.portolan");
    EXPECT_INT(store.n_settled_done + store.n_settled_interrupted, 0);
    struct stat st;
    assert_int_equal(stat(scratch_path(&dir, "acme/.portolan"), &st), 0);
    EXPECT_INT(st.st_mode & 0777, 0700);
    static const char *const names[] = {"lock", "records.sqlite", "warehouse.duckdb", "artefacts"};
    for (int i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "acme/.portolan/%s", names[i]);
        assert_int_equal(access(scratch_path(&dir, name), F_OK), 0);
    }
    const ptl_store_options options = small();
    EXPECT_FAIL(ptl_store_open(&second, scratch_path(&dir, "acme/.portolan"), &options, &err),
                PTL_E_BUSY, ": test");
    ptl_store_close(&second); /* a failed open left nothing to close */
    ptl_store_close(&store);
    open_store(&store, "acme/.portolan");
    ptl_store_close(&store);
}

static void test_settlement(void **state)
{
    (void)state;
    ptl_store store;
    open_store(&store, "s");
    const int64_t landed = start(&store, "source.import"), lost = start(&store, "review.write"),
                  done = start(&store, "source.list");
    land(&store, landed);
    EXPECT_OK(ptl_run_end(store.records, done, PTL_RUN_DONE, "{}", NULL, 1763273520000001, &err));
    ptl_job jobs[] = {{.run_id = landed, .state = PTL_JOB_RUNNING},
                      {.run_id = lost, .state = PTL_JOB_RUNNING},
                      {.state = PTL_JOB_QUEUED}};
    for (int i = 0; i < 3; i++) {
        jobs[i].operation = "x";
        jobs[i].parameters = "{}";
        jobs[i].queued_at = 1763273520000000;
        EXPECT_OK(ptl_job_add(&jobs[i], store.records, &err));
    }
    ptl_store_close(&store);

    open_store(&store, "s");
    EXPECT_INT(store.n_settled_done, 1);
    EXPECT_INT(store.n_settled_interrupted, 1);
    const ptl_run_state expected[] = {PTL_RUN_DONE, PTL_RUN_INTERRUPTED, PTL_RUN_DONE};
    expect_states(&store, expected, 3);
    expect_ledger_holds(&store, 4); /* two runs, two jobs */
    ptl_ledger_entry *entries;
    int64_t n;
    EXPECT_OK(ptl_ledger_list(&entries, &n, store.records, 0, 10, &arena, &err));
    int n_done = 0;
    for (int64_t i = 0; i < 2; i++) {
        EXPECT_STR(entries[i].kind, "run.settled");
        n_done += strstr(entries[i].body.ptr, "\"state\":\"done\"") != NULL;
    }
    EXPECT_INT(n_done, 1);
    EXPECT_STR(entries[2].kind, "job.settled");
    EXPECT_STR(entries[3].kind, "job.settled");
    ptl_job *list;
    EXPECT_OK(ptl_job_list(&list, &n, store.records, 10, &arena, &err));
    EXPECT_INT(list[0].state, PTL_JOB_QUEUED);
    EXPECT_INT(list[1].state, PTL_JOB_INTERRUPTED);
    EXPECT_INT(list[2].state, PTL_JOB_DONE);
    ptl_store_close(&store);

    open_store(&store, "s"); /* and again: nothing is left to settle */
    EXPECT_INT(store.n_settled_done + store.n_settled_interrupted, 0);
    expect_ledger_holds(&store, 4);
    ptl_store_close(&store);
}

/* More runs than one batch of settlement. */
static void test_settle_many(void **state)
{
    (void)state;
    ptl_store store;
    open_store(&store, "s");
    for (int i = 0; i < 300; i++) start(&store, "x");
    ptl_store_close(&store);
    open_store(&store, "s");
    EXPECT_INT(store.n_settled_interrupted, 300);
    expect_ledger_holds(&store, 300);
    ptl_store_close(&store);
}

/* --- artefacts -------------------------------------------------------------------------------- */

static void test_artefacts(void **state)
{
    (void)state;
    ptl_store store;
    open_store(&store, "s");
    ptl_hash hash, again;
    ptl_text got;
    EXPECT_OK(ptl_store_artefact_put(&hash, &store, PTL_TEXT("draws"), &err));
    EXPECT_OK(ptl_store_artefact_put(&again, &store, PTL_TEXT("draws"), &err));
    assert_true(ptl_hash_equal(hash, again));
    EXPECT_OK(ptl_store_artefact_get(&got, &store, hash, &arena, &err));
    assert_true(ptl_text_equal(got, PTL_TEXT("draws")));
    char hex[PTL_HASH_HEX], name[100];
    ptl_hash_format(hex, hash);
    snprintf(name, sizeof name, "s/artefacts/%s", hex);
    scratch_write(scratch_path(&dir, name), "drawn", 5);
    EXPECT_FAIL(ptl_store_artefact_get(&got, &store, hash, &arena, &err), PTL_E_CORRUPT, hex);
    EXPECT_OK(ptl_store_artefact_put(&hash, &store, PTL_TEXT("draws"), &err)); /* put back */
    EXPECT_OK(ptl_store_artefact_get(&got, &store, hash, &arena, &err));
    EXPECT_FAIL(ptl_store_artefact_get(&got, &store, ptl_hash_bytes("none", 4), &arena, &err),
                PTL_E_NOT_FOUND, "artefacts/");
    ptl_store_close(&store);
}

/* --- back-up and restore ---------------------------------------------------------------------- */

static ptl_hash make_backup(void)
{
    ptl_store store;
    ptl_hash hash;
    open_store(&store, "s");
    const int64_t run = start(&store, "source.import");
    land(&store, run);
    EXPECT_OK(ptl_ledger_append(NULL, store.records, "source.loaded", "ada", run,
                                PTL_TEXT("{\"rows\":3}"), 1, &err));
    EXPECT_OK(ptl_store_artefact_put(&hash, &store, PTL_TEXT("draws"), &err));
    EXPECT_OK(ptl_store_backup(&store, scratch_path(&dir, "b"), NULL, &err));
    EXPECT_FAIL(ptl_store_backup(&store, scratch_path(&dir, "b"), NULL, &err), PTL_E_CONFLICT,
                "already there");
    /* what happens later is not in it */
    EXPECT_OK(ptl_ledger_append(NULL, store.records, "later", "ada", 0, PTL_TEXT("{}"), 2, &err));
    ptl_store_close(&store);
    return hash;
}

static void test_backup_and_restore(void **state)
{
    (void)state;
    const ptl_hash hash = make_backup();
    EXPECT_OK(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "new/.portolan"), NULL,
                                &err));
    assert_int_not_equal(access(scratch_path(&dir, "new/.portolan.restoring"), F_OK), 0);
    ptl_store store;
    open_store(&store, "new/.portolan");
    EXPECT_INT(store.n_settled_done, 1); /* it was started when the copy was made, and had landed */
    expect_ledger_holds(&store, 2);
    ptl_text got;
    EXPECT_OK(ptl_store_artefact_get(&got, &store, hash, &arena, &err));
    assert_true(ptl_text_equal(got, PTL_TEXT("draws")));
    EXPECT_INT(warehouse_number(store.warehouse, "SELECT rows_written FROM output"), 3);
    ptl_store_close(&store);
    EXPECT_FAIL(
        ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "new/.portolan"), NULL, &err),
        PTL_E_CONFLICT, "not empty");
    assert_int_equal(mkdir(scratch_path(&dir, "empty"), 0700), 0);
    EXPECT_OK(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "empty/"), NULL, &err));
}

static void flip(const char *path, off_t at)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    uint8_t byte;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* One flipped bit in each file of a back-up, at its ends and at seeded places: refused by name, and
 * nothing is laid down. */
static void test_flipped_byte_is_named(void **state)
{
    (void)state;
    char hex[PTL_HASH_HEX], artefact[100];
    ptl_hash_format(hex, make_backup());
    snprintf(artefact, sizeof artefact, "artefacts/%s", hex);
    const char *const files[] = {"records.sqlite", "warehouse.duckdb", artefact};
    ptl_rng rng = ptl_rng_new(31);
    for (int f = 0; f < 3; f++)
        for (int trial = 0; trial < 4; trial++) {
            char name[128], path[256];
            struct stat st;
            snprintf(name, sizeof name, "b/%s", files[f]);
            snprintf(path, sizeof path, "%s", scratch_path(&dir, name));
            assert_int_equal(stat(path, &st), 0);
            const off_t at = trial == 0   ? 0
                             : trial == 1 ? st.st_size - 1
                                          : (off_t)ptl_rng_below(&rng, (uint64_t)st.st_size);
            flip(path, at);
            EXPECT_FAIL(
                ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "t"), NULL, &err),
                PTL_E_CORRUPT, files[f]);
            assert_int_not_equal(access(scratch_path(&dir, "t"), F_OK), 0);
            assert_int_not_equal(access(scratch_path(&dir, "t.restoring"), F_OK), 0);
            flip(path, at);
        }
    EXPECT_OK(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "t"), NULL, &err));
}

/* Change the manifest's text: each way it is not what a back-up writes. */
static void test_manifest_is_checked(void **state)
{
    (void)state;
    make_backup();
    char path[256], text[8192], changed[8192];
    snprintf(path, sizeof path, "%s", scratch_path(&dir, "b/manifest.json"));
    FILE *f = fopen(path, "rb");
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    static const struct {
        const char *from, *to, *words;
        ptl_status status;
    } cases[] = {
        {"\"format\": 1", "\"format\": 7", "format 7, this program knows up to 1", PTL_E_VERSION},
        {"\"format\": 1", "\"fromat\": 1", "states no format", PTL_E_CORRUPT},
        {"records.sqlite", "../ecords.sqlite", "no part of a back-up", PTL_E_CORRUPT},
        {"records.sqlite", "warehouse.duckdb", "once each", PTL_E_CORRUPT},
        {"\"size\": 1", "\"size\": 2", "another head than its manifest", PTL_E_CORRUPT},
        {"\"root\": \"", "\"root\": \"g", "64 hexadecimal digits", PTL_E_CORRUPT},
        {"{", "[", "not JSON", PTL_E_CORRUPT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *at = strstr(text, cases[i].from);
        assert_non_null(at);
        const int len = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text,
                                 cases[i].to, at + strlen(cases[i].from));
        scratch_write(path, changed, (size_t)len);
        EXPECT_FAIL(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "t"), NULL, &err),
                    cases[i].status, cases[i].words);
        assert_int_not_equal(access(scratch_path(&dir, "t"), F_OK), 0);
    }
    assert_int_equal(unlink(path), 0);
    EXPECT_FAIL(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "t"), NULL, &err),
                PTL_E_NOT_FOUND, "no manifest.json");
}

/* The hashes fit, but the ledger was rewritten before the back-up was made. */
static void test_false_ledger_is_refused(void **state)
{
    (void)state;
    ptl_store store;
    open_store(&store, "s");
    EXPECT_OK(ptl_ledger_append(NULL, store.records, "k", "ada", 0, PTL_TEXT("{}"), 1, &err));
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scratch_path(&dir, "s/records.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE ledger_entry SET stored = '{}'", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    EXPECT_OK(ptl_store_backup(&store, scratch_path(&dir, "b"), NULL, &err));
    ptl_store_close(&store);
    EXPECT_FAIL(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "t"), NULL, &err),
                PTL_E_CORRUPT, "entry 0");
    assert_int_not_equal(access(scratch_path(&dir, "t"), F_OK), 0);
}

static void test_interrupted_restore(void **state)
{
    (void)state;
    make_backup();
    assert_int_equal(mkdir(scratch_path(&dir, "t.restoring"), 0700), 0);
    EXPECT_FAIL(ptl_store_restore(scratch_path(&dir, "b"), scratch_path(&dir, "t"), NULL, &err),
                PTL_E_CONFLICT, "another restore");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_open_makes_everything), TEST(test_settlement),
        TEST(test_settle_many),           TEST(test_artefacts),
        TEST(test_backup_and_restore),    TEST(test_flipped_byte_is_named),
        TEST(test_manifest_is_checked),   TEST(test_false_ledger_is_refused),
        TEST(test_interrupted_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
