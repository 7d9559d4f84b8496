/* executor.c: the executor that is no pool: one task after the other in the calling thread. */
#include "base/executor_internal.h"

ptl_status ptl_executor_run_here(int64_t n_tasks, ptl_task_fn fn, void *payload, ptl_error *err)
{
    for (int64_t i = 0; i < n_tasks; i++) PTL_TRY(fn(payload, i, err));
    return PTL_OK;
}

ptl_status ptl_executor_run(const ptl_executor *executor, int64_t n_tasks, ptl_task_fn fn,
                            void *payload, ptl_error *err)
{
    if (n_tasks < 0)
        return ptl_fail(err, PTL_E_INVALID, "an executor cannot run %lld tasks",
                        (long long)n_tasks);
    if (!executor) return ptl_executor_run_here(n_tasks, fn, payload, err);
    return executor->run(executor->ctx, n_tasks, fn, payload, err);
}
