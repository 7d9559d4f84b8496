/* test_hazard: the time-to-event model against its own definition, written again here: the maximum
 * is one, credit is what journeys say one by one, threads change no byte, and bad input. What
 * journeys were made from is found in tests/recovery/test_hazard_recovery.c. */
#include "support/expect.h"

#include <math.h>

#include "portolan/hazard.h"

enum { K = 3, N = 400, TOUCH_MAX = 6 * N };

typedef struct world {
    ptl_paths x;
    int64_t offsets[N + 1], path[N], converting[N], null[N];
    int32_t touches[TOUCH_MAX], group[N];
    double gaps[TOUCH_MAX], value[N];
    ptl_arena arena;
    ptl_attribution_work work;
} world;

/* Channel 0 is often close to conversions, channel 2 is never touched. */
static void fill(world *w)
{
    memset(w, 0, sizeof *w);
    ptl_rng rng = ptl_rng_new(20260715);
    int64_t at = 0;
    for (int p = 0; p < N; p++) {
        const int n = (int)ptl_rng_below(&rng, 6); /* some are empty */
        const bool converts = ptl_rng_uniform(&rng) < 0.3;
        for (int i = 0; i < n; i++) {
            w->touches[at] = (int32_t)ptl_rng_below(&rng, 2);
            const bool close = converts && i == n - 1 && w->touches[at] == 0;
            w->gaps[at++] = (close ? 0.7 : 6.3) * ptl_rng_exponential(&rng);
        }
        w->offsets[p + 1] = at;
        w->path[p] = p;
        w->group[p] = (int32_t)ptl_rng_below(&rng, 64);
        w->converting[p] = converts ? 1 + (int64_t)ptl_rng_below(&rng, 3) : 0;
        w->null[p] = converts ? 0 : 1 + (int64_t)ptl_rng_below(&rng, 4);
        w->value[p] = converts ? 7.3 * ptl_rng_uniform(&rng) : 0.0;
    }
    w->x = (ptl_paths){.n_channels = K,
                       .direct = -1,
                       .n_paths = N,
                       .offsets = w->offsets,
                       .touches = w->touches,
                       .gap_days = w->gaps,
                       .n_cells = N,
                       .cell_path = w->path,
                       .cell_group = w->group,
                       .cell_converting = w->converting,
                       .cell_value = w->value,
                       .cell_null = w->null};
    ptl_arena_init(&w->arena, (size_t)1 << 28, NULL);
    w->work = (ptl_attribution_work){.arena = &w->arena, .rng = ptl_rng_new(5)};
}

/* log L of journeys one by one, without bins. */
static double log_likelihood(const ptl_paths *x, double baseline, const double *effect,
                             const double *rate)
{
    double sum = 0.0;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c], from = x->offsets[p], to = x->offsets[p + 1];
        if (from == to) continue;
        double age = 0.0, burden = 0.0, now = baseline;
        for (int64_t i = to - 1; i >= from; i--) {
            const int k = x->touches[i];
            age += x->gap_days ? x->gap_days[i] : 1.0;
            now += effect[k] * rate[k] * exp(-rate[k] * age);
            burden += effect[k] * (1.0 - exp(-rate[k] * age));
        }
        burden += baseline * age;
        sum += (double)x->cell_converting[c] * log(now) -
               (double)(x->cell_converting[c] + x->cell_null[c]) * burden;
    }
    return sum;
}

static ptl_hazard_result solve(world *w, ptl_interval_method interval)
{
    ptl_error err = {0};
    ptl_hazard_options o = ptl_hazard_options_default();
    o.resolution_days = 1e-9;
    o.interval.method = interval;
    ptl_hazard_result r;
    EXPECT_OK(ptl_hazard_solve(&r, &w->x, &o, &w->work, &err));
    EXPECT_INT(r.verdict, PTL_CONVERGED);
    return r;
}

