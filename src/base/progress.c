/* progress.c: reports thinned by time, cancellation by one flag.
 *
 * Threads. Whoever steps may be any thread. started_ms is set once, by the first step.
 * reported_ms is moved by compare-and-swap: of several threads whose report is due, the one whose
 * swap succeeds calls the listener, the others go on working. A last report (done == total) is
 * never thinned, so a listener may see it beside another call and must bear that. */
#include "base/progress.h"

#include "base/clock.h"

void ptl_progress_init(ptl_progress *progress, ptl_progress_fn listen, void *ctx)
{
    progress->listen = listen;
    progress->ctx = ctx;
    progress->interval_ms = 100;
    progress->hook = (ptl_cancel_hook){0};
    atomic_flag_clear(&progress->hook_busy);
    atomic_init(&progress->cancelled, false);
    atomic_init(&progress->started_ms, 0);
    atomic_init(&progress->reported_ms, 0);
}

/* 0 stands for "not yet", so the clock is shifted by one to never give it. */
static int64_t now_ms(void)
{
    return ptl_clock_monotonic_ms() + 1;
}

static bool report_is_due(ptl_progress *progress, int64_t now, bool last)
{
    int64_t reported = atomic_load(&progress->reported_ms);
    if (reported != 0 && now - reported < progress->interval_ms && !last) return false;
    return atomic_compare_exchange_strong(&progress->reported_ms, &reported, now) || last;
}

static ptl_progress_state describe(const char *what, int64_t done, int64_t total,
                                   int64_t elapsed_ms)
{
    ptl_progress_state state = {.what = what,
                                .share = PTL_NAN,
                                .done = done,
                                .total = total,
                                .elapsed_ms = elapsed_ms,
                                .left_ms = -1};
    if (total > 0 && done >= 0) {
        const double share = (double)done / (double)total;
        state.share = share < 1.0 ? share : 1.0;
        if (done > 0) state.left_ms = (int64_t)((double)elapsed_ms * (1.0 / state.share - 1.0));
    }
    return state;
}

void ptl_progress_step(ptl_progress *progress, const char *what, int64_t done, int64_t total)
{
    if (!progress || !progress->listen) return;
    const int64_t now = now_ms();
    int64_t started = 0;
    if (atomic_compare_exchange_strong(&progress->started_ms, &started, now)) started = now;
    if (!report_is_due(progress, now, total > 0 && done >= total)) return;
    const ptl_progress_state state = describe(what, done, total, now - started);
    progress->listen(progress->ctx, &state);
}

/* Held for a few instructions and one interrupt: a lock that spins needs no disposal. */
static void hook_take(ptl_progress *progress)
{
    while (atomic_flag_test_and_set_explicit(&progress->hook_busy, memory_order_acquire)) {
    }
}

static void hook_give(ptl_progress *progress)
{
    atomic_flag_clear_explicit(&progress->hook_busy, memory_order_release);
}

ptl_cancel_hook ptl_progress_hook(ptl_progress *progress, ptl_cancel_hook hook)
{
    if (!progress) return (ptl_cancel_hook){0};
    hook_take(progress);
    const ptl_cancel_hook before = progress->hook;
    progress->hook = hook;
    hook_give(progress);
    return before;
}

void ptl_progress_cancel(ptl_progress *progress)
{
    if (!progress || atomic_exchange(&progress->cancelled, true)) return;
    hook_take(progress);
    if (progress->hook.fn) progress->hook.fn(progress->hook.ctx);
    hook_give(progress);
}

ptl_status ptl_progress_check(ptl_progress *progress, ptl_error *err)
{
    if (!progress || !atomic_load_explicit(&progress->cancelled, memory_order_relaxed))
        return PTL_OK;
    return ptl_fail(err, PTL_E_CANCELLED, "cancelled");
}
