/* seal.h: personal values under a key of their own, so that destroying the key is erasure.
 *
 * One subject key (32 random bytes) per identifier, held in records. A sealed value is
 * XChaCha20-Poly1305 with a random nonce; the subject's id is its additional data, so a value moved
 * to another subject does not open. Equality is answered by a keyed BLAKE2b-128 of (source, kind,
 * value) under the workspace's key, never by the sealed bytes. */
#ifndef PTL_STORE_SEAL_H
#define PTL_STORE_SEAL_H

#include "store/records.h"

typedef struct ptl_seal ptl_seal;

/** Borrow the records; makes the workspace's key on first use. */
PTL_NODISCARD ptl_status ptl_seal_open(ptl_seal **out, ptl_records *records, ptl_error *err);
void ptl_seal_close(ptl_seal *seal);

/** 16 bytes that are equal for equal (source, kind, value) in this workspace only. Thread-safe. */
void ptl_seal_lookup(uint8_t out[16], const ptl_seal *seal, ptl_text source, ptl_text kind,
                     ptl_text value);

/** Make durable keys for subjects [first_id, first_id + n); those that have one keep it. Subject 0
 * is the workspace itself: rows set aside are sealed for it until somebody knows whose they are. */
PTL_NODISCARD ptl_status ptl_seal_make(ptl_seal *seal, int64_t first_id, int64_t n, ptl_error *err);

/** Append the sealed form of `value` to `out` (40 bytes longer than the value). */
PTL_NODISCARD ptl_status ptl_seal_value(ptl_buffer *out, ptl_seal *seal, int64_t subject_id,
                                        ptl_text value, ptl_error *err);
/** As ptl_seal_value for subjects first_id, first_id + 1 … : appends the sealed forms of n values,
 * one after the other, and sets ends[i] to the length of `out` after value i. One read of the keys
 * and one draw of nonces for hundreds of values. On failure `out` is as it was. */
PTL_NODISCARD ptl_status ptl_seal_values(ptl_buffer *out, size_t *ends, ptl_seal *seal,
                                         int64_t first_id, const ptl_text *values, int64_t n,
                                         ptl_error *err);
/** E_NOT_FOUND where the key was destroyed, E_CORRUPT where the bytes are not what was sealed. */
PTL_NODISCARD ptl_status ptl_seal_open_value(ptl_buffer *out, ptl_seal *seal, int64_t subject_id,
                                             ptl_text sealed, ptl_error *err);
/** Overwrite and delete the subject's key. */
PTL_NODISCARD ptl_status ptl_seal_destroy(ptl_seal *seal, int64_t subject_id, ptl_error *err);

#endif