static void the_maximum_is_one(void **state)
{
    (void)state;
    static world w;
    fill(&w);
    const ptl_hazard_result r = solve(&w, PTL_INTERVAL_NONE);
    double effect[K], rate[K];
    memcpy(effect, r.params.effect, sizeof effect);
    memcpy(rate, r.params.rate, sizeof rate);
    const double top = log_likelihood(&w.x, r.params.baseline, effect, rate);
    /* 512 bins: 2e-5 of the burden, which is the number of conversions */
    EXPECT_NEAR(r.log_likelihood, top, 2e-5 * (double)r.credit.total.n_converting);
    for (int sign = -1; sign <= 1; sign += 2) {
        const double by = 1.0 + 0.03 * sign;
        EXPECT_LE(log_likelihood(&w.x, r.params.baseline * by, effect, rate), top);
        for (int k = 0; k < 2; k++) {
            effect[k] *= by;
            EXPECT_LE(log_likelihood(&w.x, r.params.baseline, effect, rate), top);
            effect[k] /= by;
            if (r.at_bound[k]) continue; /* it would go on if it were let */
            rate[k] *= by;
            EXPECT_LE(log_likelihood(&w.x, r.params.baseline, effect, rate), top);
            rate[k] /= by;
        }
    }
    assert_true(!r.at_bound[0]);
    assert_true(isnan(r.effect[2].point) && isnan(r.half_life_days[2].point));
    ptl_arena_dispose(&w.arena);
}

/* Stopping replicates early must not narrow intervals. */
static void replicates_are_followed_far_enough(void **state)
{
    (void)state;
    static world w;
    fill(&w);
    ptl_error err = {0};
    ptl_hazard_options o = ptl_hazard_options_default();
    ptl_hazard_result far, near;
    EXPECT_OK(ptl_hazard_solve(&near, &w.x, &o, &w.work, &err));
    o.grad_tol = o.replicate_grad_tol = 1e-10;
    EXPECT_OK(ptl_hazard_solve(&far, &w.x, &o, &w.work, &err));
    for (int k = 0; k < 2; k++) {
        const ptl_estimate *a = &near.credit.share[k], *b = &far.credit.share[k];
        EXPECT_NEAR(a->point, b->point, 1e-3 * (b->high - b->low));
        EXPECT_NEAR((a->high - a->low) / (b->high - b->low), 1.0, 0.01);
    }
    o.replicate_grad_tol = 0.0;
    EXPECT_FAIL(ptl_hazard_solve(&far, &w.x, &o, &w.work, &err), PTL_E_INVALID,
                "replicate_grad_tol");
    ptl_arena_dispose(&w.arena);
}

static void credit_is_the_sum_of_journeys(void **state)
{
    (void)state;
    static world w;
    fill(&w);
    ptl_error err = {0};
    ptl_hazard_options o = ptl_hazard_options_default();
    ptl_hazard_result r;
    EXPECT_OK(ptl_hazard_solve(&r, &w.x, &o, &w.work, &err));
    double credit[K + 1] = {0}, value[K + 1] = {0}, all = 0.0;
    for (int64_t p = 0; p < N; p++) {
        const int64_t from = w.offsets[p], n = w.offsets[p + 1] - from;
        double u[8], sum = 0.0;
        EXPECT_OK(ptl_hazard_journey(u, w.touches + from, w.gaps + from, n, &r.params, &err));
        for (int64_t i = 0; i <= n; i++) sum += u[i];
        EXPECT_NEAR(sum, 1.0, 1e-14);
        if (n == 0) continue;
        for (int64_t i = 0; i <= n; i++) {
            const int k = i < n ? w.touches[from + i] : K;
            credit[k] += u[i] * (double)w.converting[p];
            value[k] += u[i] * w.value[p];
        }
    }
    EXPECT_INT(r.credit.n_channels, K + 1);
    for (int k = 0; k <= K; k++) {
        EXPECT_NEAR(r.credit.credit[k].point, credit[k], 1e-9);
        EXPECT_NEAR(r.credit.value[k].point, value[k], 1e-9);
        all += r.credit.share[k].point;
        if (k != 2) assert_true(r.credit.credit[k].low < r.credit.credit[k].high);
    }
    EXPECT_NEAR(all, 1.0, 1e-12);
    EXPECT_INT(r.n_failed, 0);
    ptl_arena_dispose(&w.arena);
}

