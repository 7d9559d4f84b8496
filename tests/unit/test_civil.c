/* test_civil: dates against gmtime, zones against the C library's own reader of tzdata. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/civil.h"
#include "base/civil_internal.h"
#include "portolan/random.h"

static void every_day_from_1900_to_2100(void **state)
{
    (void)state;
    ptl_error err = {0};
    for (ptl_day day = -25567; day <= 47846; day++) {
        const time_t seconds = (time_t)day * 86400;
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        const ptl_date date = ptl_date_of(day);
        EXPECT_INT(date.year, tm.tm_year + 1900);
        EXPECT_INT(date.month, tm.tm_mon + 1);
        EXPECT_INT(date.day, tm.tm_mday);
        EXPECT_INT(ptl_day_of(date), day);
        EXPECT_INT(ptl_weekday(day) % 7, tm.tm_wday);
        assert_true(ptl_date_valid(date));
        char text[16], iso[32];
        int32_t year, week;
        ptl_day back;
        ptl_day_format(text, day);
        EXPECT_OK(ptl_day_parse(&back, ptl_text_of(text), &err));
        EXPECT_INT(back, day);
        ptl_iso_week(&year, &week, day);
        strftime(text, sizeof text, "%G-%V", &tm);
        snprintf(iso, sizeof iso, "%04d-%02d", (int)year, (int)week);
        EXPECT_STR(iso, text);
    }
}

static void far_years_round_trip(void **state)
{
    (void)state;
    for (int64_t day = -12700000; day < 11200000; day += 9973) { /* years -32,800 to 32,600 */
        const ptl_date date = ptl_date_of((ptl_day)day);
        EXPECT_INT(ptl_day_of(date), day);
    }
    char text[40];
    ptl_day_format(text, ptl_day_of((ptl_date){-44, 3, 15}));
    EXPECT_STR(text, "-0044-03-15");
    ptl_day_format(text, INT32_MAX);
    EXPECT_STR(text, "+5881580-07-11");
    ptl_instant_format(text, INT64_MIN); /* as known from 64-bit microseconds elsewhere */
    EXPECT_STR(text, "-290308-12-21T19:59:05.224192Z");
}

static void dates_that_do_not_exist(void **state)
{
    (void)state;
    static const ptl_date wrong[] = {{2025, 2, 29}, {1900, 2, 29}, {2026, 4, 31}, {2026, 13, 1},
                                     {2026, 0, 1},  {2026, 1, 0},  {40000, 1, 1}};
    for (size_t i = 0; i < 7; i++) assert_false(ptl_date_valid(wrong[i]));
    assert_true(ptl_date_valid((ptl_date){2000, 2, 29}));
}

static void weeks_and_months_begin_where_they_should(void **state)
{
    (void)state;
    for (ptl_day day = 20000; day < 20800; day++) {
        for (int32_t start = 1; start <= 7; start++) {
            const ptl_day first = ptl_week_start(day, start);
            EXPECT_INT(ptl_weekday(first), start);
            assert_in_range(day - first, 0, 6);
        }
        EXPECT_INT(ptl_date_of(ptl_month_start(day)).day, 1);
        EXPECT_INT(ptl_date_of(ptl_month_start(day)).month, ptl_date_of(day).month);
    }
    const ptl_day january31 = ptl_day_of((ptl_date){2027, 1, 31});
    EXPECT_INT(ptl_month_add(january31, 1), ptl_day_of((ptl_date){2027, 2, 28}));
    EXPECT_INT(ptl_month_add(january31, 13), ptl_day_of((ptl_date){2028, 2, 29}));
    EXPECT_INT(ptl_month_add(january31, -2), ptl_day_of((ptl_date){2026, 11, 30}));
    EXPECT_INT(ptl_month_add(january31, -25), ptl_day_of((ptl_date){2024, 12, 31}));
}

static void as_libc_sees_it(const char *zone, int64_t seconds, struct tm *tm)
{
    setenv("TZ", zone, 1);
    tzset();
    const time_t at = (time_t)seconds;
    assert_non_null(localtime_r(&at, tm));
}

/* Every zone of the table, random instants from 1850 to 2500: behind the last transition the
 * footer's rule is what answers. */
