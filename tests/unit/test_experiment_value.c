/* test_experiment_value: what an experiment is worth. References: closed forms to 400 digits
 * (tests/reference/experiment_value.py), the issue of two actions with a normal difference, and the
 * definition of EVSI integrated over y by plain trapezoids, which shares nothing with the rule. */
#include "support/expect.h"

#include "portolan/experiment_value.h"
#include "portolan/random.h"
#include "portolan/special.h"

#include <stdlib.h>

static ptl_error err;

typedef struct bed {
    ptl_arena arena;
    ptl_experiment_work work;
} bed;

static int set_up(void **state)
{
    bed *const b = calloc(1, sizeof *b);
    if (!b) return -1;
    ptl_arena_init(&b->arena, (size_t)256 << 20, NULL);
    b->work.arena = &b->arena;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bed *const b = *state;
    ptl_arena_dispose(&b->arena);
    free(b);
    return 0;
}

static ptl_experiment_design plain_design(const double *measured, double error_sd)
{
    return (ptl_experiment_design){
        .name = "north against south", .weeks = 6, .error_sd = error_sd, .measured = measured};
}

static ptl_experiment_value value_of(const bed *b, const ptl_experiment_decision *d,
                                     const ptl_experiment_design *x,
                                     const ptl_experiment_options *o)
{
    ptl_experiment_choice choice;
    ptl_experiment_value v;
    EXPECT_OK(ptl_experiment_solve(&choice, &v, d, 1, x, 1, o, &b->work, &err));
    EXPECT_INT(b->arena.bytes_used, 0);
    return v;
}

/* ---- the closed form ---- */

static void closed_form_to_the_last_digits(void **state)
{
    (void)state;
    static const struct {
        double mu, sigma, s, evsi;
    } row[] = {
        {1, 2, 1, 3.22341829419813708e-01},
        {1, 2, 0, 3.95593114802612056e-01},
        {-2.37, 1.91, 0.83, 7.11886944276912681e-02},
        {3.3, 1.0, 0.2, 9.71782161664429647e-05},
        {7.1, 1.3, 0.7, 4.87541695988944434e-11},
        {20.3, 1.1, 0.4, 1.96303559227599741e-87},
        {41.7, 1.7, 0.9, 4.10956737175203182e-171},
        {0, 3.1, 2.2, 1.00855486801341954e+00},
        {0.0123, 0.77, 13.5, 1.20262981294204443e-02},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        /* the exponent of a tail of e^-400 carries 400 roundings of the input */
        const double tol = (1e-13 + 2e-16 * fabs(log(row[i].evsi)) * 4) * row[i].evsi;
        EXPECT_NEAR(ptl_experiment_evsi_normal(row[i].mu, row[i].sigma, row[i].s), row[i].evsi,
                    tol);
    }
    EXPECT_NEAR(ptl_experiment_evsi_normal(1, 2, 1), 0.322341829419814, 1e-15);
    EXPECT_NEAR(ptl_experiment_evpi_normal(1, 2), 0.395593114802612, 1e-15);
    assert_true(ptl_experiment_evsi_normal(1, 2, (double)INFINITY) == 0.0);
    assert_true(ptl_experiment_evsi_normal(1, 0, 1) == 0.0);
    assert_true(isnan(ptl_experiment_evsi_normal(1, -2, 1)));
    assert_true(isnan(ptl_experiment_evsi_normal(PTL_NAN, 2, 1)));
    assert_true(isnan(ptl_experiment_evsi_normal(1, 2, -1)));
}

static void closed_form_grows_with_n(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(73);
    for (int k = 0; k < 200; k++) {
        const double mu = 3.0 * ptl_rng_normal(&rng), sigma = ptl_rng_exponential(&rng);
        const double sd = 5.0 * ptl_rng_exponential(&rng);
        double before = 0.0;
        for (int n = 1; n < 3000; n = n * 3 / 2 + 1) {
            const double now = ptl_experiment_evsi_normal(mu, sigma, sd / sqrt(n));
            EXPECT_LE(before, now);
            before = now;
        }
        EXPECT_LE(before, ptl_experiment_evpi_normal(mu, sigma));
    }
}

