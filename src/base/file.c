/* file.c: files read whole and written whole (invariant in file.h).
 *
 * A write makes `path.XXXXXX.tmp` in the same folder, so that rename stays within one file system.
 * The folder is synced after the rename: until then a crash may bring the old name's entry back,
 * which is still one of the two promised contents. */
#include "base/file.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* errno as a status: what is missing or forbidden is told from what broke. */
static ptl_status fail_errno(ptl_error *err, const char *what, const char *path, int code)
{
    ptl_status status = PTL_E_IO;
    if (code == ENOENT || code == ENOTDIR) status = PTL_E_NOT_FOUND;
    if (code == EACCES || code == EPERM || code == EROFS) status = PTL_E_DENIED;
    ptl_fail(err, status, "cannot %s %.300s: %s", what, path, strerror(code));
    if (code == ENOSPC || code == EDQUOT) ptl_error_hint(err, "make room on the disk and repeat");
    if (code == EROFS) ptl_error_hint(err, "the file system is mounted read-only");
    return status;
}

static ptl_status open_read(int *fd, const char *path, ptl_error *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? PTL_OK : fail_errno(err, "open", path, errno);
}

static ssize_t read_retry(int fd, void *into, size_t len)
{
    ssize_t n;
    do n = read(fd, into, len);
    while (n < 0 && errno == EINTR);
    return n;
}

static ptl_status read_all(ptl_text *out, int fd, const char *path, size_t bytes_max,
                           ptl_arena *arena, ptl_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) return fail_errno(err, "read", path, errno);
    if (S_ISDIR(info.st_mode)) return fail_errno(err, "read", path, EISDIR);
    const size_t size = info.st_size > 0 ? (size_t)info.st_size : 0;
    if (size > bytes_max)
        return ptl_fail(err, PTL_E_LIMIT, "%.300s has %zu bytes, more than the %zu allowed", path,
                        size, bytes_max);
    char *bytes = ptl_arena_alloc(arena, size + 1, err);
    if (!bytes) return ptl_error_prefix(err, err ? err->status : PTL_E_NO_MEMORY, "%.300s", path);
    size_t len = 0;
    while (len < size) { /* a file that shrank meanwhile ends early */
        const ssize_t n = read_retry(fd, bytes + len, size - len);
        if (n < 0) return fail_errno(err, "read", path, errno);
        if (n == 0) break;
        len += (size_t)n;
    }
    *out = (ptl_text){bytes, len};
    return PTL_OK;
}

ptl_status ptl_file_read(ptl_text *out, const char *path, size_t bytes_max, ptl_arena *arena,
                         ptl_error *err)
{
    int fd;
    PTL_TRY(open_read(&fd, path, err));
    const ptl_status st = read_all(out, fd, path, bytes_max, arena, err);
    close(fd);
    return st;
}

static bool write_all(int fd, ptl_text content)
{
    while (content.len > 0) {
        const ssize_t n = write(fd, content.ptr, content.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        content.ptr += n;
        content.len -= (size_t)n;
    }
    return true;
}

/* Make the rename durable: sync the folder that holds `path`. */
static bool sync_folder_of(const char *path)
{
    char folder[PTL_PATH_BYTES_MAX];
    const char *slash = strrchr(path, '/');
    const size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof folder) return false;
    memcpy(folder, slash ? path : ".", slash ? len : 1);
    folder[slash ? len : 1] = '\0';
    const int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    /* some file systems cannot sync a folder and say EINVAL; they have nothing to sync then */
    const bool ok = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return ok;
}

ptl_status ptl_file_write(const char *path, ptl_text content, uint32_t mode, ptl_error *err)
{
    char temporary[PTL_PATH_BYTES_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX.tmp", path) >= (int)sizeof temporary)
        return fail_errno(err, "write", path, ENAMETOOLONG);
    const int fd = mkostemps(temporary, 4, O_CLOEXEC);
    if (fd < 0) return fail_errno(err, "write", path, errno);
    bool ok = fchmod(fd, (mode_t)mode) == 0 && write_all(fd, content) && fsync(fd) == 0;
    int code = errno;
    if (close(fd) != 0 && ok) ok = false, code = errno;
    if (ok && rename(temporary, path) != 0) ok = false, code = errno;
    if (!ok) {
        unlink(temporary);
        return fail_errno(err, "write", path, code);
    }
    if (!sync_folder_of(path)) return fail_errno(err, "sync the folder of", path, errno);
    return PTL_OK;
}

/* SHA-256 in chunks; a cancelled hash is no hash. */
static ptl_status hash_all(ptl_hasher *hasher, int fd, const char *path, ptl_progress *progress,
                           ptl_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) return fail_errno(err, "read", path, errno);
    unsigned char chunk[PTL_HASH_CHUNK_BYTES];
    for (int64_t done = 0;;) {
        PTL_TRY(ptl_progress_check(progress, err));
        const ssize_t n = read_retry(fd, chunk, sizeof chunk);
        if (n < 0) return fail_errno(err, "read", path, errno);
        if (n == 0) return PTL_OK;
        ptl_hasher_add(hasher, chunk, (size_t)n);
        done += n;
        ptl_progress_step(progress, path, done, (int64_t)info.st_size);
    }
}

ptl_status ptl_file_hash(ptl_hash *out, const char *path, ptl_progress *progress, ptl_error *err)
{
    int fd;
    PTL_TRY(open_read(&fd, path, err));
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    const ptl_status st = hash_all(&hasher, fd, path, progress, err);
    close(fd);
    if (st == PTL_OK) *out = ptl_hasher_finish(&hasher);
    return st;
}

ptl_status ptl_file_stamp_of(ptl_file_stamp *out, const char *path, ptl_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0) return fail_errno(err, "look at", path, errno);
    *out = (ptl_file_stamp){
        .device = (uint64_t)info.st_dev,
        .inode = (uint64_t)info.st_ino,
        .bytes = (int64_t)info.st_size,
        .modified_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec,
        .changed_ns = (int64_t)info.st_ctim.tv_sec * 1000000000 + info.st_ctim.tv_nsec};
    return PTL_OK;
}

bool ptl_file_stamp_equal(ptl_file_stamp a, ptl_file_stamp b)
{
    return a.device == b.device && a.inode == b.inode && a.bytes == b.bytes &&
           a.modified_ns == b.modified_ns && a.changed_ns == b.changed_ns;
}
