/* dispatch.h: from a request to an answer, the same way for every face.
 *
 * Order: find the operation · check parameters · take the lock and open the stores (settling what a
 * dead process left) · read the configuration in force (the first use of a workspace applies its
 * files as version 1; a draft that differs is said in the answer) · start the run, durable · call
 * the handler · end the run · enter the ledger · close. A failure anywhere ends the run as failed
 * or cancelled with its words. */
#ifndef PTL_OPS_DISPATCH_H
#define PTL_OPS_DISPATCH_H

#include "ops/args.h"

typedef struct ptl_request {
    const char *operation; /* name or alias                                                     */
    const ptl_args *args;  /* checked against that operation                                    */
    const char *root;      /* workspace folder; NULL where the operation needs none             */
    const char *actor;
    int32_t n_threads;     /* 0: the workspace's setting                                        */
    int64_t wait_ms;       /* for the lock                                                      */
    bool force;            /* compute again even if the inputs are those of an earlier run      */
    ptl_progress *progress;
    ptl_instant now;
} ptl_request;

PTL_NODISCARD ptl_status ptl_dispatch(ptl_reply *reply, const ptl_request *request,
                                      ptl_error *err);

#endif
