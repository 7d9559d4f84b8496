/* durable.c: sync, rename, copy (durable.h). */
#include "store/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COPY_CHUNK = 64 * 1024, PATH_BYTES = 4096 };

ptl_status ptl_io_fail(ptl_error *err, int system_errno, const char *doing, const char *path)
{
    const bool denied = system_errno == EACCES || system_errno == EPERM || system_errno == EROFS;
    const ptl_status status = system_errno == ENOENT ? PTL_E_NOT_FOUND
                              : denied               ? PTL_E_DENIED
                                                     : PTL_E_IO;
    ptl_fail(err, status, "cannot %s \"%s\": %s", doing, path, strerror(system_errno));
    if (system_errno == ENOSPC || system_errno == EDQUOT)
        ptl_error_hint(err, "free space on that file system and run the command again");
    else if (denied)
        ptl_error_hint(err, "make the folder writable for this user");
    return status;
}

static ptl_status sync_path(const char *path, int flags, ptl_error *err)
{
    const int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) return ptl_io_fail(err, errno, "open", path);
    const int rc = fsync(fd);
    const int saved = errno;
    close(fd);
    return rc == 0 ? PTL_OK : ptl_io_fail(err, saved, "sync", path);
}

ptl_status ptl_durable_folder(const char *path_in_it, ptl_error *err)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path_in_it, '/');
    const size_t len = slash ? (size_t)(slash - path_in_it) : 0;
    if (len >= sizeof folder)
        return ptl_fail(err, PTL_E_LIMIT, "path of %zu bytes is too long", len);
    memcpy(folder, path_in_it, len);
    folder[len] = '\0';
    const char *name = slash ? (len > 0 ? folder : "/") : ".";
    return sync_path(name, O_RDONLY | O_DIRECTORY, err);
}

ptl_status ptl_durable_file(const char *path, ptl_error *err)
{
    return sync_path(path, O_RDONLY, err);
}

ptl_status ptl_durable_rename(const char *from, const char *to, ptl_error *err)
{
    if (rename(from, to) != 0) return ptl_io_fail(err, errno, "make", to);
    return ptl_durable_folder(to, err);
}

static ptl_status write_all(int fd, const char *bytes, size_t len, const char *path, ptl_error *err)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ptl_io_fail(err, errno, "write", path);
        bytes += n;
        len -= (size_t)n;
    }
    return PTL_OK;
}

static ptl_status copy_bytes(ptl_hash *hash, int64_t *n_bytes, int in, int out, const char *from,
                             const char *to, ptl_progress *progress, ptl_error *err)
{
    char chunk[COPY_CHUNK];
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    *n_bytes = 0;
    for (;;) {
        PTL_TRY(ptl_progress_check(progress, err));
        const ssize_t n = read(in, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ptl_io_fail(err, errno, "read", from);
        if (n == 0) break;
        ptl_hasher_add(&hasher, chunk, (size_t)n);
        PTL_TRY(write_all(out, chunk, (size_t)n, to, err));
        *n_bytes += n;
    }
    *hash = ptl_hasher_finish(&hasher);
    return fsync(out) == 0 ? PTL_OK : ptl_io_fail(err, errno, "sync", to);
}

ptl_status ptl_durable_copy(ptl_hash *hash, int64_t *n_bytes, const char *from, const char *to,
                            ptl_progress *progress, ptl_error *err)
{
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) return ptl_io_fail(err, errno, "open", from);
    const int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0) {
        const int saved = errno;
        close(in);
        return ptl_io_fail(err, saved, "make", to);
    }
    ptl_status st = copy_bytes(hash, n_bytes, in, out, from, to, progress, err);
    if (close(out) != 0 && st == PTL_OK) st = ptl_io_fail(err, errno, "write", to);
    close(in);
    if (st != PTL_OK) unlink(to);
    return st;
}
