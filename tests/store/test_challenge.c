/* test_challenge: questions about figures (challenge.h), in records. */
#include "support/records.h"

#include "store/challenge.h"
#include "store/limits.h"

#include <string.h>

static int64_t run_id;

static int setup(void **state)
{
    (void)records_setup(state);
    run_id = records_run("challenge.add");
    return 0;
}

static ptl_challenge of(const char *figure, const char *question, ptl_instant at)
{
    return (ptl_challenge){.figure = figure,
                           .what = "\xe2\x82\xac"
                                   "41.65m, contribution",
                           .question = question,
                           .figure_run_id = run_id,
                           .asked_at = at,
                           .asked_by = "ada",
                           .run_id = run_id};
}

static int64_t ask(const char *figure, const char *question, ptl_instant at)
{
    ptl_challenge c = of(figure, question, at);
    EXPECT_OK(ptl_challenge_add(&c, records, &err));
    return c.challenge_id;
}

static int64_t list(ptl_challenge **out, const char *figure, bool all, int64_t limit)
{
    int64_t n;
    const ptl_challenge_options o = {(int32_t)sizeof o, figure, all, limit};
    EXPECT_OK(ptl_challenge_list(out, &n, records, &o, &arena, &err));
    return n;
}

static void test_a_question_and_its_answer(void **state)
{
    (void)state;
    ptl_challenge *c;
    const int64_t id = ask("today/one", "Which weeks?", 10);
    assert_int_equal(list(&c, "today/one", false, 10), 1);
    assert_string_equal(c[0].question, "Which weeks?");
    assert_string_equal(c[0].asked_by, "ada");
    assert_int_equal(c[0].figure_run_id, run_id);
    assert_int_equal(c[0].answered_at, 0);
    assert_null(c[0].answer);
    EXPECT_OK(ptl_challenge_answer(records, id, "All 46.", "ines", 20, &err));
    assert_int_equal(list(&c, "today/one", false, 10), 0);
    assert_int_equal(list(&c, "today/one", true, 10), 1);
    assert_string_equal(c[0].answer, "All 46.");
    assert_string_equal(c[0].answered_by, "ines");
    assert_int_equal(c[0].answered_at, 20);
}

static void test_an_answer_is_final(void **state)
{
    (void)state;
    const int64_t id = ask("today/one", "Why?", 10);
    EXPECT_OK(ptl_challenge_answer(records, id, "So.", "ines", 20, &err));
    EXPECT_OK(ptl_challenge_answer(records, id, "So.", "ines", 21, &err)); /* said twice */
    EXPECT_FAIL(ptl_challenge_answer(records, id, "Otherwise.", "ines", 22, &err), PTL_E_CONFLICT,
                "already");
    EXPECT_FAIL(ptl_challenge_answer(records, 99, "So.", "ines", 22, &err), PTL_E_NOT_FOUND,
                "highest is");
}

static void test_open_ones_come_first_then_the_newest(void **state)
{
    (void)state;
    ptl_challenge *c;
    const int64_t a = ask("today/one", "a?", 1), b = ask("money/cac", "b?", 2),
                  d = ask("today/one", "d?", 3);
    EXPECT_OK(ptl_challenge_answer(records, d, "d.", "ines", 4, &err));
    assert_int_equal(list(&c, NULL, true, 10), 3);
    assert_int_equal(c[0].challenge_id, b);
    assert_int_equal(c[1].challenge_id, a);
    assert_int_equal(c[2].challenge_id, d);
    assert_int_equal(list(&c, NULL, true, 2), 2);
    assert_int_equal(list(&c, "money/cac", true, 10), 1);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    char much[PTL_CHALLENGE_BYTES_MAX + 2];
    ptl_challenge c = of("", "Why?", 1);
    EXPECT_FAIL(ptl_challenge_add(&c, records, &err), PTL_E_INVALID, "figure's name");
    c = of("today/one", "", 1);
    EXPECT_FAIL(ptl_challenge_add(&c, records, &err), PTL_E_INVALID, "question");
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    c = of("today/one", much, 1);
    EXPECT_FAIL(ptl_challenge_add(&c, records, &err), PTL_E_LIMIT, "at most 2000");
    c = of("today/one", "Why?", 1);
    c.figure_run_id = 4711;
    EXPECT_FAIL(ptl_challenge_add(&c, records, &err), PTL_E_NOT_FOUND, "4711");
    c = of("today/one", "Why?", 1);
    c.asked_by = NULL;
    EXPECT_FAIL(ptl_challenge_add(&c, records, &err), PTL_E_INVALID, "who asked");
    EXPECT_FAIL(ptl_challenge_answer(records, 1, "", "ines", 2, &err), PTL_E_INVALID, "the answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_question_and_its_answer, setup, records_teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_is_final, setup, records_teardown),
        cmocka_unit_test_setup_teardown(test_open_ones_come_first_then_the_newest, setup,
                                        records_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_refused, setup, records_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
