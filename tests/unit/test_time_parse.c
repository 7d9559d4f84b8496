/* test_time_parse: instants and export formats, against strptime and against counted seconds. */
#include "support/expect.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "portolan/random.h"

static ptl_status parse(ptl_instant *out, const char *text, const char *format,
                        const ptl_zone *zone, ptl_error *err)
{
    return ptl_time_parse(out, ptl_text_of(text), ptl_text_of(format), zone, err);
}

static void formats_of_real_exports(void **state)
{
    (void)state;
    static const struct {
        const char *text, *format, *instant;
    } cases[] = {{"12/1/2010 8:26", "%m/%d/%Y %H:%M", "2010-12-01T08:26:00Z"},
                 {"2026-11-16", "%Y-%m-%d", "2026-11-16T00:00:00Z"},
                 {"20261116 061200", "%Y%m%d %H%M%S", "2026-11-16T06:12:00Z"},
                 {"16.11.26", "%d.%m.%y", "2026-11-16T00:00:00Z"},
                 {"Nov 16, 1999 12:05 AM", "%b %d, %Y %I:%M %p", "1999-11-16T00:05:00Z"},
                 {"november 6 1969 12:05 pm", "%B %d %Y %I:%M %p", "1969-11-06T12:05:00Z"},
                 {"06-May-69", "%d-%b-%y", "1969-05-06T00:00:00Z"},
                 {"06-May-68", "%d-%b-%y", "2068-05-06T00:00:00Z"},
                 {"2026-11-16 06:12:00.1234567 +0530", "%Y-%m-%d %H:%M:%S.%f %z",
                  "2026-11-16T00:42:00.123456Z"},
                 {"2026-11-16T06:12:00-03:00", "%Y-%m-%dT%H:%M:%S%z", "2026-11-16T09:12:00Z"},
                 {"2026-11-16T06:12:00+02", "%Y-%m-%dT%H:%M:%S%z", "2026-11-16T04:12:00Z"},
                 {"2026-11-16 06:12:00 UTC", "%Y-%m-%d %H:%M:%S %Z", "2026-11-16T06:12:00Z"},
                 {"2026-11-16T06:12:00Z", "%Y-%m-%dT%H:%M:%SZ", "2026-11-16T06:12:00Z"},
                 {"2016-12-31 23:59:60", "%Y-%m-%d %H:%M:%S", "2017-01-01T00:00:00Z"},
                 {"100% 2026-01-02", "100%% %Y-%m-%d", "2026-01-02T00:00:00Z"}};
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ptl_instant instant;
        char text[40];
        EXPECT_OK(parse(&instant, cases[i].text, cases[i].format, NULL, &err));
        ptl_instant_format(text, instant);
        EXPECT_STR(text, cases[i].instant);
    }
}

static void local_times_use_the_zone(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_zone *zone;
    EXPECT_OK(ptl_zone_open(&zone, "Europe/Berlin", &err));
    static const char *const cases[][2] = {
        {"2026-07-01 12:00", "2026-07-01T10:00:00Z"},
        {"2026-03-29 02:30", "2026-03-29T01:30:00Z"}, /* skipped: read as 03:30 summer time    */
        {"2026-10-25 02:30", "2026-10-25T00:30:00Z"}, /* repeated: the earlier, summer time    */
        {"2026-10-25 03:00", "2026-10-25T02:00:00Z"}};
    for (size_t i = 0; i < 4; i++) {
        ptl_instant instant;
        char text[40];
        EXPECT_OK(parse(&instant, cases[i][0], "%Y-%m-%d %H:%M", zone, &err));
        ptl_instant_format(text, instant);
        EXPECT_STR(text, cases[i][1]);
    }
    ptl_instant with_offset;
    EXPECT_OK(parse(&with_offset, "1970-01-01 +01:00", "%Y-%m-%d %z", zone, &err));
    EXPECT_INT(with_offset, -3600 * PTL_MICROS_PER_SECOND); /* %z wins over the zone */
    ptl_zone_close(zone);
}

static void refusals_name_directive_and_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *format, *words;
    } cases[] = {{"2026-13-01", "%Y-%m-%d", "%m at character 6: number out of range"},
                 {"2026-1x-01", "%Y-%m-%d", "\"-\" at character 7"},
                 {"26-01-01", "%Y-%m-%d", "%Y at character 3: digits expected"},
                 {"2026-02-30", "%Y-%m-%d", "there is no day 2026-02-30"},
                 {"2026-01-01 ", "%Y-%m-%d", "end at character 11"},
                 {"2026-01-", "%Y-%m-%d", "%d at character 9"},
                 {"2026-01", "%Y-%m-%d", "\"-\" at character 8: the text ends"},
                 {"", "%Y-%m-%d", "%Y at character 1"},
                 {"2026-01-01 25", "%Y-%m-%d %H", "%H at character 12"},
                 {"1 Foo 2026", "%d %b %Y", "no month's English name"},
                 {"12:00", "%H:%M", "lacks a year"},
                 {"2026", "%Y", "lacks a month"},
                 {"2026-01-01 11", "%Y-%m-%d %I", "%I and %p together"},
                 {"2026-01-01 XM", "%Y-%m-%d %p", "AM or PM expected"},
                 {"2026-01-01", "%Y-%m-%q", "%q at character 9: no such directive"},
                 {"2026-01-01 +25:00", "%Y-%m-%d %z", "%z"},
                 {"2026-01-01 0200", "%Y-%m-%d %z", "offset like +02:00"}};
    ptl_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ptl_instant instant;
        EXPECT_FAIL(parse(&instant, cases[i].text, cases[i].format, NULL, &err), PTL_E_INVALID,
                    cases[i].words);
    }
}

