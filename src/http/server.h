/* server.h: `portolan serve`: the registry over HTTP, from one process that owns the workspace.
 *
 * Two listeners (TCP on loopback, .portolan/portolan.sock) read requests on a pool of threads;
 * lanes work with the stores: reads beside each other and beside what changes them, changes one
 * after the other, jobs apart. Whoever waits for a lane is suspended, not blocked, and is answered
 * "unavailable" at its deadline. */
#ifndef PTL_HTTP_SERVER_H
#define PTL_HTTP_SERVER_H

#include <stdio.h>

#include "ops/op.h"

typedef struct ptl_serve_options {
    int32_t size;
    const char *root;              /* the workspace                                        */
    const char *listen;            /* "127.0.0.1:8480", port 0: any; NULL: only the socket */
    const char *certificate, *key; /* files in PEM; NULL: plain HTTP */
    bool behind_proxy;             /* whoever forwards says whether it came over TLS       */
    bool apply_changes;            /* files that changed and hold no fault are put in force */
    int64_t wait_ms;               /* for the lock                                         */
    FILE *log;                     /* one JSON object a line                               */
    FILE *say;                     /* words for the person who started it                  */
} ptl_serve_options;

ptl_serve_options ptl_serve_options_default(void);

/** Serve until SIGTERM or SIGINT. A running job is cancelled then; open requests are answered. */
PTL_NODISCARD ptl_status ptl_serve(const ptl_serve_options *options, ptl_error *err);

/** The description of every route (OpenAPI 3.1), from the registry. */
PTL_NODISCARD ptl_status ptl_openapi(ptl_json *json, ptl_error *err);

#endif
