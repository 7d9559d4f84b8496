/* test_mcmc: diagnostics of Markov chains (mcmc.h), against arviz on the same draws.
 *
 * The sample is a chain x <- 0.75 x + sum of four uniforms - 2, the uniforms from a congruential
 * generator, so that tests/reference/mcmc.py makes the same doubles and prints the table below. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/mcmc.h"

enum { CHAINS = 4, DRAWS = 501 };

typedef struct reference {
    const char *name;
    double r_hat, ess_bulk, ess_tail, ess_mean, mcse_mean, mcse_q10, e_bfmi;
} reference;

/* arviz 0.23.4 */
static const reference references[] = {
    {"plain", 1.010912926699416, 330.93559241862044, 651.3686688129532, 331.45200891252205,
     0.04673383766218109, 0.06533643611603035, 0.3913072801443662},
    {"shifted", 1.0496104658597358, 131.6615658768955, 521.794415762757, 114.5295996574091,
     0.08293011341513451, 0.049498975244878896, 0.3913072801443662},
    {"skewed", 1.0115403136560497, 697.8871061212944, 965.8136194228606, 623.1222304387949,
     0.041184279073651284, 0.0013901421792480292, 0.6886867208058792},
    {"tied", 1.0078119423558638, 334.91276684944904, 590.2739095082073, 336.0430281581627,
     0.18594660808918365, 0.5, 0.39688160606846357},
    {"two", 1.0232270336146987, 25.452445763836355, 39.02567478604345, 25.693922944870177,
     0.162384793896716, 0.2591779884021853, 0.536763019788254},
};

static void sample(double *x, int64_t n_chains, int64_t n_draws)
{
    uint64_t s = 12345;
    for (int64_t c = 0; c < n_chains; c++) {
        double at = 0.0;
        for (int64_t i = 0; i < n_draws; i++) {
            at *= 0.75;
            for (int k = 0; k < 4; k++) {
                s = (1103515245 * s + 12345) % 2147483648u;
                at += (double)s / 2147483648.0;
            }
            x[c * n_draws + i] = at -= 2.0;
        }
    }
}

static ptl_mcmc_view make(double *x, const char *name)
{
    const bool two = strcmp(name, "two") == 0;
    const int64_t n_chains = two ? 2 : CHAINS, n_draws = two ? 40 : DRAWS;
    sample(x, n_chains, n_draws);
    for (int64_t i = 0; i < n_chains * n_draws; i++) {
        if (strcmp(name, "shifted") == 0 && i >= 3 * DRAWS) x[i] += 0.5;
        if (strcmp(name, "skewed") == 0) x[i] *= x[i];
        if (strcmp(name, "tied") == 0) x[i] = floor(4.0 * x[i]);
    }
    return (ptl_mcmc_view){x, n_chains, n_draws, n_draws, 1};
}

static double x[CHAINS * DRAWS], other[CHAINS * DRAWS], work[8 * CHAINS * DRAWS];

static void agrees_with_arviz(void **state)
{
    (void)state;
    assert_true(ptl_mcmc_work_n(CHAINS, DRAWS) <= (int64_t)(sizeof work / sizeof *work));
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        const reference *const r = &references[i];
        const ptl_mcmc_view v = make(x, r->name);
        print_message("%s\n", r->name);
        EXPECT_NEAR(ptl_mcmc_r_hat(&v, work), r->r_hat, 1e-10);
        EXPECT_NEAR(ptl_mcmc_ess_bulk(&v, work) / r->ess_bulk, 1.0, 1e-9);
        EXPECT_NEAR(ptl_mcmc_ess_tail(&v, work) / r->ess_tail, 1.0, 1e-9);
        EXPECT_NEAR(ptl_mcmc_ess_mean(&v, work) / r->ess_mean, 1.0, 1e-9);
        EXPECT_NEAR(ptl_mcmc_mcse_mean(&v, work) / r->mcse_mean, 1.0, 1e-9);
        EXPECT_NEAR(ptl_mcmc_mcse_quantile(&v, 0.1, work) / r->mcse_q10, 1.0, 1e-9);
        EXPECT_NEAR(ptl_mcmc_e_bfmi(&v) / r->e_bfmi, 1.0, 1e-10);
        const ptl_mcmc_summary s = ptl_mcmc_summarise(&v, work);
        assert_true(s.r_hat == ptl_mcmc_r_hat(&v, work));
        assert_true(s.ess_bulk == ptl_mcmc_ess_bulk(&v, work));
        assert_true(s.ess_tail == ptl_mcmc_ess_tail(&v, work));
        assert_true(s.mcse_mean == ptl_mcmc_mcse_mean(&v, work));
    }
}

