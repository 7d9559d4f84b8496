/* asset.h: files that travel inside the program (SQL, scripts, styles), found by their path in the
 * source tree: "sql/records/0001_start.sql". The table is sorted by path. */
#ifndef PTL_BASE_ASSET_H
#define PTL_BASE_ASSET_H

#include "base/text.h"

typedef struct ptl_asset {
    const char *path;
    const unsigned char *bytes; /* terminated by a NUL beyond `len` */
    size_t len;
} ptl_asset;

extern const ptl_asset ptl_assets[];
extern const int64_t ptl_assets_n;

/** The asset of exactly this path; NULL if there is none. */
const ptl_asset *ptl_asset_find(const char *path);

/** The first index whose path does not sort before `prefix`: where a folder's files begin. Walk on
 * while the path starts with `prefix`. ptl_assets_n where there is none. */
int64_t ptl_asset_first(const char *prefix);

#endif
