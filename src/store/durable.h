/* durable.h: files moved and copied so that a power cut finds the old or the new, never a part. */
#ifndef PTL_STORE_DURABLE_H
#define PTL_STORE_DURABLE_H

#include "base/hash.h"
#include "base/progress.h"

/** Make the names in the folder of `path` durable. */
PTL_NODISCARD ptl_status ptl_durable_folder(const char *path_in_it, ptl_error *err);

/** Make the content of `path` durable. */
PTL_NODISCARD ptl_status ptl_durable_file(const char *path, ptl_error *err);

/** Rename over whatever lies at `to`, durably. */
PTL_NODISCARD ptl_status ptl_durable_rename(const char *from, const char *to, ptl_error *err);

/** Copy a file into the new file `to` (0600), synced; hash and length of what was copied. */
PTL_NODISCARD ptl_status ptl_durable_copy(ptl_hash *hash, int64_t *n_bytes, const char *from,
                                          const char *to, ptl_progress *progress, ptl_error *err);

/** The operating system's words as E_IO, E_NOT_FOUND or E_DENIED; for a full disk or a read-only
 * place also what to do. */
ptl_status ptl_io_fail(ptl_error *err, int system_errno, const char *doing, const char *path);

#endif