/* Where the two branches of the loss integral meet they agree. */
static void closed_form_is_smooth_at_three(void **state)
{
    (void)state;
    const double below = ptl_experiment_evsi_normal(3.0 - 1e-9, 1.0, 0.0);
    const double above = ptl_experiment_evsi_normal(3.0 + 1e-9, 1.0, 0.0);
    EXPECT_NEAR((below - above) / 2e-9, 0.5 * erfc(3.0 / sqrt(2.0)), 1e-5 * 0.00135);
}

/* ---- draws against the closed form ---- */

enum { QUANTILES = 4001 };

static void normal_draws(double *theta, double *utility, double mu, double sigma)
{
    for (int i = 0; i < QUANTILES; i++) {
        theta[i] = mu + sigma * ptl_normal_quantile_std((i + 0.5) / QUANTILES);
        utility[2 * i] = 0.0;
        utility[2 * i + 1] = theta[i];
    }
}

static void draws_agree_with_the_closed_form(void **state)
{
    static double theta[QUANTILES], utility[2 * QUANTILES];
    static const double row[][3] = {{1, 2, 1},        {-2.37, 1.91, 0.83}, {0, 3.1, 2.2},
                                    {0.4, 0.9, 3.7},  {1, 2, 0.03},        {1, 2, 0},
                                    {0.5, 0.31, 0.2}, {-0.1, 1.3, 11.0}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        normal_draws(theta, utility, row[i][0], row[i][1]);
        const ptl_experiment_decision d = {
            .n_draws = QUANTILES, .n_actions = 2, .utility = utility};
        const ptl_experiment_design x = plain_design(theta, row[i][2]);
        ptl_experiment_options o = ptl_experiment_options_default();
        const double exact = ptl_experiment_evsi_normal(row[i][0], row[i][1], row[i][2]);
        /* utilities linear in m: pools of 64 draws lose nothing */
        const double pooled = value_of(*state, &d, &x, &o).evsi;
        /* 4001 quantiles miss the tails beyond 3.6 deviations */
        EXPECT_NEAR(pooled, exact, 4e-3 * exact + 1e-6);
        o.pool = 1;
        const ptl_experiment_value v = value_of(*state, &d, &x, &o);
        EXPECT_NEAR(v.evsi, exact, 4e-3 * exact + 1e-6);
        EXPECT_NEAR(v.evpi, ptl_experiment_evpi_normal(row[i][0], row[i][1]), 1e-3 * v.evpi);
        EXPECT_INT(v.n_rule, 2);
        /* the posterior mean of theta crosses zero where y = -mu (s / sigma)^2 */
        const double border = -row[i][0] * pow(row[i][2] / row[i][1], 2.0);
        EXPECT_NEAR(v.rule_from[1], border, 0.02 * fabs(border) + 0.05 * row[i][1]);
        EXPECT_INT(v.rule_action[1], 1);
    }
}

static void bias_adds_to_the_error(void **state)
{
    static double theta[QUANTILES], utility[2 * QUANTILES];
    normal_draws(theta, utility, 0.7, 1.9);
    const ptl_experiment_decision d = {.n_draws = QUANTILES, .n_actions = 2, .utility = utility};
    ptl_experiment_design x = plain_design(theta, 0.3);
    x.bias_sd = 0.4;
    const ptl_experiment_value v = value_of(*state, &d, &x, NULL);
    x.error_sd = 0.5, x.bias_sd = 0.0;
    EXPECT_NEAR(v.evsi, value_of(*state, &d, &x, NULL).evsi, 1e-12);
    /* without error the bias is what is left to doubt */
    x.error_sd = 0.0, x.bias_sd = 0.4;
    EXPECT_NEAR(value_of(*state, &d, &x, NULL).evsi, ptl_experiment_evsi_normal(0.7, 1.9, 0.4),
                1e-3);
}

/* ---- the definition, integrated plainly ---- */

enum { SMALL = 7, ACTIONS = 4 };

static double best_weighted(const double *weight, const double *utility)
{
    double best = -1e300;
    for (int a = 0; a < ACTIONS; a++) {
        double sum = 0.0;
        for (int s = 0; s < SMALL; s++) sum += weight[s] * utility[s * ACTIONS + a];
        if (sum > best) best = sum;
    }
    return best;
}

