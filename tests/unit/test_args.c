/* Parameters: the same check for every face, and nothing guessed. */
#include <math.h>

#include "support/everything.h"
#include "support/expect.h"

typedef struct fixture {
    ptl_arena arena;
    ptl_args *args;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    ptl_arena_init(&f.arena, 8 << 20, NULL);
    f.args = NULL;
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ptl_arena_dispose(&f->arena);
    return 0;
}

static ptl_status from_json(fixture *f, const char *json, ptl_error *err)
{
    return ptl_args_from_json(&f->args, &everything, ptl_text_of(json), &f->arena, err);
}

static ptl_status from_texts(fixture *f, const ptl_arg_text *texts, int64_t n, ptl_error *err)
{
    return ptl_args_from_texts(&f->args, &everything, texts, n, &f->arena, err);
}

static void expect_canonical(const fixture *f, const char *expected)
{
    ptl_error err;
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    EXPECT_OK(ptl_args_canonical(&out, f->args, &err));
    EXPECT_STR(out.ptr, expected);
    ptl_buffer_dispose(&out);
}

static void both_faces_mean_the_same(void **state)
{
    ptl_error err;
    const ptl_arg_text texts[] = {
        {"share", "0.3000000000000001"}, {"file", "a b.csv"}, {"more", "x"},   {"more", "y"},
        {"as-of", "2024-02-29"},         {"dry-run", "true"}, {"n_rows", "89"}};
    const char *canonical =
        "{\"file\":\"a b.csv\",\"more\":[\"x\",\"y\"],\"as_of\":\"2024-02-29\",\"n_rows\":89,"
        "\"share\":0.3000000000000001,\"format\":\"html\",\"dry_run\":true}";
    EXPECT_OK(from_texts(*state, texts, 7, &err));
    expect_canonical(*state, canonical);
    EXPECT_OK(from_json(*state,
                        "{\"dry_run\":true, \"n_rows\":89, \"as_of\":\"2024-02-29\", "
                        "\"share\":0.3000000000000001, \"more\":[\"x\",\"y\"], "
                        "\"file\":\"a b.csv\"}",
                        &err));
    expect_canonical(*state, canonical);
    EXPECT_OK(from_json(*state, canonical, &err)); /* what is written reads back */
    expect_canonical(*state, canonical);
}

static void values_are_read(void **state)
{
    fixture *f = *state;
    ptl_error err;
    EXPECT_OK(from_json(f, "{\"file\":\"p\",\"share\":0.5,\"as_of\":\"1969-12-31\",\"more\":\"z\"}",
                        &err));
    EXPECT_STR(ptl_args_text(f->args, "file"), "p");
    EXPECT_INT(ptl_args_int(f->args, "n_rows"), 17);
    EXPECT_INT(ptl_args_day(f->args, "as_of"), -1);
    EXPECT_INT(ptl_args_count(f->args, "more"), 1);
    EXPECT_STR(ptl_args_item(f->args, "more", 0), "z");
    assert_null(ptl_args_item(f->args, "more", 1));
    assert_null(ptl_args_item(f->args, "more", -1));
    assert_false(ptl_args_bool(f->args, "dry_run"));
    assert_true(ptl_args_given(f->args, "format"));
    assert_true(ptl_args_number(f->args, "share") == 0.5);
    assert_null(ptl_args_text(f->args, "no_such"));
    assert_true(isnan(ptl_args_number(f->args, "no_such")));
}

static void absent_is_absent(void **state)
{
    fixture *f = *state;
    ptl_error err;
    EXPECT_OK(from_json(f, "{\"file\":\"p\"}", &err));
    assert_false(ptl_args_given(f->args, "as_of"));
    assert_true(isnan(ptl_args_number(f->args, "share")));
    EXPECT_INT(ptl_args_count(f->args, "more"), 0);
    expect_canonical(f, "{\"file\":\"p\",\"n_rows\":17,\"format\":\"html\",\"dry_run\":false}");
}

