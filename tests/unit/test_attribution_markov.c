/* test_attribution_markov: removal effects of channels, sets and sequences at orders 1 to 4 against
 * a slow solution written here over all windows there could be; loops that nearly never end; the
 * sparse solver; replicates against each other; and the order that held-out journeys choose. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/attribution.h"
#include "portolan/linalg.h"

enum { PATHS = 400, TOUCH_MAX = 12, STATES_MAX = 700 };

static struct {
    int64_t offsets[PATHS + 1], path[PATHS], converting[PATHS], null[PATHS];
    int32_t touches[PATHS * TOUCH_MAX], group[PATHS];
    double value[PATHS];
} d;

static ptl_paths random_world(int32_t n_channels, uint64_t seed)
{
    ptl_rng rng = ptl_rng_new(seed);
    for (int64_t p = 0; p < PATHS; p++) {
        const int64_t n = 1 + (int64_t)ptl_rng_below(&rng, TOUCH_MAX);
        d.offsets[p + 1] = d.offsets[p] + n;
        for (int64_t i = d.offsets[p]; i < d.offsets[p + 1]; i++)
            d.touches[i] = (int32_t)ptl_rng_below(&rng, (uint64_t)n_channels);
        d.path[p] = p;
        d.group[p] = (int32_t)ptl_rng_below(&rng, 64);
        d.converting[p] = (int64_t)ptl_rng_below(&rng, 5);
        d.value[p] = (double)d.converting[p] * (2.3 + ptl_rng_exponential(&rng));
        d.null[p] = (int64_t)ptl_rng_below(&rng, 7);
    }
    return (ptl_paths){.n_channels = n_channels,
                       .direct = -1,
                       .n_paths = PATHS,
                       .offsets = d.offsets,
                       .touches = d.touches,
                       .n_cells = PATHS,
                       .cell_path = d.path,
                       .cell_group = d.group,
                       .cell_converting = d.converting,
                       .cell_value = d.value,
                       .cell_null = d.null};
}

/* ---- the slow solution ---- */

static double flow[STATES_MAX][STATES_MAX], out_of[STATES_MAX], won[STATES_MAX][2];
static bool dead[STATES_MAX][STATES_MAX];

/* Whether the last touches of a journey, up to `order + 1` of them, hold what is removed. */
static bool holds_removed(const int32_t *touches, int n, const ptl_removal *r)
{
    if (!r->sequence) {
        for (int i = 0; i < n; i++)
            for (int k = 0; k < r->n; k++)
                if (touches[i] == r->channels[k]) return true;
        return false;
    }
    for (int i = 0; i + r->n <= n; i++) {
        int k = 0;
        while (k < r->n && touches[i + k] == r->channels[k]) k++;
        if (k == r->n) return true;
    }
    return false;
}

/* Windows as numbers in base K + 1. A transition is dead if its touches, the window before and the
 * one new touch, hold the removed sequence, or the new window a removed channel. */
static void slow_chain(const ptl_paths *x, int order, const ptl_removal *removal)
{
    memset(flow, 0, sizeof flow), memset(out_of, 0, sizeof out_of);
    memset(won, 0, sizeof won), memset(dead, 0, sizeof dead);
    const int base = x->n_channels + 1;
    for (int64_t p = 0; p < x->n_paths; p++) {
        const int32_t *t = x->touches + x->offsets[p];
        const int n = (int)(x->offsets[p + 1] - x->offsets[p]);
        const double w = (double)(d.converting[p] + d.null[p]);
        if (w == 0.0) continue;
        int at = 0;
        for (int i = (n < order ? n : order) - 1; i < n; i++) {
            const int from = i - order + 1 > 0 ? i - order + 1 : 0;
            int to = 0;
            for (int k = from; k <= i; k++) to = to * base + t[k] + 1;
            if (to == at) continue;
            flow[at][to] += w, out_of[at] += w;
            const int seen = at == 0 || removal->n <= order ? from : from - 1;
            if (holds_removed(t + seen, i - seen + 1, removal)) dead[at][to] = true;
            at = to;
        }
        out_of[at] += w;
        won[at][0] += (double)d.converting[p];
        won[at][1] += d.value[p];
    }
}

static double slow_absorb(int n_states, int column, bool removed)
{
    static double h[STATES_MAX];
    memset(h, 0, sizeof h);
    for (int round = 0; round < 20000; round++) {
        double change = 0.0;
        for (int i = 0; i < n_states; i++) {
            if (out_of[i] == 0.0) continue;
            double sum = won[i][column];
            for (int j = 0; j < n_states; j++)
                if (flow[i][j] > 0.0 && !(removed && dead[i][j])) sum += flow[i][j] * h[j];
            change = fmax(change, fabs(sum / out_of[i] - h[i]));
            h[i] = sum / out_of[i];
        }
        if (change < 1e-16) break;
    }
    return h[0];
}

