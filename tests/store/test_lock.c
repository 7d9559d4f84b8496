/* test_lock.c: one process owns a workspace (lock.c, invariants 1-3). Other processes are real
 * ones: forked, and killed. */
#include "support/expect.h"
#include "support/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "store/lock.h"

static ptl_error err;
static scratch dir;

static int setup(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_error_clear(&err);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(&dir);
    return 0;
}

/* A child that takes the lock, says so with one byte, holds it for hold_ms, gives it back. */
static pid_t holder(const char *path, const char *doing, int64_t hold_ms)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        ptl_lock *lock;
        ptl_error child;
        const bool ok = ptl_lock_take(&lock, path, doing, 0, &child) == PTL_OK;
        if (write(ready[1], ok ? "y" : "n", 1) != 1) _exit(2);
        const struct timespec span = {.tv_sec = hold_ms / 1000,
                                      .tv_nsec = (long)(hold_ms % 1000) * 1000000};
        nanosleep(&span, NULL);
        if (ok) ptl_lock_release(lock);
        _exit(ok ? 0 : 1);
    }
    char answer = 0;
    assert_int_equal(read(ready[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void test_take_and_release(void **state)
{
    (void)state;
    const char *path = scratch_path(&dir, "lock");
    ptl_lock *lock, *second;
    EXPECT_OK(ptl_lock_take(&lock, path, "portolan import", 0, &err));
    /* the same process is no exception: the lock belongs to the open file */
    EXPECT_FAIL(ptl_lock_take(&second, path, "portolan review", 0, &err), PTL_E_BUSY, "in use");
    ptl_lock_release(lock);
    EXPECT_OK(ptl_lock_take(&second, path, "portolan review", 0, &err));
    ptl_lock_release(second);
    ptl_lock_release(NULL);
}

static void test_held_by_another(void **state)
{
    (void)state;
    const char *path = scratch_path(&dir, "lock");
    const pid_t pid = holder(path, "portolan import\nforged: line", 60000);
    ptl_lock *lock;
    char who[32];
    snprintf(who, sizeof who, "process %d since ", (int)pid);
    EXPECT_FAIL(ptl_lock_take(&lock, path, "x", 0, &err), PTL_E_BUSY, who);
    assert_non_null(strstr(err.message, ": portolan import forged: line"));
    assert_non_null(strstr(err.hint, "--wait"));
    assert_non_null(strstr(err.detail, path));
    kill(pid, SIGKILL); /* the kernel gives it back */
    waitpid(pid, NULL, 0);
    EXPECT_OK(ptl_lock_take(&lock, path, "x", 0, &err));
    ptl_lock_release(lock);
}

/* A child that ends `pid` in a moment. */
static pid_t killer(pid_t pid, int64_t in_ms)
{
    const pid_t own = fork();
    if (own == 0) {
        const struct timespec span = {.tv_nsec = (long)in_ms * 1000000};
        nanosleep(&span, NULL);
        kill(pid, SIGKILL);
        _exit(0);
    }
    return own;
}

static void test_wait(void **state)
{
    (void)state;
    const char *path = scratch_path(&dir, "lock");
    ptl_lock *lock;
    const pid_t pid = holder(path, "portolan import", 60000);
    int64_t start = ptl_clock_monotonic_ms();
    EXPECT_FAIL(ptl_lock_take(&lock, path, "x", 80, &err), PTL_E_BUSY, "portolan import");
    EXPECT_LE(80, (double)(ptl_clock_monotonic_ms() - start));
    start = ptl_clock_monotonic_ms();
    const pid_t other = killer(pid, 150);
    EXPECT_OK(ptl_lock_take(&lock, path, "x", 50000, &err));
    /* as soon as it is free, not at the end of the wait */
    EXPECT_LE((double)(ptl_clock_monotonic_ms() - start), 25000);
    ptl_lock_release(lock);
    waitpid(pid, NULL, 0);
    waitpid(other, NULL, 0);
}

static void test_no_folder(void **state)
{
    (void)state;
    ptl_lock *lock;
    EXPECT_FAIL(ptl_lock_take(&lock, scratch_path(&dir, "none/lock"), "x", 0, &err),
                PTL_E_NOT_FOUND, "folder does not exist");
    assert_non_null(strstr(err.hint, "portolan init"));
}

/* Root may write anywhere, so a child gives up its rights first. */
static void test_read_only_folder(void **state)
{
    (void)state;
    const char *path = scratch_path(&dir, "lock");
    assert_int_equal(chmod(dir.dir, 0555), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534) != 0) _exit(77);
        ptl_lock *lock;
        ptl_error child;
        const ptl_status st = ptl_lock_take(&lock, path, "x", 0, &child);
        _exit(st == PTL_E_DENIED && strstr(child.message, "not writable") &&
                      strstr(child.message, path) && strstr(child.hint, "writable")
                  ? 0
                  : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    chmod(dir.dir, 0755);
    assert_true(WIFEXITED(status));
    EXPECT_INT(WEXITSTATUS(status), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_take_and_release), TEST(test_held_by_another),  TEST(test_wait),
        TEST(test_no_folder),        TEST(test_read_only_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
