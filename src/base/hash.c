/* hash.c: SHA-256 (FIPS 180-4) by libsodium, whole blocks by the processor where it can
 * (hash_kernel.h). libsodium's hashing needs no sodium_init, and its state is declared in its
 * header: eight words, the bits so far, the bytes of a block begun. */
#include "base/hash.h"

#include "base/hash_kernel.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(ptl_hasher),
               "libsodium's state fits into the room ptl_hasher keeps for it");
_Static_assert(_Alignof(crypto_hash_sha256_state) <= _Alignof(ptl_hasher), "and lies aligned");
_Static_assert(crypto_hash_sha256_BYTES == PTL_HASH_BYTES, "SHA-256 has 32 bytes");

enum { KERNEL_BYTES_MIN = 256 }; /* below, asking costs what is gained */

static crypto_hash_sha256_state *state_of(ptl_hasher *hasher)
{
    return (crypto_hash_sha256_state *)(void *)hasher->opaque;
}

void ptl_hasher_init(ptl_hasher *hasher)
{
    crypto_hash_sha256_init(state_of(hasher));
}

void ptl_hasher_add(ptl_hasher *hasher, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    crypto_hash_sha256_state *state = state_of(hasher);
    if (len >= KERNEL_BYTES_MIN && ptl_hash_kernel_is_there()) {
        const size_t begun = (size_t)(state->count / 8 % 64), first = begun ? 64 - begun : 0;
        const size_t n = (len - first) / 64;
        if (first > 0) crypto_hash_sha256_update(state, at, first);
        ptl_hash_kernel_blocks(state->state, at + first, n);
        state->count += (uint64_t)n * 512;
        at += first + n * 64;
        len -= first + n * 64;
    }
    if (len > 0) crypto_hash_sha256_update(state, at, len);
}

/* The prefix is eight bytes, least significant first, on every machine. */
void ptl_hasher_add_text(ptl_hasher *hasher, ptl_text text)
{
    uint8_t prefix[8];
    for (int i = 0; i < 8; i++) prefix[i] = (uint8_t)((uint64_t)text.len >> (8 * i));
    ptl_hasher_add(hasher, prefix, sizeof prefix);
    ptl_hasher_add(hasher, text.ptr, text.len);
}

ptl_hash ptl_hasher_finish(ptl_hasher *hasher)
{
    ptl_hash hash;
    crypto_hash_sha256_final(state_of(hasher), hash.bytes);
    return hash;
}

ptl_hash ptl_hash_bytes(const void *bytes, size_t len)
{
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    ptl_hasher_add(&hasher, bytes, len);
    return ptl_hasher_finish(&hasher);
}

void ptl_hash_format(char out[PTL_HASH_HEX], ptl_hash hash)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < PTL_HASH_BYTES; i++) {
        out[2 * i] = digits[hash.bytes[i] >> 4];
        out[2 * i + 1] = digits[hash.bytes[i] & 15];
    }
    out[PTL_HASH_HEX - 1] = '\0';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

ptl_status ptl_hash_parse(ptl_hash *out, ptl_text hex, ptl_error *err)
{
    if (hex.len != PTL_HASH_HEX - 1)
        return ptl_fail(err, PTL_E_INVALID, "a hash has 64 hexadecimal digits, this text has %zu",
                        hex.len);
    ptl_hash hash;
    for (size_t i = 0; i < PTL_HASH_BYTES; i++) {
        const int high = digit_value(hex.ptr[2 * i]), low = digit_value(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return ptl_fail(err, PTL_E_INVALID, "hash \"%.64s\" is not hexadecimal at digit %zu",
                            hex.ptr, 2 * i + (high < 0 ? 1 : 2));
        hash.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = hash;
    return PTL_OK;
}

bool ptl_hash_equal(ptl_hash a, ptl_hash b)
{
    return sodium_memcmp(a.bytes, b.bytes, PTL_HASH_BYTES) == 0;
}
