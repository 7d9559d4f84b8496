/* test_sum: compensated sums against exact integers, rounding against the remainder (sum.h). */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/random.h"
#include "portolan/sum.h"

__extension__ typedef __int128 wide;

enum { N = 20000 };

/* Doubles m 2^e with small e are integers times 2^-20: their sum is exact in 128 bits. */
static double random_term(ptl_rng *rng, wide *exact)
{
    const int64_t mantissa = (int64_t)ptl_rng_below(rng, UINT64_C(1) << 50) - (INT64_C(1) << 49);
    const int shift = (int)ptl_rng_below(rng, 40);
    *exact += (wide)mantissa * ((wide)1 << shift);
    return ldexp((double)mantissa, shift - 20);
}

static void sums_round_once(void **state)
{
    (void)state;
    static double x[2 * N];
    ptl_rng rng = ptl_rng_new(8807);
    for (int round = 0; round < 20; round++) {
        wide exact = 0;
        for (int i = 0; i < N; i++) x[i] = random_term(&rng, &exact);
        for (int i = 0; i < N; i++) x[N + i] = -x[i]; /* cancels, all but one term */
        const double kept = x[N + 17];
        x[N + 17] = 0.0;
        EXPECT_NEAR(ptl_sum_array(x, N), (double)exact * 0x1p-20,
                    0x1p-51 * fabs((double)exact * 0x1p-20));
        EXPECT_NEAR(ptl_sum_array(x, 2 * N), -kept, 0x1p-51 * fabs(kept));
    }
}

static void the_classic_case(void **state)
{
    (void)state;
    static const double x[] = {1.0, 1e100, 1.0, -1e100};
    EXPECT_NEAR(ptl_sum_array(x, 4), 2.0, 0.0);
    EXPECT_NEAR(ptl_sum_array(NULL, 0), 0.0, 0.0);
    ptl_sum sum = {0};
    for (int i = 0; i < 10; i++) ptl_sum_add(&sum, 0.1);
    EXPECT_NEAR(ptl_sum_value(&sum), 1.0, 0.0); /* ten tenths, added plainly, are not one */
}

static void dots_are_made_in_twice_the_precision(void **state)
{
    (void)state;
    static double x[2 * N], y[2 * N];
    ptl_rng rng = ptl_rng_new(523);
    wide exact = 0;
    double size = 0.0;
    for (int i = 0; i < N; i++) {
        const int64_t a = (int64_t)ptl_rng_below(&rng, UINT64_C(1) << 53) - (INT64_C(1) << 52);
        const int64_t b = (int64_t)ptl_rng_below(&rng, UINT64_C(1) << 53) - (INT64_C(1) << 52);
        x[i] = (double)a;
        y[i] = (double)b;
        exact += (wide)a * b;
        size += fabs(x[i] * y[i]);
    }
    EXPECT_NEAR(ptl_sum_dot(x, y, N), (double)exact, 0x1p-51 * fabs((double)exact));
    for (int i = 0; i < N; i++) { /* and where all but a rounding error cancels */
        x[N + i] = -x[i];
        y[N + i] = y[i];
    }
    EXPECT_NEAR(ptl_sum_dot(x, y, 2 * N), 0.0, N * (double)N * 0x1p-104 * size);
}

static void mean_and_variance_of_integers(void **state)
{
    (void)state;
    static double x[N];
    const double offset = 1e9; /* far from zero, where the textbook formula loses all digits */
    for (int i = 0; i < N; i++) x[i] = offset + (double)i;
    EXPECT_NEAR(ptl_sum_mean(x, N), offset + (N - 1) / 2.0, 0.0);
    const double expected = N * (N + 1.0) / 12.0; /* of 0 … n-1, with divisor n - 1 */
    EXPECT_NEAR(ptl_sum_variance(x, N), expected, 1e-14 * expected);
    assert_true(isnan(ptl_sum_mean(x, 0)));
    assert_true(isnan(ptl_sum_variance(x, 1)));
    EXPECT_NEAR(ptl_sum_variance(x, 2), 0.5, 0.0);
}

