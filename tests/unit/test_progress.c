/* test_progress: reports, thinning, cancelling, from several threads (base/progress.h). */
#include "support/expect.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/progress.h"

typedef struct listener {
    _Atomic int64_t n_calls;
    _Atomic int64_t n_last;
    ptl_progress_state last;
} listener;

static void listen(void *ctx, const ptl_progress_state *state)
{
    listener *l = ctx;
    l->n_calls++;
    if (state->total > 0 && state->done == state->total) l->n_last++;
}

static void listen_and_keep(void *ctx, const ptl_progress_state *state)
{
    listen(ctx, state);
    ((listener *)ctx)->last = *state;
}

static void the_first_and_the_last_always_come(void **state)
{
    (void)state;
    listener l = {0};
    ptl_progress progress;
    ptl_progress_init(&progress, listen_and_keep, &l);
    EXPECT_INT(progress.interval_ms, 100);
    progress.interval_ms = 3600000;
    for (int64_t i = 0; i <= 5000; i++) ptl_progress_step(&progress, "reading", i, 5000);
    EXPECT_INT(l.n_calls, 2);
    EXPECT_INT(l.n_last, 1);
    EXPECT_STR(l.last.what, "reading");
    EXPECT_NEAR(l.last.share, 1.0, 0.0);
    EXPECT_INT(l.last.left_ms, 0);
    assert_true(l.last.elapsed_ms >= 0);
}

static void an_unknown_end_has_no_share(void **state)
{
    (void)state;
    listener l = {0};
    ptl_progress progress;
    ptl_progress_init(&progress, listen_and_keep, &l);
    ptl_progress_step(&progress, "draws", 17, 0);
    assert_true(isnan(l.last.share));
    EXPECT_INT(l.last.left_ms, -1);
    EXPECT_INT(l.last.done, 17);
}

static void time_left_follows_the_share(void **state)
{
    (void)state;
    listener l = {0};
    ptl_progress progress;
    ptl_progress_init(&progress, listen_and_keep, &l);
    progress.interval_ms = 0;
    ptl_progress_step(&progress, "rows", 0, 400);
    EXPECT_INT(l.last.left_ms, -1);
    progress.started_ms -= 3000; /* as if begun three seconds ago */
    ptl_progress_step(&progress, "rows", 100, 400);
    EXPECT_NEAR(l.last.share, 0.25, 0.0);
    EXPECT_NEAR((double)l.last.left_ms, 9000.0, 300.0);
    ptl_progress_step(&progress, "rows", 500, 400); /* more than was said */
    EXPECT_NEAR(l.last.share, 1.0, 0.0);
}

static void count_cancel(void *ctx)
{
    ++*(_Atomic int64_t *)ctx;
}

static void cancelling_is_told_once(void **state)
{
    (void)state;
    ptl_error err = {0};
    _Atomic int64_t n = 0;
    ptl_progress progress;
    ptl_progress_init(&progress, NULL, NULL);
    assert_null(ptl_progress_hook(&progress, (ptl_cancel_hook){count_cancel, &n}).fn);
    EXPECT_OK(ptl_progress_check(&progress, &err));
    ptl_progress_cancel(&progress);
    ptl_progress_cancel(&progress);
    EXPECT_INT(n, 1);
    EXPECT_FAIL(ptl_progress_check(&progress, &err), PTL_E_CANCELLED, "cancelled");
    EXPECT_OK(ptl_progress_check(NULL, &err));
    ptl_progress_step(NULL, "x", 1, 2);
    ptl_progress_cancel(NULL);
}

enum { N_THREADS = 8, N_STEPS = 20000 };

typedef struct crowd {
    ptl_progress progress;
    _Atomic int64_t done;
    _Atomic int64_t n_cancels;
} crowd;

static void *step_and_check(void *arg)
{
    crowd *c = arg;
    for (int i = 0; i < N_STEPS; i++) {
        ptl_progress_step(&c->progress, "work", atomic_fetch_add(&c->done, 1) + 1,
                          N_THREADS * N_STEPS);
        (void)!ptl_progress_check(&c->progress, NULL);
    }
    ptl_progress_cancel(&c->progress);
    return NULL;
}

static void many_threads_share_one_progress(void **state)
{
    (void)state;
    listener l = {0};
    crowd c = {0};
    ptl_progress_init(&c.progress, listen, &l);
    c.progress.interval_ms = 3600000;
    (void)ptl_progress_hook(&c.progress, (ptl_cancel_hook){count_cancel, &c.n_cancels});
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, step_and_check, &c), 0);
    for (int i = 0; i < N_THREADS; i++) pthread_join(threads[i], NULL);
    EXPECT_INT(l.n_last, 1);
    EXPECT_INT(l.n_calls, 2);
    EXPECT_INT(c.n_cancels, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_and_the_last_always_come),
        cmocka_unit_test(an_unknown_end_has_no_share),
        cmocka_unit_test(time_left_follows_the_share),
        cmocka_unit_test(cancelling_is_told_once),
        cmocka_unit_test(many_threads_share_one_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