/* R-hat and bulk ESS see ranks only: any increasing map leaves them to the last bit. */
static void ranks_are_all_that_counts(void **state)
{
    (void)state;
    const ptl_mcmc_view v = make(x, "plain");
    const double ess = ptl_mcmc_ess_bulk(&v, work);
    for (int64_t i = 0; i < CHAINS * DRAWS; i++) x[i] = exp(3.0 * x[i]);
    assert_true(ptl_mcmc_ess_bulk(&v, work) == ess);
}

/* The same draws under other strides, as a sampler lays them down. */
static void strides(void **state)
{
    (void)state;
    const ptl_mcmc_view v = make(x, "plain");
    for (int64_t c = 0; c < CHAINS; c++)
        for (int64_t i = 0; i < DRAWS; i++) other[i * CHAINS + c] = x[c * DRAWS + i];
    const ptl_mcmc_view turned = {other, CHAINS, DRAWS, 1, CHAINS};
    assert_true(ptl_mcmc_r_hat(&v, work) == ptl_mcmc_r_hat(&turned, work));
    assert_true(ptl_mcmc_quantile(&v, 0.31, work) == ptl_mcmc_quantile(&turned, 0.31, work));
    assert_true(ptl_mcmc_e_bfmi(&v) == ptl_mcmc_e_bfmi(&turned));
}

static void what_cannot_be_judged_is_nan(void **state)
{
    (void)state;
    ptl_mcmc_view v = make(x, "plain");
    x[777] = PTL_NAN;
    const ptl_mcmc_summary s = ptl_mcmc_summarise(&v, work);
    assert_true(isnan(s.r_hat) && isnan(s.ess_bulk) && isnan(s.ess_tail) && isnan(s.mean));
    assert_true(isnan(ptl_mcmc_mcse_quantile(&v, 0.5, work)) && isnan(ptl_mcmc_e_bfmi(&v)));
    v = make(x, "plain");
    v.n_draws = 3;
    assert_true(isnan(ptl_mcmc_r_hat(&v, work)) && isnan(ptl_mcmc_ess_mean(&v, work)));
    for (int64_t i = 0; i < CHAINS * DRAWS; i++) x[i] = 0.37;
    v.n_draws = DRAWS;
    assert_true(isnan(ptl_mcmc_r_hat(&v, work)));
    /* chains that each stand still, apart from one another */
    for (int64_t i = 0; i < CHAINS * DRAWS; i++) x[i] = (double)(i / DRAWS);
    assert_false(ptl_mcmc_r_hat(&v, work) <= 1.05);
    v = make(x, "plain");
    assert_true(isnan(ptl_mcmc_quantile(&v, 1.5, work)));
    assert_true(isnan(ptl_mcmc_ess_quantile(&v, PTL_NAN, work)));
}

static void checks_amount_to_a_verdict(void **state)
{
    (void)state;
    ptl_check c[PTL_MCMC_CHECKS];
    const ptl_mcmc_worst good = {1.003, 812.0, 633.0, 0.0, 0.0, 0.91};
    assert_int_equal(ptl_mcmc_check(c, &good, NULL), PTL_CONVERGED);
    for (int i = 0; i < PTL_MCMC_CHECKS; i++) {
        assert_int_equal(c[i].outcome, PTL_PASS);
        assert_true(c[i].id && c[i].advice);
    }
    ptl_mcmc_worst w = good;
    w.r_hat_max = 1.03;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_INACCURATE);
    assert_int_equal(c[0].outcome, PTL_REVIEW);
    w.r_hat_max = PTL_NAN;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_NOT_CONVERGED);
    w = good;
    w.divergent_share = 0.0005;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_INACCURATE);
    w.divergent_share = 0.002;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_NOT_CONVERGED);
    w = good;
    w.ess_tail_min = 99.0;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_NOT_CONVERGED);
    assert_int_equal(c[2].outcome, PTL_FAIL);
    w = good;
    w.e_bfmi_min = PTL_NAN;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_NOT_CONVERGED);
    w = good;
    w.saturated_share = 0.5;
    assert_int_equal(ptl_mcmc_check(c, &w, NULL), PTL_INACCURATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_arviz), cmocka_unit_test(ranks_are_all_that_counts),
        cmocka_unit_test(strides), cmocka_unit_test(what_cannot_be_judged_is_nan),
        cmocka_unit_test(checks_amount_to_a_verdict)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
