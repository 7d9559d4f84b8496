/* json_scan.h: one JSON object in a text, value by value, without building a tree.
 *
 * A tree would turn 19.90 into the double next to it; here a number is handed on with the digits it
 * was written with. Nested objects are walked, lists are handed on as they stand. The scan
 * allocates nothing: texts with escapes are unfolded into `scratch`, which the caller gives with as
 * many bytes as the object has. */
#ifndef PTL_STORE_JSON_SCAN_H
#define PTL_STORE_JSON_SCAN_H

#include "base/text.h"

enum { PTL_JSON_SCAN_DEPTH_MAX = 64, PTL_JSON_SCAN_PATH_BYTES_MAX = 255 };

/** A value at its path ("a.b"). `is_number`: written without quotes, as digits. Returns NULL, or
 * words where the value cannot stand. */
typedef const char *(*ptl_json_scan_fn)(void *ctx, ptl_text path, ptl_text value, bool is_number);

/** Walk the object; NULL, or what is wrong in words, with the position (from 1) in *at. Values
 * already handed on before the fault are void. */
const char *ptl_json_scan(size_t *at, ptl_text object, char *scratch, ptl_json_scan_fn fn,
                          void *ctx);

#endif
