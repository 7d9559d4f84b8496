/* Invariant 3 of warehouse.h: scopes remember their first failure, and nothing of a marked scope
 * survives. Also appends, whose last rows must not outlive a rollback. */
#include "support/warehouse.h"

static char path[512];
static ptl_warehouse *warehouse;

static int open_one(void **state)
{
    (void)state;
    ptl_error err = {0};
    warehouse_path(path);
    const ptl_warehouse_options options = small_engine(2);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    warehouse_exec(warehouse, "INSERT INTO meta VALUES ('a', '1'), ('b', '2'), ('c', '3')");
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    ptl_warehouse_close(warehouse);
    warehouse_remove(path);
    return 0;
}

static int64_t n_notes(void)
{
    return warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name IN ('a','b','c','d')");
}

static void commits_and_rolls_back(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, "DELETE FROM meta WHERE name = 'a'", &err));
    ptl_scope_rollback(&scope);
    ptl_scope_rollback(&scope); /* any time, also twice */
    EXPECT_INT(n_notes(), 3);
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    int64_t n = -1;
    const ptl_value name = ptl_value_string("a");
    EXPECT_OK(ptl_scope_execute(&n, &scope, "meta/value_clear", &name, 1, &err));
    EXPECT_INT(n, 1);
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    ptl_scope_rollback(&scope); /* after a commit nothing happens */
    EXPECT_INT(n_notes(), 2);
}

/* What the engine itself would commit: a failed statement, then a DELETE, then COMMIT. */
static void failure_then_delete_then_commit(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, "INSERT INTO meta VALUES ('d', '4')", &err));
    EXPECT_FAIL(ptl_duck_exec(&scope, "SELECT no_such_column FROM meta", &err), PTL_E_INVALID,
                "no_such_column");
    EXPECT_FAIL(ptl_duck_exec(&scope, "DELETE FROM meta", &err), PTL_E_INVALID, "no_such_column");
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_INVALID, "no_such_column");
    EXPECT_INT(n_notes(), 3);
}

/* The engine's own behaviour, without a scope: were it to change, this test would say so. */
static void the_engine_commits_after_a_failure(void **state)
{
    (void)state;
    duckdb_result result;
    duckdb_connection c = warehouse->connection;
    assert_int_equal(duckdb_query(c, "BEGIN TRANSACTION", NULL), DuckDBSuccess);
    assert_int_equal(duckdb_query(c, "SELECT no_such_column FROM meta", &result), DuckDBError);
    duckdb_destroy_result(&result);
    assert_int_equal(duckdb_query(c, "DELETE FROM meta WHERE name = 'a'", NULL), DuckDBSuccess);
    assert_int_equal(duckdb_query(c, "COMMIT", NULL), DuckDBSuccess);
    EXPECT_INT(n_notes(), 2);
}

static void failure_outside_marks(void **state)
{
    (void)state;
    ptl_error err = {0}, other = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, "DELETE FROM meta", &err));
    (void)ptl_fail(&other, PTL_E_CONFLICT, "the file changed while it was read");
    ptl_scope_mark(&scope, PTL_E_CONFLICT, &other);
    (void)ptl_fail(&other, PTL_E_LIMIT, "a later failure");
    ptl_scope_mark(&scope, PTL_E_LIMIT, &other);
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_CONFLICT, "the file changed");
    EXPECT_INT(n_notes(), 3);
}

static void a_query_that_fails_marks_the_scope_it_runs_beside(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_scope scope;
    ptl_table table;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, "DELETE FROM meta", &err));
    EXPECT_FAIL(ptl_warehouse_query(&table, warehouse, "meta/none", NULL, 0, 0, &err),
                PTL_E_INTERNAL, "meta/none");
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_INTERNAL, "meta/none");
    EXPECT_INT(n_notes(), 3);
}

static void one_scope_at_a_time(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_scope first, second;
    EXPECT_OK(ptl_scope_begin(&first, warehouse, &err));
    EXPECT_FAIL(ptl_scope_begin(&second, warehouse, &err), PTL_E_CONFLICT, "open already");
    ptl_scope_rollback(&second); /* never opened */
    EXPECT_OK(ptl_scope_commit(&first, &err));
    EXPECT_FAIL(ptl_scope_commit(&first, &err), PTL_E_CONFLICT, "not open");
    EXPECT_FAIL(ptl_duck_exec(&first, "SELECT 1", &err), PTL_E_CONFLICT, "not open");
}

