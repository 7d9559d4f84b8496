/* random.h: randomness as an argument.
 *
 * A counter-based generator (Philox 4x32-10; Salmon, Moraes, Dror & Shaw 2011) keyed by seed and
 * stream. Splitting derives a child key, so task i's draws do not depend on how many tasks there
 * are nor on who runs them. Same seed, same bytes. Not for secrets: those come from libsodium. */
#ifndef PORTOLAN_RANDOM_H
#define PORTOLAN_RANDOM_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ptl_rng {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t out[4];
    uint32_t n_left; /* words of `out` not yet handed out */
} ptl_rng;

PTL_API ptl_rng ptl_rng_new(uint64_t seed);

/** The generator of sub-task `stream`: independent of the parent and of every sibling. Does not
 * advance the parent. */
PTL_API ptl_rng ptl_rng_split(const ptl_rng *rng, uint64_t stream);

PTL_API uint64_t ptl_rng_u64(ptl_rng *rng);
PTL_API double ptl_rng_uniform(ptl_rng *rng);             /* open (0, 1), multiples of 2^-53  */
PTL_API uint64_t ptl_rng_below(ptl_rng *rng, uint64_t n); /* [0, n) without bias, n >= 1      */
PTL_API double ptl_rng_normal(ptl_rng *rng);              /* N(0, 1), within 8.3 deviations   */
PTL_API double ptl_rng_exponential(ptl_rng *rng);         /* rate 1                           */

#ifdef __cplusplus
}
#endif
#endif