static int n_windows(int n_channels, int order)
{
    int n = 1;
    for (int k = 0; k < order; k++) n *= n_channels + 1;
    return n;
}

static ptl_removal_result remove_all(const ptl_paths *x, const ptl_removal *r, int32_t n,
                                     const ptl_markov_options *o, ptl_arena *arena)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {.arena = arena, .rng = ptl_rng_new(5)};
    ptl_removal_result result;
    EXPECT_OK(ptl_markov_removal(&result, x, r, n, o, &work, &err));
    EXPECT_INT(result.verdict, PTL_CONVERGED);
    return result;
}

static void removal_equals_the_slow_solution(void **state)
{
    (void)state;
    const int32_t a[] = {0}, bc[] = {1, 2}, ca[] = {2, 0}, aba[] = {0, 1, 0}, abcd[] = {0, 1, 2, 3};
    const ptl_removal removals[] = {{false, 1, a},  {false, 2, bc},  {true, 1, a},    {true, 2, ca},
                                    {true, 3, aba}, {true, 4, abcd}, {false, 0, NULL}};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    for (int order = 1; order <= 4; order++) {
        const ptl_paths x = random_world(4, 300 + (uint64_t)order);
        ptl_markov_options o = ptl_markov_options_default();
        o.order = order;
        o.interval.method = PTL_INTERVAL_NONE;
        const int n = n_windows(4, order);
        for (int k = 0; k < 7; k++) {
            if (removals[k].sequence && removals[k].n > order + 1) continue;
            const ptl_removal_result r = remove_all(&x, &removals[k], 1, &o, &arena);
            slow_chain(&x, order, &removals[k]);
            const double whole = slow_absorb(n, 0, false);
            EXPECT_NEAR(r.diagnostics.convert, whole, 1e-13);
            EXPECT_NEAR(r.effect[0].point, 1.0 - slow_absorb(n, 0, true) / whole, 1e-12);
            EXPECT_NEAR(r.effect_value[0].point,
                        1.0 - slow_absorb(n, 1, true) / slow_absorb(n, 1, false), 1e-12);
            EXPECT_LE(r.diagnostics.error_bound, 1e-13);
        }
        ptl_arena_reset(&arena);
    }
    ptl_arena_dispose(&arena);
}

/* 24 channels, order 2: up to 600 windows, so that sweeps are used; both ways of reaching a point.
 */
static void sweeps_equal_the_slow_solution(void **state)
{
    (void)state;
    const int32_t some[] = {3, 11, 20}, pair[] = {5, 6};
    const ptl_removal removals[] = {{false, 3, some}, {true, 2, pair}};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_paths x = random_world(24, 51);
    ptl_markov_options o = ptl_markov_options_default();
    o.order = 2;
    for (int step = 0; step < 2; step++) {
        o.interval.method = step ? PTL_INTERVAL_JACKKNIFE : PTL_INTERVAL_NONE;
        o.replicate = PTL_REPLICATE_ONE_STEP;
        for (int k = 0; k < 2; k++) {
            ptl_error err = {0};
            const ptl_attribution_work work = {.arena = &arena};
            ptl_removal_result r;
            EXPECT_OK(ptl_markov_removal(&r, &x, &removals[k], 1, &o, &work, &err));
            assert_true(r.diagnostics.n_states > 256 && r.diagnostics.sweeps > 5);
            EXPECT_INT(r.diagnostics.one_step, step);
            slow_chain(&x, 2, &removals[k]);
            const double whole = slow_absorb(625, 0, false);
            EXPECT_NEAR(r.effect[0].point, 1.0 - slow_absorb(625, 0, true) / whole, 1e-12);
            EXPECT_LE(r.diagnostics.error_bound, 1e-13);
        }
    }
    ptl_arena_dispose(&arena);
}

/* One journey goes a, b, a, b … 10,000 touches long and converts; 3 end at once after a. By hand:
 * a -> b 5000 of 5003, b -> a 4999 of 5000; h_a = s h_b, h_b = (4999 h_a + 1)/5000. */