/* E_y max_a E(u_a | y) = integral of max_a sum_s p(y | s)/S u_sa dy. */
static double plain_evsi(const double *m, const double *utility, double s)
{
    double lo = m[0], hi = m[0], weight[SMALL], total = 0.0;
    for (int i = 1; i < SMALL; i++) lo = fmin(lo, m[i]), hi = fmax(hi, m[i]);
    lo -= 9.0 * s, hi += 9.0 * s;
    const int n = 200000;
    const double step = (hi - lo) / n;
    for (int j = 0; j <= n; j++) {
        for (int i = 0; i < SMALL; i++) {
            const double z = (lo + j * step - m[i]) / s;
            weight[i] = exp(-0.5 * z * z) / (s * 2.5066282746310002 * SMALL);
        }
        total += step * best_weighted(weight, utility);
    }
    for (int i = 0; i < SMALL; i++) weight[i] = 1.0 / SMALL;
    return total - best_weighted(weight, utility);
}

static void equals_its_definition(void **state)
{
    ptl_rng rng = ptl_rng_new(90817);
    ptl_experiment_options o = ptl_experiment_options_default();
    o.pool = 1;
    for (int k = 0; k < 25; k++) {
        double m[SMALL], utility[SMALL * ACTIONS];
        for (int s = 0; s < SMALL; s++) m[s] = 2.0 * ptl_rng_normal(&rng);
        for (int i = 0; i < SMALL * ACTIONS; i++)
            utility[i] = ptl_rng_normal(&rng) + 0.8 * m[i / ACTIONS] * (i % ACTIONS);
        const double s = 0.1 + 2.0 * ptl_rng_uniform(&rng);
        const ptl_experiment_decision d = {
            .n_draws = SMALL, .n_actions = ACTIONS, .utility = utility};
        const ptl_experiment_design x = plain_design(m, s);
        const ptl_experiment_value v = value_of(*state, &d, &x, &o);
        EXPECT_NEAR(v.evsi, plain_evsi(m, utility, s), 1e-7);
        EXPECT_LE(v.evsi, plain_evsi(m, utility, s) + 1e-8); /* a rule is never overvalued */
    }
}

/* ---- what must hold ---- */

enum { DRAWS = 400, MANY = 6 };

static void random_decision(double *m, double *utility, ptl_rng *rng)
{
    const double slope = ptl_rng_normal(rng), noise = ptl_rng_exponential(rng);
    for (int s = 0; s < DRAWS; s++) {
        m[s] = ptl_rng_normal(rng) + 0.3 * ptl_rng_exponential(rng);
        for (int a = 0; a < MANY; a++)
            utility[s * MANY + a] = slope * m[s] * a - 0.1 * a * a + noise * ptl_rng_normal(rng);
    }
}

static void between_nothing_and_perfect_and_growing_with_n(void **state)
{
    static double m[DRAWS], utility[DRAWS * MANY];
    ptl_rng rng = ptl_rng_new(5150);
    for (int k = 0; k < 30; k++) {
        random_decision(m, utility, &rng);
        const ptl_experiment_decision d = {.n_draws = DRAWS, .n_actions = MANY, .utility = utility};
        double before = 0.0;
        for (int n = 1; n <= 1024; n *= 2) {
            const ptl_experiment_design x = plain_design(m, 7.3 / sqrt(n));
            const ptl_experiment_value v = value_of(*state, &d, &x, NULL);
            assert_true(v.evsi >= 0.0 && v.evsi <= v.evppi && v.evppi <= v.evpi);
            EXPECT_LE(before, v.evsi + 1e-9);
            before = v.evsi;
        }
        const ptl_experiment_design exact = plain_design(m, 0.0);
        const ptl_experiment_value v = value_of(*state, &d, &exact, NULL);
        EXPECT_LE(before, v.evsi + 1e-9);
        EXPECT_NEAR(v.evsi, v.evppi, 1e-12);
    }
}

