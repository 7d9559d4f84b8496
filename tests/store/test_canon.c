/* canon.c against what the migrations really created, against the engine's keywords, and against
 * docs/tables.md. `UPDATE_DOCS=1 test_canon` writes the page anew. */
#include "support/warehouse.h"

static char path[512];
static ptl_warehouse *warehouse;

static int open_one(void **state)
{
    (void)state;
    ptl_error err = {0};
    warehouse_path(path);
    const ptl_warehouse_options options = small_engine(1);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    ptl_warehouse_close(warehouse);
    warehouse_remove(path);
    return 0;
}

static void query(ptl_table *out, const char *sql)
{
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(out, &scope, sql, NULL, 0, 0, "catalog", &err));
    ptl_scope_rollback(&scope);
}

static const char *engine_type(ptl_type type)
{
    static const char *const names[] = {"BIGINT",    "DOUBLE", "BOOLEAN", "VARCHAR",
                                        "TIMESTAMP", "DATE",   "BLOB"};
    return names[type];
}

static bool cell_says(const ptl_table *table, int64_t column, int64_t row, const char *text)
{
    return ptl_text_equal(ptl_column_text(&table->columns[column], row), ptl_text_of(text));
}

static void cell_is(const ptl_table *table, int64_t column, int64_t row, const char *expected,
                    const char *what)
{
    const ptl_text text = ptl_column_text(&table->columns[column], row);
    if (!cell_says(table, column, row, expected))
        fail_msg("%s: found %.*s, expected %s", what, (int)text.len, text.ptr, expected);
}

/* Same tables, same columns in the same order, same types. */
static void migrations_made_the_canon(void **state)
{
    (void)state;
    ptl_table table;
    query(&table, "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
                  "WHERE table_name IN (SELECT table_name FROM duckdb_tables()) "
                  "ORDER BY table_name, column_index");
    int64_t n_seen = 0;
    for (int64_t t = 0; t < ptl_canon_n; t++) {
        int64_t row = 0;
        while (row < table.n_rows && !cell_says(&table, 0, row, ptl_canon[t].name)) row++;
        for (int64_t c = 0; c < ptl_canon[t].n_columns; c++, row++, n_seen++) {
            const ptl_canon_column *column = &ptl_canon[t].columns[c];
            assert_true(row < table.n_rows);
            cell_is(&table, 0, row, ptl_canon[t].name, "table");
            cell_is(&table, 1, row, column->name, ptl_canon[t].name);
            const bool is_sum = ptl_text_ends(ptl_text_of(column->name), PTL_TEXT("_sum"));
            cell_is(&table, 2, row, is_sum ? "HUGEINT" : engine_type(column->type), column->name);
            const bool never_empty =
                column->required || (ptl_canon_is_key(column) && column->defaults);
            if (ptl_column_int(&table.columns[3], row) == never_empty)
                fail_msg("%s.%s: required and NOT NULL differ", ptl_canon[t].name, column->name);
        }
    }
    EXPECT_INT(n_seen, table.n_rows);
    ptl_table_dispose(&table);
}

static void facts_have_no_keys(void **state)
{
    (void)state;
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM duckdb_constraints() "
                                           "WHERE constraint_type <> 'NOT NULL'"),
               0);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM duckdb_indexes()"), 0);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM duckdb_columns() WHERE data_type "
                                           "LIKE '%TIME ZONE%' AND NOT internal"),
               0);
}

/* A name that must be quoted, or that means something inside an expression, is not ours. */
static void no_name_is_a_keyword(void **state)
{
    (void)state;
    ptl_table table;
    query(&table, "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> "
                  "'unreserved' ORDER BY keyword_name");
    assert_true(table.n_rows > 50);
    for (int64_t k = 0; k < table.n_rows; k++) {
        const ptl_text keyword = ptl_column_text(&table.columns[0], k);
        for (int64_t t = 0; t < ptl_canon_n; t++) {
            if (ptl_text_equal(keyword, ptl_text_of(ptl_canon[t].name)) ||
                ptl_canon_column_find(&ptl_canon[t], keyword))
                fail_msg("%s: \"%.*s\" is a keyword", ptl_canon[t].name, (int)keyword.len,
                         keyword.ptr);
        }
    }
    ptl_table_dispose(&table);
}

