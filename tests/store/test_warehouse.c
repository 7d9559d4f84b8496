/* The list of warehouse.h, apart from scopes (test_scope.c) and named queries on several threads
 * (test_queries.c). Invariants are those of warehouse.h. */
#include "base/clock.h"
#include "support/effort.h"
#include "support/warehouse.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[512];
static ptl_warehouse *warehouse;

static int open_one(void **state)
{
    (void)state;
    ptl_error err = {0};
    warehouse_path(path);
    const ptl_warehouse_options options = small_engine(2);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    warehouse_remove(path);
    return 0;
}

static void reopen(void)
{
    ptl_error err = {0};
    ptl_warehouse_close(warehouse);
    const ptl_warehouse_options options = small_engine(2);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
}

/* --- opening ---------------------------------------------------------------------------------- */

static void a_new_one_is_empty_and_stays(void **state)
{
    (void)state;
    ptl_error err = {0};
    int64_t version = -1;
    EXPECT_OK(ptl_warehouse_version(&version, warehouse, &err));
    EXPECT_INT(version, 0);
    warehouse_exec(warehouse, "INSERT INTO load VALUES (7, 's', 'txn', 'f', 'h', 'm', 1, 1, 0, 0, "
                              "TIMESTAMP '2026-11-16 06:12:00', NULL, 3, NULL, NULL)");
    reopen();
    EXPECT_OK(ptl_warehouse_version(&version, warehouse, &err));
    EXPECT_INT(version, 7);
    EXPECT_STR(ptl_warehouse_engine(), "DuckDB v1.5.6");
}

static void expect_open_fails(ptl_status status, const char *words)
{
    ptl_error err = {0};
    ptl_warehouse *other = NULL;
    const ptl_warehouse_options options = small_engine(1);
    EXPECT_FAIL(ptl_warehouse_open(&other, path, &options, &err), status, words);
    assert_null(other);
}

static int32_t newest_format(void)
{
    ptl_arena arena;
    ptl_error err = {0};
    const ptl_duck_migration *list;
    int64_t n;
    ptl_arena_init(&arena, 1 << 20, NULL);
    EXPECT_OK(ptl_duck_migrations(&list, &n, &arena, &err));
    ptl_arena_dispose(&arena);
    return (int32_t)n;
}

static void a_newer_format_is_refused(void **state)
{
    (void)state;
    warehouse_exec(warehouse, "UPDATE meta SET value = '41' WHERE name = 'format'");
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    char words[100];
    snprintf(words, sizeof words, "format 41, this program knows formats up to %d",
             newest_format());
    expect_open_fails(PTL_E_VERSION, words);
}

static void foreign_tables_are_refused(void **state)
{
    (void)state;
    warehouse_exec(warehouse, "DELETE FROM meta");
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    expect_open_fails(PTL_E_VERSION, "no warehouse of Portolan");
}

static void put_file(const char *bytes, size_t len, long at)
{
    FILE *f = fopen(path, at ? "r+b" : "wb");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    put_file("\x7f", 1, 12); /* the storage version's low byte */
    expect_open_fails(PTL_E_VERSION, "storage version 127, DuckDB v1.5.6 reads versions 64 to");
    put_file("SQLite format 3\0 and then some", 30, 0);
    expect_open_fails(PTL_E_VERSION, "SQLite");
    put_file("twelve bytes and a little more than that", 40, 0);
    expect_open_fails(PTL_E_CORRUPT, "is not a DuckDB file");
    put_file("x", 1, 0);
    expect_open_fails(PTL_E_CORRUPT, "is not a DuckDB file");
    put_file("", 0, 0); /* what a crash in the first moment leaves */
    const ptl_warehouse_options options = small_engine(1);
    ptl_error err = {0};
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
}

static void a_log_without_its_file_is_refused(void **state)
{
    (void)state;
    char log[600];
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    snprintf(log, sizeof log, "%s.wal", path);
    assert_int_equal(rename(path, log), 0);
    expect_open_fails(PTL_E_CORRUPT, "the warehouse it belongs to is not");
}

/* A file cut off, or with a block overwritten, is refused with its name and not believed. */
static void a_damaged_file_is_refused(void **state)
{
    (void)state;
    warehouse_exec(warehouse, "CREATE TABLE bulk AS SELECT range AS n FROM range(200000)");
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    static char noise[300];
    memset(noise, 0x5a, sizeof noise);
    put_file(noise, sizeof noise, 4096 + 40);
    put_file(noise, sizeof noise, 8192 + 40);
    ptl_error err = {0};
    ptl_warehouse *other = NULL;
    const ptl_warehouse_options options = small_engine(1);
    const ptl_status st = ptl_warehouse_open(&other, path, &options, &err);
    assert_true(st == PTL_E_CORRUPT || st == PTL_E_IO || st == PTL_E_UNAVAILABLE);
    assert_non_null(strstr(err.message, "warehouse.duckdb"));
}

