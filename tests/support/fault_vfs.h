/* fault_vfs.h: an SQLite file system that fails on demand.
 *
 * It stands before the system's own and counts what changes files: opens, writes, syncs,
 * truncations. The N-th of them fails, or the N-th and every later one, as on a disk that stays
 * full. A failing write leaves the first half of its bytes, as a torn write does. */
#ifndef PTL_TESTS_FAULT_VFS_H
#define PTL_TESTS_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum fault_kind { FAULT_IO, FAULT_FULL } fault_kind;

/** Register as the default file system. */
void fault_vfs_install(void);
/** Fail at the n-th change from now, n >= 1. */
void fault_vfs_arm(int64_t n, fault_kind kind, bool sticky);
void fault_vfs_disarm(void);
/** Whether the fault has happened since it was armed. */
bool fault_vfs_fired(void);

#endif
