/* test_validation: judgement of predictions against brute force over pairs, held-out prediction by
 * each method in a world whose rates are known, per-journey credit against the method's total,
 * stability and frequency by hand. */
#include "support/expect.h"

#include <math.h>

#include "portolan/linalg.h"
#include "portolan/validation.h"

enum { N = 60, P_MAX = 20000, TOUCH_MAX = 5 * P_MAX };

static void judged_like_all_pairs(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 22, NULL);
    ptl_rng rng = ptl_rng_new(88);
    double chance[N], won[N], null[N];
    for (int i = 0; i < N; i++) {
        chance[i] = (1.0 + (double)ptl_rng_below(&rng, 9)) / 11.0; /* many ties */
        won[i] = (double)ptl_rng_below(&rng, 4);
        null[i] = (double)ptl_rng_below(&rng, 7);
    }
    ptl_prediction_result r;
    EXPECT_OK(ptl_prediction_judge(&r, chance, won, null, N, 4, &arena, &err));
    double pairs = 0.0, better = 0.0, loss = 0.0, square = 0.0, all = 0.0, n_won = 0.0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            pairs += won[i] * null[j];
            if (chance[i] > chance[j]) better += won[i] * null[j];
            if (chance[i] == chance[j]) better += 0.5 * won[i] * null[j];
        }
        loss -= won[i] * log(chance[i]) + null[i] * log(1.0 - chance[i]);
        square += won[i] * pow(1.0 - chance[i], 2.0) + null[i] * pow(chance[i], 2.0);
        all += won[i] + null[i];
        n_won += won[i];
    }
    EXPECT_NEAR(r.auc, better / pairs, 1e-14);
    EXPECT_NEAR(r.log_loss, loss / all, 1e-13);
    EXPECT_NEAR(r.brier, square / all, 1e-14);
    const double q = n_won / all;
    EXPECT_NEAR(r.log_loss_base, -q * log(q) - (1.0 - q) * log(1.0 - q), 1e-14);
    double n = 0.0, observed = 0.0, gap = 0.0;
    for (int32_t b = 0; b < r.calibration.n_bins; b++) {
        const ptl_calibration_bin *const bin = &r.calibration.bin[b];
        if (b > 0) assert_true(bin->low > r.calibration.bin[b - 1].high);
        double expected = 0.0;
        for (int i = 0; i < N; i++)
            if (chance[i] >= bin->low && chance[i] <= bin->high)
                expected += chance[i] * (won[i] + null[i]);
        EXPECT_NEAR(bin->expected, expected, 1e-12);
        n += bin->n;
        observed += bin->observed;
        gap += fabs(bin->observed - bin->expected) / all;
    }
    EXPECT_INT(r.calibration.n_bins, 4);
    EXPECT_NEAR(n, all, 1e-12);
    EXPECT_NEAR(observed, n_won, 1e-12);
    EXPECT_NEAR(r.calibration.gap, gap, 1e-14);
    ptl_arena_dispose(&arena);
}

static struct {
    int64_t offsets[P_MAX + 1], path[P_MAX], converting[P_MAX], null[P_MAX];
    int32_t touches[TOUCH_MAX], group[P_MAX];
} d;

/* Journeys convert by their last touch alone: with 2 % after channel 0, 6 % after 1, 25 % after 2.
 */
static ptl_paths last_touch_world(int64_t n)
{
    const double rate[] = {0.02, 0.06, 0.25};
    ptl_rng rng = ptl_rng_new(4711);
    int64_t at = 0;
    for (int64_t p = 0; p < n; p++) {
        const int64_t length = 1 + (int64_t)ptl_rng_below(&rng, 4);
        for (int64_t i = 0; i < length; i++) d.touches[at++] = (int32_t)ptl_rng_below(&rng, 3);
        d.offsets[p + 1] = at;
        d.path[p] = p;
        d.group[p] = (int32_t)ptl_rng_below(&rng, 64);
        d.converting[p] = ptl_rng_uniform(&rng) < rate[d.touches[at - 1]];
        d.null[p] = !d.converting[p];
    }
    return (ptl_paths){.n_channels = 3,
                       .direct = -1,
                       .n_paths = n,
                       .offsets = d.offsets,
                       .touches = d.touches,
                       .n_cells = n,
                       .cell_path = d.path,
                       .cell_group = d.group,
                       .cell_converting = d.converting,
                       .cell_null = d.null};
}

