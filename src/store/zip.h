/* zip.h: the members of a zip archive, read as streams; all that a workbook needs of the format.
 *
 * Invariants. 1. Nothing is believed that can be checked: sizes against the file, the checksum
 * against the bytes. 2. A member is never held whole, and inflates to PTL_ZIP_MEMBER_BYTES_MAX at
 * most: what a kilobyte can blow up to is bounded. 3. Encrypted members, other methods than stored
 * and deflate, archives over several disks or beyond 4 GiB are refused by name. */
#ifndef PTL_STORE_ZIP_H
#define PTL_STORE_ZIP_H

#include "base/text.h"

enum {
    PTL_ZIP_MEMBERS_MAX = 10000,           /* a workbook has some dozens                       */
    PTL_ZIP_DIRECTORY_BYTES_MAX = 4 << 20, /* of names and places                              */
    PTL_ZIP_MEMBER_BYTES_MAX = 1 << 30     /* inflated: a sheet of a million rows of 40 columns */
};

typedef struct ptl_zip ptl_zip;

/** E_INVALID where it is no zip, E_CORRUPT where it is a broken one. `name` is borrowed. */
PTL_NODISCARD ptl_status ptl_zip_open(ptl_zip **out, int fd, const char *name, ptl_error *err);
void ptl_zip_close(ptl_zip *zip);

/** The member of that name (case ignored, as tools differ), -1 where there is none. */
int64_t ptl_zip_find(const ptl_zip *zip, ptl_text member);

/** Some of a member's bytes; another status than OK stops the reading and is returned. */
typedef ptl_status (*ptl_zip_fn)(void *ctx, const char *bytes, size_t len, ptl_error *err);

PTL_NODISCARD ptl_status ptl_zip_read(ptl_zip *zip, int64_t idx, ptl_zip_fn fn, void *ctx,
                                      ptl_error *err);

#endif