static void loops_are_followed_to_the_end(void **state)
{
    (void)state;
    static int32_t touches[10001];
    static const int64_t offsets[] = {0, 10000, 10001}, path[] = {0, 1}, conv[] = {1, 0};
    static const int64_t null[] = {0, 3};
    static const int32_t group[] = {7, 8};
    for (int i = 0; i < 10001; i++) touches[i] = i % 2;
    touches[10000] = 0;
    const ptl_paths x = {.n_channels = 2,
                         .direct = -1,
                         .n_paths = 2,
                         .offsets = offsets,
                         .touches = touches,
                         .n_cells = 2,
                         .cell_path = path,
                         .cell_group = group,
                         .cell_converting = conv,
                         .cell_null = null};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    ptl_markov_options o = ptl_markov_options_default();
    o.interval.method = PTL_INTERVAL_NONE;
    const int32_t b[] = {1};
    const ptl_removal removal = {false, 1, b};
    const ptl_removal_result r = remove_all(&x, &removal, 1, &o, &arena);
    const double s = 5000.0 / 5003.0, h = s / 5000.0 / (1.0 - s * 4999.0 / 5000.0);
    EXPECT_NEAR(r.diagnostics.convert / h, 1.0, 1e-12);
    EXPECT_NEAR(r.effect[0].point, 1.0, 0.0);
    ptl_arena_dispose(&arena);
}

static ptl_markov_result credit(const ptl_paths *x, const ptl_markov_options *o, ptl_arena *arena,
                                const ptl_executor *executor)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {
        .arena = arena, .executor = executor, .rng = ptl_rng_new(99)};
    ptl_markov_result r;
    EXPECT_OK(ptl_markov_solve(&r, x, o, &work, &err));
    return r;
}

/* One inverse a replicate, and elimination again and again: a set that names its channel twice is
 * no single state to the solver, but the same removal. */
static void an_inverse_gives_the_same_replicates(void **state)
{
    (void)state;
    enum { K = 7 };
    int32_t twice[K][2];
    ptl_removal one[K], two[K];
    for (int k = 0; k < K; k++) {
        twice[k][0] = twice[k][1] = k;
        one[k] = (ptl_removal){false, 1, twice[k]};
        two[k] = (ptl_removal){false, 2, twice[k]};
    }
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_paths x = random_world(K, 8);
    const ptl_markov_options o = ptl_markov_options_default();
    const ptl_removal_result a = remove_all(&x, one, K, &o, &arena);
    const ptl_removal_result b = remove_all(&x, two, K, &o, &arena);
    for (int k = 0; k < K; k++) {
        EXPECT_NEAR(a.effect[k].low, b.effect[k].low, 1e-12);
        EXPECT_NEAR(a.effect[k].high, b.effect[k].high, 1e-12);
        EXPECT_NEAR(a.effect_value[k].high, b.effect_value[k].high, 1e-12);
    }
    ptl_arena_dispose(&arena);
}

static void one_step_is_as_wide_as_exact(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_paths x = random_world(5, 21);
    for (int order = 1; order <= 2; order++) {
        ptl_markov_options o = ptl_markov_options_default();
        o.order = order;
        o.replicate = PTL_REPLICATE_EXACT;
        const ptl_markov_result exact = credit(&x, &o, &arena, NULL);
        o.replicate = PTL_REPLICATE_ONE_STEP;
        const ptl_markov_result step = credit(&x, &o, &arena, NULL);
        assert_true(isnan(exact.diagnostics.one_step_gap));
        EXPECT_LE(step.diagnostics.one_step_gap, 0.5);
        EXPECT_INT(step.credit.verdict,
                   step.diagnostics.one_step_gap <= 0.1 ? PTL_CONVERGED : PTL_INACCURATE);
        for (int k = 0; k < 5; k++) {
            EXPECT_NEAR(step.effect[k].point, exact.effect[k].point, 1e-12);
            EXPECT_NEAR((step.effect[k].high - step.effect[k].low) /
                            (exact.effect[k].high - exact.effect[k].low),
                        1.0, 0.12);
        }
    }
    ptl_arena_dispose(&arena);
}

static void same_bytes_on_any_width(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 29, NULL);
    const ptl_paths x = random_world(6, 4);
    for (int way = 0; way < 3; way++) {
        ptl_markov_options o = ptl_markov_options_default();
        o.order = way == 0 ? 1 : 2;
        o.replicate = way == 2 ? PTL_REPLICATE_ONE_STEP : PTL_REPLICATE_EXACT;
        const ptl_markov_result alone = credit(&x, &o, &arena, NULL);
        for (int32_t width = 2; width <= 7; width += 5) {
            ptl_pool *pool;
            EXPECT_OK(ptl_pool_new(&pool, width, &err));
            const ptl_executor executor = ptl_pool_executor(pool);
            const ptl_markov_result r = credit(&x, &o, &arena, &executor);
            assert_memory_equal(r.effect, alone.effect, 6 * sizeof(ptl_estimate));
            assert_memory_equal(r.credit.credit, alone.credit.credit, 6 * sizeof(ptl_estimate));
            assert_memory_equal(r.credit.value, alone.credit.value, 6 * sizeof(ptl_estimate));
            ptl_pool_free(pool);
        }
    }
    ptl_arena_dispose(&arena);
}

