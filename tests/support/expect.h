/* expect.h: comparators that fail on NaN, on top of cmocka. */
#ifndef PTL_TESTS_EXPECT_H
#define PTL_TESTS_EXPECT_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "portolan/status.h"

#define EXPECT_LE(a, b)                                                                            \
    do {                                                                                           \
        const double expect_a_ = (a), expect_b_ = (b);                                             \
        if (!(expect_a_ <= expect_b_))                                                             \
            fail_msg("%s = %.17g is not <= %s = %.17g", #a, expect_a_, #b, expect_b_);             \
    } while (0)

#define EXPECT_NEAR(a, b, tol)                                                                     \
    do {                                                                                           \
        const double expect_a_ = (a), expect_b_ = (b), expect_tol_ = (tol);                        \
        if (!(fabs(expect_a_ - expect_b_) <= expect_tol_))                                         \
            fail_msg("%s = %.17g, expected %.17g within %g", #a, expect_a_, expect_b_,             \
                     expect_tol_);                                                                 \
    } while (0)

#define EXPECT_INT(a, b)                                                                           \
    do {                                                                                           \
        const int64_t expect_a_ = (int64_t)(a), expect_b_ = (int64_t)(b);                          \
        if (expect_a_ != expect_b_)                                                                \
            fail_msg("%s = %" PRId64 ", expected %" PRId64, #a, expect_a_, expect_b_);             \
    } while (0)

#define EXPECT_STR(a, b) assert_string_equal(a, b)

/* The call succeeds, or the test fails with the callee's own words. */
#define EXPECT_OK(call)                                                                            \
    do {                                                                                           \
        if ((call) != PTL_OK) fail_msg("%s: %s (%s)", #call, err.message, err.detail);             \
    } while (0)

/* The call fails with this status and a message that holds `words`. */
#define EXPECT_FAIL(call, expected_status, words)                                                  \
    do {                                                                                           \
        ptl_error_clear(&err);                                                                     \
        const ptl_status expect_st_ = (call);                                                      \
        if (expect_st_ != (expected_status))                                                       \
            fail_msg("%s gave %s, expected %s: %s", #call, ptl_status_name(expect_st_),            \
                     ptl_status_name(expected_status), err.message);                               \
        if (!strstr(err.message, (words)))                                                         \
            fail_msg("message \"%s\" does not say \"%s\"", err.message, (words));                  \
    } while (0)

/* Leave the case and say why: the summary of a test run repeats it. */
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        print_message("skipped: %s\n", (why));                                                     \
        skip();                                                                                    \
    } while (0)

#endif
