/* fault_vfs.c: see fault_vfs.h. Included by the test that uses it. */
#include "support/fault_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>

static struct {
    sqlite3_vfs *system;
    int64_t left; /* changes until the fault; 0: not armed, or spent */
    fault_kind kind;
    bool sticky, fired;
} faults;

typedef struct fault_file {
    sqlite3_file base;
    sqlite3_file *real; /* lies behind this struct */
} fault_file;

void fault_vfs_arm(int64_t n, fault_kind kind, bool sticky)
{
    faults.left = n;
    faults.kind = kind;
    faults.sticky = sticky;
    faults.fired = false;
}

void fault_vfs_disarm(void)
{
    faults.left = 0;
}

bool fault_vfs_fired(void)
{
    return faults.fired;
}

/* Count one change; whether it is the one to fail. */
static bool fails(void)
{
    if (faults.left == 0) return false;
    if (faults.left > 1) {
        faults.left--;
        return false;
    }
    if (!faults.sticky) faults.left = 0;
    faults.fired = true;
    return true;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((fault_file *)(void *)file)->real;
}

static int f_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int f_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, n, at);
}

static int f_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    const bool fail = fails();
    const int rc = real_of(file)->pMethods->xWrite(real_of(file), bytes, fail ? n / 2 : n, at);
    if (!fail) return rc;
    return faults.kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (fails()) return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int f_sync(sqlite3_file *file, int flags)
{
    if (fails()) return faults.kind == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int f_size(sqlite3_file *file, sqlite3_int64 *out)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int f_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int f_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int f_reserved(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int f_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int f_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int f_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_traits,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int f_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    fault_file *f = (fault_file *)(void *)file;
    f->base.pMethods = NULL;
    f->real = (sqlite3_file *)(void *)(f + 1);
    if (fails()) return SQLITE_CANTOPEN;
    const int rc = faults.system->xOpen(faults.system, name, f->real, flags, out_flags);
    if (rc == SQLITE_OK) f->base.pMethods = &methods;
    return rc;
}

static int f_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    return faults.system->xDelete(faults.system, name, sync);
}

static int f_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    return faults.system->xAccess(faults.system, name, flags, out);
}

static int f_full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    return faults.system->xFullPathname(faults.system, name, n, out);
}

static int f_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return faults.system->xRandomness(faults.system, n, out);
}

static int f_sleep(sqlite3_vfs *vfs, int micros)
{
    (void)vfs;
    return faults.system->xSleep(faults.system, micros);
}

static int f_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return faults.system->xCurrentTime(faults.system, out);
}

static int f_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs, (void)n, (void)out;
    return faults.kind == FAULT_FULL ? ENOSPC : EIO;
}

void fault_vfs_install(void)
{
    static sqlite3_vfs vfs = {.iVersion = 1, .zName = "fault"};
    if (faults.system) return;
    faults.system = sqlite3_vfs_find(NULL);
    vfs.szOsFile = (int)sizeof(fault_file) + faults.system->szOsFile;
    vfs.mxPathname = faults.system->mxPathname;
    vfs.xOpen = f_open;
    vfs.xDelete = f_delete;
    vfs.xAccess = f_access;
    vfs.xFullPathname = f_full_path;
    vfs.xRandomness = f_random;
    vfs.xSleep = f_sleep;
    vfs.xCurrentTime = f_time;
    vfs.xGetLastError = f_last_error;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) abort();
}
