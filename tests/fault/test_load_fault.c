/* A load that is killed is there completely or not at all.
 *
 * The test starts itself as a child that loads a file, kills it after a seeded delay, thirty times
 * (ten under a sanitizer), and opens the stores again. Delays are spread over the time that a whole
 * load was seen to take, so that opening, reading, writing, sealing and committing are all met. */
#include "support/effort.h"
#include "support/loading.h"

#include "portolan/random.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { N_ROWS = 30000, N_DUPLICATES = 10 };

static const char *const mapping =
    "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at,"
    " customer AS identifier, ptl_money(amount) AS gross_micros FROM source";

/* The stores of the folder `dir`, made by loading_open in another process. */
static void attach(loading *f, const char *dir)
{
    ptl_error err = {0};
    memset(f, 0, sizeof *f);
    (void)snprintf(f->dir, sizeof f->dir, "%s", dir);
    (void)snprintf(f->data, sizeof f->data, "%s/data", dir);
    EXPECT_OK(ptl_zone_open(&f->zone, "Europe/Berlin", &err));
    loading_open_stores(f);
}

static void detach(loading *f)
{
    loading_close_stores(f);
    ptl_zone_close(f->zone);
}

static int child(const char *dir)
{
    loading f;
    ptl_error err = {0};
    attach(&f, dir);
    const ptl_load_spec spec = loading_spec(&f, "orders.csv", mapping);
    ptl_load_report report;
    const ptl_status st = ptl_load_run(&report, f.warehouse, f.seal, &spec, NULL, &err);
    detach(&f);
    return ptl_status_exit(st);
}

static pid_t start_child(const char *dir)
{
    const pid_t pid = fork();
    if (pid < 0) fail_msg("fork");
    if (pid == 0) {
        execl("/proc/self/exe", "test_load_fault", "child", dir, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Exit status, or -1 where a signal ended it. */
static int wait_child(pid_t pid)
{
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) fail_msg("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void write_orders(const loading *f)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/orders.csv", f->data);
    FILE *file = fopen(path, "w");
    if (!file) fail_msg("cannot write %s", path);
    (void)fprintf(file, "id,bought,customer,amount\n");
    for (int64_t i = 0; i < N_ROWS; i++)
        (void)fprintf(file, "%lld,2024-%02lld-01 00:00:00,c%lld,%lld.25\n",
                      (long long)(i < N_DUPLICATES ? N_ROWS - 1 : i), (long long)(i % 12 + 1),
                      (long long)(i % 997), (long long)(i % 13));
    (void)fclose(file);
}

/* What must be equal however often a load was killed before. */
static void totals(loading *f, char *out, size_t size)
{
    loading_ask_text(f, out, size,
                     "SELECT (SELECT count(*) || ' ' || sum(gross_micros)::BIGINT || ' ' ||"
                     " count(DISTINCT identifier_id) FROM txn_known) || ' ' ||"
                     " (SELECT count(*) FROM quarantine) || ' ' ||"
                     " (SELECT count(*) || ' ' || max(identifier_id) FROM identifier) || ' ' ||"
                     " (SELECT md5(string_agg(txn_id || ' ' || identifier_id || ' ' || source_row,"
                     " ';' ORDER BY source_row)) FROM txn_known)");
}

static void check_store(const char *dir, const char *expected, int64_t *n_complete)
{
    loading f;
    attach(&f, dir);
    const int64_t n_loads = loading_ask(&f, "SELECT count(*) FROM load");
    const int64_t n_facts = loading_ask(&f, "SELECT count(*) FROM txn");
    if (n_loads == 0) {
        EXPECT_INT(n_facts, 0);
        EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM quarantine"), 0);
        EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM identifier"), 0);
        const ptl_load_spec spec = loading_spec(&f, "orders.csv", mapping);
        EXPECT_INT(loading_run(&f, &spec).rows_read, N_ROWS);
    } else {
        EXPECT_INT(n_loads, 1);
        ++*n_complete;
    }
    char found[512];
    totals(&f, found, sizeof found);
    EXPECT_STR(found, expected);
    /* every sealed value opens: keys were durable before the facts */
    ptl_error err = {0};
    ptl_scope scope;
    ptl_table table;
    ptl_buffer text;
    ptl_buffer_init(&text, 4096, NULL);
    EXPECT_OK(ptl_scope_begin(&scope, f.warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(&table, &scope,
                                  "SELECT identifier_id, sealed FROM identifier"
                                  " ORDER BY identifier_id",
                                  NULL, 0, 0, "test", &err));
    for (int64_t row = 0; row < table.n_rows; row++) {
        ptl_buffer_clear(&text);
        EXPECT_OK(ptl_seal_open_value(&text, f.seal, ptl_column_int(&table.columns[0], row),
                                      ptl_column_text(&table.columns[1], row), &err));
    }
    ptl_table_dispose(&table);
    ptl_scope_rollback(&scope);
    ptl_buffer_dispose(&text);
    detach(&f);
}

static int64_t now_us(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* A fresh store with its schema, so that the child's time is the load's. */
static void fresh(loading *f)
{
    loading_open(f, "Europe/Berlin");
    write_orders(f);
    detach(f);
}

static void clean(const loading *f)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    if (system(command) != 0) fail_msg("cannot remove %s", f->dir);
}

static void test_kill(void **state)
{
    (void)state;
    loading f;
    fresh(&f);
    const int64_t began = now_us();
    EXPECT_INT(wait_child(start_child(f.dir)), 0);
    const int64_t whole_us = now_us() - began;
    char expected[512];
    loading g;
    attach(&g, f.dir);
    totals(&g, expected, sizeof expected);
    detach(&g);
    clean(&f);
    ptl_rng rng = ptl_rng_new(20240517);
    int64_t n_complete = 0, n_killed = 0;
    const int n_kills = effort(10, 30, 30);
    for (int i = 0; i < n_kills; i++) {
        fresh(&f);
        const pid_t pid = start_child(f.dir);
        (void)usleep((useconds_t)ptl_rng_below(&rng, (uint64_t)whole_us * 11 / 10));
        (void)kill(pid, SIGKILL);
        if (wait_child(pid) == -1) n_killed++;
        check_store(f.dir, expected, &n_complete);
        clean(&f);
    }
    printf("%lld of %d were killed while running, %lld loads were complete\n", (long long)n_killed,
           n_kills, (long long)n_complete);
    if (n_killed == 0) fail_msg("no child was killed: the delays are too long");
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "child") == 0) return child(argv[2]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