static void offsets_agree_with_libc_in_every_zone(void **state)
{
    (void)state;
    FILE *table = fopen("/usr/share/zoneinfo/zone1970.tab", "r");
    if (!table) SKIP("no tzdata tables in text");
    ptl_rng rng = ptl_rng_new(77003);
    ptl_error err = {0};
    char line[512];
    int n_zones = 0;
    while (fgets(line, sizeof line, table)) {
        if (line[0] == '#') continue;
        ptl_text rest = ptl_text_trim(ptl_text_of(line)); /* codes, coordinates, name, comments */
        (void)ptl_text_cut(&rest, '\t'), (void)ptl_text_cut(&rest, '\t');
        char name[128];
        const ptl_text third = ptl_text_cut(&rest, '\t');
        snprintf(name, sizeof name, "%.*s", (int)third.len, third.ptr);
        ptl_zone *zone;
        EXPECT_OK(ptl_zone_open(&zone, name, &err));
        for (int i = 0; i < 300; i++) {
            const int64_t low = i % 3 ? INT64_C(0) : INT64_C(-3786825600);
            const int64_t high = i % 3 == 1 ? INT64_C(4102444800) : INT64_C(16725225600);
            const int64_t at = low + (int64_t)ptl_rng_below(&rng, (uint64_t)(high - low));
            struct tm tm;
            as_libc_sees_it(name, at, &tm);
            const int32_t offset = ptl_zone_offset(zone, at * PTL_MICROS_PER_SECOND + 999999);
            if (offset != tm.tm_gmtoff)
                fail_msg("%s at %" PRId64 ": %d, libc says %ld", name, at, offset, tm.tm_gmtoff);
        }
        ptl_zone_close(zone);
        n_zones++;
    }
    fclose(table);
    assert_in_range(n_zones, 200, 700);
}

/* Around one clock change: the answer for every local quarter of an hour is the earliest instant
 * that libc shows as that time; where there is none, libc shows the answer later by the gap. */
static void check_change(const char *name, const ptl_zone *zone, int64_t change)
{
    struct tm tm;
    as_libc_sees_it(name, change - 1, &tm);
    const int64_t before = tm.tm_gmtoff;
    as_libc_sees_it(name, change, &tm);
    const int64_t gap = tm.tm_gmtoff - before;
    assert_true(gap != 0);
    const int64_t from = change - change % 900;
    for (int64_t local = from + before - 3 * 3600; local < from + before + 30 * 3600;
         local += 900) {
        const ptl_day day = (ptl_day)ptl_floor_div(local, 86400);
        const int64_t got =
            ptl_zone_local(zone, day, (local - (int64_t)day * 86400) * PTL_MICROS_PER_SECOND) /
            PTL_MICROS_PER_SECOND;
        int64_t earliest = INT64_MAX;
        for (int64_t at = local - 15 * 3600; at <= local + 15 * 3600; at += 900) {
            as_libc_sees_it(name, at, &tm);
            if (at + tm.tm_gmtoff == local && at < earliest) earliest = at;
        }
        const int64_t expected = earliest < INT64_MAX ? earliest : local - before;
        if (got != expected)
            fail_msg("%s, local %" PRId64 ": %" PRId64 ", expected %" PRId64, name, local, got,
                     expected);
        as_libc_sees_it(name, got, &tm);
        EXPECT_INT(got + tm.tm_gmtoff, earliest < INT64_MAX ? local : local + gap);
    }
}

static int64_t utc(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute)
{
    return (int64_t)ptl_day_of((ptl_date){year, month, day}) * 86400 + hour * 3600 + minute * 60;
}

/* Zones whose changes differ in kind: one hour at night, half an hour, at midnight, in the southern
 * half, behind the table's end, and a whole day left out. */
static void both_clock_changes_in_seven_zones(void **state)
{
    (void)state;
    const struct {
        const char *zone;
        int64_t change;
    } cases[] = {{"Europe/Berlin", utc(2026, 3, 29, 1, 0)},
                 {"Europe/Berlin", utc(2026, 10, 25, 1, 0)},
                 {"Europe/Berlin", utc(2126, 3, 31, 1, 0)},
                 {"America/New_York", utc(2026, 3, 8, 7, 0)},
                 {"America/New_York", utc(2026, 11, 1, 6, 0)},
                 {"Australia/Lord_Howe", utc(2026, 4, 4, 15, 0)},
                 {"Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)},
                 {"America/Sao_Paulo", utc(2018, 11, 4, 3, 0)},
                 {"America/Sao_Paulo", utc(2018, 2, 18, 2, 0)},
                 {"Asia/Beirut", utc(2026, 3, 28, 22, 0)},
                 {"Asia/Beirut", utc(2026, 10, 24, 21, 0)},
                 {"Africa/Cairo", utc(2025, 4, 24, 22, 0)},
                 {"Africa/Cairo", utc(2025, 10, 30, 21, 0)},
                 {"Pacific/Apia", utc(2011, 12, 30, 10, 0)}};
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ptl_zone *zone;
        EXPECT_OK(ptl_zone_open(&zone, cases[i].zone, &err));
        check_change(cases[i].zone, zone, cases[i].change);
        ptl_zone_close(zone);
    }
}

