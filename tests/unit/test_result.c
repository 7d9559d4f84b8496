/* The grammar in which an answer is described: what it reads, what it refuses and in which words,
 * and that every operation's text is of it. */
#include <string.h>

#include "ops/limits.h"
#include "ops/registry.h"
#include "ops/result.h"
#include "support/described.h"
#include "support/expect.h"

static ptl_arena arena;

static int make(void **state)
{
    (void)state;
    ptl_arena_init(&arena, 1 << 20, NULL);
    return 0;
}

static int dispose(void **state)
{
    (void)state;
    ptl_arena_dispose(&arena);
    return 0;
}

static const ptl_result_key *key_of(const ptl_result_key *keys, const char *name)
{
    const ptl_result_key *const key = ptl_result_find(keys, ptl_text_of(name));
    if (!key) fail_msg("there is no key \"%s\"", name);
    return key;
}

static void lines_name_keys_and_their_kinds(void **state)
{
    (void)state;
    ptl_error err;
    ptl_result_key *keys;
    EXPECT_OK(ptl_result_parse(&keys,
                               "rows: int — how many\n"
                               "from, to?: day — the period: both ends\n"
                               "spend: money or number — what it cost",
                               &arena, &err));
    EXPECT_INT(key_of(keys, "rows")->type->kind, PTL_RESULT_INT);
    EXPECT_INT(key_of(keys, "from")->type->kind, PTL_RESULT_DAY);
    EXPECT_INT(key_of(keys, "to")->type->kind, PTL_RESULT_DAY);
    assert_false(key_of(keys, "from")->is_optional);
    assert_true(key_of(keys, "to")->is_optional);
    const ptl_result_type *const spend = key_of(keys, "spend")->type;
    EXPECT_INT(spend->kind, PTL_RESULT_MONEY);
    EXPECT_INT(spend->other->kind, PTL_RESULT_NUMBER);
    assert_null(spend->other->other);
    assert_null(ptl_result_find(keys, PTL_TEXT("both")));
    EXPECT_STR(keys->next->name.ptr, "from, to?: day — the period: both ends\n"
                                     "spend: money or number — what it cost");
}

static void lists_have_columns(void **state)
{
    (void)state;
    ptl_error err;
    ptl_result_key *keys;
    EXPECT_OK(ptl_result_parse(
        &keys,
        "runs: list(run int, actor, path list(step int, note?), share number) — newest first\n"
        "cells: list of list of int — by week\n"
        "page: object(title, data object, kinds list of text) — to look at\n"
        "cohorts: list(won day) or list(age int) — by month or week",
        &arena, &err));
    const ptl_result_type *const runs = key_of(keys, "runs")->type;
    EXPECT_INT(runs->kind, PTL_RESULT_LIST);
    EXPECT_INT(runs->items->kind, PTL_RESULT_OBJECT);
    EXPECT_INT(key_of(runs->items->keys, "run")->type->kind, PTL_RESULT_INT);
    EXPECT_INT(key_of(runs->items->keys, "actor")->type->kind, PTL_RESULT_TEXT);
    EXPECT_INT(key_of(runs->items->keys, "share")->type->kind, PTL_RESULT_NUMBER);
    const ptl_result_type *const path = key_of(runs->items->keys, "path")->type;
    assert_true(key_of(path->items->keys, "note")->is_optional);
    EXPECT_INT(key_of(keys, "cells")->type->items->items->kind, PTL_RESULT_INT);
    const ptl_result_type *const page = key_of(keys, "page")->type;
    EXPECT_INT(page->kind, PTL_RESULT_OBJECT);
    assert_null(key_of(page->keys, "data")->type->keys);
    EXPECT_INT(key_of(page->keys, "kinds")->type->items->kind, PTL_RESULT_TEXT);
    const ptl_result_type *const cohorts = key_of(keys, "cohorts")->type;
    assert_non_null(ptl_result_find(cohorts->items->keys, PTL_TEXT("won")));
    assert_non_null(ptl_result_find(cohorts->other->items->keys, PTL_TEXT("age")));
}

static void faults_say_what_should_stand_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"rows", "line 1 ends where \", \" or \": \" should stand"},
        {"rows: int", "line 1 ends where \" — \" and words should stand"},
        {"rows: int — ", "line 1 ends where a word should stand"},
        {"a: int — b\nrows: whole — many", "line 2: a kind (int, number, "},
        {"rows: list — columns", "\" of \" or a list's columns should stand before \" — columns\""},
        {"rows: list(a b) — c", "a kind (int, number, bool, text, time, day, money, "},
        {"rows: list(a int, A) — c", "a name should stand before \"A) — c\""},
        {"rows: list(a int; b) — c", "\", \" or \")\" should stand before \"; b) — c\""},
        {"rows: list() — c", "a name should stand before \") — c\""},
        {"rows: int — a\nrows: int — b", "line 2: \"rows\" stands there twice"},
        {"rows: list(a, a) — b", "line 1: \"a\" stands there twice"},
        {" rows: int — a", "a name should stand before \" rows"},
        {"rows : int — a", "\", \" or \": \" should stand before \" : int"},
        {"rows: int or — a", "line 1: a kind (int, number, "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ptl_error err;
        ptl_result_key *keys;
        EXPECT_FAIL(ptl_result_parse(&keys, cases[i].text, &arena, &err), PTL_E_INVALID,
                    cases[i].words);
    }
}

