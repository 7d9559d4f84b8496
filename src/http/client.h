/* client.h: the command line's way to a server that owns the workspace: the same operation, sent to
 * .portolan/portolan.sock, answered with a reply that prints as if it had run here. */
#ifndef PTL_HTTP_CLIENT_H
#define PTL_HTTP_CLIENT_H

#include "ops/dispatch.h"

/** Whether a server of this user listens in the workspace at `root`. */
bool ptl_client_finds_server(const char *root);

/** What ptl_dispatch does, at the server. The request's progress shows the job and cancels it; its
 * store, threads and asker are not sent. Paths are made absolute first: the server stands in
 * another folder. */
PTL_NODISCARD ptl_status ptl_client_dispatch(ptl_reply *reply, const ptl_op *op,
                                             const ptl_request *request, ptl_error *err);

#endif
