/* test_minutes: what a review decided (minutes.h) and alarms (alarm.h), in records. */
#include "support/records.h"

#include "store/alarm.h"
#include "store/minutes.h"

static int64_t run_id;

static int setup(void **state)
{
    (void)records_setup(state);
    run_id = records_run("minutes.add");
    return 0;
}

static int64_t add(ptl_minute_kind kind, const char *what, const char *owner, ptl_day due,
                   ptl_day met, ptl_instant at)
{
    ptl_minute m = {.kind = kind,
                    .what = what,
                    .owner = owner,
                    .has_due = due != 0,
                    .due_on = due,
                    .met_on = met,
                    .opened_at = at,
                    .opened_by = "ada",
                    .run_id = run_id};
    EXPECT_OK(ptl_minutes_add(&m, records, &err));
    return m.minute_id;
}

static int64_t list(ptl_minute **out, ptl_instant at, bool carried, ptl_day since)
{
    int64_t n;
    const ptl_minutes_options o = {(int32_t)sizeof o, at, carried, since, 1000};
    EXPECT_OK(ptl_minutes_list(out, &n, records, &o, &arena, &err));
    return n;
}

static void actions_are_carried_until_done(void **state)
{
    (void)state;
    ptl_minute *m;
    const int64_t late = add(PTL_MINUTE_ACTION, "ask the agency", "Mats", 20405, 20400, 11);
    const int64_t soon = add(PTL_MINUTE_ACTION, "repair the feed", "Ines", 20403, 20400, 12);
    (void)add(PTL_MINUTE_DECISION, "keep the plan", NULL, 0, 20400, 13);
    EXPECT_INT(list(&m, PTL_INSTANT_EVER, true, 20400), 3);
    EXPECT_INT(m[0].minute_id, soon); /* by their day */
    EXPECT_INT(m[1].minute_id, late);
    EXPECT_STR(m[1].owner, "Mats");
    assert_null(m[2].owner);
    EXPECT_INT(list(&m, PTL_INSTANT_EVER, true, 20407), 2); /* next week: the open ones only */
    assert_true(ptl_minute_is_late(&m[0], 20407) && ptl_minute_is_late(&m[1], 20407));
    assert_false(ptl_minute_is_late(&m[1], 20405)); /* on its day it is not late */
    EXPECT_OK(ptl_minutes_close(records, soon, "done", "mats", 20, &err));
    EXPECT_INT(list(&m, PTL_INSTANT_EVER, true, 20407), 1);
    EXPECT_INT(m[0].minute_id, late);
    EXPECT_INT(list(&m, PTL_INSTANT_EVER, false, 0), 3);
    EXPECT_STR(m[2].outcome, "done"); /* closed ones last */
    EXPECT_STR(m[2].closed_by, "mats");
}

static void lists_are_as_they_stood_then(void **state)
{
    (void)state;
    ptl_minute *m;
    const int64_t id = add(PTL_MINUTE_ACTION, "test tv in two cities", "Jo", 20410, 20400, 100);
    (void)add(PTL_MINUTE_ACTION, "later", "Jo", 20410, 20401, 300);
    EXPECT_OK(ptl_minutes_close(records, id, "dropped: no budget", "jo", 200, &err));
    EXPECT_INT(list(&m, 99, false, 0), 0);
    EXPECT_INT(list(&m, 150, false, 0), 1);
    EXPECT_INT(m[0].closed_at, 0); /* open as of then */
    assert_null(m[0].outcome);
    EXPECT_INT(list(&m, 150, true, 20500), 1);
    EXPECT_INT(list(&m, 250, true, 20500), 0);
}

static void what_is_not_allowed_is_said(void **state)
{
    (void)state;
    ptl_minute m = {.kind = PTL_MINUTE_ACTION, .what = "", .opened_by = "ada", .run_id = run_id};
    EXPECT_FAIL(ptl_minutes_add(&m, records, &err), PTL_E_INVALID, "says nothing");
    m.what = "call";
    EXPECT_FAIL(ptl_minutes_add(&m, records, &err), PTL_E_INVALID, "no owner");
    m.owner = "Jo";
    EXPECT_FAIL(ptl_minutes_add(&m, records, &err), PTL_E_INVALID, "no day");
    m.has_due = true;
    m.due_on = 20399;
    m.met_on = 20400;
    EXPECT_FAIL(ptl_minutes_add(&m, records, &err), PTL_E_INVALID, "before the meeting");
    static char much[3000];
    memset(much, 'x', sizeof much - 1);
    m.what = much;
    EXPECT_FAIL(ptl_minutes_add(&m, records, &err), PTL_E_LIMIT, "2999 bytes");
    EXPECT_FAIL(ptl_minutes_close(records, 7, "done", "jo", 5, &err), PTL_E_NOT_FOUND,
                "the highest is 0");
    const int64_t id = add(PTL_MINUTE_DECISION, "yes", NULL, 0, 20400, 4);
    EXPECT_FAIL(ptl_minutes_close(records, id, "", "jo", 5, &err), PTL_E_INVALID, "outcome");
    EXPECT_OK(ptl_minutes_close(records, id, "held", "jo", 5, &err));
    EXPECT_OK(ptl_minutes_close(records, id, "held", "jo", 6, &err)); /* said twice */
    EXPECT_FAIL(ptl_minutes_close(records, id, "again", "jo", 6, &err), PTL_E_CONFLICT,
                "closed already");
}

static void an_alarm_is_raised_once(void **state)
{
    (void)state;
    ptl_alarm a = {.run_id = run_id,
                   .day = 20400,
                   .metric = "revenue",
                   .dimension = "channel",
                   .member = "tv",
                   .unit = "EUR",
                   .value = 13.7,
                   .expected = {101.3, 80.1, 122.5, 0.99},
                   .chance = 0.0003,
                   .raised_at = 50};
    bool is_new;
    ptl_alarm *list_of;
    int64_t n;
    EXPECT_OK(ptl_alarm_add(&is_new, &a, records, &err));
    assert_true(is_new);
    a.value = 99.0;
    EXPECT_OK(ptl_alarm_add(&is_new, &a, records, &err));
    assert_false(is_new);
    a.day = 20401;
    a.raised_at = 60;
    EXPECT_OK(ptl_alarm_add(&is_new, &a, records, &err));
    EXPECT_OK(ptl_alarm_list(&list_of, &n, records, 0, PTL_INSTANT_EVER, 100, &arena, &err));
    EXPECT_INT(n, 2);
    EXPECT_INT(list_of[0].day, 20401);
    EXPECT_NEAR(list_of[1].value, 13.7, 0.0);
    EXPECT_STR(list_of[1].member, "tv");
    EXPECT_OK(ptl_alarm_list(&list_of, &n, records, 20401, 55, 100, &arena, &err));
    EXPECT_INT(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(actions_are_carried_until_done, setup, records_teardown),
        cmocka_unit_test_setup_teardown(lists_are_as_they_stood_then, setup, records_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_allowed_is_said, setup, records_teardown),
        cmocka_unit_test_setup_teardown(an_alarm_is_raised_once, setup, records_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