static void zero_where_no_result_changes_the_choice(void **state)
{
    double m[DRAWS], utility[2 * DRAWS];
    ptl_rng rng = ptl_rng_new(11);
    for (int s = 0; s < DRAWS; s++) {
        m[s] = ptl_rng_normal(&rng);
        utility[2 * s] = 3.7 + m[s], utility[2 * s + 1] = 1.2 + 0.99 * m[s]; /* dominated */
        if (utility[2 * s + 1] > utility[2 * s]) fail_msg("the case is not dominated");
    }
    const ptl_experiment_decision d = {.n_draws = DRAWS, .n_actions = 2, .utility = utility};
    const ptl_experiment_design x = plain_design(m, 0.2);
    const ptl_experiment_value v = value_of(*state, &d, &x, NULL);
    assert_true(v.evsi == 0.0 && v.evpi == 0.0 && v.evsi_se == 0.0 && v.p_change == 0.0);
    EXPECT_INT(v.n_rule, 1);
    EXPECT_INT(v.verdict, PTL_CONVERGED);
    /* one action only: nothing to choose */
    const ptl_experiment_decision single = {.n_draws = DRAWS, .n_actions = 1, .utility = utility};
    assert_true(value_of(*state, &single, &x, NULL).evsi == 0.0);
    /* a test that measures the same in every draw teaches nothing, however precise */
    static double same[DRAWS], other[2 * DRAWS];
    for (int s = 0; s < DRAWS; s++) same[s] = 4.4, other[2 * s] = 0.0, other[2 * s + 1] = m[s];
    const ptl_experiment_decision open = {.n_draws = DRAWS, .n_actions = 2, .utility = other};
    for (double sd = 0.0; sd < 1.0; sd += 0.7) {
        const ptl_experiment_design blind = plain_design(same, sd);
        assert_true(value_of(*state, &open, &blind, NULL).evsi == 0.0);
    }
}

/* u = m + what is not measured: perfect knowledge of m is worth less than perfect knowledge, and
 * pooling sees that, as the closed form with sd of m says. */
static void a_precise_test_does_not_know_what_it_does_not_measure(void **state)
{
    enum { N = 20000 };
    double *const m = malloc(N * sizeof *m), *const u = malloc(2 * N * sizeof *u);
    assert_true(m && u);
    ptl_rng rng = ptl_rng_new(404);
    for (int s = 0; s < N; s++) {
        m[s] = 1.1 * ptl_rng_normal(&rng);
        u[2 * s] = 0.0, u[2 * s + 1] = m[s] + 2.3 * ptl_rng_normal(&rng);
    }
    const ptl_experiment_decision d = {.n_draws = N, .n_actions = 2, .utility = u};
    const ptl_experiment_design x = plain_design(m, 0.01);
    const ptl_experiment_value v = value_of(*state, &d, &x, NULL);
    EXPECT_NEAR(v.evpi, ptl_experiment_evpi_normal(0.0, hypot(1.1, 2.3)), 0.04);
    EXPECT_NEAR(v.evsi, ptl_experiment_evpi_normal(0.0, 1.1), 0.04);
    EXPECT_LE(fabs(v.evsi - ptl_experiment_evpi_normal(0.0, 1.1)), 3.0 * v.evsi_se);
    free(m), free(u);
}

/* ---- money ---- */

static void margin_forgone_and_share_left_by_hand(void **state)
{
    static double theta[QUANTILES], utility[2 * QUANTILES];
    normal_draws(theta, utility, 13.0, 21.0);
    const ptl_experiment_decision d = {.n_draws = QUANTILES, .n_actions = 2, .utility = utility};
    ptl_experiment_design x = plain_design(theta, 9.0);
    x.weeks = 13, x.weeks_to_read = 3, x.cost = 0.31;
    x.control = (ptl_experiment_arm){.share = 0.25, .action = 0};
    x.treatment = (ptl_experiment_arm){.share = 0.35, .action = 1};
    ptl_experiment_options o = ptl_experiment_options_default();
    o.discount_annual = 0.0;
    ptl_experiment_value v = value_of(*state, &d, &x, &o);
    EXPECT_NEAR(v.share_left, 36.0 / 52.0, 1e-14);
    EXPECT_NEAR(v.margin_forgone, 0.25 * 0.25 * 13.0, 1e-9);
    EXPECT_NEAR(v.enbs, v.evsi * 36.0 / 52.0 - 0.31 - 0.25 * 0.25 * 13.0, 1e-9);
    EXPECT_INT(v.action_now, 1);
    /* at 10 % a year the first 16 weeks weigh (1 - d^16)/(1 - d^52), d = 1.1^(-1/52) */
    v = value_of(*state, &d, &x, NULL);
    const double c = pow(1.1, -1.0 / 52.0);
    EXPECT_NEAR(v.share_left, 1.0 - (1.0 - pow(c, 16)) / (1.0 - pow(c, 52)), 1e-13);
    x.weeks_to_read = 50; /* known too late to be of use */
    assert_true(value_of(*state, &d, &x, NULL).share_left == 0.0);
}