/* A day's start is its first second: libc shows that day there, and an earlier one before. Days
 * that were left out have no length. */
static void days_start_and_end_where_libc_says(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo",
        "Asia/Beirut",   "Africa/Cairo",     "Pacific/Apia"};
    ptl_error err = {0};
    for (size_t z = 0; z < 7; z++) {
        ptl_zone *zone;
        EXPECT_OK(ptl_zone_open(&zone, names[z], &err));
        int64_t n_skipped = 0;
        for (ptl_day day = 3653; day < 36525; day++) { /* 1980 to 2069 */
            const int64_t start = ptl_zone_day_start(zone, day) / PTL_MICROS_PER_SECOND;
            if (start == ptl_zone_day_start(zone, day + 1) / PTL_MICROS_PER_SECOND) {
                n_skipped++;
                continue;
            }
            struct tm tm;
            as_libc_sees_it(names[z], start, &tm);
            EXPECT_INT(ptl_floor_div(start + tm.tm_gmtoff, 86400), day);
            EXPECT_INT(ptl_zone_day(zone, start * PTL_MICROS_PER_SECOND), day);
            as_libc_sees_it(names[z], start - 1, &tm);
            assert_true(ptl_floor_div(start - 1 + tm.tm_gmtoff, 86400) < day);
            EXPECT_INT(ptl_zone_day(zone, start * PTL_MICROS_PER_SECOND - 1),
                       ptl_floor_div(start - 1 + tm.tm_gmtoff, 86400));
        }
        EXPECT_INT(n_skipped, strcmp(names[z], "Pacific/Apia") == 0);
        ptl_zone_close(zone);
    }
}

static void apia_had_no_30_december_2011(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_zone *zone;
    EXPECT_OK(ptl_zone_open(&zone, "Pacific/Apia", &err));
    const ptl_day lost = ptl_day_of((ptl_date){2011, 12, 30});
    const ptl_instant change = utc(2011, 12, 30, 10, 0) * PTL_MICROS_PER_SECOND;
    EXPECT_INT(ptl_zone_day_start(zone, lost), change);
    EXPECT_INT(ptl_zone_day_start(zone, lost + 1), change);
    EXPECT_INT(ptl_zone_day(zone, change - 1), lost - 1);
    EXPECT_INT(ptl_zone_day(zone, change), lost + 1);
    ptl_zone_close(zone);
}

/* Toronto on 30 March 1919: at 23:30 the clock went to 00:30, so midnight lay inside the gap. */
static void a_day_begins_after_the_gap_that_holds_its_midnight(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_zone *zone;
    EXPECT_OK(ptl_zone_open(&zone, "America/Toronto", &err));
    const ptl_day day = ptl_day_of((ptl_date){1919, 3, 31});
    const int64_t change = utc(1919, 3, 31, 4, 30);
    struct tm tm;
    as_libc_sees_it("America/Toronto", change - 1, &tm);
    EXPECT_INT(tm.tm_mday * 10000 + tm.tm_hour * 100 + tm.tm_min, 302329);
    EXPECT_INT(ptl_zone_day_start(zone, day), change * PTL_MICROS_PER_SECOND);
    EXPECT_INT(ptl_zone_local(zone, day, 0), (change + 1800) * PTL_MICROS_PER_SECOND);
    ptl_zone_close(zone);
}