static void options_are_checked(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_warehouse *other = NULL;
    ptl_warehouse_options options = ptl_warehouse_options_default();
    assert_true(options.n_threads >= 1 && options.memory_bytes_max == INT64_C(1) << 30);
    options.n_threads = 0;
    EXPECT_FAIL(ptl_warehouse_open(&other, "x", &options, &err), PTL_E_INVALID, "n_threads");
    options = small_engine(1);
    options.memory_bytes_max = 1000;
    EXPECT_FAIL(ptl_warehouse_open(&other, "x", &options, &err), PTL_E_INVALID, "64 MiB");
    EXPECT_FAIL(ptl_warehouse_open(&other, "/no/such/folder/w.duckdb", NULL, &err), PTL_E_IO,
                "/no/such/folder");
}

/* --- shut in ---------------------------------------------------------------------------------- */

static void expect_refused(const char *sql)
{
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    if (ptl_duck_exec(&scope, sql, &err) == PTL_OK) fail_msg("the engine ran: %s", sql);
    ptl_scope_rollback(&scope);
}

static void the_engine_reaches_nothing_else(void **state)
{
    (void)state;
    expect_refused("SELECT * FROM read_csv('/etc/passwd')");
    expect_refused("SELECT * FROM read_text('/etc/hostname')");
    expect_refused("SELECT * FROM glob('/etc/*')");
    expect_refused("COPY meta TO '/tmp/portolan-must-not-exist.csv'");
    expect_refused("ATTACH '/tmp/portolan-must-not-exist.duckdb' AS other");
    expect_refused("INSTALL httpfs");
    expect_refused("LOAD httpfs");
    expect_refused("SET enable_external_access = true");
    expect_refused("SET lock_configuration = false");
    expect_refused("SET memory_limit = '1TB'");
    assert_false(ptl_file_exists("/tmp/portolan-must-not-exist.csv"));
}

static void a_sort_beyond_memory_spills(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_warehouse_close(warehouse);
    ptl_warehouse_options options = small_engine(2);
    options.memory_bytes_max = INT64_C(96) << 20;
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    EXPECT_INT(warehouse_number(warehouse,
                                "SELECT count(*) FROM (SELECT hash(range) AS h, repeat('x', 60) || "
                                "range AS t, row_number() OVER (ORDER BY hash(range)) AS n FROM "
                                "range(1500000)) WHERE n <> 0 AND length(t) > 60"),
               1500000);
}

/* --- queries ---------------------------------------------------------------------------------- */

static void query(ptl_table *out, const char *sql)
{
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(out, &scope, sql, NULL, 0, 0, "query", &err));
    ptl_scope_rollback(&scope);
}

static void every_type_arrives(void **state)
{
    (void)state;
    ptl_table t;
    query(&t, "SELECT 5::TINYINT, -7::SMALLINT, 9::INTEGER, 11::BIGINT, 13::UBIGINT, "
              "sum(17::BIGINT), 19::DECIMAL(18,0), 0.25::DOUBLE, true, 'päß and more than twelve', "
              "TIMESTAMP '1969-12-31 23:59:59.999999', DATE '1969-12-31', '\\x01\\xFF'::BLOB, "
              "NULL::BIGINT, NULL::VARCHAR, -1::HUGEINT, 1.5::FLOAT, 200::UTINYINT, "
              "60000::USMALLINT, 4000000000::UINTEGER, 12::DECIMAL(4,0), 14::DECIMAL(38,0)");
    static const int64_t ints[] = {5, -7, 9, 11, 13, 17, 19};
    for (int i = 0; i < 7; i++) EXPECT_INT(ptl_column_int(&t.columns[i], 0), ints[i]);
    EXPECT_NEAR(ptl_column_double(&t.columns[7], 0), 0.25, 0.0);
    assert_true(t.columns[8].type == PTL_TYPE_BOOL && ptl_column_int(&t.columns[8], 0) == 1);
    assert_true(
        ptl_text_equal(ptl_column_text(&t.columns[9], 0), PTL_TEXT("päß and more than twelve")));
    EXPECT_INT(ptl_column_int(&t.columns[10], 0), -1);
    EXPECT_INT(ptl_column_int(&t.columns[11], 0), -1);
    assert_true(ptl_text_equal(ptl_column_text(&t.columns[12], 0), (ptl_text){"\1\xff", 2}));
    assert_false(ptl_column_present(&t.columns[13], 0));
    assert_false(ptl_column_present(&t.columns[14], 0));
    EXPECT_INT(ptl_column_int(&t.columns[15], 0), -1);
    EXPECT_NEAR(ptl_column_double(&t.columns[16], 0), 1.5, 0.0);
    static const int64_t wide[] = {200, 60000, 4000000000, 12, 14};
    for (int i = 0; i < 5; i++) EXPECT_INT(ptl_column_int(&t.columns[17 + i], 0), wide[i]);
    ptl_table_dispose(&t);
}

