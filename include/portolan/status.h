/* status.h: how a call says whether it did its job.
 *
 * A fallible function returns a ptl_status and fills a ptl_error that its caller owns. Whether an
 * *answer* may be believed is a different question: see verdict.h. */
#ifndef PORTOLAN_STATUS_H
#define PORTOLAN_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PTL_API __attribute__((visibility("default")))
#define PTL_NODISCARD __attribute__((warn_unused_result))
#define PTL_PRINTF(fmt_idx, args_idx) __attribute__((format(printf, fmt_idx, args_idx)))
#else
#define PTL_API
#define PTL_NODISCARD
#define PTL_PRINTF(fmt_idx, args_idx)
#endif

/* NAN is a float constant; estimates are doubles. */
#include <math.h>
#define PTL_NAN ((double)NAN)

#ifdef __cplusplus
extern "C" {
#endif

/* Every status: name, code, HTTP status, exit code, what it means. Codes are never reused. */
#define PTL_STATUS_LIST(X)                                                                         \
    X(OK, 0, 200, 0, "done")                                                                       \
    X(E_INVALID, 1, 400, 2, "an argument or an input is not allowed")                              \
    X(E_NOT_FOUND, 2, 404, 3, "the thing named does not exist")                                    \
    X(E_CONFLICT, 3, 409, 4, "the state in force does not allow it")                               \
    X(E_DENIED, 4, 403, 5, "the right to do it is missing")                                        \
    X(E_BUSY, 5, 423, 6, "another process owns it at the moment")                                  \
    X(E_UNAVAILABLE, 6, 503, 7, "it cannot be done now; try again later")                          \
    X(E_LIMIT, 7, 413, 8, "a stated ceiling would be passed")                                      \
    X(E_IO, 8, 500, 9, "the operating system refused a read or a write")                           \
    X(E_CORRUPT, 9, 500, 10, "stored data are not what was written")                               \
    X(E_NO_MEMORY, 10, 503, 11, "memory is exhausted")                                             \
    X(E_VERSION, 11, 409, 12, "a format or library version does not fit")                          \
    X(E_INTERNAL, 12, 500, 70, "the program broke a promise of its own")                           \
    X(E_CANCELLED, 13, 499, 130, "it was cancelled")

typedef enum ptl_status {
#define PTL_STATUS_ENUM(name, code, http, exit_code, text) PTL_##name = (code),
    PTL_STATUS_LIST(PTL_STATUS_ENUM)
#undef PTL_STATUS_ENUM
} ptl_status;

/** Owned by the caller, filled by the callee, never printed by a library. Texts are UTF-8. */
typedef struct ptl_error {
    ptl_status status;
    char message[512]; /* lower case, no period, names the object and the offending value */
    char detail[1024]; /* the numbers behind it; may be empty                             */
    char hint[512];    /* what to do; may be empty                                        */
} ptl_error;

PTL_API const char *ptl_status_name(ptl_status status); /* "E_INVALID"            */
PTL_API const char *ptl_status_text(ptl_status status); /* the list's last column */
PTL_API int ptl_status_http(ptl_status status);
PTL_API int ptl_status_exit(ptl_status status);

/** Fill `err` (nullable) with `status` and the formatted message, clear detail and hint, and
 * return `status`, so that a failure is one line: `return ptl_fail(err, PTL_E_INVALID, …);`. */
PTL_API ptl_status ptl_fail(ptl_error *err, ptl_status status, const char *format, ...)
    PTL_PRINTF(3, 4);

/** Add the numbers, or what to do, to an error just filled. */
PTL_API void ptl_error_detail(ptl_error *err, const char *format, ...) PTL_PRINTF(2, 3);
PTL_API void ptl_error_hint(ptl_error *err, const char *format, ...) PTL_PRINTF(2, 3);

/** Put "what: " before the message: the callee knew the value, the caller knows the place. */
PTL_API ptl_status ptl_error_prefix(ptl_error *err, ptl_status status, const char *format, ...)
    PTL_PRINTF(3, 4);

PTL_API void ptl_error_clear(ptl_error *err);

/** Leave the calling function with the callee's failure. */
#define PTL_TRY(call)                                                                              \
    do {                                                                                           \
        ptl_status ptl_try_status_ = (call);                                                       \
        if (ptl_try_status_ != PTL_OK) return ptl_try_status_;                                     \
    } while (0)

/** Go to `label` with the callee's failure in `st`, for functions that must clean up. */
#define PTL_TRY_GOTO(st, label, call)                                                              \
    do {                                                                                           \
        (st) = (call);                                                                             \
        if ((st) != PTL_OK) goto label;                                                            \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