static void instants_round_trip_against_libc(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(90121);
    ptl_error err = {0};
    for (int i = 0; i < 50000; i++) {
        const int64_t seconds = (int64_t)ptl_rng_below(&rng, 250000000000u) - 60000000000;
        const int64_t micros = i % 2 ? (int64_t)ptl_rng_below(&rng, 1000000) : 0;
        const ptl_instant instant = seconds * PTL_MICROS_PER_SECOND + micros;
        char text[40], expected[40];
        ptl_instant_format(text, instant);
        const time_t at = (time_t)seconds;
        struct tm tm;
        gmtime_r(&at, &tm);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &tm);
        if (tm.tm_year + 1900 >= 1000) assert_memory_equal(text, expected, 19);
        ptl_instant back = 0;
        EXPECT_OK(ptl_instant_parse(&back, ptl_text_of(text), &err));
        EXPECT_INT(back, instant);
    }
}

static void instants_are_read_strictly(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_instant instant = 0;
    EXPECT_OK(ptl_instant_parse(&instant, PTL_TEXT("1970-01-01t00:00:01.25+00:00"), &err));
    EXPECT_INT(instant, 1250000);
    EXPECT_OK(ptl_instant_parse(&instant, PTL_TEXT("1970-01-01 01:00:00-00:30"), &err));
    EXPECT_INT(instant, 5400 * PTL_MICROS_PER_SECOND);
    static const char *const wrong[] = {"",
                                        "1970-01-01",
                                        "1970-01-01T00:00:00",
                                        "1970-1-1T00:00:00Z",
                                        "1970-01-01T00:00Z",
                                        "1970-01-01T00:00:00+0100",
                                        "1970-01-01T00:00:00.Z",
                                        "1970-01-01T00:00:00 Z",
                                        "1970-01-01T24:00:00Z",
                                        "1970-02-29T00:00:00Z",
                                        "1970-01-01T00:00:00+01:60",
                                        "1970-01-01T00:00:00Zx",
                                        "+970-01-01T00:00:00Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        EXPECT_FAIL(ptl_instant_parse(&instant, ptl_text_of(wrong[i]), &err), PTL_E_INVALID, "\"");
    ptl_day day;
    static const char *const no_days[] = {"",           "2026-1-01",  "2026-01-1",
                                          "2026/01/01", "2026-02-29", "2026-01-01 "};
    for (size_t i = 0; i < 6; i++)
        EXPECT_FAIL(ptl_day_parse(&day, ptl_text_of(no_days[i]), &err), PTL_E_INVALID, "day");
}

/* Random bytes beside random formats: every answer is a status, and an accepted text gives an
 * instant in the years four digits can say. */
static void anything_may_come_in(void **state)
{
    (void)state;
    static const char pool[] = "%YmdHMSybBpIfzZ-/: .,0123456789apmZ+JanDec";
    ptl_rng rng = ptl_rng_new(1601);
    for (int i = 0; i < 200000; i++) {
        char text[24], format[24];
        const size_t n_text = ptl_rng_below(&rng, sizeof text), n_format = ptl_rng_below(&rng, 24);
        for (size_t k = 0; k < n_text; k++) text[k] = pool[ptl_rng_below(&rng, sizeof pool - 1)];
        for (size_t k = 0; k < n_format; k++)
            format[k] = pool[ptl_rng_below(&rng, sizeof pool - 1)];
        ptl_error err = {0};
        ptl_instant instant;
        const ptl_status st = ptl_time_parse(&instant, (ptl_text){text, n_text},
                                             (ptl_text){format, n_format}, NULL, &err);
        if (st != PTL_OK) assert_true(st == PTL_E_INVALID && err.message[0] != '\0');
    }
}

static void the_clock_can_be_held(void **state)
{
    (void)state;
    setenv("PORTOLAN_NOW", "2026-11-16T06:12:00Z", 1);
    char text[40];
    ptl_instant_format(text, ptl_clock_now());
    EXPECT_STR(text, "2026-11-16T06:12:00Z");
    unsetenv("PORTOLAN_NOW");
    const int64_t apart = ptl_clock_now() / PTL_MICROS_PER_SECOND - (int64_t)time(NULL);
    assert_true(apart >= -2 && apart <= 2);
    const int64_t first = ptl_clock_monotonic_ms();
    assert_true(ptl_clock_monotonic_ms() >= first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_of_real_exports),
        cmocka_unit_test(local_times_use_the_zone),
        cmocka_unit_test(refusals_name_directive_and_place),
        cmocka_unit_test(instants_round_trip_against_libc),
        cmocka_unit_test(instants_are_read_strictly),
        cmocka_unit_test(anything_may_come_in),
        cmocka_unit_test(the_clock_can_be_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
