/* test_json_write: what is written is read back by jansson, an independent reader. */
#include "support/effort.h"
#include "support/expect.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "portolan/random.h"

typedef struct fixture {
    ptl_json json;
    ptl_buffer buffer;
    ptl_error err;
} fixture;

static void begin(fixture *f, int32_t indent)
{
    memset(&f->err, 0, sizeof f->err);
    ptl_buffer_init(&f->buffer, 1 << 22, NULL);
    ptl_json_init_buffer(&f->json, &f->buffer, indent, &f->err);
}

static json_t *finish_and_read(fixture *f)
{
    if (ptl_json_finish(&f->json) != PTL_OK) fail_msg("%s", f->err.message);
    json_error_t error;
    json_t *read = json_loadb(f->buffer.ptr, f->buffer.len, JSON_DECODE_ANY, &error);
    if (!read) fail_msg("jansson: %s at %d in %s", error.text, error.position, f->buffer.ptr);
    ptl_buffer_dispose(&f->buffer);
    return read;
}

static void write_sample(ptl_json *json)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "name", "a \"quoted\" \\ line\n\ttab \x01 \xe2\x82\xac");
    ptl_json_put_string(json, "nothing", NULL);
    ptl_json_put_text(json, "text", (ptl_text){0});
    ptl_json_put_int(json, "least", INT64_MIN);
    ptl_json_put_double(json, "nan", PTL_NAN);
    ptl_json_put_double(json, "third", 1.0 / 3.0);
    ptl_json_put_bool(json, "yes", true);
    ptl_json_put_micros(json, "money", 1234500000);
    ptl_json_key(json, "list");
    ptl_json_array(json);
    for (int i = 0; i < 3; i++) ptl_json_int(json, i);
    ptl_json_object(json);
    ptl_json_object_end(json);
    ptl_json_array(json);
    ptl_json_array_end(json);
    ptl_json_raw(json, PTL_TEXT("[true]"));
    ptl_json_array_end(json);
    ptl_json_object_end(json);
}

static void a_document_reads_back(void **state)
{
    (void)state;
    for (int32_t indent = 0; indent <= 2; indent++) {
        fixture f;
        begin(&f, indent);
        write_sample(&f.json);
        json_t *read = finish_and_read(&f);
        EXPECT_STR(json_string_value(json_object_get(read, "name")),
                   "a \"quoted\" \\ line\n\ttab \x01 \xe2\x82\xac");
        assert_true(json_is_null(json_object_get(read, "nothing")));
        EXPECT_STR(json_string_value(json_object_get(read, "text")), "");
        EXPECT_INT(json_integer_value(json_object_get(read, "least")), INT64_MIN);
        assert_true(json_is_null(json_object_get(read, "nan")));
        assert_true(json_real_value(json_object_get(read, "third")) == 1.0 / 3.0);
        assert_true(json_is_true(json_object_get(read, "yes")));
        EXPECT_STR(json_string_value(json_object_get(read, "money")), "1234.50");
        EXPECT_INT(json_array_size(json_object_get(read, "list")), 6);
        json_decref(read);
    }
}

static void the_form_is_exact(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 0);
    ptl_json_object(&f.json);
    ptl_json_put_int(&f.json, "b", 1);
    ptl_json_put_int(&f.json, "a", 2);
    ptl_json_object_end(&f.json);
    EXPECT_INT(ptl_json_finish(&f.json), PTL_OK);
    EXPECT_STR(f.buffer.ptr, "{\"b\":1,\"a\":2}"); /* keys keep their order */
    ptl_buffer_dispose(&f.buffer);
    begin(&f, 2);
    ptl_json_array(&f.json);
    ptl_json_int(&f.json, 7);
    ptl_json_array_end(&f.json);
    EXPECT_INT(ptl_json_finish(&f.json), PTL_OK);
    EXPECT_STR(f.buffer.ptr, "[\n  7\n]\n");
    ptl_buffer_dispose(&f.buffer);
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void expect_round_trip(double value)
{
    char text[32];
    const int32_t len = ptl_double_format(text, value);
    EXPECT_INT(len, strlen(text));
    const double back = strtod(text, NULL);
    if (memcmp(&back, &value, sizeof value) != 0) fail_msg("%.17g became %s", value, text);
}

