/* Parquet files become facts by their own types (store/duckdb/reader_parquet.c). The files are
 * written by the engine, from SQL that says what is in them. */
#include "support/loading.h"

#include <duckdb.h>

/* COPY (select) TO data/<name>. */
static void write_parquet(const loading *f, const char *name, const char *select)
{
    char sql[4096];
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    duckdb_result result;
    (void)snprintf(sql, sizeof sql, "COPY (%s) TO '%s/%s' (FORMAT parquet, ROW_GROUP_SIZE 2048)",
                   select, f->data, name);
    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
        fail_msg("no engine");
    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

static const char *const typed_mapping =
    "SELECT id AS txn_id, bought AS occurred_at, customer AS identifier, kind,"
    " ptl_money(gross) AS gross_micros, ptl_money(fee) AS fees_micros,"
    " ptl_money(tax) AS tax_micros, qty AS quantity, \"item.name\" AS product,"
    " ptl_integer(ptl_param(params, 'n')) * 1000000 AS shipping_micros FROM source";

static const char *const typed_rows =
    "SELECT 'a' AS id, TIMESTAMPTZ '2024-06-30 23:30:00+02' AS bought, 'c1' AS customer,"
    " '' AS kind, 19.99::DECIMAL(18,2) AS gross, 0.35::DOUBLE AS fee, 3.1::FLOAT AS tax,"
    " 2::TINYINT AS qty, {'name': 'Tee', 'size': 3} AS item,"
    " [{'key': 'n', 'value': {'int_value': 4, 'string_value': NULL}}] AS params"
    " UNION ALL SELECT 'b', TIMESTAMPTZ '2024-07-01 10:00:00+00', NULL, 'refund', -1234567.5, 1e3, "
    "NULL,"
    " NULL, NULL, NULL"
    " UNION ALL SELECT 'c', TIMESTAMPTZ '2024-07-01 10:00:00+00', NULL, 'new', 1, 0.1234567, NULL, "
    "1, NULL,"
    " NULL"
    " UNION ALL SELECT NULL, TIMESTAMPTZ '2024-07-01 10:00:00+00', NULL, 'new', 1, 0, NULL, 1, "
    "NULL, NULL";

/* Each type arrives exactly, also where the source writes 1.234,56. */
static void test_types(void **state)
{
    (void)state;
    static const char *const locales[] = {"en", "de"};
    for (int i = 0; i < 2; i++) {
        loading f;
        loading_open(&f, "Europe/Berlin");
        write_parquet(&f, "orders.parquet", typed_rows);
        ptl_load_spec spec = loading_spec(&f, "orders.parquet", typed_mapping);
        spec.locale = locales[i];
        const ptl_load_report r = loading_run(&f, &spec);
        EXPECT_INT(r.rows_read, 4);
        EXPECT_INT(r.new_identifiers, 1);
        loading_expect(
            &f,
            "SELECT string_agg(concat_ws(' ', source_row, txn_id, occurred_at, \"day\", kind,"
            " gross_micros, fees_micros, tax_micros, quantity, product, shipping_micros), '; '"
            " ORDER BY source_row) FROM txn",
            "1 a 2024-06-30 21:30:00 2024-06-30 new 19990000 350000 3100000 2 Tee 4000000; "
            "2 b 2024-07-01 10:00:00 2024-07-01 refund -1234567500000 1000000000 0 0");
        loading_expect(&f,
                       "SELECT string_agg(source_row || ' ' || column_name || ' ' || reason, '; '"
                       " ORDER BY source_row) FROM quarantine",
                       "3 fees_micros more than six decimals; 4 txn_id empty, and required");
        loading_close(&f);
    }
}

/* Rows keep their numbers over row groups; what is refused is kept as it stood. */
static void test_quarantine(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    write_parquet(&f, "many.parquet",
                  "SELECT 'r' || i AS id, CASE WHEN i % 1500 = 7 THEN 'x' ELSE '1.5' END AS amount,"
                  " i AS n FROM range(1, 10001) t(i)");
    ptl_load_spec spec =
        loading_spec(&f, "many.parquet",
                     "SELECT id AS txn_id, TIMESTAMP '2024-01-01' AS occurred_at,"
                     " ptl_money(amount) AS gross_micros FROM source WHERE n <> 9999");
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 10000);
    EXPECT_INT(r.quarantined, 8);
    loading_expect(&f, "SELECT count(*) FROM txn WHERE txn_id <> 'r' || source_row", "0");
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || reason, '; ' ORDER BY source_row) FROM"
                   " quarantine WHERE source_row > 7000",
                   "7507 not a number in this locale; 9007 not a number in this locale; "
                   "9999 left out by the mapping");
    loading_close(&f);
}

static void test_bad_files(void **state)
{
    (void)state;
    ptl_error err = {0};
    loading f;
    loading_open(&f, "UTC");
    ptl_load_spec spec = loading_spec(&f, "x.parquet", typed_mapping);
    (void)loading_text(&f, "x.parquet", "id,amount\n1,2\n");
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID, "x.parquet is not a Parquet file");
    (void)loading_text(&f, "x.parquet", "PAR1 and then nothing");
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_CORRUPT,
                "x.parquet ends in the middle: Parquet's mark is missing at its end");
    static const char nonsense[] = "PAR1 and then nonsense\x08\0\0\0PAR1";
    (void)loading_file(&f, "x.parquet", nonsense, sizeof nonsense - 1);
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_CORRUPT, "x.parquet cannot be read as Parquet");
    write_parquet(&f, "x.parquet", typed_rows);
    spec.mapping = "SELECT id AS txn_id, ptl_money(gros) AS gross_micros FROM source";
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID,
                "line 1, column 32: the file has no column \"gros\"");
    EXPECT_STR(err.hint, "did you mean \"gross\"?");
    spec.mapping = typed_mapping;
    spec.head_row = 3;
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID,
                "head_row, totals, sheet and range say nothing about x.parquet");
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_types),
                                       cmocka_unit_test(test_quarantine),
                                       cmocka_unit_test(test_bad_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
