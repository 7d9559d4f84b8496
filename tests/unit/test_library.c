/* test_library: libportolan as a stranger uses it: loaded, linked, its names counted. */
#include "support/expect.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "portolan/linalg.h"
#include "portolan/random.h"

#define SHARED_LIBRARY PTL_BINARY_DIR "/libportolan.so"

/* The sorted lines a command prints, as one text. */
static void lines_of(const char *command, char *out, size_t size)
{
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    const size_t len = fread(out, 1, size - 1, pipe);
    out[len] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_true(len < size - 1);
}

static bool is_sanitized(void)
{
    return system("nm -D --undefined-only " SHARED_LIBRARY " | grep -qE '__(asan|tsan|ubsan)_'") ==
           0;
}

/* What is exported is what the public headers declare, no more and no less. */
static void exported_names_are_the_declared_ones(void **state)
{
    (void)state;
    if (is_sanitized()) SKIP("a sanitized library cannot be linked by a plain program");
    static char exported[1 << 16], declared[1 << 16];
    lines_of("nm -D --defined-only " SHARED_LIBRARY " | awk '{print $3}' | LC_ALL=C sort -u",
             exported, sizeof exported);
    lines_of("grep -h 'PTL_API' " PTL_SOURCE_DIR "/include/portolan/*.h"
             " | grep -oE 'ptl_[a-z0-9_]+\\(' | tr -d '(' | LC_ALL=C sort -u",
             declared, sizeof declared);
    EXPECT_STR(exported, declared);
    assert_non_null(strstr(exported, "ptl_qr_solve\n"));
}

static void a_loaded_library_answers(void **state)
{
    (void)state;
    void *library = dlopen(SHARED_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) fail_msg("%s", dlerror());
    ptl_rng (*rng_new)(uint64_t);
    uint64_t (*rng_u64)(ptl_rng *);
    ptl_status (*init)(ptl_error *);
    *(void **)&rng_new = dlsym(library, "ptl_rng_new");
    *(void **)&rng_u64 = dlsym(library, "ptl_rng_u64");
    *(void **)&init = dlsym(library, "ptl_linalg_init");
    assert_true(rng_new && rng_u64 && init);
    ptl_rng theirs = rng_new(0);
    assert_true(rng_u64(&theirs) == UINT64_C(0xe169c58d6627e8d5)); /* Philox, known answer */
    ptl_error err = {0};
    EXPECT_OK(init(&err));
    dlclose(library);
}

static void run_example(const char *link_with)
{
    char command[2048], output[256];
    snprintf(
        command, sizeof command,
        "exe=$(mktemp) && cc -std=c17 -Wall -Wextra -Wpedantic -Werror -I%s/include "
        "%s/examples/library/least_squares.c %s -lm -o $exe && $exe; rc=$?; rm -f $exe; exit $rc",
        PTL_SOURCE_DIR, PTL_SOURCE_DIR, link_with);
    lines_of(command, output, sizeof output);
    const char *slope_at = strstr(output, "slope ");
    assert_true(strncmp(output, "level ", 6) == 0 && slope_at);
    const double level = strtod(output + 6, NULL), slope = strtod(slope_at + 6, NULL);
    EXPECT_LE(fabs(level - 3.5), 0.05); /* noise of 0.01 on five points, four deviations and more */
    EXPECT_LE(fabs(slope - 0.25), 0.02);
}

static void the_example_runs_on_both_libraries(void **state)
{
    (void)state;
    if (is_sanitized())
        SKIP("a sanitized library cannot be linked by a plain program"); /* a plain program cannot
                                                                            load a sanitized library
                                                                          */
    run_example("-L" PTL_BINARY_DIR " -lportolan -Wl,-rpath," PTL_BINARY_DIR);
    run_example(PTL_BINARY_DIR "/libportolan.a -llapacke -lopenblas -lpthread");
}

/* The guard, told that the flavour in use is the serial one: a program of two lines is loaded
 * before OpenBLAS and answers in its place. */
static void a_serial_blas_is_refused(void **state)
{
    (void)state;
    if (is_sanitized()) SKIP("a sanitized library cannot be linked by a plain program");
    static char output[4096];
    lines_of("d=$(mktemp -d) && cd $d"
             " && echo 'int openblas_get_parallel(void) { return 0; }' > serial.c"
             " && cc -shared -fPIC serial.c -o serial.so"
             " && cc -std=c17 -I" PTL_SOURCE_DIR "/include " PTL_SOURCE_DIR
             "/examples/library/least_squares.c -L" PTL_BINARY_DIR
             " -lportolan -lm -Wl,-rpath," PTL_BINARY_DIR " -o example"
             " && { LD_PRELOAD=$d/serial.so ./example 2>&1; echo \"exit $?\"; }; rm -rf $d",
             output, sizeof output);
    assert_non_null(strstr(output, "OpenBLAS of flavour \"serial\", not pthread"));
    assert_non_null(strstr(output, "exit 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exported_names_are_the_declared_ones),
        cmocka_unit_test(a_loaded_library_answers),
        cmocka_unit_test(the_example_runs_on_both_libraries),
        cmocka_unit_test(a_serial_blas_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
