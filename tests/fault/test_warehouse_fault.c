/* The warehouse when the machine lets it down: killed at seeded moments, a disk that fills up
 * during an append, at a commit and at a checkpoint, a folder that may not be written. What was
 * acknowledged is there afterwards, whole; what was not is there whole or not at all. */
#include "support/effort.h"
#include "support/warehouse.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t next_random(uint64_t *seed) /* splitmix64 */
{
    uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* --- killed ----------------------------------------------------------------------------------- */

enum { ROWS_OF_A_LOAD = 2500 };

static const ptl_column_spec spend_columns[] = {
    {"day", PTL_TYPE_DAY},         {"geo", PTL_TYPE_TEXT},      {"channel", PTL_TYPE_TEXT},
    {"campaign", PTL_TYPE_TEXT},   {"creative", PTL_TYPE_TEXT}, {"cost_micros", PTL_TYPE_INT},
    {"currency", PTL_TYPE_TEXT},   {"load_id", PTL_TYPE_INT},   {"source_row", PTL_TYPE_INT},
    {"known_at", PTL_TYPE_INSTANT}};

static ptl_status put_rows(ptl_table_builder *builder, int64_t load_id, ptl_error *err)
{
    ptl_table_builder_clear(builder);
    for (int64_t i = 0; i < ROWS_OF_A_LOAD; i++) {
        char campaign[48];
        snprintf(campaign, sizeof campaign, "campaign %" PRId64 " of load %" PRId64, i, load_id);
        ptl_table_builder_int(builder, 20000 + i % 365);
        ptl_table_builder_text(builder, PTL_TEXT(""));
        ptl_table_builder_text(builder, PTL_TEXT("search"));
        ptl_table_builder_text(builder, ptl_text_of(campaign));
        ptl_table_builder_text(builder, PTL_TEXT(""));
        ptl_table_builder_int(builder, load_id * 1000 + 7);
        ptl_table_builder_text(builder, PTL_TEXT("EUR"));
        ptl_table_builder_int(builder, load_id);
        ptl_table_builder_int(builder, i + 1);
        ptl_table_builder_int(builder, 0);
        PTL_TRY(ptl_table_builder_row_end(builder, err));
    }
    return PTL_OK;
}

static ptl_status put_load_row(ptl_scope *scope, int64_t load_id, ptl_error *err)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO load VALUES (%" PRId64 ", 's', 'spend', 'f', 'h', 'm', %d, %d, 0, 0, "
             "TIMESTAMP '2026-01-01', NULL, %" PRId64 ", NULL, NULL)",
             load_id, ROWS_OF_A_LOAD, ROWS_OF_A_LOAD, load_id);
    return ptl_duck_exec(scope, sql, err);
}

static ptl_status put_load(ptl_warehouse *warehouse, ptl_table_builder *builder, int64_t load_id,
                           ptl_error *err)
{
    ptl_scope scope;
    PTL_TRY(put_rows(builder, load_id, err));
    const ptl_table rows = ptl_table_builder_borrow(builder);
    PTL_TRY(ptl_scope_begin(&scope, warehouse, err));
    ptl_status st = ptl_scope_append(&scope, "spend", &rows, err);
    if (st == PTL_OK) st = put_load_row(&scope, load_id, err);
    if (st != PTL_OK) {
        ptl_scope_rollback(&scope);
        return st;
    }
    return ptl_scope_commit(&scope, err);
}

/* Loads until it is killed; each acknowledged load_id goes into the pipe. */
static void load_for_ever(const char *path, int acknowledged)
{
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    ptl_table_builder *builder;
    int64_t version;
    const ptl_warehouse_options options = small_engine(2);
    if (ptl_warehouse_open(&warehouse, path, &options, &err) != PTL_OK ||
        ptl_warehouse_version(&version, warehouse, &err) != PTL_OK ||
        ptl_table_builder_new(&builder, spend_columns, 10, 16 << 20, &err) != PTL_OK)
        _exit(3);
    const int64_t ready = 0;
    if (write(acknowledged, &ready, sizeof ready) != sizeof ready) _exit(5);
    for (int64_t load_id = version + 1;; load_id++) {
        if (put_load(warehouse, builder, load_id, &err) != PTL_OK) _exit(4);
        if (write(acknowledged, &load_id, sizeof load_id) != sizeof load_id) _exit(5);
    }
}

/* Killed some microseconds after it has said n_heard things: the first is that it is open, so with
 * none it dies while it opens. */