/* The kinds of rule that few zones use, against libc reading the same text from TZ. */
static void posix_rules_agree_with_libc(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "CET-1CEST,M3.5.0,M10.5.0/3",           "EST5EDT,M3.2.0,M11.1.0",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",      "EET-2EEST,M3.4.4/50,M10.4.4/50",
        "ABC3DEF,J60/0,J300/12:30:15",          "ABC-3DEF,59,299/1"};
    ptl_rng rng = ptl_rng_new(5);
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        ptl_tz_rule rule;
        EXPECT_OK(ptl_tz_rule_parse(&rule, ptl_text_of(rules[i]), &err));
        for (int k = 0; k < 4000; k++) {
            const int64_t at = (int64_t)ptl_rng_below(&rng, UINT64_C(13000000000));
            struct tm tm;
            as_libc_sees_it(rules[i], at, &tm);
            const ptl_tz_span span = ptl_tz_rule_at(&rule, at);
            if (span.offset != tm.tm_gmtoff)
                fail_msg("%s at %" PRId64 ": %d, libc says %ld", rules[i], at, span.offset,
                         tm.tm_gmtoff);
            assert_true(span.begin <= at && at < span.end);
            EXPECT_INT(ptl_tz_rule_at(&rule, span.begin).begin, span.begin);
            EXPECT_INT(ptl_tz_rule_at(&rule, span.end).begin, span.end);
        }
    }
    ptl_tz_rule rule;
    static const char *const wrong[] = {"",
                                        "C-1",
                                        "CET",
                                        "CET-1CEST",
                                        "CET-1CEST,M13.1.0,M10.5.0",
                                        "CET-1CEST,M3.6.0,M10.5.0",
                                        "CET-1CEST,M3.5.0,M10.5.0/3x",
                                        "CET-1CEST,J0,J3",
                                        "CET-99"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        EXPECT_FAIL(ptl_tz_rule_parse(&rule, ptl_text_of(wrong[i]), &err), PTL_E_CORRUPT,
                    "cannot be read");
}

static void names_are_checked_and_suggested(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_zone *zone = NULL;
    EXPECT_FAIL(ptl_zone_open(&zone, "Europe/Berln", &err), PTL_E_NOT_FOUND, "Europe/Berln");
    assert_non_null(strstr(err.hint, "Europe/Berlin"));
    static const char *const wrong[] = {
        "",           "../../etc/passwd", "/etc/localtime",      "Europe",
        "zone.tab/x", "Europe/Berlin\n",  "Qwertyuiop/Asdfghjkl"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        EXPECT_FAIL(ptl_zone_open(&zone, wrong[i], &err), PTL_E_NOT_FOUND, "time zone");
    EXPECT_FAIL(ptl_zone_open(&zone, "zone.tab", &err), PTL_E_NOT_FOUND, "time zone");
    EXPECT_FAIL(ptl_zone_open(&zone, "leapseconds", &err), PTL_E_CORRUPT, "TZif");
    EXPECT_OK(ptl_zone_open(&zone, "UTC", &err));
    EXPECT_STR(ptl_zone_name(zone), "UTC");
    EXPECT_INT(ptl_zone_offset(zone, 1), 0);
    EXPECT_INT(ptl_zone_day(zone, -1), -1);
    ptl_zone_close(zone);
    ptl_zone_close(NULL);
}

/* One flipped byte anywhere in a zone's file: read or refused, never a crash or an endless walk. */
static void damaged_zone_files_are_survived(void **state)
{
    (void)state;
    FILE *in = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (!in) SKIP("no tzdata tables in text");
    static unsigned char bytes[8192];
    const size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    char folder[] = "/tmp/ptl-zones-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/Zone", folder);
    setenv("TZDIR", folder, 1);
    ptl_rng rng = ptl_rng_new(31);
    int n_refused = 0;
    for (int i = 0; i < 4000; i++) {
        const size_t at = ptl_rng_below(&rng, i % 2 ? n : 44);
        const unsigned char kept = bytes[at];
        bytes[at] ^= (unsigned char)(1 + ptl_rng_below(&rng, 255));
        FILE *out = fopen(path, "wb");
        fwrite(bytes, 1, i % 10 == 0 ? at : n, out);
        fclose(out);
        bytes[at] = kept;
        ptl_error err = {0};
        ptl_zone *zone;
        if (ptl_zone_open(&zone, "Zone", &err) != PTL_OK) {
            n_refused++;
            continue;
        }
        for (ptl_day day = -40000; day < 80000; day += 1499)
            (void)ptl_zone_day(zone, ptl_zone_day_start(zone, day));
        ptl_zone_close(zone);
    }
    unsetenv("TZDIR");
    remove(path);
    remove(folder);
    assert_in_range(n_refused, 400, 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_1900_to_2100),
        cmocka_unit_test(far_years_round_trip),
        cmocka_unit_test(dates_that_do_not_exist),
        cmocka_unit_test(weeks_and_months_begin_where_they_should),
        cmocka_unit_test(offsets_agree_with_libc_in_every_zone),
        cmocka_unit_test(both_clock_changes_in_seven_zones),
        cmocka_unit_test(days_start_and_end_where_libc_says),
        cmocka_unit_test(apia_had_no_30_december_2011),
        cmocka_unit_test(a_day_begins_after_the_gap_that_holds_its_midnight),
        cmocka_unit_test(posix_rules_agree_with_libc),
        cmocka_unit_test(names_are_checked_and_suggested),
        cmocka_unit_test(damaged_zone_files_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