static void depth_has_an_end(void **state)
{
    (void)state;
    ptl_error err;
    ptl_result_key *keys;
    char text[PTL_RESULT_DEPTH_MAX * 8 + 64] = "a: ";
    for (int i = 0; i < PTL_RESULT_DEPTH_MAX - 1; i++) strcat(text, "list of ");
    const size_t n = strlen(text);
    strcat(text, "int — a");
    EXPECT_OK(ptl_result_parse(&keys, text, &arena, &err));
    strcpy(text + n, "list of int — a");
    EXPECT_FAIL(ptl_result_parse(&keys, text, &arena, &err), PTL_E_LIMIT, "deeper than 8");
}

static void every_operation_is_described(void **state)
{
    (void)state;
    int64_t n_keys = 0;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        static const char *const of_every_answer[] = {"said", "notes", "next", "document"};
        const ptl_op *const op = ptl_ops[i];
        ptl_error err;
        ptl_result_key *keys;
        if (ptl_result_of(&keys, op, &arena, &err) != PTL_OK)
            fail_msg("%s: %s", op->name, err.message);
        for (int k = 0; k < 4; k++)
            if (ptl_result_find(keys, ptl_text_of(of_every_answer[k])))
                fail_msg("%s: every answer has \"%s\"", op->name, of_every_answer[k]);
        for (const ptl_result_key *key = keys; key; key = key->next) n_keys++;
    }
    assert_true(n_keys > 2 * ptl_ops_n);
}

static void what_leaves_a_run_names_it(void **state)
{
    (void)state;
    ptl_error err;
    ptl_result_key *keys;
    EXPECT_OK(ptl_result_of(&keys, &ptl_op_minutes_add, &arena, &err));
    EXPECT_INT(key_of(keys, "run")->type->kind, PTL_RESULT_INT);
    EXPECT_OK(ptl_result_of(&keys, &ptl_op_minutes_list, &arena, &err));
    assert_null(ptl_result_find(keys, PTL_TEXT("run")));
    EXPECT_OK(ptl_result_of(&keys, &ptl_op_experiment_next, &arena, &err));
    EXPECT_INT(key_of(keys, "run")->type->kind, PTL_RESULT_BOOL);
}

/* What holds answers to their rows must itself be able to say no, and where. */
static void an_answer_that_differs_is_told_apart(void **state)
{
    (void)state;
    static const ptl_op op = {
        .name = "show",
        .result = "runs: list(run int, at time, path list(day day, cost money or text)) — all\n"
                  "share?: number — of them"};
#define SHARED "\"said\":[],\"notes\":[],\"next\":[]"
    static const struct {
        const char *answer, *at, *why;
    } cases[] = {
        {"{\"runs\":[]," SHARED "}", "", ""},
        {"{\"runs\":[{\"run\":7,\"at\":\"2026-11-16T06:12:00Z\",\"path\":[{\"day\":null,\"cost\":"
         "{\"amount\":\"1.25\",\"currency\":\"EUR\"}},{\"day\":\"2026-11-15\",\"cost\":\"much\"}]}]"
         ","
         "\"share\":3," SHARED "}",
         "", ""},
        {"{" SHARED "}", "", "has no \"runs\""},
        {"{\"runs\":[],\"more\":1}", "more", "is not described"},
        {"{\"runs\":null}", "runs", "is no list"},
        {"{\"runs\":[],\"share\":\"3\"}", "share", "is no number"},
        {"{\"runs\":[{\"run\":7.5,\"at\":null,\"path\":[]}]}", "runs[0].run", "is no int"},
        {"{\"runs\":[{\"run\":7,\"path\":[]}]}", "runs[0]", "has no \"at\""},
        {"{\"runs\":[{\"run\":7,\"at\":\"today\",\"path\":[]}]}", "runs[0].at", "is no time"},
        {"{\"runs\":[{\"run\":7,\"at\":null,\"path\":[{\"day\":\"2026-02-30\",\"cost\":null}]}]}",
         "runs[0].path[0].day", "is no day"},
        {"{\"runs\":[{\"run\":7,\"at\":null,\"path\":[{\"day\":null,\"cost\":{\"amount\":1}}]}]}",
         "runs[0].path[0].cost", "is no text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        described d = {.ctx = NULL};
        json_t *const answer = json_loads(cases[i].answer, 0, NULL);
        assert_non_null(answer);
        assert_int_equal(described_holds(&d, answer, &op), cases[i].why[0] == '\0');
        if (cases[i].why[0]) EXPECT_STR(d.at, cases[i].at);
        if (cases[i].why[0]) EXPECT_STR(d.why, cases[i].why);
        json_decref(answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_name_keys_and_their_kinds),
        cmocka_unit_test(lists_have_columns),
        cmocka_unit_test(faults_say_what_should_stand_where),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(every_operation_is_described),
        cmocka_unit_test(what_leaves_a_run_names_it),
        cmocka_unit_test(an_answer_that_differs_is_told_apart),
    };
    return cmocka_run_group_tests_name("result", tests, make, dispose);
}