static int64_t run_and_kill(const char *path, int n_heard, int64_t delay_us)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) load_for_ever(path, ends[1]);
    close(ends[1]);
    int64_t highest = 0, load_id = 0;
    for (int i = 0; i < n_heard; i++, highest = load_id)
        if (read(ends[0], &load_id, sizeof load_id) != sizeof load_id)
            fail_msg("the child is mute");
    usleep((useconds_t)delay_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status)) fail_msg("the child ended by itself: %d", WEXITSTATUS(status));
    while (read(ends[0], &load_id, sizeof load_id) == sizeof load_id) highest = load_id;
    close(ends[0]);
    return highest;
}

/* Every load row has all its rows, every row has its load row, none is missing below the highest.
 */
static int64_t check_whole(const char *path, int64_t acknowledged)
{
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    int64_t version;
    const ptl_warehouse_options options = small_engine(1);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    EXPECT_OK(ptl_warehouse_version(&version, warehouse, &err));
    if (version < acknowledged)
        fail_msg("load %" PRId64 " was acknowledged, the highest there is %" PRId64, acknowledged,
                 version);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM load"), version);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM spend"), version * ROWS_OF_A_LOAD);
    EXPECT_INT(warehouse_number(
                   warehouse, "SELECT count(*) FROM (SELECT load_id, count(*) AS n, "
                              "sum(source_row) AS s, min(cost_micros) AS c FROM spend GROUP BY "
                              "load_id) WHERE n = 2500 AND s = 3126250 AND c = load_id * 1000 + 7"),
               version);
    ptl_warehouse_close(warehouse);
    return version;
}

static void killed_at_random_moments(void **state)
{
    (void)state;
    char path[512];
    uint64_t seed = 30;
    int64_t highest = 0, n_between = 0;
    warehouse_path(path);
    const int n_kills = effort(10, 30, 30);
    for (int i = 0; i < n_kills; i++) {
        const int64_t delay_us = (int64_t)(next_random(&seed) % 90000);
        const int64_t acknowledged = run_and_kill(path, i % 5, delay_us);
        const int64_t version = check_whole(path, acknowledged ? acknowledged : highest);
        n_between += acknowledged && version > acknowledged; /* killed between commit and answer */
        highest = version;
    }
    print_message("%d kills, %" PRId64 " loads whole, %" PRId64 " landed unacknowledged\n", n_kills,
                  highest, n_between);
    assert_true(highest >= n_kills); /* heard: every five 0 + 0 + 1 + 2 + 3 loads */
    warehouse_remove(path);
}

/* --- a small disk ----------------------------------------------------------------------------- */

typedef struct disk {
    char folder[256];
    char path[512];
} disk;

static bool disk_mount(disk *d, const char *options)
{
    snprintf(d->folder, sizeof d->folder, "/tmp/ptl-disk-XXXXXX");
    if (!mkdtemp(d->folder)) return false;
    if (geteuid() == 0 && mount("tmpfs", d->folder, "tmpfs", 0, options) == 0) {
        snprintf(d->path, sizeof d->path, "%s/warehouse.duckdb", d->folder);
        return true;
    }
    (void)rmdir(d->folder);
    print_message("skipped: a small disk needs root and the right to mount\n");
    return false;
}

static void disk_unmount(const disk *d)
{
    (void)umount2(d->folder, MNT_DETACH);
    (void)rmdir(d->folder);
}

static void disk_resize(const disk *d, const char *options)
{
    if (mount("tmpfs", d->folder, "tmpfs", MS_REMOUNT, options) != 0)
        fail_msg("remount: %s", strerror(errno));
}

static ptl_warehouse *open_on(const disk *d)
{
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    const ptl_warehouse_options options = small_engine(2);
    EXPECT_OK(ptl_warehouse_open(&warehouse, d->path, &options, &err));
    return warehouse;
}

static void expect_disk_words(ptl_status st, const ptl_error *err)
{
    print_message("%s: %s (%s)\n", ptl_status_name(st), err->message, err->hint);
    if (st != PTL_E_IO && st != PTL_E_UNAVAILABLE) fail_msg("%s", ptl_status_name(st));
    assert_true(err->hint[0] != '\0');
}

/* Bytes that no codec makes smaller. */
static const char *const noise_sql =
    "INSERT INTO meta SELECT 'noise', md5(range::VARCHAR) || md5((range + 7)::VARCHAR) || "
    "md5((range * 31)::VARCHAR) FROM range(400000)";

