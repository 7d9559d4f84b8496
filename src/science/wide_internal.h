/* wide_internal.h: loops that the widest registers of the machine run.
 *
 * A function marked PTL_WIDE is compiled once for each width and the loader takes the widest. Its
 * loops are elementwise or sum in fixed lanes, and nothing is contracted, so that the digits are
 * the same however wide the registers are. */
#ifndef PTL_SCIENCE_WIDE_INTERNAL_H
#define PTL_SCIENCE_WIDE_INTERNAL_H

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) &&             \
    !defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
#define PTL_WIDE __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define PTL_WIDE
#endif

enum { LANES = 8 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

/* In the order of the lanes. */
static inline double sum_of(const lanes *v)
{
    double sum = 0.0;
    for (int k = 0; k < LANES; k++) sum += (*v)[k];
    return sum;
}

/* Into every copy: a call out of one would leave its width. */
#if defined(__GNUC__)
#define PTL_WITHIN static inline __attribute__((always_inline))
#else
#define PTL_WITHIN static inline
#endif

#endif
