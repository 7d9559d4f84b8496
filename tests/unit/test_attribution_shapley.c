/* test_attribution_shapley: Shapley values against brute force over all arrival orders or all
 * groups, the games of journeys against games made slowly here, and the sampled against the exact.
 */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/attribution.h"
#include "portolan/linalg.h"

enum { PATHS = 900, TOUCH_MAX = 9, CHANNELS_MAX = 30 };

/* The definition over groups, with factorials, one player at a time. */
static double brute(const double *worth, int n, int i)
{
    double factorial[32] = {1.0};
    for (int k = 1; k <= n; k++) factorial[k] = k * factorial[k - 1];
    long double sum = 0.0L;
    for (int s = 0; s < 1 << n; s++) {
        if (s >> i & 1) continue;
        int size = 0;
        for (int k = 0; k < n; k++) size += s >> k & 1;
        sum += (long double)(factorial[size] * factorial[n - size - 1] / factorial[n]) *
               ((long double)worth[s | 1 << i] - (long double)worth[s]);
    }
    return (double)sum;
}

static void equals_brute_force(void **state)
{
    (void)state;
    ptl_error err = {0};
    static double worth[1 << 12];
    double phi[12];
    ptl_rng rng = ptl_rng_new(4711);
    for (int n = 1; n <= 12; n++)
        for (int game = 0; game < 20; game++) {
            for (int s = 0; s < 1 << n; s++) worth[s] = ptl_rng_normal(&rng);
            EXPECT_OK(ptl_shapley_game(phi, worth, n, &err));
            double sum = 0.0;
            for (int i = 0; i < n; i++) {
                EXPECT_NEAR(phi[i], brute(worth, n, i), 1e-12);
                sum += phi[i];
            }
            EXPECT_NEAR(sum, worth[(1 << n) - 1] - worth[0], 1e-12);
        }
}

/* All 720 arrival orders of six players, by Heap's algorithm. */
static void equals_the_mean_over_orders(void **state)
{
    (void)state;
    enum { N = 6 };
    ptl_error err = {0};
    double worth[1 << N], phi[N], mean[N] = {0};
    ptl_rng rng = ptl_rng_new(88);
    for (int s = 0; s < 1 << N; s++) worth[s] = 3.7 * ptl_rng_uniform(&rng) - 1.0;
    int order[N] = {0, 1, 2, 3, 4, 5}, c[N] = {0}, i = 0;
    do {
        for (int k = 0, set = 0; k < N; k++) {
            mean[order[k]] += (worth[set | 1 << order[k]] - worth[set]) / 720.0;
            set |= 1 << order[k];
        }
        while (i < N && c[i] >= i) c[i++] = 0;
        if (i == N) break;
        const int j = i % 2 ? c[i] : 0, t = order[i];
        order[i] = order[j], order[j] = t;
        c[i]++;
        i = 0;
    } while (true);
    EXPECT_OK(ptl_shapley_game(phi, worth, N, &err));
    for (int k = 0; k < N; k++) EXPECT_NEAR(phi[k], mean[k], 1e-13);
}

static void twenty_players_know_their_answer(void **state)
{
    (void)state;
    enum { N = 20 };
    ptl_error err = {0};
    double *worth = malloc(sizeof *worth << N), phi[N];
    assert_non_null(worth);
    for (int s = 0; s < 1 << N; s++) { /* players add i + .5; 3 and 17 together 10.25 more */
        worth[s] = (s >> 3 & 1 && s >> 17 & 1) ? 10.25 : 0.0;
        for (int i = 0; i < N; i++) worth[s] += s >> i & 1 ? i + 0.5 : 0.0;
    }
    EXPECT_OK(ptl_shapley_game(phi, worth, N, &err));
    for (int i = 0; i < N; i++)
        EXPECT_NEAR(phi[i], i + 0.5 + (i == 3 || i == 17 ? 5.125 : 0.0), 1e-11);
    free(worth);
}

static void interaction_is_its_definition(void **state)
{
    (void)state;
    enum { N = 7 };
    ptl_error err = {0};
    double worth[1 << N], index[N * N], factorial[N + 1] = {1.0};
    for (int k = 1; k <= N; k++) factorial[k] = k * factorial[k - 1];
    ptl_rng rng = ptl_rng_new(6);
    for (int s = 0; s < 1 << N; s++) worth[s] = ptl_rng_normal(&rng);
    EXPECT_OK(ptl_shapley_interaction(index, worth, N, &err));
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0.0;
            for (int s = 0; i != j && s < 1 << N; s++) {
                if (s >> i & 1 || s >> j & 1) continue;
                int size = 0;
                for (int k = 0; k < N; k++) size += s >> k & 1;
                sum +=
                    factorial[size] * factorial[N - size - 2] / factorial[N - 1] *
                    (worth[s | 1 << i | 1 << j] - worth[s | 1 << i] - worth[s | 1 << j] + worth[s]);
            }
            EXPECT_NEAR(index[i * N + j], sum, 1e-13);
        }
    EXPECT_OK(ptl_shapley_interaction(index, worth, 1, &err));
    EXPECT_NEAR(index[0], 0.0, 0.0);
}