static void fails_with(const char *sql, size_t bytes_max, ptl_status status, const char *words)
{
    ptl_error err = {0};
    ptl_scope scope;
    ptl_table t;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_FAIL(ptl_duck_query_text(&t, &scope, sql, NULL, 0, bytes_max, "query", &err), status,
                words);
    ptl_scope_rollback(&scope);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    fails_with("SELECT sum(n) AS total FROM (VALUES (9223372036854775807::BIGINT), (1)) AS v(n)", 0,
               PTL_E_LIMIT, "\"total\" leaves 64 bits");
    fails_with("SELECT 18446744073709551615::UBIGINT AS big", 0, PTL_E_LIMIT, "\"big\"");
    fails_with("SELECT 1.25::DECIMAL(4,2) AS ratio", 0, PTL_E_INTERNAL, "\"ratio\"");
    fails_with("SELECT [1, 2] AS list", 0, PTL_E_INTERNAL, "\"list\"");
    fails_with("SELECT repeat('x', 100) AS t FROM range(100000)", 1 << 20, PTL_E_LIMIT,
               "passes 1048576 bytes");
    fails_with("SELECT range FROM range(", 0, PTL_E_INVALID, "query: Parser Error");
    fails_with("SELECT CAST(t AS BIGINT) FROM (VALUES ('a word')) v(t)", 0, PTL_E_INVALID,
               "a word");
    ptl_error err = {0};
    ptl_table t;
    EXPECT_FAIL(ptl_warehouse_query(&t, warehouse, "meta/run_landed", NULL, 0, 0, &err),
                PTL_E_INTERNAL, "takes 1 parameters, not 0");
    EXPECT_FAIL(ptl_warehouse_query(&t, warehouse, "../secrets", NULL, 0, 0, &err), PTL_E_INTERNAL,
                "no named query \"../secrets\"");
}

static void parameters_of_every_type(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_value values[] = {ptl_value_int(-3),
                                ptl_value_day(19675),
                                ptl_value_instant(1234567),
                                ptl_value_string("text"),
                                ptl_value_string(NULL),
                                ptl_value_double(0.5),
                                {.type = PTL_TYPE_BOOL, .integer = 1},
                                {.type = PTL_TYPE_BLOB, .text = {"\0\2", 2}}};
    ptl_scope scope;
    ptl_table t;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(&t, &scope,
                                  "SELECT $1 = -3 AND $2 = DATE '2023-11-14' AND "
                                  "$3 = TIMESTAMP '1970-01-01 00:00:01.234567' AND $4 = 'text' "
                                  "AND $5 IS NULL AND $6 = 0.5 AND $7 AND $8 = '\\x00\\x02'::BLOB",
                                  values, 8, 0, "parameters", &err));
    EXPECT_INT(ptl_column_int(&t.columns[0], 0), 1);
    ptl_table_dispose(&t);
    EXPECT_OK(ptl_scope_commit(&scope, &err));
}

/* --- streams ---------------------------------------------------------------------------------- */

typedef struct tally {
    int64_t n_rows, n_batches, last, stop_after;
    ptl_progress *cancel;
    ptl_scope *write;
} tally;

static ptl_status count_days(void *ctx, const ptl_table *batch, ptl_error *err)
{
    tally *t = ctx;
    const ptl_column *day;
    PTL_TRY(ptl_table_column(&day, batch, "day", PTL_TYPE_DAY, err));
    for (int64_t i = 0; i < batch->n_rows; i++) {
        if (ptl_column_int(day, i) != t->last + 1)
            return ptl_fail(err, PTL_E_INTERNAL, "day %" PRId64 " out of order", t->last + 1);
        t->last++;
    }
    t->n_rows += batch->n_rows;
    t->n_batches++;
    if (t->cancel) ptl_progress_cancel(t->cancel);
    if (t->write) PTL_TRY(ptl_duck_exec(t->write, "INSERT INTO meta VALUES ('batch', 'x')", err));
    if (t->stop_after && t->n_rows >= t->stop_after)
        return ptl_fail(err, PTL_E_CONFLICT, "enough after %" PRId64, t->n_rows);
    return PTL_OK;
}