/* One channel, no baseline to speak of: P(conversion within h of a touch) by the closed form. */
static void predictions_by_hand(void **state)
{
    (void)state;
    ptl_error err = {0};
    const double effect[] = {0.31, 0.17}, rate[] = {0.2, 1.3};
    const ptl_hazard_params p = {
        .n_channels = 2, .baseline = 0.011, .effect = effect, .rate = rate};
    const int32_t touches[] = {0, 1};
    const double gaps[] = {2.3, 99.0};
    double chance;
    EXPECT_OK(ptl_hazard_predict(&chance, touches, gaps, 2, 3.7, &p, &err));
    const double burden =
        0.011 * 3.7 + 0.31 * (exp(-0.2 * 2.3) - exp(-0.2 * 6.0)) + 0.17 * (1.0 - exp(-1.3 * 3.7));
    EXPECT_NEAR(chance, 1.0 - exp(-burden), 1e-15);
    EXPECT_OK(ptl_hazard_predict(&chance, touches, gaps, 0, 3.7, &p, &err));
    EXPECT_NEAR(chance, 1.0 - exp(-0.011 * 3.7), 1e-15);
    EXPECT_FAIL(ptl_hazard_predict(&chance, touches, gaps, 2, 0.0, &p, &err), PTL_E_INVALID,
                "horizon_days");
}

static void threads_change_nothing(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    ptl_estimate kept[2][K + 1];
    for (int round = 0; round < 2; round++) {
        fill(&w);
        ptl_pool *pool = NULL;
        EXPECT_OK(ptl_pool_new(&pool, 3, &err));
        const ptl_executor executor = ptl_pool_executor(pool);
        if (round == 1) w.work.executor = &executor;
        const ptl_hazard_result r = solve(&w, PTL_INTERVAL_JACKKNIFE);
        memcpy(kept[round], r.credit.credit, sizeof kept[round]);
        ptl_arena_dispose(&w.arena);
        ptl_pool_free(pool);
    }
    assert_memory_equal(kept[0], kept[1], sizeof kept[0]);
}

static void nothing_to_learn_from(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    ptl_hazard_result r;
    fill(&w);
    for (int p = 0; p < N; p++) {
        w.converting[p] = 0;
        w.value[p] = 0.0;
    }
    EXPECT_OK(ptl_hazard_solve(&r, &w.x, NULL, &w.work, &err));
    EXPECT_INT(r.verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(r.baseline.point) && isnan(r.effect[0].point));
    assert_true(isnan(r.credit.share[K].point));
    double u[2];
    EXPECT_FAIL(ptl_hazard_journey(u, w.touches, NULL, 1, &r.params, &err), PTL_E_INVALID,
                "no model");
    ptl_arena_dispose(&w.arena);
}

