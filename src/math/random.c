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

/* c[0] + c[1] x + … + c[7] x^7 */
static double polynomial(const double c[8], double x)
{
    double value = c[7];
    for (int i = 6; i >= 0; i--) value = value * x + c[i];
    return value;
}

/* AS 241: three ratios of polynomials of degree 7, for the centre, the flanks and the far tails. */
static double normal_quantile(double p)
{
    static const double centre[2][8] = {
        {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
         1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
         3.3430575583588128105e+4, 2.5090809287301226727e+3},
        {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
         2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
         5.2264952788528545610e+3}};
    static const double flank[2][8] = {
        {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
         3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
         2.27238449892691845833e-2, 7.74545014278341407640e-4},
        {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
         1.05075007164441684324e-9}};
    static const double tail[2][8] = {
        {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
         2.71155556874348757815e-5, 2.01033439929228813265e-7},
        {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
         7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
         2.04426310338993978564e-15}};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(centre[0], r) / polynomial(centre[1], r);
    }
    const double r = sqrt(-log(q < 0.0 ? p : 1.0 - p));
    const double size = r <= 5.0 ? polynomial(flank[0], r - 1.6) / polynomial(flank[1], r - 1.6)
                                 : polynomial(tail[0], r - 5.0) / polynomial(tail[1], r - 5.0);
    return q < 0.0 ? -size : size;
}

double ptl_rng_normal(ptl_rng *rng)
{
    return normal_quantile(ptl_rng_uniform(rng));
}

double ptl_rng_exponential(ptl_rng *rng)
{
    return -log(ptl_rng_uniform(rng));
}