static ptl_status stream_days(tally *t, ptl_progress *progress, ptl_error *err)
{
    t->last = -1;
    const ptl_value span[2] = {ptl_value_day(0), ptl_value_day(100000)};
    return ptl_warehouse_stream(warehouse, "calendar/days", span, 2, count_days, t, progress, err);
}

static void fill_calendar(void)
{
    ptl_error err = {0};
    ptl_zone *zone;
    EXPECT_OK(ptl_zone_open(&zone, "Europe/Berlin", &err));
    EXPECT_OK(ptl_warehouse_calendar(warehouse, zone, &err));
    ptl_zone_close(zone);
}

static void streams_in_order_and_stops(void **state)
{
    (void)state;
    ptl_error err = {0};
    fill_calendar();
    tally t = {0};
    EXPECT_OK(stream_days(&t, NULL, &err));
    EXPECT_INT(t.n_rows, 47482);
    assert_true(t.n_batches > 10);
    t = (tally){.stop_after = 3000};
    EXPECT_FAIL(stream_days(&t, NULL, &err), PTL_E_CONFLICT, "enough");
    assert_true(t.n_rows < 10000);
    ptl_progress progress;
    ptl_progress_init(&progress, NULL, NULL);
    t = (tally){.cancel = &progress};
    assert_int_equal(stream_days(&t, &progress, &err), PTL_E_CANCELLED);
    EXPECT_INT(t.n_batches, 1);
    assert_null(progress.hook.fn); /* as it was before */
    t = (tally){0};
    assert_int_equal(stream_days(&t, &progress, &err), PTL_E_CANCELLED);
    EXPECT_INT(t.n_batches, 0);
    EXPECT_OK(stream_days(&t, NULL, &err));
}

static void a_callback_may_write(void **state)
{
    (void)state;
    ptl_error err = {0};
    fill_calendar();
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    tally t = {.write = &scope};
    EXPECT_OK(stream_days(&t, NULL, &err));
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name = 'batch'"),
               t.n_batches);
}

static ptl_status nested(void *ctx, const ptl_table *batch, ptl_error *err)
{
    (void)batch;
    tally *t = ctx;
    t->n_batches++;
    return stream_days(&(tally){0}, NULL, err);
}

static void one_stream_at_a_time(void **state)
{
    (void)state;
    ptl_error err = {0};
    fill_calendar();
    const ptl_value span[2] = {ptl_value_day(0), ptl_value_day(5)};
    tally t = {0};
    EXPECT_FAIL(ptl_warehouse_stream(warehouse, "calendar/days", span, 2, nested, &t, NULL, &err),
                PTL_E_CONFLICT, "another stream");
    EXPECT_INT(t.n_batches, 1);
}

static void *interrupt_soon(void *ctx)
{
    ptl_progress *progress = ctx;
    usleep(150 * 1000);
    ptl_progress_cancel(progress);
    return NULL;
}

static ptl_status ignore_batch(void *ctx, const ptl_table *batch, ptl_error *err)
{
    (void)ctx, (void)batch, (void)err;
    return PTL_OK;
}

/* The sort gives no row for seconds: only the interrupt can end it. */
static void a_long_sort_is_interrupted(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_progress progress;
    ptl_progress_init(&progress, NULL, NULL);
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, &progress), 0);
    const int64_t before = ptl_clock_monotonic_ms();
    const ptl_status st = ptl_duck_stream_text(
        &scope, "SELECT sum(a.range * b.range) FROM range(300000) a, range(300000) b", NULL, 0,
        ignore_batch, NULL, &progress, "endless", &err);
    pthread_join(thread, NULL);
    EXPECT_INT(st, PTL_E_CANCELLED);
    assert_true(ptl_clock_monotonic_ms() - before < 5000);
    assert_int_equal(ptl_scope_commit(&scope, &err), PTL_E_CANCELLED);
    EXPECT_INT(warehouse_number(warehouse, "SELECT 42"), 42); /* the engine goes on */
}

/* --- invariant 2: what is known, and was ------------------------------------------------------ */

/* An edit history: load 1 on day 1, corrected row on day 3 (load 2), load 1 replaced on day 5 by
 * load 3, which was itself replaced on day 7 by load 4. */