static void power_and_assurance(void **state)
{
    static double theta[QUANTILES], utility[2 * QUANTILES];
    normal_draws(theta, utility, 0.0, 1.7);
    const ptl_experiment_decision d = {.n_draws = QUANTILES, .n_actions = 2, .utility = utility};
    const ptl_experiment_design x = plain_design(theta, 0.9);
    ptl_experiment_options o = ptl_experiment_options_default();
    o.level = 0.05, o.effect = 2.0;
    const ptl_experiment_value v = value_of(*state, &d, &x, &o);
    const double z = 1.959963984540054;
    EXPECT_NEAR(v.power,
                0.5 * erfc((z - 2.0 / 0.9) / sqrt(2.0)) + 0.5 * erfc((z + 2.0 / 0.9) / sqrt(2.0)),
                1e-13);
    /* y ~ N(0, 0.9^2 + 1.7^2), so P(|y| > z 0.9) is a normal tail */
    EXPECT_NEAR(v.assurance, erfc(z * 0.9 / hypot(0.9, 1.7) / sqrt(2.0)), 2e-4);
    EXPECT_NEAR(ptl_experiment_error_sd(3.0, 20, 30, 1, 0.0), 3.0 * sqrt(1.0 / 20 + 1.0 / 30),
                1e-14);
    EXPECT_NEAR(ptl_experiment_error_sd(3.0, 20, 30, 8, 1.0), 3.0 * sqrt(1.0 / 20 + 1.0 / 30),
                1e-14);
    EXPECT_NEAR(ptl_experiment_error_sd(3.0, 20, 30, 8, 0.0), 3.0 * sqrt((1.0 / 20 + 1.0 / 30) / 8),
                1e-14);
    assert_true(isnan(ptl_experiment_error_sd(3.0, 0, 30, 8, 0.0)));
}

static void runs_none_where_none_pays(void **state)
{
    const bed *const b = *state;
    static double theta[QUANTILES], utility[2 * QUANTILES];
    normal_draws(theta, utility, 1.0, 2.0);
    const ptl_experiment_decision d = {.n_draws = QUANTILES, .n_actions = 2, .utility = utility};
    ptl_experiment_design x[3] = {plain_design(theta, 1.0), plain_design(theta, 0.5),
                                  plain_design(theta, 2.0)};
    ptl_experiment_choice choice;
    ptl_experiment_value v[3];
    x[0].cost = 0.05, x[1].cost = 0.30, x[2].cost = 0.002;
    EXPECT_OK(ptl_experiment_solve(&choice, v, &d, 1, x, 3, NULL, &b->work, &err));
    EXPECT_INT(choice.best, 0);
    assert_true(choice.enbs == v[0].enbs && v[0].enbs > v[1].enbs && v[0].enbs > v[2].enbs);
    for (int i = 0; i < 3; i++) x[i].cost = 0.4;
    EXPECT_OK(ptl_experiment_solve(&choice, v, &d, 1, x, 3, NULL, &b->work, &err));
    EXPECT_INT(choice.best, -1);
    assert_true(choice.enbs == 0.0);
    EXPECT_INT(choice.n_positive, 0);
    EXPECT_OK(ptl_experiment_solve(&choice, v, &d, 1, x, 0, NULL, &b->work, &err));
    EXPECT_INT(choice.best, -1);
}

