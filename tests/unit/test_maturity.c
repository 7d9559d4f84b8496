/* test_maturity: the chain ladder against one worked out by hand, against weeks whose delay is
 * known, and where nothing can be said. */
#include "understand/maturity.h"

#include "portolan/random.h"
#include "support/expect.h"

#include <math.h>

enum { WEEKS = 40, AGES = PTL_MATURITY_AGES };

/* Weeks that arrive as `curve` says, with a size and a little luck of their own; the newest weeks
 * are known as far as they are old. */
static void fill(double *amounts, const double *curve, double luck, uint64_t seed)
{
    ptl_rng rng = ptl_rng_new(seed);
    for (int w = 0; w < WEEKS; w++) {
        const double size = 1000.0 * (1.0 + ptl_rng_uniform(&rng));
        for (int a = 0; a < AGES; a++) {
            const double share = curve[a] * (1.0 + luck * (ptl_rng_uniform(&rng) - 0.5));
            amounts[w * AGES + a] = w + a < WEEKS ? size * (a == AGES - 1 ? 1.0 : share) : PTL_NAN;
        }
    }
}

static const double slow[AGES] = {0.61, 0.74, 0.83, 0.89, 0.93, 0.96, 0.98, 0.99, 1.0};

static void known_delays_are_found(void **state)
{
    (void)state;
    double amounts[WEEKS * AGES];
    const ptl_maturity_data data = {amounts, WEEKS};
    fill(amounts, slow, 0.0, 11);
    for (int32_t age = 0; age < AGES; age++) {
        const ptl_maturity m = ptl_maturity_of(&data, age);
        assert_int_equal(m.verdict, PTL_CONVERGED);
        EXPECT_NEAR(m.share, slow[age], 1e-12);
        EXPECT_NEAR(m.low, slow[age], 1e-12);
        EXPECT_NEAR(m.high, slow[age], 1e-12);
        EXPECT_INT(m.n_weeks, WEEKS - AGES + 1);
    }
}

static void the_interval_is_the_past_weeks_spread(void **state)
{
    (void)state;
    double amounts[WEEKS * AGES];
    const ptl_maturity_data data = {amounts, WEEKS};
    int held = 0, n = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        fill(amounts, slow, 0.1, seed);
        ptl_rng rng = ptl_rng_new(seed + 1000);
        const double truth = slow[0] * (1.0 + 0.1 * (ptl_rng_uniform(&rng) - 0.5));
        const ptl_maturity m = ptl_maturity_of(&data, 0);
        held += m.low <= truth && truth <= m.high;
        n++;
        EXPECT_NEAR(m.share, slow[0], 0.03);
    }
    /* 80 % of 32 past weeks' spread: between 68 % and 88 % of 200 at four standard errors */
    if (held < 136 || held > 176) fail_msg("%d of %d were held", held, n);
}

/* Three weeks and two steps by hand: f(0) = (130 + 260) ⁄ (100 + 200), f(1) = 1.1. */
static void steps_are_ratios_of_sums(void **state)
{
    (void)state;
    double amounts[WEEKS * AGES];
    const ptl_maturity_data data = {amounts, WEEKS};
    for (int w = 0; w < WEEKS; w++)
        for (int a = 0; a < AGES; a++) {
            const double first = w % 2 ? 200.0 : 100.0, second = w % 2 ? 260.0 : 130.0;
            const double later = w % 2 ? 286.0 : 143.0;
            amounts[w * AGES + a] = w + a >= WEEKS ? PTL_NAN
                                    : a == 0       ? first
                                    : a == 1       ? second
                                                   : later;
        }
    EXPECT_NEAR(ptl_maturity_of(&data, 0).share, 1.0 / (1.3 * 1.1), 1e-12);
    EXPECT_NEAR(ptl_maturity_of(&data, 1).share, 1.0 / 1.1, 1e-12);
    EXPECT_NEAR(ptl_maturity_of(&data, 2).share, 1.0, 1e-12);
}

static void too_few_weeks_say_nothing(void **state)
{
    (void)state;
    double amounts[WEEKS * AGES];
    fill(amounts, slow, 0.0, 3);
    ptl_maturity_data data = {amounts, WEEKS};
    for (int w = 0; w < WEEKS - 5; w++) amounts[w * AGES] = PTL_NAN; /* imported in one go */
    assert_int_equal(ptl_maturity_of(&data, 0).verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(ptl_maturity_of(&data, 0).share));
    assert_int_equal(ptl_maturity_of(&data, 1).verdict, PTL_CONVERGED);
    data.n_weeks = 7;
    assert_int_equal(ptl_maturity_of(&data, 1).verdict, PTL_NOT_IDENTIFIED);
    data.n_weeks = 0;
    assert_int_equal(ptl_maturity_of(&data, 0).verdict, PTL_NOT_IDENTIFIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_delays_are_found),
                                       cmocka_unit_test(the_interval_is_the_past_weeks_spread),
                                       cmocka_unit_test(steps_are_ratios_of_sums),
                                       cmocka_unit_test(too_few_weeks_say_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
