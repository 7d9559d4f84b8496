/* hash_kernel.c: SHA-256 by the SHA extensions of x86 (Intel's instruction set reference,
 * SHA256RNDS2, SHA256MSG1, SHA256MSG2): about six times as fast as plain C, so that the hash of a
 * file no longer costs what reading it costs. A file of its own, because its functions are compiled
 * for a processor that the rest does not ask for; they run only after the processor said so.
 * Results are the same bits as libsodium's, which a test holds.
 *
 * The instructions keep the eight words as two registers, (a b e f) and (c d g h), and do two
 * rounds at a time: what was (a b e f) is (c d g h) two rounds later, so the registers only change
 * roles. */
#include "base/hash_kernel.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define WITH_SHA __attribute__((target("sha,sse4.1")))

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool ptl_hash_kernel_is_there(void)
{
    static atomic_int known; /* 0: not asked, 1: no, 2: yes */
    int is = atomic_load_explicit(&known, memory_order_relaxed);
    if (is == 0) {
        unsigned a, b, c, d, a1, b1, c1, d1;
        const bool asked =
            __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && __get_cpuid(1, &a1, &b1, &c1, &d1) != 0;
        is = asked && (b >> 29 & 1) && (c1 >> 19 & 1) && (c1 >> 9 & 1) ? 2 : 1;
        atomic_store_explicit(&known, is, memory_order_relaxed);
    }
    return is == 2;
}

/* The four message words after those of m[i], m[i + 1], m[i + 2], m[i + 3] (indices modulo 4). */
WITH_SHA static __m128i next_words(const __m128i m[4], int i)
{
    const __m128i last = m[(i + 3) & 3];
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(m[i & 3], m[(i + 1) & 3]),
                                      _mm_alignr_epi8(last, m[(i + 2) & 3], 4));
    return _mm_sha256msg2_epu32(sum, last);
}

/* Four rounds with the words m[i], i in 0 … 3, and where the schedule goes on the words that take
 * their place. */
WITH_SHA static inline void four_rounds(__m128i *x, __m128i *y, __m128i m[4], int i,
                                        const uint32_t *constants, bool goes_on)
{
    const __m128i k = _mm_loadu_si128((const __m128i *)(const void *)constants);
    const __m128i w = _mm_add_epi32(m[i], k);
    *y = _mm_sha256rnds2_epu32(*y, *x, w);
    *x = _mm_sha256rnds2_epu32(*x, *y, _mm_shuffle_epi32(w, 0x0E));
    if (goes_on) m[i] = next_words(m, i);
}

WITH_SHA static void one_block(__m128i *abef, __m128i *cdgh, const uint8_t *bytes)
{
    const __m128i big_endian =
        _mm_set_epi64x(INT64_C(0x0c0d0e0f08090a0b), INT64_C(0x0405060700010203));
    __m128i m[4], x = *abef, y = *cdgh;
    for (int i = 0; i < 4; i++)
        m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i)),
                                big_endian);
    for (int round = 0; round < 64; round += 16) {
        const uint32_t *constants = round_constants + round;
        const bool goes_on = round < 48;
        four_rounds(&x, &y, m, 0, constants, goes_on);
        four_rounds(&x, &y, m, 1, constants + 4, goes_on);
        four_rounds(&x, &y, m, 2, constants + 8, goes_on);
        four_rounds(&x, &y, m, 3, constants + 12, goes_on);
    }
    *abef = _mm_add_epi32(*abef, x);
    *cdgh = _mm_add_epi32(*cdgh, y);
}

WITH_SHA void ptl_hash_kernel_blocks(uint32_t state[8], const uint8_t *bytes, size_t n)
{
    /* words from the highest lane down: (a b e f), (c d g h) */
    __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
    __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
    for (; n > 0; n--, bytes += 64) one_block(&abef, &cdgh, bytes);
    state[0] = (uint32_t)_mm_extract_epi32(abef, 3);
    state[1] = (uint32_t)_mm_extract_epi32(abef, 2);
    state[4] = (uint32_t)_mm_extract_epi32(abef, 1);
    state[5] = (uint32_t)_mm_extract_epi32(abef, 0);
    state[2] = (uint32_t)_mm_extract_epi32(cdgh, 3);
    state[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
    state[6] = (uint32_t)_mm_extract_epi32(cdgh, 1);
    state[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}

#else

bool ptl_hash_kernel_is_there(void)
{
    return false;
}

void ptl_hash_kernel_blocks(uint32_t state[8], const uint8_t *bytes, size_t n)
{
    (void)state, (void)bytes, (void)n;
}

#endif
