/* test_nuts: what the sampler promises beside the right posterior (nuts.h, nuts.c invariants). */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/linalg.h"
#include "portolan/nuts.h"

enum { N = 7 };

/* A payload with scratch, as a model has: chains that shared it would disturb each other. */
typedef struct model {
    double scratch[N];
    int64_t n_calls, fail_at; /* 0: never */
    ptl_status fail_with;
    double nan_beyond;
} model;

/* Student's t with 5 degrees of freedom in each variable, coupled to the one before. */
static ptl_status density(double *lp, double *g, const double *x, int64_t n, void *payload,
                          ptl_error *err)
{
    model *const m = payload;
    if (m->fail_at && ++m->n_calls == m->fail_at)
        return ptl_fail(err, m->fail_with, "stopped at call %lld", (long long)m->n_calls);
    *lp = 0.0;
    for (int64_t i = 0; i < n; i++) m->scratch[i] = x[i] - (i ? 0.6 * x[i - 1] : 0.3);
    for (int64_t i = 0; i < n; i++) {
        const double a = m->scratch[i], b = i + 1 < n ? m->scratch[i + 1] : 0.0;
        *lp -= 3.0 * log1p(a * a / 5.0);
        g[i] = -6.0 * a / (5.0 + a * a) + 0.6 * 6.0 * b / (5.0 + b * b);
    }
    if (m->nan_beyond > 0.0 && fabs(x[0]) > m->nan_beyond) *lp = PTL_NAN;
    return PTL_OK;
}

static ptl_nuts_options quick(void)
{
    ptl_nuts_options o = ptl_nuts_options_default();
    o.n_warmup = 300;
    o.n_draws = 200;
    return o;
}

static ptl_status solve(ptl_nuts_result *r, model *models, const double *x0,
                        const ptl_nuts_options *o, const ptl_executor *executor, ptl_arena *arena,
                        ptl_error *err)
{
    const ptl_nuts_target target = {N, density, models, sizeof *models};
    const ptl_rng rng = ptl_rng_new(4242);
    return ptl_nuts_solve(r, &target, x0, &rng, o, executor, arena, err);
}

/* nuts.c, invariant 1 */
static void same_bytes_at_any_width(void **state)
{
    (void)state;
    ptl_error err = {0};
    for (int dense = 0; dense < 2; dense++) {
        ptl_nuts_options o = quick();
        o.metric = dense ? PTL_NUTS_DENSE : PTL_NUTS_DIAGONAL;
        const size_t n_bytes = sizeof(double) * (size_t)(o.n_chains * o.n_draws * N);
        double *const first = malloc(n_bytes);
        for (int32_t width = 0; width <= 4; width += 2) {
            ptl_arena arena;
            ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
            ptl_pool *pool = NULL;
            ptl_executor executor = {0};
            if (width) EXPECT_OK(ptl_pool_new(&pool, width, &err));
            if (width) executor = ptl_pool_executor(pool);
            model models[4] = {0};
            ptl_nuts_result r;
            EXPECT_OK(solve(&r, models, NULL, &o, width ? &executor : NULL, &arena, &err));
            if (width == 0) memcpy(first, r.draws, n_bytes);
            assert_memory_equal(first, r.draws, n_bytes);
            assert_int_equal(r.n, N);
            ptl_pool_free(pool);
            ptl_arena_dispose(&arena);
        }
        free(first);
    }
}

/* Chain i has the same draws however many chains there are. */
static void a_chain_knows_no_other(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_nuts_options o = quick();
    ptl_arena arenas[2];
    ptl_nuts_result r[2];
    model models[4] = {0};
    for (int k = 0; k < 2; k++) {
        o.n_chains = k ? 4 : 2;
        ptl_arena_init(&arenas[k], ptl_nuts_arena_bytes(N, &o), NULL);
        EXPECT_OK(solve(&r[k], models, NULL, &o, NULL, &arenas[k], &err));
    }
    assert_memory_equal(r[0].draws, r[1].draws, sizeof(double) * (size_t)(2 * o.n_draws * N));
    assert_true(r[0].draws[0] != r[0].draws[o.n_draws * N]); /* chains differ */
    for (int k = 0; k < 2; k++) ptl_arena_dispose(&arenas[k]);
}

