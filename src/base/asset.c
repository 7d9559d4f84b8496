/* asset.c: finding a file among those built into the program. The table is sorted bytewise by path
 * when it is made, so a lookup is a binary search and a folder is one run of neighbours. */
#include "base/asset.h"

#include <string.h>

int64_t ptl_asset_first(const char *prefix)
{
    int64_t low = 0, high = ptl_assets_n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (strcmp(ptl_assets[middle].path, prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const ptl_asset *ptl_asset_find(const char *path)
{
    const int64_t at = ptl_asset_first(path);
    if (at == ptl_assets_n || strcmp(ptl_assets[at].path, path) != 0) return NULL;
    return &ptl_assets[at];
}
