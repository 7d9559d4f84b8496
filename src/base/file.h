/* file.h: files read whole, written whole, and told apart.
 *
 * Invariant: ptl_file_write leaves either the old content or the new one under the name, also
 * through a crash: it writes a temporary beside it, syncs, renames and syncs the folder. */
#ifndef PTL_BASE_FILE_H
#define PTL_BASE_FILE_H

#include "base/hash.h"
#include "base/progress.h"

/** The bytes of `path` in the arena, terminated by a NUL beyond `len`. E_LIMIT over bytes_max. */
PTL_NODISCARD ptl_status ptl_file_read(ptl_text *out, const char *path, size_t bytes_max,
                                       ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_file_write(const char *path, ptl_text content, uint32_t mode,
                                        ptl_error *err);
PTL_NODISCARD ptl_status ptl_folder_make(const char *path, uint32_t mode, ptl_error *err); /* -p */
bool ptl_file_exists(const char *path);
bool ptl_folder_exists(const char *path);

/** dir + "/" + name in the arena; `name` alone where it is absolute or dir is empty. */
PTL_NODISCARD char *ptl_path_join(ptl_arena *arena, const char *dir, const char *name,
                                  ptl_error *err);

/** Names matching a shell pattern, sorted bytewise, terminated array of *n in the arena. */
PTL_NODISCARD ptl_status ptl_path_glob(char ***out, int64_t *n, const char *pattern,
                                       ptl_arena *arena, ptl_error *err);

/** What tells a file from the one that replaced it. */
typedef struct ptl_file_stamp {
    uint64_t device, inode;
    int64_t bytes, modified_ns, changed_ns;
} ptl_file_stamp;

PTL_NODISCARD ptl_status ptl_file_stamp_of(ptl_file_stamp *out, const char *path, ptl_error *err);
bool ptl_file_stamp_equal(ptl_file_stamp a, ptl_file_stamp b);

/** SHA-256 of the file's bytes, as `sha256sum` prints it. */
PTL_NODISCARD ptl_status ptl_file_hash(ptl_hash *out, const char *path, ptl_progress *progress,
                                       ptl_error *err);

#endif
