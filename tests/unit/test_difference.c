/* test_difference.c: a difference, applied to what was before, gives what is after. */
#include <stdlib.h>

#include "support/expect.h"

#include "portolan/random.h"
#include "workspace/workspace.h"

#define FILE_OF(path, text)                                                                        \
    {                                                                                              \
        path,                                                                                      \
        {                                                                                          \
            text, sizeof text - 1                                                                  \
        }                                                                                          \
    }

static void expect_difference(const ptl_config_file *a, int64_t n_a, const ptl_config_file *b,
                              int64_t n_b, const char *expected)
{
    ptl_error err;
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_buffer_text(&out, "");
    EXPECT_OK(ptl_workspace_difference(&out, a, n_a, b, n_b, &err));
    EXPECT_STR(out.ptr, expected);
    ptl_buffer_dispose(&out);
}

/* Expected texts as `diff -u` prints them, with git's names for the two sides. */
static void reads_as_people_know_it(void **state)
{
    (void)state;
    const ptl_config_file a[] = {
        FILE_OF("b.yaml", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n"),
        FILE_OF("a.yaml", "gone\n"), FILE_OF("same.yaml", "x\n")};
    const ptl_config_file b[] = {
        FILE_OF("same.yaml", "x\n"), FILE_OF("c.yaml", "new\nfile"),
        FILE_OF("b.yaml",
                "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n11a\n12\n13\n14\n15\n16\n17\n18\n")};
    expect_difference(a, 3, b, 3,
                      "--- a/a.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
                      "--- a/b.yaml\n+++ b/b.yaml\n"
                      "@@ -2,13 +2,14 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n 11\n+11a\n"
                      " 12\n 13\n 14\n"
                      "@@ -16,4 +17,3 @@\n 16\n 17\n 18\n-19\n"
                      "--- /dev/null\n+++ b/c.yaml\n@@ -0,0 +1,2 @@\n+new\n+file\n"
                      "\\ No newline at end of file\n");
    expect_difference(a, 3, a, 3, "");
    expect_difference(NULL, 0, NULL, 0, "");
}

static void last_lines_without_an_end(void **state)
{
    (void)state;
    const ptl_config_file a = FILE_OF("f", "a\nb"), b = FILE_OF("f", "a\nb\n");
    expect_difference(&a, 1, &b, 1,
                      "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of "
                      "file\n+b\n");
    const ptl_config_file empty = FILE_OF("f", "");
    expect_difference(&empty, 1, &a, 1,
                      "--- a/f\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n");
}

/* --- a patch program of our own --------------------------------------------------------------- */

static ptl_text take_line(ptl_text *text)
{
    const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    const size_t len = end ? (size_t)(end - text->ptr) + 1 : text->len;
    const ptl_text line = {text->ptr, len};
    text->ptr += len;
    text->len -= len;
    return line;
}

/* One file's difference applied; every context and removed line must be where it is said to be. */
static void apply(ptl_buffer *out, ptl_text before, ptl_text patch)
{
    int64_t line = 1; /* next of `before` */
    if (patch.len == 0) {
        ptl_buffer_append(out, before.ptr, before.len);
        return;
    }
    (void)take_line(&patch), (void)take_line(&patch);
    while (patch.len > 0) {
        ptl_text step = take_line(&patch);
        if (step.ptr[0] == '@') {
            long long start = 0, n = 1;
            assert_true(sscanf(step.ptr, "@@ -%lld,%lld", &start, &n) >= 1);
            for (; line < start + (n == 0); line++) {
                const ptl_text kept = take_line(&before);
                ptl_buffer_append(out, kept.ptr, kept.len);
            }
            continue;
        }
        const char mark = step.ptr[0];
        step.ptr++, step.len--;
        if (ptl_text_starts(patch, PTL_TEXT("\\ "))) {
            step.len--; /* the line end was the patch's own */
            (void)take_line(&patch);
        }
        if (mark != '+') {
            assert_true(ptl_text_equal(take_line(&before), step));
            line++;
        }
        if (mark != '-') ptl_buffer_append(out, step.ptr, step.len);
    }
    ptl_buffer_append(out, before.ptr, before.len);
}

static int64_t count(ptl_text patch, char mark)
{
    int64_t n = 0;
    while (patch.len > 0) n += take_line(&patch).ptr[0] == mark;
    return n;
}

static void expect_round_trip(ptl_text a, ptl_text b)
{
    ptl_error err;
    ptl_buffer patch, result;
    ptl_buffer_init(&patch, 16 << 20, NULL);
    ptl_buffer_init(&result, 16 << 20, NULL);
    ptl_buffer_text(&result, "");
    EXPECT_OK(ptl_workspace_difference(&patch, &(ptl_config_file){"f", a}, 1,
                                       &(ptl_config_file){"f", b}, 1, &err));
    apply(&result, a, ptl_buffer_borrow(&patch));
    assert_true(ptl_text_equal(ptl_buffer_borrow(&result), b));
    ptl_buffer_dispose(&patch);
    ptl_buffer_dispose(&result);
}

/* Few different lines, so that much is common and in many ways. */
static void random_text(ptl_buffer *out, ptl_rng *rng)
{
    const uint64_t n = ptl_rng_below(rng, 40);
    ptl_buffer_clear(out);
    ptl_buffer_text(out, "");
    for (uint64_t i = 0; i < n; i++)
        ptl_buffer_printf(out, "%c%s", (char)('a' + ptl_rng_below(rng, 4)),
                          i + 1 == n && ptl_rng_below(rng, 3) == 0 ? "" : "\n");
}

static void any_two_texts(void **state)
{
    (void)state;
    ptl_buffer a, b;
    ptl_rng rng = ptl_rng_new(7441);
    ptl_buffer_init(&a, 1 << 16, NULL);
    ptl_buffer_init(&b, 1 << 16, NULL);
    for (int i = 0; i < 1500; i++) {
        random_text(&a, &rng);
        random_text(&b, &rng);
        expect_round_trip(ptl_buffer_borrow(&a), ptl_buffer_borrow(&b));
    }
    ptl_buffer_dispose(&a);
    ptl_buffer_dispose(&b);
}

/* The longest common subsequence, by trying every choice of lines of a short text. */
static int64_t longest_common(ptl_text a, ptl_text b)
{
    ptl_text line[12];
    int64_t n = 0, best = 0;
    while (a.len > 0) line[n++] = take_line(&a);
    for (uint32_t choice = 0; choice < 1u << n; choice++) {
        ptl_text rest = b;
        int64_t length = 0;
        bool fits = true;
        for (int64_t i = 0; i < n && fits; i++) {
            if (!(choice >> i & 1u)) continue;
            do fits = rest.len > 0;
            while (fits && !ptl_text_equal(take_line(&rest), line[i]));
            length += fits;
        }
        if (fits && length > best) best = length;
    }
    return best;
}

static void says_no_more_than_it_must(void **state)
{
    (void)state;
    ptl_error err;
    ptl_buffer a, b, patch;
    ptl_rng rng = ptl_rng_new(7442);
    ptl_buffer_init(&a, 1 << 16, NULL);
    ptl_buffer_init(&b, 1 << 16, NULL);
    ptl_buffer_init(&patch, 1 << 16, NULL);
    for (int i = 0; i < 200; i++) {
        ptl_buffer_clear(&a), ptl_buffer_clear(&b), ptl_buffer_clear(&patch);
        for (int k = 0; k < 9; k++) {
            ptl_buffer_printf(&a, "%c\n", (char)('a' + ptl_rng_below(&rng, 3)));
            ptl_buffer_printf(&b, "%c\n", (char)('a' + ptl_rng_below(&rng, 3)));
        }
        const ptl_text before = ptl_buffer_borrow(&a), after = ptl_buffer_borrow(&b);
        EXPECT_OK(ptl_workspace_difference(&patch, &(ptl_config_file){"f", before}, 1,
                                           &(ptl_config_file){"f", after}, 1, &err));
        if (patch.len == 0) continue;
        const int64_t changed = 9 - longest_common(before, after);
        EXPECT_INT(count(ptl_buffer_borrow(&patch), '-'), changed + 1); /* and the head's line */
        EXPECT_INT(count(ptl_buffer_borrow(&patch), '+'), changed + 1);
    }
    ptl_buffer_dispose(&a);
    ptl_buffer_dispose(&b);
    ptl_buffer_dispose(&patch);
}

/* Beyond the table's ceiling the middle is replaced as a whole, and is still right. */
static void large_files(void **state)
{
    (void)state;
    ptl_buffer a, b;
    ptl_rng rng = ptl_rng_new(7443);
    ptl_buffer_init(&a, 4 << 20, NULL);
    ptl_buffer_init(&b, 4 << 20, NULL);
    ptl_buffer_text(&a, "head\n");
    ptl_buffer_text(&b, "head\n");
    for (int i = 0; i < 5000; i++) {
        ptl_buffer_printf(&a, "%d\n", (int)ptl_rng_below(&rng, 1000));
        ptl_buffer_printf(&b, "%d\n", (int)ptl_rng_below(&rng, 1000));
    }
    ptl_buffer_text(&a, "tail\n");
    ptl_buffer_text(&b, "tail\n");
    expect_round_trip(ptl_buffer_borrow(&a), ptl_buffer_borrow(&b));
    ptl_buffer_dispose(&a);
    ptl_buffer_dispose(&b);
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    ptl_error err;
    ptl_buffer out;
    ptl_buffer_init(&out, 32, NULL);
    const ptl_config_file a = FILE_OF("f", "a\n"), b = FILE_OF("f", "b\nc\nd\ne\nf\ng\nh\n");
    EXPECT_FAIL(ptl_workspace_difference(&out, &a, 1, &b, 1, &err), PTL_E_LIMIT, "difference");
    ptl_buffer_dispose(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_people_know_it),
        cmocka_unit_test(last_lines_without_an_end),
        cmocka_unit_test(any_two_texts),
        cmocka_unit_test(says_no_more_than_it_must),
        cmocka_unit_test(large_files),
        cmocka_unit_test(a_full_buffer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