/* Significant digits of a text. */
static int n_digits(const char *text)
{
    char digits[64];
    int n = 0;
    for (const char *c = text; *c && *c != 'e'; c++)
        if (*c >= '0' && *c <= '9' && (n > 0 || *c != '0')) digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0') n--;
    return n;
}

/* Shortest: no %.{n-1}e reads back. (Other decimals of n - 1 digits lie further away.) */
static void expect_shortest(double value)
{
    char text[32], shorter[64];
    ptl_double_format(text, value);
    const int n = n_digits(text);
    if (n < 2) return;
    snprintf(shorter, sizeof shorter, "%.*e", n - 2, value);
    if (strtod(shorter, NULL) == value) fail_msg("%s is longer than %s", text, shorter);
}

static void doubles_round_trip_and_are_shortest(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(48611);
    const int n = effort(10000, 100000, 100000);
    for (int i = 0; i < 3 * n; i++) {
        const double value = double_of(ptl_rng_u64(&rng));
        if (!isfinite(value)) continue;
        expect_round_trip(value);
        expect_shortest(value);
    }
    for (int i = 0; i < n; i++) { /* amounts as people have them */
        const double value = (double)ptl_rng_below(&rng, 1000000007) / 100.0;
        expect_round_trip(value);
        expect_shortest(value);
    }
    for (int i = 0; i < n; i++) { /* six decimals, and their nearest neighbours */
        const double value = (double)ptl_rng_below(&rng, UINT64_C(1) << (i % 50)) / 1e6;
        expect_round_trip(value);
        expect_shortest(value);
        expect_round_trip(nextafter(value, 1e300));
        expect_shortest(nextafter(value, 1e300));
    }
    for (int e = -1074; e <= 1023; e++) { /* powers of two and their neighbours */
        expect_round_trip(ldexp(1.0, e));
        expect_round_trip(nextafter(ldexp(1.0, e), 0.0));
        expect_shortest(ldexp(1.0, e));
    }
}

/* The forms that ECMAScript's Number::toString gives, read off a JavaScript engine. */
static void doubles_have_the_known_form(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.0, "0"},
                 {-0.0, "-0.0"},
                 {0.1, "0.1"},
                 {-1.5, "-1.5"},
                 {100.0, "100"},
                 {1e21, "1e+21"},
                 {123456789012345680000.0, "123456789012345680000"},
                 {1e-6, "0.000001"},
                 {1e-7, "1e-7"},
                 {1.0 / 3.0, "0.3333333333333333"},
                 {5e-324, "5e-324"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {2.2250738585072014e-308, "2.2250738585072014e-308"},
                 {0x1p-44, "5.684341886080802e-14"},
                 {9007199254740993.0, "9007199254740992"},
                 {4.35, "4.35"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];
        ptl_double_format(text, cases[i].value);
        EXPECT_STR(text, cases[i].text);
    }
    char text[32];
    EXPECT_INT(ptl_double_format(text, PTL_NAN), 4);
    EXPECT_STR(text, "null");
    ptl_double_format(text, -(double)INFINITY);
    EXPECT_STR(text, "null");
}

