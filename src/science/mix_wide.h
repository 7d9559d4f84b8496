/* mix_wide.h: eight numbers at a time, whatever the machine's registers hold.
 *
 * Lanes are elementwise or summed in one order, and nothing is contracted, so that the digits are
 * the same however wide the registers are. gcc makes a copy for each width (function
 * multiversioning), the loader takes the widest the machine has; elsewhere there is one copy. */
#ifndef PTL_SCIENCE_MIX_WIDE_H
#define PTL_SCIENCE_MIX_WIDE_H

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) &&             \
    !defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define WIDE
#endif

enum { LANES = 8 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

static inline double sum_of(const lanes *v)
{
    double sum = 0.0;
    for (int k = 0; k < LANES; k++) sum += (*v)[k];
    return sum;
}

#endif
