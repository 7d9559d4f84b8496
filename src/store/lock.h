/* lock.h: one process owns a workspace.
 *
 * An open-file-description lock on .portolan/lock, taken before either store is opened and released
 * by the kernel however the process ends. The file says who holds it (pid, since, doing what), for
 * whoever finds it held. */
#ifndef PTL_STORE_LOCK_H
#define PTL_STORE_LOCK_H

#include "base/civil.h"

typedef struct ptl_lock ptl_lock;

/** Wait up to wait_ms (0: do not). E_BUSY names pid, since when, doing what, and hints --wait. */
PTL_NODISCARD ptl_status ptl_lock_take(ptl_lock **out, const char *path, const char *doing,
                                       int64_t wait_ms, ptl_error *err);
void ptl_lock_release(ptl_lock *lock);

#endif
