/* progress.h: how long work says where it is, and how it learns that it should stop.
 *
 * One object travels down with the work. The worker reports a share and looks at one flag. Who
 * listens (a bar in a terminal, a job's record, an event stream) is the listener's affair. Reports
 * are cheap: the listener is called at most every interval_ms, and always for the first and the
 * last (done == total). May be used from several threads; the listener is called in whichever of
 * them reported, and the last report may come beside another. */
#ifndef PTL_BASE_PROGRESS_H
#define PTL_BASE_PROGRESS_H

#include "base/text.h"

#include <stdatomic.h>

typedef struct ptl_progress_state {
    const char *what;    /* "reading orders.csv" */
    const char *quality; /* "R-hat 1.02 so far", or NULL */
    double share;        /* [0, 1], or NaN where the end is not known */
    int64_t done;        /* rows, draws, files …; -1 where not counted */
    int64_t total;
    int64_t elapsed_ms;
    int64_t left_ms; /* -1 where it cannot be said */
} ptl_progress_state;

typedef void (*ptl_progress_fn)(void *ctx, const ptl_progress_state *state);

/** What cancelling does besides setting the flag: interrupts an engine, say. */
typedef struct ptl_cancel_hook {
    void (*fn)(void *ctx); /* NULL: nothing */
    void *ctx;
} ptl_cancel_hook;

typedef struct ptl_progress {
    ptl_progress_fn listen; /* NULL: nobody listens */
    void *ctx;
    int64_t interval_ms; /* default 100 */
    atomic_bool cancelled;
    ptl_cancel_hook hook; /* held by hook_busy: see ptl_progress_hook */
    atomic_flag hook_busy;
    _Atomic int64_t started_ms;
    _Atomic int64_t reported_ms;
} ptl_progress;

void ptl_progress_init(ptl_progress *progress, ptl_progress_fn listen, void *ctx);
void ptl_progress_step(ptl_progress *progress, const char *what, int64_t done, int64_t total);

/** Set the flag and call the hook, once, in the calling thread. Not for signal handlers. */
void ptl_progress_cancel(ptl_progress *progress);

/** Install `hook` and return the one before. A cancel that is calling the old one is waited for, so
 * that afterwards what the old one needs may go. `progress` may be NULL. */
ptl_cancel_hook ptl_progress_hook(ptl_progress *progress, ptl_cancel_hook hook);

/** OK, or E_CANCELLED. `progress` may be NULL in every call. */
PTL_NODISCARD ptl_status ptl_progress_check(ptl_progress *progress, ptl_error *err);

#endif
