/* blas_guard.c: is the BLAS in this process one that threads of ours may call at once?
 *
 * OpenBLAS comes in three flavours under one name, chosen by the system when the program starts:
 *   - serial (openblas_get_parallel() 0): built without locks. Its packing buffers are handed out
 *     unguarded, so two threads can be given the same one and both answers come out wrong, without
 *     any error. Refused.
 *   - pthread (1): locks its buffers. Held to one thread of its own, it is what we want.
 *   - OpenMP (2): keeps its own team of threads for every thread of ours. Refused.
 * One thread of its own matters for the bytes as well: how OpenBLAS splits a product over its
 * threads decides the order of rounding. */
#include "portolan/linalg.h"

#include "math/blas_internal.h"

ptl_status ptl_linalg_init(ptl_error *err)
{
    const int flavour = openblas_get_parallel();
    if (flavour != OPENBLAS_FLAVOUR_PTHREAD) {
        ptl_fail(err, PTL_E_VERSION, "the BLAS in use is OpenBLAS of flavour \"%s\", not pthread",
                 flavour == 0 ? "serial" : "openmp");
        ptl_error_detail(err, "%s", openblas_get_config());
        ptl_error_hint(err, "install libopenblas0-pthread and remove the other flavours, or choose "
                            "it with update-alternatives");
        return PTL_E_VERSION;
    }
    openblas_set_num_threads(1);
    if (openblas_get_num_threads() != 1)
        return ptl_fail(err, PTL_E_VERSION, "OpenBLAS cannot be held to one thread, it keeps %d",
                        openblas_get_num_threads());
    return PTL_OK;
}

/* OpenBLAS composes this text, the kind of CPU it found included, and keeps it. */
const char *ptl_linalg_fingerprint(void)
{
    return openblas_get_config();
}
