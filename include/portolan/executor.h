/* executor.h: parallelism as an argument.
 *
 * Science starts no threads. It is handed an executor and splits its work into tasks whose results
 * do not depend on who runs them: task i writes only slot i, and draws only from generator i. So
 * the bytes of an answer are the same on one thread and on sixteen. */
#ifndef PORTOLAN_EXECUTOR_H
#define PORTOLAN_EXECUTOR_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One task. `task_idx` runs over [0, n_tasks). Must not touch another task's output. */
typedef ptl_status (*ptl_task_fn)(void *payload, int64_t task_idx, ptl_error *err);

/** Runs every task and returns when all have ended. If tasks fail, the error reported is that of
 * the lowest task_idx that failed, whatever the order of execution; later tasks may be skipped. */
typedef struct ptl_executor {
    ptl_status (*run)(void *ctx, int64_t n_tasks, ptl_task_fn fn, void *payload, ptl_error *err);
    void *ctx;
    int32_t
        width; /* tasks that can run at once, >= 1: a hint for buffer counts, never for results */
} ptl_executor;

/** Run through `executor`, or one after the other in the calling thread where it is NULL. */
PTL_NODISCARD PTL_API ptl_status ptl_executor_run(const ptl_executor *executor, int64_t n_tasks,
                                                  ptl_task_fn fn, void *payload, ptl_error *err);

/** A pool of threads that serves as an executor. n_threads in [1, 256]; 0 means one per core.
 * Nested runs from inside a task are allowed and run in the calling thread. */
typedef struct ptl_pool ptl_pool;
PTL_NODISCARD PTL_API ptl_status ptl_pool_new(ptl_pool **out, int32_t n_threads, ptl_error *err);
PTL_API void ptl_pool_free(ptl_pool *pool);
PTL_API ptl_executor ptl_pool_executor(ptl_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