static void tell_the_history(void)
{
    warehouse_exec(
        warehouse,
        "INSERT INTO load (load_id, source, table_name, file, content_hash, mapping_hash, "
        "rows_read,"
        " rows_loaded, rows_quarantined, new_identifiers, known_at, replaces_load_id, run_id) "
        "VALUES"
        " (1, 's', 'spend', 'f', 'h', 'm', 2, 2, 0, 0, TIMESTAMP '2026-01-01', NULL, 1),"
        " (2, 's', 'spend', 'g', 'h', 'm', 1, 1, 0, 0, TIMESTAMP '2026-01-03', NULL, 2),"
        " (3, 's', 'spend', 'f', 'h', 'm', 2, 2, 0, 0, TIMESTAMP '2026-01-05', 1, 3),"
        " (4, 's', 'spend', 'f', 'h', 'm', 1, 1, 0, 0, TIMESTAMP '2026-01-07', 3, 4);"
        "INSERT INTO spend (day, geo, channel, campaign, creative, cost_micros, currency, load_id,"
        " source_row, known_at) VALUES"
        " (DATE '2026-01-01', '', 'search', '', '', 10, 'EUR', 1, 1, TIMESTAMP '2026-01-01'),"
        " (DATE '2026-01-01', '', 'video', '', '', 200, 'EUR', 1, 2, TIMESTAMP '2026-01-01'),"
        " (DATE '2026-01-01', '', 'video', '', '', 3000, 'EUR', 2, 1, TIMESTAMP '2026-01-03'),"
        " (DATE '2026-01-01', '', 'search', '', '', 40000, 'EUR', 3, 1, TIMESTAMP '2026-01-05'),"
        " (DATE '2026-01-01', '', 'print', '', '', 500000, 'EUR', 3, 2, TIMESTAMP '2026-01-05'),"
        " (DATE '2026-01-01', '', 'search', '', '', 6000000, 'EUR', 4, 1, TIMESTAMP '2026-01-07');"
        "INSERT INTO superseded VALUES ('spend', 1, 2, 2, TIMESTAMP '2026-01-03'),"
        " ('txn', 2, 1, 9, TIMESTAMP '2026-01-03')"); /* another table's row of the same number */
}

static int64_t known(const char *day)
{
    char sql[200];
    if (day)
        snprintf(sql, sizeof sql, "SELECT sum(cost_micros) FROM spend_as_of(TIMESTAMP '%s')", day);
    else
        snprintf(sql, sizeof sql, "SELECT sum(cost_micros) FROM spend_known");
    return warehouse_number(warehouse, sql);
}

static void what_is_known_and_was(void **state)
{
    (void)state;
    tell_the_history();
    EXPECT_INT(known(NULL), 6003000);
    EXPECT_INT(known("2025-12-31"), 0);
    EXPECT_INT(known("2026-01-01"), 210);
    EXPECT_INT(known("2026-01-02 23:59:59.999999"), 210);
    EXPECT_INT(known("2026-01-03"), 3010);
    EXPECT_INT(known("2026-01-05"), 543000);
    EXPECT_INT(known("2026-01-07"), 6003000);
    EXPECT_INT(known("2099-01-01"), 6003000);
}

/* As of takes a parameter, which is how a named query uses it. */
static void as_of_takes_a_parameter(void **state)
{
    (void)state;
    ptl_error err = {0};
    tell_the_history();
    ptl_instant then;
    EXPECT_OK(ptl_instant_parse(&then, PTL_TEXT("2026-01-05T12:00:00Z"), &err));
    const ptl_value param = ptl_value_instant(then);
    ptl_scope scope;
    ptl_table t;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(&t, &scope,
                                  "SELECT channel, sum(cost_micros) AS cost FROM spend_as_of($1) "
                                  "GROUP BY channel ORDER BY channel",
                                  &param, 1, 0, "as of", &err));
    EXPECT_INT(t.n_rows, 3);
    EXPECT_INT(ptl_column_int(&t.columns[1], 0), 500000);
    EXPECT_INT(ptl_column_int(&t.columns[1], 1), 40000);
    EXPECT_INT(ptl_column_int(&t.columns[1], 2), 3000);
    ptl_table_dispose(&t);
    ptl_scope_rollback(&scope);
}

static void every_fact_has_both(void **state)
{
    (void)state;
    for (int64_t i = 0; i < ptl_canon_n; i++) {
        if (ptl_canon[i].kind > PTL_CANON_DIMENSION) continue;
        char sql[200];
        snprintf(sql, sizeof sql,
                 "SELECT (SELECT count(*) FROM %s_known) + (SELECT count(*) FROM "
                 "%s_as_of(TIMESTAMP '2026-01-01'))",
                 ptl_canon[i].name, ptl_canon[i].name);
        EXPECT_INT(warehouse_number(warehouse, sql), 0);
    }
}

