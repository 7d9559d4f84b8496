/* Tables: reading, building, and a hash that depends on what a reader can see and nothing else. */
#include "store/table.h"
#include "support/expect.h"

#include <stdlib.h>

static const ptl_column_spec all_types[] = {
    {"n", PTL_TYPE_INT},      {"x", PTL_TYPE_DOUBLE},       {"yes", PTL_TYPE_BOOL},
    {"words", PTL_TYPE_TEXT}, {"moment", PTL_TYPE_INSTANT}, {"day", PTL_TYPE_DAY},
    {"bytes", PTL_TYPE_BLOB},
};
enum { N_TYPES = 7 };

static void add_row(ptl_table_builder *builder, int64_t i)
{
    ptl_error err = {0};
    char words[32];
    snprintf(words, sizeof words, "wörter %" PRId64, i);
    ptl_table_builder_int(builder, i * 7919 - 3);
    ptl_table_builder_double(builder, 0.37 * (double)i);
    ptl_table_builder_int(builder, i % 2);
    ptl_table_builder_text(builder, ptl_text_of(words));
    ptl_table_builder_int(builder, i * 1000003);
    ptl_table_builder_int(builder, 20000 + i);
    ptl_table_builder_text(builder, (ptl_text){"\0\1\xff", (size_t)(i % 4)});
    EXPECT_OK(ptl_table_builder_row_end(builder, &err));
}

static ptl_table_builder *builder_of(int64_t n)
{
    ptl_error err = {0};
    ptl_table_builder *builder;
    EXPECT_OK(ptl_table_builder_new(&builder, all_types, N_TYPES, 1 << 20, &err));
    for (int64_t i = 0; i < n; i++) add_row(builder, i);
    return builder;
}

static void reads_what_was_built(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder = builder_of(1003);
    for (int c = 0; c < N_TYPES; c++) ptl_table_builder_null(builder);
    EXPECT_OK(ptl_table_builder_row_end(builder, &err));
    add_row(builder, 1004);
    const ptl_table table = ptl_table_builder_borrow(builder);
    EXPECT_INT(table.n_rows, 1005);
    const ptl_column *n, *x, *words, *day;
    EXPECT_OK(ptl_table_column(&n, &table, "n", PTL_TYPE_INT, &err));
    EXPECT_OK(ptl_table_column(&x, &table, "x", PTL_TYPE_DOUBLE, &err));
    EXPECT_OK(ptl_table_column(&words, &table, "words", PTL_TYPE_TEXT, &err));
    EXPECT_OK(ptl_table_column(&day, &table, "day", PTL_TYPE_DAY, &err));
    EXPECT_INT(ptl_column_int(n, 1002), 1002 * 7919 - 3);
    EXPECT_NEAR(ptl_column_double(x, 17), 0.37 * 17, 0.0);
    EXPECT_NEAR(ptl_column_double(n, 17), 17 * 7919 - 3, 0.0);
    assert_true(ptl_text_equal(ptl_column_text(words, 1004), PTL_TEXT("wörter 1004")));
    EXPECT_INT(ptl_column_int(day, 5), 20005);
    assert_false(ptl_column_present(words, 1003));
    assert_true(ptl_column_present(words, 1004));
    EXPECT_INT(ptl_column_text(words, 1003).len, 0);
    assert_true(isnan(ptl_column_double(x, 1003)));
    EXPECT_FAIL(ptl_table_column(&n, &table, "none", PTL_TYPE_INT, &err), PTL_E_INTERNAL, "none");
    EXPECT_FAIL(ptl_table_column(&n, &table, "x", PTL_TYPE_INT, &err), PTL_E_INTERNAL, "double");
    ptl_table_builder_free(builder);
}

static ptl_hash hash_of(ptl_table_builder *builder)
{
    const ptl_table table = ptl_table_builder_borrow(builder);
    return ptl_table_hash(&table);
}

