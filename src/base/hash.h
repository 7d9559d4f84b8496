/* hash.h: SHA-256, of bytes and of files, and the names made from it. */
#ifndef PTL_BASE_HASH_H
#define PTL_BASE_HASH_H

#include "base/text.h"

enum { PTL_HASH_BYTES = 32, PTL_HASH_HEX = 65 };

typedef struct ptl_hash {
    uint8_t bytes[PTL_HASH_BYTES];
} ptl_hash;

typedef struct ptl_hasher {
    uint64_t opaque[16]; /* libsodium's state lives here; its size is asserted */
} ptl_hasher;

void ptl_hasher_init(ptl_hasher *hasher);
void ptl_hasher_add(ptl_hasher *hasher, const void *bytes, size_t len);
/** Length-prefixed, so that ("ab", "c") and ("a", "bc") differ. */
void ptl_hasher_add_text(ptl_hasher *hasher, ptl_text text);
ptl_hash ptl_hasher_finish(ptl_hasher *hasher);

ptl_hash ptl_hash_bytes(const void *bytes, size_t len);
void ptl_hash_format(char out[PTL_HASH_HEX], ptl_hash hash); /* lower-case hex */
PTL_NODISCARD ptl_status ptl_hash_parse(ptl_hash *out, ptl_text hex, ptl_error *err);
bool ptl_hash_equal(ptl_hash a, ptl_hash b); /* constant time */

#endif