static void micros_are_exact(void **state)
{
    (void)state;
    static const struct {
        int64_t micros;
        const char *text;
    } cases[] = {{0, "0.00"},
                 {1, "0.000001"},
                 {-1, "-0.000001"},
                 {10000, "0.01"},
                 {1234500000, "1234.50"},
                 {-1234567000, "-1234.567"},
                 {1000000, "1.00"},
                 {INT64_MIN, "-9223372036854.775808"},
                 {INT64_MAX, "9223372036854.775807"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];
        EXPECT_INT(ptl_micros_format(text, cases[i].micros), strlen(cases[i].text));
        EXPECT_STR(text, cases[i].text);
    }
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 0);
    ptl_json_array(&f.json);
    ptl_json_text(&f.json, PTL_TEXT("ok"));
    ptl_json_text(&f.json, PTL_TEXT("caf\xe9"));
    ptl_json_array_end(&f.json);
    EXPECT_INT(ptl_json_finish(&f.json), PTL_E_INVALID);
    EXPECT_STR(f.err.message, "JSON: text is not UTF-8 at its byte 3 (0xe9)");
    ptl_buffer_dispose(&f.buffer);
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    for (int extra = 0; extra <= 1; extra++) {
        fixture f;
        begin(&f, 0);
        for (int i = 0; i < PTL_JSON_DEPTH_MAX + extra; i++) ptl_json_array(&f.json);
        for (int i = 0; i < PTL_JSON_DEPTH_MAX + extra; i++) ptl_json_array_end(&f.json);
        EXPECT_INT(ptl_json_finish(&f.json), extra ? PTL_E_LIMIT : PTL_OK);
        ptl_buffer_dispose(&f.buffer);
    }
}

static void value_without_key(ptl_json *json)
{
    ptl_json_object(json);
    ptl_json_int(json, 3);
}

static void key_in_array(ptl_json *json)
{
    ptl_json_array(json);
    ptl_json_key(json, "k");
}

static void two_roots(ptl_json *json)
{
    ptl_json_int(json, 3);
    ptl_json_int(json, 4);
}

static void open_end(ptl_json *json)
{
    ptl_json_array(json);
}

static void wrong_end(ptl_json *json)
{
    ptl_json_array(json);
    ptl_json_object_end(json);
}

static void key_without_value(ptl_json *json)
{
    ptl_json_object(json);
    ptl_json_key(json, "k");
    ptl_json_object_end(json);
}

static void nothing_at_all(ptl_json *json)
{
    (void)json;
}

static void misuse_never_gives_bad_json(void **state)
{
    (void)state;
    void (*const misuses[])(ptl_json *) = {value_without_key, key_in_array, two_roots,
                                           open_end,          wrong_end,    key_without_value,
                                           nothing_at_all};
    for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
        fixture f;
        begin(&f, 0);
        misuses[i](&f.json);
        EXPECT_INT(ptl_json_finish(&f.json), PTL_E_INTERNAL);
        assert_true(strlen(f.err.message) > 0);
        ptl_buffer_dispose(&f.buffer);
    }
}

static void long_texts_cross_the_pending_bytes(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 0);
    char *text = malloc(20001);
    for (int i = 0; i < 20000; i++) text[i] = (char)(i % 97 == 0 ? '"' : 'a' + i % 26);
    text[20000] = '\0';
    ptl_json_string(&f.json, text);
    json_t *read = finish_and_read(&f);
    EXPECT_STR(json_string_value(read), text);
    json_decref(read);
    free(text);
}

static void a_full_sink_is_reported_once(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_buffer buffer;
    ptl_json json;
    ptl_buffer_init(&buffer, 5000, NULL);
    ptl_json_init_buffer(&json, &buffer, 0, &err);
    ptl_json_array(&json);
    for (int i = 0; i < 5000; i++) ptl_json_int(&json, 1234567);
    ptl_json_array_end(&json);
    EXPECT_FAIL(ptl_json_finish(&json), PTL_E_LIMIT, "");
    ptl_buffer_dispose(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_reads_back),
        cmocka_unit_test(the_form_is_exact),
        cmocka_unit_test(doubles_round_trip_and_are_shortest),
        cmocka_unit_test(doubles_have_the_known_form),
        cmocka_unit_test(micros_are_exact),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(misuse_never_gives_bad_json),
        cmocka_unit_test(long_texts_cross_the_pending_bytes),
        cmocka_unit_test(a_full_sink_is_reported_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