static void same_hash_for_same_cells(void **state)
{
    (void)state;
    ptl_table_builder *a = builder_of(50), *b = builder_of(50), *c = builder_of(51);
    assert_true(ptl_hash_equal(hash_of(a), hash_of(b)));
    assert_false(ptl_hash_equal(hash_of(a), hash_of(c)));
    /* a bitmap that hides nothing is the same as none */
    ptl_table table = ptl_table_builder_borrow(b);
    ptl_column columns[N_TYPES];
    memcpy(columns, table.columns, sizeof columns);
    static const uint8_t all[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    columns[0].validity = all;
    columns[3].validity = all;
    table.columns = columns;
    assert_true(ptl_hash_equal(ptl_table_hash(&table), hash_of(a)));
    /* one cell missing, another name, another type: another hash */
    static const uint8_t gap[8] = {255, 254, 255, 255, 255, 255, 255, 255};
    columns[0].validity = gap;
    assert_false(ptl_hash_equal(ptl_table_hash(&table), hash_of(a)));
    columns[0].validity = NULL;
    columns[0].name = "m";
    assert_false(ptl_hash_equal(ptl_table_hash(&table), hash_of(a)));
    columns[0].name = "n";
    columns[0].type = PTL_TYPE_INSTANT;
    assert_false(ptl_hash_equal(ptl_table_hash(&table), hash_of(a)));
    ptl_table_builder_free(a);
    ptl_table_builder_free(b);
    ptl_table_builder_free(c);
}

/* What stands under a missing cell is not part of the result. */
static void hidden_values_do_not_count(void **state)
{
    (void)state;
    static const int64_t one[3] = {4, 5, 6}, other[3] = {4, 99, 6};
    static const uint8_t middle_missing = 5, trailing_noise = 0xF5;
    ptl_column a = {
        .name = "n", .type = PTL_TYPE_INT, .values.ints = one, .validity = &middle_missing};
    ptl_column b = {
        .name = "n", .type = PTL_TYPE_INT, .values.ints = other, .validity = &trailing_noise};
    const ptl_table first = {.n_rows = 3, .n_columns = 1, .columns = &a};
    const ptl_table second = {.n_rows = 3, .n_columns = 1, .columns = &b};
    assert_true(ptl_hash_equal(ptl_table_hash(&first), ptl_table_hash(&second)));
}

static void builder_refuses(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder = builder_of(2);
    ptl_table_builder_double(builder, 1.5);
    EXPECT_FAIL(ptl_table_builder_row_end(builder, &err), PTL_E_INTERNAL, "row 3, column \"n\"");
    EXPECT_FAIL(ptl_table_builder_row_end(builder, &err), PTL_E_INTERNAL, "row 3"); /* sticky */
    EXPECT_INT(ptl_table_builder_borrow(builder).n_rows, 2);
    ptl_table_builder_clear(builder);
    ptl_table_builder_int(builder, 1);
    EXPECT_FAIL(ptl_table_builder_row_end(builder, &err), PTL_E_INTERNAL, "ends before");
    ptl_table_builder_clear(builder);
    add_row(builder, 3);
    EXPECT_INT(ptl_table_builder_borrow(builder).n_rows, 1);
    for (int i = 0; i < 8; i++) ptl_table_builder_null(builder);
    EXPECT_FAIL(ptl_table_builder_row_end(builder, &err), PTL_E_INTERNAL, "too many");
    ptl_table_builder_clear(builder);
    for (int i = 0; i < 5; i++) ptl_table_builder_null(builder);
    ptl_table_builder_int(builder, INT64_C(1) << 40);
    ptl_table_builder_null(builder);
    EXPECT_FAIL(ptl_table_builder_row_end(builder, &err), PTL_E_INTERNAL, "leaves 32 bits");
    ptl_table_builder_free(builder);
}

static void builder_has_a_ceiling(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_column_spec column = {"words", PTL_TYPE_TEXT};
    ptl_table_builder *builder;
    EXPECT_OK(ptl_table_builder_new(&builder, &column, 1, 10000, &err));
    ptl_status st = PTL_OK;
    int64_t n = 0;
    for (; st == PTL_OK && n < 10000; n++) {
        ptl_table_builder_text(builder, PTL_TEXT("sixteen letters."));
        st = ptl_table_builder_row_end(builder, &err);
    }
    EXPECT_INT(st, PTL_E_LIMIT);
    assert_true(n > 300 && n < 520);
    EXPECT_INT(ptl_table_builder_borrow(builder).n_rows, n - 1);
    ptl_table_builder_free(builder);
}

static void cells_as_json(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder = builder_of(3);
    for (int c = 0; c < N_TYPES; c++) ptl_table_builder_null(builder);
    EXPECT_OK(ptl_table_builder_row_end(builder, &err));
    const ptl_table table = ptl_table_builder_borrow(builder);
    ptl_buffer text;
    ptl_buffer_init(&text, 4096, NULL);
    ptl_json json;
    ptl_json_init_buffer(&json, &text, 0, &err);
    ptl_json_array(&json);
    for (int64_t row = 2; row < 4; row++)
        for (int64_t c = 0; c < table.n_columns; c++)
            ptl_column_json(&table.columns[c], row, &json);
    ptl_json_array_end(&json);
    EXPECT_OK(ptl_json_finish(&json));
    const char *expected = "[15835,0.74,false,\"wörter 2\",\"1970-01-01T00:00:02.000006Z\","
                           "\"2024-10-06\",\"0001\",null,null,null,null,null,null,null]";
    EXPECT_STR(text.ptr, expected);
    ptl_buffer_dispose(&text);
    ptl_table_builder_free(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_built),       cmocka_unit_test(same_hash_for_same_cells),
        cmocka_unit_test(hidden_values_do_not_count), cmocka_unit_test(builder_refuses),
        cmocka_unit_test(builder_has_a_ceiling),      cmocka_unit_test(cells_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