static void same_bytes_at_any_width(void **state)
{
    bed *const b = *state;
    enum { DESIGNS = 37 };
    static double m[DRAWS], utility[DRAWS * MANY];
    static ptl_experiment_value one[DESIGNS], other[DESIGNS];
    ptl_rng rng = ptl_rng_new(6);
    random_decision(m, utility, &rng);
    const ptl_experiment_decision d = {.n_draws = DRAWS, .n_actions = MANY, .utility = utility};
    ptl_experiment_design x[DESIGNS];
    for (int i = 0; i < DESIGNS; i++) x[i] = plain_design(m, 0.05 * (i + 1));
    ptl_experiment_choice choice;
    EXPECT_OK(ptl_experiment_solve(&choice, one, &d, 1, x, DESIGNS, NULL, &b->work, &err));
    for (int32_t width = 2; width <= 4; width += 2) {
        ptl_pool *pool;
        EXPECT_OK(ptl_pool_new(&pool, width, &err));
        const ptl_executor executor = ptl_pool_executor(pool);
        const ptl_experiment_work work = {.arena = &b->arena, .executor = &executor};
        memset(other, 0, sizeof other);
        EXPECT_OK(ptl_experiment_solve(&choice, other, &d, 1, x, DESIGNS, NULL, &work, &err));
        for (int i = 0; i < DESIGNS; i++) {
            assert_true(one[i].evsi == other[i].evsi && one[i].enbs == other[i].enbs);
            assert_memory_equal(one[i].rule_from, other[i].rule_from, sizeof one[i].rule_from);
        }
        ptl_pool_free(pool);
    }
}

/* ---- refusals ---- */

#define REFUSED(change, words)                                                                     \
    do {                                                                                           \
        ptl_experiment_decision d = good_decision;                                                 \
        ptl_experiment_design x = good_design;                                                     \
        ptl_experiment_options o = ptl_experiment_options_default();                               \
        change;                                                                                    \
        EXPECT_FAIL(ptl_experiment_solve(&choice, &v, &d, 1, &x, 1, &o, &b->work, &err),           \
                    PTL_E_INVALID, words);                                                         \
    } while (0)

static void refuses_by_name(void **state)
{
    const bed *const b = *state;
    double m[4] = {1.5, 2.5, -3.5, 4.5}, utility[8] = {0, 1.5, 0, 2.5, 0, -3.5, 0, 4.5};
    double bad_m[4] = {1.5, 2.5, PTL_NAN, 4.5}, bad_u[8] = {0, 1.5, 0, 2.5, 0, PTL_NAN, 0, 4.5};
    const ptl_experiment_decision good_decision = {
        .n_draws = 4, .n_actions = 2, .utility = utility};
    const ptl_experiment_design good_design = plain_design(m, 1.0);
    ptl_experiment_choice choice;
    ptl_experiment_value v;
    REFUSED(x.measured = bad_m, "design 0 \"north against south\": measured is nan in draw 2");
    REFUSED(d.utility = bad_u, "utility of draw 2, action 1 is nan");
    REFUSED(d.n_draws = 1, "n_draws must be 2");
    REFUSED(d.n_actions = 0, "n_actions");
    REFUSED(d.ess = 5.0, "ess 5");
    REFUSED(x.error_sd = -1.0, "error_sd");
    REFUSED(x.error_sd = PTL_NAN, "error_sd");
    REFUSED(x.bias_sd = PTL_NAN, "bias_sd");
    REFUSED(x.weeks = 0, "weeks must be 1");
    REFUSED(x.weeks_to_read = -1, "weeks_to_read");
    REFUSED(x.cost = -2.0, "cost");
    REFUSED(x.control.action = 2, "control: action 2");
    REFUSED(x.treatment.share = 1.5, "treatment: share");
    REFUSED((x.treatment.share = 0.75, x.control.share = 0.5), "shares of control and treatment");
    REFUSED(x.decision = 1, "decision 1");
    REFUSED(x.measured = NULL, "measured is missing");
    REFUSED(o.horizon_weeks = 0, "horizon_weeks");
    REFUSED(o.discount_annual = -0.5, "discount_annual");
    REFUSED(o.n_outcomes = 3, "n_outcomes");
    REFUSED(o.level = 1.0, "level");
    REFUSED(o.pool = -1, "pool");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_form_to_the_last_digits),
        cmocka_unit_test(closed_form_grows_with_n),
        cmocka_unit_test(closed_form_is_smooth_at_three),
        cmocka_unit_test_setup_teardown(draws_agree_with_the_closed_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bias_adds_to_the_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equals_its_definition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(between_nothing_and_perfect_and_growing_with_n, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(zero_where_no_result_changes_the_choice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_precise_test_does_not_know_what_it_does_not_measure,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(margin_forgone_and_share_left_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(power_and_assurance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(runs_none_where_none_pays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(same_bytes_at_any_width, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_by_name, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
