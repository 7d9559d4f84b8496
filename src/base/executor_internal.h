/* executor_internal.h: what the executors of base share. */
#ifndef PTL_BASE_EXECUTOR_INTERNAL_H
#define PTL_BASE_EXECUTOR_INTERNAL_H

#include "portolan/executor.h"

/** Tasks 0, 1, 2 … in the calling thread, up to the first failure. */
PTL_NODISCARD ptl_status ptl_executor_run_here(int64_t n_tasks, ptl_task_fn fn, void *payload,
                                               ptl_error *err);

#endif