static void subset_sums_go_there_and_back(void **state)
{
    (void)state;
    enum { N = 9 };
    ptl_error err = {0};
    double x[1 << N], sum[1 << N];
    ptl_rng rng = ptl_rng_new(12);
    for (int s = 0; s < 1 << N; s++) x[s] = (double)ptl_rng_below(&rng, 1000);
    memcpy(sum, x, sizeof x);
    EXPECT_OK(ptl_subset_sum(sum, N, &err));
    for (int s = 0; s < 1 << N; s += 37) {
        double plain = 0.0;
        for (int t = 0; t < 1 << N; t++) plain += (t & ~s) == 0 ? x[t] : 0.0;
        EXPECT_NEAR(sum[s], plain, 0.0);
    }
    EXPECT_OK(ptl_subset_difference(sum, N, &err));
    assert_memory_equal(sum, x, sizeof x);
    EXPECT_FAIL(ptl_subset_sum(sum, 25, &err), PTL_E_LIMIT, "25");
    sum[3] = PTL_NAN;
    EXPECT_FAIL(ptl_subset_sum(sum, 3, &err), PTL_E_INVALID, "group 3");
}

/* ---- journeys ---- */

static struct {
    int64_t offsets[PATHS + 1], path[PATHS], converting[PATHS], null[PATHS];
    int32_t touches[PATHS * TOUCH_MAX], group[PATHS];
    double value[PATHS];
} d;

static ptl_paths random_world(int32_t n_channels, uint64_t seed)
{
    ptl_rng rng = ptl_rng_new(seed);
    for (int64_t p = 0; p < PATHS; p++) {
        const int64_t n = (int64_t)ptl_rng_below(&rng, TOUCH_MAX + 1);
        d.offsets[p + 1] = d.offsets[p] + n;
        for (int64_t i = d.offsets[p]; i < d.offsets[p + 1]; i++) { /* low numbers are common */
            const int32_t a = (int32_t)ptl_rng_below(&rng, (uint64_t)n_channels);
            const int32_t b = (int32_t)ptl_rng_below(&rng, (uint64_t)n_channels);
            d.touches[i] = a < b ? a : b;
        }
        d.path[p] = p;
        d.group[p] = (int32_t)ptl_rng_below(&rng, 64);
        d.converting[p] = (int64_t)ptl_rng_below(&rng, 4);
        d.value[p] = (double)d.converting[p] * (3.1 + ptl_rng_exponential(&rng));
        d.null[p] = (int64_t)ptl_rng_below(&rng, 9);
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

static int set_of(int64_t p)
{
    int set = 0;
    for (int64_t i = d.offsets[p]; i < d.offsets[p + 1]; i++) set |= 1 << d.touches[i];
    return set;
}

/* worth of both games by looking at every journey for every group: column 0 conversions, 1 value.
 */
static void slow_worth(double *worth, int n, bool rate, int column)
{
    for (int s = 0; s < 1 << n; s++) {
        double won = 0.0, all = 0.0;
        for (int64_t p = 0; p < PATHS; p++) {
            const int set = set_of(p);
            if (set == 0 || (set & ~s) != 0) continue;
            won += column ? d.value[p] : (double)d.converting[p];
            all += (double)(d.converting[p] + d.null[p]);
        }
        worth[s] = rate ? (all > 0.0 ? won / all : 0.0) : won;
    }
}

static ptl_shapley_result play(const ptl_paths *x, ptl_arena *arena, ptl_shapley_options o,
                               const ptl_executor *executor)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {
        .arena = arena, .executor = executor, .rng = ptl_rng_new(31)};
    ptl_shapley_result r;
    EXPECT_OK(ptl_shapley_solve(&r, x, &o, &work, &err));
    EXPECT_INT(r.credit.verdict, PTL_CONVERGED);
    return r;
}

static void journeys_play_their_games(void **state)
{
    (void)state;
    enum { N = 8 };
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_paths x = random_world(N, 77);
    double worth[1 << N], phi[N];
    for (int rate = 0; rate < 2; rate++) {
        ptl_shapley_options o = ptl_shapley_options_default();
        o.worth = rate ? PTL_SHAPLEY_RATE : PTL_SHAPLEY_SUM;
        const ptl_shapley_result r = play(&x, &arena, o, NULL);
        const double all = rate ? (double)(r.credit.total.n_converting + r.credit.total.n_null) : 1;
        for (int column = 0; column < 2; column++) {
            slow_worth(worth, N, rate, column);
            EXPECT_OK(ptl_shapley_game(phi, worth, N, &err));
            const ptl_estimate *e = column ? r.credit.value : r.credit.credit;
            double sum = 0.0;
            for (int k = 0; k < N; k++) {
                EXPECT_NEAR(e[k].point, phi[k] * all, 1e-9);
                EXPECT_NEAR(r.sampling_error[k], 0.0, 0.0);
                sum += e[k].point;
            }
            EXPECT_NEAR(sum, column ? r.credit.total.value : (double)r.credit.total.n_converting,
                        1e-8);
        }
    }
    ptl_arena_dispose(&arena);
}

static void stages_sum_to_the_credit(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_paths x = random_world(12, 5);
    const ptl_shapley_result r = play(&x, &arena, ptl_shapley_options_default(), NULL);
    for (int k = 0; k < 12; k++) {
        double sum = 0.0;
        for (int s = 0; s < PTL_ATTRIBUTION_STAGES; s++)
            sum += r.stage[k * PTL_ATTRIBUTION_STAGES + s];
        EXPECT_NEAR(sum, r.credit.credit[k].point, 1e-9);
    }
    /* stage 0 is the part of the first touch: conversions / channels of the journey */
    double first = 0.0;
    for (int64_t p = 0; p < PATHS; p++) {
        int n = 0;
        for (int set = set_of(p); set; set &= set - 1) n++;
        if (n > 0 && d.touches[d.offsets[p]] == 2) first += (double)d.converting[p] / n;
    }
    EXPECT_NEAR(r.stage[2 * PTL_ATTRIBUTION_STAGES], first, 1e-9);
    ptl_arena_dispose(&arena);
}

/* 14 channels both ways. The stated error must be neither too small nor empty words. */
static void sampled_is_within_its_error(void **state)
{
    (void)state;
    enum { N = 14 };
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 30, NULL);
    const ptl_paths x = random_world(N, 909);
    ptl_shapley_options o = ptl_shapley_options_default();
    o.worth = PTL_SHAPLEY_RATE;
    const ptl_shapley_result exact = play(&x, &arena, o, NULL);
    o.n_exact_max = 1;
    o.n_permutations = 4000;
    const ptl_shapley_result sampled = play(&x, &arena, o, NULL);
    EXPECT_INT(sampled.n_permutations, 4000);
    double sum = 0.0, chi = 0.0;
    for (int k = 0; k < N; k++) {
        const double error = sampled.sampling_error[k];
        const double z = (sampled.credit.credit[k].point - exact.credit.credit[k].point) / error;
        EXPECT_LE(fabs(z), 4.9);
        chi += z * z;
        sum += sampled.credit.credit[k].point;
        EXPECT_NEAR(sampled.credit.value[k].point, exact.credit.value[k].point,
                    0.05 * exact.credit.total.value);
        const double width = exact.credit.credit[k].high - exact.credit.credit[k].low;
        EXPECT_NEAR((sampled.credit.credit[k].high - sampled.credit.credit[k].low) / width, 1.0,
                    0.25);
    }
    EXPECT_NEAR(sum, (double)exact.credit.total.n_converting, 1e-8); /* every order sums up */
    EXPECT_LE(chi, 47.0); /* chi-square, 14 degrees: one in 50,000 above */
    EXPECT_LE(2.0, chi);  /* and one in 5,000 below: the error is not overstated */
    ptl_arena_dispose(&arena);
}