static void the_result_tells_the_truth(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_nuts_options o = quick();
    ptl_arena arena;
    ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
    model models[4] = {0};
    ptl_nuts_result r;
    EXPECT_OK(solve(&r, models, NULL, &o, NULL, &arena, &err));
    assert_true(arena.bytes_held <= ptl_nuts_arena_bytes(N, &o));
    int64_t n_leapfrog = 0, n_counted = 0;
    for (int64_t k = 0; k < r.n_chains * r.n_draws; k++) {
        double lp, g[N];
        EXPECT_OK(density(&lp, g, r.draws + k * N, N, &models[0], &err));
        assert_true(lp == r.steps[k].log_density);
        assert_true(r.steps[k].energy >= -lp); /* kinetic energy is not negative */
        assert_true(r.steps[k].accept >= 0.0 && r.steps[k].accept <= 1.0);
        assert_true(r.steps[k].n_leapfrog < 1 << r.steps[k].depth);
        n_leapfrog += r.steps[k].n_leapfrog;
    }
    for (int64_t c = 0; c < r.n_chains; c++) {
        n_counted += r.chains[c].n_gradients_draws;
        assert_true(r.chains[c].step_size > 0.1 && r.chains[c].step_size < 3.0);
        for (int i = 0; i < N; i++) assert_true(r.chains[c].inverse_metric[i] > 0.2);
    }
    assert_true(n_leapfrog == n_counted);
    double work[8 * 800];
    const ptl_mcmc_view v = ptl_nuts_view(&r, 3);
    assert_true(ptl_mcmc_r_hat(&v, work) == r.summary[3].r_hat);
    ptl_arena_dispose(&arena);
}

static void a_failing_density_ends_the_run(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_nuts_options o = quick();
    ptl_nuts_result r;
    for (int64_t at = 1; at < 3000; at = 3 * at + 1) {
        ptl_arena arena;
        ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
        model models[4] = {0};
        models[0].fail_at = at;
        models[0].fail_with = PTL_E_CANCELLED;
        EXPECT_FAIL(solve(&r, models, NULL, &o, NULL, &arena, &err), PTL_E_CANCELLED, "stopped");
        assert_true(arena.bytes_used == 0);
        ptl_arena_dispose(&arena);
    }
}

typedef struct steps {
    int64_t n, stop_at;
} steps;

static ptl_status count_steps(void *payload, int64_t chain_idx, int64_t iter, int64_t n_iter,
                              ptl_error *err)
{
    steps *const s = payload;
    assert_true(chain_idx >= 0 && iter < n_iter);
    return ++s->n == s->stop_at ? ptl_fail(err, PTL_E_CANCELLED, "enough") : PTL_OK;
}

static void progress_is_told_and_may_stop(void **state)
{
    (void)state;
    ptl_error err = {0};
    steps s = {0};
    ptl_nuts_options o = quick();
    o.progress = count_steps;
    o.progress_payload = &s;
    ptl_arena arena;
    ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
    model models[4] = {0};
    ptl_nuts_result r;
    EXPECT_OK(solve(&r, models, NULL, &o, NULL, &arena, &err));
    EXPECT_INT(s.n, 4 * 500);
    ptl_arena_reset(&arena);
    s = (steps){.stop_at = 777};
    EXPECT_FAIL(solve(&r, models, NULL, &o, NULL, &arena, &err), PTL_E_CANCELLED, "enough");
    EXPECT_INT(s.n, 777);
    ptl_arena_dispose(&arena);
}

/* NaN beyond a wall: never a draw there, and the trajectories that met it are counted. */
static void nan_is_a_wall(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_nuts_options o = quick();
    ptl_arena arena;
    ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
    model models[4];
    for (int i = 0; i < 4; i++) models[i] = (model){.nan_beyond = 0.9};
    ptl_nuts_result r;
    EXPECT_OK(solve(&r, models, NULL, &o, NULL, &arena, &err));
    for (int64_t k = 0; k < r.n_chains * r.n_draws; k++) EXPECT_LE(fabs(r.draws[k * N]), 0.9);
    assert_int_not_equal(r.verdict, PTL_CONVERGED);
    assert_int_not_equal(r.checks[3].outcome, PTL_PASS);
    ptl_arena_dispose(&arena);
}