/* Steps instead of days; a loop of 10,000 touches; everything in one instant; one channel. */
static void odd_journeys_are_fitted(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    ptl_hazard_result r;
    ptl_hazard_options o = ptl_hazard_options_default();
    o.interval.method = PTL_INTERVAL_NONE;
    fill(&w);
    w.x.gap_days = NULL;
    EXPECT_OK(ptl_hazard_solve(&r, &w.x, &o, &w.work, &err));
    assert_true(r.verdict == PTL_CONVERGED && isfinite(r.effect[0].point));
    memset(w.gaps, 0, sizeof w.gaps);
    w.x.gap_days = w.gaps;
    EXPECT_OK(ptl_hazard_solve(&r, &w.x, &o, &w.work, &err));
    assert_true(isfinite(r.log_likelihood));
    ptl_arena_dispose(&w.arena);

    enum { LONG = 10000 };
    static int32_t loop[LONG + 1];
    static double gaps[LONG + 1];
    const int64_t offsets[] = {0, LONG, LONG + 1}, path[] = {0, 1}, won[] = {1, 3},
                  null[] = {2, 90};
    const int32_t group[] = {3, 9};
    for (int i = 0; i <= LONG; i++) gaps[i] = 0.01;
    gaps[LONG] = 9.0;
    const ptl_paths x = {.n_channels = 1,
                         .direct = -1,
                         .n_paths = 2,
                         .offsets = offsets,
                         .touches = loop,
                         .gap_days = gaps,
                         .n_cells = 2,
                         .cell_path = path,
                         .cell_group = group,
                         .cell_converting = won,
                         .cell_null = null};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 26, NULL);
    const ptl_attribution_work work = {.arena = &arena};
    EXPECT_OK(ptl_hazard_solve(&r, &x, &o, &work, &err));
    EXPECT_NEAR(r.credit.credit[0].point + r.credit.credit[1].point, 4.0, 1e-9);
    assert_true(isnan(r.credit.value[0].point));
    ptl_arena_dispose(&arena);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    ptl_hazard_result r;
    ptl_hazard_options o;
    fill(&w);
#define OPTION(field, bad, words)                                                                  \
    o = ptl_hazard_options_default();                                                              \
    o.field = (bad);                                                                               \
    EXPECT_FAIL(ptl_hazard_solve(&r, &w.x, &o, &w.work, &err), PTL_E_INVALID, words)
    OPTION(half_life_min_days, 0.0, "half-lives from 0");
    OPTION(half_life_max_days, 0.01, "to 0.01 days");
    OPTION(resolution_days, PTL_NAN, "resolution_days");
    OPTION(iter_max, 3, "iter_max");
    OPTION(grad_tol, 1.0, "grad_tol");
#undef OPTION
    o.size = 1;
    EXPECT_FAIL(ptl_hazard_solve(&r, &w.x, &o, &w.work, &err), PTL_E_VERSION, "1 bytes");
    w.gaps[1] = -0.5;
    EXPECT_FAIL(ptl_hazard_solve(&r, &w.x, NULL, &w.work, &err), PTL_E_INVALID, "gap of -0.5");
    w.gaps[1] = 0.5;
    w.value[0] = -1.0;
    EXPECT_FAIL(ptl_hazard_solve(&r, &w.x, NULL, &w.work, &err), PTL_E_INVALID, "value of -1");
    EXPECT_INT(w.arena.bytes_used, 0);
    ptl_calibration c;
    const double effect[K] = {0}, rate[K] = {1, 1, 1};
    ptl_hazard_params p = {.n_channels = 2, .baseline = 0.1, .effect = effect, .rate = rate};
    w.value[0] = 0.0;
    EXPECT_FAIL(ptl_hazard_calibrate(&c, &w.x, &p, 3.0, 10, &w.work, &err), PTL_E_INVALID,
                "parameters of 2 channels");
    p.n_channels = K;
    EXPECT_FAIL(ptl_hazard_calibrate(&c, &w.x, &p, 3.0, 1, &w.work, &err), PTL_E_INVALID, "n_bins");
    EXPECT_FAIL(ptl_hazard_calibrate(&c, &w.x, &p, 0.0, 5, &w.work, &err), PTL_E_INVALID,
                "horizon_days");
    ptl_arena_dispose(&w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_maximum_is_one),
        cmocka_unit_test(replicates_are_followed_far_enough),
        cmocka_unit_test(credit_is_the_sum_of_journeys),
        cmocka_unit_test(predictions_by_hand),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(nothing_to_learn_from),
        cmocka_unit_test(odd_journeys_are_fitted),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