static void nan_is_not_hidden(void **state)
{
    (void)state;
    const double x[] = {1.5, PTL_NAN, 2.5};
    assert_true(isnan(ptl_sum_array(x, 3)));
    assert_true(isnan(ptl_sum_variance(x, 3)));
    assert_true(isnan(ptl_sum_dot(x, x, 3)));
}

/* The answer against the problem: |a b - q d| <= d / 2, and at exactly a half q is even. */
static void expect_rounded(int64_t q, int64_t a, int64_t b, int64_t d)
{
    const wide rest = (wide)a * b - (wide)q * d, twice = 2 * (rest < 0 ? -rest : rest);
    if (twice > d || (twice == d && q % 2 != 0))
        fail_msg("%" PRId64 " x %" PRId64 " / %" PRId64 " gave %" PRId64, a, b, d, q);
}

static void muldiv_rounds_half_to_even(void **state)
{
    (void)state;
    ptl_error err = {0};
    static const int64_t cases[][4] = {{5, 1, 2, 2},
                                       {7, 1, 2, 4},
                                       {-5, 1, 2, -2},
                                       {-7, 1, 2, -4},
                                       {15, -1, 10, -2},
                                       {25, 1, 10, 2},
                                       {26, 1, 10, 3},
                                       {1, 1, 3, 0},
                                       {2, 1, 3, 1},
                                       {0, 9, 7, 0},
                                       {INT64_MIN, 1, 1, INT64_MIN},
                                       {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
                                       {INT64_MIN, 3, INT64_MAX, -3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t q;
        EXPECT_OK(ptl_muldiv(&q, cases[i][0], cases[i][1], cases[i][2], &err));
        EXPECT_INT(q, cases[i][3]);
    }
    ptl_rng rng = ptl_rng_new(4447);
    int64_t n_ties = 0;
    for (int i = 0; i < 300000; i++) {
        const int64_t a = (int64_t)ptl_rng_u64(&rng) >> ptl_rng_below(&rng, 60);
        const int64_t b = (int64_t)ptl_rng_u64(&rng) >> ptl_rng_below(&rng, 60);
        const int64_t d = (int64_t)(ptl_rng_u64(&rng) >> (1 + ptl_rng_below(&rng, 62))) | 1;
        const int64_t divisor = i % 2 && d < INT64_MAX / 2 ? 2 * d : d;
        int64_t q;
        if (ptl_muldiv(&q, a, b, divisor, &err) != PTL_OK) {
            EXPECT_INT(err.status, PTL_E_LIMIT);
            assert_true(fabs((double)a * (double)b / (double)divisor) > 9.2e18);
            continue;
        }
        expect_rounded(q, a, b, divisor);
        const wide rest = (wide)a * b - (wide)q * divisor;
        n_ties += 2 * (rest < 0 ? -rest : rest) == divisor;
    }
    assert_true(n_ties > 100);
}

static void muldiv_refuses(void **state)
{
    (void)state;
    ptl_error err = {0};
    int64_t q;
    EXPECT_FAIL(ptl_muldiv(&q, 3, 4, 0, &err), PTL_E_INVALID, "positive");
    EXPECT_FAIL(ptl_muldiv(&q, 3, 4, -7, &err), PTL_E_INVALID, "-7");
    EXPECT_FAIL(ptl_muldiv(&q, INT64_MAX, 3, 2, &err), PTL_E_LIMIT, "64 bits");
    EXPECT_FAIL(ptl_muldiv(&q, INT64_MIN, -1, 1, &err), PTL_E_LIMIT, "64 bits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_round_once),
        cmocka_unit_test(the_classic_case),
        cmocka_unit_test(dots_are_made_in_twice_the_precision),
        cmocka_unit_test(mean_and_variance_of_integers),
        cmocka_unit_test(nan_is_not_hidden),
        cmocka_unit_test(muldiv_rounds_half_to_even),
        cmocka_unit_test(muldiv_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