static ptl_prediction_result hold_out(const ptl_paths *x, ptl_credit_method method,
                                      ptl_heuristic_rule rule, ptl_arena *arena)
{
    ptl_error err = {0};
    ptl_heuristic_options o = ptl_heuristic_options_default();
    o.rule = rule;
    const ptl_validation_method m = {.method = method, .rule = &o};
    const ptl_attribution_work work = {.arena = arena, .rng = ptl_rng_new(1)};
    ptl_prediction_result r;
    EXPECT_OK(ptl_validation_solve(&r, x, &m, NULL, &work, &err));
    EXPECT_INT(r.verdict, PTL_CONVERGED);
    return r;
}

/* The rule that is true here wins, reaches the AUC that the truth itself has, and is calibrated. */
static void the_true_rule_predicts_best(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 26, NULL);
    const ptl_paths x = last_touch_world(P_MAX);
    const ptl_prediction_result last = hold_out(&x, PTL_CREDIT_RULE, PTL_HEURISTIC_LAST, &arena);
    const ptl_prediction_result first = hold_out(&x, PTL_CREDIT_RULE, PTL_HEURISTIC_FIRST, &arena);
    const ptl_prediction_result linear =
        hold_out(&x, PTL_CREDIT_RULE, PTL_HEURISTIC_LINEAR, &arena);
    const ptl_prediction_result markov =
        hold_out(&x, PTL_CREDIT_MARKOV, PTL_HEURISTIC_LAST, &arena);
    const ptl_prediction_result shapley =
        hold_out(&x, PTL_CREDIT_SHAPLEY, PTL_HEURISTIC_LAST, &arena);
    /* by hand: thirds of journeys at 2, 6 and 25 % */
    const double won = 0.33, null = 2.67;
    const double auc =
        (0.25 * (0.98 + 0.94) + 0.06 * 0.98 + 0.5 * (0.02 * 0.98 + 0.06 * 0.94 + 0.25 * 0.75)) /
        (won * null);
    EXPECT_NEAR(last.auc, auc, 0.012); /* three standard errors at 2,200 conversions */
    assert_true(last.auc > linear.auc && linear.auc > first.auc);
    assert_true(last.log_loss < linear.log_loss && linear.log_loss < first.log_loss);
    assert_true(last.log_loss < last.log_loss_base);
    assert_true(last.auc > markov.auc && markov.auc > first.auc);
    assert_true(last.auc > shapley.auc && shapley.auc > first.auc);
    EXPECT_LE(last.calibration.gap, 0.006);
    EXPECT_NEAR(last.calibration.expected / last.calibration.observed, 1.0, 0.02);
    ptl_arena_dispose(&arena);
}

static void validation_of_nothing(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 26, NULL);
    const ptl_attribution_work work = {.arena = &arena};
    ptl_paths x = last_touch_world(300);
    memset(d.converting, 0, sizeof d.converting);
    const ptl_validation_method m = {.method = PTL_CREDIT_MARKOV};
    ptl_prediction_result r;
    EXPECT_OK(ptl_validation_solve(&r, &x, &m, NULL, &work, &err));
    EXPECT_INT(r.verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(r.auc) && isnan(r.log_loss));
    ptl_validation_options o = ptl_validation_options_default();
    o.n_folds = 9;
    EXPECT_FAIL(ptl_validation_solve(&r, &x, &m, &o, &work, &err), PTL_E_INVALID, "n_folds");
    o = ptl_validation_options_default();
    o.n_bins = 1;
    EXPECT_FAIL(ptl_validation_solve(&r, &x, &m, &o, &work, &err), PTL_E_INVALID, "n_bins");
    o = ptl_validation_options_default();
    o.prior = 0.0;
    EXPECT_FAIL(ptl_validation_solve(&r, &x, &m, &o, &work, &err), PTL_E_INVALID, "prior");
    const ptl_validation_method none = {.method = (ptl_credit_method)9};
    EXPECT_FAIL(ptl_validation_solve(&r, &x, &none, NULL, &work, &err), PTL_E_INVALID, "method 9");
    const double over[] = {1.5}, one[] = {1.0}, minus[] = {-1.0};
    EXPECT_FAIL(ptl_prediction_judge(&r, over, one, one, 1, 5, &arena, &err), PTL_E_INVALID, "1.5");
    EXPECT_FAIL(ptl_prediction_judge(&r, one, minus, one, 1, 5, &arena, &err), PTL_E_INVALID,
                "-1 and 1");
    ptl_arena_dispose(&arena);
}

