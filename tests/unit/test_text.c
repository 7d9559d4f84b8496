/* test_text: slices, numbers, UTF-8, nearest names, buffers (base/text.h). */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "portolan/random.h"

static void slices_compare_and_cut(void **state)
{
    (void)state;
    assert_true(ptl_text_equal(PTL_TEXT(""), (ptl_text){0}));
    assert_true(ptl_text_equal(ptl_text_of(NULL), PTL_TEXT("")));
    EXPECT_INT(ptl_text_compare(PTL_TEXT("ab"), PTL_TEXT("abc")), -1);
    EXPECT_INT(ptl_text_compare(PTL_TEXT("\xff"), PTL_TEXT("a")), 1);
    EXPECT_INT(ptl_text_compare(PTL_TEXT("abc"), PTL_TEXT("abc")), 0);
    assert_true(ptl_text_starts(PTL_TEXT("orders.csv"), PTL_TEXT("ord")));
    assert_false(ptl_text_starts(PTL_TEXT("or"), PTL_TEXT("ord")));
    assert_true(ptl_text_ends(PTL_TEXT("orders.csv"), PTL_TEXT(".csv")));
    assert_true(ptl_text_ends((ptl_text){0}, (ptl_text){0}));
    assert_true(ptl_text_equal(ptl_text_trim(PTL_TEXT(" \t a b\r\n")), PTL_TEXT("a b")));
    assert_true(ptl_text_equal(ptl_text_trim(PTL_TEXT(" \n ")), PTL_TEXT("")));
}

static void cutting_walks_the_fields(void **state)
{
    (void)state;
    ptl_text rest = PTL_TEXT("a,,bc,");
    static const char *const expected[] = {"a", "", "bc"};
    for (size_t i = 0; i < 3; i++)
        assert_true(ptl_text_equal(ptl_text_cut(&rest, ','), ptl_text_of(expected[i])));
    EXPECT_INT(rest.len, 0);
    assert_true(ptl_text_equal(ptl_text_cut(&rest, ','), PTL_TEXT("")));
    ptl_text empty = {0};
    EXPECT_INT(ptl_text_cut(&empty, ',').len, 0);
}

static void integers_read_whole_and_in_range(void **state)
{
    (void)state;
    ptl_error err = {0};
    int64_t value = 0;
    static const int64_t values[] = {INT64_MIN, INT64_MIN + 1, -7, 0, 43, INT64_MAX};
    for (size_t i = 0; i < 6; i++) {
        char text[32];
        snprintf(text, sizeof text, "%" PRId64, values[i]);
        EXPECT_OK(ptl_text_int(&value, ptl_text_of(text), &err));
        EXPECT_INT(value, values[i]);
    }
    EXPECT_OK(ptl_text_int(&value, PTL_TEXT("+0019"), &err));
    EXPECT_INT(value, 19);
    static const char *const refused[] = {"", "-", "12a", " 12", "12 ", "1.0", "0x10", "--1"};
    for (size_t i = 0; i < 8; i++)
        EXPECT_FAIL(ptl_text_int(&value, ptl_text_of(refused[i]), &err), PTL_E_INVALID,
                    "is not a whole number");
    EXPECT_FAIL(ptl_text_int(&value, PTL_TEXT("9223372036854775808"), &err), PTL_E_INVALID,
                "outside 64 bits");
    EXPECT_FAIL(ptl_text_int(&value, PTL_TEXT("-9223372036854775809"), &err), PTL_E_INVALID,
                "outside 64 bits");
    EXPECT_INT(value, 19); /* a failure leaves the output alone */
}

static void doubles_read_whole(void **state)
{
    (void)state;
    ptl_error err = {0};
    double value = 0.0;
    static const char *const good[] = {"0",  "-0.25", "1e3",   ".5",
                                       "5.", "1E-07", "+3.75", "1e-4000"};
    for (size_t i = 0; i < 8; i++) {
        EXPECT_OK(ptl_text_double(&value, ptl_text_of(good[i]), &err));
        assert_true(value == strtod(good[i], NULL));
    }
    static const char *const refused[] = {"",    ".",  "e5", "1e", "nan", "inf", "1,5",
                                          "0x1", " 1", "1 ", "-",  "1e+", "--1", "1.2.3"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        EXPECT_FAIL(ptl_text_double(&value, ptl_text_of(refused[i]), &err), PTL_E_INVALID,
                    "is not a number");
    EXPECT_FAIL(ptl_text_double(&value, PTL_TEXT("1e400"), &err), PTL_E_INVALID, "range");
    char longer[600];
    memset(longer, '1', sizeof longer);
    EXPECT_FAIL(ptl_text_double(&value, (ptl_text){longer, sizeof longer}, &err), PTL_E_INVALID,
                "is not a number");
}

/* RFC 3629 by arithmetic: decode by definition, accept only what encodes back to the same bytes. */
static bool valid_by_definition(const unsigned char *b, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t len = b[i] < 0x80       ? 1
                     : b[i] >> 5 == 6  ? 2
                     : b[i] >> 4 == 14 ? 3
                     : b[i] >> 3 == 30 ? 4
                                       : 0;
        if (len == 0 || i + len > n) return false;
        uint32_t code = len == 1 ? b[i] : b[i] & (0x7Fu >> len);
        for (size_t k = 1; k < len; k++) {
            if (b[i + k] >> 6 != 2) return false;
            code = code << 6 | (b[i + k] & 0x3Fu);
        }
        const size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        if (len != shortest || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
        i += len;
    }
    return true;
}

static void utf8_agrees_with_its_definition(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(20261);
    static const unsigned char edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xED,
                                          0xEF, 0xF0, 0xF4, 0xF5, 0xFF, 0xC0};
    int64_t n_valid = 0;
    for (int i = 0; i < 400000; i++) {
        unsigned char b[4];
        const size_t n = 1 + ptl_rng_below(&rng, 4);
        for (size_t k = 0; k < n; k++) b[k] = edges[ptl_rng_below(&rng, sizeof edges)];
        const bool valid = ptl_text_utf8_valid((ptl_text){(const char *)b, n}, NULL);
        assert_int_equal(valid, valid_by_definition(b, n));
        n_valid += valid;
    }
    assert_in_range(n_valid, 1000, 399000); /* both sides were seen */
    size_t fault = 99;
    assert_false(ptl_text_utf8_valid(PTL_TEXT("ab\xc3(x"), &fault));
    EXPECT_INT(fault, 2);
}

