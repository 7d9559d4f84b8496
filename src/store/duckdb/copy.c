/* copy.c: the file itself: what it is before the engine sees it, and a copy of it while open.
 *
 * The engine may touch no file but its own, so a copy is not made by it. One thread uses the
 * warehouse and it is here; after a checkpoint the log is empty and the file holds everything, and
 * stays as it is until the next statement. So bytes are copied, synced and renamed into place. */
#include "store/duckdb/duckdb_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* DuckDB's main header: checksum (8 bytes), "DUCK", storage version (uint64, little-endian). */
enum { HEADER_BYTES = 20, MAGIC_AT = 8, VERSION_AT = 12 };
/* Storage versions that DuckDB 1.5 reads. */
enum { STORAGE_MIN = 64, STORAGE_MAX = 68 };

static ptl_status io_fail(ptl_error *err, const char *verb, const char *path)
{
    const int why = errno;
    (void)ptl_fail(err, PTL_E_IO, "cannot %s %s: %s", verb, path, strerror(why));
    if (why == ENOSPC || why == EDQUOT) ptl_error_hint(err, "the disk is full: free space");
    return PTL_E_IO;
}

static uint64_t storage_version(const unsigned char *header)
{
    uint64_t version = 0;
    for (int i = 7; i >= 0; i--) version = version << 8 | header[VERSION_AT + i];
    return version;
}

static ptl_status header_check(const unsigned char *header, size_t len, const char *path,
                               ptl_error *err)
{
    if (len >= 6 && memcmp(header, "SQLite", 6) == 0)
        return ptl_fail(err, PTL_E_VERSION, "%s is an SQLite file, not a DuckDB warehouse", path);
    if (len < HEADER_BYTES || memcmp(header + MAGIC_AT, "DUCK", 4) != 0) {
        (void)ptl_fail(err, PTL_E_CORRUPT, "%s is not a DuckDB file", path);
        ptl_error_hint(err, "move it away and restore a back-up, or import again");
        return PTL_E_CORRUPT;
    }
    const uint64_t version = storage_version(header);
    if (version >= STORAGE_MIN && version <= STORAGE_MAX) return PTL_OK;
    return ptl_fail(err, PTL_E_VERSION,
                    "%s has DuckDB storage version %llu, %s reads versions %d to %d", path,
                    (unsigned long long)version, ptl_warehouse_engine(), STORAGE_MIN, STORAGE_MAX);
}

ptl_status ptl_duck_file_check(const char *path, ptl_error *err)
{
    unsigned char header[HEADER_BYTES];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? PTL_OK : io_fail(err, "read", path);
    const ssize_t len = read(fd, header, sizeof header);
    ptl_status st = PTL_OK;
    if (len < 0)
        st = io_fail(err, "read", path);
    else if (len > 0) /* an empty file is what a crash in the first moment leaves */
        st = header_check(header, (size_t)len, path, err);
    (void)close(fd);
    return st;
}

/* --- copy ------------------------------------------------------------------------------------- */

static ptl_status write_all(int fd, const char *bytes, size_t len, const char *path, ptl_error *err)
{
    while (len) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_fail(err, "write", path);
        bytes += n;
        len -= (size_t)n;
    }
    return PTL_OK;
}

static ptl_status pump(int from, int to, const char *path, int64_t total, ptl_progress *progress,
                       ptl_error *err)
{
    char block[1 << 16];
    for (int64_t done = 0;;) {
        PTL_TRY(ptl_progress_check(progress, err));
        const ssize_t n = read(from, block, sizeof block);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_fail(err, "read for", path);
        if (n == 0) break;
        PTL_TRY(write_all(to, block, (size_t)n, path, err));
        done += n;
        ptl_progress_step(progress, "copying the warehouse", done, total);
    }
    return fsync(to) == 0 ? PTL_OK : io_fail(err, "sync", path);
}

static ptl_status folder_sync(const char *path, ptl_error *err)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash && slash > path ? (int)(slash - path) : 1,
                   slash ? path : ".");
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return io_fail(err, "open", folder);
    const int rc = fsync(fd);
    (void)close(fd);
    return rc == 0 ? PTL_OK : io_fail(err, "sync", folder);
}

ptl_status ptl_duck_file_rename(const char *from, const char *to, ptl_error *err)
{
    if (rename(from, to) != 0) return io_fail(err, "name", to);
    return folder_sync(to, err);
}

static ptl_status copy_into(int from, const char *partial, const char *path, ptl_progress *progress,
                            ptl_error *err)
{
    struct stat st;
    if (fstat(from, &st) != 0) return io_fail(err, "read for", path);
    const int to = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0) return io_fail(err, "make", partial);
    ptl_status status = pump(from, to, partial, st.st_size, progress, err);
    if (close(to) != 0 && status == PTL_OK) status = io_fail(err, "write", partial);
    if (status == PTL_OK) status = ptl_duck_file_rename(partial, path, err);
    if (status != PTL_OK) (void)unlink(partial);
    return status;
}

static ptl_status log_empty(const ptl_warehouse *warehouse, ptl_error *err)
{
    char path[4096];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s.wal", warehouse->path);
    if (stat(path, &st) != 0 || st.st_size == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_CONFLICT, "%s still holds %lld bytes after a checkpoint", path,
                    (long long)st.st_size);
}

static ptl_status copy_whole(ptl_warehouse *warehouse, const char *path, ptl_progress *progress,
                             ptl_error *e)
{
    PTL_TRY(ptl_duck_failed(
        warehouse, ptl_duck_run(warehouse, "CHECKPOINT", "checkpoint before a copy", e), e));
    PTL_TRY(log_empty(warehouse, e));
    char partial[4096];
    const int len = snprintf(partial, sizeof partial, "%s.partial", path);
    if (len < 0 || (size_t)len >= sizeof partial)
        return ptl_fail(e, PTL_E_LIMIT, "the path %s is too long", path);
    const int from = open(warehouse->path, O_RDONLY | O_CLOEXEC);
    if (from < 0) return io_fail(e, "read", warehouse->path);
    const ptl_status st = copy_into(from, partial, path, progress, e);
    (void)close(from);
    return st;
}

/* While it is read the file stays as it is: commits of others go to the log alone. */
static void keep_log(ptl_warehouse *warehouse, bool keeps)
{
    pthread_mutex_lock(&warehouse->engine->mutex);
    warehouse->engine->keeps_log = keeps;
    pthread_mutex_unlock(&warehouse->engine->mutex);
}

ptl_status ptl_warehouse_copy(ptl_warehouse *warehouse, const char *path, ptl_progress *progress,
                              ptl_error *err)
{
    ptl_error local;
    ptl_error *e = err ? err : &local;
    if (warehouse->scope || warehouse->reading)
        return ptl_fail(e, PTL_E_CONFLICT, "a copy while a scope or a stream is open");
    PTL_TRY(ptl_duck_ready(warehouse, e));
    keep_log(warehouse, true);
    const ptl_status st = copy_whole(warehouse, path, progress, e);
    keep_log(warehouse, false);
    return st;
}