/* ---- per-journey credit ---- */

static void a_journey_is_spread_by_worth(void **state)
{
    (void)state;
    ptl_error err = {0};
    const int32_t touches[] = {1, 0, 1, 2};
    const double worth[] = {0.2, 0.6, -0.3}, none[] = {0.0, 0.0, 0.0};
    int32_t times[3] = {0};
    double u[4];
    EXPECT_OK(ptl_journey_spread(u, touches, 4, worth, 3, times, &err));
    const double expected[] = {0.375, 0.25, 0.375, 0.0};
    for (int i = 0; i < 4; i++) EXPECT_NEAR(u[i], expected[i], 1e-15);
    EXPECT_OK(ptl_journey_spread(u, touches, 4, none, 3, times, &err));
    const double equal[] = {1 / 6., 1 / 3., 1 / 6., 1 / 3.};
    for (int i = 0; i < 4; i++) EXPECT_NEAR(u[i], equal[i], 1e-15);
    const int32_t zeros[3] = {0};
    assert_memory_equal(times, zeros, sizeof times);
    EXPECT_FAIL(ptl_journey_spread(u, touches, 4, worth, 2, times, &err), PTL_E_INVALID,
                "channel 2 is not in 0 to 1");
    const double bad[] = {0.2, PTL_NAN, 0.1};
    EXPECT_FAIL(ptl_journey_spread(u, touches, 4, bad, 3, times, &err), PTL_E_INVALID, "worth nan");
    EXPECT_FAIL(ptl_journey_spread(u, touches, -1, worth, 3, times, &err), PTL_E_INVALID,
                "-1 touches");
    EXPECT_OK(ptl_journey_spread(u, touches, 0, worth, 3, times, &err));
}

/* Shapley's sum game to the last digit; Markov's to a stated distance, which is not nothing. */
static void journeys_add_up_to_the_method(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 26, NULL);
    const ptl_attribution_work work = {.arena = &arena, .rng = ptl_rng_new(3)};
    const ptl_paths x = last_touch_world(4000);
    ptl_shapley_result s;
    EXPECT_OK(ptl_shapley_solve(&s, &x, NULL, &work, &err));
    double total[3], credit[3], moved, effect[3], sum = 0.0;
    for (int k = 0; k < 3; k++) total[k] = s.credit.credit[k].point;
    EXPECT_OK(ptl_spread_total(credit, &moved, &x, NULL, total, &work, &err));
    for (int k = 0; k < 3; k++) EXPECT_NEAR(credit[k], total[k], 1e-9);
    EXPECT_NEAR(moved, 0.0, 1e-12);
    ptl_markov_result m;
    EXPECT_OK(ptl_markov_solve(&m, &x, NULL, &work, &err));
    for (int k = 0; k < 3; k++) {
        total[k] = m.credit.credit[k].point;
        effect[k] = m.effect[k].point;
    }
    EXPECT_OK(ptl_spread_total(credit, &moved, &x, effect, total, &work, &err));
    double by_hand = 0.0;
    for (int k = 0; k < 3; k++) {
        sum += credit[k];
        by_hand += 0.5 * fabs(credit[k] - total[k]) / (double)m.credit.total.n_converting;
    }
    EXPECT_NEAR(sum, (double)m.credit.total.n_converting, 1e-9);
    EXPECT_NEAR(moved, by_hand, 1e-14);
    assert_true(moved > 0.001 && moved < 0.25);
    ptl_arena_dispose(&arena);
}

/* ---- stability, frequency, sequences ---- */

