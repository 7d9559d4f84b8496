/* random.c: counter-based random numbers.
 *
 * Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
 * section 3.3) maps a 128-bit counter and a 64-bit key to 128 bits that pass BigCrush. The state is
 * only a position, so a generator can be split without drawing from it:
 *
 *     counter = [ position, 64 bits | identity, 64 bits ]      key = 64 bits
 *
 * A new generator has identity 0 and its seed as key. The child for a stream takes key and identity
 * from one block of the parent's own key at [ stream | identity xor mark ]. The parent never draws
 * there, since its draws keep its identity in those words; children of children go on from the
 * child's own 128 bits. The position of the parent does not enter: task i has the same child
 * whenever it asks.
 *
 * Normals are made by inversion, with Wichura's quantile (1988, algorithm AS 241, routine PPND16,
 * about 1 part in 10^16): one uniform each, no rejection, so draw n is the same however the draws
 * before it were used. A uniform of 53 bits ends the tails at 8.2 standard deviations.
 *
 * Nothing is allocated. log and sqrt are libm's: its version belongs to a run's fingerprint. */
#include "portolan/random.h"

#include "portolan/special.h"

enum { ROUNDS = 10 };

static void philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        const uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u; /* golden ratio     */
        k1 += 0xBB67AE85u; /* square root of 3 */
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

ptl_rng ptl_rng_new(uint64_t seed)
{
    return (ptl_rng){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)}};
}

ptl_rng ptl_rng_split(const ptl_rng *rng, uint64_t stream)
{
    /* any mark other than zero will do: these are the first digits of e */
    const uint32_t at[4] = {(uint32_t)stream, (uint32_t)(stream >> 32),
                            rng->counter[2] ^ 0xB7E15162u, rng->counter[3] ^ 0x8AED2A6Au};
    uint32_t bits[4];
    philox(bits, at, rng->key);
    return (ptl_rng){.key = {bits[0], bits[1]}, .counter = {0, 0, bits[2], bits[3]}};
}

static void refill(ptl_rng *rng)
{
    philox(rng->out, rng->counter, rng->key);
    if (++rng->counter[0] == 0) rng->counter[1]++;
    rng->n_left = 4;
}

uint64_t ptl_rng_u64(ptl_rng *rng)
{
    if (rng->n_left < 2) refill(rng); /* words are taken in pairs, so none is ever left over */
    const uint32_t *words = rng->out + (4 - rng->n_left);
    rng->n_left -= 2;
    return (uint64_t)words[1] << 32 | words[0];
}

double ptl_rng_uniform(ptl_rng *rng)
{
    uint64_t bits;
    do bits = ptl_rng_u64(rng) >> 11;
    while (bits == 0); /* once in 2^53 draws: the interval is open */
    return (double)bits * 0x1p-53;
}

/* Lemire (2019), "Fast random integer generation in an interval": the high half of a 128-bit
 * product is the draw; low halves below 2^64 mod n would favour some draws and are rejected. */
uint64_t ptl_rng_below(ptl_rng *rng, uint64_t n)
{
    __extension__ typedef unsigned __int128 wide;
    if (n < 2) return 0;
    wide product = (wide)ptl_rng_u64(rng) * n;
    if ((uint64_t)product < n) {
        const uint64_t surplus = (0 - n) % n;
        while ((uint64_t)product < surplus) product = (wide)ptl_rng_u64(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

double ptl_rng_normal(ptl_rng *rng)
{
    return ptl_normal_quantile_std(ptl_rng_uniform(rng)); /* by inversion: one uniform each */
}

double ptl_rng_exponential(ptl_rng *rng)
{
    return -log(ptl_rng_uniform(rng));
}
