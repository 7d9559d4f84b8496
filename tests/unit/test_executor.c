/* test_executor: pools of any size give the same bytes and the same error (executor.h). */
#include "support/expect.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "portolan/executor.h"
#include "portolan/random.h"

enum { N_TASKS = 1003, N_DRAWS = 50 };

typedef struct draws {
    ptl_rng rng;
    double sums[N_TASKS];
    _Atomic int32_t n_runs[N_TASKS];
} draws;

static ptl_status draw_task(void *payload, int64_t task_idx, ptl_error *err)
{
    (void)err;
    draws *d = payload;
    ptl_rng rng = ptl_rng_split(&d->rng, (uint64_t)task_idx);
    double sum = 0.0;
    for (int i = 0; i < N_DRAWS; i++) sum += ptl_rng_normal(&rng);
    d->sums[task_idx] = sum;
    d->n_runs[task_idx]++;
    return PTL_OK;
}

static void the_same_bytes_on_any_number_of_threads(void **state)
{
    (void)state;
    ptl_error err = {0};
    static draws alone, shared;
    alone.rng = shared.rng = ptl_rng_new(6607);
    EXPECT_OK(ptl_executor_run(NULL, N_TASKS, draw_task, &alone, &err));
    static const int32_t sizes[] = {1, 2, 4, 8, 0};
    for (size_t k = 0; k < 5; k++) {
        ptl_pool *pool;
        EXPECT_OK(ptl_pool_new(&pool, sizes[k], &err));
        const ptl_executor executor = ptl_pool_executor(pool);
        if (sizes[k]) EXPECT_INT(executor.width, sizes[k]);
        memset(shared.sums, 0xFF, sizeof shared.sums);
        for (int i = 0; i < N_TASKS; i++) shared.n_runs[i] = 0;
        EXPECT_OK(ptl_executor_run(&executor, N_TASKS, draw_task, &shared, &err));
        assert_memory_equal(shared.sums, alone.sums, sizeof alone.sums);
        for (int i = 0; i < N_TASKS; i++) EXPECT_INT(shared.n_runs[i], 1);
        ptl_pool_free(pool);
    }
}

/* Tasks 37 and 200 and every one above 500 fail; the lowest one is the slowest to do so. */
static ptl_status failing_task(void *payload, int64_t task_idx, ptl_error *err)
{
    _Atomic int64_t *n_started = payload;
    ++*n_started;
    if (task_idx == 37) usleep(3000);
    if (task_idx == 37 || task_idx == 200 || task_idx > 500 || task_idx == 38)
        return ptl_fail(err, task_idx == 37 ? PTL_E_LIMIT : PTL_E_INVALID, "task %d failed",
                        (int)task_idx);
    return PTL_OK;
}

static void the_lowest_failure_is_reported(void **state)
{
    (void)state;
    for (int32_t size = 1; size <= 8; size *= 2) {
        ptl_error err = {0};
        ptl_pool *pool;
        EXPECT_OK(ptl_pool_new(&pool, size, &err));
        const ptl_executor executor = ptl_pool_executor(pool);
        for (int round = 0; round < 30; round++) {
            _Atomic int64_t n_started = 0;
            EXPECT_FAIL(ptl_executor_run(&executor, N_TASKS, failing_task, &n_started, &err),
                        PTL_E_LIMIT, "task 37 failed");
            assert_true(n_started < 600); /* what lay behind the failure was left undone */
        }
        _Atomic int64_t unheard = 0;
        EXPECT_INT(ptl_executor_run(&executor, N_TASKS, failing_task, &unheard, NULL), PTL_E_LIMIT);
        ptl_pool_free(pool);
    }
}

typedef struct nest {
    const ptl_executor *executor;
    _Atomic int64_t n_inner;
} nest;

static ptl_status inner_task(void *payload, int64_t task_idx, ptl_error *err)
{
    ++((nest *)payload)->n_inner;
    return task_idx == 6 ? ptl_fail(err, PTL_E_BUSY, "inner") : PTL_OK;
}

static ptl_status outer_task(void *payload, int64_t task_idx, ptl_error *err)
{
    nest *n = payload;
    const ptl_status st = ptl_executor_run(n->executor, task_idx == 11 ? 7 : 5, inner_task, n, err);
    return st == PTL_OK ? PTL_OK : ptl_error_prefix(err, st, "outer %d", (int)task_idx);
}

static void nested_runs_go_in_the_calling_thread(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_pool *pool;
    EXPECT_OK(ptl_pool_new(&pool, 4, &err));
    const ptl_executor executor = ptl_pool_executor(pool);
    nest n = {.executor = &executor};
    EXPECT_OK(ptl_executor_run(&executor, 11, outer_task, &n, &err));
    EXPECT_INT(n.n_inner, 55);
    EXPECT_FAIL(ptl_executor_run(&executor, 12, outer_task, &n, &err), PTL_E_BUSY,
                "outer 11: inner");
    ptl_pool_free(pool);
}

static void *run_from_a_thread(void *arg)
{
    draws *d = calloc(1, sizeof *d);
    d->rng = ptl_rng_new(6607);
    const ptl_status st = ptl_executor_run(arg, N_TASKS, draw_task, d, NULL);
    const double sum = d->sums[N_TASKS - 1];
    free(d);
    if (st != PTL_OK) return NULL;
    ptl_rng parent = ptl_rng_new(6607), rng = ptl_rng_split(&parent, N_TASKS - 1);
    double expected = 0.0;
    for (int i = 0; i < N_DRAWS; i++) expected += ptl_rng_normal(&rng);
    return sum == expected ? arg : NULL;
}

static void several_callers_share_a_pool(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_pool *pool;
    EXPECT_OK(ptl_pool_new(&pool, 3, &err));
    ptl_executor executor = ptl_pool_executor(pool);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_from_a_thread, &executor), 0);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    ptl_pool_free(pool);
}

static void many_short_runs(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_pool *pool;
    EXPECT_OK(ptl_pool_new(&pool, 4, &err));
    const ptl_executor executor = ptl_pool_executor(pool);
    static draws d;
    d.rng = ptl_rng_new(11);
    for (int64_t n = 0; n < 600; n++)
        EXPECT_OK(ptl_executor_run(&executor, n % 7, draw_task, &d, &err));
    ptl_pool_free(pool);
    ptl_pool_free(NULL);
}

static void sizes_are_checked(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_pool *pool = NULL;
    EXPECT_FAIL(ptl_pool_new(&pool, -1, &err), PTL_E_INVALID, "-1");
    EXPECT_FAIL(ptl_pool_new(&pool, 257, &err), PTL_E_INVALID, "257");
    EXPECT_FAIL(ptl_executor_run(NULL, -3, draw_task, NULL, &err), PTL_E_INVALID, "-3");
    EXPECT_OK(ptl_executor_run(NULL, 0, draw_task, NULL, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_on_any_number_of_threads),
        cmocka_unit_test(the_lowest_failure_is_reported),
        cmocka_unit_test(nested_runs_go_in_the_calling_thread),
        cmocka_unit_test(several_callers_share_a_pool),
        cmocka_unit_test(many_short_runs),
        cmocka_unit_test(sizes_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