static void stability_by_hand(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 20, NULL);
    const double none = PTL_NAN;
    const double share[] = {0.5, 0.3, 0.2, 0.42, 0.33, 0.25, none, 0.5,
                            0.5, 0.1, 0.2, 0.7,  0.2,  0.1,  0.7};
    ptl_stability s;
    EXPECT_OK(ptl_stability_solve(&s, share, 5, 3, &arena, &err));
    EXPECT_INT(s.n_steps, 2); /* the third period has no shares */
    EXPECT_NEAR(s.moved, 0.5 * (0.08 + 0.1), 1e-15);
    EXPECT_NEAR(s.moved_max, 0.1, 1e-15);
    EXPECT_INT(s.moved_max_at, 4);
    EXPECT_NEAR(s.rank, 0.5 * (1.0 + 0.5), 1e-15);
    EXPECT_INT(s.restless, 0);
    EXPECT_OK(ptl_stability_solve(&s, share, 1, 3, &arena, &err));
    EXPECT_INT(s.verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(s.moved) && isnan(s.rank));
    EXPECT_FAIL(ptl_stability_solve(&s, share, 5, 0, &arena, &err), PTL_E_INVALID, "0 channels");
    EXPECT_INT(arena.bytes_used, 0);
    ptl_arena_dispose(&arena);
}

static void frequency_by_hand(void **state)
{
    (void)state;
    ptl_error err = {0};
    int64_t won[PTL_PATH_FREQUENCY_MAX] = {10, 24, 9, 11},
            all[PTL_PATH_FREQUENCY_MAX] = {200, 300, 100, 150};
    const ptl_path_result paths = {
        .n_channels = 1, .frequency_converting = won, .frequency_journeys = all};
    ptl_frequency_curve c;
    EXPECT_OK(ptl_path_frequency(&c, &paths, 0, &err));
    EXPECT_NEAR(c.rate[1], 0.08, 1e-15);
    EXPECT_NEAR(c.added[2], 0.01, 1e-15);
    assert_true(isnan(c.rate[4]) && isnan(c.added[0]));
    /* Wilson: 10 of 200 at z = 1.6449 */
    const double z2 = 2.705543454095404;
    const double middle = (10 + z2 / 2) / (200 + z2);
    const double half = sqrt(z2 * (10 * 190 / 200. + z2 / 4)) / (200 + z2);
    EXPECT_NEAR(c.low[0], middle - half, 1e-14);
    EXPECT_NEAR(c.high[0], middle + half, 1e-14);
    EXPECT_INT(c.best, 2); /* .05, .08, then .09 and .0733 make .08 together: no more than at 2 */
    EXPECT_FAIL(ptl_path_frequency(&c, &paths, 1, &err), PTL_E_INVALID, "channel 1");
}

/* Channel 2 closes what converts: sequences that end with it tell most, and what passes through
 * them is lost with them. */
static void telling_sequences_can_be_removed(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 26, NULL);
    const ptl_attribution_work work = {.arena = &arena, .rng = ptl_rng_new(3)};
    const ptl_paths x = last_touch_world(P_MAX);
    ptl_path_result paths;
    ptl_path_options o = ptl_path_options_default();
    o.n_sequences = 6;
    EXPECT_OK(ptl_path_solve(&paths, &x, &o, &work, &err));
    ptl_removal removal[6];
    int32_t idx[6], n;
    EXPECT_OK(ptl_path_removals(removal, idx, &n, &paths, 1, &err));
    assert_true(n > 0 && n <= paths.n_sequences);
    for (int32_t i = 0; i < n; i++) assert_true(paths.sequence[idx[i]].n == 2);
    ptl_removal_result r;
    EXPECT_OK(ptl_markov_removal(&r, &x, removal, n, NULL, &work, &err));
    for (int32_t i = 0; i < n; i++) {
        const ptl_path_sequence *const s = &paths.sequence[idx[i]];
        if (s->channels[0] == s->channels[1]) continue; /* one state: never seen as a sequence */
        assert_true(r.effect[i].point > 0.0 && r.effect[i].point < 1.0);
        /* the share of conversions with the sequence in their path, up to what chains forget */
        const double share = (double)s->n_converting / (double)paths.total.n_converting;
        EXPECT_NEAR(r.effect[i].point, share, 0.5 * share);
    }
    EXPECT_FAIL(ptl_path_removals(removal, idx, &n, &paths, 5, &err), PTL_E_INVALID, "order");
    ptl_arena_dispose(&arena);
}

int main(void)
{
    ptl_error err = {0};
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged_like_all_pairs),
        cmocka_unit_test(the_true_rule_predicts_best),
        cmocka_unit_test(validation_of_nothing),
        cmocka_unit_test(a_journey_is_spread_by_worth),
        cmocka_unit_test(journeys_add_up_to_the_method),
        cmocka_unit_test(stability_by_hand),
        cmocka_unit_test(frequency_by_hand),
        cmocka_unit_test(telling_sequences_can_be_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