/* Journeys whose next touch depends on one or on two touches before. */
static void order_is_found_again(void **state)
{
    (void)state;
    enum { MANY = 6000, LONG = 60 };
    ptl_error err = {0};
    static int64_t offsets[MANY + 1], path[MANY], conv[MANY], null[MANY];
    static int32_t touches[MANY * LONG], group[MANY];
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_attribution_work work = {.arena = &arena};
    for (int truth = 1; truth <= 2; truth++) {
        ptl_rng rng = ptl_rng_new(700 + (uint64_t)truth);
        for (int p = 0; p < MANY; p++) {
            int32_t *t = touches + offsets[p];
            int n = 0; /* journeys end with one chance after every touch: that is Markov too */
            do {
                const int32_t from = n >= truth ? t[n - truth] : (int32_t)ptl_rng_below(&rng, 4);
                t[n++] =
                    ptl_rng_uniform(&rng) < 0.5 ? (from + 1) % 4 : (int32_t)ptl_rng_below(&rng, 4);
            } while (n < LONG && ptl_rng_uniform(&rng) < 0.8);
            offsets[p + 1] = offsets[p] + n;
            path[p] = p;
            group[p] = p % 64;
            conv[p] = ptl_rng_uniform(&rng) < 0.2;
            null[p] = !conv[p];
        }
        const ptl_paths x = {.n_channels = 4,
                             .direct = -1,
                             .n_paths = MANY,
                             .offsets = offsets,
                             .touches = touches,
                             .n_cells = MANY,
                             .cell_path = path,
                             .cell_group = group,
                             .cell_converting = conv,
                             .cell_null = null};
        ptl_markov_order_result r;
        EXPECT_OK(ptl_markov_order(&r, &x, NULL, &work, &err));
        EXPECT_INT(r.verdict, PTL_CONVERGED);
        EXPECT_INT(r.order, truth);
        /* the gain of the true order stands out of its error, that of the next does not */
        const double gain = r.log_loss[0] - r.log_loss[1];
        if (truth == 2) EXPECT_LE(10.0 * r.gain_error[1], gain);
        if (truth == 1) EXPECT_LE(gain, 0.0);
        assert_true(isnan(r.gain_error[0]) && isnan(r.log_loss[3]));
    }
    ptl_markov_order_options o = ptl_markov_order_options_default();
    o.n_folds = 1;
    ptl_markov_order_result r;
    const ptl_paths x = random_world(3, 1);
    EXPECT_FAIL(ptl_markov_order(&r, &x, &o, &work, &err), PTL_E_INVALID, "n_folds");
    assert_true(arena.bytes_used == 0);
    ptl_arena_dispose(&arena);
}

static void refuses_removals_by_name(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 26, NULL);
    const ptl_attribution_work work = {.arena = &arena};
    const ptl_paths x = random_world(3, 2);
    const int32_t channels[] = {0, 1, 3};
    ptl_removal_result r;
    ptl_removal removal = {false, 3, channels};
    EXPECT_FAIL(ptl_markov_removal(&r, &x, &removal, 1, NULL, &work, &err), PTL_E_INVALID,
                "removal 0: channel 3");
    removal = (ptl_removal){true, 3, channels};
    EXPECT_FAIL(ptl_markov_removal(&r, &x, &removal, 1, NULL, &work, &err), PTL_E_INVALID,
                "sequence of 3 touches");
    removal = (ptl_removal){true, 0, NULL};
    EXPECT_FAIL(ptl_markov_removal(&r, &x, &removal, 1, NULL, &work, &err), PTL_E_INVALID,
                "sequence of 0");
    EXPECT_FAIL(ptl_markov_removal(&r, &x, NULL, 2, NULL, &work, &err), PTL_E_INVALID,
                "2 removals");
    ptl_markov_options o = ptl_markov_options_default();
    o.order = 2;
    o.replicate = PTL_REPLICATE_ONE_STEP;
    o.sweep_max = 1; /* too few: said, not hidden */
    o.interval.method = PTL_INTERVAL_NONE;
    const ptl_paths wide = random_world(24, 3);
    removal = (ptl_removal){false, 1, channels};
    EXPECT_OK(ptl_markov_removal(&r, &wide, &removal, 1, &o, &work, &err));
    EXPECT_INT(r.verdict, PTL_NOT_CONVERGED);
    ptl_arena_dispose(&arena);
}

int main(void)
{
    ptl_error err = {0};
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(removal_equals_the_slow_solution),
                                       cmocka_unit_test(sweeps_equal_the_slow_solution),
                                       cmocka_unit_test(loops_are_followed_to_the_end),
                                       cmocka_unit_test(an_inverse_gives_the_same_replicates),
                                       cmocka_unit_test(one_step_is_as_wide_as_exact),
                                       cmocka_unit_test(same_bytes_on_any_width),
                                       cmocka_unit_test(order_is_found_again),
                                       cmocka_unit_test(refuses_removals_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