static void full_during_an_append(void **state)
{
    (void)state;
    disk d;
    if (!disk_mount(&d, "size=16m")) SKIP("a small disk needs root");
    ptl_error err = {0};
    ptl_warehouse *warehouse = open_on(&d);
    warehouse_exec(warehouse, "INSERT INTO meta VALUES ('kept', '1')");
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    ptl_status st = ptl_duck_exec(&scope, noise_sql, &err);
    if (st == PTL_OK)
        st = ptl_scope_commit(&scope, &err);
    else
        assert_int_equal(ptl_scope_commit(&scope, &err), st); /* the first failure again */
    expect_disk_words(st, &err);
    disk_resize(&d, "size=300m");
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name = 'kept'"), 1);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name = 'noise'"), 0);
    warehouse_exec(warehouse, noise_sql); /* with room it goes on without being reopened by hand */
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name = 'noise'"),
               400000);
    ptl_warehouse_close(warehouse);
    disk_unmount(&d);
}

/* Small loads until the disk is full: in a commit, or in the checkpoint after one. */
static void full_at_a_commit_or_checkpoint(void **state)
{
    (void)state;
    static const char *const sizes[] = {"size=9m", "size=21m", "size=26m"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        disk d;
        if (!disk_mount(&d, sizes[i])) SKIP("a small disk needs root");
        ptl_error err = {0};
        ptl_table_builder *builder;
        EXPECT_OK(ptl_table_builder_new(&builder, spend_columns, 10, 16 << 20, &err));
        ptl_warehouse *warehouse = open_on(&d);
        int64_t acknowledged = 0;
        ptl_status st = PTL_OK;
        while (st == PTL_OK && acknowledged < 3000) {
            st = put_load(warehouse, builder, acknowledged + 1, &err);
            if (st == PTL_OK) acknowledged++;
        }
        print_message("%s: %" PRId64 " loads, then ", sizes[i], acknowledged);
        expect_disk_words(st, &err);
        disk_resize(&d, "size=200m");
        const int64_t there = warehouse_number(warehouse, "SELECT count(*) FROM load");
        assert_true(there >= acknowledged);
        EXPECT_OK(put_load(warehouse, builder, there + 1, &err));
        ptl_warehouse_close(warehouse);
        EXPECT_INT(check_whole(d.path, acknowledged), there + 1);
        ptl_table_builder_free(builder);
        disk_unmount(&d);
    }
}

/* The disk stays full: the next call says so again, and nothing acknowledged is lost. */
static void stays_full(void **state)
{
    (void)state;
    disk d;
    if (!disk_mount(&d, "size=9m")) SKIP("a small disk needs root");
    ptl_error err = {0};
    ptl_table_builder *builder;
    EXPECT_OK(ptl_table_builder_new(&builder, spend_columns, 10, 16 << 20, &err));
    ptl_warehouse *warehouse = open_on(&d);
    int64_t acknowledged = 0;
    int n_refused = 0;
    for (int i = 0; i < 3000 && n_refused < 5; i++) {
        const ptl_status st = put_load(warehouse, builder, acknowledged + 1, &err);
        if (st == PTL_OK)
            acknowledged++;
        else
            n_refused++;
    }
    EXPECT_INT(n_refused, 5);
    expect_disk_words(err.status, &err);
    ptl_warehouse_close(warehouse);
    disk_resize(&d, "size=200m");
    (void)check_whole(d.path, acknowledged);
    ptl_table_builder_free(builder);
    disk_unmount(&d);
}

static void a_folder_that_may_not_be_written(void **state)
{
    (void)state;
    disk d;
    if (!disk_mount(&d, "size=60m")) SKIP("a small disk needs root");
    ptl_error err = {0};
    ptl_warehouse_close(open_on(&d));
    if (mount("tmpfs", d.folder, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=60m") != 0)
        fail_msg("remount: %s", strerror(errno));
    ptl_warehouse *warehouse = NULL;
    const ptl_warehouse_options options = small_engine(1);
    EXPECT_FAIL(ptl_warehouse_open(&warehouse, d.path, &options, &err), PTL_E_IO,
                "cannot be written: Read-only file system");
    assert_non_null(strstr(err.hint, d.folder));
    assert_null(warehouse);
    disk_unmount(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_random_moments),         cmocka_unit_test(full_during_an_append),
        cmocka_unit_test(full_at_a_commit_or_checkpoint),   cmocka_unit_test(stays_full),
        cmocka_unit_test(a_folder_that_may_not_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
