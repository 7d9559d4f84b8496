/* test_random: known answers, splitting, and distributions (random.h).
 *
 * Seeds are fixed, so every test always gives the same figure. The limits are quantiles that a
 * sound generator passes for all but one seed in a million: |z| <= 4.9, chi-square likewise by
 * Wilson and Hilferty's approximation, Kolmogorov's sqrt(n) D <= 2.70. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/random.h"

#define Z_MAX 4.9

/* Known answers of Philox 4x32-10, published with the Random123 library (file kat_vectors). */
static void known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } cases[] = {{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
                 {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                  {0xffffffff, 0xffffffff},
                  {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
                 {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                  {0xa4093822, 0x299f31d0},
                  {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
    for (size_t i = 0; i < 3; i++) {
        ptl_rng rng = {0};
        memcpy(rng.counter, cases[i].counter, sizeof rng.counter);
        memcpy(rng.key, cases[i].key, sizeof rng.key);
        const uint64_t first = ptl_rng_u64(&rng), second = ptl_rng_u64(&rng);
        EXPECT_INT(first & 0xffffffff, cases[i].out[0]);
        EXPECT_INT(first >> 32, cases[i].out[1]);
        EXPECT_INT(second & 0xffffffff, cases[i].out[2]);
        EXPECT_INT(second >> 32, cases[i].out[3]);
    }
}

static void the_position_carries_over(void **state)
{
    (void)state;
    ptl_rng low = ptl_rng_new(3), high = ptl_rng_new(3);
    low.counter[0] = 0xffffffff;
    high.counter[1] = 1;
    (void)ptl_rng_u64(&low), (void)ptl_rng_u64(&low);
    assert_true(ptl_rng_u64(&low) == ptl_rng_u64(&high));
}

static void children_depend_on_stream_alone(void **state)
{
    (void)state;
    ptl_rng parent = ptl_rng_new(92821);
    const ptl_rng before = ptl_rng_split(&parent, 7);
    for (int i = 0; i < 5; i++) (void)ptl_rng_u64(&parent);
    const ptl_rng position = parent;
    const ptl_rng after = ptl_rng_split(&parent, 7);
    assert_memory_equal(&before, &after, sizeof before);
    assert_memory_equal(&parent, &position, sizeof parent); /* splitting draws nothing */
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* First draws of a generator, of its children, of theirs, and of neighbouring seeds: no two alike.
 * 45,000 draws of 64 bits agree by chance once in 2 x 10^10. */
static void streams_do_not_meet(void **state)
{
    (void)state;
    enum { N = 150 };
    static uint64_t draws[N * N + 3 * N];
    size_t n = 0;
    ptl_rng root = ptl_rng_new(1);
    for (uint64_t i = 0; i < N; i++) {
        ptl_rng child = ptl_rng_split(&root, i), seed = ptl_rng_new(2 + i);
        for (uint64_t k = 0; k < N; k++) {
            ptl_rng grandchild = ptl_rng_split(&child, k);
            draws[n++] = ptl_rng_u64(&grandchild);
        }
        draws[n++] = ptl_rng_u64(&child);
        draws[n++] = ptl_rng_u64(&seed);
        draws[n++] = ptl_rng_u64(&root);
    }
    qsort(draws, n, sizeof draws[0], compare_u64);
    for (size_t i = 1; i < n; i++) assert_true(draws[i] != draws[i - 1]);
}

/* Neighbouring streams, as tasks use them, are uncorrelated. */
static void siblings_are_independent(void **state)
{
    (void)state;
    enum { N = 200000 };
    const ptl_rng root = ptl_rng_new(40503);
    double product = 0.0;
    ptl_rng before = ptl_rng_split(&root, 0);
    double x = ptl_rng_normal(&before);
    for (uint64_t i = 1; i <= N; i++) {
        ptl_rng next = ptl_rng_split(&root, i);
        const double y = ptl_rng_normal(&next);
        product += x * y;
        x = y;
    }
    EXPECT_LE(fabs(product) / sqrt(N), Z_MAX);
}

static double chi_square_z(const int64_t *counts, int64_t n_bins, double n)
{
    const double expected = n / (double)n_bins, df = (double)n_bins - 1.0;
    double stat = 0.0;
    for (int64_t i = 0; i < n_bins; i++)
        stat += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return (cbrt(stat / df) - (1.0 - 2.0 / (9.0 * df))) / sqrt(2.0 / (9.0 * df));
}

static void uniforms_are_uniform(void **state)
{
    (void)state;
    enum { N = 1 << 20 };
    static int64_t high[1024], pairs[1024], low[1024];
    ptl_rng rng = ptl_rng_new(7177);
    double before = 0.5, sum = 0.0, least = 1.0, most = 0.0;
    for (int i = 0; i < N; i++) {
        const double u = ptl_rng_uniform(&rng);
        assert_true(u > 0.0 && u < 1.0);
        high[(int)(u * 1024.0)]++;
        low[(uint64_t)(u * 0x1p53) & 1023]++;
        pairs[(int)(u * 32.0) * 32 + (int)(before * 32.0)]++;
        before = u;
        sum += u;
        least = u < least ? u : least;
        most = u > most ? u : most;
    }
    EXPECT_LE(fabs(chi_square_z(high, 1024, N)), Z_MAX);
    EXPECT_LE(fabs(chi_square_z(low, 1024, N)), Z_MAX);
    EXPECT_LE(fabs(chi_square_z(pairs, 1024, N)), Z_MAX);
    EXPECT_LE(fabs(sum - N / 2.0) / sqrt(N / 12.0), Z_MAX);
    EXPECT_LE(least, 14.0 / N); /* P(no draw below 14 / N) = e^-14 */
    EXPECT_LE(1.0 - most, 14.0 / N);
}

static void below_has_no_bias(void **state)
{
    (void)state;
    enum { N = 300000 };
    static int64_t counts[97];
    ptl_rng rng = ptl_rng_new(503);
    for (int i = 0; i < N; i++) counts[ptl_rng_below(&rng, 97)]++;
    EXPECT_LE(fabs(chi_square_z(counts, 97, N)), Z_MAX);
    EXPECT_INT(ptl_rng_below(&rng, 1), 0);
    /* n just above half the range: one draw in two is rejected, none may leave the range */
    const uint64_t n = (UINT64_C(1) << 63) + 1;
    int64_t halves[2] = {0};
    for (int i = 0; i < N; i++) {
        const uint64_t x = ptl_rng_below(&rng, n);
        assert_true(x < n);
        halves[x >= n / 2]++;
    }
    EXPECT_LE(fabs((double)halves[1] - N / 2.0) / sqrt(N / 4.0), Z_MAX);
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

/* The quantile inside is as exact as claimed: the C library's erfc takes each normal back to the
 * uniform it was made from. The slack in u is that of x: relative 4 eps |x| pdf(x) / cdf(x). */
static void normals_invert_their_uniform(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(65003);
    double worst = 0.0;
    for (int i = 0; i < 200000; i++) {
        ptl_rng twin = rng;
        const double u = ptl_rng_uniform(&twin), x = ptl_rng_normal(&rng);
        const double p = u < 0.5 ? u : 1.0 - u, back = normal_cdf(u < 0.5 ? x : -x);
        const double slack = 1.0 + x * x; /* |x| pdf / cdf is at most 1 + x^2 in the tail */
        const double error = fabs(back - p) / (p * slack);
        worst = error > worst ? error : worst;
    }
    EXPECT_LE(worst, 4.0 * 0x1p-52);
}

static int compare_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double kolmogorov(double *x, int64_t n, double (*cdf)(double))
{
    qsort(x, (size_t)n, sizeof *x, compare_double);
    double d = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double p = cdf(x[i]);
        d = fmax(d, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
    }
    return d * sqrt((double)n);
}

static double exponential_cdf(double x)
{
    return -expm1(-x);
}

static void normals_have_their_moments_and_shape(void **state)
{
    (void)state;
    enum { N = 400000 };
    static double x[N];
    ptl_rng rng = ptl_rng_new(137);
    double m1 = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0;
    for (int i = 0; i < N; i++) {
        x[i] = ptl_rng_normal(&rng);
        m1 += x[i];
        m2 += x[i] * x[i] - 1.0;
        m3 += x[i] * x[i] * x[i];
        m4 += x[i] * x[i] * x[i] * x[i] - 3.0;
    }
    /* variances of x, x^2, x^3, x^4: 1, 2, 15, 96 */
    EXPECT_LE(fabs(m1) / sqrt(N * 1.0), Z_MAX);
    EXPECT_LE(fabs(m2) / sqrt(N * 2.0), Z_MAX);
    EXPECT_LE(fabs(m3) / sqrt(N * 15.0), Z_MAX);
    EXPECT_LE(fabs(m4) / sqrt(N * 96.0), Z_MAX);
    EXPECT_LE(kolmogorov(x, N, normal_cdf), 2.70);
}

static void exponentials_have_their_shape(void **state)
{
    (void)state;
    enum { N = 300000 };
    static double x[N];
    ptl_rng rng = ptl_rng_new(271);
    double sum = 0.0;
    for (int i = 0; i < N; i++) {
        x[i] = ptl_rng_exponential(&rng);
        assert_true(x[i] > 0.0 && isfinite(x[i]));
        sum += x[i] - 1.0;
    }
    EXPECT_LE(fabs(sum) / sqrt(N), Z_MAX);
    EXPECT_LE(kolmogorov(x, N, exponential_cdf), 2.70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(the_position_carries_over),
        cmocka_unit_test(children_depend_on_stream_alone),
        cmocka_unit_test(streams_do_not_meet),
        cmocka_unit_test(siblings_are_independent),
        cmocka_unit_test(uniforms_are_uniform),
        cmocka_unit_test(below_has_no_bias),
        cmocka_unit_test(normals_invert_their_uniform),
        cmocka_unit_test(normals_have_their_moments_and_shape),
        cmocka_unit_test(exponentials_have_their_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
