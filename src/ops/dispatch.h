/* dispatch.h: from a request to an answer, the same way for every face.
 *
 * Order: find the operation · check parameters · take the lock and open the stores (settling what a
 * dead process left) · read the configuration in force (the first use of a workspace applies its
 * files as version 1; a draft that differs is said in the answer) · start the run, durable · call
 * the handler · end the run · enter the ledger · close. A failure anywhere ends the run as failed
 * or cancelled with its words. */
#ifndef PTL_OPS_DISPATCH_H
#define PTL_OPS_DISPATCH_H

#include <pthread.h>

#include "ops/args.h"
#include "ops/draft.h"

/* What a caller with many calls keeps from one to the next, zeroed at first: the draft and the
 * configuration in force, parsed, as long as files and version are the same. One thread's. */
typedef struct ptl_dispatch_memo {
    bool has_draft, has_workspace;
    ptl_hash stamp; /* of the draft's files */
    ptl_arena draft_arena;
    ptl_draft draft;
    ptl_workspace workspace;
    int64_t version; /* of `workspace` */
    bool draft_differs, knows_difference;
} ptl_dispatch_memo;

void ptl_dispatch_memo_dispose(ptl_dispatch_memo *memo);

typedef struct ptl_request {
    const char *operation; /* name or alias                                                     */
    const ptl_args *args;  /* checked against that operation                                    */
    const char *root;      /* workspace folder; NULL where the operation needs none             */
    const char *actor;
    const char *role;       /* of role.h; NULL: the workspace's own user, at its terminal        */
    int32_t n_threads;      /* 0: the workspace's setting                                        */
    int64_t wait_ms;        /* for the lock                                                      */
    bool whole;             /* one page of a list that is read whole                             */
    bool force;             /* compute again even if the inputs are those of an earlier run      */
    ptl_progress *progress; /* may be NULL */
    const ptl_asker *asker; /* may be NULL: see op.h */
    ptl_instant now;
    ptl_store *store; /* open already and kept open (a server's); NULL: opened for this call      */
    ptl_dispatch_memo *memo; /* NULL: nothing is kept                                           */
    const char *verticals; /* whose rows the caller sees (vertical.h); NULL: all                 */
    int64_t job_id; /* of a long operation that stands queued in records; 0: one is made         */
} ptl_request;

/** `reply` also holds what a failed call has to show (the faults of a configuration). */
PTL_NODISCARD ptl_status ptl_dispatch(ptl_reply *reply, const ptl_request *request, ptl_error *err);

/** The same for an operation that the caller has found, in the registry or elsewhere. */
PTL_NODISCARD ptl_status ptl_dispatch_op(ptl_reply *reply, const ptl_op *op,
                                         const ptl_request *request, ptl_error *err);

/** Open the stores of the workspace at `root` for as long as the caller likes, with the threads and
 * the memory that its files ask for. */
PTL_NODISCARD ptl_status ptl_dispatch_store(ptl_store *out, const char *root, const char *doing,
                                            int64_t wait_ms, ptl_error *err);

/** Whether a configuration is in force and the calendar is that of its zone, which it becomes here:
 * then reads change nothing. */
PTL_NODISCARD ptl_status ptl_dispatch_settle(bool *settled, int64_t *version, ptl_store *store,
                                             const char *root, ptl_error *err);

/** CPU, BLAS, C library, engine and program: where equal, equal inputs give equal bytes. In the
 * arena. */
PTL_NODISCARD ptl_status ptl_fingerprint(const char **out, ptl_arena *arena, ptl_error *err);

#endif