static void same_bytes_on_any_width(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 30, NULL);
    const ptl_paths x = random_world(20, 3);
    ptl_shapley_options o = ptl_shapley_options_default();
    o.worth = PTL_SHAPLEY_RATE;
    for (int sampled = 0; sampled < 2; sampled++) {
        const ptl_paths few = random_world(sampled ? 20 : 9, 3);
        const ptl_shapley_result alone = play(&few, &arena, o, NULL);
        for (int32_t width = 2; width <= 5; width += 3) {
            ptl_pool *pool;
            EXPECT_OK(ptl_pool_new(&pool, width, &err));
            const ptl_executor executor = ptl_pool_executor(pool);
            const ptl_shapley_result r = play(&few, &arena, o, &executor);
            const size_t bytes = (size_t)few.n_channels * sizeof(ptl_estimate);
            assert_memory_equal(r.credit.credit, alone.credit.credit, bytes);
            assert_memory_equal(r.credit.value, alone.credit.value, bytes);
            ptl_pool_free(pool);
        }
    }
    (void)x;
    ptl_arena_dispose(&arena);
}

int main(void)
{
    ptl_error err = {0};
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(equals_brute_force),
                                       cmocka_unit_test(equals_the_mean_over_orders),
                                       cmocka_unit_test(twenty_players_know_their_answer),
                                       cmocka_unit_test(interaction_is_its_definition),
                                       cmocka_unit_test(subset_sums_go_there_and_back),
                                       cmocka_unit_test(journeys_play_their_games),
                                       cmocka_unit_test(stages_sum_to_the_credit),
                                       cmocka_unit_test(sampled_is_within_its_error),
                                       cmocka_unit_test(same_bytes_on_any_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