static ptl_table notes(ptl_table_builder **builder, int64_t n)
{
    ptl_error err = {0};
    const ptl_column_spec columns[2] = {{"value", PTL_TYPE_TEXT}, {"name", PTL_TYPE_TEXT}};
    EXPECT_OK(ptl_table_builder_new(builder, columns, 2, 1 << 20, &err));
    for (int64_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "note %" PRId64, i);
        ptl_table_builder_text(*builder, ptl_text_of("a value longer than twelve bytes"));
        ptl_table_builder_text(*builder, ptl_text_of(name));
        EXPECT_OK(ptl_table_builder_row_end(*builder, &err));
    }
    return ptl_table_builder_borrow(*builder);
}

static int64_t n_appended(void)
{
    return warehouse_number(warehouse,
                            "SELECT count(*) FROM meta WHERE starts_with(name, 'note ')");
}

static void append_by_name(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder;
    const ptl_table rows = notes(&builder, 5003);
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_scope_append(&scope, "meta", &rows, &err));
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    EXPECT_INT(n_appended(), 5003);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name = 'note 5002' AND "
                                           "value = 'a value longer than twelve bytes'"),
               1);
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_FAIL(ptl_scope_append(&scope, "no_such_table", &rows, &err), PTL_E_INVALID,
                "no_such_table");
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_INVALID, "no_such_table");
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_FAIL(ptl_scope_append(&scope, "calendar", &rows, &err), PTL_E_INVALID, "value");
    ptl_scope_rollback(&scope);
    ptl_table_builder_free(builder);
}

static void append_outlives_no_scope(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder;
    const ptl_table rows = notes(&builder, 100);
    const char *const columns[2] = {"name", "value"};
    ptl_duck_append *append;
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_append_open(&append, &scope, "meta", columns, 2, &err));
    EXPECT_OK(ptl_duck_append_rows(append, &rows, &err));
    ptl_scope_rollback(&scope);
    EXPECT_FAIL(ptl_duck_append_rows(append, &rows, &err), PTL_E_CONFLICT, "scope has ended");
    EXPECT_FAIL(ptl_duck_append_close(append, &err), PTL_E_CONFLICT, "scope has ended");
    EXPECT_INT(n_appended(), 0);
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_append_open(&append, &scope, "meta", columns, 2, &err));
    EXPECT_OK(ptl_duck_append_rows(append, &rows, &err));
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_INTERNAL, "append is still open");
    assert_int_equal(ptl_duck_append_close(append, &err), PTL_E_CONFLICT);
    EXPECT_INT(n_appended(), 0);
    ptl_table_builder_free(builder);
}

static void append_to_a_temporary_table(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder;
    const ptl_table rows = notes(&builder, 3000);
    ptl_scope scope;
    ptl_table table;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(
        ptl_duck_exec(&scope, "CREATE TEMP TABLE staged (name VARCHAR, value VARCHAR)", &err));
    EXPECT_OK(ptl_scope_append(&scope, "staged", &rows, &err));
    EXPECT_OK(ptl_duck_query_text(&table, &scope, "SELECT count(*) AS n FROM staged", NULL, 0, 0,
                                  "count", &err));
    EXPECT_INT(ptl_column_int(&table.columns[0], 0), 3000);
    ptl_table_dispose(&table);
    EXPECT_OK(ptl_duck_exec(&scope, "DROP TABLE staged", &err));
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    ptl_table_builder_free(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commits_and_rolls_back, open_one, close_one),
        cmocka_unit_test_setup_teardown(failure_then_delete_then_commit, open_one, close_one),
        cmocka_unit_test_setup_teardown(the_engine_commits_after_a_failure, open_one, close_one),
        cmocka_unit_test_setup_teardown(failure_outside_marks, open_one, close_one),
        cmocka_unit_test_setup_teardown(a_query_that_fails_marks_the_scope_it_runs_beside, open_one,
                                        close_one),
        cmocka_unit_test_setup_teardown(one_scope_at_a_time, open_one, close_one),
        cmocka_unit_test_setup_teardown(append_by_name, open_one, close_one),
        cmocka_unit_test_setup_teardown(append_outlives_no_scope, open_one, close_one),
        cmocka_unit_test_setup_teardown(append_to_a_temporary_table, open_one, close_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
