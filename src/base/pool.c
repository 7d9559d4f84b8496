/* pool.c: threads that share the tasks of one run.
 *
 * Invariants.
 * 1. One run is in progress at a time (run_lock). Its state, `job`, lives on the stack of the
 *    caller of run, who leaves only when no worker holds it any more (n_inside == 0).
 * 2. Tasks are handed out in ascending order, one at a time. After a failure none is handed out.
 *    Every task below a failing one was handed out before it, so it ends too, and the lowest
 *    failure of all is known: the same one on any number of threads.
 * 3. The caller works as well: a pool of n is n - 1 threads and the caller; a pool of 1 has none.
 * 4. A run begun inside a task, of this pool or another, runs in its own thread. Waiting for the
 *    pool there could wait for itself.
 * 5. Workers block all signals: those are the affair of the thread that waits for them.
 *
 * States of a worker: asleep (waits for `wake`) → inside a job → asleep … → ended (`stop`).
 * Nobody spins; a worker sleeps on a condition and sees `generation` change. */
#include "base/executor_internal.h"

#include "base/limits.h"
#include "portolan/arena.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    ptl_task_fn fn;
    void *payload;
    int64_t n_tasks;
    _Atomic int64_t next;
    atomic_bool failed;
    pthread_mutex_t lock; /* guards the three below */
    int64_t failed_idx;
    ptl_status status;
    ptl_error error;
} job;

struct ptl_pool {
    pthread_mutex_t run_lock; /* held by the caller of run, for its whole length */
    pthread_mutex_t lock;     /* guards everything below                         */
    pthread_cond_t wake;      /* a job came, or stop                              */
    pthread_cond_t idle;      /* n_inside became 0                                */
    job *job;
    uint64_t generation;
    int32_t n_inside;
    bool stop;
    int32_t n_workers;
    pthread_t workers[PTL_POOL_THREADS_MAX];
};

/* How deep this thread is inside tasks of any pool (invariant 4). */
static _Thread_local int32_t task_depth;

static void job_note_failure(job *j, int64_t task_idx, ptl_status status, const ptl_error *error)
{
    pthread_mutex_lock(&j->lock);
    if (j->status == PTL_OK || task_idx < j->failed_idx) {
        j->failed_idx = task_idx;
        j->status = status;
        j->error = *error;
    }
    pthread_mutex_unlock(&j->lock);
    atomic_store(&j->failed, true);
}

static void job_work(job *j)
{
    ptl_error error;
    task_depth++;
    while (!atomic_load(&j->failed)) {
        const int64_t task_idx = atomic_fetch_add(&j->next, 1);
        if (task_idx >= j->n_tasks) break;
        ptl_error_clear(&error);
        const ptl_status status = j->fn(j->payload, task_idx, &error);
        if (status != PTL_OK) job_note_failure(j, task_idx, status, &error);
    }
    task_depth--;
}

static void *worker_main(void *arg)
{
    ptl_pool *pool = arg;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stop && (pool->generation == seen || !pool->job))
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->stop) break;
        seen = pool->generation;
        job *j = pool->job;
        pool->n_inside++;
        pthread_mutex_unlock(&pool->lock);
        job_work(j);
        pthread_mutex_lock(&pool->lock);
        if (--pool->n_inside == 0) pthread_cond_signal(&pool->idle);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Wake no more workers than there are tasks beside the caller's own. */
static void pool_post(ptl_pool *pool, job *j)
{
    pthread_mutex_lock(&pool->lock);
    pool->job = j;
    pool->generation++;
    if (j->n_tasks - 1 >= pool->n_workers)
        pthread_cond_broadcast(&pool->wake);
    else
        for (int64_t i = 1; i < j->n_tasks; i++) pthread_cond_signal(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

static void pool_await(ptl_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->job = NULL; /* who wakes late finds nothing */
    while (pool->n_inside > 0) pthread_cond_wait(&pool->idle, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static ptl_status pool_run(void *ctx, int64_t n_tasks, ptl_task_fn fn, void *payload,
                           ptl_error *err)
{
    ptl_pool *pool = ctx;
    if (task_depth > 0 || pool->n_workers == 0 || n_tasks <= 1)
        return ptl_executor_run_here(n_tasks, fn, payload, err);
    job j = {.fn = fn, .payload = payload, .n_tasks = n_tasks, .status = PTL_OK};
    atomic_init(&j.next, 0);
    atomic_init(&j.failed, false);
    pthread_mutex_init(&j.lock, NULL); /* a default mutex: glibc has no way to fail here */
    pthread_mutex_lock(&pool->run_lock);
    pool_post(pool, &j);
    job_work(&j);
    pool_await(pool);
    pthread_mutex_unlock(&pool->run_lock);
    pthread_mutex_destroy(&j.lock);
    if (j.status != PTL_OK && err) *err = j.error;
    return j.status;
}

static int32_t cores(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1) return 1;
    return n < PTL_POOL_THREADS_MAX ? (int32_t)n : PTL_POOL_THREADS_MAX;
}

static ptl_status start_workers(ptl_pool *pool, int32_t n_workers, ptl_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = 0;
    while (failure == 0 && pool->n_workers < n_workers) {
        failure = pthread_create(&pool->workers[pool->n_workers], NULL, worker_main, pool);
        if (failure == 0) pool->n_workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_UNAVAILABLE, "thread %d of %d could not be started: %s",
                    (int)pool->n_workers + 1, (int)n_workers, strerror(failure));
}

ptl_status ptl_pool_new(ptl_pool **out, int32_t n_threads, ptl_error *err)
{
    if (n_threads < 0 || n_threads > PTL_POOL_THREADS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "a pool has 1 to %d threads (0: one per core), not %d",
                        (int)PTL_POOL_THREADS_MAX, (int)n_threads);
    const ptl_allocator *system = ptl_allocator_system();
    ptl_pool *pool = system->alloc(system->ctx, sizeof *pool);
    if (!pool)
        return ptl_fail(err, PTL_E_NO_MEMORY, "the system gave no memory for a pool of threads");
    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->run_lock, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->idle, NULL);
    const ptl_status st = start_workers(pool, (n_threads ? n_threads : cores()) - 1, err);
    if (st != PTL_OK) {
        ptl_pool_free(pool);
        return st;
    }
    *out = pool;
    return PTL_OK;
}

void ptl_pool_free(ptl_pool *pool)
{
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int32_t i = 0; i < pool->n_workers; i++) pthread_join(pool->workers[i], NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->run_lock);
    ptl_allocator_system()->free(ptl_allocator_system()->ctx, pool, sizeof *pool);
}

ptl_executor ptl_pool_executor(ptl_pool *pool)
{
    return (ptl_executor){.run = pool_run, .ctx = pool, .width = pool->n_workers + 1};
}
