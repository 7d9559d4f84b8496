/* cast.h, value by value: what is written is what comes out, or the reason why not. */
#include "store/cast.h"

#include "base/json_write.h"
#include "support/expect.h"

static const ptl_locale *locale(const char *name)
{
    const ptl_locale *found = ptl_locale_find(ptl_text_of(name));
    if (!found) fail_msg("no locale %s", name);
    return found;
}

typedef struct money_case {
    const char *locale, *text;
    ptl_cast cast;
    int64_t micros;
} money_case;

static const money_case money_cases[] = {
    {"en", "19.99", PTL_CAST_OK, 19990000},
    {"en", "1,234.56", PTL_CAST_OK, 1234560000},
    {"en", "1,234,567.891234", PTL_CAST_OK, 1234567891234},
    {"en", "-0.01", PTL_CAST_OK, -10000},
    {"en", "+7", PTL_CAST_OK, 7000000},
    {"en", "(12.50)", PTL_CAST_OK, -12500000},
    {"en", "12.50-", PTL_CAST_OK, -12500000},
    {"en",
     "\xe2\x88\x92"
     "3.25",
     PTL_CAST_OK, -3250000},
    {"en", "$1,234.5", PTL_CAST_OK, 1234500000},
    {"en", "-$12", PTL_CAST_OK, -12000000},
    {"en", "$-12", PTL_CAST_OK, -12000000},
    {"en", "USD 12", PTL_CAST_OK, 12000000},
    {"en", "12 USD", PTL_CAST_OK, 12000000},
    {"en",
     "\xc2\xa3"
     "5.05",
     PTL_CAST_OK, 5050000},
    {"en", ".5", PTL_CAST_OK, 500000},
    {"en", "5.", PTL_CAST_OK, 5000000},
    {"en", "000012.30", PTL_CAST_OK, 12300000},
    {"en", "0.000001", PTL_CAST_OK, 1},
    {"en", "0.05", PTL_CAST_OK, 50000},
    {"en", "1.23000000000", PTL_CAST_OK, 1230000},
    {"en", "0", PTL_CAST_OK, 0},
    {"en", "-0.000", PTL_CAST_OK, 0},
    {"en", " 8.75 ", PTL_CAST_OK, 8750000},
    {"de", "1.234,56", PTL_CAST_OK, 1234560000},
    {"de", "1.234", PTL_CAST_OK, 1234000000},
    {"de", "12,5 \xe2\x82\xac", PTL_CAST_OK, 12500000},
    {"de", "-1.234.567,89 EUR", PTL_CAST_OK, -1234567890000},
    {"fr", "1 234,56", PTL_CAST_OK, 1234560000},
    {"fr",
     "1\xc2\xa0"
     "234,56\xc2\xa0\xe2\x82\xac",
     PTL_CAST_OK, 1234560000},
    {"fr",
     "1\xe2\x80\xaf"
     "234\xe2\x80\xaf"
     "567,8",
     PTL_CAST_OK, 1234567800000},
    {"ch", "1'234.56", PTL_CAST_OK, 1234560000},
    {"ch",
     "CHF 1\xe2\x80\x99"
     "234.05",
     PTL_CAST_OK, 1234050000},
    {"plain", "1234567.5", PTL_CAST_OK, 1234567500000},
    /* the ends of the range: INT64_MAX micros and its mirror */
    {"en", "9223372036854.775807", PTL_CAST_OK, INT64_MAX},
    {"en", "-9223372036854.775807", PTL_CAST_OK, -INT64_MAX},
    {"en", "9223372036854.775808", PTL_CAST_RANGE, 0},
    {"en", "99999999999999999999999999", PTL_CAST_RANGE, 0},
    {"en", "0.0000001", PTL_CAST_DECIMALS, 0},
    {"en", "1.2345678", PTL_CAST_DECIMALS, 0},
    {"en", "12,34", PTL_CAST_GROUPS, 0},
    {"en", "1,2345.00", PTL_CAST_GROUPS, 0},
    {"en", "1234,567", PTL_CAST_GROUPS, 0},
    {"en", ",123", PTL_CAST_GROUPS, 0},
    {"de", "1.23", PTL_CAST_GROUPS, 0},
    {"de", "1,234.56", PTL_CAST_NOT_NUMBER, 0},
    {"plain", "1,234", PTL_CAST_NOT_NUMBER, 0},
    {"en", "--5", PTL_CAST_SIGNS, 0},
    {"en", "(-5)", PTL_CAST_SIGNS, 0},
    {"en", "-5-", PTL_CAST_SIGNS, 0},
    {"en", "5%", PTL_CAST_NOT_NUMBER, 0},
    {"en", "1e3", PTL_CAST_NOT_NUMBER, 0},
    {"en", "12 34", PTL_CAST_NOT_NUMBER, 0},
    {"en", "N/A", PTL_CAST_NOT_NUMBER, 0},
    {"en", "-", PTL_CAST_NOT_NUMBER, 0},
    {"en", "()", PTL_CAST_NOT_NUMBER, 0},
    {"en", "EUR", PTL_CAST_NOT_NUMBER, 0},
    {"en", "1.2.3", PTL_CAST_NOT_NUMBER, 0},
    {"en", "nan", PTL_CAST_NOT_NUMBER, 0},
    {"en", "", PTL_CAST_EMPTY, 0},
    {"en", "  \t", PTL_CAST_EMPTY, 0},
    {"fr", "\xc2\xa0", PTL_CAST_EMPTY, 0},
};