/* --- outputs and the calendar ----------------------------------------------------------------- */

static ptl_table channel_days(ptl_table_builder **builder, int64_t n)
{
    ptl_error err = {0};
    static const ptl_column_spec columns[] = {{"day", PTL_TYPE_DAY},
                                              {"channel", PTL_TYPE_TEXT},
                                              {"orders", PTL_TYPE_INT},
                                              {"revenue_micros", PTL_TYPE_INT},
                                              {"variable_cost_micros", PTL_TYPE_INT},
                                              {"media_micros", PTL_TYPE_INT}};
    EXPECT_OK(ptl_table_builder_new(builder, columns, 6, 1 << 20, &err));
    for (int64_t i = 0; i < n; i++) {
        ptl_table_builder_int(*builder, 20000 + i);
        ptl_table_builder_text(*builder, PTL_TEXT("search"));
        for (int c = 0; c < 4; c++) ptl_table_builder_int(*builder, i * 17 + c);
        EXPECT_OK(ptl_table_builder_row_end(*builder, &err));
    }
    return ptl_table_builder_borrow(*builder);
}

static void outputs_land_with_their_rows(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_table_builder *builder;
    const ptl_table rows = channel_days(&builder, 90);
    ptl_scope scope;
    bool landed = true;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_scope_output(&scope, 12, "day_channel", &rows, &err));
    ptl_scope_rollback(&scope);
    EXPECT_OK(ptl_warehouse_run_landed(&landed, warehouse, 12, &err));
    assert_false(landed);
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_scope_output(&scope, 12, "day_channel", &rows, &err));
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    EXPECT_OK(ptl_warehouse_run_landed(&landed, warehouse, 12, &err));
    assert_true(landed);
    EXPECT_OK(ptl_warehouse_run_landed(&landed, warehouse, 13, &err));
    assert_false(landed);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM day_channel WHERE run_id = 12"),
               90);
    EXPECT_INT(warehouse_number(warehouse, "SELECT rows_written FROM output WHERE run_id = 12"),
               90);
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_FAIL(ptl_scope_output(&scope, 14, "txn", &rows, &err), PTL_E_INTERNAL, "txn");
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_INTERNAL, "txn");
    ptl_table_builder_free(builder);
}

static void output_checks_whose_rows_they_are(void **state)
{
    (void)state;
    ptl_error err = {0};
    static const int64_t run_ids[2] = {12, 13};
    static const ptl_column column = {
        .name = "run_id", .type = PTL_TYPE_INT, .values.ints = run_ids};
    const ptl_table rows = {.n_rows = 2, .n_columns = 1, .columns = &column};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_FAIL(ptl_scope_output(&scope, 12, "figure", &rows, &err), PTL_E_INTERNAL,
                "row 2 is run 13's");
    ptl_scope_rollback(&scope);
}

static void calendar_follows_the_zone(void **state)
{
    (void)state;
    ptl_error err = {0};
    const int64_t before = ptl_clock_monotonic_ms();
    fill_calendar();
    const int64_t took = ptl_clock_monotonic_ms() - before;
    print_message("calendar of 47,482 days: %" PRId64 " ms\n", took);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM calendar"), 47482);
    /* Berlin: 23 hours on 2026-03-29, 25 on 2026-10-25 */
    EXPECT_INT(warehouse_number(warehouse, "SELECT epoch_us(ends_at) - epoch_us(starts_at) FROM "
                                           "calendar WHERE day = DATE '2026-03-29'"),
               INT64_C(23) * 3600 * 1000000);
    EXPECT_INT(warehouse_number(warehouse, "SELECT epoch_us(ends_at) - epoch_us(starts_at) FROM "
                                           "calendar WHERE day = DATE '2026-10-25'"),
               INT64_C(25) * 3600 * 1000000);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM calendar a JOIN calendar b ON "
                                           "b.day = a.day + 1 WHERE a.ends_at <> b.starts_at"),
               0);
    ptl_zone *other;
    EXPECT_OK(ptl_zone_open(&other, "America/New_York", &err));
    EXPECT_OK(ptl_warehouse_calendar(warehouse, other, &err)); /* nothing was loaded by it */
    EXPECT_INT(warehouse_number(warehouse, "SELECT epoch_us(starts_at) FROM calendar WHERE day = "
                                           "DATE '1970-01-01'"),
               INT64_C(5) * 3600 * 1000000);
    warehouse_exec(warehouse, "INSERT INTO load VALUES (1, 's', 'txn', 'f', 'h', 'm', 1, 1, 0, 0, "
                              "TIMESTAMP '2026-01-01', NULL, 1, NULL, NULL)");
    EXPECT_OK(ptl_warehouse_calendar(warehouse, other, &err));
    ptl_zone_close(other);
    EXPECT_OK(ptl_zone_open(&other, "Asia/Tokyo", &err));
    EXPECT_FAIL(ptl_warehouse_calendar(warehouse, other, &err), PTL_E_CONFLICT, "America/New_York");
    ptl_zone_close(other);
}

