/* lock.c: one process owns a workspace.
 *
 * Invariants.
 *  1. Who holds the lock is the kernel's knowledge alone (F_OFD_SETLK on the open file): it ends
 *     with the last descriptor, however the process ends. The file's content is for people and
 *     never decides.
 *  2. The content is written after the lock is taken and emptied before it is given back, so a
 *     finder reads either the holder's words or, for a moment, nothing. After a kill the words of
 *     the dead stay in the file, unlocked, until the next holder overwrites them.
 *  3. The descriptor is closed on exec. A forked child shares the lock; it must not outlive its
 *     parent. */
#include "store/lock.h"

#include "base/clock.h"
#include "store/limits.h"
#include "store/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct ptl_lock {
    int fd;
};

enum { CONTENT_MAX = 512, READS_MAX = 4 };

static ptl_status cannot_open(const char *path, int system_errno, ptl_error *err)
{
    if (system_errno == ENOENT) {
        ptl_fail(err, PTL_E_NOT_FOUND, "cannot lock \"%s\": its folder does not exist", path);
        ptl_error_hint(err, "name the workspace with --workspace, or make one: portolan init");
        return PTL_E_NOT_FOUND;
    }
    if (system_errno == EACCES || system_errno == EROFS || system_errno == EPERM) {
        ptl_fail(err, PTL_E_DENIED, "cannot lock \"%s\": %s", path,
                 system_errno == EROFS ? "the file system is read-only"
                                       : "its folder or the file is not writable for this user");
        ptl_error_hint(err, "make the workspace writable: even reading it keeps records");
        return PTL_E_DENIED;
    }
    return ptl_fail(err, PTL_E_IO, "cannot lock \"%s\": %s", path, strerror(system_errno));
}

/* Whether the lock was taken now. */
static ptl_status try_lock(bool *taken, int fd, const char *path, ptl_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *taken = fcntl(fd, F_OFD_SETLK, &whole) == 0;
    if (*taken || errno == EAGAIN || errno == EACCES) return PTL_OK;
    return ptl_fail(err, PTL_E_IO, "cannot lock \"%s\": %s", path, strerror(errno));
}

static void sleep_ms(int64_t ms)
{
    const struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&span, NULL);
}

static ptl_status wait_lock(bool *taken, int fd, const char *path, int64_t wait_ms, ptl_error *err)
{
    const int64_t until = ptl_clock_monotonic_ms() + wait_ms;
    for (;;) {
        PTL_TRY(try_lock(taken, fd, path, err));
        const int64_t left = until - ptl_clock_monotonic_ms();
        if (*taken || left <= 0) return PTL_OK;
        sleep_ms(left < PTL_LOCK_POLL_MS ? left : PTL_LOCK_POLL_MS);
    }
}

/* The holder may be between taking the lock and writing its words: look a few times. */
static void read_holder(char out[CONTENT_MAX], int fd)
{
    for (int i = 0; i < READS_MAX; i++) {
        const ssize_t n = pread(fd, out, CONTENT_MAX - 1, 0);
        out[n > 0 ? n : 0] = '\0';
        if (n > 0 && out[n - 1] == '\n') {
            out[n - 1] = '\0';
            return;
        }
        sleep_ms(5);
    }
    snprintf(out, CONTENT_MAX, "another process");
}

static ptl_status held(int fd, const char *path, int64_t wait_ms, ptl_error *err)
{
    char holder[CONTENT_MAX];
    read_holder(holder, fd);
    ptl_fail(err, PTL_E_BUSY, "the workspace is in use by %s", holder);
    ptl_error_detail(err, "lock \"%s\", waited %lld ms", path, (long long)wait_ms);
    ptl_error_hint(err, "wait for it with --wait SECONDS, or end that process");
    return PTL_E_BUSY;
}

/* One line: `process 4711 since 2026-11-16T06:12:00Z: portolan import`. */
static ptl_status write_holder(int fd, const char *path, const char *doing, ptl_error *err)
{
    char since[40], line[CONTENT_MAX];
    ptl_instant_format(since, ptl_clock_now());
    const int len = snprintf(line, sizeof line, "process %ld since %s: %.*s\n", (long)getpid(),
                             since, PTL_LOCK_DOING_MAX, doing ? doing : "portolan");
    for (int i = 0; i + 1 < len; i++)
        if ((unsigned char)line[i] < ' ') line[i] = ' ';
    if (ftruncate(fd, 0) == 0 && pwrite(fd, line, (size_t)len, 0) == len) return PTL_OK;
    const int saved = errno;
    ptl_fail(err, PTL_E_IO, "cannot write \"%s\": %s", path, strerror(saved));
    if (saved == ENOSPC) ptl_error_hint(err, "free space on that file system");
    return PTL_E_IO;
}

static ptl_status take(int fd, const char *path, const char *doing, int64_t wait_ms, ptl_error *err)
{
    bool taken;
    PTL_TRY(wait_lock(&taken, fd, path, wait_ms, err));
    return taken ? write_holder(fd, path, doing, err) : held(fd, path, wait_ms, err);
}

ptl_status ptl_lock_take(ptl_lock **out, const char *path, const char *doing, int64_t wait_ms,
                         ptl_error *err)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return cannot_open(path, errno, err);
    ptl_status st = take(fd, path, doing, wait_ms, err);
    ptl_lock *lock = st == PTL_OK ? ptl_object_new(sizeof *lock, "lock", err) : NULL;
    if (st == PTL_OK && !lock) st = PTL_E_NO_MEMORY;
    if (st != PTL_OK) {
        close(fd);
        return st;
    }
    lock->fd = fd;
    *out = lock;
    return PTL_OK;
}

void ptl_lock_release(ptl_lock *lock)
{
    if (!lock) return;
    if (ftruncate(lock->fd, 0) != 0) { /* words for people only: the lock goes all the same */
    }
    close(lock->fd);
    ptl_object_free(lock, sizeof *lock);
}