static void test_money(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof money_cases / sizeof *money_cases; i++) {
        const money_case *c = &money_cases[i];
        int64_t micros = 0;
        const ptl_cast cast = ptl_cast_money(&micros, ptl_text_of(c->text), locale(c->locale));
        if (cast != c->cast || (cast == PTL_CAST_OK && micros != c->micros))
            fail_msg("%s \"%s\": %s, %" PRId64 "; expected %s, %" PRId64, c->locale, c->text,
                     ptl_cast_text(cast), micros, ptl_cast_text(c->cast), c->micros);
    }
}

/* Printed by another hand (base's ptl_micros_format) and read again: the same micros, in every
 * locale that writes a point, from one micro to the ends of the range. */
static void test_money_round_trip(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252;
    for (int32_t i = 0; i < 20000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        const int64_t micros = (int64_t)(x >> 1 >> (i % 63)) * (i % 2 ? 1 : -1);
        char text[32];
        const int32_t len = ptl_micros_format(text, micros);
        int64_t back = 0;
        const ptl_cast cast = ptl_cast_money(&back, (ptl_text){text, (size_t)len}, locale("en"));
        if (cast != PTL_CAST_OK || back != micros)
            fail_msg("%s: %s, %" PRId64, text, ptl_cast_text(cast), back);
    }
}

static void test_integer(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ptl_cast cast;
        int64_t value;
    } cases[] = {{"17850.0", PTL_CAST_OK, 17850},
                 {"-12", PTL_CAST_OK, -12},
                 {"1,234,567", PTL_CAST_OK, 1234567},
                 {"9223372036854775807", PTL_CAST_OK, INT64_MAX},
                 {"9223372036854775808", PTL_CAST_RANGE, 0},
                 {"1.5", PTL_CAST_FRACTION, 0},
                 {"12345678901234.5", PTL_CAST_FRACTION, 0},
                 {"seven", PTL_CAST_NOT_NUMBER, 0},
                 {"", PTL_CAST_EMPTY, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        const ptl_cast cast = ptl_cast_integer(&value, ptl_text_of(cases[i].text), locale("en"));
        if (cast != cases[i].cast || (cast == PTL_CAST_OK && value != cases[i].value))
            fail_msg("\"%s\": %s, %" PRId64, cases[i].text, ptl_cast_text(cast), value);
    }
}

