/* Ctrl-C and company: a signal ends the command softly, is recorded, and leaves nothing half-done;
 * a second process is told who holds the workspace. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/lock.h"
#include "support/expect.h"
#include "support/scratch.h"

enum { PATIENCE_MS = 60000, ROWS = 2000000 };

typedef struct fixture {
    scratch s;
    char shop[128];
    char problems[128];
} fixture;

static int set_up(void **state)
{
    static fixture f;
    char command[512];
    scratch_make(&f.s);
    snprintf(f.shop, sizeof f.shop, "%s/shop", f.s.dir);
    snprintf(f.problems, sizeof f.problems, "%s/problems", f.s.dir);
    snprintf(command, sizeof command, "portolan init '%s' --zone UTC > /dev/null", f.shop);
    *state = &f;
    return system(command);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    scratch_remove(&f->s);
    return 0;
}

/* Start the program in the workspace; its problems go to a file. */
static pid_t start(const fixture *f, const char *const *argv)
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0) return pid;
    const int out = open("/dev/null", O_WRONLY);
    const int problems = open(f->problems, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (chdir(f->shop) != 0 || dup2(out, 1) < 0 || dup2(problems, 2) < 0) _exit(99);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(98);
}

static void rest_ms(long ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* Exit code, or 128 + the signal that killed it; -1 where patience ends. */
static int end_of(pid_t pid, int64_t patience_ms)
{
    const int64_t until = ptl_clock_monotonic_ms() + patience_ms;
    for (;;) {
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (ptl_clock_monotonic_ms() > until) break;
        rest_ms(5);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return -1;
}

static void expect_problem(const fixture *f, const char *words)
{
    ptl_error err;
    ptl_arena arena;
    ptl_text text;
    ptl_arena_init(&arena, 1 << 20, NULL);
    EXPECT_OK(ptl_file_read(&text, f->problems, 1 << 16, &arena, &err));
    if (!strstr(text.ptr, words)) fail_msg("\"%s\" is not said by: %s", words, text.ptr);
    ptl_arena_dispose(&arena);
}

/* One text from records, which another process may be writing. */
static bool ask(char out[64], const fixture *f, const char *sql)
{
    char path[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    snprintf(path, sizeof path, "%s/.portolan/records.sqlite", f->shop);
    bool found = false;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(s, 0);
        snprintf(out, 64, "%s", text ? (const char *)text : "");
        found = true;
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return found;
}

static void expect_answer(const fixture *f, const char *sql, const char *expected)
{
    char found[64] = "nothing";
    (void)ask(found, f, sql);
    EXPECT_STR(found, expected);
}

static void take(ptl_lock **lock, const fixture *f)
{
    ptl_error err;
    char dir[256];
    char path[300];
    snprintf(dir, sizeof dir, "%s/.portolan", f->shop);
    snprintf(path, sizeof path, "%s/lock", dir);
    EXPECT_OK(ptl_folder_make(dir, 0700, &err));
    EXPECT_OK(ptl_lock_take(lock, path, "testing patience", 0, &err));
}

static void a_second_process_is_told_who_and_since(void **state)
{
    const fixture *f = *state;
    ptl_lock *lock = NULL;
    char pid[32];
    take(&lock, f);
    const char *argv[] = {"portolan", "status", NULL};
    EXPECT_INT(end_of(start(f, argv), PATIENCE_MS), ptl_status_exit(PTL_E_BUSY));
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    expect_problem(f, pid);
    expect_problem(f, "testing patience");
    expect_problem(f, "since");
    expect_problem(f, "--wait");
    ptl_lock_release(lock);
}

static void waiting_gets_the_lock_when_it_is_free(void **state)
{
    const fixture *f = *state;
    ptl_lock *lock = NULL;
    take(&lock, f);
    const char *argv[] = {"portolan", "--wait", "60", "status", NULL};
    const pid_t pid = start(f, argv);
    rest_ms(400);
    EXPECT_INT(waitpid(pid, NULL, WNOHANG), 0); /* it waits */
    ptl_lock_release(lock);
    EXPECT_INT(end_of(pid, PATIENCE_MS), 0);
}

static void a_signal_ends_the_wait(void **state)
{
    const fixture *f = *state;
    static const int signals[] = {SIGINT, SIGTERM};
    ptl_lock *lock = NULL;
    take(&lock, f);
    for (int i = 0; i < 2; i++) {
        const char *argv[] = {"portolan", "--wait", "60", "status", NULL};
        const pid_t pid = start(f, argv);
        rest_ms(400);
        kill(pid, signals[i]);
        EXPECT_INT(end_of(pid, 5000), ptl_status_exit(PTL_E_CANCELLED));
        expect_problem(f, "was cancelled");
    }
    ptl_lock_release(lock);
}

/* --- in the middle of work -------------------------------------------------------------------- */

static void write_orders(const fixture *f)
{
    char path[256];
    snprintf(path, sizeof path, "%s/data/orders-large.csv", f->shop);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("order_line,order_no,ordered_at,customer,channel,product,quantity,gross,cost,currency\n",
          file);
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "L%d,N%d,2026-0%d-%02d 1%d:00:00,c%d,google ads,p%d,1,%d.%02d,%d.00,EUR\n", i,
                i / 3, 1 + i % 9, 1 + i % 28, i % 10, i % 70001, i % 53, 11 + i % 89, i % 100,
                3 + i % 7);
    assert_int_equal(fclose(file), 0);
}

/* Start an import and wait until its run is durable: from here on it is at work. */
static pid_t start_import(const fixture *f)
{
    char found[64] = "";
    const char *argv[] = {"portolan", "import", "orders", NULL};
    const pid_t pid = start(f, argv);
    const int64_t until = ptl_clock_monotonic_ms() + PATIENCE_MS;
    while (!ask(found, f,
                "SELECT 1 FROM run WHERE operation = 'source.import' AND "
                "state = 'started'"))
        if (ptl_clock_monotonic_ms() > until || waitpid(pid, NULL, WNOHANG) != 0)
            fail_msg("the import was over before it was seen at work");
        else
            rest_ms(2);
    return pid;
}

static void a_cancelled_import_is_recorded_and_gone(void **state)
{
    const fixture *f = *state;
    write_orders(f);
    const pid_t pid = start_import(f);
    rest_ms(300);
    kill(pid, SIGINT);
    EXPECT_INT(end_of(pid, PATIENCE_MS), ptl_status_exit(PTL_E_CANCELLED));
    expect_problem(f, "source.import was cancelled");
    expect_problem(f, "nothing half-done was left behind");
    expect_answer(f, "SELECT state FROM run ORDER BY run_id DESC", "cancelled");
    expect_answer(f, "SELECT state FROM job ORDER BY job_id DESC", "cancelled");
    expect_answer(f, "SELECT count(*) FROM run WHERE state = 'started'", "0");
    const char *verify[] = {"portolan", "ledger", "verify", NULL};
    EXPECT_INT(end_of(start(f, verify), PATIENCE_MS), 0);
}

static void a_killed_import_is_settled_at_the_next_start(void **state)
{
    const fixture *f = *state;
    write_orders(f);
    const pid_t pid = start_import(f);
    rest_ms(100);
    kill(pid, SIGKILL);
    EXPECT_INT(end_of(pid, PATIENCE_MS), 128 + SIGKILL);
    expect_answer(f, "SELECT state FROM run ORDER BY run_id DESC", "started");
    const char *status[] = {"portolan", "status", NULL};
    EXPECT_INT(end_of(start(f, status), PATIENCE_MS), 0);
    expect_answer(f, "SELECT state FROM run ORDER BY run_id DESC", "interrupted");
    expect_answer(f, "SELECT state FROM job ORDER BY job_id DESC", "interrupted");
}

static void a_second_signal_ends_at_once(void **state)
{
    const fixture *f = *state;
    write_orders(f);
    const pid_t pid = start_import(f);
    kill(pid, SIGSTOP); /* both signals are pending before either is heard */
    kill(pid, SIGINT);
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
    EXPECT_INT(end_of(pid, 5000), 130);
    expect_problem(f, "stopped at once");
    const char *verify[] = {"portolan", "ledger", "verify", NULL};
    EXPECT_INT(end_of(start(f, verify), PATIENCE_MS), 0);
    expect_answer(f, "SELECT count(*) FROM run WHERE state = 'started'", "0");
}

int main(void)
{
    char path[8192];
    snprintf(path, sizeof path, "%s:%s", PTL_BINARY_DIR, getenv("PATH"));
    setenv("PATH", path, 1);
    unsetenv("PORTOLAN_WORKSPACE");
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_second_process_is_told_who_and_since),
        CASE(waiting_gets_the_lock_when_it_is_free),
        CASE(a_signal_ends_the_wait),
        CASE(a_cancelled_import_is_recorded_and_gone),
        CASE(a_killed_import_is_settled_at_the_next_start),
        CASE(a_second_signal_ends_at_once),
    };
    return cmocka_run_group_tests_name("interrupt", tests, NULL, NULL);
}