/* --- copies and migrations -------------------------------------------------------------------- */

static void a_copy_is_the_whole(void **state)
{
    (void)state;
    ptl_error err = {0};
    char to[600];
    snprintf(to, sizeof to, "%s.copy", path);
    warehouse_exec(warehouse, "CREATE TABLE bulk AS SELECT range AS n FROM range(500000)");
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_FAIL(ptl_warehouse_copy(warehouse, to, NULL, &err), PTL_E_CONFLICT, "scope");
    ptl_scope_rollback(&scope);
    EXPECT_OK(ptl_warehouse_copy(warehouse, to, NULL, &err));
    warehouse_exec(warehouse, "DELETE FROM bulk"); /* the copy must not follow */
    ptl_warehouse_close(warehouse);
    const ptl_warehouse_options options = small_engine(1);
    EXPECT_OK(ptl_warehouse_open(&warehouse, to, &options, &err));
    EXPECT_INT(warehouse_number(warehouse, "SELECT sum(n) FROM bulk"), INT64_C(124999750000));
    ptl_progress progress;
    ptl_progress_init(&progress, NULL, NULL);
    ptl_progress_cancel(&progress);
    snprintf(to, sizeof to, "%s.second", path);
    assert_int_equal(ptl_warehouse_copy(warehouse, to, &progress, &err), PTL_E_CANCELLED);
    assert_false(ptl_file_exists(to));
}

static void migrates_forward_after_a_copy(void **state)
{
    (void)state;
    enum { MORE = 100 };
    ptl_error err = {0};
    const int32_t n = newest_format();
    ptl_duck_migration next[MORE];
    assert_true(n + 2 <= MORE);
    for (int32_t i = 0; i < n; i++)
        next[i] = (ptl_duck_migration){i + 1, "of this program", "must not run again"};
    next[n] = (ptl_duck_migration){n + 1, "more.sql",
                                   "CREATE TABLE more (n BIGINT); INSERT INTO more VALUES (5)"};
    next[n + 1] = (ptl_duck_migration){n + 2, "wrong.sql",
                                       "CREATE TABLE most (n BIGINT); SELECT * FROM no_such_table"};
    EXPECT_OK(ptl_duck_migrate(warehouse, next, n + 1, &err));
    EXPECT_INT(warehouse_number(warehouse, "SELECT n FROM more"), 5);
    char before[600], words[100];
    snprintf(before, sizeof before, "%s.before-%04d", path, n + 1);
    assert_true(ptl_file_exists(before));
    EXPECT_OK(ptl_duck_migrate(warehouse, next, n + 1, &err)); /* nothing to do */
    EXPECT_FAIL(ptl_duck_migrate(warehouse, next, n + 2, &err), PTL_E_INVALID,
                "migration wrong.sql");
    EXPECT_INT(warehouse_number(warehouse,
                                "SELECT count(*) FROM duckdb_tables() WHERE table_name = "
                                "'most'"),
               0);
    EXPECT_INT(warehouse_number(warehouse, "SELECT value::BIGINT FROM meta WHERE name = 'format'"),
               n + 1);
    ptl_warehouse_close(warehouse);
    warehouse = NULL;
    snprintf(words, sizeof words, "format %d, this program knows formats up to %d", n + 1, n);
    expect_open_fails(PTL_E_VERSION, words);
    assert_int_equal(rename(before, path), 0); /* the way back */
    const ptl_warehouse_options options = small_engine(1);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
}

/* Invariant 5: after a fatal error the open scope answers unavailable, the next call reopens, and
 * what was committed is there. */