static void no_start_is_said(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_nuts_options o = quick();
    ptl_arena arena;
    ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
    model models[4];
    for (int i = 0; i < 4; i++) models[i] = (model){.nan_beyond = 1e-300};
    ptl_nuts_result r;
    EXPECT_FAIL(solve(&r, models, NULL, &o, NULL, &arena, &err), PTL_E_INVALID, "no start");
    double x0[4 * N] = {0};
    models[2].nan_beyond = 0.5;
    x0[2 * N] = 0.7;
    EXPECT_FAIL(solve(&r, models, x0, &o, NULL, &arena, &err), PTL_E_INVALID, "chain 2");
    x0[N + 3] = PTL_NAN;
    EXPECT_FAIL(solve(&r, models, x0, &o, NULL, &arena, &err), PTL_E_INVALID,
                "chain 1, variable 3");
    ptl_arena_dispose(&arena);
}

static void starts_are_used(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_nuts_options o = quick();
    model models[4] = {0};
    double x0[4 * N] = {0};
    x0[0] = 1.7;
    ptl_nuts_result r;
    for (int k = 0; k < 2; k++) {
        ptl_arena arena;
        ptl_arena_init(&arena, ptl_nuts_arena_bytes(N, &o), NULL);
        o.start = PTL_NUTS_START_RANDOM;
        EXPECT_OK(solve(&r, models, k ? x0 : NULL, &o, NULL, &arena, &err));
        EXPECT_INT(r.chains[0].n_gradients_start, k ? 1 : o.start_tries);
        ptl_arena_dispose(&arena);
    }
}

static void options_are_checked(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 20, NULL);
    model models[4] = {0};
    ptl_nuts_result r;
    ptl_nuts_options o = quick();
    o.accept_target = PTL_NAN;
    EXPECT_FAIL(solve(&r, models, NULL, &o, NULL, &arena, &err), PTL_E_INVALID, "accept_target");
    assert_true(ptl_nuts_arena_bytes(N, &o) == 0);
    o = quick();
    o.depth_max = 15;
    EXPECT_FAIL(solve(&r, models, NULL, &o, NULL, &arena, &err), PTL_E_INVALID, "depth_max");
    o = quick();
    o.n_chains = 0;
    EXPECT_FAIL(solve(&r, models, NULL, &o, NULL, &arena, &err), PTL_E_INVALID, "n_chains");
    o = quick();
    o.metric = PTL_NUTS_DENSE;
    assert_true(ptl_nuts_arena_bytes(2001, &o) == 0);
    ptl_arena_dispose(&arena);
    o = quick();
    for (size_t bytes = 1000; bytes < ptl_nuts_arena_bytes(N, &o); bytes *= 2) {
        ptl_arena_init(&arena, bytes, NULL);
        const ptl_status st = solve(&r, models, NULL, &o, NULL, &arena, &err);
        if (st != PTL_OK) assert_int_equal(st, PTL_E_LIMIT);
        ptl_arena_dispose(&arena);
    }
}

static int ready(void **state)
{
    (void)state;
    return ptl_linalg_init(NULL) == PTL_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_bytes_at_any_width),
                                       cmocka_unit_test(a_chain_knows_no_other),
                                       cmocka_unit_test(the_result_tells_the_truth),
                                       cmocka_unit_test(a_failing_density_ends_the_run),
                                       cmocka_unit_test(progress_is_told_and_may_stop),
                                       cmocka_unit_test(nan_is_a_wall),
                                       cmocka_unit_test(no_start_is_said),
                                       cmocka_unit_test(starts_are_used),
                                       cmocka_unit_test(options_are_checked)};
    return cmocka_run_group_tests(tests, ready, NULL);
}