static void has_managed(const ptl_canon_table *table, const char *name, ptl_type type)
{
    const ptl_canon_column *column = ptl_canon_column_find(table, ptl_text_of(name));
    if (!column || column->role != PTL_ROLE_MANAGED || column->type != type)
        fail_msg("%s lacks the managed column %s", table->name, name);
}

static void rules_of_the_model(void **state)
{
    (void)state;
    for (int64_t t = 0; t < ptl_canon_n; t++) {
        const ptl_canon_table *table = &ptl_canon[t];
        if (table->time_column)
            assert_non_null(ptl_canon_column_find(table, ptl_text_of(table->time_column)));
        int64_t n_keys = 0;
        for (int64_t c = 0; c < table->n_columns; c++) {
            const ptl_canon_column *column = &table->columns[c];
            n_keys += ptl_canon_is_key(column);
            assert_true(strlen(column->about) > 3);
            if (column->role == PTL_ROLE_MONEY) {
                assert_true(ptl_text_ends(ptl_text_of(column->name), PTL_TEXT("_micros")));
                assert_non_null(ptl_canon_column_find(table, PTL_TEXT("currency")));
            }
            if (ptl_canon_is_identifier(column))
                assert_true(ptl_text_ends(ptl_text_of(column->name), PTL_TEXT("_id")));
        }
        if (table->kind > PTL_CANON_DIMENSION) continue;
        assert_true(n_keys > 0);
        has_managed(table, "load_id", PTL_TYPE_INT);
        has_managed(table, "source_row", PTL_TYPE_INT);
        has_managed(table, "known_at", PTL_TYPE_INSTANT);
        if (!table->time_column) continue;
        const ptl_canon_column *time =
            ptl_canon_column_find(table, ptl_text_of(table->time_column));
        if (time->type == PTL_TYPE_INSTANT) has_managed(table, "day", PTL_TYPE_DAY);
    }
}

static void finds_by_name(void **state)
{
    (void)state;
    const ptl_canon_table *txn = ptl_canon_find(PTL_TEXT("txn"));
    assert_non_null(txn);
    assert_null(ptl_canon_find(PTL_TEXT("txns")));
    const ptl_canon_column *gross = ptl_canon_column_find(txn, PTL_TEXT("gross_micros"));
    assert_non_null(gross);
    assert_true(gross->role == PTL_ROLE_MONEY && gross->required);
    assert_null(ptl_canon_column_find(txn, PTL_TEXT("gross")));
}

static void the_page_is_in_step(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_buffer page;
    ptl_buffer_init(&page, 1 << 20, NULL);
    ptl_canon_print(&page);
    EXPECT_OK(ptl_buffer_check(&page, "page", &err));
    const char *name = PTL_SOURCE_DIR "/docs/tables.md";
    if (getenv("UPDATE_DOCS"))
        EXPECT_OK(ptl_file_write(name, ptl_buffer_borrow(&page), 0644, &err));
    ptl_arena arena;
    ptl_arena_init(&arena, 2 << 20, NULL);
    ptl_text found;
    EXPECT_OK(ptl_file_read(&found, name, 1 << 20, &arena, &err));
    if (!ptl_text_equal(found, ptl_buffer_borrow(&page)))
        fail_msg("docs/tables.md is not what canon.c says: run UPDATE_DOCS=1 test_canon");
    ptl_arena_dispose(&arena);
    ptl_buffer_dispose(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(migrations_made_the_canon),
        cmocka_unit_test(facts_have_no_keys),
        cmocka_unit_test(no_name_is_a_keyword),
        cmocka_unit_test(rules_of_the_model),
        cmocka_unit_test(finds_by_name),
        cmocka_unit_test(the_page_is_in_step),
    };
    return cmocka_run_group_tests(tests, open_one, close_one);
}