static void reopens_after_a_fatal_error(void **state)
{
    (void)state;
    ptl_error err = {0}, fatal = {0};
    ptl_scope scope;
    int64_t version;
    warehouse_exec(warehouse, "INSERT INTO meta VALUES ('kept', '1')");
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, "INSERT INTO meta VALUES ('lost', '1')", &err));
    const ptl_status st = ptl_duck_failed(
        warehouse, ptl_duck_error(&fatal, DUCKDB_ERROR_FATAL, "FATAL Error: a test", "step"),
        &fatal);
    EXPECT_INT(st, PTL_E_UNAVAILABLE);
    EXPECT_FAIL(ptl_warehouse_version(&version, warehouse, &err), PTL_E_UNAVAILABLE, "fatal");
    EXPECT_FAIL(ptl_scope_commit(&scope, &err), PTL_E_UNAVAILABLE, "a test");
    EXPECT_OK(ptl_warehouse_version(&version, warehouse, &err));
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name IN ('kept')"), 1);
    EXPECT_INT(warehouse_number(warehouse, "SELECT count(*) FROM meta WHERE name = 'lost'"), 0);
}

/* --- money ------------------------------------------------------------------------------------ */

static uint64_t next_random(uint64_t *seed) /* splitmix64 */
{
    uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

__extension__ typedef __int128 wide_int;
enum { MONEY_BATCH = 100000 };
static const char *const currencies[3] = {"CHF", "EUR", "USD"};

static void money_is_exact(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_column_spec columns[] = {
        {"txn_id", PTL_TYPE_TEXT},    {"occurred_at", PTL_TYPE_INSTANT},
        {"day", PTL_TYPE_DAY},        {"gross_micros", PTL_TYPE_INT},
        {"currency", PTL_TYPE_TEXT},  {"load_id", PTL_TYPE_INT},
        {"source_row", PTL_TYPE_INT}, {"known_at", PTL_TYPE_INSTANT}};
    ptl_table_builder *builder;
    EXPECT_OK(ptl_table_builder_new(&builder, columns, 8, 64 << 20, &err));
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, warehouse, &err));
    wide_int sums[3] = {0};
    uint64_t seed = 20261122;
    const int64_t n_rows = effort(2 * MONEY_BATCH, 10 * MONEY_BATCH, 10 * MONEY_BATCH);
    for (int64_t i = 0; i < n_rows; i++) {
        const int64_t gross = (int64_t)(next_random(&seed) >> 24) - (INT64_C(1) << 38);
        const uint64_t which = next_random(&seed) % 3;
        char id[24];
        snprintf(id, sizeof id, "t%" PRId64, i);
        sums[which] += gross;
        ptl_table_builder_text(builder, ptl_text_of(id));
        ptl_table_builder_int(builder, i * 31000000);
        ptl_table_builder_int(builder, i * 31 / 86400);
        ptl_table_builder_int(builder, gross);
        ptl_table_builder_text(builder, ptl_text_of(currencies[which]));
        ptl_table_builder_int(builder, 1);
        ptl_table_builder_int(builder, i + 1);
        ptl_table_builder_int(builder, 0);
        EXPECT_OK(ptl_table_builder_row_end(builder, &err));
        if ((i + 1) % MONEY_BATCH) continue;
        const ptl_table rows = ptl_table_builder_borrow(builder);
        EXPECT_OK(ptl_scope_append(&scope, "txn", &rows, &err));
        ptl_table_builder_clear(builder);
    }
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    ptl_table_builder_free(builder);
    ptl_table t;
    query(&t, "SELECT currency, sum(gross_micros) AS gross FROM txn_known GROUP BY currency "
              "ORDER BY currency");
    EXPECT_INT(t.n_rows, 3);
    for (int64_t i = 0; i < 3; i++)
        assert_true((wide_int)ptl_column_int(&t.columns[1], i) == sums[i]);
    ptl_table_dispose(&t);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_one, close_one)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_one_is_empty_and_stays),
        CASE(a_newer_format_is_refused),
        CASE(foreign_tables_are_refused),
        CASE(other_files_are_refused),
        CASE(a_log_without_its_file_is_refused),
        CASE(a_damaged_file_is_refused),
        CASE(options_are_checked),
        CASE(the_engine_reaches_nothing_else),
        CASE(a_sort_beyond_memory_spills),
        CASE(every_type_arrives),
        CASE(what_does_not_fit_is_refused),
        CASE(parameters_of_every_type),
        CASE(streams_in_order_and_stops),
        CASE(a_callback_may_write),
        CASE(one_stream_at_a_time),
        CASE(a_long_sort_is_interrupted),
        CASE(what_is_known_and_was),
        CASE(as_of_takes_a_parameter),
        CASE(every_fact_has_both),
        CASE(outputs_land_with_their_rows),
        CASE(output_checks_whose_rows_they_are),
        CASE(calendar_follows_the_zone),
        CASE(a_copy_is_the_whole),
        CASE(migrates_forward_after_a_copy),
        CASE(reopens_after_a_fatal_error),
        CASE(money_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