static void columns_know_wide_and_combining(void **state)
{
    (void)state;
    EXPECT_INT(ptl_text_columns(PTL_TEXT("abc")), 3);
    EXPECT_INT(ptl_text_columns(PTL_TEXT("\xe6\xbc\xa2\xe5\xad\x97")), 4); /* two Han characters */
    EXPECT_INT(ptl_text_columns(PTL_TEXT("e\xcc\x81")), 1);                /* e and an accent    */
    EXPECT_INT(ptl_text_columns(PTL_TEXT("\xe2\x82\xac\xff")), 2);         /* euro, a stray byte */
    EXPECT_INT(ptl_text_columns((ptl_text){0}), 0);
}

static void distances_are_those_counted_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int32_t distance;
    } cases[] = {{"", "", 0},           {"abc", "", 3},           {"channel", "chanel", 1},
                 {"spend", "sepnd", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}};
    for (size_t i = 0; i < 6; i++) {
        const ptl_text a = ptl_text_of(cases[i].a), b = ptl_text_of(cases[i].b);
        EXPECT_INT(ptl_text_distance(a, b, 9), cases[i].distance);
        EXPECT_INT(ptl_text_distance(b, a, 9), cases[i].distance);
    }
    EXPECT_INT(ptl_text_distance(PTL_TEXT("kitten"), PTL_TEXT("sitting"), 2), 3);
    char longer[300];
    memset(longer, 'x', sizeof longer);
    EXPECT_INT(ptl_text_distance((ptl_text){longer, 300}, PTL_TEXT("x"), 5), 6);
    EXPECT_INT(ptl_text_distance((ptl_text){longer, 300}, (ptl_text){longer, 300}, 5), 0);
}

static void nearest_helps_or_stays_silent(void **state)
{
    (void)state;
    static const char *const names[] = {"currency", "channel", "campaign", "cost"};
    EXPECT_STR(ptl_text_nearest(PTL_TEXT("chanel"), names, 4), "channel");
    EXPECT_STR(ptl_text_nearest(PTL_TEXT("campaing"), names, 4), "campaign");
    EXPECT_STR(ptl_text_nearest(PTL_TEXT("cost"), names, 4), "cost");
    assert_null(ptl_text_nearest(PTL_TEXT("zebra"), names, 4));
    assert_null(ptl_text_nearest(PTL_TEXT(""), names, 4));
    assert_null(ptl_text_nearest(PTL_TEXT("x"), names, 4));
}

static void a_buffer_grows_to_its_ceiling(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_buffer buffer;
    ptl_buffer_init(&buffer, 1000, NULL);
    assert_null(buffer.ptr);
    for (int i = 0; i < 100; i++) ptl_buffer_printf(&buffer, "%09d\n", i);
    EXPECT_OK(ptl_buffer_check(&buffer, "the text", &err));
    EXPECT_INT(buffer.len, 1000);
    EXPECT_STR(buffer.ptr + 990, "000000099\n");
    ptl_buffer_text(&buffer, "x");
    EXPECT_FAIL(ptl_buffer_check(&buffer, "the text", &err), PTL_E_LIMIT,
                "the text would pass its ceiling of 1000 bytes");
    ptl_buffer_text(&buffer, ""); /* sticky */
    EXPECT_INT(buffer.status, PTL_E_LIMIT);
    ptl_buffer_clear(&buffer);
    ptl_buffer_append(&buffer, "a\0b", 3);
    assert_true(ptl_text_equal(ptl_buffer_borrow(&buffer), (ptl_text){"a\0b", 3}));
    ptl_buffer_dispose(&buffer);
    ptl_buffer_dispose(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_and_cut),
        cmocka_unit_test(cutting_walks_the_fields),
        cmocka_unit_test(integers_read_whole_and_in_range),
        cmocka_unit_test(doubles_read_whole),
        cmocka_unit_test(utf8_agrees_with_its_definition),
        cmocka_unit_test(columns_know_wide_and_combining),
        cmocka_unit_test(distances_are_those_counted_by_hand),
        cmocka_unit_test(nearest_helps_or_stays_silent),
        cmocka_unit_test(a_buffer_grows_to_its_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