static void test_number(void **state)
{
    (void)state;
    static const struct {
        const char *locale, *text;
        ptl_cast cast;
        double value; /* C's own decimal constants are the independent source */
    } cases[] = {
        {"en", "3.14159265358979", PTL_CAST_OK, 3.14159265358979},
        {"de", "1.234,5", PTL_CAST_OK, 1234.5},
        {"en", "1.5E+10", PTL_CAST_OK, 1.5e10},
        {"en", "2e-7", PTL_CAST_OK, 2e-7},
        {"en", "0.1", PTL_CAST_OK, 0.1},
        {"en", "12.5%", PTL_CAST_OK, 0.125},
        {"en", "(0.25)", PTL_CAST_OK, -0.25},
        {"en", "123456789012345678901234567890", PTL_CAST_OK, 123456789012345678901234567890.0},
        {"en", "0", PTL_CAST_OK, 0.0},
        {"en", "1e999", PTL_CAST_RANGE, 0},
        {"en", "inf", PTL_CAST_NOT_NUMBER, 0},
        {"en", "1e", PTL_CAST_NOT_NUMBER, 0},
        {"en", " ", PTL_CAST_EMPTY, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = PTL_NAN;
        const ptl_cast cast =
            ptl_cast_number(&value, ptl_text_of(cases[i].text), locale(cases[i].locale));
        if (cast != cases[i].cast || (cast == PTL_CAST_OK && !(value == cases[i].value)))
            fail_msg("\"%s\": %s, %.17g", cases[i].text, ptl_cast_text(cast), value);
    }
}

static void test_bool(void **state)
{
    (void)state;
    bool value = false;
    EXPECT_INT(ptl_cast_bool(&value, PTL_TEXT("Yes")), PTL_CAST_OK);
    EXPECT_INT(value, 1);
    EXPECT_INT(ptl_cast_bool(&value, PTL_TEXT(" FALSE ")), PTL_CAST_OK);
    EXPECT_INT(value, 0);
    EXPECT_INT(ptl_cast_bool(&value, PTL_TEXT("perhaps")), PTL_CAST_NOT_BOOL);
    EXPECT_INT(ptl_cast_bool(&value, PTL_TEXT("")), PTL_CAST_EMPTY);
}

static void test_locales(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"de-CH", "ch"}, {"en_GB", "en"}, {"es", "de"},
                                           {"sv-SE", "fr"}, {"DE", "de"},    {"es-MX", "en"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        EXPECT_STR(locale(pairs[i][0])->name, pairs[i][1]);
    if (ptl_locale_find(PTL_TEXT("klingon"))) fail_msg("klingon has a locale");
    if (ptl_locale_find(PTL_TEXT(""))) fail_msg("the empty name has a locale");
    if (ptl_locale_find(PTL_TEXT("design"))) fail_msg("design is taken for de");
}

/* The quick path and base's own parser give the same instant for every hour around the clock
 * changes of five zones, and for days that do not exist. */
static void test_time_agrees_with_base(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                        "America/Sao_Paulo", "Asia/Kathmandu"};
    const ptl_text format = PTL_TEXT("%Y-%m-%d %H:%M:%S");
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        ptl_error err = {0};
        ptl_zone *zone = NULL;
        EXPECT_OK(ptl_zone_open(&zone, zones[z], &err));
        ptl_cast_clock clock;
        ptl_cast_clock_init(&clock, format, zone);
        for (int32_t day = 1; day <= 31; day++) {
            for (int32_t month = 1; month <= 12; month++) {
                for (int32_t hour = 0; hour < 24; hour++) {
                    char text[32];
                    (void)snprintf(text, sizeof text, "2018-%02d-%02d %02d:30:17", month, day,
                                   hour);
                    ptl_instant ours = 0, base = 0;
                    const ptl_cast cast = ptl_cast_time(&ours, ptl_text_of(text), &clock);
                    const ptl_status st =
                        ptl_time_parse(&base, ptl_text_of(text), format, zone, NULL);
                    if ((cast == PTL_CAST_OK) != (st == PTL_OK) || ours != base)
                        fail_msg("%s in %s: %" PRId64 ", base has %" PRId64, text, zones[z], ours,
                                 base);
                }
            }
        }
        ptl_zone_close(zone);
    }
}

static void test_time(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_zone *berlin = NULL;
    EXPECT_OK(ptl_zone_open(&berlin, "Europe/Berlin", &err));
    ptl_cast_clock clock;
    ptl_instant instant = 0;
    ptl_cast_clock_init(&clock, PTL_TEXT("%d.%m.%Y %H:%M"), berlin);
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT("16.11.2026 07:12"), &clock), PTL_CAST_OK);
    EXPECT_INT(instant, INT64_C(1794809520000000)); /* date -u -d 2026-11-16T06:12Z +%s */
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT("2026-11-16 07:12"), &clock), PTL_CAST_NOT_TIME);
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT("31.02.2026 07:12"), &clock), PTL_CAST_NOT_TIME);
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT("16.11.2026 24:12"), &clock), PTL_CAST_NOT_TIME);
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT("16.11.2026 07:12 "), &clock), PTL_CAST_OK);
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT(""), &clock), PTL_CAST_EMPTY);
    ptl_cast_clock_init(&clock, PTL_TEXT(""), berlin);
    EXPECT_INT(ptl_cast_time(&instant, PTL_TEXT("2026-11-16T07:12:00+01:00"), &clock), PTL_CAST_OK);
    EXPECT_INT(instant, INT64_C(1794809520000000));
    ptl_day day = 0;
    ptl_cast_clock_init(&clock, PTL_TEXT("%m/%d/%Y"), berlin);
    EXPECT_INT(ptl_cast_day(&day, PTL_TEXT("02/29/2024"), &clock), PTL_CAST_OK);
    EXPECT_INT(day, 19782); /* date -u -d 2024-02-29 +%s / 86400 */
    EXPECT_INT(ptl_cast_day(&day, PTL_TEXT("02/29/2023"), &clock), PTL_CAST_NOT_TIME);
    ptl_zone_close(berlin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money),   cmocka_unit_test(test_money_round_trip),
        cmocka_unit_test(test_integer), cmocka_unit_test(test_number),
        cmocka_unit_test(test_bool),    cmocka_unit_test(test_locales),
        cmocka_unit_test(test_time),    cmocka_unit_test(test_time_agrees_with_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