/* Every bad input, and what the message must name. */
static void every_fault_is_refused(void **state)
{
    static const struct {
        const char *json;
        const char *words;
    } faults[] = {
        {"", "not JSON"},
        {"{", "not JSON: line 1"},
        {"[]", "must be a JSON object, not a list"},
        {"{\"file\":\"p\",\"file\":\"q\"}", "not JSON"},
        {"{\"file\":\"p\",\"n_row\":5}", "has no parameter \"n_row\""},
        {"{}", "needs \"file\""},
        {"{\"file\":\"\"}", "found \"\", allowed: a path"},
        {"{\"file\":7}", "found a whole number, allowed: a path"},
        {"{\"file\":null}", "found null"},
        {"{\"file\":[\"p\"]}", "found a list"},
        {"{\"file\":\"p\",\"n_rows\":2}", "allowed: a whole number from 3 to 90"},
        {"{\"file\":\"p\",\"n_rows\":91}", "found \"91\""},
        {"{\"file\":\"p\",\"n_rows\":5.0}", "found a number, allowed: a whole number"},
        {"{\"file\":\"p\",\"n_rows\":\"5\"}", "found a text"},
        {"{\"file\":\"p\",\"share\":0.2499999}", "from 0.25 to 0.75"},
        {"{\"file\":\"p\",\"share\":1e999}", "not JSON"},
        {"{\"file\":\"p\",\"as_of\":\"2023-02-29\"}", "allowed: a day as 2026-11-15"},
        {"{\"file\":\"p\",\"format\":\"htm\"}", "allowed: html, json"},
        {"{\"file\":\"p\",\"format\":\"html|json\"}", "allowed: html, json"},
        {"{\"file\":\"p\",\"dry_run\":\"true\"}", "found a text, allowed: true or false"},
        {"{\"file\":\"p\",\"more\":[\"a\",3]}", "found a whole number, allowed: a text"},
        {"{\"file\":\"p\",\"more\":[[\"a\"]]}", "found a list"},
        {"{\"file\":\"\\u0000\"}", "not JSON"},
        {"{\"file\":\"\xC3\x28\"}", "not JSON"},
    };
    ptl_error err;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        EXPECT_FAIL(from_json(*state, faults[i].json, &err), PTL_E_INVALID, faults[i].words);
}

static void typed_faults_are_refused(void **state)
{
    ptl_error err;
    const ptl_arg_text twice[] = {{"file", "p"}, {"n_rows", "5"}, {"n-rows", "6"}};
    const ptl_arg_text nan_share[] = {{"file", "p"}, {"share", "nan"}};
    const ptl_arg_text inf_share[] = {{"file", "p"}, {"share", "inf"}};
    const ptl_arg_text loose[] = {{"file", "p"}, {"n_rows", "5 "}};
    const ptl_arg_text bytes[] = {{"file", "p\xFF"}};
    EXPECT_FAIL(from_texts(*state, twice, 3, &err), PTL_E_INVALID, "given twice: \"5\", \"6\"");
    EXPECT_FAIL(from_texts(*state, nan_share, 2, &err), PTL_E_INVALID, "share");
    EXPECT_FAIL(from_texts(*state, inf_share, 2, &err), PTL_E_INVALID, "share");
    EXPECT_FAIL(from_texts(*state, loose, 2, &err), PTL_E_INVALID, "n_rows");
    EXPECT_FAIL(from_texts(*state, bytes, 1, &err), PTL_E_INVALID, "not UTF-8 at byte 2");
}

static void near_names_are_suggested(void **state)
{
    ptl_error err;
    EXPECT_FAIL(from_json(*state, "{\"fromat\":\"html\"}", &err), PTL_E_INVALID, "fromat");
    EXPECT_STR(err.hint, "did you mean \"format\"?");
}

static void ceilings_hold(void **state)
{
    ptl_error err;
    static ptl_arg_text many[1002];
    static char large[66 * 1024];
    memset(large, 'x', sizeof large - 1);
    for (int i = 0; i < 1001; i++) many[i] = (ptl_arg_text){"more", "x"};
    many[1001] = (ptl_arg_text){"file", "p"};
    EXPECT_FAIL(from_texts(*state, many, 1002, &err), PTL_E_LIMIT, "more than 1000 values");
    EXPECT_OK(from_texts(*state, many + 1, 1001, &err));
    const ptl_arg_text one[] = {{"file", large}};
    EXPECT_FAIL(from_texts(*state, one, 1, &err), PTL_E_LIMIT, "bytes");
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(both_faces_mean_the_same),
        CASE(values_are_read),
        CASE(absent_is_absent),
        CASE(every_fault_is_refused),
        CASE(typed_faults_are_refused),
        CASE(near_names_are_suggested),
        CASE(ceilings_hold),
    };
    return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
