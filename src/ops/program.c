/* program.c: the operation on the program itself. */
#include <gnu/libc-version.h>

#include <sqlite3.h>

#include "ops/registry.h"
#include "portolan/linalg.h"

static ptl_status run_version(ptl_call *call, ptl_error *err)
{
    (void)err;
    ptl_reply_text(call->reply, "version", "portolan", PTL_VERSION);
    ptl_reply_text(call->reply, "engine", "warehouse", ptl_warehouse_engine());
    ptl_reply_text(call->reply, "sqlite", "records (SQLite)", sqlite3_libversion());
    ptl_reply_text(call->reply, "blas", "linear algebra", ptl_linalg_fingerprint());
    ptl_reply_text(call->reply, "libc", "C library (glibc)", gnu_get_libc_version());
    return PTL_OK;
}

const ptl_op ptl_op_version = {
    .name = "version",
    .summary = "say which versions of the program and its libraries run",
    .about = "These, with the kind of processor, are a run's numeric fingerprint: where they are "
             "equal, equal inputs give equal bytes.",
    .result = "version: text — of the program\n"
              "engine: text — the warehouse's engine and version\n"
              "sqlite: text — the library that keeps records\n"
              "blas: text — the linear algebra in use\n"
              "libc: text — the C library",
    .right = "everyone",
    .effects = PTL_NO_STORE,
    .example = "portolan version",
    .run = run_version,
};
